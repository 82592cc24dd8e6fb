"""Reads of people, their seats and their sessions."""

from datetime import datetime

from sqlmodel import Session, select

from models import Membership, User, UserSession


def session_user(session: Session, token_hash: str, now: datetime) -> tuple[User, list[Membership]] | None:
    """The active person behind a session token that has not expired, with all seats; two queries."""
    statement = (
        select(User)
        .join(UserSession, UserSession.user_id == User.id)  # type: ignore[arg-type]
        .where(UserSession.token_hash == token_hash, UserSession.expires_at > now, User.active)
    )
    user = session.exec(statement).first()
    return None if user is None else (user, memberships(session, user.pk))


def memberships(session: Session, user_id: int) -> list[Membership]:
    """Every seat of one person."""
    statement = select(Membership).where(Membership.user_id == user_id).order_by(Membership.id)  # type: ignore[arg-type]
    return list(session.exec(statement))
