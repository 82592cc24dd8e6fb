"""Suggests SDG targets for a text: the 169 targets are ranked like offers that answer it, by the same engine.

How sure a suggestion is, is learned from texts with targets that people gave: a logistic fit on what the meaning and
the words of the text say for a target, and on how often offices choose that target at all.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.arrays import Arrays, from_arrays, to_arrays
from matcher.engine.calibrate import make_frame
from matcher.engine.corpus import Corpus, Query
from matcher.engine.explain import shared_words
from matcher.engine.frame import Frame
from matcher.engine.rank import rank
from matcher.engine.score import Weights
from matcher.engine.types import Candidate, Document, Evidence, Floats, Passage, Profile, Role, Sentence

TAGGING = Weights(words=5.0)
LEAST_CONFIDENCE = 0.25  # the best F1 on the shipped examples, each city judged by what the others teach
SMOOTHING = 10.0  # texts that are taken to have chosen every target alike
LEAST_JAPANESE = 0.1
TYPICAL = 2.6 / 169  # the share of all targets that an office gives to a text
# What a fit looks at: the text in its own language, one in another (no shared words to hope for), one without vectors.
BOTH, MEANING, WORDS = range(3)
#: intercept, meaning, words, habit: the fits of the bundled model, for a tagger that is built without examples
_FITS = np.array([[1.3, 4.6, 5.3, 0.9], [3.1, 6.7, 0.0, 0.9], [-2.4, 0.0, 9.7, 0.7]], np.float32)


@dataclass(frozen=True)
class Suggestion:
    """A target with the probability that a person would agree, the words that caused it, and where they stand."""

    code: str
    confidence: float
    words: tuple[str, ...]
    evidence: tuple[Evidence, ...]

    @property
    def goal(self) -> int:
        return int(self.code.split(".")[0])


@dataclass(frozen=True, eq=False)
class Example:
    """A text (encoded as a query) with the targets that people gave it."""

    document: Document
    targets: frozenset[str]


def target_document(code: str, label: str, keywords: Iterable[str]) -> Document:
    """A target as a text to be encoded in the role of an offer."""
    sentences = [Sentence(label, "target"), *(Sentence(keyword, "keyword") for keyword in keywords)]
    return Document(code, (Passage(tuple(sentences)),))


@dataclass(frozen=True, eq=False)
class Tagger:
    """The targets, placed in a frame of their own; saved and loaded like a corpus."""

    frame: Frame
    targets: Corpus
    habits: Floats  # (targets): log of how often people choose each
    fits: Floats  # (3, 4): see _FITS

    @classmethod
    def build(
        cls,
        needs: Sequence[Document],
        targets: Sequence[Document],
        foreign_needs: Mapping[str, Sequence[Document]] | None = None,
        examples: Sequence[Example] = (),
    ) -> "Tagger":
        """From encoded background needs (of other languages too) and encoded `target_document`s."""
        frame = make_frame(needs, targets, foreign_needs, weights=TAGGING)
        corpus = Corpus.build(targets, Role.OFFER, frame)
        bare = cls(frame, corpus, np.full(len(corpus), np.log(TYPICAL), np.float32), _FITS)
        return bare.taught(examples) if examples else bare

    def taught(self, examples: Sequence[Example]) -> "Tagger":
        """With habits and fits learned from these examples; each is judged by the habits of the others."""
        chosen = np.array([self.targets.mask(example.targets) for example in examples])
        habits = [_habits(chosen.sum(axis=0) - row, len(examples) - 1) for row in chosen]
        fits = [self._fit(mode, examples, chosen, habits) for mode in (BOTH, MEANING, WORDS)]
        return replace(self, habits=_habits(chosen.sum(axis=0), len(examples)), fits=np.array(fits, np.float32))

    def confidences(self, document: Document) -> dict[str, float]:
        """For each target for which anything speaks, the probability that a person would choose it."""
        query = self._query(document)
        looks, found = self._looks(query)
        sure = _sigmoid(np.column_stack([np.ones(len(looks)), looks, self.habits]) @ self.fits[self._mode(query)])
        return {self.targets.owners[row]: round(float(sure[row]), 3) for row in np.flatnonzero(found)}

    def suggest(self, document: Document, limit: int = 8, least: float = LEAST_CONFIDENCE) -> list[Suggestion]:
        """Targets of a text (of either role, encoded as a query or not at all), the surest first."""
        sure = self.confidences(document)
        enough = [code for code, confidence in sure.items() if confidence >= least]
        best = sorted(enough, key=lambda code: (-sure[code], code))[:limit]
        query = self._query(document)
        why = {found.owner: found.evidence for found in self._ranked(query, best, explained=len(best))}
        rows = self.targets.positions(best).tolist()
        words = [shared_words(query, self.targets, self.frame, row) for row in rows]
        return [Suggestion(code, sure[code], said, why.get(code, ())) for code, said in zip(best, words, strict=True)]

    def to_arrays(self) -> Arrays:
        return to_arrays(self)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Tagger":
        return from_arrays(cls, arrays)

    def _query(self, document: Document) -> Query:
        """Facts say nothing about a target."""
        return Query.of(replace(document, profile=Profile()), Role.NEED, self.frame)

    def _mode(self, query: Query) -> int:
        if not query.semantic:
            return WORDS
        return MEANING if _foreign(query) else BOTH

    def _ranked(self, query: Query, codes: Sequence[str] | None, explained: int) -> tuple[Candidate, ...]:
        allowed = None if codes is None else self.targets.mask(codes)
        count = len(self.targets)
        return rank(
            query, self.targets, self.frame, limit=count, allowed=allowed, weights=TAGGING, explained=explained
        ).candidates

    def _looks(self, query: Query) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """(targets, 2): what meaning and words say for each; and for which of them anything was said."""
        looks, found = np.zeros((len(self.targets), 2)), np.zeros(len(self.targets), np.bool_)
        candidates = self._ranked(query, None, explained=0)
        rows = self.targets.positions(candidate.owner for candidate in candidates)
        for row, candidate in zip(rows.tolist(), candidates, strict=True):
            words = candidate.features["words"].contribution if "words" in candidate.features else 0.0
            looks[row], found[row] = (candidate.score - words, words), True
        return looks, found

    def _fit(
        self, mode: int, examples: Sequence[Example], chosen: NDArray[np.bool_], habits: Sequence[Floats]
    ) -> list[float]:
        """Intercept and weights, by logistic regression over all pairs of an example and a target."""
        from sklearn.linear_model import LogisticRegression

        rows, right = [], []
        for example, row, usual in zip(examples, chosen, habits, strict=True):
            document = _unread(example.document) if mode == WORDS else example.document
            looks, found = self._looks(self._query(document))
            if mode == MEANING:
                looks[:, 1] = 0.0
            rows.append(np.column_stack([looks, usual])[found])
            right.append(row[found])
        known = np.concatenate(right)
        if len(set(known.tolist())) < 2:  # nothing to learn from: none of the targets, or no other
            return [float(value) for value in _FITS[mode]]
        model = LogisticRegression(C=10.0, max_iter=1_000).fit(np.concatenate(rows), known)
        return [float(model.intercept_[0]), *map(float, model.coef_[0])]


def goal_confidences(suggestions: Iterable[Suggestion]) -> dict[int, float]:
    """Goals with the probability that at least one of their suggested targets is right, the surest first."""
    doubts: dict[int, float] = {}
    for suggestion in suggestions:
        doubts[suggestion.goal] = doubts.get(suggestion.goal, 1.0) * (1 - suggestion.confidence)
    return dict(sorted(((goal, round(1 - doubt, 3)) for goal, doubt in doubts.items()), key=lambda item: -item[1]))


def _foreign(query: Query) -> bool:
    """Whether hardly any letter is Japanese; such a text shares no words with the targets."""
    letters = [letter for text in query.units.texts for letter in text if letter.isalpha()]
    return sum(letter > "\u3000" for letter in letters) < LEAST_JAPANESE * len(letters)


def _habits(chosen: NDArray[np.int64], texts: int) -> Floats:
    """Log of the share of texts that have each target, smoothed towards all targets alike."""
    alike = chosen.sum() / max(texts, 1) / len(chosen) or TYPICAL
    return np.asarray(np.log((chosen + SMOOTHING * alike) / (texts + SMOOTHING)), np.float32)


def _sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -50, 50))), np.float64)


def _unread(document: Document) -> Document:
    """The same text without vectors."""
    return replace(document, passages=tuple(Passage(passage.sentences) for passage in document.passages))
