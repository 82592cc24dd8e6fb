"""Evidence: the sentence pairs that made a score, taken from the scoring itself, with the words they share."""

from collections.abc import Container, Iterator, Sequence
from functools import cached_property
from math import log10
from typing import NamedTuple

from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.score import Scored, Weights
from matcher.engine.telling import dull_words, grown
from matcher.engine.types import Evidence, Role, Sentence, Side, Span
from matcher.engine.units import Units

MOST_PAIRS = 3
COMMON = 2.0  # rarity below which a shared word says nothing: more than an eighth of all texts use it
UNREAD = 0.2  # of a pair that shares words, while nobody knows what the sentences mean
RAREST = 3  # powers of ten: a pair that one of a thousand unrelated ones reaches is as strong as can be told
THIN = 120  # bytes: forty Japanese characters


class Pair(NamedTuple):
    """A sentence of the query and the document's that goes with it, with the asker's weight and the pair's gain."""

    query: int
    document: int
    weight: float
    gain: float


class Explainer:
    """Explains the documents scored for one query."""

    def __init__(self, query: Query, corpus: Corpus, frame: Frame, scored: Scored, weights: Weights) -> None:
        self._query, self._corpus, self._frame = query, corpus, frame
        self._scored, self._weights = scored, weights

    def evidence(self, i: int) -> tuple[Evidence, ...]:
        """The pairs on which most of the i-th scored document's score hangs, no sentence twice."""
        semantic = self._scored.pairs is not None
        pairs = self._best_pairs(i) if semantic else self._word_pairs(int(self._scored.rows[i]))
        weighed = sorted(((self._share(pair), pair) for pair in pairs), key=lambda item: -item[0])
        return tuple(self._evidence(pair, share, len(weighed)) for share, pair in _distinct(weighed))

    def answer(self, i: int, asker: int, tried: int) -> Evidence | None:
        """What the i-th scored document answers best to one sentence of a query, of which `tried` were tried."""
        pairs = self._scored.pairs
        if pairs is None or pairs.starts[i] == pairs.starts[i + 1]:
            return None
        column = int(pairs.starts[i] + pairs.gains[asker, pairs.starts[i] : pairs.starts[i + 1]].argmax())
        weight = float(pairs.query_weights[asker] / pairs.query_weights.sum())
        pair = Pair(asker, int(pairs.columns[column]), weight, float(pairs.gains[asker, column]))
        return self._evidence(pair, self._share(pair), tried)

    def _best_pairs(self, i: int) -> Iterator[Pair]:
        """For each asking sentence the answer that counted."""
        pairs = self._scored.pairs
        if pairs is None or pairs.starts[i] == pairs.starts[i + 1] or not len(pairs.gains):
            return
        run = slice(int(pairs.starts[i]), int(pairs.starts[i + 1]))
        gains, columns = pairs.gains[:, run], pairs.columns[run]
        query_asks = self._scored.sense.query_asks
        weights = pairs.query_weights if query_asks else pairs.document_weights[run]
        shares = weights / weights.sum()
        for asker, answer in enumerate(gains.argmax(axis=1 if query_asks else 0)):
            row, column = (asker, int(answer)) if query_asks else (int(answer), asker)
            yield Pair(row, int(columns[column]), float(shares[asker]), float(gains[row, column]))

    def _word_pairs(self, document: int) -> Iterator[Pair]:
        """Without vectors: the sentences that share words."""
        start, end = self._corpus.units.sentence_starts[document : document + 2]
        for column in range(int(start), int(end)):
            for row, terms in enumerate(self._query_terms):
                if not terms.isdisjoint(self._corpus.units.terms_of(column)):
                    yield Pair(row, column, 0.0, 0.0)

    def _share(self, pair: Pair) -> float:
        """How much of the score hangs on this pair: by its meaning and by the words it shares."""
        words = self._query_terms[pair.query].intersection(self._corpus.units.terms_of(pair.document))
        words_part = self._weights.words * sum(self._asked[term] for term in words)
        return self._weights.sentence * pair.weight * pair.gain + words_part

    def _evidence(self, pair: Pair, share: float, tried: int) -> Evidence:
        units = self._corpus.units
        shared = self._query_terms[pair.query].intersection(units.terms_of(pair.document))
        telling = {term for term in shared if self._rarity[term] >= COMMON and term not in self._dull}
        sentences = self._sentences[pair.query], units.sentence(pair.document)
        places = self._query.units.places(pair.query, telling), units.places(pair.document, telling) if telling else []
        query, document = (
            _side(one, [grown(one.text, span, other.text) for span in spans])
            for one, other, spans in zip(sentences, reversed(sentences), places, strict=True)
        )
        asks, answers = (query, document) if self._scored.sense.query_asks else (document, query)
        return Evidence(
            asks,
            answers,
            strength=strength(self._frame.pair_scale.exceeds(pair.gain), tried) if self._scored.pairs else UNREAD,
            share=round(share, 5),
            words=tuple(dict.fromkeys(asks.text[start:end] for start, end in asks.marks)),
        )

    @cached_property
    def _sentences(self) -> list[Sentence]:
        return [self._query.units.sentence(row) for row in range(len(self._query.units.texts))]

    @cached_property
    def _query_terms(self) -> list[set[int]]:
        return [set(self._query.units.terms_of(row)) for row in range(len(self._query.units.texts))]

    @cached_property
    def _dull(self) -> Container[int]:
        return dull_words(self._query.units.texts)

    @cached_property
    def _rarity(self) -> dict[int, float]:
        terms = self._query.bag.terms
        return dict(zip(map(int, terms), map(float, self._frame.lexicon.rarities(terms)), strict=True))

    @cached_property
    def _asked(self) -> dict[int, float]:
        weights = self._frame.lexicon.weights(self._query.bag, Role.NEED)
        return dict(zip(map(int, self._query.bag.terms), map(float, weights), strict=True))


