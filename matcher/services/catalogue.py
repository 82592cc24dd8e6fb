"""What an operator enters once: municipalities, departments, schemes, indicators and precedents (過去の連携)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from matcher import policy
from matcher.errors import Invalid
from matcher.policy import Actor, Subject
from matcher.services import flow
from models import Collaboration, CollaborationPartner, CollaborationTarget, reference
from models.enums import EntityType

T = TypeVar("T", bound=SQLModel)


def enter(session: Session, actor: Actor, row: T, *, now: datetime) -> T:
    """Store a municipality, department, scheme or indicator.

    Raises NotAllowed, or Invalid for a text that is longer than its column.
    """
    policy.require(actor, "catalogue.enter", Subject())
    _check_lengths(row)
    session.add(row)
    flow.record(session, actor, f"{row.__tablename__}.entered", row, Subject(), now)
    return row


def enter_precedent(
    session: Session,
    actor: Actor,
    row: Collaboration,
    parties: Sequence[tuple[str, int | None]],
    targets: Sequence[str],
    *,
    now: datetime,
) -> Collaboration:
    """Store what was done with whom: `parties` pairs each printed name with the partner it belongs to, if any.

    Raises NotAllowed, or Invalid for an unknown target or a text that is longer than its column.
    """
    if not all(map(reference.is_target, targets)):
        raise Invalid({"targets": "unknown"})
    enter(session, actor, row, now=now)
    session.add_all(CollaborationPartner(collaboration_id=row.pk, name=n, partner_id=p) for n, p in parties)
    session.add_all(
        CollaborationTarget(collaboration_id=row.pk, goal=reference.goal_of(code), target=code) for code in targets
    )
    flow.mark(session, EntityType.COLLABORATION, row.pk, now)
    for _, partner_id in parties:
        if partner_id is not None:
            flow.mark(session, EntityType.PARTNER, partner_id, now)  # its record has grown
    return row


def _check_lengths(row: SQLModel) -> None:
    """SQLite would keep a text of any length, PostgreSQL refuses it: neither shall surprise anybody."""
    limits = {
        column.name: column.type.length
        for column in sa.inspect(type(row)).columns
        if isinstance(column.type, sa.String)
    }
    found = {
        name: "too_long"
        for name, limit in limits.items()
        if limit is not None and isinstance(text := getattr(row, name), str) and len(text) > limit
    }
    if found:
        raise Invalid(found)
