"""Scores a query against a corpus: whole passages, sentence by sentence, and words, each on a scale of its own.

For a need n and an offer o, with cosines of centred vectors and the hubness h of each side (see `frame`):
  passage   mean over n's passages of the best of o's passages:   2cos(p, q) - h(p) - h(q)
  sentence  weighted mean over n's sentences of the best of o's:  2cos(s, t) - h(s) - h(t)   (late interaction)
  words     the share of n's words that o answers (see `lexical`)
The same number comes out whichever side asks. Between documents of the same role (challenge and precedent) the mean of
both directions is taken, without hubness.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.engine.arrays import runs, segment_max, segment_sum
from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.lexical import Bag, Lexicon, Postings
from matcher.engine.types import Floats, Mask, Role

UNREAD_SCORE = -1.0  # of a document without vectors: about what the least related texts get
POOL = 200  # how many documents are read sentence by sentence
LEXICAL_POOL = 100  # how many the words may add to candidates that were handed in
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Weights:
    """What each part of a score counts. Change them only with figures from `match evaluate` before and after."""

    passage: float = 1.0
    sentence: float = 0.5
    words: float = 3.0
    grams: float = 0.0
    targets: float = 0.1
    region: float = 0.15
    stage: float = 0.05
    capacity: float = 0.3
    kind: float = 0.15
    past: float = 0.1

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


DEFAULT = Weights()


@dataclass(frozen=True)
class Sense:
    """Who asks whom: the query asks the documents, they ask it, or, being of one role, both."""

    query_asks: bool
    documents_ask: bool

    @classmethod
    def of(cls, query: Role, corpus: Role) -> "Sense":
        return cls(query is Role.NEED or query is corpus, query is Role.OFFER or query is corpus)

    @property
    def symmetric(self) -> bool:
        return self.query_asks and self.documents_ask


@dataclass(frozen=True, eq=False)
class Pairs:
    """Every sentence of the query against every sentence of the scored documents: the source of all evidence."""

    gains: Floats  # (query sentences, document sentences): 2cos - h - h
    query_weights: Floats
    document_weights: Floats
    columns: Rows  # which sentence of the corpus each column is
    starts: Rows  # where each scored document's columns begin

    def best(self) -> Floats:
        """(query sentences, documents): the gain of each sentence's best answer."""
        return segment_max(self.gains, self.starts, UNREAD_SCORE)


@dataclass(frozen=True, eq=False)
class Scored:
    """Documents that were read fully: their rows in the corpus and the value of each text feature, row by row."""

    rows: Rows
    values: dict[str, Floats]
    pairs: Pairs | None  # None when only words were compared
    sense: Sense

    def text_scores(self, weights: Weights) -> Floats:
        total = np.zeros(len(self.rows), np.float32)
        for name, value in self.values.items():
            total += getattr(weights, name) * value
        return total


def score(
    query: Query,
    corpus: Corpus,
    frame: Frame,
    weights: Weights = DEFAULT,
    *,
    allowed: Mask | None = None,
    candidates: Rows | None = None,
    pool: int = POOL,
) -> Scored:
    """Choose up to `pool` allowed documents by passages and words, then read those sentence by sentence.

    `candidates` (rows from a vector index outside) replace the comparison with every passage; the best by words join
    them. Without vectors in the query, documents that share no word are left out.
    """
    sense = Sense.of(query.role, corpus.role)
    lexical = _lexical(query, corpus, frame, weights, sense)
    coarse = sum((getattr(weights, name) * value for name, value in lexical.items()), np.zeros(len(corpus), np.float32))
    if not query.semantic:
        rows = _best(np.where(coarse > 0, coarse, -np.inf), allowed, pool)
        return Scored(rows, {name: value[rows] for name, value in lexical.items()}, None, sense)
    rows = np.arange(len(corpus))
    if candidates is not None:
        wordy = _best(np.where(coarse > 0, coarse, -np.inf), allowed, LEXICAL_POOL)
        rows = np.union1d(candidates, wordy).astype(np.int64)
    passage = _passages(query, corpus, rows, sense)
    chosen = _best(coarse[rows] + weights.passage * passage, allowed if allowed is None else allowed[rows], pool)
    rows, passage = rows[chosen], passage[chosen]
    pairs = _pairs(query, corpus, rows, sense)
    sentence = _late(pairs.gains, pairs.query_weights, pairs.document_weights, pairs.starts, sense)
    values = {"passage": passage, "sentence": sentence} | {name: value[rows] for name, value in lexical.items()}
    return Scored(rows, values, pairs, sense)


