"""Scores of many challenges against all partners in one table: what an assignment is planned with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.engine.corpus import Corpus, Query
from matcher.engine.features import all_weights
from matcher.engine.rank import rank
from matcher.engine.score import DEFAULT, Weights
from matcher.engine.types import Candidate, Fit
from matcher.services.corpora import PARTNERS, Library
from matcher.services.matchbook import FitTable

REACH = 400  # how many partners a challenge may be given at all: its best ones; more never came into question


def table(
    library: Library,
    challenge_ids: Sequence[int],
    asked: Sequence[Query | None],
    allowed: NDArray[np.bool_] | None,
    weights: Weights = DEFAULT,
) -> FitTable:
    """One row a challenge; a pair is worth its score above the least score that still counts as a match.

    Scores are used, not the levels of fit: among many strong ones they still tell the better. All are placed in one
    frame, so they can be compared and added; with the zero at the weakest match an empty place is worth
    no more than that.
    """
    corpus = library.corpus(PARTNERS)
    rows = {owner: row for row, owner in enumerate(corpus.owners)}
    scores = np.full((len(challenge_ids), len(corpus)), np.nan, np.float32)
    semantic = True
    for number, query in enumerate(asked):
        if query is None:
            continue
        semantic = semantic and query.semantic
        for candidate in _candidates(library, corpus, query, allowed, weights):
            scores[number, rows[candidate.owner]] = candidate.score
    if np.isfinite(scores).any():
        scores -= np.nanmin(scores)
    partners = tuple(map(int, corpus.owners))
    made = (library.model, all_weights(weights.as_dict()), library.generation, semantic)
    return FitTable(tuple(challenge_ids), partners, scores, *made)


def nothing(challenge_ids: Sequence[int]) -> FitTable:
    """The table before the first index is there."""
    return FitTable(tuple(challenge_ids), (), np.zeros((len(challenge_ids), 0), np.float32), "", {}, 0, semantic=False)


def _candidates(
    library: Library, corpus: Corpus, query: Query, allowed: NDArray[np.bool_] | None, weights: Weights
) -> list[Candidate]:
    """Those that fit at all."""
    near = library.nearest.candidates(query, REACH, allowed)
    found = rank(
        query,
        corpus,
        library.frame,
        limit=REACH,
        allowed=allowed,
        candidates=near,
        pool=REACH,
        explained=0,
        weights=weights,
        fit_by=DEFAULT,
    )
    return [candidate for candidate in found.candidates if candidate.fit is not Fit.NONE]
