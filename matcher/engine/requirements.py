"""What a need insists on: who breaks a required condition stands apart, with the reason, and not in the list."""

from dataclasses import replace

import numpy as np

from matcher.engine.corpus import Corpus
from matcher.engine.features import breached
from matcher.engine.types import Fit, Mask, Profile, Ranking

MOST_EXCLUDED = 20
_LOOKED_AT = ("place", "serves", "kind", "stages")  # all that a required condition can be broken by


def meeting(need: Profile, corpus: Corpus) -> Mask | None:
    """Which documents break no required condition, as far as they say; None when nothing is required."""
    if not need.required:
        return None
    kinds, which = corpus.stating(_LOOKED_AT)
    return np.array([not breached(need, profile) for profile in kinds], np.bool_)[which]


def apart(listed: Ranking, breaking: Ranking, limit: int) -> Ranking:
    """`listed` with those of `breaking` that fit at all and would stand in a list of `limit` without the condition."""
    least = listed.candidates[-1].score if len(listed.candidates) >= limit else -np.inf
    fitting = (candidate for candidate in breaking.candidates if candidate.fit is not Fit.NONE)
    excluded = tuple(candidate for candidate in fitting if candidate.score > least)
    return replace(listed, considered=listed.considered + breaking.considered, excluded=excluded[:MOST_EXCLUDED])
