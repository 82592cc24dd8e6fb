"""Figures: checked by hand, bounded, repeatable, and honest about chance."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine import baselines
from matcher.engine.evaluate import METRICS, difference, estimate, estimates, grouped, measure, measures

OWNERS = [f"o{i}" for i in range(30)]


def test_by_hand() -> None:
    figures = dict(zip(METRICS, measures(["a", "x", "b", "y"], {"a", "b", "c"}), strict=True))
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    assert figures == {
        "R@1": pytest.approx(1 / 3),
        "R@5": pytest.approx(2 / 3),
        "R@10": pytest.approx(2 / 3),
        "R@20": pytest.approx(2 / 3),
        "MRR": 1.0,
        "nDCG@10": pytest.approx(1.5 / ideal),
    }


@given(st.permutations(OWNERS), st.sets(st.sampled_from(OWNERS), min_size=1))
def test_between_none_and_perfect(ranked: list[str], relevant: set[str]) -> None:
    figures = measures(ranked, relevant)
    assert all(0 <= figure <= 1 for figure in figures)
    assert figures[:4] == sorted(figures[:4])
    perfect = measures(sorted(ranked, key=lambda owner: owner not in relevant), relevant)
    assert perfect[4:] == [1.0, pytest.approx(1.0)]
    assert figures[5] <= perfect[5] + 1e-12


def test_a_query_without_an_answer_list_counts_as_nothing_found() -> None:
    rows = measure({"q": ["a"]}, {"q": {"a"}, "unanswered": {"b"}, "without": set()})
    assert rows.mean(axis=0) == pytest.approx([0.5] * 6)


def test_intervals_are_repeatable_and_contain_the_mean() -> None:
    rows = np.random.default_rng(3).random((40, len(METRICS)))
    assert estimates(rows) == estimates(rows)
    for figure in estimates(rows).values():
        assert figure.low < figure.mean < figure.high


def test_a_paired_difference_sees_what_the_spread_hides() -> None:
    theirs = np.random.default_rng(1).random((50, len(METRICS)))
    ahead = difference(theirs + 0.05, theirs)
    assert ahead.mean == pytest.approx(0.05)
    assert ahead.low == pytest.approx(0.05)
    assert estimate(np.zeros(0)).mean == 0


def test_baselines_rank_the_obvious_first() -> None:
    passages = ["避難所の空き状況を知らせます。", "乗合バスを運行します。", "農家と働き手をつなぎます。"]
    lexical = baselines.bm25(["避難所が混雑する", "Drones"], passages)
    assert lexical[0].argmax() == 0
    assert not lexical[1].any()
    dense = np.array([[0.8, 0.9, 0.2], [0.3, 0.2, 0.1]], np.float32)
    assert baselines.in_order(baselines.fused(lexical, dense), ["a", "b", "c"])[0] == ["a", "b", "c"]


def test_groups_hold_their_own_rows() -> None:
    rows = np.arange(3 * len(METRICS), dtype=np.float64).reshape(3, -1)
    found = grouped(rows, [{11, 3}, {3}, set()])
    assert list(found) == [3, 11]
    assert (found[3] == rows[:2]).all()
    assert (found[11] == rows[:1]).all()
