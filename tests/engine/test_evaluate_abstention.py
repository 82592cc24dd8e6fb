"""Saying "no good match": by hand, bounded, repeatable."""

import numpy as np
import pytest

from matcher.engine.evaluate_abstention import Best, abstention, auroc
from matcher.engine.types import Candidate, Fit

NAMES = [f"c{i}" for i in range(10)]


def bests(score: float, fit: Fit) -> dict[str, Best]:
    return {name: Best(score, fit) for name in NAMES}


def test_auroc_by_hand() -> None:
    assert auroc(np.array([3.0, 1.0]), np.array([2.0, 1.0])) == pytest.approx((2 + 0.5) / 4)
    assert auroc(np.array([2.0]), np.array([1.0])) == 1
    assert auroc(np.array([]), np.array([1.0])) == 0.5


def test_an_engine_that_knows() -> None:
    found = abstention(bests(2.0, Fit.STRONG), bests(1.0, Fit.NONE))
    assert found.auroc.mean == found.paired == 1
    for verdict in found.verdicts:
        assert (verdict.precision.mean, verdict.recall.mean, verdict.false_alarms.mean) == (1, 1, 0)


def test_an_engine_that_cannot_tell() -> None:
    found = abstention(bests(1.0, Fit.WEAK), bests(1.0, Fit.WEAK))
    assert found.auroc.mean == 0.5
    assert found.paired == 0
    none, weak, _ = found.verdicts
    assert (none.precision.mean, none.recall.mean) == (0, 0)  # nothing said is nothing right
    assert (weak.precision.mean, weak.recall.mean, weak.false_alarms.mean) == (0.5, 1, 1)


def test_half_of_the_challenges_lose_their_partners() -> None:
    """c0 … c4 are always found out, c5 … c9 never: recall is the share of the first five among those that lost."""
    absent = {name: Best(0.0, Fit.NONE if number < 5 else Fit.STRONG) for number, name in enumerate(NAMES)}
    one = abstention(bests(1.0, Fit.STRONG), absent, repeats=1, seed=3)
    assert one.verdicts[0].precision.mean == 1
    assert one.verdicts[0].recall.mean in {k / 5 for k in range(6)}
    many = abstention(bests(1.0, Fit.STRONG), absent, repeats=400)
    assert many.verdicts[0].recall.mean == pytest.approx(0.5, abs=0.03)
    assert many.verdicts[0].recall.low < 0.5 < many.verdicts[0].recall.high
    assert many == abstention(bests(1.0, Fit.STRONG), absent, repeats=400)


def test_the_best_is_the_highest_fit_of_the_list() -> None:
    listed = [Candidate("a", 1, 0.9, Fit.WEAK, {}), Candidate("b", 2, 0.8, Fit.FAIR, {})]
    assert Best.of(listed) == Best(0.9, Fit.FAIR)
    assert Best.of([]) == Best(float("-inf"), Fit.NONE)
    assert abstention({}, {}).challenges == 0
