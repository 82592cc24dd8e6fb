"""Whether what the ranking puts forward still looks as it did: two distributions compared by one number."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10
FEW = 50  # below this a distribution says more about single lists than about the model
SHIFTING, SHIFTED = 0.1, 0.25  # the usual reading of the index: below the first stable, above the second another world
_FLOOR = 0.005


@dataclass(frozen=True)
class Distribution:
    """Scores in BINS equally filled at the time of measuring (`edges` lie between them), and fits 0..3, as shares."""

    count: int
    edges: Sequence[float]
    scores: Sequence[float]
    fits: Sequence[float]

    @classmethod
    def of(cls, rows: Sequence[tuple[float, int]], edges: Sequence[float] | None = None) -> "Distribution":
        """Of (score, fit) pairs, in bins of its own or in those of an earlier distribution."""
        scores = np.array([score for score, _ in rows], np.float64)
        if edges is None:
            inner = np.linspace(0, 1, BINS + 1)[1:-1]
            edges = np.quantile(scores, inner).tolist() if len(scores) else [0.0] * len(inner)
        bins = np.bincount(np.searchsorted(np.asarray(edges), scores, side="right"), minlength=len(edges) + 1)
        fits = np.bincount(np.array([fit for _, fit in rows], np.int64), minlength=4)
        total = max(len(rows), 1)
        return cls(len(rows), list(edges), (bins / total).tolist(), (fits / total).tolist())


@dataclass(frozen=True)
class Drift:
    """The distribution then and now, and how far they are apart; None while either is too small."""

    then: Distribution
    now: Distribution
    scores: float | None
    fits: float | None

    @classmethod
    def between(cls, then: Distribution, recent: Sequence[tuple[float, int]]) -> "Drift":
        now = Distribution.of(recent, then.edges)
        if min(then.count, now.count) < FEW:
            return cls(then, now, None, None)
        return cls(then, now, stability(then.scores, now.scores), stability(then.fits, now.fits))


def stability(expected: Sequence[float], actual: Sequence[float]) -> float:
    """Population stability index Σ (a − e) · ln(a / e), as credit scoring uses it (Siddiqi, 2006); 0 is no change."""
    then, now = (np.maximum(np.asarray(shares, np.float64), _FLOOR) for shares in (expected, actual))
    then, now = then / then.sum(), now / now.sum()
    return round(float(((now - then) * np.log(now / then)).sum()), 4)
