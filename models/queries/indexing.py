"""Reads of the index's own tables: what has changed, which sentences are stored, and what still lacks vectors."""

from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import Challenge, Collaboration, IndexChange, Partner, Passage
from models.enums import EntityType, TextRole
from models.queries.texts import chunks

ENTITIES: dict[EntityType, type[Any]] = {
    EntityType.PARTNER: Partner,
    EntityType.CHALLENGE: Challenge,
    EntityType.COLLABORATION: Collaboration,
}


def next_changes(session: Session, limit: int) -> list[tuple[EntityType, int, int]]:
    """The entities that have waited longest, each with the last change seen of it."""
    last = sa.func.max(col(IndexChange.id))
    statement = (
        select(IndexChange.entity_type, IndexChange.entity_id, last)
        .group_by(col(IndexChange.entity_type), col(IndexChange.entity_id))
        .order_by(sa.func.min(col(IndexChange.id)))
        .limit(limit)
    )
    return [(EntityType(kind), key, change or 0) for kind, key, change in session.exec(statement)]


def waiting(session: Session) -> int:
    """How many changes have not been read yet."""
    return session.exec(select(sa.func.count(col(IndexChange.id)))).one()


def is_waiting(session: Session, entity_type: EntityType, entity_id: int) -> bool:
    """Whether the latest text of an entity has still to be read."""
    statement = select(IndexChange.id).where(IndexChange.entity_type == entity_type, IndexChange.entity_id == entity_id)
    return session.exec(statement.limit(1)).first() is not None


def passages(session: Session, entity_type: EntityType, ids: Iterable[int], model: str) -> Iterator[Passage]:
    """The stored sentences of some entities under one model, in reading order."""
    for piece in chunks(ids):
        statement = (
            select(Passage)
            .where(Passage.entity_type == entity_type, col(Passage.entity_id).in_(piece), Passage.model == model)
            .order_by(
                col(Passage.entity_id), col(Passage.role), col(Passage.passage), col(Passage.sentence), col(Passage.id)
            )
        )
        yield from session.exec(statement)


def unread(session: Session, entity_type: EntityType, model: str) -> list[int]:
    """Entities without a single sentence under `model`."""
    table = ENTITIES[entity_type]
    known = select(Passage.entity_id).where(Passage.entity_type == entity_type, Passage.model == model)
    statement = select(col(table.id)).where(col(table.id).not_in(known)).order_by(col(table.id))
    return [key for key in session.exec(statement) if key is not None]


def counts(session: Session, model: str) -> dict[EntityType, int]:
    """How many entities of each type have sentences under `model`."""
    statement = (
        select(Passage.entity_type, sa.func.count(sa.distinct(col(Passage.entity_id))))
        .where(Passage.model == model)
        .group_by(col(Passage.entity_type))
    )
    return {EntityType(kind): count for kind, count in session.exec(statement)}


def silent(session: Session, entity_type: EntityType, role: TextRole, model: str) -> set[int]:
    """Entities that have been read under `model` and say nothing in `role`."""
    statement = (
        select(Passage.entity_id)
        .where(Passage.entity_type == entity_type, Passage.model == model)
        .group_by(col(Passage.entity_id))
        .having(sa.func.max(sa.case((col(Passage.role) == role, 1), else_=0)) == 0)
        .order_by(col(Passage.entity_id))
    )
    return set(session.exec(statement))


def last_passage(session: Session, model: str) -> int:
    """The highest id of a stored sentence; 0 when there is none."""
    return session.exec(select(sa.func.max(col(Passage.id))).where(Passage.model == model)).one() or 0


def written_since(session: Session, entity_type: EntityType, model: str, last: int) -> list[int]:
    """Entities of which a sentence with a higher id than `last` is stored."""
    statement = (
        select(Passage.entity_id)
        .where(Passage.entity_type == entity_type, Passage.model == model, col(Passage.id) > last)
        .distinct()
        .order_by(col(Passage.entity_id))
    )
    return list(session.exec(statement))


def waiting_ids(session: Session, entity_type: EntityType) -> set[int]:
    """Entities of one type whose latest text has still to be read."""
    return set(session.exec(select(IndexChange.entity_id).where(IndexChange.entity_type == entity_type).distinct()))
