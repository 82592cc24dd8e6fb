"""Reads of who is written to: active people who have confirmed their address, in the order in which they came."""

from collections.abc import Collection
from typing import Any

from sqlmodel import Session, col, select

from models import Challenge, Membership, User
from models.enums import Role


def people_of_partner(session: Session, partner_id: int) -> list[User]:
    """Everybody who signs in for a partner."""
    return _people(session, Membership.partner_id == partner_id)


def people_of_partners(session: Session, partner_ids: Collection[int]) -> list[User]:
    """Everybody who signs in for one of these partners, each person once."""
    seated = select(Membership.user_id).where(col(Membership.partner_id).in_(sorted(partner_ids)))
    statement = (
        select(User)
        .where(col(User.id).in_(seated), User.active, col(User.email_confirmed_at).is_not(None))
        .order_by(col(User.id))
    )
    return list(session.exec(statement))


def coordinators_of(session: Session, municipality_id: int) -> list[User]:
    """The coordinators of a municipality."""
    return _people(session, Membership.municipality_id == municipality_id, Membership.role == Role.COORDINATOR)


def people_of_department(session: Session, department_id: int) -> list[User]:
    """Everybody who answers for a department."""
    return _people(session, Membership.department_id == department_id)


def screeners_of(session: Session, scheme_id: int) -> list[User]:
    """Who screens applications to a scheme beside the coordinators."""
    return _people(session, Membership.scheme_id == scheme_id)


def author_of(session: Session, challenge: Challenge) -> User | None:
    """Who wrote a challenge, as long as that person still sits in its municipality."""
    if challenge.author_id is None:
        return None
    at_home = Membership.municipality_id == challenge.municipality_id
    return next(iter(_people(session, at_home, User.id == challenge.author_id)), None)


def _people(session: Session, *conditions: Any) -> list[User]:
    statement = (
        select(User)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(*conditions, User.active, col(User.email_confirmed_at).is_not(None))
        .order_by(col(User.id))
    )
    return list(session.exec(statement))
