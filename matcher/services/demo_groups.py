"""Fills the rooms of three groups of the demonstration: members, meetings with invented minutes, tasks, results."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from matcher.policy import Actor, Seat
from matcher.services import group_tasks, groups, meetings
from matcher.services.challenge_data import JAPAN, today
from matcher.services.group_data import MeetingData, ResultData, TaskData
from models import Partner, WorkingGroup
from models.enums import GroupMemberStatus, GroupRole, Role
from models.queries import upkeep

Line = Mapping[str, Any]
HOUR, LASTING = 14, timedelta(minutes=90)


def put(session: Session, line: Line, now: datetime) -> None:
    """One group's room: first what lies behind, then its members, so that nobody gets mail about the past."""
    group_id = upkeep.outside_keys(session, WorkingGroup)[line["group"]]
    row = session.get_one(WorkingGroup, group_id)
    row.provenance = {**row.provenance, "invented": ["members", "roles", "meetings", "tasks", "results"]}
    office = Actor(None, (Seat(Role.COORDINATOR, municipality_id=row.municipality_id),), name="demo")
    for said in line["meetings"]:
        if said["day"] < 0:
            _held(session, office, group_id, said, now)
    _seats(session, office, group_id, line["members"], now)
    for said in line["meetings"]:
        if said["day"] >= 0:
            meetings.call(session, office, group_id, _meeting(said, now), now=now)
    _work(session, office, group_id, line, now)


def _held(session: Session, office: Actor, group_id: int, said: Line, now: datetime) -> None:
    data = _meeting(said, now)
    called = meetings.call(session, office, group_id, data, now=data.starts_at - timedelta(days=14))
    text, published = said["minutes"], said["published"]
    meetings.minute(session, office, called.pk, text, published=published, now=data.ends_at + timedelta(days=2))


def _meeting(said: Line, now: datetime) -> MeetingData:
    local = (now + timedelta(days=said["day"])).astimezone(JAPAN)
    begin = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    words = {name: said[name] for name in ("title", "place", "agenda")}
    return MeetingData(starts_at=begin, ends_at=begin + LASTING, online_link=said.get("online_link", ""), **words)


def _seats(session: Session, office: Actor, group_id: int, members: Mapping[str, str], now: datetime) -> None:
    known = upkeep.outside_keys(session, Partner)
    for key, role in members.items():
        seat = Actor(None, (Seat(Role.PARTNER_ADMIN, partner_id=known[key]),), name="demo")
        row = groups.join(session, seat, group_id, known[key], now=now)
        if row.status is GroupMemberStatus.REQUESTED:
            groups.admit(session, office, row.pk, now=now)
        if role != GroupRole.MEMBER:
            groups.give_role(session, office, row.pk, GroupRole(role), now=now)


def _work(session: Session, office: Actor, group_id: int, line: Line, now: datetime) -> None:
    known, on = upkeep.outside_keys(session, Partner), today(now)
    for said in line["tasks"]:
        who = known[said["who"]] if said["who"] else None
        task = TaskData(title=said["title"], assignee_id=who, due=on + timedelta(days=said["day"]))
        group_tasks.give(session, office, group_id, task, now=now)
    for said in line["results"]:
        day, published = on + timedelta(days=said["day"]), said["published"]
        result = ResultData(title=said["title"], text=said["text"], achieved_on=day, published=published)
        group_tasks.add_result(session, office, group_id, result, now=now)
