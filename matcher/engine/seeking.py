"""Whether what a partner says it is looking for resembles a need: two texts of one role, held against each other."""

from collections.abc import Sequence

from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.rank import Sought, rank
from matcher.engine.types import Fit

#: how alike two needs must be to say that one is looked for in the other; less is the small talk of all needs
ENOUGH = {Fit.STRONG: 1.0, Fit.FAIR: 0.5}


def resembling(asking: Query | None, others: Corpus, frame: Frame) -> Sought | None:
    """For `rank`: which of some owners resemble `asking`, 0..1. None when nothing is asked.

    Without vectors nothing is said: common words make no common wish.
    """
    if asking is None or not asking.semantic or not len(others):
        return None

    def among(owners: Sequence[str]) -> dict[str, float]:
        rows = others.positions(owners)
        if not len(rows):
            return {}
        mask = others.mask(owners)
        found = rank(asking, others, frame, limit=len(rows), allowed=mask, candidates=rows, explained=0)
        return {c.owner: ENOUGH[c.fit] for c in found.candidates if c.fit in ENOUGH}

    return among
