"""What goes into the engine and what comes out: texts with vectors and facts, ranked and explained matches."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Hashes = NDArray[np.uint64]
Mask = NDArray[np.bool_]
Span = tuple[int, int]


class Role(StrEnum):
    """Which side of a match a text speaks for; its vectors come from the encoder's query or document side."""

    NEED = "need"
    OFFER = "offer"


class Token(NamedTuple):
    """A content word: its normalised form and where it stands in the text."""

    form: str
    start: int
    end: int


@dataclass(frozen=True)
class Sentence:
    """One sentence of a part: title, problem, need, outcome | profile, offering, track, action | seeks.

    `part_id` tells parts of one kind apart (the offering's id); `start` is the offset of `text` in the part's own text.
    """

    text: str
    part: str
    part_id: str = ""
    start: int = 0


@dataclass(frozen=True, eq=False)
class Passage:
    """Sentences that belong together: a whole challenge, one offering, a profile. Vectors are L2-normalised."""

    sentences: tuple[Sentence, ...]
    vector: Floats | None = None  # (d,): of `text`
    vectors: Floats | None = None  # (len(sentences), d)

    @property
    def text(self) -> str:
        """What the encoder gets for the whole passage."""
        return "".join(_closed(sentence.text) for sentence in self.sentences)


class Past(NamedTuple):
    """A past collaboration: with which municipality, its title, and what came of it ("" while nobody has said).

    `result` is one of adopted, agreement, ended, failed.
    """

    place: str
    title: str
    result: str = ""


@dataclass(frozen=True)
class Profile:
    """The facts about a partner or a challenge that no sentence needs to tell.

    Places are codes ("00" everywhere, two digits a prefecture, six a municipality) or names; codes nest.
    An empty field means "not stated", never "no". `required` names features of which a need accepts no breach.
    Dates are ISO days: `written` is the last one on which somebody changed what is said.
    """

    kind: str = ""
    industry: str = ""
    place: str = ""
    serves: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    goals: frozenset[int] = frozenset()
    capacity_left: int | None = None
    past: tuple[Past, ...] = ()
    wanted_kinds: frozenset[str] = frozenset()
    accepts_prototypes: bool = False
    budget: str = ""
    required: tuple[str, ...] = ()
    registered: tuple[str, ...] = ()
    written: str = ""

    @cached_property
    def all_goals(self) -> frozenset[int]:
        return self.goals | {int(target.split(".")[0]) for target in self.targets}


@dataclass(frozen=True, eq=False)
class Document:
    """A challenge, a partner, or a typed text. The names of organisations stay outside."""

    owner: str
    passages: tuple[Passage, ...]
    profile: Profile = Profile()

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentence for passage in self.passages for sentence in passage.sentences)

    @property
    def encoded(self) -> bool:
        return bool(self.passages) and all(p.vector is not None and p.vectors is not None for p in self.passages)

    def texts(self) -> list[str]:
        """What to encode, in the order in which `with_vectors` takes the answer."""
        return [text for p in self.passages for text in (p.text, *(s.text for s in p.sentences))]

    def with_vectors(self, vectors: Floats) -> "Document":
        """The same document with the encoder's rows for `texts()`."""
        if len(vectors) != len(self.texts()):
            raise ValueError(f"{len(vectors)} vectors for {len(self.texts())} texts")
        passages, row = [], 0
        for passage in self.passages:
            after = row + 1 + len(passage.sentences)
            passages.append(replace(passage, vector=vectors[row], vectors=vectors[row + 1 : after]))
            row = after
        return replace(self, passages=tuple(passages))


class Side(NamedTuple):
    """A sentence as evidence; `span` is its place in its part's text, `marks` the shared words' places in `text`."""

    text: str
    part: str
    part_id: str
    span: Span
    marks: tuple[Span, ...] = ()


class Evidence(NamedTuple):
    """A sentence that asks and the one that answers it; `share` is this pair's part of the sentence score."""

    asks: Side
    answers: Side
    strength: float  # 0..1, comparable between candidates; see `explain`
    share: float
    words: tuple[str, ...]  # as the asking sentence spells them


@dataclass(frozen=True)
class Signal:
    """A structured reason for or against, as a code with parameters: put into words at the edge."""

    code: str
    positive: bool
    params: Mapping[str, Any] = field(default_factory=dict)


class Feature(NamedTuple):
    """One part of a score: contribution = value × weight."""

    value: float
    weight: float

    @property
    def contribution(self) -> float:
        return self.value * self.weight


class Fit(StrEnum):
    """How a score compares with those of unrelated pairs."""

    NONE = "none"
    WEAK = "weak"
    FAIR = "fair"
    STRONG = "strong"

    @property
    def level(self) -> int:
        return list(Fit).index(self)


@dataclass(frozen=True)
class Candidate:
    """One ranked document; `score` is the sum of the features' contributions, `likelihood` 0..1 what `fit` says in
    words (None where no curve was measured: see `fit`)."""

    owner: str
    rank: int
    score: float
    fit: Fit
    features: Mapping[str, Feature]
    evidence: tuple[Evidence, ...] = ()
    signals: tuple[Signal, ...] = ()
    likelihood: float | None = None


@dataclass(frozen=True)
class Ranking:
    """Candidates in order, how many documents were considered, and whether meaning took part or only words.

    `excluded` would stand among the candidates, but breach a condition that the need marks as required.
    """

    candidates: tuple[Candidate, ...]
    considered: int
    semantic: bool
    excluded: tuple[Candidate, ...] = ()


def joined_texts(documents: Iterable[Document]) -> list[str]:
    return [text for document in documents for text in document.texts()]


def with_vectors(documents: Sequence[Document], vectors: Floats) -> list[Document]:
    """Deal the rows of one big encoder call out to `documents`."""
    ends = np.cumsum([len(document.texts()) for document in documents])
    parts = np.split(vectors, ends[:-1]) if len(documents) else []
    return [document.with_vectors(part) for document, part in zip(documents, parts, strict=True)]


def _closed(text: str) -> str:
    text = text.strip()
    if not text or text[-1] in "。．.!?！？":
        return text + " " if text.isascii() else text
    return text + (". " if text.isascii() else "。")
