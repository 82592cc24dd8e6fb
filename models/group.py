"""Working groups (分科会 / 専門部会 / 協議会) and who sits in them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import UTCDateTime, Versioned, choice, foreign
from models.enums import GroupKind, GroupMemberStatus, GroupStatus, JoinRule


class WorkingGroup(Versioned, table=True):
    municipality_id: int = foreign("municipality.id")
    name: str = Field(max_length=200)
    kind: GroupKind = Field(sa_type=choice(GroupKind))
    status: GroupStatus = Field(default=GroupStatus.ACTIVE, sa_type=choice(GroupStatus))
    join_rule: JoinRule = Field(default=JoinRule.OPEN, sa_type=choice(JoinRule))
    purpose: str = Field(default="", sa_type=sa.Text)
    conditions: str = Field(default="", sa_type=sa.Text)
    goals: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    founded: str = Field(default="", max_length=10)
    is_demo: bool = Field(default=False)
    external_key: str | None = Field(default=None, max_length=80, unique=True)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class GroupMember(Versioned, table=True):
    """A partner's seat in a group; who left and came back keeps one row, the audit trail has the story."""

    __table_args__ = (sa.UniqueConstraint("group_id", "partner_id"),)
    group_id: int = foreign("workinggroup.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)
    status: GroupMemberStatus = Field(sa_type=choice(GroupMemberStatus))
    joined_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
