"""Reads of what goes on inside working groups: seats, meetings, tasks, results, and what of it concerns a partner."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    GroupInvitation,
    GroupMeeting,
    GroupMember,
    GroupResult,
    GroupTask,
    MeetingAttendance,
    Municipality,
    Partner,
    User,
    WorkingGroup,
)
from models.enums import GroupMemberStatus, GroupRole, GroupStatus, MeetingStatus, TaskStatus
from models.queries.partners import registered_ids
from models.queries.recipients import people_of_partners

Inside = TypeVar("Inside", GroupMember, GroupMeeting, GroupTask, GroupResult)


@dataclass(frozen=True)
class MeetingOf:
    """A meeting with the group that holds it, and whether a certain partner comes (None: it has not said)."""

    meeting: GroupMeeting
    group: WorkingGroup
    comes: bool | None


def member_ids(session: Session, group_id: int, roles: Iterable[GroupRole] | None = None) -> set[int]:
    """The partners that sit in a group, or only those in one of `roles`."""
    statement = select(GroupMember.partner_id).where(
        GroupMember.group_id == group_id, GroupMember.status == GroupMemberStatus.MEMBER
    )
    if roles is not None:
        statement = statement.where(col(GroupMember.role).in_(sorted(roles)))
    return set(session.exec(statement.order_by(col(GroupMember.partner_id))))


def group_of(session: Session, model: type[Inside], key: int) -> int | None:
    """The group to which a seat, a meeting, a task or a result belongs."""
    return session.exec(select(model.group_id).where(model.id == key)).first()


def people(session: Session, group_id: int, roles: Iterable[GroupRole] | None = None) -> list[User]:
    """Everybody who signs in for a member, or for one in one of `roles`."""
    return people_of_partners(session, member_ids(session, group_id, roles))


def in_role(session: Session, group_id: int, role: GroupRole) -> list[GroupMember]:
    """The present members in a role."""
    statement = (
        select(GroupMember)
        .where(
            GroupMember.group_id == group_id,
            GroupMember.status == GroupMemberStatus.MEMBER,
            GroupMember.role == role,
        )
        .order_by(col(GroupMember.id))
    )
    return list(session.exec(statement))


def invitation(session: Session, group_id: int, partner_id: int) -> GroupInvitation | None:
    """The invitation of a partner into a group."""
    statement = select(GroupInvitation).where(
        GroupInvitation.group_id == group_id, GroupInvitation.partner_id == partner_id
    )
    return session.exec(statement).first()


def invited(session: Session, group_id: int) -> list[tuple[GroupInvitation, Partner]]:
    """Whom a group has invited and who has not joined yet, the latest first."""
    statement = (
        select(GroupInvitation, Partner)
        .join(Partner, col(Partner.id) == GroupInvitation.partner_id)
        .where(GroupInvitation.group_id == group_id)
        .order_by(col(GroupInvitation.id).desc())
    )
    return list(session.exec(statement))


def invitations_of(session: Session, partner_id: int) -> list[tuple[GroupInvitation, WorkingGroup]]:
    """The running groups that would like to have a partner, the latest invitation first."""
    statement = (
        select(GroupInvitation, WorkingGroup)
        .join(WorkingGroup, col(WorkingGroup.id) == GroupInvitation.group_id)
        .where(GroupInvitation.partner_id == partner_id)
        .where(col(WorkingGroup.status).in_((GroupStatus.ACTIVE, GroupStatus.DORMANT)))
        .order_by(col(GroupInvitation.id).desc())
    )
    return list(session.exec(statement))


def meetings(session: Session, group_id: int, *, held: bool = False) -> list[GroupMeeting]:
    """The meetings of a group, the latest first; only those that were `held`, when wanted."""
    statement = select(GroupMeeting).where(GroupMeeting.group_id == group_id)
    if held:
        statement = statement.where(GroupMeeting.status == MeetingStatus.HELD)
    return list(session.exec(statement.order_by(col(GroupMeeting.starts_at).desc(), col(GroupMeeting.id).desc())))


def attendance(session: Session, meeting_id: int, partner_id: int) -> MeetingAttendance | None:
    """What a partner has answered to a meeting."""
    statement = select(MeetingAttendance).where(
        MeetingAttendance.meeting_id == meeting_id, MeetingAttendance.partner_id == partner_id
    )
    return session.exec(statement).first()


def attendances(session: Session, meeting_id: int) -> list[tuple[MeetingAttendance, Partner]]:
    """Who has answered, those who come first, then by name."""
    statement = (
        select(MeetingAttendance, Partner)
        .join(Partner, col(Partner.id) == MeetingAttendance.partner_id)
        .where(MeetingAttendance.meeting_id == meeting_id)
        .order_by(col(MeetingAttendance.comes).desc(), col(Partner.name_key), col(MeetingAttendance.id))
    )
    return list(session.exec(statement))


def comers(session: Session, group_id: int) -> dict[int, int]:
    """How many members come to each meeting of a group."""
    statement: Any = (
        sa.select(col(MeetingAttendance.meeting_id), sa.func.count())
        .join(GroupMeeting, col(GroupMeeting.id) == MeetingAttendance.meeting_id)
        .where(col(GroupMeeting.group_id) == group_id, col(MeetingAttendance.comes))
        .group_by(col(MeetingAttendance.meeting_id))
        .order_by(col(MeetingAttendance.meeting_id))
    )
    return dict(session.exec(statement).all())


def tasks(session: Session, group_id: int) -> list[tuple[GroupTask, Partner | None]]:
    """The tasks of a group: open ones first, those due soonest first, each with who has taken it on."""
    statement = (
        select(GroupTask, Partner)
        .outerjoin(Partner, col(Partner.id) == GroupTask.assignee_id)
        .where(GroupTask.group_id == group_id)
        .order_by(col(GroupTask.status) != TaskStatus.OPEN, *_by_due())
    )
    return [(task, partner) for task, partner in session.exec(statement)]


def tasks_of(session: Session, partner_id: int) -> list[tuple[GroupTask, WorkingGroup]]:
    """What a partner has taken on and not done yet, in all running groups, what is due soonest first."""
    statement = (
        select(GroupTask, WorkingGroup)
        .join(WorkingGroup, col(WorkingGroup.id) == GroupTask.group_id)
        .where(GroupTask.assignee_id == partner_id, GroupTask.status == TaskStatus.OPEN)
        .where(col(WorkingGroup.status).in_((GroupStatus.ACTIVE, GroupStatus.DORMANT)))
        .order_by(*_by_due())
    )
    return list(session.exec(statement))


def _by_due() -> tuple[Any, ...]:
    """What is due soonest first, what has no date last."""
    return col(GroupTask.due).is_(None), col(GroupTask.due), col(GroupTask.id)


def results(session: Session, group_id: int, *, published: bool = False) -> list[GroupResult]:
    """What came of a group, the latest first; only what is `published`, when wanted."""
    statement = select(GroupResult).where(GroupResult.group_id == group_id)
    if published:
        statement = statement.where(GroupResult.published)
    return list(session.exec(statement.order_by(col(GroupResult.achieved_on).desc(), col(GroupResult.id).desc())))


def meetings_of(session: Session, partner_id: int, now: datetime) -> list[MeetingOf]:
    """The meetings ahead in all groups in which a partner sits, the next one first."""
    answered = sa.and_(
        col(MeetingAttendance.meeting_id) == GroupMeeting.id, col(MeetingAttendance.partner_id) == partner_id
    )
    shown: list[Any] = [GroupMeeting, WorkingGroup, MeetingAttendance.comes]
    statement: Any = (
        sa.select(*shown)
        .join(WorkingGroup, col(WorkingGroup.id) == GroupMeeting.group_id)
        .join(GroupMember, col(GroupMember.group_id) == WorkingGroup.id)
        .outerjoin(MeetingAttendance, answered)
        .where(
            col(GroupMember.partner_id) == partner_id,
            col(GroupMember.status) == GroupMemberStatus.MEMBER,
            col(GroupMeeting.status) == MeetingStatus.PLANNED,
            col(GroupMeeting.ends_at) >= now,
        )
        .order_by(col(GroupMeeting.starts_at), col(GroupMeeting.id))
    )
    return [MeetingOf(*row) for row in session.exec(statement)]


def founded_by(session: Session, partner_id: int) -> list[tuple[WorkingGroup, Municipality]]:
    """The groups that a partner has asked to found and that do not exist: waiting or refused."""
    statement = (
        select(WorkingGroup, Municipality)
        .join(Municipality, col(Municipality.id) == WorkingGroup.municipality_id)
        .where(WorkingGroup.founder_partner_id == partner_id)
        .where(col(WorkingGroup.status).in_((GroupStatus.PROPOSED, GroupStatus.REFUSED)))
        .order_by(col(WorkingGroup.updated_at).desc(), col(WorkingGroup.id).desc())
    )
    return list(session.exec(statement))


def silent_since(session: Session, day: date) -> list[WorkingGroup]:
    """Active groups that gave no sign of life after `day`, or of which none is known."""
    last = col(WorkingGroup.last_active_on)
    statement = (
        select(WorkingGroup)
        .where(WorkingGroup.status == GroupStatus.ACTIVE, sa.or_(last.is_(None), last <= day))
        .order_by(col(WorkingGroup.id))
    )
    return list(session.exec(statement))


def could_join(session: Session, group: WorkingGroup) -> set[int]:
    """Registered partners of a kind that the group takes, who neither sit in it, nor have asked or been invited."""
    seats = select(GroupMember.partner_id).where(
        GroupMember.group_id == group.pk,
        col(GroupMember.status).in_((GroupMemberStatus.MEMBER, GroupMemberStatus.REQUESTED)),
    )
    invited_ones = select(GroupInvitation.partner_id).where(GroupInvitation.group_id == group.pk)
    statement = select(col(Partner.id)).where(
        col(Partner.id).in_(registered_ids()), col(Partner.id).not_in(seats), col(Partner.id).not_in(invited_ones)
    )
    if group.kinds:
        statement = statement.where(col(Partner.kind).in_(group.kinds))
    return {key for key in session.exec(statement.order_by(col(Partner.id))) if key is not None}
