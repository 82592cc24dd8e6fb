"""Reads for whoever runs the site: demonstration accounts, mail that could not be delivered, work that waits."""

from datetime import datetime

from sqlmodel import Session, col, func, select

from models import IndexChange, OutboxMessage, User
from models.enums import MailStatus


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
