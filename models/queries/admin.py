"""Reads for the platform's operator: counts, municipalities, people, mail and the audit trail."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, func, select

from models import (
    AuditEvent,
    Challenge,
    Department,
    IndexChange,
    Membership,
    Municipality,
    OutboxMessage,
    Partner,
    Registration,
    Scheme,
    User,
)
from models.enums import MailStatus, RegistrationStatus


@dataclass(frozen=True)
class Counts:
    """How much of everything there is."""

    municipalities: int
    users: int
    partners: int
    registered: int
    challenges: int
    mails_pending: int
    mails_dead: int
    changes_waiting: int


def counts(session: Session) -> Counts:
    """All counts in one query."""

    def number(table: type[SQLModel], *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return select(func.count()).select_from(table).where(*conditions).scalar_subquery()

    row = session.execute(
        sa.select(
            number(Municipality),
            number(User, col(User.active).is_(True)),
            number(Partner),
            number(Registration, col(Registration.status) == RegistrationStatus.REGISTERED),
            number(Challenge),
            number(OutboxMessage, col(OutboxMessage.status) == MailStatus.PENDING),
            number(OutboxMessage, col(OutboxMessage.status) == MailStatus.DEAD),
            number(IndexChange),
        )
    ).one()
    return Counts(*row)


def municipalities(session: Session) -> list[tuple[Municipality, int]]:
    """Every municipality by code, with the number of its people."""
    people = (
        select(func.count())
        .select_from(Membership)
        .where(col(Membership.municipality_id) == col(Municipality.id))
        .scalar_subquery()
    )
    statement = sa.select(Municipality, people).order_by(col(Municipality.code))
    return [(town, number) for town, number in session.execute(statement)]


def municipality_by_code(session: Session, code: str) -> Municipality | None:
    """The municipality with this six-digit code."""
    return session.exec(select(Municipality).where(Municipality.code == code)).first()


def department_by_name(session: Session, municipality_id: int, name: str) -> Department | None:
    """A municipality's department of this name."""
    statement = select(Department).where(Department.municipality_id == municipality_id, Department.name == name)
    return session.exec(statement).first()


def partner_by_number(session: Session, number: str) -> Partner | None:
    """The partner with this 法人番号."""
    return session.exec(select(Partner).where(Partner.corporate_number == number)).first()


def users(session: Session, q: str, offset: int, limit: int) -> tuple[list[User], int]:
    """People whose name or address contains `q`, by address, and how many there are in all."""
    found = sa.or_(col(User.email).icontains(q, autoescape=True), col(User.name).icontains(q, autoescape=True))
    total = session.exec(select(func.count()).select_from(User).where(found)).one()
    page = select(User).where(found).order_by(col(User.email), col(User.id)).offset(offset).limit(limit)
    return list(session.exec(page)), total


def seats_of(
    session: Session, user_ids: Sequence[int]
) -> dict[int, list[tuple[Membership, Municipality | None, Partner | None, Scheme | None]]]:
    """The seats of several people, by person, each with its house or the scheme that it screens for."""
    statement = (
        select(Membership, Municipality, Partner, Scheme)
        .join(Municipality, col(Membership.municipality_id) == col(Municipality.id), isouter=True)
        .join(Partner, col(Membership.partner_id) == col(Partner.id), isouter=True)
        .join(Scheme, col(Membership.scheme_id) == col(Scheme.id), isouter=True)
        .where(col(Membership.user_id).in_(user_ids))
        .order_by(col(Membership.id))
    )
    seats: dict[int, list[Any]] = {key: [] for key in user_ids}
    for seat, *house in session.exec(statement):
        seats[seat.user_id].append((seat, *house))
    return seats


def mails(session: Session, status: MailStatus | None, offset: int, limit: int) -> list[OutboxMessage]:
    """Mail of one status or of all, the latest first."""
    statement = select(OutboxMessage).order_by(col(OutboxMessage.id).desc()).offset(offset).limit(limit)
    return list(session.exec(statement if status is None else statement.where(OutboxMessage.status == status)))


def mail_counts(session: Session) -> dict[MailStatus, int]:
    """How many mails there are of each status."""
    statement = (
        select(OutboxMessage.status, func.count()).group_by(col(OutboxMessage.status)).order_by(OutboxMessage.status)
    )
    found = {MailStatus(status): number for status, number in session.exec(statement)}
    return dict.fromkeys(MailStatus, 0) | found


def events(session: Session) -> list[str]:
    """Every kind of event that has been recorded."""
    return list(session.exec(select(AuditEvent.event).distinct().order_by(AuditEvent.event)))


def audit(
    session: Session, event: str, municipality_id: int | None, offset: int, limit: int
) -> tuple[list[tuple[AuditEvent, User | None, Municipality | None]], int]:
    """What was done, the latest first, with who did it and where, and how much there is in all."""
    conditions = [col(AuditEvent.event) == event] if event else []
    conditions += [col(AuditEvent.municipality_id) == municipality_id] if municipality_id else []
    total = session.exec(select(func.count()).select_from(AuditEvent).where(*conditions)).one()
    statement = (
        select(AuditEvent, User, Municipality)
        .join(User, col(AuditEvent.actor_id) == col(User.id), isouter=True)
        .join(Municipality, col(AuditEvent.municipality_id) == col(Municipality.id), isouter=True)
        .where(*conditions)
        .order_by(col(AuditEvent.id).desc())
        .offset(offset)
        .limit(limit)
    )
    return [(row, who, where) for row, who, where in session.exec(statement)], total
