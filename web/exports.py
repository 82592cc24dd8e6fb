"""Partners, challenges and collaborations as files, under the headings by which they are read in again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from flask import Response

from matcher.services.importing import KINDS, Column
from matcher.services.importing.fields import Sort
from models import reference
from models.enums import ImportKind
from web import sheets
from web.import_words import heading, options

NAMES_OFFERING = "offering"


def answer(
    kind: ImportKind,
    name: str,
    said: Sequence[dict[str, Any]],
    *,
    without: Collection[str] = (),
    more: Sequence[tuple[Any, Sequence[Any]]] = (),
) -> Response:
    """What is said of each, one per line; `more` adds columns as (heading, values) that are not read in."""
    columns = [column for column in columns_of(kind, said) if column.name not in without]
    words = {column.words: options(column.words) for column in columns if column.words}
    header = [*(heading(kind, column.name) for column in columns), *(title for title, _ in more)]
    rows = (
        [*(cell(column, row.get(column.name), words.get(column.words, {})) for column in columns), *added]
        for row, added in zip(said, _rows(more, len(said)), strict=True)
    )
    return sheets.answer(name, header, rows)


def _rows(more: Sequence[tuple[Any, Sequence[Any]]], count: int) -> Iterable[Sequence[Any]]:
    return list(zip(*(values for _, values in more), strict=True)) if more else [()] * count


def columns_of(kind: ImportKind, said: Sequence[dict[str, Any]]) -> list[Column]:
    """The columns of a kind of list; of offerings as many as the fullest line has, and one at least."""
    there = set().union(*said) if said else set()
    return [
        column
        for name, column in KINDS[kind].columns.items()
        if not name.startswith(NAMES_OFFERING) or name.startswith(f"{NAMES_OFFERING}1_") or name in there
    ]


def cell(column: Column, value: Any, words: Any) -> Any:
    """A value as its column holds it: what is read from this cell is this value."""
    if value is None or value in ("", [], ()):
        return ""
    match column.sort:
        case Sort.CHOICE | Sort.OPEN_CHOICE:
            return words.get(str(value), str(value))
        case Sort.CHOICES:
            return "\n".join(words.get(str(code), str(code)) for code in value)
        case Sort.REGIONS:
            return "、".join(words.get(code, code) for code in value)
        case Sort.TARGETS:
            return "、".join(f"SDG{code}" for code in sorted(value, key=reference.target_place))
        case Sort.LINES:
            return "\n".join(value)
        case Sort.DAY if isinstance(value, str):
            return date.fromisoformat(value)
    return value
