"""Reads for the funnel of an office: when each challenge reached each step, from dated rows that nobody alters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from models import AuditEvent, Challenge, Collaboration, Department, Recommendation
from models.base import UTCDateTime
from models.enums import ChallengeStatus, CollaborationResult, CollaborationStatus

BEGUN = (CollaborationStatus.RUNNING, CollaborationStatus.DONE)


class Reached(NamedTuple):
    """When a challenge first reached each step, None where it has not."""

    published: datetime
    recommended: datetime | None = None
    invited: datetime | None = None
    introduced: datetime | None = None
    begun: datetime | None = None
    adopted: datetime | None = None


@dataclass(frozen=True)
class Journey:
    """A challenge that has been published at some time, and how far it has come."""

    challenge_id: int
    title: str
    status: ChallengeStatus
    department_id: int | None
    department: str
    reached: Reached


class Unlinked(NamedTuple):
    """Collaborations of an office that name no challenge: those that have begun, and those adopted."""

    begun: int
    adopted: int


def journeys(session: Session, municipality_id: int) -> list[Journey]:
    """Every challenge of an office that was ever published, by department, the earliest first. One query."""
    published = _published(municipality_id)
    others = (_recommended(municipality_id), _decided(municipality_id), _worked(municipality_id))
    dates = [published.c.published, *(column for part in others for column in list(part.c)[1:])]
    statement = (
        sa.select(
            col(Challenge.id),
            col(Challenge.title),
            col(Challenge.status),
            col(Challenge.department_id),
            sa.func.coalesce(Department.name, ""),
            *dates,
        )
        .join(published, published.c.challenge_id == Challenge.id)
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .where(col(Challenge.municipality_id) == municipality_id)
        .order_by(col(Department.id).is_(None), col(Department.id), published.c.published, col(Challenge.id))
    )
    for part in others:
        statement = statement.outerjoin(part, part.c.challenge_id == Challenge.id)
    rows = session.exec(statement)  # type: ignore[call-overload]
    return [
        Journey(key, title, status, department_id, department, Reached(*moments))
        for key, title, status, department_id, department, *moments in rows
    ]


def _published(municipality_id: int) -> Any:
    return (
        sa.select(col(AuditEvent.subject_id).label("challenge_id"), _first(AuditEvent).label("published"))
        .where(
            col(AuditEvent.municipality_id) == municipality_id,
            col(AuditEvent.subject_type) == Challenge.__tablename__,
            col(AuditEvent.event) == "challenge.published",
        )
        .group_by(col(AuditEvent.subject_id))
        .subquery("published")
    )


def _recommended(municipality_id: int) -> Any:
    """A recommendation keeps the day on which it was first made, whatever becomes of it."""
    return (
        sa.select(col(Recommendation.challenge_id), _first(Recommendation).label("recommended"))
        .where(col(Recommendation.municipality_id) == municipality_id, col(Recommendation.challenge_id).is_not(None))
        .group_by(col(Recommendation.challenge_id))
        .subquery("recommended")
    )


def _decided(municipality_id: int) -> Any:
    """Invitations and introductions from the audit trail: a refusal afterwards does not undo them."""
    events = ("recommendation.invited", "recommendation.introduced")
    return (
        sa.select(
            col(Recommendation.challenge_id),
            *(_first(AuditEvent, col(AuditEvent.event) == event).label(event.split(".")[1]) for event in events),
        )
        .join(AuditEvent, col(AuditEvent.subject_id) == Recommendation.id)
        .where(
            col(Recommendation.municipality_id) == municipality_id,
            col(Recommendation.challenge_id).is_not(None),
            col(AuditEvent.subject_type) == Recommendation.__tablename__,
            col(AuditEvent.event).in_(events),
        )
        .group_by(col(Recommendation.challenge_id))
        .subquery("decided")
    )


def _worked(municipality_id: int) -> Any:
    """Collaborations by the day they began, adoptions by the day somebody said so; a result taken back is none."""
    heard = _heard_of_collaborations(municipality_id)
    entered = sa.and_(heard.c.planned.is_(None), col(Collaboration.status).in_(BEGUN))
    begun = sa.func.coalesce(heard.c.begun, sa.case((entered, col(Collaboration.created_at))))
    adopted = sa.case((col(Collaboration.result) == CollaborationResult.ADOPTED, heard.c.adopted))
    return (
        sa.select(
            col(Collaboration.challenge_id),
            sa.func.min(begun, type_=UTCDateTime()).label("begun"),
            sa.func.min(adopted, type_=UTCDateTime()).label("adopted"),
        )
        .outerjoin(heard, heard.c.collaboration_id == Collaboration.id)
        .where(col(Collaboration.municipality_id) == municipality_id, col(Collaboration.challenge_id).is_not(None))
        .group_by(col(Collaboration.challenge_id))
        .subquery("worked")
    )


def _heard_of_collaborations(municipality_id: int) -> Any:
    """When each collaboration was planned, begun and said to be adopted.

    One that was entered from documents was never planned here, and counts from the day of its entry.
    """
    event = col(AuditEvent.event)
    adopted = sa.and_(
        event == "collaboration.result_said",
        col(AuditEvent.detail)["result"].as_string() == CollaborationResult.ADOPTED.value,
    )
    return (
        sa.select(
            col(AuditEvent.subject_id).label("collaboration_id"),
            _first(AuditEvent, event == "collaboration.planned").label("planned"),
            _first(AuditEvent, event == "collaboration.begun").label("begun"),
            _first(AuditEvent, adopted).label("adopted"),
        )
        .where(
            col(AuditEvent.municipality_id) == municipality_id,
            col(AuditEvent.subject_type) == Collaboration.__tablename__,
        )
        .group_by(col(AuditEvent.subject_id))
        .subquery("heard")
    )


def _first(table: Any, condition: Any = None) -> Any:
    """The earliest row of a group, of all or only of those that meet `condition`."""
    when = col(table.created_at)
    chosen = when if condition is None else sa.case((condition, when))
    return sa.func.min(chosen, type_=UTCDateTime())


def unlinked(session: Session, municipality_id: int) -> Unlinked:
    """What was done, by the records of an office, without a challenge on Musubi. One query."""
    adopted = sa.case((col(Collaboration.result) == CollaborationResult.ADOPTED, 1))
    statement = sa.select(sa.func.count(), sa.func.count(adopted)).where(
        col(Collaboration.municipality_id) == municipality_id,
        col(Collaboration.challenge_id).is_(None),
        col(Collaboration.status).in_(BEGUN),
    )
    return Unlinked(*session.exec(statement).one())  # type: ignore[call-overload]
