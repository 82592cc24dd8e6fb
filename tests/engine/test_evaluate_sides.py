"""Exposure and both-sided figures, on cases counted by hand."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine.evaluate_exposure import exposure, gini
from matcher.engine.evaluate_reciprocal import reciprocal, turned


def test_gini_by_hand() -> None:
    assert gini([3, 3, 3]) == pytest.approx(0)
    assert gini([0, 0, 0, 4]) == pytest.approx(3 / 4)  # one of four has all: (n - 1) / n
    assert gini([1, 3]) == pytest.approx(1 / 4)  # mean difference |1 - 3| over four ordered pairs, twice the mean below
    assert gini([0, 0]) == gini([]) == 0


@settings(deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=20))
def test_gini_is_half_the_relative_mean_difference(counts: list[int]) -> None:
    n, total = len(counts), sum(counts)
    expected = sum(abs(a - b) for a in counts for b in counts) / (2 * n * total) if total else 0
    assert gini(counts) == pytest.approx(expected)
    assert 0 <= gini(counts) < 1


def test_exposure_counts_only_the_first_places() -> None:
    found = exposure([["a", "b", "c"], ["a", "c", "b"]], ["a", "b", "c", "d"], k=2)
    # a twice, b once, c once, d never
    assert (found.shown, found.possible, found.most) == (3 / 4, 1.0, 2)
    assert found.gini == pytest.approx(gini([0, 1, 1, 2]))
    assert exposure([["a"]], ["a", "b", "c", "d"], k=2).possible == 1 / 4
    assert exposure([], []).shown == 0


def test_both_sides_by_hand() -> None:
    relevant = {"c1": {"p1"}, "c2": {"p2"}, "c3": {"p1"}}
    forth = {"c1": ["p1", "p3"], "c2": ["p3", "p2"], "c3": ["p3", "p2"]}
    back = {"p1": ["c1", "c2"], "p2": ["c1", "c3"], "p3": ["c2", "c1"]}
    found = reciprocal(forth, back, relevant, k=1)
    # first of each challenge: (c1,p1) (c2,p3) (c3,p3); first of each partner: (c1,p1) (c1,p2) (c2,p3)
    assert found.c_recall == pytest.approx(1 / 3)  # of three known pairs (c1,p1) stands in a list
    assert found.c_precision == pytest.approx(1 / 4)  # of four pairs in any list
    assert found.s_recall == pytest.approx(1 / 3)
    assert found.s_precision == pytest.approx(1 / 2)  # (c1,p1) and (c2,p3) stand in both
    of_challenges = [1, 1 / math.log2(3), 0]
    ideal = 1 + 1 / math.log2(3)
    of_partners = [1 / ideal, 0]  # p1 should have c1 and c3, p2 should have c2
    assert found.partners == 2
    assert found.partner_ndcg.mean == pytest.approx(sum(of_partners) / 2)
    assert found.rndcg == pytest.approx((sum(of_challenges) + sum(of_partners)) / 5)


def test_perfect_lists_on_both_sides() -> None:
    relevant = {"c1": {"p1"}, "c2": {"p2"}}
    found = reciprocal({"c1": ["p1"], "c2": ["p2"]}, {"p1": ["c1"], "p2": ["c2"]}, relevant)
    assert (found.c_recall, found.c_precision, found.s_recall, found.s_precision) == (1, 1, 1, 1)
    assert found.rndcg == found.partner_recall.mean == 1


def test_turned_pairs() -> None:
    assert turned({"c1": {"p1", "p2"}, "c2": {"p1"}}) == {"p1": {"c1", "c2"}, "p2": {"c1"}}
