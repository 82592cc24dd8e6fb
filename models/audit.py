"""Who did what to what, and when: written beside every change, in the same transaction, and never altered."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, foreign


class AuditEvent(Row, table=True):
    """A past-tense event such as ``challenge.published``; `detail` holds codes and keys, no personal data."""

    __table_args__ = (sa.Index(None, "subject_type", "subject_id"),)
    actor_id: int | None = foreign("user_account.id", default=None, index=False)
    municipality_id: int | None = foreign("municipality.id", default=None)
    partner_id: int | None = foreign("partner.id", default=None)
    event: str = Field(max_length=60)
    subject_type: str = Field(max_length=40)
    subject_id: int
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
