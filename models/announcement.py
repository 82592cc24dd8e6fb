"""What a municipality tells many partners at once, and how long it lets things wait."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, foreign


class Announcement(Versioned, table=True):
    """お知らせ: a draft until `sent_at`. `segment` says to which partners, `count` to how many people it went."""

    municipality_id: int = foreign("municipality.id")
    title: str = Field(max_length=120)
    body: str = Field(sa_type=sa.Text)
    segment: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    author_id: int | None = foreign("user_account.id", default=None, index=False)
    sent_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sent_by_id: int | None = foreign("user_account.id", default=None, index=False)
    count: int = Field(default=0)


class TimeLimit(Row, table=True):
    """After how many days something on a desk of the work list turns amber and red, where a municipality says so."""

    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "desk"),
        sa.CheckConstraint("amber >= 1 AND red >= amber", name="amber_before_red"),
    )
    municipality_id: int = foreign("municipality.id")
    desk: str = Field(max_length=40)
    amber: int
    red: int
