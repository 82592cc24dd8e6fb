"""Assignment under load: what is promised holds against brute force on small problems, by its bounds on larger ones."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.engine.assign import METHODS, Plan, Problem, Unassignable, assign, exact, greedy, quick, random
from matcher.engine.assign_problem import Fits


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to four challenges and five partners, with forbidden pairs, uneven capacities and sometimes a locked pair."""
    n, m = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    fit = st.one_of(st.integers(0, 1000).map(lambda value: value / 1000), st.just(np.nan))
    fits = np.array(draw(st.lists(st.lists(fit, min_size=m, max_size=m), min_size=n, max_size=n)))
    capacity = draw(st.lists(st.integers(0, 3), min_size=m, max_size=m))
    roomy = [j for j in range(m) if capacity[j]]
    locked = [(draw(st.integers(0, n - 1)), draw(st.sampled_from(roomy)))] if roomy and draw(st.booleans()) else []
    return Problem.of(fits, draw(st.integers(1, 3)), capacity, locked=locked)


Key = tuple[int, float, float]


def key(problem: Problem, chosen: list[tuple[int, ...]]) -> Key:
    """Even first, then the worst-served, then the total: greater is better."""
    short = problem.wanted - np.array([len(some) for some in chosen])
    served = np.array([np.nan_to_num(problem.fits[i, list(some)]).sum() for i, some in enumerate(chosen)])
    least = served[problem.contending].min() if problem.contending.any() else 0.0
    return -int((short**2).sum()), round(float(least), 5), round(float(served.sum()), 5)


def brute(problem: Problem) -> Key:
    """Every plan there is."""
    n, m = problem.shape
    options = []
    for i in range(n):
        locked = {int(j) for row, j in problem.locked if row == i}
        able = sorted({j for j in range(m) if np.isfinite(problem.fits[i, j])} | locked)
        sizes = range(len(locked), int(problem.wanted[i]) + 1)
        options.append([some for size in sizes for some in combinations(able, size) if locked <= set(some)])
    fitting = (
        list(chosen)
        for chosen in product(*options)
        if (np.bincount([j for some in chosen for j in some], minlength=m) <= problem.capacity).all()
    )
    return max(key(problem, chosen) for chosen in fitting)


def chosen_of(plan: Plan) -> list[tuple[int, ...]]:
    return [tuple(plan.pairs[plan.pairs[:, 0] == i, 1].tolist()) for i in range(plan.problem.shape[0])]


def honours_everything(plan: Plan) -> None:
    problem, pairs = plan.problem, {*map(tuple, plan.pairs.tolist())}
    assert len(pairs) == len(plan.pairs), "no pair twice"
    assert (plan.loads <= problem.capacity).all(), "loads are never exceeded"
    assert (plan.counts <= problem.wanted).all()
    locked = {*map(tuple, problem.locked.tolist())}
    assert locked <= pairs, "locked pairs are kept"
    assert all(np.isfinite(problem.fits[i, j]) for i, j in pairs - locked), "forbidden pairs are left out"


@given(problems())
@settings(max_examples=150, deadline=None)
def test_the_exact_way_finds_the_best_of_all_plans_and_proves_it(problem: Problem) -> None:
    plan = exact(problem)
    honours_everything(plan)
    assert key(problem, chosen_of(plan)) == pytest.approx(brute(problem), abs=5e-5)
    assert plan.optimal


@given(problems(), st.sampled_from(sorted(METHODS)))
@settings(max_examples=150, deadline=None)
def test_every_way_honours_loads_locks_and_bans_and_stays_below_its_bounds(problem: Problem, method: str) -> None:
    plan = METHODS[method](problem)
    honours_everything(plan)
    assert plan.total_bound is not None
    assert plan.floor_bound is not None
    if method != "exact":
        assert plan.total_bound >= plan.total - 1e-6
        assert plan.floor_bound >= plan.worst - 1e-6


