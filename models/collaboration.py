"""Collaborations (連携案件): agreements, pilots and initiatives, which are also the library of precedents."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, Versioned, choice, foreign
from models.enums import CollaborationResult, CollaborationStatus, Pillar


class Collaboration(Versioned, table=True):
    """What a municipality did with whom, and what came of it. `date_text` keeps the printed precision.

    `result` is None while nobody has said what it came to.
    """

    municipality_id: int = foreign("municipality.id")
    challenge_id: int | None = foreign("challenge.id", default=None)
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
    published: bool = Field(default=False, index=True)
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
