"""Challenges (課題), their needs and targets, and the interest that partners show in them."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import BudgetStage, ChallengeKind, ChallengeQuestionStatus, ChallengeStatus, Pillar, TargetBasis


class Challenge(Versioned, table=True):
    """What a department cannot solve alone, in the order in which proposers ask.

    `confidential` is told only to partners whose interest or invitation has been accepted; it is in no index.
    """

    municipality_id: int = foreign("municipality.id")
    department_id: int | None = foreign("department.id", default=None)
    author_id: int | None = foreign("user_account.id", default=None, index=False)
    title: str = Field(max_length=100)
    kind: ChallengeKind = Field(sa_type=choice(ChallengeKind))
    pillar: Pillar = Field(sa_type=choice(Pillar))
    status: ChallengeStatus = Field(default=ChallengeStatus.DRAFT, sa_type=choice(ChallengeStatus), index=True)
    problem: str = Field(default="", sa_type=sa.Text)
    cause: str = Field(default="", sa_type=sa.Text)
    affected: str = Field(default="", sa_type=sa.Text)
    affected_count: int | None = None
    outcome: str = Field(default="", sa_type=sa.Text)
    resources: str = Field(default="", sa_type=sa.Text)
    budget_stage: BudgetStage = Field(default=BudgetStage.NONE, sa_type=choice(BudgetStage))
    constraints: str = Field(default="", sa_type=sa.Text)
    confidential: str = Field(default="", sa_type=sa.Text)
    place: str = Field(default="", max_length=200)
    decision_date: date | None = None
    review_date: date | None = None
    wanted_kinds: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    required: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    contact_name: str = Field(default="", max_length=100)
    contact_email: str = Field(default="", max_length=254)
    contact_phone: str = Field(default="", max_length=40)
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    review_note: str = Field(default="", sa_type=sa.Text)
    external_key: str | None = Field(default=None, max_length=80, unique=True)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class Need(Row, table=True):
    """ニーズ: one line of what is wanted."""

    challenge_id: int = foreign("challenge.id", cascade=True)
    position: int = Field(default=0)
    text: str = Field(max_length=200)


class ChallengeTarget(Row, table=True):
    """An SDG target that solving the challenge would serve."""

    __table_args__ = (sa.UniqueConstraint("challenge_id", "target"),)
    challenge_id: int = foreign("challenge.id", cascade=True)
    goal: int = Field(index=True)
    target: str = Field(max_length=5)
    basis: TargetBasis = Field(sa_type=choice(TargetBasis))


class Interest(Row, table=True):
    """A partner's raised hand (関心表明); a withdrawn one stays on record."""

    __table_args__ = (sa.UniqueConstraint("challenge_id", "partner_id"),)
    challenge_id: int = foreign("challenge.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)
    user_id: int | None = foreign("user_account.id", default=None, index=False)
    message: str = Field(default="", sa_type=sa.Text)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ChallengeVersion(Row, table=True):
    """A challenge as it read after one change: field → words, needs and targets included."""

    __table_args__ = (sa.UniqueConstraint("challenge_id", "number"),)
    challenge_id: int = foreign("challenge.id", cascade=True)
    number: int
    author_id: int | None = foreign("user_account.id", default=None, index=False)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class ChallengeQuestion(Versioned, table=True):
    """What a partner asks about a challenge; the public reads question and answer, never who asked."""

    challenge_id: int = foreign("challenge.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)
    asked_by_id: int | None = foreign("user_account.id", default=None, index=False)
    status: ChallengeQuestionStatus = Field(
        default=ChallengeQuestionStatus.ASKED, sa_type=choice(ChallengeQuestionStatus), index=True
    )
    question: str = Field(sa_type=sa.Text)
    answer: str = Field(default="", sa_type=sa.Text)
    answered_by_id: int | None = foreign("user_account.id", default=None, index=False)
    answered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
