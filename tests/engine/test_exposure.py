"""A fair order among equals: who was seen less goes first, and nobody who clearly fits better loses a place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine import exposure
from matcher.engine.exposure import Placed, Standing, in_fair_order


def test_the_less_seen_of_two_equals_goes_first_and_is_said_to_be_lifted() -> None:
    order = in_fair_order([Standing("a", 1.00, 3, 9.0), Standing("b", 0.99, 3, 1.0)], margin=0.02)
    assert order == [Placed("b", True), Placed("a", False)]


def test_a_clearly_better_one_keeps_its_place() -> None:
    order = in_fair_order([Standing("a", 1.00, 3, 9.0), Standing("b", 0.90, 3, 0.0)], margin=0.02)
    assert [placed.owner for placed in order] == ["a", "b"]


def test_a_strong_fit_is_not_overtaken_by_a_weaker_word() -> None:
    order = in_fair_order([Standing("a", 1.00, 3, 9.0), Standing("b", 0.99, 2, 0.0)], margin=0.02)
    assert [placed.owner for placed in order] == ["a", "b"]


def test_nearly_equal_attention_changes_nothing() -> None:
    order = in_fair_order([Standing("a", 1.00, 3, 12.0), Standing("b", 0.99, 3, 11.0)], margin=0.02)
    assert order == [Placed("a", False), Placed("b", False)]


STANDINGS = st.lists(
    st.builds(
        Standing,
        st.sampled_from([f"p{number:02}" for number in range(30)]),
        st.floats(-1, 1),
        st.integers(0, 3),
        st.floats(0, 100),
    ),
    max_size=15,
    unique_by=lambda one: one.owner,
)


@given(STANDINGS, st.floats(0, 0.3))
@settings(max_examples=200, deadline=None)
def test_whoever_overtakes_comes_within_the_margin_and_was_seen_less(standings: list[Standing], margin: float) -> None:
    placed = in_fair_order(standings, margin)
    known = {one.owner: one for one in standings}
    assert sorted(p.owner for p in placed) == sorted(known)
    for place, one in enumerate(placed):
        score = round(known[one.owner].score, 5)
        behind = [known[later.owner] for later in placed[place + 1 :]]
        overtaken = [other for other in behind if round(other.score, 5) > score]
        assert one.lifted == bool(overtaken)
        assert all(other.score - score <= margin + 2e-5 for other in overtaken)
    assert placed == in_fair_order(reversed(standings), margin), "the order of the input plays no part"


def test_attention_falls_with_the_place_and_adds_up() -> None:
    assert exposure.attention(1) == 1
    assert exposure.attention(3) == pytest.approx(0.5)
    assert exposure.given([["a", "b", "c"], ["a"]]) == pytest.approx({"a": 2.0, "b": 0.63093, "c": 0.5}, abs=1e-5)
