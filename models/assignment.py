"""Assignments (一括割り当て): many challenges and all partners in one plan, with what was laid down and found."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import AssignmentPurpose, AssignmentRuleKind, AssignmentStatus


class Assignment(Versioned, table=True):
    """A batch of challenges that are given partners together; `result` sums up the newest plan and how it was made."""

    __table_args__ = (
        sa.CheckConstraint("wanted BETWEEN 1 AND 20", name="wanted"),
        sa.CheckConstraint("capacity BETWEEN 1 AND 99", name="capacity"),
    )
    municipality_id: int = foreign("municipality.id")
    author_id: int | None = foreign("user_account.id", default=None, index=False)
    name: str = Field(max_length=100)
    purpose: AssignmentPurpose = Field(sa_type=choice(AssignmentPurpose))
    wanted: int
    capacity: int
    registered_here: bool = Field(default=False)
    status: AssignmentStatus = Field(default=AssignmentStatus.DRAFT, sa_type=choice(AssignmentStatus), index=True)
    asked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    result: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class AssignmentChallenge(Row, table=True):
    """A challenge of the batch."""

    __table_args__ = (sa.UniqueConstraint("assignment_id", "challenge_id"),)
    assignment_id: int = foreign("assignment.id", cascade=True)
    challenge_id: int = foreign("challenge.id", cascade=True)


class AssignmentRule(Row, table=True):
    """A pair that every plan must hold, or must not, and why."""

    __table_args__ = (sa.UniqueConstraint("assignment_id", "challenge_id", "partner_id"),)
    assignment_id: int = foreign("assignment.id", cascade=True)
    challenge_id: int = foreign("challenge.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)
    author_id: int | None = foreign("user_account.id", default=None, index=False)
    kind: AssignmentRuleKind = Field(sa_type=choice(AssignmentRuleKind))
    reason: str = Field(default="", max_length=40)
    note: str = Field(default="", max_length=300)


class AssignmentPair(Row, table=True):
    """A pair of the newest plan, explained as the matcher saw it then; `room` is what the partner could take then."""

    __table_args__ = (sa.UniqueConstraint("assignment_id", "challenge_id", "partner_id"),)
    assignment_id: int = foreign("assignment.id", cascade=True)
    challenge_id: int = foreign("challenge.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)
    worth: float
    fit: int = Field(default=0)
    room: int
    locked: bool = Field(default=False)
    explained: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
