"""Documents that an office issues (発行文書), as they were issued, and how it numbers and signs them."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, Versioned, choice, foreign
from models.enums import PaperKind


class PaperSettings(Versioned, table=True):
    """How a municipality numbers and signs its documents. Whoever issues one holds this row, so that numbers follow.

    `prefix` stands before the number (加企 gives 加企第12号), `seal_note` below the name (公印省略), `forms` gives the
    様式 of each kind, and `contact` is the section that answers questions.
    """

    municipality_id: int = foreign("municipality.id", unique=True, index=False)
    prefix: str = Field(max_length=20)
    issuer_title: str = Field(max_length=60)
    issuer_name: str = Field(default="", max_length=60)
    seal_note: str = Field(default="", max_length=40)
    contact: str = Field(default="", max_length=200)
    forms: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class IssuedPaper(Row, table=True):
    """One issued document; nobody changes it. A second one about the same subject gets a number of its own.

    `body` is what it said, ready to be printed again, and `digest` its SHA-256. `partner_id` is whom it is addressed
    to, where that is a partner. `fiscal_year` begins in April; numbers begin anew with it.
    """

    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "fiscal_year", "number"),
        sa.CheckConstraint("number > 0", name="number_from_one"),
        sa.Index(None, "subject_type", "subject_id"),
    )
    municipality_id: int = foreign("municipality.id", index=False)
    partner_id: int | None = foreign("partner.id", default=None)
    kind: PaperKind = Field(sa_type=choice(PaperKind))
    form: str = Field(default="", max_length=60)
    fiscal_year: int
    number: int
    reference: str = Field(max_length=40)
    issued_on: date
    addressee: str = Field(default="", max_length=200)
    title: str = Field(max_length=300)
    subject_type: str = Field(max_length=40)
    subject_id: int
    language: str = Field(max_length=2)
    body: str = Field(sa_type=sa.Text)
    digest: str = Field(max_length=64)
    issued_by_id: int | None = foreign("user_account.id", default=None, index=False)
