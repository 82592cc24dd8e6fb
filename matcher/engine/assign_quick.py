"""Shares out without a solver: challenges take turns at picking, and partners in demand have a price.

1. Prices. Lagrangian relaxation of the loads: a partner that more challenges want than it can take becomes dearer, step
   by step (subgradient method, Held, Wolfe & Crowder 1974). Any prices v ≥ 0 prove a bound on the total of every plan:
   Σⱼ vⱼ·capacityⱼ + Σᵢ (the best nᵢ of fitᵢⱼ − vⱼ).
2. Turns. Whoever has the fewest partners picks next, the worse served first, after what a partner is worth less its
   price: a picking sequence, as FairSequence in OpenReview is one (Payan & Zick, arXiv 2108.02126).
3. Exchanges. While the worst-served challenge can take a better partner, a free one or one whose challenge keeps more
   than the worst-served had, it does.
"""

import heapq
from collections.abc import Iterator

import numpy as np

from matcher.engine.assign_problem import NEAR, Counts, Fits, Pair, Plan, Problem, plan

REACH = 200  # how many of its best partners a challenge looks at before it looks at all
STEPS = 80
EXCHANGES = 20  # for each challenge, at most
STRIDE = 0.3  # of the spread of fits: how far a price moves at first


def quick(problem: Problem) -> Plan:
    """A plan in O(n·(m + reach·steps)), with bounds on what a better one could have."""
    market = _Market(problem.open)
    best = None
    for prices in (np.zeros(problem.shape[1]), market.prices()):
        turns = _Turns(problem, prices)
        turns.take()
        turns.exchange()
        made = plan(problem, turns.pairs(), "quick")
        if best is None or (made.counts.sum(), made.worst, made.total) > (best.counts.sum(), best.worst, best.total):
            best = made
    assert best is not None
    return bounded(best, market)


def bounded(made: Plan, market: "_Market | None" = None) -> Plan:
    """The same plan with what prices and best cases prove for its numbers of partners."""
    problem = made.problem
    counts = made.counts - np.bincount(problem.locked[:, 0], minlength=problem.shape[0])
    alone = problem.best_alone(counts)[problem.contending]
    market = market or _Market(problem.open)
    return Plan(
        problem,
        made.pairs,
        made.method,
        floor_bound=float(alone.min()) if len(alone) else 0.0,
        total_bound=float(problem.base.sum()) + market.bound(counts),
    )


class _Market:
    """The best candidates of each challenge, and prices under which demand meets capacity."""

    def __init__(self, problem: Problem) -> None:
        n, m = problem.shape
        self._problem = problem
        reach = min(m, max(REACH, 2 * int(problem.wanted.max(initial=0))))
        known = np.nan_to_num(problem.fits, nan=-np.inf)
        at = np.argpartition(-known, reach - 1, axis=1)[:, :reach] if reach < m else np.tile(np.arange(m), (n, 1))
        self._at, self._fits = at, np.take_along_axis(known, at, axis=1)
        #: nothing outside the candidates is worth more, whatever the prices
        self._rest = self._fits.min(axis=1) if reach < m else np.full(n, -np.inf)
        self._best_prices = np.zeros(m)
        self._best_bound = np.inf

    def prices(self) -> Fits:
        self.bound(np.minimum(self._problem.wanted, np.isfinite(self._fits).sum(axis=1)))
        return self._best_prices

    def bound(self, counts: Counts) -> float:
        """The least bound on the total of open pairs that the prices proved, for these numbers of partners."""
        capacity, m = self._problem.capacity, self._problem.shape[1]
        finite = self._fits[np.isfinite(self._fits)]
        stride = STRIDE * float(finite.max() - finite.min()) if len(finite) else 0.0
        prices, self._best_bound = np.zeros(m), np.inf
        for step in range(STEPS):
            loads, worth = self._demand(prices, counts)
            proved = worth + float(prices @ capacity)
            if proved < self._best_bound:
                self._best_bound, self._best_prices = proved, prices
            if (loads <= capacity).all() and not prices.any():
                break
            prices = np.maximum(prices + stride / (1 + step) * np.clip(loads - capacity, -1, 3), 0)
        return self._best_bound

    def _demand(self, prices: Fits, counts: Counts) -> tuple[Counts, float]:
        """How often each partner is wanted at these prices, and what all that is worth after paying."""
        net = self._fits - prices[self._at]
        most = int(counts.max(initial=0))
        if not most:
            return np.zeros(len(prices), np.int64), 0.0
        order = np.argsort(-net, axis=1)[:, :most]
        taken = np.arange(order.shape[1]) < counts[:, None]
        values = np.maximum(np.take_along_axis(net, order, axis=1), self._rest[:, None])
        chosen = np.take_along_axis(self._at, order, axis=1)
        real = taken & np.isfinite(values)
        return np.bincount(chosen[real], minlength=len(prices)), float(values[real].sum())


