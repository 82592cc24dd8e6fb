"""Meetings of a group: called with an agenda, answered by members, moved, called off, held, and put on record."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.lifecycles import GROUP, MEETING
from matcher.policy import Actor, Subject
from matcher.services import attachments, flow, group_seats, notices
from matcher.services.attachments import Upload
from matcher.services.challenge_data import JAPAN
from matcher.services.group_data import LONGEST_MINUTES, MeetingData, check_text
from models import Attachment, GroupMeeting, MeetingAttendance, WorkingGroup
from models.enums import GroupStatus, MeetingStatus
from models.queries import group_rooms as queries

FIELDS = ("title", "starts_at", "ends_at", "place", "online_link", "agenda")


def call(session: Session, actor: Actor, group_id: int, data: MeetingData, *, now: datetime) -> GroupMeeting:
    """Call a meeting: every member is invited by mail, and a dormant group wakes.

    Raises NotFound, NotAllowed, Invalid, or InvalidTransition for a group that has ended.
    """
    group, subject = _run(session, actor, group_id, "meet")
    data.check()
    row = GroupMeeting(group_id=group_id, created_at=now, updated_at=now, **_columns(data))
    session.add(row)
    flow.record(session, actor, "meeting.called", row, group_seats.of_group(group), now)
    if group.status is GroupStatus.DORMANT:
        flow.move(session, actor, GROUP, group, "wake", subject, now)
    group_seats.touch(group, now)
    _tell_members(session, "meeting_called", group, row, now)
    return row


def change(
    session: Session, actor: Actor, meeting_id: int, data: MeetingData, *, version: int | None = None, now: datetime
) -> GroupMeeting:
    """Change a planned meeting; members hear of another time or place, and answer anew when the time is another."""
    row, group = _of(session, actor, meeting_id)
    flow.check_version(row, version, _columns(data))
    if row.status is not MeetingStatus.PLANNED:
        raise InvalidTransition("meeting", "change", row.status)
    data.check()
    when, where = (row.starts_at, row.ends_at), (row.place, row.online_link)
    for column, value in _columns(data).items():
        setattr(row, column, value)
    row.updated_at = now
    flow.record(session, actor, "meeting.changed", row, group_seats.of_group(group), now)
    if when != (row.starts_at, row.ends_at):
        for answer, _partner in queries.attendances(session, meeting_id):
            session.delete(answer)
        session.flush()
    if (when, where) != ((row.starts_at, row.ends_at), (row.place, row.online_link)):
        _tell_members(session, "meeting_changed", group, row, now)
    return row


def cancel(session: Session, actor: Actor, meeting_id: int, *, now: datetime) -> GroupMeeting:
    """Call a planned meeting off; members are told."""
    row, group = _of(session, actor, meeting_id)
    flow.move(session, actor, MEETING, row, "cancel", group_seats.for_officers(session, group), now)
    session.flush()
    _tell_members(session, "meeting_cancelled", group, row, now)
    return row


def minute(
    session: Session,
    actor: Actor,
    meeting_id: int,
    minutes: str,
    *,
    published: bool,
    version: int | None = None,
    now: datetime,
) -> GroupMeeting:
    """Put on record what was said, for members or for everybody; a planned meeting has thereby been held.

    Raises Invalid before the meeting has begun, InvalidTransition when it was called off.
    """
    row, group = _of(session, actor, meeting_id)
    flow.check_version(row, version, {"minutes": minutes, "minutes_published": published})
    check_text("minutes", minutes, LONGEST_MINUTES)
    if row.status is not MeetingStatus.HELD:
        MEETING.find("hold", row.status)
        _hold(session, actor, row, group, now)
    row.minutes, row.minutes_published, row.updated_at = minutes, published, now
    flow.record(session, actor, "meeting.minuted", row, group_seats.of_group(group), now, published=published)
    return row


def _hold(session: Session, actor: Actor, row: GroupMeeting, group: WorkingGroup, now: datetime) -> None:
    if row.starts_at > now:
        raise Invalid({"minutes": "meeting_ahead"})
    flow.move(session, actor, MEETING, row, "hold", group_seats.for_officers(session, group), now)
    if group.status in group_seats.RUNNING:
        group_seats.touch(group, now)


def answer(
    session: Session, actor: Actor, meeting_id: int, partner_id: int, *, comes: bool, now: datetime
) -> MeetingAttendance:
    """Say for a member whether it comes; the last answer counts.

    Raises NotFound for who is no member, InvalidTransition for a meeting that is over or called off.
    """
    group = group_seats.locked_around(session, GroupMeeting, meeting_id)
    row = flow.get(session, GroupMeeting, meeting_id)
    subject = Subject(group.municipality_id, frozenset({partner_id}))
    policy.require(actor, "partner.work", subject)
    if partner_id not in queries.member_ids(session, group.pk):
        raise NotFound()
    if row.status is not MeetingStatus.PLANNED:
        raise InvalidTransition("meeting", "answer", row.status)
    said = queries.attendance(session, meeting_id, partner_id)
    if said is None:
        said = MeetingAttendance(meeting_id=meeting_id, partner_id=partner_id, comes=comes, created_at=now)
        session.add(said)
    said.comes, said.updated_at = comes, now
    flow.record(session, actor, "meeting.answered", row, subject, now, comes=comes)
    return said


def add_file(session: Session, actor: Actor, meeting_id: int, upload: Upload, *, now: datetime) -> Attachment:
    """Keep a paper of a meeting, for members. Raises Invalid for what is no fit file."""
    row, group = _of(session, actor, meeting_id)
    return attachments.attach(session, actor, row, group_seats.for_officers(session, group), upload, now=now)


def remove_file(session: Session, actor: Actor, meeting_id: int, attachment_id: int, *, now: datetime) -> None:
    """Take a paper of a meeting away again."""
    row, group = _of(session, actor, meeting_id)
    subject = group_seats.for_officers(session, group)
    attachments.remove(session, actor, attachment_id, row, subject, now=now)


def _run(session: Session, actor: Actor, group_id: int, action: str) -> tuple[WorkingGroup, Subject]:
    group = flow.locked(session, WorkingGroup, group_id)
    subject = group_seats.for_officers(session, group)
    policy.require(actor, "group.run", subject)
    group_seats.require_running(group, action)
    return group, subject


def _of(session: Session, actor: Actor, meeting_id: int) -> tuple[GroupMeeting, WorkingGroup]:
    """A meeting that the actor runs, as it stands now."""
    group = group_seats.locked_around(session, GroupMeeting, meeting_id)
    policy.require(actor, "group.run", group_seats.for_officers(session, group))
    return flow.locked(session, GroupMeeting, meeting_id), group


def _columns(data: MeetingData) -> dict[str, Any]:
    return {name: getattr(data, name) for name in FIELDS}


def _tell_members(session: Session, template: str, group: WorkingGroup, row: GroupMeeting, now: datetime) -> None:
    said = group_seats.names(session, group) | {
        "meeting_id": row.pk,
        "title": row.title,
        "starts_at": row.starts_at.astimezone(JAPAN).isoformat(),
        "ends_at": row.ends_at.astimezone(JAPAN).isoformat(),
        "venue": row.place,
        "online_link": row.online_link,
        "agenda": row.agenda,
    }
    notices.mail_all(session, template, queries.people(session, group.pk), f"{row.pk}-{row.version}", now, **said)
