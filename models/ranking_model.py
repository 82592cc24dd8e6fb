"""Models of the ranking: weights that were learned from decisions, what judged them, and which of them is in use."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import UTCDateTime, Versioned, choice, foreign
from models.enums import RankingModelStatus

ACTIVE = sa.text("status = 'active'")


class RankingModel(Versioned, table=True):
    """Weights with their history; while none is active the built-in weights are in use.

    `frozen` are the decided lists that judged it, with their values, never used to train it. `previous_id` is the
    model that was in use before this one (None: the built-in weights): where the way back leads. `at_activation` are
    the distributions of scores and fits at that time, which later ones are compared with.
    """

    __table_args__ = (
        sa.Index("ix_rankingmodel_one_active", "status", unique=True, sqlite_where=ACTIVE, postgresql_where=ACTIVE),
    )
    status: RankingModelStatus = Field(sa_type=choice(RankingModelStatus))
    basis: str = Field(max_length=80)
    weights: dict[str, Any] = Field(sa_type=sa.JSON)
    compared_with: dict[str, Any] = Field(sa_type=sa.JSON)
    trained_on: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    frozen: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    at_activation: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    previous_id: int | None = foreign("rankingmodel.id", default=None, index=False)
    created_by_id: int | None = foreign("user_account.id", default=None, index=False)
    activated_by_id: int | None = foreign("user_account.id", default=None, index=False)
    activated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    retired_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