class _Turns:
    """A plan in the making: who has whom, and how much room each partner has left."""

    def __init__(self, problem: Problem, prices: Fits) -> None:
        self._problem, self._open = problem, problem.open
        self._prices = prices
        self._left = self._open.capacity.copy()
        self._has: list[dict[int, float]] = [{} for _ in range(problem.shape[0])]
        self._held: list[set[int]] = [set() for _ in range(problem.shape[1])]
        self._service = problem.base.copy()

    def pairs(self) -> list[Pair]:
        return [(i, j) for i, has in enumerate(self._has) for j in has]

    def take(self) -> None:
        """Turn by turn, until nobody wants, or finds, another one."""
        alone = self._problem.best_alone(self._open.wanted)
        wishes = [self._wishes(i) for i in range(len(self._has))]
        queue = [(0, self._service[i], alone[i], i) for i in range(len(self._has)) if self._open.wanted[i] > 0]
        heapq.heapify(queue)
        while queue:
            count, _, worth, i = heapq.heappop(queue)
            j = next((j for j in wishes[i] if self._left[j] > 0), None)
            if j is None:
                continue
            self._give(i, j)
            if count + 1 < self._open.wanted[i]:
                heapq.heappush(queue, (count + 1, self._service[i], worth, i))

    def exchange(self) -> None:
        """Raise the worst-served as long as one exchange does it."""
        floor_for = np.flatnonzero(self._problem.contending)
        for _ in range(EXCHANGES * len(floor_for)):
            i = int(floor_for[np.argmin(self._service[floor_for])])
            if not self._raise(i):
                return

    def _raise(self, i: int) -> bool:
        """Give up the partner that fits least for a better one, so that nobody ends where `i` was or below."""
        if not self._has[i]:
            return False
        worst = self._service[i]
        given = min(self._has[i], key=lambda j: self._has[i][j])
        row = self._open.fits[i]
        better = np.flatnonzero(np.nan_to_num(row, nan=-np.inf) > row[given] + NEAR)
        for j in better[np.argsort(-row[better])][:REACH].tolist():
            if j in self._has[i]:
                continue
            if self._left[j] > 0:
                self._swap(i, given, j)
                return True
            if self._take_over(i, given, j, worst):
                return True
        return False

    def _take_over(self, i: int, given: int, j: int, worst: float) -> bool:
        """Take `j` from a challenge that afterwards, with the best free partner or `given`, has more than `worst`."""
        for h in sorted(self._held[j], key=lambda h: (-self._service[h], h)):
            room = self._left > 0
            room[given] = True
            room[list(self._has[h])] = False
            row = np.where(room & np.isfinite(self._open.fits[h]), self._open.fits[h], -np.inf)
            instead = int(np.argmax(row))
            if not self._service[h] - self._has[h][j] + row[instead] > worst + NEAR:
                continue
            self._drop(h, j)
            self._swap(i, given, j)
            self._give(h, instead)
            return True
        return False

    def _wishes(self, i: int) -> Iterator[int]:
        net = np.nan_to_num(self._open.fits[i], nan=-np.inf) - self._prices
        reach = min(REACH, len(net))
        near = np.argpartition(-net, reach - 1)[:reach] if reach < len(net) else np.arange(len(net))
        yield from (int(j) for j in near[np.argsort(-net[near], kind="stable")] if np.isfinite(net[j]))
        if reach < len(net):
            net[near] = -np.inf
            yield from (int(j) for j in np.argsort(-net, kind="stable") if np.isfinite(net[j]))

    def _give(self, i: int, j: int) -> None:
        fit = float(self._open.fits[i, j])
        self._has[i][j] = fit
        self._held[j].add(i)
        self._service[i] += fit
        self._left[j] -= 1

    def _drop(self, i: int, j: int) -> None:
        self._service[i] -= self._has[i].pop(j)
        self._held[j].remove(i)
        self._left[j] += 1

    def _swap(self, i: int, given: int, j: int) -> None:
        self._drop(i, given)
        self._give(i, j)
