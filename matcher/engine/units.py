"""The texts of many documents as arrays: sentences, words and placed vectors, each document a run of rows."""

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.arrays import Strings, runs, starts_of
from matcher.engine.frame import Frame
from matcher.engine.lexical import Bag, term_hashes
from matcher.engine.tokens import words
from matcher.engine.types import Document, Floats, Hashes, Ints, Past, Profile, Role, Sentence, Span

UNREAD = 1.0  # the hubness given to a sentence without a vector: it then never looks near
_SETS = ("serves", "stages", "targets", "goals", "wanted_kinds")


@dataclass(frozen=True, eq=False)
class Units:
    """n documents with p passages, s sentences and t words; a run of rows is given by its `starts`."""

    owners: Strings
    profiles: Strings  # JSON
    passages: Floats  # (p, d); a document without vectors has none
    passage_hubness: Floats
    passage_starts: NDArray[np.int64]  # (n + 1)
    sentences: Floats  # (s, d)
    sentence_hubness: Floats
    sentence_weights: Floats
    sentence_starts: NDArray[np.int64]  # (n + 1)
    texts: Strings
    parts: Strings
    part_ids: Strings
    offsets: Ints
    terms: Hashes
    spans: Ints  # (t, 2): where each word stands in its sentence
    term_starts: NDArray[np.int64]  # (s + 1)

    @classmethod
    def build(cls, documents: Sequence[Document], role: Role, frame: Frame) -> "Units":
        sentences = [sentence for document in documents for sentence in document.sentences]
        tokens = [words(sentence.text) for sentence in sentences]
        return cls(
            owners=Strings.of(document.owner for document in documents),
            profiles=Strings.of(_profile_json(document.profile) for document in documents),
            sentence_starts=starts_of(len(document.sentences) for document in documents),
            texts=Strings.of(sentence.text for sentence in sentences),
            parts=Strings.of(sentence.part for sentence in sentences),
            part_ids=Strings.of(sentence.part_id for sentence in sentences),
            offsets=np.array([sentence.start for sentence in sentences], np.int32),
            terms=term_hashes(token.form for row in tokens for token in row),
            spans=np.array([(t.start, t.end) for row in tokens for t in row], np.int32).reshape(-1, 2),
            term_starts=starts_of(map(len, tokens)),
            **_placed(documents, role, frame),
        )

    def __len__(self) -> int:
        return len(self.owners)

    def take(self, rows: Sequence[int] | NDArray[np.integer[Any]]) -> "Units":
        """Only the documents at these positions, in this order."""
        documents = np.asarray(rows, np.int64)
        passages, passage_starts = runs(self.passage_starts, documents)
        sentences, sentence_starts = runs(self.sentence_starts, documents)
        terms, term_starts = runs(self.term_starts, sentences)
        return Units(
            owners=self.owners.take(documents),
            profiles=self.profiles.take(documents),
            passages=self.passages[passages],
            passage_hubness=self.passage_hubness[passages],
            passage_starts=passage_starts,
            sentences=self.sentences[sentences],
            sentence_hubness=self.sentence_hubness[sentences],
            sentence_weights=self.sentence_weights[sentences],
            sentence_starts=sentence_starts,
            texts=self.texts.take(sentences),
            parts=self.parts.take(sentences),
            part_ids=self.part_ids.take(sentences),
            offsets=self.offsets[sentences],
            terms=self.terms[terms],
            spans=self.spans[terms],
            term_starts=term_starts,
        )

    def joined(self, other: "Units") -> "Units":
        """These documents, then those of `other`."""
        names = [field.name for field in fields(self)]
        return Units(**{name: _appended(name, getattr(self, name), getattr(other, name)) for name in names})

    def extended(self, other: "Units") -> "Units":
        """This one document with everything of `other` added to it."""
        joined = self.joined(other)
        ends = {name: getattr(joined, name)[[0, -1]] for name in ("passage_starts", "sentence_starts")}
        return replace(joined, owners=self.owners, profiles=self.profiles, **ends)

    def passage_of(self, sentence: int) -> "Units":
        """The passage in which a sentence stands, as a document of its own: sentences of one offering share its id."""
        document = int(np.searchsorted(self.sentence_starts, sentence, "right")) - 1
        first, last = self.sentence_starts[document : document + 2].tolist()
        ids = [self.part_ids[row] for row in range(first, last)]
        asked = self.part_ids[sentence]
        rows = np.array([first + i for i, key in enumerate(ids) if key == asked], np.int64)
        passage = int(self.passage_starts[document]) + list(dict.fromkeys(ids)).index(asked)
        terms, term_starts = runs(self.term_starts, rows)
        return Units(
            owners=self.owners.take(np.array([document])),
            profiles=self.profiles.take(np.array([document])),
            passages=self.passages[passage : passage + 1],
            passage_hubness=self.passage_hubness[passage : passage + 1],
            passage_starts=np.array([0, 1], np.int64),
            sentences=self.sentences[rows],
            sentence_hubness=self.sentence_hubness[rows],
            sentence_weights=self.sentence_weights[rows],
            sentence_starts=np.array([0, len(rows)], np.int64),
            texts=self.texts.take(rows),
            parts=self.parts.take(rows),
            part_ids=self.part_ids.take(rows),
            offsets=self.offsets[rows],
            terms=self.terms[terms],
            spans=self.spans[terms],
            term_starts=term_starts,
        )

    def profile(self, row: int) -> Profile:
        return profile_of(self.profiles[row])

    def facts(self, row: int, names: Sequence[str]) -> str:
        """Only these facts of a document's profile, as JSON that is equal when they are."""
        stated = json.loads(self.profiles[row])
        return json.dumps({name: stated[name] for name in names if name in stated})

    def sentence(self, row: int) -> Sentence:
        return Sentence(self.texts[row], self.parts[row], self.part_ids[row], int(self.offsets[row]))

    def terms_of(self, row: int) -> list[int]:
        """The words of a sentence, hashed."""
        terms: list[int] = self.terms[self.term_starts[row] : self.term_starts[row + 1]].tolist()
        return terms

    def places(self, row: int, words: Container[int]) -> list[Span]:
        """Where these words stand in a sentence, in its order."""
        start = int(self.term_starts[row])
        at = [start + place for place, term in enumerate(self.terms_of(row)) if term in words]
        return [(a, b) for a, b in self.spans[at].tolist()] if at else []

    def bags(self) -> Iterator[Bag]:
        """The words of each document."""
        ends = self.term_starts[self.sentence_starts]
        return (Bag.of(self.terms[a:b]) for a, b in pairwise(ends))


