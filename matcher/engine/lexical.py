"""Compares two sides by their words: BM25's idea, split into what a need asks and what an offer answers.

The score of a need n and an offer o is Σ ask(n, term) · answer(o, term). `ask` is the term's share of all that the
need's words say (so they sum to 1, unknown words included); `answer` is BM25's saturated frequency (Robertson and
Zaragoza, 2009). So scores are comparable between queries, and exactly 0 without a common word: then this side abstains.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.engine.arrays import runs, starts_of
from matcher.engine.types import Floats, Hashes, Role

K1, B = 1.2, 0.75
UNKNOWN = 0.5  # of the greatest rarity: what a word counts that nobody ever used, and that so tells nobody apart
_NOTHING = np.zeros(0, np.float32)


@lru_cache(maxsize=200_000)
def term_hash(form: str) -> int:
    """64 bits that stand for a word in every index and every process."""
    return int.from_bytes(blake2b(form.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def term_hashes(forms: Iterable[str]) -> Hashes:
    return np.array([term_hash(form) for form in forms], np.uint64)


class Bag(NamedTuple):
    """The distinct words of one document and how often each occurs."""

    terms: Hashes
    counts: Floats

    @classmethod
    def of(cls, terms: Hashes) -> "Bag":
        unique, counts = np.unique(terms, return_counts=True)
        return cls(unique, counts.astype(np.float32))


@dataclass(frozen=True, eq=False)
class Lexicon:
    """How rare each word is among needs and offers together, and how long an offer is on average (in words).

    Counting both sides lowers what only sounds specific: words that every challenge or every company uses.
    """

    terms: Hashes  # sorted
    rarity: Floats  # inverse document frequency
    unknown: float  # that of a word never seen
    mean_length: float

    @classmethod
    def build(cls, needs: Iterable[Bag], offers: Sequence[Bag]) -> "Lexicon":
        bags = [*needs, *offers]
        every = np.concatenate([bag.terms for bag in bags]) if bags else np.zeros(0, np.uint64)
        terms, frequency = np.unique(every, return_counts=True)
        rarity = np.log1p((len(bags) - frequency + 0.5) / (frequency + 0.5)).astype(np.float32)
        lengths = [float(bag.counts.sum()) for bag in offers] or [1.0]
        return cls(terms, rarity, UNKNOWN * float(np.log1p(2 * len(bags) + 1)), max(1.0, float(np.mean(lengths))))

    def rarities(self, terms: Hashes) -> Floats:
        rarities = np.full(len(terms), self.unknown, np.float32)
        places, known = _find(self.terms, terms)
        rarities[known] = self.rarity[places[known]]
        return rarities

    def weights(self, bag: Bag, role: Role) -> Floats:
        """One weight a word: how much a need asks for it, or how well an offer answers it."""
        if role is Role.OFFER:
            length = bag.counts.sum() / self.mean_length
            return np.asarray(bag.counts * (K1 + 1) / (bag.counts + K1 * (1 - B + B * length)), np.float32)
        asked = (1 + np.log(bag.counts)) * self.rarities(bag.terms)
        return np.asarray(asked / max(float(asked.sum()), 1e-9), np.float32)


@dataclass(frozen=True, eq=False)
class Postings:
    """Which documents hold a word, with the document's weight for it as an offer and as a need."""

    terms: Hashes  # sorted
    starts: NDArray[np.int64]
    documents: NDArray[np.int32]
    answers: Floats
    asks: Floats
    size: int

    @classmethod
    def build(cls, bags: Sequence[Bag], lexicon: Lexicon) -> "Postings":
        lengths = np.array([len(bag.terms) for bag in bags], np.int64)
        every = np.concatenate([np.zeros(0, np.uint64), *(bag.terms for bag in bags)])
        order = np.argsort(every, kind="stable")
        terms, counts = np.unique(every, return_counts=True)
        answers = np.concatenate([_NOTHING, *(lexicon.weights(bag, Role.OFFER) for bag in bags)])
        asks = np.concatenate([_NOTHING, *(lexicon.weights(bag, Role.NEED) for bag in bags)])
        documents = np.repeat(np.arange(len(bags), dtype=np.int32), lengths)
        return cls(terms, starts_of(counts), documents[order], answers[order], asks[order], len(bags))

    def scores(self, bag: Bag, lexicon: Lexicon, role: Role) -> Floats:
        """One score a document, for a query that speaks in `role`; the documents take the other side."""
        places, known = _find(self.terms, bag.terms)
        rows = places[known]
        flat, local = runs(self.starts, rows)
        weights = np.repeat(lexicon.weights(bag, role)[known], np.diff(local))
        stored = self.answers if role is Role.NEED else self.asks
        return np.bincount(self.documents[flat], weights * stored[flat], self.size).astype(np.float32)


def _find(ordered: Hashes, wanted: Hashes) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Where each wanted term stands in `ordered`, and whether it is there at all."""
    if not len(ordered):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    places = np.minimum(np.searchsorted(ordered, wanted), len(ordered) - 1)
    return places, ordered[places] == wanted
