"""Measures "no good match": with the right partners taken away from half of the challenges, does the engine say so?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.engine.types import Candidate, Fit

REPEATS = 20


class Best(NamedTuple):
    """The best that a challenge was offered: its score, and the highest fit among its candidates."""

    score: float
    fit: Fit

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> "Best":
        if not candidates:
            return cls(float("-inf"), Fit.NONE)
        return cls(candidates[0].score, max((c.fit for c in candidates), key=lambda fit: fit.level))


class Range(NamedTuple):
    """A mean over the seeded halves with the middle 95 % of them: it shows the draw, not the choice of challenges."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class Verdict:
    """Of saying "no good match" whenever the best fit is at most `fit`.

    `precision`: of the challenges told so, how many had lost their partners. `recall`: of those that had, how many
    were told. `false_alarms`: of the challenges whose partners were there, how many were told so.
    """

    fit: Fit
    precision: Range
    recall: Range
    false_alarms: Range


@dataclass(frozen=True)
class Abstention:
    """`auroc`: how often a challenge with its partners has a better best score than one without (.5 is chance).

    `paired`: in how many challenges the best score falls, or its partner changes for a weaker one, when the right
    ones are taken away: what a threshold of its own for each challenge could see.
    """

    challenges: int
    repeats: int
    auroc: Range
    paired: float
    verdicts: tuple[Verdict, ...]


def abstention(
    present: Mapping[str, Best], absent: Mapping[str, Best], *, repeats: int = REPEATS, seed: int = 0
) -> Abstention:
    """`present` and `absent`: each challenge's best with its right partners among the candidates, and without them.

    Each repeat draws another half of the challenges that lose theirs.
    """
    names = sorted(present)
    lost = _halves(len(names), repeats, seed)
    here = np.array([present[name].score for name in names])
    gone = np.array([absent[name].score for name in names])
    levels = np.array([[best[name].fit.level for name in names] for best in (present, absent)])
    said = np.where(lost, levels[1], levels[0])
    return Abstention(
        challenges=len(names),
        repeats=repeats,
        auroc=_range([auroc(here[~row], gone[row]) for row in lost]),
        paired=float((gone < here).mean()) if len(names) else 0.0,
        verdicts=tuple(_verdict(fit, said <= fit.level, lost) for fit in (Fit.NONE, Fit.WEAK, Fit.FAIR)),
    )


def auroc(better: NDArray[np.float64], worse: NDArray[np.float64]) -> float:
    """Share of pairs in which the one of `better` is higher, equal ones counted half (Mann-Whitney); .5 of nothing."""
    if not len(better) or not len(worse):
        return 0.5
    return float((better[:, None] > worse).mean() + (better[:, None] == worse).mean() / 2)


def _halves(size: int, repeats: int, seed: int) -> NDArray[np.bool_]:
    """(repeats, size): True for the half that loses its partners."""
    generator = np.random.default_rng(seed)
    lost = np.zeros((repeats, size), np.bool_)
    for row in lost:
        row[generator.permutation(size)[: size // 2]] = True
    return lost


def _verdict(fit: Fit, told: NDArray[np.bool_], lost: NDArray[np.bool_]) -> Verdict:
    right = (told & lost).sum(axis=1)
    return Verdict(
        fit,
        precision=_range(_ratio(right, told.sum(axis=1))),
        recall=_range(_ratio(right, lost.sum(axis=1))),
        false_alarms=_range(_ratio((told & ~lost).sum(axis=1), (~lost).sum(axis=1))),
    )


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> NDArray[np.float64]:
    """0 where there is nothing to divide by: nothing said is nothing right."""
    return np.asarray(part / np.maximum(whole, 1), np.float64)


def _range(values: Sequence[float] | NDArray[np.float64]) -> Range:
    if not len(values):
        return Range(0.0, 0.0, 0.0)
    low, high = np.quantile(values, [0.025, 0.975])
    return Range(float(np.mean(values)), float(low), float(high))
