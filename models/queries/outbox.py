"""Reads of the outbox for what fills and drains it."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from models import OutboxMessage
from models.enums import MailStatus


def is_queued(session: Session, key: str) -> bool:
    """Whether a mail with this key was ever put in, sent or not."""
    return session.exec(select(OutboxMessage.id).where(OutboxMessage.key == key)).first() is not None


def queued(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these mails were ever put in, sent or not."""
    statement = select(OutboxMessage.key).where(col(OutboxMessage.key).in_(list(keys))).order_by(col(OutboxMessage.id))
    return set(session.exec(statement))


def due(session: Session, now: datetime, limit: int) -> list[int]:
    """The keys of up to `limit` mails whose time to be sent has come, the longest overdue first."""
    statement = (
        select(col(OutboxMessage.id))
        .where(OutboxMessage.status == MailStatus.PENDING, OutboxMessage.next_attempt_at <= now)
        .order_by(col(OutboxMessage.next_attempt_at), col(OutboxMessage.id))
        .limit(limit)
    )
    return [key for key in session.exec(statement) if key is not None]
