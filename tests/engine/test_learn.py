"""Learning from decisions: the right weights are found, few labels change little, places are corrected for."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.engine import learn
from matcher.engine.learn import DecidedList, Listed, Seen
from matcher.engine.score import DEFAULT, Weights

NOBODY_MEASURED = Seen({})


def history(lists: int, truth: Weights, seed: int = 0, noise: float = 0.1, size: int = 10) -> list[DecidedList]:
    """Offices that choose the best two of each list by `truth` and turn down the others."""
    generator = np.random.default_rng(seed)
    known, made = truth.as_dict(), []
    for number in range(lists):
        rows = [
            {
                "passage": generator.normal(0, 0.3),
                "sentence": generator.normal(0, 0.3),
                "words": generator.uniform(0, 0.3),
                "region": float(generator.choice([-1, 1])),
            }
            for _ in range(size)
        ]
        worth = [sum(known[name] * v for name, v in row.items()) + generator.normal(0, noise) for row in rows]
        chosen = set(np.argsort(worth)[-2:].tolist())
        items = [
            Listed(f"{number}-{i:02}", row, 1.0 if i in chosen else 0.0, place)
            for place, (i, row) in enumerate(enumerate(rows), 1)
        ]
        made.append(DecidedList(str(number), number, tuple(items)))
    return made


LOCAL = replace(DEFAULT, region=1.5)


def test_what_offices_in_fact_prefer_is_learned() -> None:
    learned = learn.learn(history(100, LOCAL), DEFAULT, NOBODY_MEASURED)
    assert learned.region / learned.words > 2.5 * DEFAULT.region / DEFAULT.words
    assert min(learned.as_dict().values()) >= 0
    assert learned.capacity == DEFAULT.capacity, "a part that never occurs keeps its weight"


def test_few_decisions_change_little() -> None:
    few, many = (learn.learn(history(n, LOCAL), DEFAULT, NOBODY_MEASURED) for n in (2, 200))

    def moved(weights: Weights) -> float:
        return abs(weights.region - DEFAULT.region)

    assert moved(few) < moved(many) / 5


def test_the_same_lists_give_the_same_weights_in_any_order() -> None:
    lists = history(40, LOCAL)
    assert learn.learn(lists, DEFAULT, NOBODY_MEASURED) == learn.learn(lists[::-1], DEFAULT, NOBODY_MEASURED)


def test_scores_keep_their_spread() -> None:
    lists = history(100, LOCAL)
    learned = learn.learn(lists, DEFAULT, NOBODY_MEASURED)
    names = ["passage", "region", "sentence", "words"]
    before, after = (
        learn._spread(lists, names, np.array([w.as_dict()[name] for name in names])) for w in (DEFAULT, learned)
    )
    assert after == pytest.approx(before, rel=0.01)


def test_nothing_to_learn_from_changes_nothing() -> None:
    assert learn.learn([], DEFAULT, NOBODY_MEASURED) == DEFAULT
    turned_down = DecidedList("a", 0, (Listed("x", {"words": 1.0}, 0.0, 1), Listed("y", {"words": 0.0}, 0.0, 2)))
    assert not turned_down.tells
    assert learn.learn([turned_down], DEFAULT, NOBODY_MEASURED) == DEFAULT


def test_who_was_passed_over_above_a_choice_counts_but_nobody_below_it() -> None:
    chosen = Listed("b", {"words": 0.1}, 1.0, 2)
    above, below = Listed("a", {"words": 0.3}, None, 1), Listed("c", {"words": 0.3}, None, 3)
    assert DecidedList("l", 0, (above, chosen)).tells
    assert not DecidedList("l", 0, (chosen, below)).tells, "it may never have been looked at"


def test_the_chance_of_being_seen_is_measured_where_lists_were_read_and_assumed_elsewhere() -> None:
    assert NOBODY_MEASURED.chance(1) == 1
    assert NOBODY_MEASURED.chance(4) == pytest.approx(0.5)
    assert NOBODY_MEASURED.chance(1000) == learn.LEAST_SEEN
    thorough = Seen({20: 10_000})
    assert thorough.chance(20) == pytest.approx(1, abs=0.01)
    hasty = Seen({3: 10_000})
    assert hasty.chance(3) > 0.99
    assert hasty.chance(4) == learn.LEAST_SEEN


def test_places_are_corrected_for() -> None:
    """What is chosen in a place where few look says more than what is chosen where everybody looks."""
    lists = []
    for number in range(120):
        # Words decide in the upper places; region decides as often in the lower ones, which one office in ten reads.
        upper = number % 10 != 0
        first, second = (1, 2) if upper else (9, 10)
        better, worse = ({"words": 0.2}, {"region": 1.0}) if upper else ({"region": 1.0}, {"words": 0.2})
        items = (Listed("b", better, 1.0, second), Listed("a", worse, 0.0, first))
        lists.append(DecidedList(str(number), number, items))
    read = Seen({2: 9_000, 10: 1_000})
    corrected, naive = (learn.learn(lists, DEFAULT, seen) for seen in (read, Seen({10: 10_000})))
    assert corrected.region / corrected.words > naive.region / naive.words * 1.5


def test_the_latest_third_judges_and_never_teaches() -> None:
    lists = history(90, LOCAL)
    earlier, frozen = learn.split(reversed(lists))
    assert (len(earlier), len(frozen)) == (60, 30)
    assert max(one.moment for one in earlier) < min(one.moment for one in frozen)


def test_a_better_model_passes_the_gate_and_noise_does_not() -> None:
    earlier, frozen = learn.split(history(120, LOCAL))
    learned = learn.learn(earlier, DEFAULT, NOBODY_MEASURED)
    assert learn.compare(frozen, learned, DEFAULT, NOBODY_MEASURED).better
    assert not learn.compare(frozen, DEFAULT, learned, NOBODY_MEASURED).better
    same = learn.compare(frozen, DEFAULT, DEFAULT, NOBODY_MEASURED)
    assert (same.difference.mean, same.difference.low, same.better) == (0, 0, False)
    assert not learn.compare(frozen[:10], learned, DEFAULT, NOBODY_MEASURED).better, "too few lists to say so"


def test_decisions_by_chance_teach_nothing_that_passes() -> None:
    passed = []
    for seed in range(10):
        earlier, frozen = learn.split(history(90, DEFAULT, seed, noise=50.0))
        learned = learn.learn(earlier, DEFAULT, NOBODY_MEASURED)
        passed.append(learn.compare(frozen, learned, DEFAULT, NOBODY_MEASURED).better)
    assert sum(passed) <= 1


def test_ndcg_by_hand() -> None:
    items = (Listed("a", {"words": 1.0}, 0.0, 1), Listed("b", {"words": 0.5}, 1.0, 4))
    listed = DecidedList("l", 0, items)
    assert learn.ndcg(listed, DEFAULT, NOBODY_MEASURED) == pytest.approx(1 / np.log2(3))
    three = DecidedList("l", 0, (*items, Listed("c", {"words": 2.0}, 1.0, 1)))
    # Gains 1 (seen for sure) and 1 / 0.5 (place 4 is seen every second time): c, a, b against b, c.
    assert learn.ndcg(three, DEFAULT, NOBODY_MEASURED) == pytest.approx((1 + 2 / 2) / (2 + 1 / np.log2(3)))


def test_enough_is_stated_in_lists_and_decisions() -> None:
    assert not learn.enough(history(learn.MIN_LISTS - 1, LOCAL))
    assert learn.enough(history(learn.MIN_LISTS, LOCAL))


def test_stored_weights_of_another_release_are_read() -> None:
    assert learn.weights_of({"words": 2.0, "gone": 9.0}) == replace(DEFAULT, words=2.0)
