"""What a line changed, as the stored rows before and after it; and taking exactly that back."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from models.base import UTCDateTime
from models.queries import importing as queries

#: (table, key) → the stored row
Picture = dict[tuple[str, int], dict[str, Any]]
#: table, id, before and after of one row
Entry = dict[str, Any]
VERSION = "version"


def picture(session: Session, main: sa.Table, parts: Iterable[tuple[sa.Table, str]], ids: Collection[int]) -> Picture:
    """The rows of `main` with these keys, and the rows of `parts` that belong to them by their column."""
    session.flush()
    found: Picture = {}
    for table, column in ((main, "id"), *parts):
        for row in queries.rows_where(session, table, column, ids):
            found[table.name, row["id"]] = {name: _stored(value) for name, value in row.items()}
    return found


def dependants(main: sa.Table) -> list[tuple[sa.Table, str]]:
    """Every table that refers to `main`, with the column by which it does."""
    return [
        (table, key.parent.name)
        for table in SQLModel.metadata.sorted_tables
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name)
        if key.column.table is main and table is not main
    ]


def owner(main: sa.Table, parts: Iterable[tuple[sa.Table, str]], key: tuple[str, int], row: dict[str, Any]) -> int:
    """The key of the main row to which a row belongs."""
    return int(key[1] if key[0] == main.name else row[{table.name: column for table, column in parts}[key[0]]])


def changes(before: Picture, after: Picture) -> Iterator[tuple[tuple[str, int], Entry]]:
    """Each row that differs, as it is kept with its line."""
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old != new:
            yield key, {"table": key[0], "id": key[1], "before": old, "after": new}


def standing(session: Session, lines: Sequence[Sequence[Entry]], main: sa.Table) -> list[bool]:
    """For the changes of each line: is everything as the line left it, with nothing else leaning on what it created?"""
    entries = [entry for line in lines for entry in line]
    now = _now(session, entries)
    shaken = _leaned_on(session, entries, main)
    return [
        all(_bare(now.get(_key(entry))) == _bare(entry["after"]) for entry in line)
        and not any(entry["table"] == main.name and entry["id"] in shaken for entry in line)
        for line in lines
    ]


def _bare(row: dict[str, Any] | None) -> dict[str, Any] | None:
    """A row without what a write moves on by itself; when it was last changed stays in."""
    return None if row is None else {name: value for name, value in row.items() if name != VERSION}


def _key(entry: Entry) -> tuple[str, int]:
    return entry["table"], entry["id"]


def _now(session: Session, entries: Sequence[Entry]) -> Picture:
    found: Picture = {}
    for name, ids in _ids(entries).items():
        found |= picture(session, _table(name), (), ids)
    return found


def _ids(entries: Iterable[Entry]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for entry in entries:
        found.setdefault(entry["table"], []).append(entry["id"])
    return found


def _leaned_on(session: Session, entries: Sequence[Entry], main: sa.Table) -> set[int]:
    """The created rows to which something refers that did not come with them."""
    ours = set(map(_key, entries))
    created = [entry["id"] for entry in entries if entry["table"] == main.name and entry["before"] is None]
    leaning = {
        row[column]
        for table, column in dependants(main)
        for row in queries.rows_where(session, table, column, created)
        if (table.name, row["id"]) not in ours
    }
    return leaning | queries.spoken_of(session, main.name, created)


def take_back(session: Session, entries: Sequence[Entry]) -> None:
    """Put back what was there before: created rows go, removed ones return, changed ones say what they said."""
    created = _ids(entry for entry in entries if entry["before"] is None)
    for table in reversed(SQLModel.metadata.sorted_tables):
        for some in queries.chunks(created.get(table.name, [])):
            session.execute(sa.delete(table).where(table.c.id.in_(some)))
    order = {table.name: place for place, table in enumerate(SQLModel.metadata.sorted_tables)}
    for entry in sorted(entries, key=lambda entry: order[entry["table"]]):
        if entry["before"] is not None:
            _put_back(session, _table(entry["table"]), entry)


def _put_back(session: Session, table: sa.Table, entry: Entry) -> None:
    values = {name: _read(table.c[name], value) for name, value in entry["before"].items()}
    if entry["after"] is None:
        session.execute(sa.insert(table).values(values))
        return
    if VERSION in values:
        values[VERSION] = table.c.version + 1  # whoever has the page open must not write over this
    session.execute(sa.update(table).where(table.c.id == entry["id"]).values(values))


def _table(name: str) -> sa.Table:
    return SQLModel.metadata.tables[name]


def _stored(value: Any) -> Any:
    """A value of a row in JSON."""
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date) else value


def _read(column: sa.Column[Any], value: Any) -> Any:
    """A value out of JSON, as the column takes it."""
    if value is None:
        return None
    if isinstance(column.type, UTCDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return date.fromisoformat(value)
    return column.type.enum_class(value) if isinstance(column.type, sa.Enum) and column.type.enum_class else value
