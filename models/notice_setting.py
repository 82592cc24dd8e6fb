"""How often a person wants mail of each kind, and what waits to be bundled for them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, choice, foreign
from models.enums import NoticeKind, Rhythm


class NoticeSetting(Row, table=True):
    """A person's choice for one kind of mail; without a row the kind's own rhythm holds."""

    __table_args__ = (sa.UniqueConstraint("user_id", "kind"),)
    user_id: int = foreign("user_account.id", cascade=True)
    kind: NoticeKind = Field(sa_type=choice(NoticeKind))
    rhythm: Rhythm = Field(sa_type=choice(Rhythm))


class DigestEntry(Row, table=True):
    """A mail that was not sent at once: it waits for the person's next digest. `key` makes it wait once."""

    key: str = Field(max_length=120, unique=True)
    user_id: int = foreign("user_account.id", cascade=True)
    template: str = Field(max_length=60)
    params: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    done_at: datetime | None = Field(default=None, sa_type=UTCDateTime, index=True)
