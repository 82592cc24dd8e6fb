"""Puts mail into the outbox, in the transaction that causes it; the worker renders and sends it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from models import Challenge, Membership, OutboxMessage, User
from models.enums import Role


def mail(session: Session, template: str, user: User, key: str, now: datetime, **params: Any) -> None:
    """Queue `template` for one person; `key` makes it happen once however often the cause is repeated."""
    _queue(session, template, user.email, user.language, f"{key}:{user.pk}", now, params, user.pk)


def mail_address(
    session: Session, template: str, email: str, language: str, key: str, now: datetime, **params: Any
) -> None:
    """Queue `template` for an address behind which there may be no account yet."""
    _queue(session, template, email, language, key, now, params)


def _queue(
    session: Session,
    template: str,
    email: str,
    language: str,
    key: str,
    now: datetime,
    params: dict[str, Any],
    user_id: int | None = None,
) -> None:
    unique = f"{template}:{key}"
    if session.exec(select(OutboxMessage.id).where(OutboxMessage.key == unique)).first() is not None:
        return
    session.add(
        OutboxMessage(
            key=unique,
            template=template,
            language=language,
            to_email=email,
            user_id=user_id,
            params=params,
            next_attempt_at=now,
            created_at=now,
        )
    )


def mail_all(session: Session, template: str, users: Iterable[User], key: str, now: datetime, **params: Any) -> None:
    """Queue `template` for several people."""
    for user in users:
        mail(session, template, user, key, now, **params)


def people_of_partner(session: Session, partner_id: int) -> list[User]:
    """Everybody who signs in for a partner and has confirmed an address."""
    return _people(session, Membership.partner_id == partner_id)


def coordinators_of(session: Session, municipality_id: int) -> list[User]:
    """The coordinators of a municipality."""
    return _people(session, Membership.municipality_id == municipality_id, Membership.role == Role.COORDINATOR)


def author_of(session: Session, challenge: Challenge) -> User | None:
    """Who wrote a challenge, as long as that person still sits in its municipality."""
    if challenge.author_id is None:
        return None
    at_home = Membership.municipality_id == challenge.municipality_id
    return next(iter(_people(session, at_home, User.id == challenge.author_id)), None)


def _people(session: Session, *conditions: Any) -> list[User]:
    statement = (
        select(User)
        .join(Membership, Membership.user_id == User.id)  # type: ignore[arg-type]
        .where(*conditions, User.active, User.email_confirmed_at.is_not(None))  # type: ignore[union-attr]
        .order_by(User.id)  # type: ignore[arg-type]
    )
    return list(session.exec(statement))
