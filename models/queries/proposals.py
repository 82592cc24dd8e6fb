"""Reads of proposals: a partner's own, an office's, who stands behind them, who holds them, and what was said."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models import (
    AuditEvent,
    Challenge,
    Consultation,
    Department,
    Municipality,
    Partner,
    Proposal,
    ProposalNote,
    ProposalPartner,
    ProposalVersion,
)
from models.enums import ConsultationStatus as O
from models.enums import ProposalHolder, ProposalStatus
from models.queries.partners import registered_ids

#: departments whose answer is awaited
AWAITED = (O.WAITING,)
OPEN = (
    ProposalStatus.RECEIVED,
    ProposalStatus.COORDINATING,
    ProposalStatus.DIALOGUE,
    ProposalStatus.PREPARING,
    ProposalStatus.PILOT,
)


@dataclass(frozen=True)
class ProposalRow:
    """A proposal as a list shows it; `holders` names the departments that have to answer, or the one in charge."""

    proposal: Proposal
    municipality: Municipality
    partners: tuple[Partner, ...]
    holders: tuple[str, ...]
    overdue: bool


@dataclass(frozen=True)
class Standing:
    """A partner behind a proposal."""

    row: ProposalPartner
    partner: Partner


@dataclass(frozen=True)
class Asked:
    """A department that was asked."""

    row: Consultation
    department: Department


@dataclass(frozen=True)
class Said:
    """A note with the name of the partner that wrote it, "" for the city."""

    row: ProposalNote
    partner: str


@dataclass(frozen=True)
class ProposalFilter:
    """What an office narrows its list down to; empty fields are no condition.

    `departments` is None for who reads everything; otherwise confidential ones show only to those they concern.
    """

    statuses: Sequence[str] = ()
    kinds: Sequence[str] = ()
    department: str = ""
    overdue: bool = False
    text: str = ""
    departments: Collection[int] | None = None


def readable(departments: Collection[int] | None) -> Any:
    """Received proposals that people of `departments` may read; None stands for coordinators, who read all."""
    received = col(Proposal.received_at).is_not(None)
    return received if departments is None else sa.and_(received, _open_to(departments))


def _open_to(departments: Collection[int]) -> Any:
    asked: Any = sa.orm.aliased(Consultation)
    was_asked = sa.exists().where(asked.proposal_id == Proposal.id, asked.department_id.in_(departments))
    return sa.or_(~col(Proposal.confidential), col(Proposal.department_id).in_(departments), was_asked)


def concerned(session: Session, proposal_id: int) -> frozenset[int]:
    """The departments that were ever asked about a proposal."""
    statement = select(Consultation.department_id).where(Consultation.proposal_id == proposal_id)
    return frozenset(session.exec(statement.order_by(col(Consultation.department_id))))


def of_office(
    session: Session, municipality_id: int, wanted: ProposalFilter, on: date, *, offset: int = 0, limit: int
) -> list[ProposalRow]:
    """An office's proposals, those that somebody holds first, the longest held of them first. Three queries."""
    over = ~col(Proposal.status).in_(OPEN)
    statement = (
        select(Proposal, Municipality)
        .join(Municipality, col(Municipality.id) == Proposal.municipality_id)
        .where(Proposal.municipality_id == municipality_id, *_conditions(wanted, on))
        .order_by(over, sa.case((over, None), else_=col(Proposal.held_since)), col(Proposal.received_at).desc())
        .order_by(col(Proposal.id).desc())
        .offset(offset)
        .limit(limit)
    )
    return _rows(session, list(session.exec(statement)), on)


def count(session: Session, municipality_id: int, wanted: ProposalFilter, on: date) -> int:
    """How many proposals of an office `wanted` lets through."""
    conditions = (Proposal.municipality_id == municipality_id, *_conditions(wanted, on))
    return session.exec(select(func.count()).select_from(Proposal).where(*conditions)).one()


def _conditions(wanted: ProposalFilter, on: date) -> list[Any]:
    conditions = [readable(wanted.departments)]
    if wanted.statuses:
        conditions.append(col(Proposal.status).in_(wanted.statuses))
    if wanted.kinds:
        conditions.append(col(Proposal.kind).in_(wanted.kinds))
    if wanted.department.isdecimal():
        conditions.append(_concerns(int(wanted.department)))
    if wanted.overdue:
        conditions.append(_late(on))
    words = wanted.text.split()[:8]
    columns = (col(Proposal.title), col(Proposal.summary))
    return conditions + [sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]


