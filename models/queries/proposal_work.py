"""Reads of what waits around proposals, confidential ones for those they concern, and of how far proposals come."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from models import AuditEvent, Consultation, Department, Proposal, ProposalNote
from models.base import UTCDateTime
from models.enums import ConsultationStatus, ProposalHolder, ProposalKind, ProposalStatus
from models.queries.proposals import readable
from models.queries.worklist import Waiting

Departments = Collection[int] | None


class Reached(NamedTuple):
    """When a proposal first reached each step, None where it has not."""

    received: datetime
    coordination_begun: datetime | None
    dialogue_begun: datetime | None
    preparation_begun: datetime | None
    pilot_begun: datetime | None
    completed: datetime | None


@dataclass(frozen=True)
class Course:
    """A proposal that was ever received: its kind, where it stands, and when it came how far."""

    kind: ProposalKind
    status: ProposalStatus
    reached: Reached


def with_office(
    session: Session, municipality_id: int, departments: Departments
) -> tuple[list[Waiting], list[Waiting]]:
    """What the secretariat has to take further, and the dialogues by the last note of either side. One query.

    To be taken further is what was just received or answered by every department.
    """
    last = (
        sa.select(sa.func.max(col(ProposalNote.created_at)))
        .where(col(ProposalNote.proposal_id) == Proposal.id)
        .correlate(Proposal)
        .scalar_subquery()
    )
    said = sa.func.coalesce(last, col(Proposal.status_since), type_=UTCDateTime())
    talking = col(Proposal.status) == ProposalStatus.DIALOGUE
    early = col(Proposal.status).in_((ProposalStatus.RECEIVED, ProposalStatus.COORDINATING))
    ours = sa.and_(early, col(Proposal.holder) == ProposalHolder.SECRETARIAT)
    shown: list[Any] = [Proposal.id, Proposal.title, Proposal.status, Proposal.held_since, said]
    statement: Any = (
        sa.select(*shown)
        .where(col(Proposal.municipality_id) == municipality_id, readable(departments), sa.or_(ours, talking))
        .order_by(col(Proposal.held_since), col(Proposal.id))
    )
    further, talks = [], []
    for key, title, status, held_since, said_at in session.exec(statement):
        if status is ProposalStatus.DIALOGUE:
            talks.append(Waiting(key, title, said_at))
        else:
            further.append(Waiting(key, title, held_since))
    return further, talks


def consultations(
    session: Session, municipality_id: int, departments: Departments, on: date
) -> tuple[list[Waiting], list[Waiting]]:
    """Departments that have not answered, and among them those past their date; `key` is the proposal's. One query."""
    shown: list[Any] = [Proposal.id, Proposal.title, Consultation.asked_at, Consultation.due, Department.name]
    statement: Any = (
        sa.select(*shown)
        .join(Consultation, col(Consultation.proposal_id) == Proposal.id)
        .join(Department, col(Department.id) == Consultation.department_id)
        .where(
            col(Proposal.municipality_id) == municipality_id,
            col(Consultation.status) == ConsultationStatus.WAITING,
            readable(departments),
        )
        .order_by(col(Consultation.asked_at), col(Consultation.id))
    )
    waiting, late = [], []
    for key, title, asked_at, due, name in session.exec(statement):
        if due < on:
            late.append(Waiting(key, title, datetime.combine(due, time(), UTC), name))
        else:
            waiting.append(Waiting(key, title, asked_at, name))
    return waiting, late


def courses(session: Session, municipality_id: int) -> list[Course]:
    """Every proposal that a municipality ever received, the earliest first, by the audit trail. One query."""
    first = [
        sa.func.min(
            sa.case((col(AuditEvent.event) == f"proposal.{step}", col(AuditEvent.created_at))), type_=UTCDateTime()
        )
        for step in Reached._fields
    ]
    statement: Any = (
        sa.select(col(Proposal.kind), col(Proposal.status), *first)
        .join(AuditEvent, col(AuditEvent.subject_id) == Proposal.id)
        .where(
            col(Proposal.municipality_id) == municipality_id,
            col(Proposal.received_at).is_not(None),
            col(AuditEvent.subject_type) == Proposal.__tablename__,
            col(AuditEvent.event).in_([f"proposal.{step}" for step in Reached._fields]),
        )
        .group_by(col(Proposal.id), col(Proposal.kind), col(Proposal.status))
        .order_by(col(Proposal.received_at), col(Proposal.id))
    )
    return [Course(kind, status, Reached(*moments)) for kind, status, *moments in session.exec(statement)]