def profile_of(facts: str) -> Profile:
    """The inverse of what `Units.profiles` holds."""
    values: dict[str, Any] = {name: frozenset(v) if name in _SETS else v for name, v in json.loads(facts).items()}
    values["past"] = tuple(Past(*past) for past in values.get("past", ()))
    return Profile(**values)


def _profile_json(profile: Profile) -> str:
    """Only what differs from an empty profile, in a fixed order."""
    empty = asdict(Profile())
    stated = {name: value for name, value in asdict(profile).items() if value != empty[name]}
    return json.dumps({name: sorted(v) if name in _SETS else v for name, v in stated.items()}, ensure_ascii=False)


def _placed(documents: Sequence[Document], role: Role, frame: Frame) -> dict[str, Any]:
    dimension = frame.passages.need_means.shape[1]
    nothing = np.zeros((0, dimension), np.float32)
    placed = [
        frame.place(document, role)
        if document.encoded
        else (nothing, np.zeros((len(document.sentences), dimension), np.float32))
        for document in documents
    ]
    passages = np.concatenate([nothing, *(rows for rows, _ in placed)])
    sentences = np.concatenate([nothing, *(rows for _, rows in placed)])
    read = sentences.any(axis=1)
    need = role is Role.NEED
    return {
        "passages": passages,
        "passage_hubness": frame.passages.hubness(passages, role),
        "passage_starts": starts_of(len(rows) for rows, _ in placed),
        "sentences": sentences,
        "sentence_hubness": np.where(read, frame.sentences.hubness(sentences, role), UNREAD).astype(np.float32),
        "sentence_weights": frame.sentences.specificity(sentences) if need else np.ones(len(sentences), np.float32),
    }


def _appended(name: str, first: Any, second: Any) -> Any:
    if isinstance(first, Strings):
        return first.joined(second)
    if name.endswith("starts"):
        return np.concatenate([first, second[1:] + first[-1]])
    return np.concatenate([first, second])