def _concerns(department_id: int) -> Any:
    asked = sa.exists().where(
        col(Consultation.proposal_id) == Proposal.id, col(Consultation.department_id) == department_id
    )
    return sa.or_(col(Proposal.department_id) == department_id, asked)


def _late(on: date) -> Any:
    """A department has not answered by the date it was given."""
    waits = (col(Consultation.proposal_id) == Proposal.id, col(Consultation.status).in_(AWAITED))
    return sa.exists().where(*waits, col(Consultation.due) < on)


def of_partner(session: Session, partner_id: int, on: date) -> list[ProposalRow]:
    """The proposals behind which a partner stands or is asked to stand, the latest first. Three queries."""
    statement = (
        select(Proposal, Municipality)
        .join(Municipality, col(Municipality.id) == Proposal.municipality_id)
        .join(ProposalPartner, col(ProposalPartner.proposal_id) == Proposal.id)
        .where(ProposalPartner.partner_id == partner_id)
        .order_by(col(Proposal.created_at).desc(), col(Proposal.id).desc())
    )
    return _rows(session, list(session.exec(statement)), on)


def row(session: Session, proposal: Proposal, on: date) -> ProposalRow:
    """One proposal as lists show it. Three queries."""
    town = session.get_one(Municipality, proposal.municipality_id)
    return _rows(session, [(proposal, town)], on)[0]


def _rows(session: Session, found: Sequence[tuple[Proposal, Municipality]], on: date) -> list[ProposalRow]:
    keys = [proposal.pk for proposal, _ in found]
    partners, waiting = _partners(session, keys), _waiting(session, keys)
    names = _department_names(session, [p.department_id for p, _ in found if p.department_id])
    rows = []
    for proposal, town in found:
        late = waiting.get(proposal.pk, [])
        holders = tuple(name for name, _due in late) or tuple(filter(None, [names.get(proposal.department_id or 0)]))
        shown = holders if proposal.holder is ProposalHolder.DEPARTMENT else ()
        overdue = any(due < on for _name, due in late)
        rows.append(ProposalRow(proposal, town, tuple(partners.get(proposal.pk, [])), shown, overdue))
    return rows


def _partners(session: Session, keys: Collection[int]) -> dict[int, list[Partner]]:
    statement = (
        select(ProposalPartner.proposal_id, Partner)
        .join(Partner, col(Partner.id) == ProposalPartner.partner_id)
        .where(col(ProposalPartner.proposal_id).in_(keys), col(ProposalPartner.agreed_at).is_not(None))
        .order_by(col(ProposalPartner.lead).desc(), col(ProposalPartner.id))
    )
    found: dict[int, list[Partner]] = {}
    for key, partner in session.exec(statement) if keys else ():
        found.setdefault(key, []).append(partner)
    return found


def _waiting(session: Session, keys: Collection[int]) -> dict[int, list[tuple[str, date]]]:
    shown: list[Any] = [Consultation.proposal_id, Department.name, Consultation.due]
    statement: Any = (
        sa.select(*shown)
        .join(Department, col(Department.id) == Consultation.department_id)
        .where(col(Consultation.proposal_id).in_(keys), col(Consultation.status).in_(AWAITED))
        .order_by(col(Consultation.due), col(Consultation.id))
    )
    found: dict[int, list[tuple[str, date]]] = {}
    for key, name, due in session.exec(statement) if keys else ():
        found.setdefault(key, []).append((name, due))
    return found


def _department_names(session: Session, keys: Collection[int]) -> dict[int, str]:
    statement = select(Department).where(col(Department.id).in_(keys)).order_by(col(Department.id))
    return {row.pk: row.name for row in session.exec(statement)} if keys else {}


def standings(session: Session, proposal_id: int) -> list[Standing]:
    """Everybody behind a proposal, the lead first, with those that have not agreed yet."""
    statement = (
        select(ProposalPartner, Partner)
        .join(Partner, col(Partner.id) == ProposalPartner.partner_id)
        .where(ProposalPartner.proposal_id == proposal_id)
        .order_by(col(ProposalPartner.lead).desc(), col(ProposalPartner.id))
    )
    return [Standing(row, partner) for row, partner in session.exec(statement)]


