"""Chooses who together covers several needs: a submodular cover less a penalty for redundancy, found by trying all.

A need is covered as well as the best member covers it, so every further partner adds less than the one before would.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

SMALLEST, LARGEST = 2, 4  # members of a team
SHORTLIST = 15  # of so many partners every team is looked at: 1,925
LEAST = 0.1  # what each member must add to what the others cover
FURTHER = 0.05  # what each member beyond the first costs: one more to agree with
ROUNDING = 1e-9  # what sums of the same numbers may differ by
OVERLAP = 0.1  # what it costs when a member can do what another one does better


@dataclass(frozen=True, eq=False)
class Cover:
    """How well each of m partners (rows, by owner) covers each of n needs; the needs' weights add up to 1."""

    values: Values  # (m, n), 0..1
    covers: NDArray[np.bool_]  # (m, n): whether that may be called covered
    weights: Values  # (n,)

    def __len__(self) -> int:
        return len(self.values)

    def of(self, members: Iterable[int]) -> float:
        """What these cover together, 0..1: monotone and submodular."""
        rows = list(members)
        return float(self.weights @ self.values[rows].max(axis=0)) if rows else 0.0

    def count(self, members: Iterable[int]) -> int:
        """How many needs are covered."""
        rows = list(members)
        return int(self.covers[rows].any(axis=0).sum())


def best_single(cover: Cover) -> int | None:
    """Who covers most needs alone, and those best; the first of equals, None when nobody comes near any."""
    alone = np.round(cover.values @ cover.weights, 9).tolist()
    counts = cover.covers.sum(axis=1).tolist()
    best = max(range(len(cover)), key=lambda row: (counts[row], alone[row], -row), default=None)
    return best if best is not None and alone[best] > 0 else None


def best_team(cover: Cover) -> tuple[int, ...]:
    """The team worth most; none when some partner alone is worth as much, or covers as many needs.

    Exact up to SHORTLIST partners, and beyond that among those of the shortlist.
    """
    single = best_single(cover)
    if single is None:
        return ()
    best, alone = (), cover.count([single])
    most = float((cover.values @ cover.weights).max())
    chosen = shortlist(cover)
    for size in range(SMALLEST, min(LARGEST, len(chosen)) + 1):
        teams = np.array(list(combinations(chosen, size)), np.int64)
        worth = np.where(_counts(cover, teams) > alone, _worth(cover, teams), -np.inf)
        at = int(np.round(worth, 9).argmax())
        if worth[at] > most + ROUNDING:
            best, most = tuple(teams[at].tolist()), float(worth[at])
    return best


def shortlist(cover: Cover, size: int = SHORTLIST) -> list[int]:
    """Whom to look at closely: the greedy team, then the best for each need in turn, then the second best, …"""
    if len(cover) <= size:
        return list(range(len(cover)))
    kept = set(greedy(cover, LARGEST))
    for row in np.argsort(-cover.values, axis=0, kind="stable").ravel().tolist():
        if len(kept) < size:
            kept.add(row)
    return sorted(kept)


def greedy(cover: Cover, size: int, present: Sequence[int] = ()) -> list[int]:
    """Always the one who adds most to the cover, which reaches 1 - 1/e of the best (Nemhauser, Wolsey, Fisher 1978).

    Whoever is `present` covers already and is not chosen again.

    What a partner adds never grows, so it is worked out anew only for whom an older figure puts first (Minoux 1978).
    The bound holds for the cover itself, not for what is left of it after the penalties.
    """
    covered = cover.values[list(present)].max(axis=0) if len(present) else np.zeros(len(cover.weights))
    gains = np.round(np.maximum(cover.values - covered, 0) @ cover.weights, 9).tolist()
    waiting = [(-gain, row) for row, gain in enumerate(gains) if row not in present]
    heapify(waiting)
    members: list[int] = []
    while waiting and len(members) < size:
        _, row = heappop(waiting)
        now = (-round(float(cover.weights @ np.maximum(cover.values[row] - covered, 0)), 9), row)
        if waiting and now > waiting[0]:
            heappush(waiting, now)
        elif now[0] < 0:
            members.append(row)
            covered = np.maximum(covered, cover.values[row])
        else:
            break
    return members


def _worth(cover: Cover, teams: NDArray[np.int64]) -> Values:
    """What each team (t, size) covers less its redundancy.

    -inf where a member adds less than LEAST, or covers none of the needs that it answers best.
    """
    values = cover.values[teams]
    ordered = np.sort(values, axis=1)
    first, second = ordered[:, -1], ordered[:, -2]
    leading = values == first[:, None]
    brought = np.where(leading, (first - second)[:, None], 0) @ cover.weights
    useful = (leading & cover.covers[teams]).any(axis=2) & (brought >= LEAST - ROUNDING)
    together = first @ cover.weights
    repeated = values.sum(axis=1) @ cover.weights - together
    worth = together - FURTHER * (teams.shape[1] - 1) - OVERLAP * repeated
    return np.where(useful.all(axis=1), worth, -np.inf)


def _counts(cover: Cover, teams: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(cover.covers[teams].any(axis=1).sum(axis=1), np.int64)


def in_order_of_needs(cover: Cover, members: Sequence[int]) -> list[int]:
    """Members by the first need that each covers best."""
    if not members:
        return []
    leads = cover.values[list(members)].argmax(axis=0).tolist()
    return sorted(members, key=lambda row: (leads.index(members.index(row)), row))
