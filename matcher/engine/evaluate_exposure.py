"""How evenly rankings show the partners: the Gini index of their places in the first ten, and who is shown at all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHOWN = 10


@dataclass(frozen=True)
class Exposure:
    """Over all partners: `gini` 0 when each is shown equally often, near 1 when few take every place.

    `shown` is the share that stands in the first ten of any challenge, `possible` the share for which there is room.
    `most` is how often the partner that is shown most is shown.
    """

    gini: float
    shown: float
    possible: float
    most: int


def gini(counts: Sequence[int] | Sequence[float] | NDArray[np.int64]) -> float:
    """Gini index of non-negative counts, from their order: Σ(2i - n - 1)·xᵢ / (n·Σx); 0 of nothing."""
    ordered = np.sort(np.asarray(counts, np.float64))
    if not ordered.sum():
        return 0.0
    n = len(ordered)
    return float(((2 * np.arange(1, n + 1) - n - 1) * ordered).sum() / (n * ordered.sum()))


def exposure(rankings: Sequence[Sequence[str]], owners: Sequence[str], k: int = SHOWN) -> Exposure:
    """Of the first `k` of each ranking; `owners` are all that could have been shown."""
    times = Counter(owner for ranked in rankings for owner in ranked[:k])
    counts = np.array([times[owner] for owner in owners], np.int64)
    if not len(counts):
        return Exposure(0.0, 0.0, 0.0, 0)
    places = sum(min(k, len(ranked)) for ranked in rankings)
    return Exposure(gini(counts), float((counts > 0).mean()), min(1.0, places / len(counts)), int(counts.max()))
