"""The training texts are whole and varied, and training on them moves needs towards their own organisations."""

from collections import Counter
from pathlib import Path
from random import Random

import numpy as np
import pytest

from embeddings.training.measure import found
from embeddings.training.pairs import UNSEEN, Pair, read_pairs, varied_need, varied_offer

PAIRS = read_pairs()
APART = read_pairs(UNSEEN)


def test_there_are_enough_and_all_goals_are_covered() -> None:
    assert len(PAIRS) >= 1_500
    goals = Counter(goal for pair in PAIRS for goal in pair.goals)
    assert set(goals) == set(range(1, 18))
    assert min(goals.values()) >= 15


def test_no_text_stands_twice() -> None:
    for name in ("title", "description", "profile", "near"):
        texts = Counter(getattr(pair, name) for pair in PAIRS + APART)
        assert max(texts.values()) == 1, name


def test_about_a_tenth_is_held_out_and_by_id_alone() -> None:
    held = [pair for pair in PAIRS if pair.held_out]
    assert 0.07 < len(held) / len(PAIRS) < 0.13
    assert held == [pair for pair in reversed(PAIRS) if pair.held_out][::-1]


def test_none_of_it_stands_in_the_golden_set() -> None:
    golden = Path(__file__).parents[1] / "golden"
    known = "".join((golden / name).read_text("utf-8") for name in ("challenges.jsonl", "organizations.jsonl"))
    for pair in PAIRS + APART:
        for text in (pair.title, pair.description, pair.profile, pair.near):
            assert text not in known


def test_variations_are_repeatable_and_keep_a_text() -> None:
    for pair in PAIRS[:100]:
        assert varied_need(pair, Random(3)) == varied_need(pair, Random(3))
        for seed in range(5):
            assert varied_need(pair, Random(seed))
            assert varied_offer(pair.profile, Random(seed))


def test_what_measures_was_not_learnt() -> None:
    assert len(APART) == 900
    assert {pair.id for pair in APART}.isdisjoint(pair.id for pair in PAIRS)


def test_a_need_finds_its_organisation_at_the_place_that_the_nearer_ones_leave() -> None:
    pairs = [Pair(str(i), "f", (1,), f"n{i}", "", f"p{i}", f"x{i}") for i in range(2)]
    vectors = {"n0": (3, 0), "n1": (0, 3), "p0": (2, 0), "p1": (3, 1), "x0": (0, 3), "x1": (-2, 0)}
    places = found(pairs, *[lambda texts: np.array([vectors[t.strip("。. ")] for t in texts], np.float32)] * 2).places
    assert places.tolist() == [0, 2]


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a-1"}\n', "utf-8")
    with pytest.raises(ValueError, match=r"a\.jsonl, line 1"):
        read_pairs(tmp_path)
