"""The training texts are whole and varied, and training on them moves needs towards their own organisations."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from embeddings.training.pairs import read_pairs, varied_need, varied_offer

PAIRS = read_pairs()


def test_there_are_enough_and_all_goals_are_covered() -> None:
    assert len(PAIRS) >= 1_500
    goals = Counter(goal for pair in PAIRS for goal in pair.goals)
    assert set(goals) == set(range(1, 18))
    assert min(goals.values()) >= 15


def test_no_text_stands_twice() -> None:
    for name in ("title", "description", "profile", "near"):
        texts = Counter(getattr(pair, name) for pair in PAIRS)
        assert max(texts.values()) == 1, name


def test_about_a_tenth_is_held_out_and_by_id_alone() -> None:
    held = [pair for pair in PAIRS if pair.held_out]
    assert 0.07 < len(held) / len(PAIRS) < 0.13
    assert held == [pair for pair in reversed(PAIRS) if pair.held_out][::-1]


def test_none_of_it_stands_in_the_golden_set() -> None:
    golden = Path(__file__).parents[1] / "golden"
    known = "".join((golden / name).read_text("utf-8") for name in ("challenges.jsonl", "organizations.jsonl"))
    for pair in PAIRS:
        for text in (pair.title, pair.description, pair.profile, pair.near):
            assert text not in known


def test_variations_are_repeatable_and_keep_a_text() -> None:
    for pair in PAIRS[:100]:
        assert varied_need(pair, Random(3)) == varied_need(pair, Random(3))
        for seed in range(5):
            assert varied_need(pair, Random(seed))
            assert varied_offer(pair.profile, Random(seed))


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"id": "a-1"}\n', "utf-8")
    with pytest.raises(ValueError, match=r"a\.jsonl, line 1"):
        read_pairs(tmp_path)
