"""Conversations on things that two houses or more work on: the messages, who was mentioned, who has read how far."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, choice, foreign
from models.enums import ThreadSubject


class Thread(Row, table=True):
    """The one conversation on a thing; it comes into being with its first message."""

    __table_args__ = (sa.UniqueConstraint("subject_type", "subject_id"),)
    subject_type: ThreadSubject = Field(sa_type=choice(ThreadSubject))
    subject_id: int
    municipality_id: int = foreign("municipality.id")


class Message(Row, table=True):
    """What somebody wrote for a house: a municipality or a partner. Withdrawn, only the row stays."""

    __table_args__ = (sa.CheckConstraint("(municipality_id IS NULL) <> (partner_id IS NULL)", name="one_house"),)
    thread_id: int = foreign("thread.id", cascade=True)
    author_id: int = foreign("user_account.id", index=False)
    municipality_id: int | None = foreign("municipality.id", default=None, index=False)
    partner_id: int | None = foreign("partner.id", default=None, index=False)
    text: str = Field(sa_type=sa.Text)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class MessageMention(Row, table=True):
    """Somebody whom a message speaks to by name."""

    __table_args__ = (sa.UniqueConstraint("message_id", "user_id"),)
    message_id: int = foreign("message.id", cascade=True)
    user_id: int = foreign("user_account.id", cascade=True)


class ThreadRead(Row, table=True):
    """How far a person has read a conversation; who has such a row follows it."""

    __table_args__ = (sa.UniqueConstraint("thread_id", "user_id"),)
    thread_id: int = foreign("thread.id", cascade=True)
    user_id: int = foreign("user_account.id", cascade=True)
    message_id: int = foreign("message.id", cascade=True, index=False)
