"""Proposals (提案) from partners: what they say, who stands behind them, and what passes between partner and city."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import ConsultationStatus, ProposalDecline, ProposalHolder, ProposalKind, ProposalStatus


class Proposal(Versioned, table=True):
    """A solution to a posted challenge, or the wish for a field to test in.

    `department_id` is the department in charge once there is one. `holder` says whose turn it is, since `held_since`,
    and is None when the proposal is over. `digest` is the SHA-256 of the content as it was received. A proposal that
    another city passed on names the row it was there (`forwarded_from_id`).
    """

    __table_args__ = (
        sa.UniqueConstraint("municipality_id", "receipt_year", "receipt_number"),
        sa.CheckConstraint("(kind = 'solution') = (challenge_id IS NOT NULL)", name="names_a_challenge"),
        sa.CheckConstraint("(received_at IS NULL) = (receipt_number IS NULL)", name="has_a_receipt"),
    )
    municipality_id: int = foreign("municipality.id")
    kind: ProposalKind = Field(sa_type=choice(ProposalKind))
    challenge_id: int | None = foreign("challenge.id", default=None)
    title: str = Field(max_length=200)
    summary: str = Field(default="", sa_type=sa.Text)
    solution: str = Field(default="", sa_type=sa.Text)
    field: str = Field(default="", sa_type=sa.Text)
    asks: str = Field(default="", sa_type=sa.Text)
    schedule: str = Field(default="", sa_type=sa.Text)
    cost: str = Field(default="", sa_type=sa.Text)
    confidential: bool = Field(default=False)
    status: ProposalStatus = Field(default=ProposalStatus.DRAFT, sa_type=choice(ProposalStatus), index=True)
    status_since: datetime = Field(sa_type=UTCDateTime)
    holder: ProposalHolder | None = Field(default=ProposalHolder.PARTNER, sa_type=choice(ProposalHolder), nullable=True)
    held_since: datetime = Field(sa_type=UTCDateTime)
    department_id: int | None = foreign("department.id", default=None)
    received_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    receipt_year: int | None = None
    receipt_number: int | None = None
    digest: str = Field(default="", max_length=64)
    reason: ProposalDecline | None = Field(default=None, sa_type=choice(ProposalDecline), nullable=True)
    reason_note: str = Field(default="", sa_type=sa.Text)
    forward_to_id: int | None = foreign("municipality.id", default=None, index=False)
    forward_asked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    forward_consented_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    forwarded_from_id: int | None = foreign("proposal.id", default=None, index=False)
    collaboration_id: int | None = foreign("collaboration.id", default=None)
    author_id: int | None = foreign("user_account.id", default=None, index=False)
    is_demo: bool = Field(default=False)
    external_key: str | None = Field(default=None, max_length=80, unique=True)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class ProposalPartner(Row, table=True):
    """A partner behind a proposal; a joint one counts once it has agreed."""

    __table_args__ = (sa.UniqueConstraint("proposal_id", "partner_id"),)
    proposal_id: int = foreign("proposal.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)
    lead: bool = Field(default=False)
    agreed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ProposalVersion(Row, table=True):
    """What a proposal said when it was received and after each change since; never altered."""

    __table_args__ = (sa.UniqueConstraint("proposal_id", "number"),)
    proposal_id: int = foreign("proposal.id", cascade=True)
    number: int
    data: dict[str, Any] = Field(sa_type=sa.JSON)
    digest: str = Field(max_length=64)
    author_id: int | None = foreign("user_account.id", default=None, index=False)


class Consultation(Versioned, table=True):
    """A department is asked about a proposal (照会), with a date by which it answers."""

    __table_args__ = (sa.UniqueConstraint("proposal_id", "department_id"),)
    proposal_id: int = foreign("proposal.id", cascade=True)
    department_id: int = foreign("department.id")
    status: ConsultationStatus = Field(
        default=ConsultationStatus.WAITING, sa_type=choice(ConsultationStatus), index=True
    )
    question: str = Field(default="", sa_type=sa.Text)
    due: date
    asked_at: datetime = Field(sa_type=UTCDateTime)
    asked_by_id: int | None = foreign("user_account.id", default=None, index=False)
    answer: str = Field(default="", sa_type=sa.Text)
    answered_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    answered_by_id: int | None = foreign("user_account.id", default=None, index=False)


class ProposalNote(Row, table=True):
    """A note of the dialogue. `partner_id` is None for the city's own; `shared` ones are read by both sides.

    A shared note of the city that `asks` something waits for the partner.
    """

    proposal_id: int = foreign("proposal.id", cascade=True)
    partner_id: int | None = foreign("partner.id", default=None, index=False)
    author_id: int | None = foreign("user_account.id", default=None, index=False)
    held_on: date
    text: str = Field(sa_type=sa.Text)
    shared: bool = Field(default=True)
    asks: bool = Field(default=False)