def shared_words(query: Query, corpus: Corpus, frame: Frame, row: int) -> tuple[str, ...]:
    """The telling words of the query that a document uses anywhere, as the query spells them."""
    start, end = corpus.units.sentence_starts[row : row + 2].tolist()
    used = {term for sentence in range(start, end) for term in corpus.units.terms_of(sentence)}
    rarities = zip(query.bag.terms.tolist(), frame.lexicon.rarities(query.bag.terms).tolist(), strict=True)
    dull = dull_words(query.units.texts)
    telling = {term for term, rarity in rarities if rarity >= COMMON and term in used and term not in dull}
    return tuple(
        dict.fromkeys(
            text[begin:finish]
            for number, text in enumerate(query.units.texts)
            for begin, finish in _merged(query.units.places(number, telling))
        )
    )


def thin(units: Units, row: int) -> bool:
    """Whether there is hardly any text to compare."""
    start, end = units.sentence_starts[row : row + 2].tolist()
    ends = units.texts.ends
    return start == end or int(ends[end - 1] - (ends[start - 1] if start else 0)) < THIN


def _side(sentence: Sentence, marks: Sequence[Span]) -> Side:
    span = (sentence.start, sentence.start + len(sentence.text))
    return Side(sentence.text, sentence.part, sentence.part_id, span, _merged(marks) if marks else ())


def strength(exceeded: float, tried: int) -> float:
    """How rare so near a pair is among unrelated texts: a third for each power of ten, 1 for one in a thousand.

    `exceeded` is the share of unrelated pairs that are less near. Of `tried` sentences one comes near something by
    luck, so that the chance counts that none of them does (Šidák 1967).
    """
    return round(min(1.0, -log10(max(1 - exceeded**tried, 10**-RAREST)) / RAREST), 4)


def _merged(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Words that touch or overlap are marked as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _distinct(weighed: Sequence[tuple[float, Pair]]) -> Iterator[tuple[float, Pair]]:
    """The first MOST_PAIRS in which neither sentence was used before."""
    asked: set[int] = set()
    answered: set[int] = set()
    for share, pair in weighed:
        if pair.query in asked or pair.document in answered or len(asked) == MOST_PAIRS:
            continue
        asked.add(pair.query)
        answered.add(pair.document)
        yield share, pair