def popular(challenges: int, partners: int, seed: int = 1) -> Fits:
    """Fits in which a few partners are good for many."""
    generator = np.random.default_rng(seed)
    topics = generator.normal(size=(challenges, 12)) @ generator.normal(size=(12, partners)) / 12**0.5
    fame = generator.pareto(2.5, partners)
    return np.asarray(1 / (1 + np.exp(1.5 - topics)) + 0.4 * fame / fame.max())


@pytest.mark.parametrize("capacity", [1, 2, 3])
def test_the_worst_served_fare_better_than_with_greedy_at_no_cost_to_the_whole(capacity: int) -> None:
    problem = Problem.of(popular(40, 400), 5, capacity)
    best = exact(problem)
    assert best.optimal or capacity == 1
    assert best.floor_gap is not None
    assert best.floor_gap <= 0.02 * best.worst
    assert best.total_gap == 0
    assert not best.shortfall.any()
    assert best.worst >= greedy(problem).worst
    assert best.worst > random(problem).worst
    assert best.unconstrained is not None
    assert best.total >= 0.98 * best.unconstrained
    assert best.total >= greedy(problem).total * 0.98


def test_the_quick_way_comes_near_the_exact_one() -> None:
    problem = Problem.of(popular(60, 400), 5, 1)
    best, near = exact(problem), quick(problem)
    assert near.worst >= greedy(problem).worst
    assert near.worst >= 0.95 * best.worst
    assert near.total >= 0.97 * best.total
    assert near.total_bound is not None
    assert near.total_bound >= best.total - 1e-6, "what prices prove holds for every plan"


def test_too_little_capacity_is_shared_evenly_and_said() -> None:
    problem = Problem.of(popular(20, 10), 5, 5)
    plan = exact(problem, seconds=3)
    assert plan.loads.sum() == 50
    assert plan.shortfall.sum() == 50
    assert set(plan.shortfall.tolist()) == {2, 3}


def test_who_has_too_few_possible_partners_does_not_pull_the_floor_down() -> None:
    fits = popular(10, 40)
    fits[0, 2:] = np.nan
    plan = exact(Problem.of(fits, 3, 2))
    assert plan.counts[0] == 2
    assert plan.shortfall.tolist() == [1] + [0] * 9
    assert not plan.problem.contending[0]
    assert plan.worst == plan.service[1:].min()


def test_nothing_to_share_out_is_an_empty_plan() -> None:
    for problem in (Problem.of(np.full((3, 4), np.nan), 2, 1), Problem.of(np.ones((2, 2)), 2, 0)):
        for way in METHODS.values():
            plan = way(problem)
            assert len(plan.pairs) == 0
            assert plan.total == 0
            assert plan.shortfall.sum() == problem.wanted.sum()


def test_locks_that_cannot_be_are_refused_with_the_place() -> None:
    with pytest.raises(Unassignable) as refused:
        Problem.of(np.ones((3, 2)), 1, [1, 5], locked=[(0, 0), (1, 0)])
    assert (refused.value.code, refused.value.where) == ("lock_over_capacity", [0])
    with pytest.raises(Unassignable) as refused:
        Problem.of(np.ones((2, 3)), 1, 5, locked=[(1, 0), (1, 2)])
    assert (refused.value.code, refused.value.where) == ("lock_over_wanted", [1])
    with pytest.raises(Unassignable) as refused:
        Problem.of(np.ones((2, 3)), 1, 5, locked=[(1, 0)], forbidden=[(1, 0)])
    assert refused.value.code == "locked_and_forbidden"
    with pytest.raises(ValueError, match="0 or more"):
        Problem.of(-np.ones((1, 1)), 1, 1)


def test_the_same_problem_has_the_same_answer() -> None:
    problem = Problem.of(popular(30, 100), 3, 2)
    for way in METHODS.values():
        assert way(problem).pairs.tolist() == way(problem).pairs.tolist()
    assert assign(problem).pairs.tolist() == exact(problem).pairs.tolist()
