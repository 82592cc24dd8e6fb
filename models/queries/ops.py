"""Reads for monitoring: what waits to be sent and to be read."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import OutboxMessage
from models.enums import MailStatus


def mails_by_status(session: Session) -> dict[MailStatus, int]:
    """How many mails stand in each status; a status without any is left out."""
    statement = (
        select(col(OutboxMessage.status), sa.func.count(col(OutboxMessage.id)))
        .group_by(col(OutboxMessage.status))
        .order_by(col(OutboxMessage.status))
    )
    return dict(session.exec(statement).all())
