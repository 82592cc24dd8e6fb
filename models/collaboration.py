"""Collaborations (連携案件): agreements, pilots and initiatives, which are also the library of precedents."""

from datetime import date as day
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import AgreementKind, CollaborationResult, CollaborationStatus, NoteKind, Pillar


class Collaboration(Versioned, table=True):
    """What a municipality did with whom, and what came of it. `date_text` keeps the printed precision.

    `result` is None while nobody has said what it came to; `recommendation_id` names the introduction
    that it began with.
    """

    municipality_id: int = foreign("municipality.id")
    challenge_id: int | None = foreign("challenge.id", default=None)
    recommendation_id: int | None = foreign("recommendation.id", default=None, index=False, unique=True)
    department_id: int | None = foreign("department.id", default=None)
    kind: str = Field(max_length=40)
    title: str = Field(max_length=300)
    summary: str = Field(default="", sa_type=sa.Text)
    outcome: str = Field(default="", sa_type=sa.Text)
    figures: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    status: CollaborationStatus = Field(sa_type=choice(CollaborationStatus))
    result: CollaborationResult | None = Field(default=None, sa_type=choice(CollaborationResult), nullable=True)
    pillar: Pillar | None = Field(default=None, sa_type=choice(Pillar), nullable=True)
    date: str = Field(default="", max_length=10)
    date_text: str = Field(default="", max_length=100)
    period_from: day | None = None
    period_until: day | None = None
    place: str = Field(default="", max_length=200)
    agreement_kind: AgreementKind | None = Field(default=None, sa_type=choice(AgreementKind), nullable=True)
    agreement_date: day | None = None
    agreement_topic: str = Field(default="", max_length=300)
    next_step_reason: str = Field(default="", sa_type=sa.Text)
    learned: str = Field(default="", sa_type=sa.Text)
    published: bool = Field(default=False, index=True)
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    is_demo: bool = Field(default=False)
    external_key: str | None = Field(default=None, max_length=80, unique=True)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class CollaborationPartner(Row, table=True):
    """A party to a collaboration: a registered partner, or only a printed name."""

    __table_args__ = (sa.UniqueConstraint("collaboration_id", "name"),)
    collaboration_id: int = foreign("collaboration.id", cascade=True)
    partner_id: int | None = foreign("partner.id", default=None)
    name: str = Field(max_length=200)


class CollaborationTarget(Row, table=True):
    __table_args__ = (sa.UniqueConstraint("collaboration_id", "target"),)
    collaboration_id: int = foreign("collaboration.id", cascade=True)
    goal: int = Field(index=True)
    target: str = Field(max_length=5)


class PilotPlan(Versioned, table=True):
    """What both sides agree to before a pilot begins; the costs are shares in yen.

    `edition` counts how often the plan was changed: whoever agrees, agrees to one edition.
    """

    collaboration_id: int = foreign("collaboration.id", cascade=True, unique=True, index=False)
    edition: int = Field(default=1)
    roles: str = Field(default="", sa_type=sa.Text)
    data: str = Field(default="", sa_type=sa.Text)
    safety: str = Field(default="", sa_type=sa.Text)
    cost_city: int | None = Field(default=None, sa_type=sa.BigInteger)
    cost_partner: int | None = Field(default=None, sa_type=sa.BigInteger)
    agreed_by_city_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    agreed_by_city_id: int | None = foreign("user_account.id", default=None, index=False)
    agreed_by_partner_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    agreed_by_partner_id: int | None = foreign("user_account.id", default=None, index=False)
    partner_note: str = Field(default="", sa_type=sa.Text)

    @property
    def agreed(self) -> bool:
        """Whether both sides agree to the plan as it stands."""
        return self.agreed_by_city_at is not None and self.agreed_by_partner_at is not None


class SuccessCriterion(Row, table=True):
    """What a pilot is measured by, settled beforehand; `met` is None while nobody has judged it."""

    collaboration_id: int = foreign("collaboration.id", cascade=True)
    position: int
    measure: str = Field(max_length=200)
    target: str = Field(max_length=100)
    unit: str = Field(default="", max_length=40)
    result: str = Field(default="", max_length=200)
    met: bool | None = None


class CollaborationNote(Row, table=True):
    """What happened on a day, as one side wrote it down; `partner_id` is that of the writer, None for the office."""

    collaboration_id: int = foreign("collaboration.id", cascade=True)
    kind: NoteKind = Field(sa_type=choice(NoteKind))
    happened_on: day
    text: str = Field(sa_type=sa.Text)
    shared: bool = Field(default=True)
    author_id: int | None = foreign("user_account.id", default=None, index=False)
    partner_id: int | None = foreign("partner.id", default=None, index=False)
