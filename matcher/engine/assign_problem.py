"""What is to be shared out among challenges (partners with a limited load) and what came out of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from matcher.engine.types import Mask

Fits = NDArray[np.float64]
Counts = NDArray[np.int64]
Pairs = NDArray[np.int64]  # (p, 2): challenge, partner
Pair = tuple[int, int]
NEAR = 1e-6  # two sums of fits that differ by less are the same: what HiGHS promises for a constraint


class Unassignable(ValueError):
    """Locked pairs that contradict what they are locked into; `code` says how, `where` which rows or columns."""

    def __init__(self, code: str, where: Sequence[int]) -> None:
        super().__init__(f"{code}: {list(where)}")
        self.code, self.where = code, list(where)


@dataclass(frozen=True, eq=False)
class Problem:
    """Fits of challenges × partners, how many partners each challenge wants, and how many each partner can take.

    Fits are 0 or more; a pair whose fit is NaN is forbidden. Locked pairs are part of every answer; one without a fit
    counts 0.
    """

    fits: Fits  # (n, m)
    wanted: Counts  # (n,)
    capacity: Counts  # (m,)
    locked: Pairs

    @classmethod
    def of(
        cls,
        fits: NDArray[np.floating],
        wanted: int | Sequence[int] | Counts,
        capacity: int | Sequence[int] | Counts,
        *,
        locked: Iterable[Pair] = (),
        forbidden: Iterable[Pair] = (),
        allowed: Mask | None = None,
    ) -> "Problem":
        """`wanted` and `capacity` may be one number for all; negative capacity is none.

        Raises Unassignable with code locked_and_forbidden, lock_over_capacity (where: partners) or lock_over_wanted
        (where: challenges); ValueError for a negative fit.
        """
        values = np.array(fits, np.float64)
        if (values < 0).any():
            raise ValueError("fits are 0 or more")
        locks, forbids = _pairs(locked), _pairs(forbidden)
        if both := {*map(tuple, locks.tolist())} & {*map(tuple, forbids.tolist())}:
            raise Unassignable("locked_and_forbidden", sorted(row for row, _ in both))
        values[forbids[:, 0], forbids[:, 1]] = np.nan
        if allowed is not None:
            values[~allowed] = np.nan
        n, m = values.shape
        made = cls(values, _each(wanted, n), np.maximum(_each(capacity, m), 0), locks)
        _refuse("lock_over_capacity", np.bincount(locks[:, 1], minlength=m) > made.capacity)
        _refuse("lock_over_wanted", np.bincount(locks[:, 0], minlength=n) > made.wanted)
        return made

    @property
    def shape(self) -> tuple[int, int]:
        n, m = self.fits.shape
        return n, m

    @cached_property
    def base(self) -> Fits:
        """What the locked pairs alone are worth to each challenge."""
        worth = np.nan_to_num(self.fits[self.locked[:, 0], self.locked[:, 1]])
        return np.bincount(self.locked[:, 0], worth, self.shape[0]).astype(np.float64)

    @cached_property
    def open(self) -> "Problem":
        """What is left to decide: without the locked pairs and without partners that can take no more."""
        if not len(self.locked) and not np.isfinite(self.fits[:, self.capacity == 0]).any():
            return self
        n, m = self.shape
        capacity = self.capacity - np.bincount(self.locked[:, 1], minlength=m)
        fits = self.fits.copy()
        fits[self.locked[:, 0], self.locked[:, 1]] = np.nan
        fits[:, capacity <= 0] = np.nan
        return Problem(fits, self.wanted - np.bincount(self.locked[:, 0], minlength=n), capacity, _pairs(()))

    @cached_property
    def contending(self) -> Mask:
        """Challenges that have a choice: something left to decide, and at least as many possible partners as they want.

        A challenge with fewer gets as many as it can, and they cannot be chosen: the floor is not for it.
        """
        possible: Mask = np.isfinite(self.open.fits).sum(axis=1) >= self.open.wanted
        return possible & (self.open.wanted > 0)

    def best_alone(self, counts: Counts) -> Fits:
        """What each challenge would get, with `counts` open partners, if it were the only one: an upper bound."""
        ordered = -np.sort(-np.nan_to_num(self.open.fits, nan=-np.inf), axis=1)[:, : max(int(counts.max(initial=0)), 1)]
        taken = np.arange(ordered.shape[1]) < counts[:, None]
        return np.asarray(self.base + np.where(taken & np.isfinite(ordered), ordered, 0).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Plan:
    """Who works with whom; a bound says what no plan can exceed, None when none was proved."""

    problem: Problem
    pairs: Pairs  # sorted, the locked ones included
    method: str
    floor_bound: float | None = None
    total_bound: float | None = None
    #: the greatest total if nobody had to be looked after (`exact` only)
    unconstrained: float | None = None

    @cached_property
    def service(self) -> Fits:
        """What each challenge gets: the sum of the fits of its partners."""
        worth = np.nan_to_num(self.problem.fits[self.pairs[:, 0], self.pairs[:, 1]])
        return np.bincount(self.pairs[:, 0], worth, self.problem.shape[0]).astype(np.float64)

    @cached_property
    def counts(self) -> Counts:
        return np.bincount(self.pairs[:, 0], minlength=self.problem.shape[0])

    @cached_property
    def loads(self) -> Counts:
        return np.bincount(self.pairs[:, 1], minlength=self.problem.shape[1])

    @cached_property
    def shortfall(self) -> Counts:
        """How many partners each challenge is short of."""
        return np.asarray(self.problem.wanted - self.counts)

    @property
    def total(self) -> float:
        return float(self.service.sum())

    @property
    def worst(self) -> float:
        """The service of the worst-served challenge of those that had a choice; 0 when none had."""
        served = self.service[self.problem.contending]
        return float(served.min()) if len(served) else 0.0

    @property
    def floor_gap(self) -> float | None:
        """How much better the worst-served challenge might still be served, at most."""
        return None if self.floor_bound is None else _gap(self.floor_bound, self.worst)

    @property
    def total_gap(self) -> float | None:
        """How much greater the total might still be under this floor, at most."""
        return None if self.total_bound is None else _gap(self.total_bound, self.total)

    @property
    def optimal(self) -> bool:
        """Proved: no plan serves the worst-served challenge better, and none that serves it so well has more in all."""
        return self.floor_gap == 0 and self.total_gap == 0


def plan(problem: Problem, chosen: Iterable[Pair] | Pairs, method: str, **bounds: float | None) -> Plan:
    """Open pairs and locked ones together, in order."""
    every = np.concatenate([problem.locked, _pairs(chosen)])
    return Plan(problem, every[np.lexsort((every[:, 1], every[:, 0]))], method, **bounds)


def _gap(bound: float, reached: float) -> float:
    gap = bound - reached
    return 0.0 if gap <= NEAR * max(1.0, abs(bound)) else gap


def _pairs(pairs: Iterable[Pair] | Pairs) -> Pairs:
    rows = pairs if isinstance(pairs, np.ndarray) else sorted({(int(i), int(j)) for i, j in pairs})
    return np.asarray(rows, np.int64).reshape(-1, 2)


def _each(value: int | Sequence[int] | Counts, size: int) -> Counts:
    return np.array(np.broadcast_to(np.asarray(value, np.int64), (size,)))


def _refuse(code: str, wrong: Mask) -> None:
    if wrong.any():
        raise Unassignable(code, np.flatnonzero(wrong).tolist())
