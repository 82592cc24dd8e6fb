"""Reads of how people want to be written to, and of what waits for their digest."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import DigestEntry, Membership, NoticeSetting, OutboxMessage, User
from models.enums import NoticeKind, Rhythm


def rhythms(session: Session, user_ids: Collection[int], kind: NoticeKind) -> dict[int, Rhythm]:
    """What these people chose for one kind; who chose nothing is left out."""
    statement = (
        select(NoticeSetting.user_id, NoticeSetting.rhythm)
        .where(col(NoticeSetting.user_id).in_(list(user_ids)), NoticeSetting.kind == kind)
        .order_by(col(NoticeSetting.user_id))
    )
    return {user_id: Rhythm(rhythm) for user_id, rhythm in session.exec(statement)}


def choices(session: Session, user_id: int) -> dict[NoticeKind, NoticeSetting]:
    """What one person chose, by kind."""
    statement = select(NoticeSetting).where(NoticeSetting.user_id == user_id).order_by(col(NoticeSetting.id))
    return {row.kind: row for row in session.exec(statement)}


def kept(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these mails were ever kept for a digest."""
    statement = select(DigestEntry.key).where(col(DigestEntry.key).in_(list(keys))).order_by(col(DigestEntry.id))
    return set(session.exec(statement))


def waiting(session: Session, user_id: int) -> list[DigestEntry]:
    """What waits for a person's next digest, in the order in which it came."""
    statement = (
        select(DigestEntry)
        .where(DigestEntry.user_id == user_id, col(DigestEntry.done_at).is_(None))
        .order_by(col(DigestEntry.created_at), col(DigestEntry.id))
    )
    return list(session.exec(statement))


def perhaps_due(session: Session) -> list[int]:
    """The people for whom there may be something to tell: entries wait, or they work in an office."""
    entries = select(DigestEntry.user_id).where(col(DigestEntry.done_at).is_(None))
    staff = select(Membership.user_id).where(col(Membership.municipality_id).is_not(None))
    statement = (
        select(col(User.id))
        .where(User.active, sa.or_(col(User.id).in_(entries), col(User.id).in_(staff)))
        .order_by(col(User.id))
    )
    return [key for key in session.exec(statement) if key is not None]


def last_digest(session: Session, user_id: int) -> datetime | None:
    """When a digest was last put together for a person."""
    statement = select(sa.func.max(col(OutboxMessage.created_at))).where(
        OutboxMessage.user_id == user_id, OutboxMessage.template == "digest"
    )
    return session.exec(statement).one()
