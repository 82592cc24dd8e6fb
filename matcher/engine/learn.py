"""Learns the weights of a ranking from decisions, and says whether what was learned is better than what is in use.

What is learned stays what it was: a sum of named parts with weights of 0 or more (each part carries its own sign), to
be read and argued about. Each list of which something was chosen teaches by its pairs: the chosen one should have stood
before those that were turned down, and, with less force, before those passed over above them (Joachims, "Optimizing
Search Engines using Clickthrough Data", 2002). A pair counts by the inverse of the chance that its lower place was
looked at (Joachims, Swaminathan and Schnabel, "Unbiased Learning-to-Rank with Biased Feedback", 2017), clipped. A
penalty ties the weights to the present ones, so that few decisions change little. The minor facts (`features.MINOR`)
count as they are and keep their weights: there are never enough decisions to tell .03 from .05. There is no chance in
it: the same lists give the same weights.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from matcher.engine.evaluate import Estimate, estimate
from matcher.engine.features import all_weights
from matcher.engine.score import Weights

#: raise it when a part of the score comes to mean something else: decisions made before are then left out
FEATURE_SET = 1
MIN_LISTS = 60  # of which somebody chose one and turned down or passed over another
MIN_DECISIONS = 150
FROZEN = 1 / 3  # the share of lists, the latest ones, that only judges
MIN_FROZEN = MIN_LISTS // 3
PRIOR = 20.0  # how many chosen ones it takes to move scores by about as much as they differ within a list
MOST_STRETCH = 3.0
PASSED_OVER = 0.5  # what it counts to be passed over, against 1 for being turned down
LEAST_SEEN = 0.1  # the lowest chance that is believed: no decision counts more than ten times
PRIOR_VIEWS = 20.0  # how many views the assumed chances are worth against measured ones
TOP = 10
Rows = NDArray[np.float64]


@dataclass(frozen=True)
class Listed:
    """One candidate of a list that was decided on.

    `values` are the parts of its score before weighting. `grade` is 0 (turned down) to 1 (introduced), None while
    nobody has said anything. `position` is its place, 0 when it was added by hand: then it was surely looked at.
    """

    owner: str
    values: Mapping[str, float]
    grade: float | None
    position: int


@dataclass(frozen=True)
class DecidedList:
    """What was decided on one list; `moment` orders lists in time."""

    key: str
    moment: float
    items: tuple[Listed, ...]

    @property
    def tells(self) -> bool:
        """Whether somebody was preferred to somebody."""
        return bool(_preferences(self))

    @property
    def decisions(self) -> int:
        return sum(item.grade is not None for item in self.items)


@dataclass(frozen=True)
class Seen:
    """The chance that somebody looks at a place, from how far down lists were in fact read.

    `depths` counts views by the deepest place that came into view. Where there are few, 1/√place is assumed.
    """

    depths: Mapping[int, int]

    def chance(self, position: int) -> float:
        if position <= 1:
            return 1.0
        views = sum(self.depths.values())
        read = sum(number for depth, number in self.depths.items() if depth >= position)
        return max(LEAST_SEEN, (read + PRIOR_VIEWS / math.sqrt(position)) / (views + PRIOR_VIEWS))


@dataclass(frozen=True)
class Comparison:
    """Two models on the same frozen lists: nDCG@10 of each, and the paired difference with its 95 % interval."""

    lists: int
    candidate: Estimate
    present: Estimate
    difference: Estimate

    @property
    def better(self) -> bool:
        """Beyond chance, on enough lists: the condition for coming into use."""
        return self.lists >= MIN_FROZEN and self.difference.low > 0


def enough(lists: Sequence[DecidedList]) -> bool:
    """Whether there is enough to learn from: MIN_LISTS lists that tell something, with MIN_DECISIONS decisions."""
    telling = [one for one in lists if one.tells]
    return len(telling) >= MIN_LISTS and sum(one.decisions for one in telling) >= MIN_DECISIONS


def split(lists: Iterable[DecidedList]) -> tuple[list[DecidedList], list[DecidedList]]:
    """The earlier lists to learn from and the later ones to judge by; only lists that tell something."""
    ordered = sorted((one for one in lists if one.tells), key=lambda one: (one.moment, one.key))
    frozen = round(len(ordered) * FROZEN)
    return ordered[: len(ordered) - frozen], ordered[len(ordered) - frozen :]


def learn(lists: Sequence[DecidedList], present: Weights, seen: Seen) -> Weights:
    """New weights for the parts that differ within `lists`; all other ones stay as they are."""
    before = all_weights(present.as_dict())
    telling = [one for one in lists if one.tells]
    effects = _spreads(telling, sorted({name for one in telling for item in one.items for name in item.values}))
    names = sorted(name for name, effect in effects.items() if name in before and effect > 0)
    if not names:
        return present
    start = np.array([before[name] for name in names], np.float64)
    differences, counts = _pairs(telling, names, seen)
    spread = _spread(telling, names, start)
    scale = spread / np.array([effects[name] for name in names])
    free = present.as_dict().keys()  # the minor facts are counted, but their weights are not to be learned
    bounds = [(0, None) if name in free else (w, w) for name, w in zip(names, start.tolist(), strict=True)]

    def loss(weights: Rows) -> tuple[float, Rows]:
        margins = differences @ weights / spread
        moved = (weights - start) / scale
        value = counts @ np.logaddexp(0, -margins) + PRIOR / 2 * moved @ moved
        slope = -(counts * expit(-margins)) @ differences / spread + PRIOR * moved / scale
        return float(value), slope

    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12})
    # Only proportions matter to an order: scores keep their spread, so that they stay comparable with those before.
    learned = found.x * min(MOST_STRETCH, spread / _spread(telling, names, found.x))
    return weights_of(before | {name: round(float(w), 4) for name, w in zip(names, learned, strict=True)})


def compare(
    lists: Sequence[DecidedList], candidate: Weights, present: Weights, seen: Seen, seed: int = 0
) -> Comparison:
    """Replay the frozen lists under both models."""
    telling = [one for one in lists if one.tells]
    ours, theirs = (np.array([ndcg(one, weights, seen) for one in telling]) for weights in (candidate, present))
    return Comparison(len(telling), estimate(ours, seed), estimate(theirs, seed), estimate(ours - theirs, seed))


def ndcg(decided: DecidedList, weights: Weights, seen: Seen) -> float:
    """nDCG@10 of a list in the order of `weights`, each grade counted by the inverse chance of having been seen."""
    known = all_weights(weights.as_dict())
    placed = sorted(decided.items, key=lambda item: (-round(scored(item.values, known), 5), item.owner))
    gains = np.array([(item.grade or 0.0) / seen.chance(item.position) for item in placed])
    discounts = 1 / np.log2(np.arange(2, len(gains) + 2))
    discounts[TOP:] = 0
    ideal = float(np.sort(gains)[::-1] @ discounts)
    return float(gains @ discounts) / ideal if ideal > 0 else 0.0


def weights_of(stored: Mapping[str, float]) -> Weights:
    """Weights from what was stored: parts that no longer exist are left out, new ones get their built-in weight."""
    known = {field.name for field in fields(Weights)}
    return Weights(**{name: float(value) for name, value in stored.items() if name in known})


def _preferences(decided: DecidedList) -> list[tuple[Listed, Listed, float]]:
    """Who was preferred to whom, and how clearly: the difference in grade, or PASSED_OVER."""
    judged = [item for item in decided.items if item.grade is not None]
    deepest = max((item.position for item in judged), default=0)
    passed = [item for item in decided.items if item.grade is None and 0 < item.position < deepest]
    pairs = [(a, b, a.grade - b.grade) for a, b in product(judged, judged) if a.grade and b.grade is not None]
    chosen = [(a, b, a.grade * PASSED_OVER) for a, b in product(judged, passed) if a.grade]
    return [pair for pair in (*pairs, *chosen) if pair[2] > 0]


def _pairs(lists: Iterable[DecidedList], names: Sequence[str], seen: Seen) -> tuple[Rows, Rows]:
    """(pairs, parts) of differences in values, and how much each pair counts: each chosen one once in all."""
    differences, counts = [], []
    for one in lists:
        pairs = _preferences(one)
        shares = {id(better): sum(other[0] is better for other in pairs) for better, _, _ in pairs}
        for better, worse, clearness in pairs:
            chance = seen.chance(max(better.position, worse.position))
            counts.append(clearness / chance / shares[id(better)])
            differences.append(_row(better, names) - _row(worse, names))
    return np.array(differences), np.array(counts)


def _spread(lists: Iterable[DecidedList], names: Sequence[str], weights: Rows) -> float:
    """The standard deviation of scores within a list, on average."""
    deviations = [np.std([_row(item, names) @ weights for item in one.items]) for one in lists]
    return max(float(np.mean(deviations)), 1e-6)


def _spreads(lists: Sequence[DecidedList], names: Sequence[str]) -> dict[str, float]:
    """The standard deviation of each part within a list, on average: what is the same for all cannot be learned."""
    return {name: float(np.mean([_deviation(one, name) for one in lists])) for name in names}


def _deviation(one: DecidedList, name: str) -> float:
    return float(np.std([item.values.get(name, 0.0) for item in one.items]))


def _row(item: Listed, names: Sequence[str]) -> Rows:
    return np.array([item.values.get(name, 0.0) for name in names], np.float64)


def scored(values: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """The sum that orders a list."""
    return sum(value * weights.get(name, 0.0) for name, value in values.items())
