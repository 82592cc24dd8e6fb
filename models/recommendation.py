"""Recommendations (推薦) with everything needed to explain them a year later, and the introductions they lead to."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import RecommendationSource, RecommendationStatus


class RecommendationRun(Row, table=True):
    """One pass of the matcher: for a challenge, or for a partner that looks for partners.

    `excluded` would have been recommended but break a required condition; `precedents` resemble the challenge.
    `ranking_model_id` is None when the built-in weights were in use; `listed` are the partners by place.
    """

    __table_args__ = (sa.CheckConstraint("(challenge_id IS NULL) <> (partner_id IS NULL)", name="one_subject"),)
    municipality_id: int = foreign("municipality.id")
    challenge_id: int | None = foreign("challenge.id", default=None)
    partner_id: int | None = foreign("partner.id", default=None)
    actor_id: int | None = foreign("user_account.id", default=None, index=False)
    model: str = Field(max_length=200)
    weights: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    generation: int = Field(default=0)
    considered: int = Field(default=0)
    excluded: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    precedents: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    ranking_model_id: int | None = foreign("rankingmodel.id", default=None, index=False)
    listed: list[int] = Field(default_factory=list, sa_type=sa.JSON)


class Recommendation(Versioned, table=True):
    """One suggested pair: a challenge (or a seeking partner) and the partner put forward for it.

    `override_note` says why a coordinator invited in spite of a warning that stood. `inputs` are the parts of the score
    before weighting, `basis` says which of these are comparable: what is learned is learned from them. `likelihood` is
    the share, 0..1, of past pairs that stood out as much and were chosen; None where nothing was measured.
    """

    __table_args__ = (
        sa.CheckConstraint("(challenge_id IS NULL) <> (seeker_id IS NULL)", name="one_subject"),
        sa.CheckConstraint("seeker_id IS NULL OR seeker_id <> partner_id", name="not_oneself"),
        sa.CheckConstraint("likelihood BETWEEN 0 AND 1", name="likelihood_is_a_share"),
        sa.UniqueConstraint("challenge_id", "partner_id"),
        sa.UniqueConstraint("municipality_id", "seeker_id", "partner_id"),
    )
    municipality_id: int = foreign("municipality.id")
    challenge_id: int | None = foreign("challenge.id", default=None, index=False)
    seeker_id: int | None = foreign("partner.id", default=None)
    partner_id: int = foreign("partner.id")
    run_id: int | None = foreign("recommendationrun.id", default=None)
    source: RecommendationSource = Field(sa_type=choice(RecommendationSource))
    status: RecommendationStatus = Field(sa_type=choice(RecommendationStatus), index=True)
    rank: int | None = None
    score: float | None = None
    fit: int = Field(default=0)
    likelihood: float | None = None
    features: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    inputs: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    basis: str = Field(default="", max_length=80)
    evidence: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    signals: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    message: str = Field(default="", sa_type=sa.Text)
    override_note: str = Field(default="", sa_type=sa.Text)
    reason: str = Field(default="", max_length=40)
    reason_note: str = Field(default="", sa_type=sa.Text)
    decided_by_id: int | None = foreign("user_account.id", default=None, index=False)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    answered_by_id: int | None = foreign("user_account.id", default=None, index=False)
    answered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Introduction(Row, table=True):
    """紹介: from this moment both sides know each other's contact person; the names are kept as they stood then."""

    recommendation_id: int = foreign("recommendation.id", unique=True, index=False)
    municipality_id: int = foreign("municipality.id")
    city_contact: dict[str, Any] = Field(sa_type=sa.JSON)
    partner_contact: dict[str, Any] = Field(sa_type=sa.JSON)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
