"""Puts mail into the outbox, in the transaction that causes it; the worker renders and sends it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models import OutboxMessage, User
from models.queries import outbox


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
    if outbox.is_queued(session, unique):
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
