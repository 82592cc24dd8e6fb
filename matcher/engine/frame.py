"""The fixed frame of reference in which needs and offers are compared: means, background texts, word rarities, scales.

A frame is made once and stored. What is compared later is placed in it one by one, so that a score never depends on
what else happens to be in the batch.
"""

from bisect import bisect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.arrays import Arrays, from_arrays, to_arrays
from matcher.engine.lexical import Bag, Lexicon, term_hashes
from matcher.engine.tokens import words
from matcher.engine.types import Document, Floats, Role

NEIGHBOURS = 10
MIN_BACKGROUND = 30  # below this a mean says more about single texts than about the role
HUBNESS = 0.75  # how much of it is taken off: all of it, as CSLS does, overcorrects what the encoder was taught
CONTEXT = 0.5  # an offer's sentence means what it means within its passage: 「その運営も行います。」
LEAST_WEIGHT = 0.1
MAX_PASSAGES, MAX_SENTENCES = 512, 2_000
QUANTILES = np.concatenate([np.linspace(0, 0.9, 10), [0.95, 0.97, 0.98, 0.99, 0.995, 0.998, 0.999, 1.0]])


@dataclass(frozen=True, eq=False)
class Plane:
    """One granularity (passages or sentences): a mean for each role and language, and background vectors, placed."""

    need_means: Floats  # (languages, d)
    offer_means: Floats
    needs: Floats  # (n, d)
    offers: Floats  # (m, d)

    def means(self, role: Role) -> Floats:
        return self.need_means if role is Role.NEED else self.offer_means

    def centred(self, vectors: Floats, role: Role, language: int) -> Floats:
        """Without what all texts of this role and language share; length 1."""
        return unit(vectors - self.means(role)[language])

    def hubness(self, placed: Floats, role: Role) -> Floats:
        """What is taken off for being near to everything: most of the mean cosine with the nearest background texts of
        the other role (CSLS, Conneau et al. 2018)."""
        return HUBNESS * nearest_mean(placed, self.offers if role is Role.NEED else self.needs)

    def specificity(self, placed: Floats) -> Floats:
        """1 for a sentence that no other need resembles, less for what many say: IDF's idea, for meaning."""
        return np.clip(1 - nearest_mean(placed, self.needs), LEAST_WEIGHT, 1)


@dataclass(frozen=True, eq=False)
class Scale:
    """How scores of unrelated pairs are distributed: turns a score into the share of them that it exceeds."""

    values: Floats  # the scores at QUANTILES

    @classmethod
    def of(cls, scores: Floats) -> "Scale":
        return cls(np.quantile(scores, QUANTILES).astype(np.float32) if len(scores) else _RISING)

    def exceeds(self, score: float) -> float:
        """Linear between the quantiles. (np.interp would take a quarter of a ranking's time.)"""
        values = self._values
        above = bisect(values, score)
        if above in (0, len(values)):
            return float(above > 0)
        low, high = values[above - 1], values[above]
        return _SHARES[above - 1] + (_SHARES[above] - _SHARES[above - 1]) * (score - low) / (high - low)

    def margin(self, score: float) -> float:
        """How far a score stands out: 0 what an unrelated pair gets, 1 what every tenth of them reaches."""
        return (score - self.median) / self.step

    @cached_property
    def median(self) -> float:
        """What an unrelated pair gets."""
        return float(np.interp(0.5, QUANTILES, self.values))

    @cached_property
    def step(self) -> float:
        """One margin in units of the score."""
        return max(self._tenth - self.median, 1e-6)

    @cached_property
    def _tenth(self) -> float:
        return float(np.interp(0.9, QUANTILES, self.values))

    @cached_property
    def _values(self) -> list[float]:
        values: list[float] = self.values.tolist()
        return values


_SHARES: list[float] = QUANTILES.tolist()
_RISING = np.linspace(-1, 1, len(QUANTILES), dtype=np.float32)
UNCALIBRATED = Scale(_RISING)


