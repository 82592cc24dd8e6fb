"""What members of a group take on, and what came of the work."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid
from matcher.lifecycles import GROUP_TASK, PUBLIC_GROUP
from matcher.policy import Actor, Subject
from matcher.services import flow, group_seats, notices
from matcher.services.group_data import ResultData, TaskData
from models import GroupResult, GroupTask, WorkingGroup
from models.queries import group_rooms as queries
from models.queries import recipients


def give(session: Session, actor: Actor, group_id: int, data: TaskData, *, now: datetime) -> GroupTask:
    """Note who does what until when; the member is told.

    Raises NotFound, NotAllowed, Invalid, or InvalidTransition for a group that has ended.
    """
    group = flow.locked(session, WorkingGroup, group_id)
    policy.require(actor, "group.run", group_seats.for_officers(session, group))
    group_seats.require_running(group, "give_task")
    data.check()
    if data.assignee_id is not None and data.assignee_id not in queries.member_ids(session, group_id):
        raise Invalid({"assignee_id": "unknown"})
    said: dict[str, Any] = {"title": data.title, "assignee_id": data.assignee_id, "due": data.due}
    row = GroupTask(group_id=group_id, created_at=now, updated_at=now, **said)
    session.add(row)
    flow.record(session, actor, "group_task.given", row, group_seats.of_group(group), now)
    group_seats.touch(group, now)
    _tell_assignee(session, group, row, now)
    return row


def _tell_assignee(session: Session, group: WorkingGroup, row: GroupTask, now: datetime) -> None:
    if row.assignee_id is None:
        return
    people = recipients.people_of_partner(session, row.assignee_id)
    said = group_seats.names(session, group) | {"title": row.title, "day": row.due.isoformat() if row.due else ""}
    notices.mail_all(session, "group_task_given", people, f"{row.pk}", now, **said)


def step(session: Session, actor: Actor, task_id: int, action: str, *, now: datetime) -> GroupTask:
    """Take `action` of the lifecycle on a task; who has taken it on may finish it, the rest is for officers."""
    group = group_seats.locked_around(session, GroupTask, task_id)
    row = flow.locked(session, GroupTask, task_id)
    officers, members = group_seats.for_officers(session, group), queries.member_ids(session, group.pk)
    flow.move(session, actor, GROUP_TASK, row, action, _who_may(officers, members, row, action), now)
    if group.status in group_seats.RUNNING:
        group_seats.touch(group, now)
    return row


def _who_may(officers: Subject, members: Collection[int], row: GroupTask, action: str) -> Subject:
    if action != "finish" or row.assignee_id is None or row.assignee_id not in members:
        return officers
    return replace(officers, partner_ids=officers.partner_ids | {row.assignee_id})


def steps(session: Session, actor: Actor, group: WorkingGroup, rows: Iterable[GroupTask]) -> list[list[str]]:
    """What the actor can do with each task, in the order of the lifecycle."""
    officers, members = group_seats.for_officers(session, group), queries.member_ids(session, group.pk)
    return [
        [
            t.action
            for t in GROUP_TASK.transitions
            if row.status in t.sources
            and policy.may(actor, f"group_task.{t.action}", _who_may(officers, members, row, t.action))
        ]
        for row in rows
    ]


def add_result(session: Session, actor: Actor, group_id: int, data: ResultData, *, now: datetime) -> GroupResult:
    """Write down what came of the work; the public reads what is published, also after the group has ended."""
    group = _founded(session, actor, group_id)
    data.check()
    row = GroupResult(group_id=group_id, created_at=now, updated_at=now, **_columns(data))
    session.add(row)
    flow.record(session, actor, "group_result.added", row, group_seats.of_group(group), now, published=row.published)
    if group.status in group_seats.RUNNING:
        group_seats.touch(group, now)
    return row


def change_result(
    session: Session, actor: Actor, result_id: int, data: ResultData, *, version: int | None = None, now: datetime
) -> GroupResult:
    """Change a result, publish it or take it off the portal.

    Raises Conflict when somebody else changed it meanwhile.
    """
    group = _founded(session, actor, group_seats.locked_around(session, GroupResult, result_id).pk)
    row = flow.locked(session, GroupResult, result_id)
    flow.check_version(row, version, _columns(data))
    data.check()
    for column, value in _columns(data).items():
        setattr(row, column, value)
    row.updated_at = now
    flow.record(session, actor, "group_result.changed", row, group_seats.of_group(group), now, published=row.published)
    return row


def _founded(session: Session, actor: Actor, group_id: int) -> WorkingGroup:
    group = flow.locked(session, WorkingGroup, group_id)
    policy.require(actor, "group.run", group_seats.for_officers(session, group))
    if group.status not in PUBLIC_GROUP:
        group_seats.require_running(group, "add_result")
    return group


def _columns(data: ResultData) -> dict[str, Any]:
    names = ("title", "text", "achieved_on", "published")
    return {name: getattr(data, name) for name in names}
