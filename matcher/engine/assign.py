"""Shares partners out among challenges: each gets so many, nobody more than it can take, the worst-served first.

The service of a challenge is the sum of its partners' fits. Of all plans that fill as many places as possible, and as
evenly, those count whose worst-served challenge is served best; of these, the one with the greatest total
(lexicographic: counts, floor, total). Challenges with fewer possible partners than they want have no choice, and the
floor is not for them.
"""

from collections.abc import Callable

import numpy as np

from matcher.engine.assign_exact import exact
from matcher.engine.assign_problem import Pair, Plan, Problem, Unassignable, plan
from matcher.engine.assign_quick import bounded, quick

__all__ = ["LARGEST", "Plan", "Problem", "Unassignable", "assign", "exact", "greedy", "quick", "random"]

LARGEST = 20_000_000  # pairs up to which the exact way stays within a minute or two and 4 GB (see `make bench`)


def assign(problem: Problem) -> Plan:
    """The exact plan, or beyond LARGEST pairs the quick one, which says how far it may be from the best."""
    n, m = problem.shape
    return exact(problem) if n * m <= LARGEST else quick(problem)


def greedy(problem: Problem) -> Plan:
    """The best pair first, then the next that still can be: what a list sorted by fit invites to."""
    fits = problem.open.fits
    rows, columns = np.nonzero(np.isfinite(fits))
    order = np.argsort(-fits[rows, columns], kind="stable")
    return bounded(plan(problem, _taken(problem, rows[order].tolist(), columns[order].tolist()), "greedy"))


def random(problem: Problem, seed: int = 0) -> Plan:
    """Any pair that still can be, drawn by lot: what any method has to beat."""
    rows, columns = np.nonzero(np.isfinite(problem.open.fits))
    order = np.random.default_rng(seed).permutation(len(rows))
    return bounded(plan(problem, _taken(problem, rows[order].tolist(), columns[order].tolist()), "random"))


METHODS: dict[str, Callable[[Problem], Plan]] = {"exact": exact, "quick": quick, "greedy": greedy, "random": random}


def _taken(problem: Problem, rows: list[int], columns: list[int]) -> list[Pair]:
    """Walk through pairs in order and take what neither side is full for."""
    wants, room = problem.open.wanted.tolist(), problem.open.capacity.tolist()
    missing, taken = sum(wants), []
    for i, j in zip(rows, columns, strict=True):
        if wants[i] > 0 and room[j] > 0:
            wants[i], room[j], missing = wants[i] - 1, room[j] - 1, missing - 1
            taken.append((i, j))
            if not missing:
                break
    return taken
