"""Working groups (分科会 / 専門部会 / 協議会): who sits in them, when they meet, and what came of it."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import GroupKind, GroupMemberStatus, GroupRole, GroupStatus, JoinRule, MeetingStatus, TaskStatus

#: without any sign of life for so long, a group goes to rest
DORMANT_AFTER_DAYS = 180


class WorkingGroup(Versioned, table=True):
    """`kinds` of partners that may join, everybody when empty. `decision_note` says why founding was refused.

    `last_active_on` is the day of the last sign of life, `idle_warned_on` the day on which the group was told that it
    will go to rest.
    """

    municipality_id: int = foreign("municipality.id")
    founder_partner_id: int | None = foreign("partner.id", default=None)
    name: str = Field(max_length=200)
    kind: GroupKind = Field(sa_type=choice(GroupKind))
    status: GroupStatus = Field(default=GroupStatus.ACTIVE, sa_type=choice(GroupStatus))
    join_rule: JoinRule = Field(default=JoinRule.OPEN, sa_type=choice(JoinRule))
    needs_registration: bool = Field(default=True)
    kinds: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    purpose: str = Field(default="", sa_type=sa.Text)
    conditions: str = Field(default="", sa_type=sa.Text)
    goals: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    founded: str = Field(default="", max_length=10)
    decision_note: str = Field(default="", sa_type=sa.Text)
    closing_note: str = Field(default="", sa_type=sa.Text)
    dormant_after_days: int = Field(default=DORMANT_AFTER_DAYS)
    last_active_on: date | None = Field(default=None)
    idle_warned_on: date | None = Field(default=None)
    is_demo: bool = Field(default=False)
    external_key: str | None = Field(default=None, max_length=80, unique=True)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class GroupMember(Versioned, table=True):
    """A partner's seat in a group; who left and came back keeps one row, the audit trail has the story."""

    __table_args__ = (sa.UniqueConstraint("group_id", "partner_id"),)
    group_id: int = foreign("workinggroup.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)
    status: GroupMemberStatus = Field(sa_type=choice(GroupMemberStatus))
    role: GroupRole = Field(default=GroupRole.MEMBER, sa_type=choice(GroupRole))
    joined_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class GroupInvitation(Row, table=True):
    """A partner that the group would like to have: it may join at once, also where others have to ask."""

    __table_args__ = (sa.UniqueConstraint("group_id", "partner_id"),)
    group_id: int = foreign("workinggroup.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)


class GroupMeeting(Versioned, table=True):
    """A meeting of a group; its minutes are for members until they are published."""

    __table_args__ = (sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),)
    group_id: int = foreign("workinggroup.id", cascade=True)
    title: str = Field(max_length=200)
    status: MeetingStatus = Field(default=MeetingStatus.PLANNED, sa_type=choice(MeetingStatus))
    starts_at: datetime = Field(sa_type=UTCDateTime, index=True)
    ends_at: datetime = Field(sa_type=UTCDateTime)
    place: str = Field(default="", max_length=200)
    online_link: str = Field(default="", max_length=500)
    agenda: str = Field(default="", sa_type=sa.Text)
    minutes: str = Field(default="", sa_type=sa.Text)
    minutes_published: bool = Field(default=False)


class MeetingAttendance(Versioned, table=True):
    """Whether a member comes to a meeting, as it answered last."""

    __table_args__ = (sa.UniqueConstraint("meeting_id", "partner_id"),)
    meeting_id: int = foreign("groupmeeting.id", cascade=True)
    partner_id: int = foreign("partner.id", cascade=True)
    comes: bool


class GroupTask(Versioned, table=True):
    """Something that a member, or the office where no member is named, has taken on."""

    group_id: int = foreign("workinggroup.id", cascade=True)
    assignee_id: int | None = foreign("partner.id", default=None)
    title: str = Field(max_length=200)
    due: date | None = Field(default=None)
    status: TaskStatus = Field(default=TaskStatus.OPEN, sa_type=choice(TaskStatus))


class GroupResult(Versioned, table=True):
    """Something that came of a group's work; the public reads it once it is published."""

    group_id: int = foreign("workinggroup.id", cascade=True)
    title: str = Field(max_length=200)
    text: str = Field(default="", sa_type=sa.Text)
    achieved_on: date
    published: bool = Field(default=False)
