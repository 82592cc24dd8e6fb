"""Shares out exactly: linear programs, and integer ones where the floor needs them.

In this order, each step under what the ones before it decided:
  counts  as many partners as possible, the shortfall as even as possible (its squares: a transport problem too);
  floor   the worst-served challenge as well served as possible: the max-min fairness of PeerReview4All (Stelmakh, Shah
          & Singh, ALT 2019);
  total   the greatest sum of fits. A floor for each and then the total is the programme that FairIR rounds and FairFlow
          approximates (Kobren, Saha & McCallum, KDD 2019); here it is solved to the end where time allows.
Without the floor this is a transport problem, whose vertices are integral, so a linear program gives the optimum itself
(OpenReview's MinMax solver is a minimum-cost flow too, but min and max are loads there). Few of the pairs can matter: a
program starts with each challenge's best ones, and its dual prices say which of all others would improve it; when none
does, its optimum is that of the whole (column generation, Dantzig & Wolfe 1960). Where the floor makes a vertex
fractional, an integer program needs only pairs whose reduced cost is within the gap between the linear bound and the
best whole plan (reduced-cost fixing).
"""

import time
from dataclasses import replace

import numpy as np

from matcher.engine.assign_problem import NEAR, Pairs, Plan, Problem, plan
from matcher.engine.assign_programs import Ask, Goal, Programs, Solved, Unsolved
from matcher.engine.assign_quick import quick
from matcher.engine.types import Mask

SECONDS = 30.0  # for all integer programs together
FEW = 6  # an integer program begins with so many pairs for each that will be chosen
MOST = 400_000  # pairs that an integer program may have
ALL = 5_000  # pairs up to which the floor is looked for among all of them
ROUNDS = 3


def exact(problem: Problem, seconds: float = SECONDS) -> Plan:
    """The optimum, or the best that was found with bounds on what a better one could have.

    `seconds` limits the integer programs, of which there are a handful at most, and none where no floor is at stake.
    Where they run out, an answer can depend on the machine; otherwise the same problem has the same answer.
    Raises Unsolved when HiGHS finds no answer where there is one.
    """
    start = quick(problem)
    if not len(start.pairs) or not problem.open.wanted.any():
        return replace(
            start, method="exact", floor_bound=start.worst, total_bound=start.total, unconstrained=start.total
        )
    until = time.monotonic() + seconds
    search = _Search(problem, Programs(problem, start.pairs), not start.shortfall.any(), until)
    free, total = search.fullest(None, None)
    bound = search.bound()
    if free.worst >= bound - NEAR:
        return replace(free, floor_bound=bound, total_bound=total, unconstrained=free.total)
    best, bound = search.served([free, start], min(bound, search.floor()))
    best, total = search.fullest(best.worst, best)
    return replace(best, method="exact", floor_bound=bound, total_bound=total, unconstrained=free.total)


class _Search:
    """The steps, each with what is left of the time."""

    def __init__(self, problem: Problem, programs: Programs, full: bool, until: float) -> None:
        self._problem, self._programs, self._until = problem, programs, until
        #: the least sum of squared shortfalls: the most partners in all, and as evenly as can be
        self._uneven = 0.0 if full else float(round(programs.solve(Ask(Goal.EVEN)).value))

    def _left(self, part: float = 1.0) -> float:
        """What is asked first shall not use up all the time; a second there is always."""
        return max(self._until - time.monotonic(), 1.0) * part

    def _plan(self, pairs: Pairs) -> Plan:
        return plan(self._problem, pairs, "exact")

    def bound(self) -> float:
        """What the worst-served challenge could have if it were alone."""
        alone = self._problem.best_alone(self._problem.open.wanted)[self._problem.contending]
        return float(alone.min()) if len(alone) else 0.0

    def floor(self) -> float:
        """What it could have if partners could be shared in parts."""
        return -self._programs.solve(Ask(Goal.FLOOR, None, self._uneven)).value

    def served(self, known: list[Plan], bound: float) -> tuple[Plan, float]:
        """A plan whose worst-served challenge has what the bound says, or the best that was found; and the bound."""
        even = [made for made in known if (made.shortfall**2).sum() <= self._uneven]
        best = max(even, key=lambda made: (made.worst, made.total))
        if best.worst >= bound - NEAR:
            return best, bound
        relaxed = self._programs.solve(Ask(Goal.TOTAL, bound - NEAR / 2, self._uneven))
        for among in self._widening(relaxed):
            pairs, _ = self._programs.integral(relaxed.ask, among, self._left(1 / 3))
            if pairs is not None:
                return self._plan(pairs), bound
        among = self._programs.possible if self._programs.possible.sum() <= ALL else self._programs.in_play
        pairs, done = self._programs.integral(Ask(Goal.FLOOR, None, self._uneven), among, self._left(0.5))
        if pairs is not None:
            best = max(best, self._plan(pairs), key=lambda made: made.worst)
        return best, best.worst if done and (among == self._programs.possible).all() else bound

    def _widening(self, relaxed: Solved) -> list[Mask]:
        """Ever more of the pairs that cost least, at last all in play."""
        every = self._programs.in_play
        size = FEW * int(self._problem.open.wanted.sum())
        return [*(_cheapest(relaxed, most) for most in (size, 4 * size) if most < every.sum()), every]

    def fullest(self, floor: float | None, best: Plan | None) -> tuple[Plan, float]:
        """The greatest total that serves everybody as well as `floor`, with the bound on it that was proved.

        `best` is a plan that does, where one is known already.
        """
        lowered = None if floor is None else floor - NEAR / 2
        relaxed = self._programs.solve(Ask(Goal.TOTAL, lowered, self._uneven))
        bound = float(self._problem.base.sum()) - relaxed.value
        if relaxed.integral:
            return self._plan(relaxed.pairs()), bound
        among = _cheapest(relaxed, FEW * int(self._problem.open.wanted.sum()))
        for _ in range(ROUNDS):
            pairs, done = self._programs.integral(relaxed.ask, among, self._left())
            if pairs is not None:
                made = self._plan(pairs)
                best = made if best is None or made.total > best.total else best
            within: Mask = relaxed.reduced <= (np.inf if best is None else bound - best.total + NEAR)
            within &= np.isfinite(relaxed.reduced)
            if best is not None and done and not (within & ~among).any():
                return best, best.total
            if not done or within.sum() > MOST:
                break
            among = within | among
        if best is None:
            raise Unsolved("no whole plan was found in time")
        return best, bound


def _cheapest(relaxed: Solved, most: int) -> Mask:
    costs = relaxed.reduced[np.isfinite(relaxed.reduced)]
    if len(costs) <= most:
        return np.isfinite(relaxed.reduced)
    return np.asarray(relaxed.reduced <= np.partition(costs, most - 1)[most - 1])
