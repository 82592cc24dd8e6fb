"""What officers of a group do about its members: let them in, give them roles, and look for who is missing."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from matcher.errors import NotFound
from matcher.services import groups as service
from matcher.services import near_groups
from matcher.services.matchbook import Addition
from models import GroupMember
from models.enums import GroupRole
from models.queries import partner_rooms
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import page, see_other
from web.labels import pairs
from web.matching import matchbook
from web.pages.groups.room import bp, run, standing


@bp.route("/groups/<int:group_id>/members/<int:member_id>/<any(admit, decline):action>", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def member_step(group_id: int, member_id: int, action: str) -> Response:
    """Let somebody in, or not."""
    run(group_id)
    _of(group_id, member_id)
    if request.method == "POST":
        take = service.admit if action == "admit" else service.decline
        take(db(), actor(), member_id, now=now())
        flash(_("The partner has been told."), "success")
    return see_other(url_for("groups.room", group_id=group_id))


@bp.route("/groups/<int:group_id>/roles", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def member_role(group_id: int) -> Response:
    """Make somebody chair, vice-chair or secretary."""
    run(group_id)
    if request.method == "POST":
        wanted = next((role for role in GroupRole if role == request.form.get("role")), None)
        member_id = request.form.get("member_id", "")
        if wanted is None or not member_id.isdecimal() or len(member_id) > 9:
            raise NotFound()
        service.give_role(db(), actor(), _of(group_id, int(member_id)).pk, wanted, now=now())
        flash(_("The role has been given."), "success")
    return see_other(url_for("groups.room", group_id=group_id))


@bp.route("/groups/<int:group_id>/missing", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def missing(group_id: int) -> Response:
    """Who could add what the members cannot do; POST invites."""
    found = run(group_id)
    if request.method == "GET":
        addition = near_groups.missing(db(), actor(), group_id, matchbook())
        return page("groups/missing.html", addition=addition, people=_told(addition), **standing(found))
    chosen = {int(key) for key in request.form.getlist("partner_id") if key.isdecimal() and len(key) < 10}
    count = service.invite(db(), actor(), group_id, chosen, now=now())
    flash(ngettext("%(num)s partner has been invited.", "%(num)s partners have been invited.", count), "success")
    return see_other(url_for("groups.missing", group_id=group_id))


def _told(addition: Addition) -> list[tuple[Any, list[dict[str, Any]]]]:
    """Each recommended partner with the pairs of sentences that speak for it."""
    partners = partner_rooms.partners(db(), [member.partner_id for member in addition.members])
    return [
        (partners[member.partner_id], pairs([answer for answer in member.answers if answer is not None]))
        for member in addition.members
        if member.partner_id in partners
    ]


def _of(group_id: int, member_id: int) -> GroupMember:
    """A seat in this group. Raises NotFound for that in another."""
    row = db().get(GroupMember, member_id)
    if row is None or row.group_id != group_id:
        raise NotFound()
    return row
