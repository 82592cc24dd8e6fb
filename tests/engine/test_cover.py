"""Who covers several needs together: against trying everything, by hand, and with the laws that a cover obeys."""

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine.cover import (
    FURTHER,
    LARGEST,
    LEAST,
    OVERLAP,
    ROUNDING,
    SHORTLIST,
    SMALLEST,
    Cover,
    best_single,
    best_team,
    greedy,
    in_order_of_needs,
    shortlist,
)

STRONG = 0.7


def cover_of(*rows: tuple[float, ...]) -> Cover:
    values = np.array(rows, np.float64)
    return Cover(values, values >= STRONG, np.full(values.shape[1], 1 / values.shape[1]))


@st.composite
def covers(draw: st.DrawFn, most: int = 9) -> Cover:
    partners, needs = draw(st.integers(1, most)), draw(st.integers(1, 5))
    cell = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 1.0])
    rows = draw(st.lists(st.lists(cell, min_size=needs, max_size=needs), min_size=partners, max_size=partners))
    values = np.array(rows, np.float64)
    weights = np.array(draw(st.lists(st.integers(1, 4), min_size=needs, max_size=needs)), np.float64)
    return Cover(values, values >= STRONG, weights / weights.sum())


def worth(cover: Cover, team: tuple[int, ...]) -> float:
    """The definition, member by member."""
    together = cover.of(team)
    for member in team:
        others = [other for other in team if other != member]
        leads = [n for n, value in enumerate(cover.values[member]) if value == cover.values[list(team), n].max()]
        if together - cover.of(others) < LEAST - ROUNDING or not any(cover.covers[member, n] for n in leads):
            return -np.inf
    repeated = sum(cover.of([member]) for member in team) - together
    return together - FURTHER * (len(team) - 1) - OVERLAP * repeated


def best_of_all(cover: Cover) -> float:
    """The worth of the best team there is, or of the best partner when no team beats everybody."""
    worths = [max(cover.of([row]) for row in range(len(cover)))]
    most = max(cover.count([row]) for row in range(len(cover)))
    for size in range(SMALLEST, LARGEST + 1):
        for team in combinations(range(len(cover)), size):
            if cover.count(team) > most:
                worths.append(worth(cover, team))
    return max(worths)


@given(covers())
@settings(max_examples=150, deadline=None)
def test_no_team_is_worth_more_than_the_one_proposed(cover: Cover) -> None:
    team = best_team(cover)
    found = worth(cover, team) if team else max(cover.of([row]) for row in range(len(cover)))
    assert abs(found - best_of_all(cover)) < 1e-6


@given(covers(), st.data())
@settings(deadline=None)
def test_what_a_partner_adds_never_grows(cover: Cover, data: st.DataObject) -> None:
    rows = st.sets(st.integers(0, len(cover) - 1))
    few = data.draw(rows)
    many, one = few | data.draw(rows), data.draw(st.integers(0, len(cover) - 1))
    to_few, to_many = (cover.of(team | {one}) - cover.of(team) for team in (few, many))
    assert to_few >= to_many - 1e-9
    assert to_many >= -1e-9, "nobody takes cover away"


@given(covers(), st.integers(1, 4))
@settings(deadline=None)
def test_lazy_evaluation_changes_nothing_and_keeps_the_bound(cover: Cover, size: int) -> None:
    eager: list[int] = []
    while len(eager) < size:
        gains = [round(cover.of([*eager, row]) - cover.of(eager), 9) for row in range(len(cover))]
        if max(gains) <= 0:
            break
        eager.append(int(np.argmax(gains)))
    lazy = greedy(cover, size)
    best = max(cover.of(team) for team in combinations(range(len(cover)), min(size, len(cover))))
    assert cover.of(lazy) >= (1 - 1 / np.e) * best - 1e-9
    assert lazy == eager


@given(covers(most=30))
@settings(max_examples=50, deadline=None)
def test_the_shortlist_holds_the_greedy_team_and_the_best_for_each_need(cover: Cover) -> None:
    kept = shortlist(cover)
    assert len(kept) == min(len(cover), SHORTLIST)
    assert set(greedy(cover, LARGEST)) <= set(kept) or len(cover) <= SHORTLIST
    for need in range(len(cover.weights)):
        assert cover.values[kept, need].max() == cover.values[:, need].max()


def test_specialists_who_complete_each_other_are_a_team() -> None:
    cover = cover_of((0.9, 0.0, 0.0), (0.0, 0.9, 0.0), (0.0, 0.0, 0.9), (0.5, 0.5, 0.5))
    assert best_team(cover) == (0, 1, 2)
    assert best_single(cover) == 0, "half an answer to each need covers none"


def test_alone_the_one_who_covers_more_needs_is_best() -> None:
    cover = cover_of((0.7, 0.7, 0.0), (1.0, 0.65, 0.65))
    assert best_single(cover) == 0


def test_one_who_covers_all_needs_no_team() -> None:
    assert best_team(cover_of((0.8, 0.8, 0.8), (1.0, 0.0, 0.0), (0.0, 1.0, 1.0))) == ()


def test_a_second_one_for_the_same_need_is_left_out() -> None:
    assert best_team(cover_of((0.9, 0.0), (0.0, 0.9), (0.8, 0.2), (0.2, 0.8))) == (0, 1)


def test_of_two_equals_the_one_who_repeats_less_is_taken() -> None:
    assert best_team(cover_of((0.9, 0.0), (0.6, 0.9), (0.0, 0.9))) == (0, 2)


def test_never_more_than_four() -> None:
    team = best_team(cover_of(*np.eye(6).tolist()))
    assert len(team) == LARGEST


def test_nobody_covers_anything() -> None:
    assert best_single(cover_of((0.0, 0.0), (0.0, 0.0))) is None
    assert best_team(cover_of((0.0, 0.0), (0.0, 0.0))) == ()
    empty = Cover(np.zeros((0, 2)), np.zeros((0, 2), np.bool_), np.array([0.5, 0.5]))
    assert best_single(empty) is None
    assert best_team(empty) == ()


def test_half_answers_make_no_team() -> None:
    """Together they are nearer, but no need of the two is covered."""
    assert best_team(cover_of((0.5, 0.0), (0.0, 0.5))) == ()


def test_members_stand_in_the_order_of_the_needs() -> None:
    cover = cover_of((0.0, 0.0, 0.9), (0.9, 0.0, 0.0), (0.0, 0.9, 0.0))
    assert in_order_of_needs(cover, (0, 1, 2)) == [1, 2, 0]
    assert in_order_of_needs(cover, ()) == []


def test_beyond_those_present_only_what_they_do_not_cover_counts() -> None:
    cover = cover_of((0.9, 0.0, 0.0), (0.9, 0.0, 0.0), (0.0, 0.9, 0.0), (0.8, 0.4, 0.4))
    assert greedy(cover, 2, present=[0]) == [2, 3]
    assert greedy(cover, 4, present=[0, 2, 3]) == [], "the second one repeats the first"


@given(covers(), st.data())
@settings(max_examples=50, deadline=None)
def test_nobody_present_is_chosen_again(cover: Cover, data: st.DataObject) -> None:
    present = data.draw(st.lists(st.integers(0, len(cover) - 1), unique=True))
    chosen = greedy(cover, LARGEST, present)
    assert not set(chosen) & set(present)
    assert cover.of([*present, *chosen]) >= cover.of(present)
