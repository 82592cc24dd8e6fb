"""The linear and integer programs behind an exact assignment: a growing set of pairs, priced by duals (HiGHS)."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import scipy.sparse as sp
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from matcher.engine.assign_problem import NEAR, Counts, Fits, Pairs, Problem
from matcher.engine.types import Mask

START = 30  # best partners of each challenge that a program begins with, beside as many as it wants
GROWTH = 30  # pairs that a challenge may add in one round
PRICE = 1e-8  # a reduced cost nearer to 0 than this improves nothing
Values = NDArray[np.float64]


class Unsolved(RuntimeError):
    """HiGHS gave no answer where there is one."""


class Goal(StrEnum):
    """What a program makes as good as can be."""

    EVEN = "even"  # the sum of squared shortfalls
    FLOOR = "floor"  # the least service of those who have a choice
    TOTAL = "total"  # the sum of all fits


@dataclass(frozen=True)
class Ask:
    """A goal, under a floor for those who have a choice, with a shortfall of at most `uneven` (a sum of squares)."""

    goal: Goal
    floor: float | None = None
    uneven: float = 0.0


@dataclass(frozen=True, eq=False)
class Solved:
    """A linear optimum: its value (to be minimised), the chosen pairs with their shares, all pairs' reduced costs."""

    ask: Ask
    value: float
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    shares: Values
    reduced: Fits  # (n, m); ∞ where there is no such pair

    @property
    def integral(self) -> bool:
        return bool((np.abs(self.shares - np.round(self.shares)) < NEAR).all())

    def pairs(self) -> Pairs:
        return np.stack([self.rows, self.columns], axis=1)[self.shares > 0.5]


class Programs:
    """All programs over one problem's open pairs; the pairs in play grow from one to the next."""

    def __init__(self, problem: Problem, known: Pairs) -> None:
        self._problem, self._open = problem, problem.open
        self._possible = np.isfinite(self._open.fits)
        self._fits = np.nan_to_num(self._open.fits)
        self._in = self._first()
        self._in[known[:, 0], known[:, 1]] = True
        self._in &= self._possible

    def _first(self) -> Mask:
        """Each challenge's best partners, and each partner's best challenge."""
        n, m = self._open.shape
        ranked = np.where(self._possible, self._fits, -np.inf)
        size = min(m, int(self._open.wanted.max(initial=0)) + START)
        chosen: Mask = np.zeros((n, m), np.bool_)
        np.put_along_axis(chosen, np.argpartition(-ranked, size - 1, axis=1)[:, :size], True, axis=1)
        chosen[ranked.argmax(axis=0), np.arange(m)] = True
        return chosen

    @property
    def in_play(self) -> Mask:
        return self._in

    @property
    def possible(self) -> Mask:
        return self._possible

    def solve(self, ask: Ask) -> Solved:
        """The optimum over all possible pairs, those out of play included. Raises Unsolved."""
        while True:
            program = _Program.of(self._problem, ask, self._in)
            found = program.linear()
            reduced = self._reduced(ask, program, found)
            improving = (reduced < -PRICE) & ~self._in
            if not improving.any():
                shares = found.x[: len(program.rows)]
                return Solved(ask, float(found.fun), program.rows, program.columns, shares, reduced)
            self._in |= improving & _least(reduced, GROWTH)

    def _reduced(self, ask: Ask, program: "_Program", found: "_Found") -> Fits:
        """What one unit of each pair would add to the cost at the present prices."""
        loads, floors = np.split(found.below[: len(program.partners) + len(program.floored)], [len(program.partners)])
        weight = np.full(len(self._fits), float(ask.goal is Goal.TOTAL))
        weight[program.floored] -= floors
        price = np.zeros(self._open.shape[1])
        price[program.partners] = loads
        reduced = -weight[:, None] * self._fits - found.equal[:, None] - price
        reduced[~self._possible] = np.inf
        return np.asarray(reduced)

    def integral(self, ask: Ask, among: Mask, seconds: float) -> tuple[Pairs | None, bool]:
        """The best whole plan among some pairs, None if none was found; and whether `seconds` were enough."""
        program = _Program.of(self._problem, ask, among & self._possible)
        whole = np.isfinite(program.upper).astype(np.int64)  # all but the floor itself
        limits = [LinearConstraint(program.equal, program.needs, program.needs)]
        limits.append(LinearConstraint(program.below, -np.inf, program.limits))
        options = {"time_limit": seconds, "mip_rel_gap": 0.0}
        bounds = Bounds(program.lower, program.upper)
        found = milp(program.cost, integrality=whole, bounds=bounds, constraints=limits, options=options)
        done = found.status in (0, 2)  # optimal, or there is none
        if found.x is None:
            return None, done
        chosen = found.x[: len(program.rows)] > 0.5
        return np.stack([program.rows, program.columns], axis=1)[chosen], done


