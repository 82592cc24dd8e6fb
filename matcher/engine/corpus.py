"""A searchable set of documents of one role, and a query as one document of it: immutable, saved as plain arrays."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.engine.arrays import Arrays, from_arrays, to_arrays
from matcher.engine.frame import Frame
from matcher.engine.lexical import Bag, Lexicon, Postings, term_hashes
from matcher.engine.tokens import bigrams
from matcher.engine.types import Document, Mask, Profile, Role
from matcher.engine.units import Units, profile_of


@dataclass(frozen=True, eq=False)
class Query:
    """One placed document that asks for others; made from a text, or taken out of a corpus."""

    role: Role
    units: Units

    @classmethod
    def of(cls, document: Document, role: Role, frame: Frame) -> "Query":
        return cls(role, Units.build([document], role, frame))

    @property
    def owner(self) -> str:
        return self.units.owners[0]

    @property
    def semantic(self) -> bool:
        """Whether there are vectors; without them only words are compared."""
        return len(self.units.passages) > 0

    @cached_property
    def profile(self) -> Profile:
        return self.units.profile(0)

    @cached_property
    def bag(self) -> Bag:
        return Bag.of(self.units.terms)

    @cached_property
    def grams(self) -> Bag:
        return _grams(self.units, 0)


@dataclass(frozen=True, eq=False)
class Corpus:
    """Documents of one role, ready to be ranked. `grams` (character pairs) are only there to search as one types."""

    role: Role
    units: Units
    words: Postings
    grams: Postings | None
    gram_lexicon: Lexicon | None

    @classmethod
    def build(cls, documents: Sequence[Document], role: Role, frame: Frame, grams: bool = False) -> "Corpus":
        """Owners must be distinct. Documents without vectors can be found by their words only."""
        units = Units.build(documents, role, frame)
        return cls._of(units, role, frame, _all_grams(units) if grams else None)

    def updated(self, changed: Sequence[Document], removed: Collection[str], frame: Frame) -> "Corpus":
        """A new corpus with `changed` added or replaced and `removed` left out; the rest is copied, not computed."""
        gone = {*removed, *(document.owner for document in changed)}
        kept = [row for row, owner in enumerate(self.owners) if owner not in gone]
        fresh = Units.build(changed, self.role, frame)
        units = self.units.take(kept).joined(fresh)
        if self.grams is None:
            return Corpus._of(units, self.role, frame, None)
        known = self._gram_bags
        return Corpus._of(units, self.role, frame, [*(known[row] for row in kept), *_all_grams(fresh)])

    @classmethod
    def _of(cls, units: Units, role: Role, frame: Frame, grams: list[Bag] | None) -> "Corpus":
        if len(set(units.owners)) < len(units):
            raise ValueError("owners must be distinct")
        words = Postings.build(list(units.bags()), frame.lexicon)
        if grams is None:
            return cls(role, units, words, None, None)
        lexicon = Lexicon.build([], grams)
        corpus = cls(role, units, words, Postings.build(grams, lexicon), lexicon)
        corpus.__dict__["_gram_bags"] = grams
        return corpus

    def __len__(self) -> int:
        return len(self.units)

    def __contains__(self, owner: str) -> bool:
        return owner in self._rows

    def query(self, owner: str) -> Query:
        """A stored document as the one that asks. Raises KeyError."""
        return Query(self.role, self.units.take([self._rows[owner]]))

    def positions(self, owners: Iterable[str]) -> NDArray[np.int64]:
        """Where these documents stand; unknown owners are left out."""
        return np.array([self._rows[owner] for owner in owners if owner in self._rows], np.int64)

    def mask(self, owners: Iterable[str]) -> Mask:
        """True for these documents only: the `allowed` of a ranking."""
        mask = np.zeros(len(self), np.bool_)
        mask[self.positions(owners)] = True
        return mask

    def numbered(self, numbers: Collection[int]) -> Mask | None:
        """As `mask`, for owners that are numbers; None when everybody is among them, since no condition is quicker."""
        mask = np.isin(self._numbers, np.fromiter(numbers, np.int64, len(numbers)))
        return None if mask.any() and mask.all() else mask

    def profile(self, row: int) -> Profile:
        if row not in self._profiles:
            self._profiles[row] = self.units.profile(row)
        return self._profiles[row]

    def stating(self, fields: tuple[str, ...]) -> tuple[list[Profile], NDArray[np.int64]]:
        """One profile for each different statement of these facts, and which of them each document makes.

        Read once: a thousand partners that state the same are judged as one.
        """
        if fields not in self._statements:
            stated = [self.units.facts(row, fields) for row in range(len(self))]
            numbers = {facts: number for number, facts in enumerate(dict.fromkeys(stated))}
            which = np.array([numbers[facts] for facts in stated], np.int64)
            self._statements[fields] = ([profile_of(facts) for facts in numbers], which)
        return self._statements[fields]

    def to_arrays(self) -> Arrays:
        return to_arrays(self)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Corpus":
        return from_arrays(cls, arrays)

    @cached_property
    def owners(self) -> list[str]:
        return list(self.units.owners)

    @cached_property
    def _numbers(self) -> NDArray[np.int64]:
        return np.array(self.owners, np.str_).astype(np.int64)

    @cached_property
    def _gram_bags(self) -> list[Bag]:
        """Kept in memory by whoever updates again and again: they take longer to make than all the rest."""
        return _all_grams(self.units)

    @cached_property
    def _rows(self) -> dict[str, int]:
        return {owner: row for row, owner in enumerate(self.owners)}

    @cached_property
    def _statements(self) -> dict[tuple[str, ...], tuple[list[Profile], NDArray[np.int64]]]:
        return {}

    @cached_property
    def _profiles(self) -> dict[int, Profile]:
        return {}


def _all_grams(units: Units) -> list[Bag]:
    return [_grams(units, row) for row in range(len(units))]


def _grams(units: Units, row: int) -> Bag:
    start, end = units.sentence_starts[row : row + 2]
    return Bag.of(term_hashes(gram for text in units.texts[int(start) : int(end)] for gram in bigrams(text)))
