"""What a recommendation was computed from, kept so that the same computation can be done again years later."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, foreign


class ReplayRecord(Row, table=True):
    """How one pass of the matcher, or one recommendation added by hand, came about; the recipe names parts by key."""

    __table_args__ = (sa.CheckConstraint("(run_id IS NULL) <> (recommendation_id IS NULL)", name="one_subject"),)
    run_id: int | None = foreign("recommendationrun.id", default=None, unique=True, index=False)
    recommendation_id: int | None = foreign("recommendation.id", default=None, unique=True, index=False)
    recipe: dict[str, Any] = Field(sa_type=sa.JSON)


class ReplayPart(Row, table=True):
    """A frame of reference, or a document as it was placed in one, kept once: `key` is the digest of `data`."""

    key: str = Field(max_length=64, unique=True)
    data: bytes = Field(sa_type=sa.LargeBinary)
