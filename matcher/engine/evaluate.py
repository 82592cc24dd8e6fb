"""Measures rankings against known pairs: recall, reciprocal rank, nDCG, with bootstrap intervals and differences."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

METRICS = ("R@1", "R@5", "R@10", "R@20", "MRR", "nDCG@10")
SAMPLES = 5_000
Values = NDArray[np.float64]
Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True)
class Estimate:
    """A mean over queries with its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def measures(ranked: Sequence[str], relevant: Collection[str]) -> list[float]:
    """METRICS for one query: binary gain, recall of the query's own relevant ones. 1 is best, 0 is none found."""
    hits = np.array([owner in relevant for owner in ranked], np.float64)
    found = np.flatnonzero(hits)
    recalls = [float(hits[:k].sum()) / len(relevant) for k in (1, 5, 10, 20)]
    discounts = 1 / np.log2(np.arange(2, 12))
    ideal = discounts[: len(relevant)].sum()
    gained = (hits[:10] * discounts[: len(hits[:10])]).sum()
    return [*recalls, 1 / (found[0] + 1) if len(found) else 0.0, float(gained / ideal)]


def measure(rankings: Mapping[str, Sequence[str]], relevant: Mapping[str, Collection[str]]) -> Values:
    """One row of METRICS for each query that has something relevant, in the order of `relevant`."""
    rows = [measures(rankings.get(query, ()), owners) for query, owners in relevant.items() if owners]
    return np.array(rows, np.float64).reshape(-1, len(METRICS))


def estimate(values: Values, seed: int = 0, samples: int = SAMPLES) -> Estimate:
    """Of the mean of one number a query (or of a difference a query: then the interval is the paired one)."""
    if not len(values):
        return Estimate(0.0, 0.0, 0.0)
    drawn = np.random.default_rng(seed).integers(0, len(values), (samples, len(values)))
    low, high = np.quantile(values[drawn].mean(axis=1), [0.025, 0.975])
    return Estimate(float(values.mean()), float(low), float(high))


def estimates(rows: Values, seed: int = 0) -> dict[str, Estimate]:
    """Each of METRICS over all queries."""
    return {name: estimate(rows[:, column], seed) for column, name in enumerate(METRICS)}


def difference(ours: Values, theirs: Values, metric: str = "nDCG@10", seed: int = 0) -> Estimate:
    """Paired bootstrap of ours - theirs on the same queries: above 0 throughout means better beyond chance."""
    column = METRICS.index(metric)
    return estimate(ours[:, column] - theirs[:, column], seed)


def grouped(rows: Values, groups: Sequence[Collection[Group]]) -> dict[Group, Values]:
    """The rows of each group (a goal, a year), in sorted order of groups; a query may stand in several or in none."""
    members: dict[Group, list[int]] = {}
    for row, names in enumerate(groups):
        for name in names:
            members.setdefault(name, []).append(row)
    return {name: rows[members[name]] for name in sorted(members)}  # type: ignore[type-var]
