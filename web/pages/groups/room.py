"""The room of a group, for its members and its office: what lies ahead, who does what, and what came of it."""

from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.errors import NotFound
from matcher.services import flow, group_life, group_seats, group_tasks
from matcher.services.challenge_data import today
from models.enums import GroupMemberStatus, GroupRole, MeetingStatus
from models.queries import group_rooms as queries
from models.queries import groups as group_queries
from models.queries.groups import GroupDetail
from web import labels
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.group_forms import TaskForm
from web.htmx import page, see_other

bp = Blueprint("groups", __name__)


def found_group(group_id: int) -> GroupDetail:
    """A group, whoever may see it.

    Raises NotFound.
    """
    found = group_queries.detail(db(), group_id)
    if found is None:
        raise NotFound()
    return found


def entered(group_id: int) -> GroupDetail:
    """A group whose room the signed-in person may enter.

    Raises NotFound or NotAllowed.
    """
    found = found_group(group_id)
    policy.require(actor(), "group.work", group_seats.for_members(db(), found.group))
    return found


def run(group_id: int) -> GroupDetail:
    """A group that the signed-in person runs, as an officer or as a coordinator.

    Raises NotFound or NotAllowed.
    """
    found = found_group(group_id)
    policy.require(actor(), "group.run", group_seats.for_officers(db(), found.group))
    return found


def ours(found: GroupDetail) -> int | None:
    """The member for which the signed-in person works at the moment."""
    if not actor().partner_ids:
        return None
    own = partner_id()
    return own if any(seat.partner.pk == own for seat in found.seats) else None


def standing(found: GroupDetail) -> dict[str, Any]:
    """What the pages of a room draw their buttons by."""
    group = found.group
    return {
        "found": found,
        "row": group,
        "runs": policy.may(actor(), "group.run", group_seats.for_officers(db(), group)),
        "presides": policy.may(actor(), "group.run", group_seats.for_chair(db(), group)),
        "coordinates": policy.may(actor(), "city.coordinate", flow.of_municipality(group.municipality_id)),
        "is_running": group.status in group_seats.RUNNING,
        "ours": ours(found),
    }


@bp.get("/groups/<int:group_id>/room")
@access(Access.SIGNED_IN)
def room(group_id: int) -> Response:
    """Everything that members share."""
    return show_room(group_id)


def show_room(group_id: int, form: TaskForm | None = None, status: int = 200) -> Response:
    """The room with an empty form for tasks, or with one that could not be taken."""
    found = entered(group_id)
    form = form or TaskForm.of_request()
    form.offer(seat.partner for seat in found.seats)
    meetings = queries.meetings(db(), group_id)
    tasks = queries.tasks(db(), group_id)
    steps = group_tasks.steps(db(), actor(), found.group, [row for row, _partner in tasks])
    return page(
        "groups/room.html",
        status=status,
        ahead=[row for row in reversed(meetings) if row.status is MeetingStatus.PLANNED],
        past=[row for row in meetings if row.status is not MeetingStatus.PLANNED],
        comers=queries.comers(db(), group_id),
        tasks=[(*task, able) for task, able in zip(tasks, steps, strict=True)],
        results=queries.results(db(), group_id),
        requests=group_queries.seats(db(), group_id, GroupMemberStatus.REQUESTED),
        invited=queries.invited(db(), group_id),
        roles=labels.choices(GroupRole),
        today=today(now()),
        form=form,
        **standing(found),
    )


@bp.route("/groups/<int:group_id>/wake", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def wake(group_id: int) -> Response:
    """Take up the work of a dormant group again."""
    run(group_id)
    if request.method == "POST":
        group_life.wake(db(), actor(), group_id, now=now())
        flash(_("The group is active again."), "success")
    return see_other(url_for("groups.room", group_id=group_id))
