"""Partners, what they offer, where they work, which targets they serve, and where they are registered."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import OfferingStage, PartnerKind, RegistrationStatus, TargetBasis


class Partner(Versioned, table=True):
    """An organisation, registered once for all municipalities. `name_key` is its normalised name."""

    name: str = Field(max_length=200)
    name_key: str = Field(max_length=200, index=True)
    name_en: str = Field(default="", max_length=200)
    corporate_number: str | None = Field(default=None, max_length=13, unique=True)
    kind: PartnerKind = Field(sa_type=choice(PartnerKind))
    industry: str = Field(default="T", max_length=1)
    prefecture: str = Field(default="", max_length=20)
    address: str = Field(default="", max_length=300)
    website: str = Field(default="", max_length=300)
    profile: str = Field(default="", sa_type=sa.Text)
    seeks: str = Field(default="", sa_type=sa.Text)
    capacity: int = Field(default=3)
    is_demo: bool = Field(default=False)
    external_key: str | None = Field(default=None, max_length=80, unique=True)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class Offering(Versioned, table=True):
    """シーズ: one thing a partner can bring."""

    partner_id: int = foreign("partner.id", cascade=True)
    position: int = Field(default=0)
    title: str = Field(max_length=120)
    description: str = Field(default="", sa_type=sa.Text)
    audience: str = Field(default="", max_length=300)
    stage: OfferingStage = Field(sa_type=choice(OfferingStage))
    track_record: str = Field(default="", sa_type=sa.Text)
    asks: str = Field(default="", sa_type=sa.Text)


class PartnerRegion(Row, table=True):
    """Where a partner works: "00" everywhere, a prefecture's two digits, or a municipality's six."""

    __table_args__ = (sa.UniqueConstraint("partner_id", "region"),)
    partner_id: int = foreign("partner.id", cascade=True)
    region: str = Field(max_length=6, index=True)


class PartnerTarget(Row, table=True):
    """An SDG target that a partner's actions serve; codes are text, 8.10 is not 8.1."""

    __table_args__ = (sa.UniqueConstraint("partner_id", "target"),)
    partner_id: int = foreign("partner.id", cascade=True)
    goal: int = Field(index=True)
    target: str = Field(max_length=5)
    basis: TargetBasis = Field(sa_type=choice(TargetBasis))


class Registration(Versioned, table=True):
    """A partner's place in one municipality's scheme, from application to decision."""

    __table_args__ = (sa.UniqueConstraint("partner_id", "municipality_id"),)
    partner_id: int = foreign("partner.id", cascade=True)
    municipality_id: int = foreign("municipality.id")
    status: RegistrationStatus = Field(sa_type=choice(RegistrationStatus), index=True)
    applied_at: datetime = Field(sa_type=UTCDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    decided_by_id: int | None = foreign("user_account.id", default=None, index=False)
    note: str = Field(default="", sa_type=sa.Text)
    topic: str = Field(default="", max_length=300)
    since: str = Field(default="", max_length=10)
