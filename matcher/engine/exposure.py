"""Who gets seen: attention by place, and a fair order among practically equal candidates.

Where two candidates fit practically the same, the one that was seen less goes first. The idea is VolunteerMatch's
SmartSort (Manshadi, Rodilitz, Saban and Suresh, "Redesigning VolunteerMatch's Search Algorithm: Toward More Equitable
Access to Volunteers", 2023: a penalty after each connection, 8–9 % more opportunities with at least one), narrowed to
near-ties: nobody is ever put behind somebody who fits worse by more than the margin.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

MARGIN = 0.1  # of the spread of unrelated pairs' scores: as far as two neighbours in a list usually are apart
SPARE = 10  # how many candidates behind the end of a list may still come into it
DECIMALS = 5


class Standing(NamedTuple):
    """A candidate as it competes for a place: `level` is its fit (0..3), `attention` what it has had so far."""

    owner: str
    score: float
    level: int
    attention: float


class Placed(NamedTuple):
    """A candidate in its place; `lifted` when it stands before somebody who fits a little better but was seen more."""

    owner: str
    lifted: bool


def attention(position: int) -> float:
    """What a place (from 1) is worth: the discount of nDCG, as in Singh and Joachims, "Fairness of Exposure", 2018."""
    return float(1 / np.log2(1 + position))


def in_fair_order(standings: Iterable[Standing], margin: float) -> list[Placed]:
    """At each place the least seen of those who come within `margin` of the best one left, and fit no less in words.

    So a candidate can only be overtaken by one whose score is at most `margin` lower, and that had about half its
    attention or less (see `_step`). Other things equal it goes by score, then by owner: the same input always gives the
    same order.
    """
    left = sorted((_rounded(one) for one in standings), key=lambda one: (-one.score, one.owner))
    placed: list[Placed] = []
    while left:
        best = left[0]
        near = [one for one in left if one.score >= best.score - margin and one.level >= best.level]
        chosen = min(near, key=lambda one: (_step(one.attention), -one.score, one.owner))
        lifted = any(one.score > chosen.score for one in left)
        placed.append(Placed(chosen.owner, lifted))
        left.remove(chosen)
    return placed


def given(lists: Iterable[Sequence[str]]) -> dict[str, float]:
    """The attention that each owner gets out of lists that are seen from top to bottom."""
    total: dict[str, float] = {}
    for owners in lists:
        for position, owner in enumerate(owners, 1):
            total[owner] = total.get(owner, 0.0) + attention(position)
    return total


def _rounded(standing: Standing) -> Standing:
    """Scores equal to five decimals are equal: an order must not hang on rounding."""
    return standing._replace(score=round(standing.score, DECIMALS))


def _step(amount: float) -> int:
    """Attention in doublings: who was seen eleven times is not seen less than one who was seen twelve times."""
    return int(np.log2(1 + amount))
