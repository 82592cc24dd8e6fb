"""The working groups of the municipality: founding one, and who is let in."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.services import flow
from matcher.services import groups as service
from models.enums import GroupKind, GroupMemberStatus, JoinRule
from models.queries import city as challenges
from models.queries import city_partners as queries
from models.queries import groups as group_queries
from models.queries.groups import GroupDetail
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city.forms import GROUP_TEXT, GroupForm
from web.pages.city.room import bp


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
        return page("city/group_form.html", form=form)
    if not form.validate():
        return page("city/group_form.html", status=422, form=form)
    try:
        row = _found_group(form)
    except Invalid as error:
        form.show(error)
        return page("city/group_form.html", status=422, form=form)
    db().flush()
    flash(_("The working group has been founded."), "success")
    return see_other(url_for("city.group", group_id=row.pk))


def _on_challenge(key: str) -> dict[str, Any]:
    """What a group on one of the office's challenges would say; nothing for any other key."""
    found = challenges.challenge(db(), municipality_id(), int(key)) if key.isdecimal() and len(key) < 10 else None
    if found is None:
        return {}
    goals = {row.goal for row in challenges.targets(db(), found.challenge.pk)}
    return {
        "name": found.challenge.title,
        "kind": GroupKind.SUBCOMMITTEE.value,
        "purpose": "\n".join(filter(None, (found.challenge.problem, found.challenge.outcome)))[:GROUP_TEXT],
        "goals": [str(goal) for goal in sorted(goals)],
    }


def _found_group(form: GroupForm) -> service.WorkingGroup:
    return service.found(
        db(),
        actor(),
        municipality_id(),
        name=form.name.data,
        kind=GroupKind(form.kind.data),
        purpose=form.purpose.data,
        conditions=form.conditions.data or "",
        join_rule=JoinRule(form.join_rule.data),
        goals=[int(goal) for goal in form.goals.data or ()],
        now=now(),
    )


@bp.get("/city/groups/<int:group_id>")
@access(Access.CITY)
def group(group_id: int) -> Response:
    """A group with its members and with those who ask to join."""
    detail = _own(group_id)
    return page(
        "city/group.html",
        detail=detail,
        row=detail.group,
        requests=group_queries.seats(db(), group_id, GroupMemberStatus.REQUESTED),
    )


@bp.route("/city/groups/<int:group_id>/members/<int:member_id>/<any(admit, decline):action>", methods=["GET", "POST"])
@access(Access.CITY)
def group_step(group_id: int, member_id: int, action: str) -> Response:
    """Let somebody in, or not."""
    _own(group_id)
    if request.method == "POST":
        take = service.admit if action == "admit" else service.decline
        take(db(), actor(), member_id, now=now())
        flash(_("The partner has been told."), "success")
    return see_other(url_for("city.group", group_id=group_id))


def _own(group_id: int) -> GroupDetail:
    """A group of this municipality.

    Raises NotFound for any other.
    """
    found = group_queries.detail(db(), group_id)
    if found is None or found.group.municipality_id != municipality_id():
        raise NotFound()
    return found
