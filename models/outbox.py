"""Mail that must go out: recorded in the transaction that caused it, delivered by the worker at least once."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, choice, foreign
from models.enums import MailStatus


class OutboxMessage(Row, table=True):
    """One mail to one person, rendered from `template` and `params` in `language` when it is sent."""

    key: str = Field(max_length=120, unique=True)
    template: str = Field(max_length=60)
    language: str = Field(default="ja", max_length=5)
    to_email: str = Field(max_length=254)
    user_id: int | None = foreign("user_account.id", default=None)
    params: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    status: MailStatus = Field(default=MailStatus.PENDING, sa_type=choice(MailStatus), index=True)
    attempts: int = Field(default=0)
    next_attempt_at: datetime = Field(sa_type=UTCDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    last_error: str = Field(default="", max_length=500)
    subject: str = Field(default="", max_length=300)
    body_text: str = Field(default="", sa_type=sa.Text)
    body_html: str = Field(default="", sa_type=sa.Text)
