"""Free-text search by meaning, words and beginnings of words, for one who is still typing."""

from dataclasses import replace

from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.rank import rank
from matcher.engine.score import Weights
from matcher.engine.types import Candidate, Fit, Mask, Ranking

SEARCH = Weights(grams=2.0, targets=0, region=0, stage=0, capacity=0, kind=0, past=0)
ENOUGH_GRAMS = 0.5  # the share of a query's character pairs that make a hit where no word does


def search(
    query: Query, corpus: Corpus, frame: Frame, *, limit: int = 200, allowed: Mask | None = None, explained: int = 20
) -> Ranking:
    """Only what answers the query: documents with its words, most of its characters, or a fitting meaning.

    The query is a text in the role of a need. Without its vectors (the encoder is warming up) words alone decide.
    """
    found = rank(query, corpus, frame, limit=limit, allowed=allowed, weights=SEARCH, explained=explained)
    return replace(found, candidates=tuple(candidate for candidate in found.candidates if _hit(candidate)))


def _hit(candidate: Candidate) -> bool:
    values = {name: feature.value for name, feature in candidate.features.items()}
    return values["words"] > 0 or values.get("grams", 0) >= ENOUGH_GRAMS or candidate.fit is not Fit.NONE
