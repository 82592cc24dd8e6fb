"""Measures suggested labels against those that people gave: micro precision, recall, F1, and how honest confidence is.

Micro: all labels of all texts are counted together (Manning, Raghavan, Schütze, "Introduction to Information
Retrieval", 2008, ch. 13), so a text with five labels counts five times as much as one with a single label.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.engine.evaluate import SAMPLES, Estimate

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
BINS = 5
Labels = Sequence[Collection[str]]
Scored = Sequence[Mapping[str, float]]


@dataclass(frozen=True)
class Tagging:
    """Micro averages with 95 % bootstrap intervals over texts; `suggested` is how many labels a text gets."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    suggested: float


class Step(NamedTuple):
    """What a threshold on the confidence would give."""

    threshold: float
    precision: float
    recall: float
    f1: float
    suggested: float


class Bin(NamedTuple):
    """Suggestions of about the same confidence: how sure they were on average, and how many were right."""

    low: float
    high: float
    suggestions: int
    confidence: float
    right: float


def micro(suggested: Labels, given: Labels, seed: int = 0, samples: int = SAMPLES) -> Tagging:
    """Of texts with what was suggested for each and what a person gave it."""
    counts = _counts(suggested, given)
    if not len(counts):
        nothing = Estimate(0.0, 0.0, 0.0)
        return Tagging(nothing, nothing, nothing, 0.0)
    drawn = np.random.default_rng(seed).integers(0, len(counts), (samples, len(counts)))
    means, spread = _averages(counts.sum(axis=0)), _averages(counts[drawn].sum(axis=1))
    bounds = np.quantile(spread, [0.025, 0.975], axis=0)
    precision, recall, f1 = (Estimate(float(m), float(a), float(b)) for m, a, b in zip(means, *bounds, strict=True))
    return Tagging(precision, recall, f1, float(counts[:, :2].sum() / len(counts)))


def f1_difference(ours: Labels, theirs: Labels, given: Labels, seed: int = 0, samples: int = SAMPLES) -> Estimate:
    """Paired bootstrap of the difference in micro F1 on the same texts."""
    left, right = _counts(ours, given), _counts(theirs, given)
    if not len(left):
        return Estimate(0.0, 0.0, 0.0)
    drawn = np.random.default_rng(seed).integers(0, len(left), (samples, len(left)))
    spread = _averages(left[drawn].sum(axis=1))[:, 2] - _averages(right[drawn].sum(axis=1))[:, 2]
    low, high = np.quantile(spread, [0.025, 0.975])
    mean = _averages(left.sum(axis=0))[2] - _averages(right.sum(axis=0))[2]
    return Estimate(float(mean), float(low), float(high))


def at(scored: Scored, threshold: float) -> list[set[str]]:
    """The labels whose confidence reaches the threshold."""
    return [{label for label, confidence in labels.items() if confidence >= threshold} for labels in scored]


def sweep(scored: Scored, given: Labels, thresholds: Sequence[float] = THRESHOLDS) -> list[Step]:
    """One line for each threshold, so that a reader can choose another balance."""
    steps = []
    for threshold in thresholds:
        counts = _counts(at(scored, threshold), given)
        precision, recall, f1 = _averages(counts.sum(axis=0)).tolist()
        steps.append(Step(threshold, precision, recall, f1, float(counts[:, :2].sum() / max(len(counts), 1))))
    return steps


def best_threshold(scored: Scored, given: Labels, thresholds: Sequence[float] = THRESHOLDS) -> float:
    """The one with the highest F1 on these texts; of equal ones the highest."""
    return max(sweep(scored, given, thresholds), key=lambda step: (round(step.f1, 9), step.threshold)).threshold


def reliability(scored: Scored, given: Labels, bins: int = BINS) -> list[Bin]:
    """Bins of equal width that hold any suggestion: honest when `confidence` and `right` agree."""
    pairs = [
        (sure, label in wanted) for labels, wanted in zip(scored, given, strict=True) for label, sure in labels.items()
    ]
    found = []
    for number in range(bins):
        low, high = number / bins, (number + 1) / bins
        inside = [(sure, right) for sure, right in pairs if low <= sure < high or (number == bins - 1 and sure == 1)]
        if inside:
            sure, right = np.mean(np.array(inside, np.float64), axis=0).tolist()
            found.append(Bin(low, high, len(inside), sure, right))
    return found


def calibration_error(bins: Sequence[Bin]) -> float:
    """Expected calibration error (Naeini et al. 2015): mean distance of confidence and truth, weighted by count."""
    count = sum(bin.suggestions for bin in bins)
    return sum(bin.suggestions * abs(bin.confidence - bin.right) for bin in bins) / count if count else 0.0


def goals_of(codes: Collection[str]) -> set[str]:
    """The goals of targets: "8.3" and "8.5" are "8"."""
    return {code.split(".")[0] for code in codes}


def _counts(suggested: Labels, given: Labels) -> NDArray[np.float64]:
    """(texts, 3): right, wrong, missed."""
    rows = []
    for ours, theirs in zip(suggested, given, strict=True):
        right = len(set(ours) & set(theirs))
        rows.append((right, len(set(ours)) - right, len(set(theirs)) - right))
    return np.array(rows, np.float64).reshape(-1, 3)


def _averages(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Precision, recall, F1 of (…, 3) sums; 0 where there is nothing to divide by."""
    right, wrong, missed = np.moveaxis(counts, -1, 0)
    return np.stack(
        [
            right / np.maximum(right + wrong, 1),
            right / np.maximum(right + missed, 1),
            2 * right / np.maximum(2 * right + wrong + missed, 1),
        ],
        axis=-1,
    )
