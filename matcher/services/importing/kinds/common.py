"""What all kinds of lists share: a line with the stored row that it means, and keys that an office gives itself."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from matcher.policy import Actor
from matcher.services.importing.fields import Column, Line
from models import ImportBatch, Municipality
from models.enums import EntityType

#: (line, the stored row that it means or None for a new one)
Match = tuple[Line, Any]
LONGEST_KEY = 60


@dataclass(frozen=True)
class Task:
    """Who reads what in for whom."""

    session: Session
    actor: Actor
    town: Municipality
    batch: ImportBatch
    now: datetime


@dataclass(frozen=True)
class Kind:
    """A kind of list. `models` are the tables whose rows belong to a row of `model`; their column `key` says to which.

    `match` refuses lines that cannot be written; `write` writes the others and says what became of each.
    """

    entity: EntityType
    model: type[SQLModel]
    models: Sequence[type[SQLModel]]
    key: str
    columns: Mapping[str, Column]
    check: Callable[[dict[str, Any]], Mapping[str, str]]
    match: Callable[[Task, Sequence[Line]], list[Match]]
    write: Callable[[Task, Sequence[Match]], None]

    @property
    def main(self) -> sa.Table:
        return table_of(self.model)

    @property
    def parts(self) -> list[tuple[sa.Table, str]]:
        return [(table_of(model), self.key) for model in self.models]


def table_of(model: type[SQLModel]) -> sa.Table:
    found: sa.Table = model.__table__  # type: ignore[attr-defined]
    return found


def by_name(columns: Iterable[Column]) -> dict[str, Column]:
    return {column.name: column for column in columns}


def own_key(town: Municipality, key: str) -> str:
    """A key of an office's own ledger as it is stored, where no other office's can be the same."""
    return f"{town.code}:{key}"


def refuse_foreign(town: Municipality, line: Line) -> bool:
    """Refuse a line that says that it belongs to another municipality."""
    code = line.given.get("municipality_code", town.code)
    if code != town.code:
        line.refuse("municipality_code", "other_town")
    return bool(code == town.code)


def refuse_incomplete(line: Line, columns: Mapping[str, Column]) -> None:
    """Refuse a line about something new that does not say what everything new must say."""
    for name, column in columns.items():
        if column.required and name not in line.given:
            line.refuse(name, "required")


class Once:
    """Lets each stored row be meant by one line only."""

    def __init__(self) -> None:
        self._seen: dict[Any, int] = {}

    def __call__(self, line: Line, keys: Iterable[tuple[str, Any]]) -> bool:
        """Whether none of `keys`, as (field, value), has been seen; the line is refused otherwise."""
        for name, value in keys:
            if (name, value) in self._seen:
                line.refuse(name, "twice")
                return False
        self._seen |= dict.fromkeys(keys, line.number)
        return True


def too_long(given: Mapping[str, Any], limits: Mapping[str, int]) -> dict[str, str]:
    return {name: "too_long" for name, limit in limits.items() if len(given.get(name, "")) > limit}
