"""What every service does: look up or hide, check the policy, move a state, write the audit row, mark the index."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlmodel import Session, SQLModel

from matcher import policy
from matcher.errors import Conflict, NotFound
from matcher.lifecycles import PUBLIC_CHALLENGE, Lifecycle
from matcher.policy import Actor, Subject
from models import Application, Assignment, AuditEvent, Challenge, IndexChange, Partner, Recommendation, Registration
from models.base import Versioned
from models.enums import EntityType

T = TypeVar("T", bound=SQLModel)


class Stateful(Protocol):
    """A row with a status that a lifecycle governs."""

    status: Any
    updated_at: datetime

    @property
    def pk(self) -> int: ...


def get(session: Session, model: type[T], key: int) -> T:
    """The row, or NotFound."""
    row = session.get(model, key)
    if row is None:
        raise NotFound()
    return row


def locked(session: Session, model: type[T], key: int) -> T:
    """The row as it stands now, held against other writers until the transaction ends, or NotFound."""
    row = session.get(model, key, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFound()
    return row


def of_challenge(challenge: Challenge) -> Subject:
    """A challenge belongs to its municipality; the public reads it once published."""
    return Subject(municipality_id=challenge.municipality_id, public=challenge.status in PUBLIC_CHALLENGE)


def of_registration(registration: Registration) -> Subject:
    return Subject(registration.municipality_id, frozenset({registration.partner_id}))


def of_recommendation(recommendation: Recommendation) -> Subject:
    """The partner that would be invited stands on the other side; a seeking partner only reads."""
    return Subject(recommendation.municipality_id, frozenset({recommendation.partner_id}))


def of_application(application: Application) -> Subject:
    """An application concerns its municipality, its partner and the screeners of its scheme."""
    partners = frozenset({application.partner_id})
    return Subject(application.municipality_id, partners, scheme_id=application.scheme_id)


def of_assignment(assignment: Assignment) -> Subject:
    return Subject(municipality_id=assignment.municipality_id)


def of_partner(partner: Partner, *, public: bool) -> Subject:
    return Subject(partner_ids=frozenset({partner.pk}), public=public)


def of_municipality(municipality_id: int) -> Subject:
    return Subject(municipality_id=municipality_id)


def record(
    session: Session, actor: Actor, event: str, row: Any, subject: Subject, now: datetime, **detail: Any
) -> AuditEvent:
    """Write the audit row for `event` on `row`; `detail` takes codes and keys, never personal data."""
    session.flush()
    partner_id = min(subject.partner_ids) if len(subject.partner_ids) == 1 else None
    audit = AuditEvent(
        actor_id=actor.user_id,
        municipality_id=subject.municipality_id,
        partner_id=partner_id,
        event=event,
        subject_type=row.__tablename__,
        subject_id=row.pk,
        detail=detail,
        created_at=now,
    )
    session.add(audit)
    return audit


def move(
    session: Session,
    actor: Actor,
    cycle: Lifecycle,
    row: Stateful,
    action: str,
    subject: Subject,
    now: datetime,
    **detail: Any,
) -> None:
    """Take `action` of `cycle` on `row`: policy, transition, audit.

    Raises NotFound, NotAllowed or InvalidTransition; nothing is changed then.
    """
    policy.require(actor, f"{cycle.name}.{action}", subject)
    transition = cycle.find(action, row.status)
    before, row.status, row.updated_at = row.status, transition.target, now
    record(
        session,
        actor,
        transition.event,
        row,
        subject,
        now,
        before=str(before),
        after=str(row.status),
        **detail,
    )


def check_version(
    row: Versioned, expected: int | None, mine: dict[str, Any], fields: Iterable[str] | None = None
) -> None:
    """Refuse a write that was typed on top of an older reading.

    Raises Conflict with every field in which `mine` and the stored row differ.
    """
    if expected is None or expected == row.version:
        return
    names = list(fields if fields is not None else mine)
    shown = [(name, _text(mine.get(name)), _text(getattr(row, name, None))) for name in names]
    raise Conflict([row for row in shown if row[1] != row[2]], version=row.version)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def mark(session: Session, entity_type: EntityType, entity_id: int, now: datetime) -> None:
    """Tell the worker that texts or visibility of an entity changed."""
    session.add(IndexChange(entity_type=entity_type, entity_id=entity_id, created_at=now))
