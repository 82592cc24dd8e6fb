"""Turns rows of partners and challenges into the engine's documents, and says of each bad row what is wrong with it."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from embeddings.sentences import sentence_spans
from matcher.engine.types import Document, Passage, Profile, Sentence
from web.cli.match_read import BadRow, Row, Table

MAX_FIELD = 4_000  # characters of one field that are compared
MAX_ID = 200
_LIST = re.compile(r"[\n;；|｜]+")


@dataclass(frozen=True)
class Record:
    """A document with the name that people know it by (which the engine does not see)."""

    document: Document
    name: str


def partners(table: Table) -> list[Record]:
    """Rows with id, name and profile, and optionally offerings, kind, region and industry."""
    return _records(table, _partner)


def challenges(table: Table) -> list[Record]:
    """Rows with id, title and description, and optionally municipality and sdgs."""
    return _records(table, _challenge)


def _records(table: Table, make: Callable[[Row, Table], Record]) -> list[Record]:
    records: dict[str, Record] = {}
    for row in table.rows:
        try:
            record = make(row, table)
        except BadRow as error:
            table.refuse(row.number, str(error))
            continue
        if record.document.owner in records:
            table.refuse(row.number, f"the id {record.document.owner!r} was used in an earlier row")
        else:
            records[record.document.owner] = record
    return list(records.values())


def _partner(row: Row, table: Table) -> Record:
    owner = _id(row)
    about = Passage(_sentences(row, table, "profile", "profile"))
    offerings = (Passage(sentences) for sentences in _offerings(row, table))
    passages = tuple(passage for passage in (about, *offerings) if passage.sentences)
    if not passages:
        raise BadRow("has neither a profile nor offerings")
    facts = Profile(kind=_text(row, "kind"), industry=_text(row, "industry"), place=_text(row, "region"))
    return Record(Document(owner, passages, facts), _text(row, "name"))


def _offerings(row: Row, table: Table) -> Iterator[tuple[Sentence, ...]]:
    """Each offering as sentences; from a list of texts or of objects, or from one text with a line for each."""
    value = row.values.get("offerings") or []
    items = value if isinstance(value, list) else _LIST.split(_text(row, "offerings"))
    for number, item in enumerate(items, 1):
        parts = [item.get("title"), item.get("description")] if isinstance(item, dict) else [item]
        if not all(part is None or isinstance(part, str | int | float) for part in parts):
            raise BadRow("offerings must be texts, or objects with title and description")
        text = "\n".join(str(part) for part in parts if part is not None)
        yield _split(text, "offering", str(number), row, table)


def _challenge(row: Row, table: Table) -> Record:
    owner = _id(row)
    sentences = (*_sentences(row, table, "title", "title"), *_sentences(row, table, "description", "problem"))
    if not sentences:
        raise BadRow("has neither a title nor a description")
    facts = Profile(place=_text(row, "municipality"), goals=_goals(row.values.get("sdgs")))
    return Record(Document(owner, (Passage(sentences),), facts), _text(row, "title"))


def _id(row: Row) -> str:
    owner = _text(row, "id")
    if not owner:
        raise BadRow("has no id")
    if len(owner) > MAX_ID:
        raise BadRow(f"the id is longer than {MAX_ID} characters")
    return owner


def _text(row: Row, name: str) -> str:
    value = row.values.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadRow(f"{name} must be a text")
    return "".join(" " if _unwanted(character) else character for character in str(value)).strip()


def _sentences(row: Row, table: Table, name: str, part: str) -> tuple[Sentence, ...]:
    return _split(_text(row, name), part, "", row, table)


def _split(text: str, part: str, part_id: str, row: Row, table: Table) -> tuple[Sentence, ...]:
    if len(text) > MAX_FIELD:
        table.remark(row.number, f"{part} has {len(text):,} characters; the first {MAX_FIELD:,} are compared")
    capped = text[:MAX_FIELD]
    return tuple(Sentence(capped[start:end], part, part_id, start) for start, end in sentence_spans(capped))


def _goals(value: Any) -> frozenset[int]:
    """Goal numbers from a list, or from a text like "3; 11.2; 17"; of a target the goal counts."""
    text = unicodedata.normalize("NFKC", str(value or "")).lower()
    items = value if isinstance(value, list) else re.split(r"[^0-9.a-z]+", text)
    found = (re.match(r"\d+", str(item)) for item in items)
    return frozenset(int(match.group()) for match in found if match and 1 <= int(match.group()) <= 17)


def _unwanted(character: str) -> bool:
    """Control characters but line breaks and tabs, and lone surrogates."""
    return unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t"
