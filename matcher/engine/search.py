"""Free-text search by meaning, words and beginnings of words, for one who is still typing."""

from dataclasses import replace

from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.rank import rank
from matcher.engine.score import Weights
from matcher.engine.types import Candidate, Mask, Ranking

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
    found = rank(query, corpus, frame, limit=limit, allowed=allowed, weights=SEARCH, explained=explained)
    best = max((_value(candidate, "words") for candidate in found.candidates), default=0.0)
    alike = query.role is corpus.role
    scale, enough = (frame.likeness_scale, ENOUGH_LIKENESS) if alike else (frame.match_scale, ENOUGH_MEANING)
    hits = [
        candidate
        for candidate in found.candidates
        if _speaks_of_it(candidate, best) or (found.semantic and scale.exceeds(_meaning(candidate)) >= enough)
    ]
    return replace(found, candidates=tuple(replace(hit, rank=place) for place, hit in enumerate(hits, 1)))


def _speaks_of_it(candidate: Candidate, best_words: float) -> bool:
    words = _value(candidate, "words")
    return 0 < best_words * ENOUGH_WORDS <= words or _value(candidate, "grams") >= ENOUGH_GRAMS


def _meaning(candidate: Candidate) -> float:
    return SEARCH.passage * _value(candidate, "passage") + SEARCH.sentence * _value(candidate, "sentence")


def _value(candidate: Candidate, name: str) -> float:
    feature = candidate.features.get(name)
    return feature.value if feature else 0.0