def consultations(session: Session, proposal_id: int) -> list[Asked]:
    """The departments that were asked, in the order in which they were."""
    statement = (
        select(Consultation, Department)
        .join(Department, col(Department.id) == Consultation.department_id)
        .where(Consultation.proposal_id == proposal_id)
        .order_by(col(Consultation.id))
    )
    return [Asked(row, department) for row, department in session.exec(statement)]


def consultation(session: Session, proposal_id: int, department_id: int) -> Consultation | None:
    """What a department was asked about a proposal."""
    statement = select(Consultation).where(
        Consultation.proposal_id == proposal_id, Consultation.department_id == department_id
    )
    return session.exec(statement).first()


def notes(session: Session, proposal_id: int, *, shared_only: bool) -> list[Said]:
    """The dialogue, the latest first."""
    shown: list[Any] = [ProposalNote, Partner.name]
    statement = (
        sa.select(*shown)
        .outerjoin(Partner, col(Partner.id) == ProposalNote.partner_id)
        .where(col(ProposalNote.proposal_id) == proposal_id, *([col(ProposalNote.shared)] if shared_only else []))
        .order_by(col(ProposalNote.held_on).desc(), col(ProposalNote.id).desc())
    )
    rows = session.exec(statement)  # type: ignore[call-overload]
    return [Said(row, name or "") for row, name in rows]


def last_shared(session: Session, proposal_id: int) -> ProposalNote | None:
    """The latest note that both sides read."""
    statement = (
        select(ProposalNote)
        .where(ProposalNote.proposal_id == proposal_id, ProposalNote.shared)
        .order_by(col(ProposalNote.id).desc())
    )
    return session.exec(statement).first()


def of_collaboration(session: Session, collaboration_id: int) -> Proposal | None:
    """The proposal that a collaboration came of."""
    statement = select(Proposal).where(Proposal.collaboration_id == collaboration_id).order_by(col(Proposal.id))
    return session.exec(statement).first()


def versions(session: Session, proposal_id: int) -> list[ProposalVersion]:
    """What was said, from the first on."""
    statement = select(ProposalVersion).where(ProposalVersion.proposal_id == proposal_id)
    return list(session.exec(statement.order_by(col(ProposalVersion.number))))


def last_number(session: Session, municipality_id: int, year: int) -> int:
    """The highest number on a receipt of a municipality in a fiscal year; 0 when there is none."""
    statement = select(func.max(Proposal.receipt_number)).where(
        Proposal.municipality_id == municipality_id, Proposal.receipt_year == year
    )
    return session.exec(statement).one() or 0


def partners_called(session: Session, words: str) -> list[Partner]:
    """Publicly registered partners with exactly this name or corporate number; at most two are looked for."""
    named = sa.or_(col(Partner.name) == words, col(Partner.corporate_number) == words)
    public = col(Partner.id).in_(registered_ids())
    return list(session.exec(select(Partner).where(named, public).order_by(col(Partner.id)).limit(2)))


def outcomes(session: Session, municipality_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By municipality: how many proposals it has received, and how many of them became pilots. One query."""
    tested = sa.exists().where(
        col(AuditEvent.subject_type) == Proposal.__tablename__,
        col(AuditEvent.subject_id) == Proposal.id,
        col(AuditEvent.event) == "proposal.pilot_begun",
    )
    begun = sa.func.sum(sa.case((tested, 1), else_=0))
    statement: Any = (
        sa.select(col(Proposal.municipality_id), func.count(), begun)
        .where(col(Proposal.municipality_id).in_(list(municipality_ids)), col(Proposal.received_at).is_not(None))
        .group_by(col(Proposal.municipality_id))
        .order_by(col(Proposal.municipality_id))
    )
    return {key: (received, pilots) for key, received, pilots in session.exec(statement)}


def challenge_title(session: Session, challenge_id: int | None) -> str:
    """What the challenge is called that a proposal answers; "" when it answers none."""
    found = session.get(Challenge, challenge_id) if challenge_id else None
    return found.title if found else ""
