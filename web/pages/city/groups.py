"""The working groups of the municipality: founding one, who is let in, and whether it rests, goes on or ends."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.lifecycles import GROUP
from matcher.services import flow, group_life, group_seats
from matcher.services import groups as service
from matcher.services.group_data import LONGEST_TEXT
from models import GroupMember, Partner
from models.enums import GroupKind, GroupMemberStatus
from models.queries import city as challenges
from models.queries import city_partners as queries
from models.queries import group_rooms
from models.queries import groups as group_queries
from models.queries.groups import GroupDetail
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.group_forms import ClosingForm, GroupForm, WordForm, typed
from web.htmx import page, see_other
from web.pages.city import group_sheets
from web.pages.city.room import bp

#: action → (the service, the words on its button, what the person hears afterwards)
STEPS: dict[str, tuple[Callable[..., Any], Any, Any]] = {
    "approve": (group_life.approve, _l("Approve the founding"), _l("The working group has been founded.")),
    "rest": (group_life.rest, _l("Put to rest"), _l("The group rests.")),
    "wake": (group_life.wake, _l("Take up the work again"), _l("The group is active again.")),
    "reopen": (group_life.reopen, _l("Reopen the group"), _l("The group is active again.")),
}


@bp.get("/city/groups")
@access(Access.CITY)
def groups() -> Response:
    """Every group with its numbers."""
    return page("city/groups.html", rows=queries.groups(db(), municipality_id()))


@bp.route("/city/groups/new", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def group_new() -> Response:
    """Found a group."""
    policy.require(actor(), "city.coordinate", flow.of_municipality(municipality_id()))
    form = GroupForm.of_request(data=_on_challenge(request.args.get("challenge", "")))
    if request.method == "GET":
        return page("city/group_form.html", form=form, row=None)
    if form.validate():
        try:
            row = service.found(db(), actor(), municipality_id(), form.group(), now=now())
            flash(_("The working group has been founded."), "success")
            return see_other(url_for("city.group", group_id=row.pk))
        except Invalid as error:
            form.show(error)
    return page("city/group_form.html", status=422, form=form, row=None)


def _on_challenge(key: str) -> dict[str, Any]:
    """What a group on one of the office's challenges would say; nothing for any other key."""
    found = challenges.challenge(db(), municipality_id(), int(key)) if key.isdecimal() and len(key) < 10 else None
    if found is None:
        return {}
    goals = {row.goal for row in challenges.targets(db(), found.challenge.pk)}
    return {
        "name": found.challenge.title,
        "kind": GroupKind.SUBCOMMITTEE.value,
        "purpose": "\n".join(filter(None, (found.challenge.problem, found.challenge.outcome)))[:LONGEST_TEXT],
        "goals": [str(goal) for goal in sorted(goals)],
    }


@bp.get("/city/groups/<int:group_id>")
@access(Access.CITY)
def group(group_id: int) -> Response:
    """A group with its members and with those who ask to join."""
    return _show(_own(group_id))


def _show(detail: GroupDetail, form: WordForm | None = None, status: int = 200) -> Response:
    """The office's page, with an empty form for a word, or with one that could not be taken."""
    row = detail.group
    founder = None if row.founder_partner_id is None else db().get(Partner, row.founder_partner_id)
    subject = group_seats.for_officers(db(), row)
    return page(
        "city/group.html",
        status=status,
        detail=detail,
        row=row,
        founder=founder,
        requests=group_queries.seats(db(), row.pk, GroupMemberStatus.REQUESTED),
        steps=[name for name in GROUP.actions(row.status, actor().roles_at(subject)) if name in STEPS],
        step_words=STEPS,
        form=form or WordForm.of_request(),
    )


@bp.route("/city/groups/<int:group_id>/members/<int:member_id>/<any(admit, decline):action>", methods=["GET", "POST"])
@access(Access.CITY)
def group_step(group_id: int, member_id: int, action: str) -> Response:
    """Let somebody in, or not."""
    _own(group_id)
    _seat(group_id, member_id)
    if request.method == "POST":
        take = service.admit if action == "admit" else service.decline
        take(db(), actor(), member_id, now=now())
        flash(_("The partner has been told."), "success")
    return see_other(url_for("city.group", group_id=group_id))


@bp.route("/city/groups/<int:group_id>/edit", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def group_edit(group_id: int) -> Response:
    """Change what a group says of itself and how one joins."""
    row = _own(group_id).group
    form = GroupForm.of_request(data=typed(row))
    if request.method == "GET":
        return page("city/group_form.html", form=form, row=row)
    if form.validate():
        try:
            service.edit(db(), actor(), group_id, form.group(), version=form.version.number, now=now())
            flash(_("The working group has been changed."), "success")
            return see_other(url_for("city.group", group_id=group_id))
        except Invalid as error:
            form.show(error)
    return page("city/group_form.html", status=422, form=form, row=row)


@bp.route("/city/groups/<int:group_id>/<any(approve, rest, wake, reopen):action>", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def group_state(group_id: int, action: str) -> Response:
    """Take a step that needs no further word."""
    _own(group_id)
    if request.method == "POST":
        take, _words, heard = STEPS[action]
        take(db(), actor(), group_id, now=now())
        flash(heard, "success")
    return see_other(url_for("city.group", group_id=group_id))


@bp.route("/city/groups/<int:group_id>/refuse", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def group_refuse(group_id: int) -> Response:
    """Do not found a group that a partner has proposed, and say why."""
    detail, form = _own(group_id), WordForm.of_request()
    if request.method == "GET":
        return _show(detail)
    if not form.validate():
        return _show(detail, form, 422)
    group_life.refuse(db(), actor(), group_id, form.note.data, now=now())
    flash(_("The partner has been told why the group is not founded."), "success")
    return see_other(url_for("city.group", group_id=group_id))


@bp.route("/city/groups/<int:group_id>/close", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def group_close(group_id: int) -> Response:
    """End a group with a word on what came of it."""
    row, form = _own(group_id).group, ClosingForm.of_request()
    if request.method == "GET":
        return page("city/group_close.html", form=form, row=row)
    if not form.validate():
        return page("city/group_close.html", status=422, form=form, row=row)
    group_life.close(db(), actor(), group_id, form.note.data, now=now())
    flash(_("The working group has ended."), "success")
    return see_other(url_for("city.group", group_id=group_id))


@bp.get("/city/groups/<int:group_id>/<any(members, meetings):what>.xlsx")
@access(Access.CITY)
def group_sheet(group_id: int, what: str) -> Response:
    """The members or the meetings as an Excel file."""
    detail = _own(group_id)
    if what == "members":
        return group_sheets.members(detail)
    return group_sheets.meetings(detail, group_rooms.meetings(db(), group_id), group_rooms.comers(db(), group_id))


def _own(group_id: int) -> GroupDetail:
    """A group of this municipality.

    Raises NotFound for any other.
    """
    found = group_queries.detail(db(), group_id)
    if found is None or found.group.municipality_id != municipality_id():
        raise NotFound()
    return found


def _seat(group_id: int, member_id: int) -> GroupMember:
    """A seat in this group. Raises NotFound for that in another."""
    row = db().get(GroupMember, member_id)
    if row is None or row.group_id != group_id:
        raise NotFound()
    return row
