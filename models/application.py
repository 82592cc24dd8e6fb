"""Applications (申請) to a tier of a scheme, their answers, and what is reported while they are in force."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import ApplicationKind, ApplicationStatus


class Application(Versioned, table=True):
    """One partner's application to one tier, from draft to the end of its term; a renewal is the next row.

    `locality` names the city where the partner is, for schemes that count by city. `score` is what the self-assessment
    gave when it was handed in. `number` is the certificate's, `verify_key` what its QR code carries. `status_since` is
    when it came into its present status, so that everybody sees who holds it and for how long.
    """

    __table_args__ = (
        sa.UniqueConstraint("tier_id", "number"),
        sa.Index(
            "ix_application_one_open",
            "tier_id",
            "partner_id",
            unique=True,
            sqlite_where=sa.text("status IN ('draft','received','screening','asked')"),
            postgresql_where=sa.text("status IN ('draft','received','screening','asked')"),
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="term_in_order"),
    )
    scheme_id: int = foreign("scheme.id")
    tier_id: int = foreign("schemetier.id", index=False)
    form_id: int = foreign("schemeform.id", index=False)
    round_id: int | None = foreign("schemeround.id", default=None)
    municipality_id: int = foreign("municipality.id")
    partner_id: int = foreign("partner.id")
    previous_id: int | None = foreign("application.id", default=None, index=False)
    kind: ApplicationKind = Field(default=ApplicationKind.NEW, sa_type=choice(ApplicationKind))
    status: ApplicationStatus = Field(default=ApplicationStatus.DRAFT, sa_type=choice(ApplicationStatus), index=True)
    status_since: datetime = Field(sa_type=UTCDateTime)
    locality: str = Field(default="", max_length=60)
    score: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    submitted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    submitted_by_id: int | None = foreign("user_account.id", default=None, index=False)
    asked: str = Field(default="", sa_type=sa.Text)
    reply: str = Field(default="", sa_type=sa.Text)
    screening_note: str = Field(default="", sa_type=sa.Text)
    reason: str = Field(default="", sa_type=sa.Text)
    decided_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    decided_by_id: int | None = foreign("user_account.id", default=None, index=False)
    number: str | None = Field(default=None, max_length=60)
    verify_key: str | None = Field(default=None, max_length=32, unique=True)
    valid_from: date | None = None
    valid_until: date | None = Field(default=None, index=True)
    reminded_for: date | None = None
    is_demo: bool = Field(default=False)


class Answer(Row, table=True):
    """What an application says to one question; `value` is text, number, true, a list, or an attachment's id."""

    __table_args__ = (sa.UniqueConstraint("application_id", "question_id"),)
    application_id: int = foreign("application.id", cascade=True)
    question_id: int = foreign("schemequestion.id", index=False)
    value: Any = Field(default=None, sa_type=sa.JSON)


class ChangeReport(Versioned, table=True):
    """変更届: what has changed at a partner since it was certified; the office takes note of it."""

    application_id: int = foreign("application.id", cascade=True)
    subject: str = Field(max_length=100)
    text: str = Field(sa_type=sa.Text)
    filed_by_id: int | None = foreign("user_account.id", default=None, index=False)
    noted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    noted_by_id: int | None = foreign("user_account.id", default=None, index=False)
