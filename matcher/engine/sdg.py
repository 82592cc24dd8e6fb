"""Suggests SDG targets for a text: the 169 targets are ranked like offers that answer it, by the same engine."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from matcher.engine.arrays import Arrays, from_arrays, to_arrays
from matcher.engine.calibrate import make_frame
from matcher.engine.corpus import Corpus, Query
from matcher.engine.explain import shared_words
from matcher.engine.frame import Frame
from matcher.engine.rank import rank
from matcher.engine.score import Weights
from matcher.engine.types import Document, Evidence, Passage, Profile, Role, Sentence

TAGGING = Weights(words=5.0)
# Logistic fit of "a person would tag it so" on the demo challenges, with vectors and without: (score at .5, steepness).
_SEMANTIC, _LEXICAL = (0.60, 4.3), (0.56, 8.9)
LEAST_CONFIDENCE = 0.2  # the suggestions above it are right about every second time, and people correct them


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


def target_document(code: str, label: str, keywords: Iterable[str]) -> Document:
    """A target as a text to be encoded in the role of an offer."""
    sentences = [Sentence(label, "target"), *(Sentence(keyword, "keyword") for keyword in keywords)]
    return Document(code, (Passage(tuple(sentences)),))


@dataclass(frozen=True, eq=False)
class Tagger:
    """The targets, placed in a frame of their own; saved and loaded like a corpus."""

    frame: Frame
    targets: Corpus

    @classmethod
    def build(cls, needs: Sequence[Document], targets: Sequence[Document]) -> "Tagger":
        """From encoded background needs and encoded `target_document`s."""
        frame = make_frame(needs, targets, weights=TAGGING)
        return cls(frame, Corpus.build(targets, Role.OFFER, frame))

    def suggest(self, document: Document, limit: int = 8, least: float = LEAST_CONFIDENCE) -> list[Suggestion]:
        """Targets of a text (of either role, encoded as a query or not at all), the surest first."""
        query = Query.of(replace(document, profile=Profile()), Role.NEED, self.frame)
        ranking = rank(query, self.targets, self.frame, limit=limit, weights=TAGGING)
        middle, steepness = _SEMANTIC if ranking.semantic else _LEXICAL
        suggestions = []
        for candidate in ranking.candidates:
            confidence = 1 / (1 + math.exp(-steepness * (candidate.score - middle)))
            row = int(self.targets.positions([candidate.owner])[0])
            words = shared_words(query, self.targets, self.frame, row)
            suggestions.append(Suggestion(candidate.owner, round(confidence, 3), words, candidate.evidence))
        return [suggestion for suggestion in suggestions if suggestion.confidence >= least]

    def to_arrays(self) -> Arrays:
        return to_arrays(self)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Tagger":
        return from_arrays(cls, arrays)


def goal_confidences(suggestions: Iterable[Suggestion]) -> dict[int, float]:
    """Goals with the probability that at least one of their suggested targets is right, the surest first."""
    doubts: dict[int, float] = {}
    for suggestion in suggestions:
        doubts[suggestion.goal] = doubts.get(suggestion.goal, 1.0) * (1 - suggestion.confidence)
    return dict(sorted(((goal, round(1 - doubt, 3)) for goal, doubt in doubts.items()), key=lambda item: -item[1]))
