"""Figures on labels: counted by hand, with intervals, thresholds and honesty."""

import pytest

from matcher.engine.evaluate_tags import (
    at,
    best_threshold,
    calibration_error,
    f1_difference,
    goals_of,
    micro,
    reliability,
    sweep,
)

GIVEN = [{"8.3", "8.2"}, {"3.4"}, {"11.5"}]


def test_micro_averages_by_hand() -> None:
    found = micro([{"8.3", "9.5"}, {"3.4"}, set()], GIVEN)
    assert found.precision.mean == pytest.approx(2 / 3)  # 8.3 and 3.4 right, 9.5 wrong
    assert found.recall.mean == pytest.approx(2 / 4)  # 8.2 and 11.5 missed
    assert found.f1.mean == pytest.approx(4 / 7)
    assert found.suggested == pytest.approx(1)
    assert found.recall.low <= found.recall.mean <= found.recall.high
    assert micro(GIVEN, GIVEN).f1.low == 1
    assert micro([set()] * 3, GIVEN).f1.mean == micro([], []).f1.mean == 0


def test_a_paired_difference_is_nothing_for_equals() -> None:
    ours = [{"8.3"}, {"3.4"}, {"11.5"}]
    same = f1_difference(ours, ours, GIVEN)
    assert (same.mean, same.low, same.high) == (0, 0, 0)
    ahead = f1_difference(ours, [set(), {"3.4"}, set()], GIVEN)
    assert ahead.mean == pytest.approx(6 / 7 - 2 / 5)
    assert ahead.low >= 0


SCORED = [{"8.3": 0.9, "9.5": 0.6, "8.2": 0.3}, {"3.4": 0.7}, {"11.5": 0.2, "13.1": 0.65}]


def test_a_threshold_is_a_balance() -> None:
    low, high = sweep(SCORED, GIVEN, (0.2, 0.7))
    assert low.recall == 1
    assert low.precision == pytest.approx(4 / 6)
    assert (high.precision, high.recall, high.suggested) == (1, 0.5, pytest.approx(2 / 3))
    assert at(SCORED, 0.7) == [{"8.3"}, {"3.4"}, set()]
    assert best_threshold(SCORED, GIVEN, (0.2, 0.7, 0.8)) == 0.2


def test_honest_confidence_agrees_with_what_is_right() -> None:
    bins = reliability([{"a": 0.9, "b": 0.95, "c": 1.0}, {"d": 0.1}], [{"a", "b"}, set()], bins=2)
    assert [(b.low, b.high, b.suggestions) for b in bins] == [(0, 0.5, 1), (0.5, 1, 3)]
    assert bins[1].confidence == pytest.approx(0.95)
    assert bins[1].right == pytest.approx(2 / 3)
    assert calibration_error(bins) == pytest.approx((1 * 0.1 + 3 * (0.95 - 2 / 3)) / 4)
    assert calibration_error([]) == 0


def test_goals_of_targets() -> None:
    assert goals_of(["8.3", "8.10", "17.a"]) == {"8", "17"}