def _lexical(query: Query, corpus: Corpus, frame: Frame, weights: Weights, sense: Sense) -> dict[str, Floats]:
    values = {"words": _overlap(query.bag, corpus.words, frame.lexicon, sense)}
    if weights.grams and corpus.grams is not None and corpus.gram_lexicon is not None:
        values["grams"] = _overlap(query.grams, corpus.grams, corpus.gram_lexicon, sense)
    return values


def _overlap(bag: Bag, postings: Postings, lexicon: Lexicon, sense: Sense) -> Floats:
    roles = [role for role, asks in ((Role.NEED, sense.query_asks), (Role.OFFER, sense.documents_ask)) if asks]
    return _mean([postings.scores(bag, lexicon, role) for role in roles])


def _passages(query: Query, corpus: Corpus, rows: Rows, sense: Sense) -> Floats:
    units = corpus.units
    if len(rows) == len(corpus):
        vectors, hubness, starts = units.passages, units.passage_hubness, units.passage_starts
    else:
        flat, starts = runs(units.passage_starts, rows)
        vectors, hubness = units.passages[flat], units.passage_hubness[flat]
    gains = _gains(query.units.passages, query.units.passage_hubness, vectors, hubness, sense)
    return _late(gains, np.ones(len(gains), np.float32), np.ones(len(vectors), np.float32), starts, sense)


def _pairs(query: Query, corpus: Corpus, rows: Rows, sense: Sense) -> Pairs:
    asking, units = query.units, corpus.units
    flat, starts = runs(units.sentence_starts, rows)
    gains = _gains(
        asking.sentences, asking.sentence_hubness, units.sentences[flat], units.sentence_hubness[flat], sense
    )
    return Pairs(gains, asking.sentence_weights, units.sentence_weights[flat], flat, starts)


def _gains(left: Floats, left_hubness: Floats, right: Floats, right_hubness: Floats, sense: Sense) -> Floats:
    gains = 2 * (left @ right.T)
    return gains if sense.symmetric else gains - left_hubness[:, None] - right_hubness


def _late(gains: Floats, left: Floats, right: Floats, starts: Rows, sense: Sense) -> Floats:
    """One number a document: each asking unit's best answer, averaged with the askers' weights."""
    directions = []
    if sense.query_asks:
        directions.append(left @ segment_max(gains, starts, UNREAD_SCORE) / max(float(left.sum()), 1e-9))
    if sense.documents_ask:
        total = segment_sum(right, starts)
        best = segment_sum(gains.max(axis=0) * right, starts)
        directions.append(np.where(total > 0, best / np.maximum(total, 1e-9), UNREAD_SCORE))
    return _mean(directions)


def _mean(parts: Sequence[Floats]) -> Floats:
    return np.asarray(np.mean(parts, axis=0), np.float32)


def _best(scores: Floats, allowed: Mask | None, size: int) -> Rows:
    """Rows of the highest finite scores, in row order."""
    if allowed is not None:
        scores = np.where(allowed, scores, -np.inf)
    rows = np.flatnonzero(scores > -np.inf)
    if len(rows) > size:
        rows = np.sort(rows[np.argpartition(-scores[rows], size)[:size]])
    return rows