@dataclass(frozen=True, eq=False)
class Frame:
    """See the module. The scales belong to the default weights (see `calibrate`)."""

    passages: Plane
    sentences: Plane
    lexicon: Lexicon
    match_scale: Scale = UNCALIBRATED
    likeness_scale: Scale = UNCALIBRATED
    pair_scale: Scale = UNCALIBRATED

    def to_arrays(self) -> Arrays:
        return to_arrays(self)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Frame":
        return from_arrays(cls, arrays)

    @classmethod
    def build(
        cls,
        needs: Sequence[Document],
        offers: Sequence[Document],
        foreign_needs: Mapping[str, Sequence[Document]] | None = None,
        seed: int = 0,
    ) -> "Frame":
        """From encoded documents of both roles; `foreign_needs` are needs in other languages, by language.

        Give each side at least MIN_BACKGROUND documents. What a language adds to a text is taken to be the same for
        offers as for needs, so no offers in that language are required.
        """
        generator = np.random.default_rng(seed)
        languages = [list(group) for group in (foreign_needs or {}).values()]
        passages = _plane(_passage_vectors, needs, offers, languages)
        sentences = _plane(_sentence_vectors, needs, offers, languages)
        frame = cls(passages, sentences, Lexicon.build(map(bag_of, needs), [bag_of(offer) for offer in offers]))
        return frame._with_background(needs, offers, generator)

    def language(self, passages: Floats, role: Role) -> int:
        """Which of the frame's languages a document is written in, by the nearest mean."""
        return int(np.argmax(unit(self.passages.means(role)) @ passages.mean(axis=0))) if len(passages) else 0

    def place(self, document: Document, role: Role) -> tuple[Floats, Floats]:
        """Placed vectors of an encoded document's passages and of its sentences."""
        raw = _passage_vectors(document)
        language = self.language(raw, role)
        passages = self.passages.centred(raw, role, language)
        sentences = self.sentences.centred(_sentence_vectors(document), role, language)
        if role is Role.OFFER:
            context = np.repeat(passages, [len(p.sentences) for p in document.passages], axis=0)
            sentences = unit((1 - CONTEXT) * sentences + CONTEXT * context)
        return passages, sentences

    def _with_background(
        self, needs: Sequence[Document], offers: Sequence[Document], generator: np.random.Generator
    ) -> "Frame":
        need_passages, need_sentences = _stacked([self.place(need, Role.NEED) for need in needs])
        offer_passages, offer_sentences = _stacked([self.place(offer, Role.OFFER) for offer in offers])
        return replace(
            self,
            passages=replace(
                self.passages,
                needs=_sample(need_passages, MAX_PASSAGES, generator),
                offers=_sample(offer_passages, MAX_PASSAGES, generator),
            ),
            sentences=replace(
                self.sentences,
                needs=_sample(need_sentences, MAX_SENTENCES, generator),
                offers=_sample(offer_sentences, MAX_SENTENCES, generator),
            ),
        )


def unit(vectors: Floats) -> Floats:
    """Rows of length 1; a row of zeros stays zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def nearest_mean(rows: Floats, background: Floats, k: int = NEIGHBOURS, chunk: int = 4_096) -> Floats:
    """Mean cosine of each row with its k nearest background rows; 0 without a background."""
    k = min(k, len(background))
    if k == 0 or not len(rows):
        return np.zeros(len(rows), np.float32)
    parts = [rows[start : start + chunk] @ background.T for start in range(0, len(rows), chunk)]
    return np.concatenate([np.partition(part, -k, axis=1)[:, -k:].mean(axis=1) for part in parts])


def bag_of(document: Document) -> Bag:
    forms = (token.form for sentence in document.sentences for token in words(sentence.text))
    return Bag.of(term_hashes(forms))


def _passage_vectors(document: Document) -> Floats:
    return np.stack([passage.vector for passage in document.passages if passage.vector is not None])


def _sentence_vectors(document: Document) -> Floats:
    return np.concatenate([passage.vectors for passage in document.passages if passage.vectors is not None])


def _plane(
    vectors_of: Callable[[Document], Floats],
    needs: Sequence[Document],
    offers: Sequence[Document],
    languages: Sequence[Sequence[Document]],
) -> Plane:
    need, offer = _mean(vectors_of, needs), _mean(vectors_of, offers)
    need_means = np.stack([need, *(_mean(vectors_of, group) for group in languages)])
    nothing = np.zeros((0, need.size), np.float32)
    return Plane(need_means, need_means + (offer - need), nothing, nothing)


def _mean(vectors_of: Callable[[Document], Floats], documents: Sequence[Document]) -> Floats:
    return np.asarray(np.concatenate([vectors_of(document) for document in documents]).mean(axis=0), np.float32)


def _stacked(placed: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    return np.concatenate([passages for passages, _ in placed]), np.concatenate([rows for _, rows in placed])


def _sample(rows: Floats, size: int, generator: np.random.Generator) -> Floats:
    if len(rows) <= size:
        return rows
    return rows[np.sort(generator.choice(len(rows), size, replace=False))]
