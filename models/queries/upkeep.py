"""Reads for whoever runs the site: what is stored already, demonstration accounts, mail and index work that waits."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session, col, func, select

from models import (
    Challenge,
    Collaboration,
    Department,
    GroupMeeting,
    IndexChange,
    Indicator,
    Municipality,
    OutboxMessage,
    Partner,
    Proposal,
    Recommendation,
    Registration,
    Scheme,
    SchemeTier,
    User,
    WorkingGroup,
)
from models.enums import MailStatus

#: tables whose rows may carry the key that they have where they come from
Keyed = type[Partner] | type[Challenge] | type[Collaboration] | type[WorkingGroup] | type[Proposal]


def demo_accounts(session: Session) -> list[User]:
    """Demonstration accounts that can sign in, in the order in which they were made."""
    return list(session.exec(select(User).where(col(User.is_demo), col(User.active)).order_by(col(User.id))))


def dead_letters(session: Session) -> int:
    """How many mails were given up."""
    return session.exec(select(func.count()).where(OutboxMessage.status == MailStatus.DEAD)).one()


def overdue_mails(session: Session, before: datetime) -> int:
    """How many mails should have left before `before`."""
    waiting = (OutboxMessage.status == MailStatus.PENDING, OutboxMessage.next_attempt_at < before)
    return session.exec(select(func.count()).where(*waiting)).one()


def overdue_changes(session: Session, before: datetime) -> int:
    """How many changes the search index should have learnt before `before`."""
    return session.exec(select(func.count()).where(IndexChange.created_at < before)).one()


def towns(session: Session) -> dict[str, Municipality]:
    """Every municipality by its code."""
    return {row.code: row for row in session.exec(select(Municipality).order_by(col(Municipality.id)))}


def departments(session: Session, municipality_id: int) -> dict[str, int]:
    """The keys of a municipality's departments by name."""
    statement = select(Department).where(Department.municipality_id == municipality_id).order_by(col(Department.id))
    return {row.name: row.pk for row in session.exec(statement)}


def scheme_keys(session: Session) -> set[str]:
    return set(session.exec(select(Scheme.key)))


def scheme(session: Session, key: str) -> Scheme:
    """The scheme with this key."""
    return session.exec(select(Scheme).where(Scheme.key == key)).one()


def laddered(session: Session) -> set[str]:
    """The keys of the schemes that have been set up: they have a tier."""
    statement = select(Scheme.key).where(col(Scheme.id).in_(select(SchemeTier.scheme_id)))
    return set(session.exec(statement))


def indicator_keys(session: Session) -> set[str]:
    return set(session.exec(select(Indicator.key)))


def emails(session: Session) -> set[str]:
    """The address of every account."""
    return set(session.exec(select(User.email)))


def outside_keys(session: Session, table: Keyed) -> dict[str, int]:
    """The keys of rows that came from outside, by the key that they have there."""
    statement = select(table.external_key, table.id).where(col(table.external_key).is_not(None))
    return {outside: key for outside, key in session.exec(statement) if outside is not None and key is not None}


def groups_that_meet(session: Session) -> set[str]:
    """The outside keys of working groups that have called a meeting."""
    statement = select(WorkingGroup.external_key).join(GroupMeeting, col(GroupMeeting.group_id) == WorkingGroup.id)
    return {key for key in session.exec(statement) if key is not None}


def applicants(session: Session) -> set[str]:
    """The outside keys of partners that have applied to a municipality, whatever came of it."""
    statement = select(Partner.external_key).join(Registration, col(Registration.partner_id) == Partner.id)
    return {key for key in session.exec(statement) if key is not None}


def put_forward(session: Session, partner_id: int) -> bool:
    """Whether a partner has ever been recommended."""
    return session.exec(select(Recommendation.id).where(Recommendation.partner_id == partner_id)).first() is not None


def people(session: Session, addresses: Iterable[str]) -> dict[str, User]:
    """Accounts by address."""
    statement = select(User).where(col(User.email).in_(list(addresses))).order_by(col(User.id))
    return {row.email: row for row in session.exec(statement)}