@dataclass(frozen=True, eq=False)
class _Found:
    x: Values
    fun: float
    equal: Values  # dual prices of the counts
    below: Values  # … of the loads, then of the floors


@dataclass(frozen=True, eq=False)
class _Program:
    """Minimise cost·x: shares of pairs (rows, columns), then units that a challenge is short of, then the floor."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    cost: Values
    equal: sp.csr_array  # one row a challenge
    needs: Counts
    below: sp.csr_array  # loads of the partners in play, then floors, then the shortfall
    limits: Values
    partners: NDArray[np.int64]  # whose loads these are
    floored: NDArray[np.int64]  # whose floors
    lower: Values
    upper: Values

    @classmethod
    def of(cls, problem: Problem, ask: Ask, among: Mask) -> "_Program":
        rows, columns = np.nonzero(among)
        fits, each = problem.open.fits[rows, columns], np.arange(len(rows))
        (n, _), size = problem.shape, len(rows)
        partners, load_of = np.unique(columns, return_inverse=True)
        floors = ask.goal is Goal.FLOOR or ask.floor is not None
        floored = np.flatnonzero(problem.contending) if floors else np.zeros(0, np.int64)
        short_of, costs = _shortfalls(problem, ask)
        below = [
            _block(load_of, each, 1.0, (len(partners), size)),
            _block(rows, each, -fits, (n, size))[floored],
        ]
        tops = int(ask.goal is Goal.FLOOR)
        more = len(short_of) + tops
        beside = [sp.csr_array((len(partners), more)), _block([], [], 1.0, (len(floored), more))]
        if tops:
            beside[1] = _block(np.arange(len(floored)), np.full(len(floored), more - 1), 1.0, (len(floored), more))
        limits = [problem.open.capacity[partners], problem.base[floored] - (ask.floor or 0.0)]
        if ask.goal is not Goal.EVEN and len(short_of):
            below.append(sp.csr_array((1, size)))
            beside.append(sp.csr_array(np.append(costs, np.zeros(tops))[None, :]))
            limits.append(np.array([ask.uneven + 0.5]))  # sums of squares are whole numbers
        counts = [_block(rows, each, 1.0, (n, size)), _block(short_of, np.arange(len(short_of)), 1.0, (n, more))]
        return cls(
            rows,
            columns,
            np.concatenate([-fits * (ask.goal is Goal.TOTAL), costs * (ask.goal is Goal.EVEN), -np.ones(tops)]),
            sp.csr_array(sp.hstack(counts)),
            problem.open.wanted,
            sp.csr_array(sp.block_array([[left, right] for left, right in zip(below, beside, strict=True)])),
            np.concatenate(limits),
            partners,
            floored,
            np.zeros(size + more),
            np.concatenate([np.ones(size + len(short_of)), np.full(tops, np.inf)]),
        )

    def linear(self) -> _Found:
        found = linprog(
            self.cost,
            A_ub=self.below,
            b_ub=self.limits,
            A_eq=self.equal,
            b_eq=self.needs,
            bounds=np.stack([self.lower, self.upper], axis=1),
            method="highs-ipm",
        )
        if found.status != 0:
            raise Unsolved(found.message)
        return _Found(found.x, float(found.fun), found.eqlin.marginals, found.ineqlin.marginals)


def _least(values: Fits, size: int) -> Mask:
    """The `size` least of each row."""
    chosen: Mask = np.zeros(values.shape, np.bool_)
    if values.shape[1] <= size:
        return ~chosen
    np.put_along_axis(chosen, np.argpartition(values, size, axis=1)[:, :size], True, axis=1)
    return chosen


def _shortfalls(problem: Problem, ask: Ask) -> tuple[NDArray[np.int64], Values]:
    """For each partner that a challenge may be short of: whose it is, and its cost.

    The s-th costs 2s - 1, so that s of them cost s²: the least sum is the most even one, and the fewest in all.
    """
    if ask.goal is not Goal.EVEN and not ask.uneven:
        return np.zeros(0, np.int64), np.zeros(0)
    wanted = problem.open.wanted
    owners = np.repeat(np.arange(len(wanted)), wanted)
    places = np.concatenate([np.arange(count) for count in wanted.tolist()] or [np.zeros(0)])
    return owners, places * 2.0 + 1


def _block(rows: ArrayLike, columns: ArrayLike, values: float | Values, shape: tuple[int, int]) -> sp.csr_array:
    at = np.asarray(rows, np.int64)
    return sp.csr_array((np.broadcast_to(values, at.shape).astype(np.float64), (at, columns)), shape=shape)
