"""Registration and certification schemes (登録・認証制度): tiers, rounds of application and the forms they ask with."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import Intake, ItemLevel, QuestionKind, SchemeScope, SchemeStatus, TierLevel


class Scheme(Versioned, table=True):
    """A scheme as its municipality describes and runs it; the national platform belongs to none.

    `published` schemes can be read and applied to by everybody. A scheme of scope `prefecture` counts for each city of
    the prefecture by where its partners are. `key` is its address in links.
    """

    municipality_id: int | None = foreign("municipality.id", default=None)
    key: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    status: SchemeStatus = Field(sa_type=choice(SchemeStatus))
    scope: SchemeScope = Field(default=SchemeScope.MUNICIPALITY, sa_type=choice(SchemeScope))
    published: bool = Field(default=False, index=True)
    summary: str = Field(default="", sa_type=sa.Text)
    eligible_kinds: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    eligibility: str = Field(default="", sa_type=sa.Text)
    contact_email: str = Field(default="", max_length=254)
    operator: str = Field(default="", max_length=200)
    rules: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    stages: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    counts: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class SchemeTier(Versioned, table=True):
    """One rung of the ladder (宣言 / 登録 / 認証): who may climb it, what it asks, what it grants and for how long.

    `requires_id` is the tier that must be in force first; `term_years` None means without end; `number_format` takes
    {year} and {number} and gives the number of a certificate.
    """

    __table_args__ = (
        sa.UniqueConstraint("scheme_id", "position"),
        sa.CheckConstraint("term_years IS NULL OR term_years BETWEEN 1 AND 20", name="term_is_years"),
    )
    scheme_id: int = foreign("scheme.id", cascade=True)
    position: int = Field(default=0)
    name: str = Field(max_length=100)
    level: TierLevel = Field(sa_type=choice(TierLevel))
    requires_id: int | None = foreign("schemetier.id", default=None, index=False)
    intake: Intake = Field(default=Intake.ROLLING, sa_type=choice(Intake))
    term_years: int | None = None
    term_to_fiscal_year_end: bool = Field(default=False)
    renew_from_days: int = Field(default=90)
    number_format: str = Field(default="{year}-{number:03}", max_length=60)
    certificate_title: str = Field(default="", max_length=100)
    certificate_text: str = Field(default="", sa_type=sa.Text)
    issuer: str = Field(default="", max_length=100)
    benefits: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    logo_rules: str = Field(default="", sa_type=sa.Text)
    publishes_actions: bool = Field(default=True)


class SchemeRound(Row, table=True):
    """A round of applications (募集期間) of a tier with rounds; both days belong to it."""

    __table_args__ = (sa.CheckConstraint("closes >= opens", name="closes_after_opening"),)
    tier_id: int = foreign("schemetier.id", cascade=True)
    name: str = Field(max_length=100)
    opens: date
    closes: date
    decision_date: date | None = None


class SchemeForm(Row, table=True):
    """One version of a tier's form. New applications fill in the newest published one, which nobody changes any more.

    `published_at` is None while the version is being written. `rules` says what passes: `matcher.services.assessment`.
    """

    __table_args__ = (sa.UniqueConstraint("tier_id", "number"),)
    tier_id: int = foreign("schemetier.id", cascade=True)
    number: int = Field(default=1)
    rules: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    published_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SchemeQuestion(Row, table=True):
    """One question of a form. `options` are [{"label", "points"}]; `weight` counts in its category's share.

    `key` stays the same from version to version, so that answers can be carried over and compared.
    """

    __table_args__ = (
        sa.UniqueConstraint("form_id", "key"),
        sa.CheckConstraint("weight >= 0", name="weight_not_negative"),
    )
    form_id: int = foreign("schemeform.id", cascade=True)
    position: int = Field(default=0)
    key: str = Field(max_length=40)
    kind: QuestionKind = Field(sa_type=choice(QuestionKind))
    section: str = Field(default="", max_length=100)
    label: str = Field(max_length=300)
    help: str = Field(default="", sa_type=sa.Text)
    required: bool = Field(default=False)
    renewal_only: bool = Field(default=False)
    public: bool = Field(default=False)
    category: str = Field(default="", max_length=60)
    level: ItemLevel | None = Field(default=None, sa_type=choice(ItemLevel), nullable=True)
    weight: float = Field(default=1.0)
    unit: str = Field(default="", max_length=30)
    options: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
