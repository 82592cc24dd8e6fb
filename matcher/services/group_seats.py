"""Whose a group is: everybody's, its members', its officers'; and what counts as a sign of life of it."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher.errors import InvalidTransition, NotFound
from matcher.lifecycles import PUBLIC_GROUP
from matcher.policy import Subject
from matcher.services import flow
from matcher.services.challenge_data import today
from models import Municipality, Partner, WorkingGroup
from models.enums import GroupRole, GroupStatus
from models.queries import group_rooms as queries
from models.queries.group_rooms import Inside

#: who runs meetings, minutes and tasks and admits members: 部会長・会長, 副, 事務局
OFFICERS = frozenset({GroupRole.CHAIR, GroupRole.VICE_CHAIR, GroupRole.SECRETARY})
RUNNING = frozenset({GroupStatus.ACTIVE, GroupStatus.DORMANT})


def locked_around(session: Session, model: type[Inside], key: int) -> WorkingGroup:
    """The group around a seat, a meeting, a task or a result, held against others; only then is the thing itself read.

    Raises NotFound.
    """
    group_id = queries.group_of(session, model, key)
    if group_id is None:
        raise NotFound()
    return flow.locked(session, WorkingGroup, group_id)


def of_group(group: WorkingGroup) -> Subject:
    """A group that was founded is public; before that it concerns its municipality and who wants to found it."""
    founder = {group.founder_partner_id} if group.founder_partner_id is not None else set()
    public = group.status in PUBLIC_GROUP
    return Subject(group.municipality_id, frozenset() if public else frozenset(founder), public=public)


def for_members(session: Session, group: WorkingGroup) -> Subject:
    """What is told to members and to the office."""
    return _with(group, queries.member_ids(session, group.pk))


def for_officers(session: Session, group: WorkingGroup) -> Subject:
    """What officers and coordinators do."""
    return _with(group, queries.member_ids(session, group.pk, OFFICERS))


def for_chair(session: Session, group: WorkingGroup) -> Subject:
    """What the chair and coordinators do."""
    return _with(group, queries.member_ids(session, group.pk, {GroupRole.CHAIR}))


def _with(group: WorkingGroup, partner_ids: set[int]) -> Subject:
    return Subject(group.municipality_id, frozenset(partner_ids), public=group.status in PUBLIC_GROUP)


def require_running(group: WorkingGroup, action: str) -> None:
    """Raises InvalidTransition for a group that has ended or does not exist yet."""
    if group.status not in RUNNING:
        raise InvalidTransition("group", action, group.status)


def touch(group: WorkingGroup, now: datetime) -> None:
    """Note a sign of life."""
    group.last_active_on, group.idle_warned_on, group.updated_at = today(now), None, now


def names(session: Session, group: WorkingGroup, partner_id: int | None = None) -> dict[str, Any]:
    """What mails about a group, and perhaps a partner, are filled with."""
    town = flow.get(session, Municipality, group.municipality_id)
    found: dict[str, Any] = {
        "group_id": group.pk,
        "group": group.name,
        "municipality": town.name,
        "municipality_en": town.name_en,
    }
    if partner_id is None:
        return found
    return found | {"partner_id": partner_id, "partner": flow.get(session, Partner, partner_id).name}
