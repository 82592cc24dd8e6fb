"""Free-text search by meaning, words and beginnings of words, for one who is still typing."""

import numpy as np

from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.rank import rank
from matcher.engine.score import Scored, Weights
from matcher.engine.types import Floats, Mask, Ranking

SEARCH = Weights(grams=2.0, targets=0, region=0, stage=0, capacity=0, kind=0, past=0)
ENOUGH_WORDS = 0.5  # of what the best hit answers: 支援 alone is no hit for 子育て支援 when another has both words
ENOUGH_GRAMS = 0.5  # of the query's character pairs: makes a hit of a word half typed
# The share of unrelated pairs that must be further apart. A typed word never comes as near to a challenge as another
# challenge does.
ENOUGH_MEANING, ENOUGH_LIKENESS = 0.97, 0.9


def search(
    query: Query, corpus: Corpus, frame: Frame, *, limit: int = 200, allowed: Mask | None = None, explained: int = 20
) -> Ranking:
    """Only what answers the query: documents with its words, most of its characters, or a fitting meaning.

    The query is a text in the role of a need. Without its vectors (the encoder is warming up) words alone decide.
    """
    scale, enough = frame.match_scale, ENOUGH_MEANING
    if query.role is corpus.role:
        scale, enough = (frame.likeness_scale, ENOUGH_LIKENESS)

    def answers(scored: Scored) -> Mask:
        hits = _spoken_of(scored)
        if scored.pairs is not None:
            hits |= np.array([scale.exceeds(score) >= enough for score in _meaning(scored).tolist()], np.bool_)
        return hits

    return rank(query, corpus, frame, limit=limit, allowed=allowed, weights=SEARCH, explained=explained, keep=answers)


def _spoken_of(scored: Scored) -> Mask:
    words = scored.values["words"]
    grams = scored.values.get("grams", np.zeros(len(words), np.float32))
    enough = float(words.max(initial=0.0)) * ENOUGH_WORDS
    return np.asarray(((words >= enough) & (words > 0)) | (grams >= ENOUGH_GRAMS), np.bool_)


def _meaning(scored: Scored) -> Floats:
    return SEARCH.passage * scored.values["passage"] + SEARCH.sentence * scored.values["sentence"]
