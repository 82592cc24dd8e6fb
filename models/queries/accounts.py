"""Reads of people, their seats, their sessions and the links that were sent to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import Department, Membership, Municipality, Partner, Scheme, Token, User, UserSession
from models.enums import Role, TokenPurpose

#: who looks after a house: it always keeps at least one of them
KEEPERS = (Role.COORDINATOR, Role.PARTNER_ADMIN)


@dataclass(frozen=True)
class House:
    """A municipality or a partner: one of the two keys is set."""

    municipality_id: int | None = None
    partner_id: int | None = None

    @classmethod
    def of(cls, seat: Membership) -> "House":
        return cls(seat.municipality_id, seat.partner_id)


def session_user(session: Session, token_hash: str, now: datetime) -> tuple[User, list[Membership]] | None:
    """The active person behind a session token that has not expired, with all seats; two queries."""
    statement = (
        select(User)
        .join(UserSession, col(UserSession.user_id) == col(User.id))
        .where(UserSession.token_hash == token_hash, UserSession.expires_at > now, User.active)
    )
    user = session.exec(statement).first()
    return None if user is None else (user, memberships(session, user.pk))


def memberships(session: Session, user_id: int) -> list[Membership]:
    """Every seat of one person."""
    statement = select(Membership).where(Membership.user_id == user_id).order_by(col(Membership.id))
    return list(session.exec(statement))


def user_by_email(session: Session, email: str) -> User | None:
    """The person with this case-folded address."""
    return session.exec(select(User).where(User.email == email)).first()


def sessions_of(session: Session, user_id: int, now: datetime) -> list[UserSession]:
    """The browsers in which a person is signed in, the latest first."""
    statement = (
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.expires_at > now)
        .order_by(col(UserSession.last_seen_at).desc(), col(UserSession.id).desc())
    )
    return list(session.exec(statement))


def open_token(session: Session, purpose: TokenPurpose, token_hash: str) -> Token | None:
    """The link behind a hash, whether or not it can still be used."""
    return session.exec(select(Token).where(Token.token_hash == token_hash, Token.purpose == purpose)).first()


def open_invitations(session: Session, house: House, now: datetime) -> list[Token]:
    """Invitations of colleagues to a house that nobody has taken up yet."""
    key, value = ("partner_id", house.partner_id) if house.partner_id else ("municipality_id", house.municipality_id)
    statement = (
        select(Token)
        .where(
            Token.purpose == TokenPurpose.INVITE,
            col(Token.used_at).is_(None),
            Token.expires_at > now,
            col(Token.payload)[key].as_integer() == value,
        )
        .order_by(col(Token.id))
    )
    return list(session.exec(statement))


def colleagues(session: Session, house: House) -> list[tuple[Membership, User, Department | None]]:
    """Everybody with a seat at a house, with the department of city staff."""
    statement = (
        select(Membership, User, Department)
        .join(User, col(Membership.user_id) == col(User.id))
        .join(Department, col(Membership.department_id) == col(Department.id), isouter=True)
        .where(Membership.municipality_id == house.municipality_id, Membership.partner_id == house.partner_id)
        .order_by(col(User.name), col(Membership.id))
    )
    return [(seat, user, department) for seat, user, department in session.exec(statement)]


def seat_at(session: Session, user_id: int, house: House) -> Membership | None:
    """A person's seat at a house."""
    statement = select(Membership).where(
        Membership.user_id == user_id,
        Membership.municipality_id == house.municipality_id,
        Membership.partner_id == house.partner_id,
    )
    return session.exec(statement).first()


def keepers(session: Session, house: House) -> list[Membership]:
    """The seats of active people who look after a house, locked until the end of the transaction."""
    statement = (
        select(Membership)
        .join(User, col(Membership.user_id) == col(User.id))
        .where(
            Membership.municipality_id == house.municipality_id,
            Membership.partner_id == house.partner_id,
            col(Membership.role).in_(KEEPERS),
            User.active,
        )
        .order_by(col(Membership.id))
        .with_for_update(of=Membership)
    )
    return list(session.exec(statement))


def admins(session: Session) -> list[User]:
    """The active platform operators, locked until the end of the transaction."""
    statement = select(User).where(User.is_admin, User.active).order_by(col(User.id)).with_for_update()
    return list(session.exec(statement))


def seats_with_houses(
    session: Session, user_id: int
) -> list[tuple[Membership, Municipality | None, Partner | None, Department | None, Scheme | None]]:
    """Every seat of one person with the house that it belongs to, or the scheme that it screens for."""
    shown: list[Any] = [Membership, Municipality, Partner, Department, Scheme]
    statement: Any = (
        sa.select(*shown)
        .join(Municipality, col(Membership.municipality_id) == col(Municipality.id), isouter=True)
        .join(Partner, col(Membership.partner_id) == col(Partner.id), isouter=True)
        .join(Department, col(Membership.department_id) == col(Department.id), isouter=True)
        .join(Scheme, col(Membership.scheme_id) == col(Scheme.id), isouter=True)
        .where(col(Membership.user_id) == user_id)
        .order_by(col(Membership.id))
    )
    return [tuple(row) for row in session.exec(statement)]


def departments(session: Session, municipality_id: int) -> list[Department]:
    """The departments of a municipality by name."""
    statement = (
        select(Department)
        .where(Department.municipality_id == municipality_id)
        .order_by(col(Department.name), col(Department.id))
    )
    return list(session.exec(statement))
