"""Working groups as everybody sees them, and the doors through which partners come and go."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.services import flow, group_seats, groups
from matcher.services.interests import STANDING
from models import Partner
from models.enums import GroupKind, GroupMemberStatus, GroupStatus
from models.queries import group_rooms
from models.queries import groups as queries
from models.queries.partners import standings
from web import facets, sheets
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.htmx import page, see_other
from web.labels import label
from web.listing import Facet, Found, Listing, Page, goals
from web.pages.groups import meetings, officers, work
from web.pages.groups.room import bp, found_group

__all__ = ["bp", "meetings", "officers", "work"]


@bp.get("/groups")
@access(Access.PUBLIC)
def index() -> Response:
    """Search and narrow down the working groups."""
    listing = Listing.of_request("groups.index", _facets(), {})
    found = Found(queries.ids(db(), _wanted(listing)))
    if sheets.wanted():
        return _sheet(queries.cards(db(), found.keys[: sheets.MOST_ROWS]))
    shown = Page(listing, len(found.keys))
    return listing.show("groups/index.html", shown, found, queries.cards(db(), shown.of(found.keys)))


def _sheet(cards: list[queries.GroupCard]) -> Response:
    header = (
        *(_("Name of the group"), _("Kind"), _("Status"), _("Municipality code")),
        *(_("Purpose"), _("SDG goals"), _("Members")),
    )
    return sheets.answer(_("Working groups"), header, map(_line, cards))


def _line(card: queries.GroupCard) -> tuple[Any, ...]:
    row = card.group
    said = (row.name, label(row.kind), label(row.status), card.municipality.code, row.purpose)
    return (*said, "、".join(map(str, row.goals)), card.members)


def _facets() -> list[Facet]:
    return [
        facets.of("status", _("Status"), [status for status in GroupStatus if status in queries.PUBLIC]),
        facets.of("kind", _("Kind"), GroupKind),
        facets.municipality(),
        facets.goal(),
    ]


def _wanted(listing: Listing) -> queries.GroupFilter:
    return queries.GroupFilter(
        text=listing.q,
        municipalities=listing["municipality"],
        goals=goals(listing["goal"]),
        kinds=listing["kind"],
        statuses=listing["status"],
    )


@bp.get("/groups/<int:group_id>")
@access(Access.PUBLIC)
def detail(group_id: int) -> Response:
    """What everybody may read: no papers, no agenda, and only those minutes and results that are published."""
    found = found_group(group_id)
    policy.require(actor(), "group.view", group_seats.of_group(found.group))
    return page(
        "groups/detail.html",
        found=found,
        row=found.group,
        meetings=group_rooms.meetings(db(), group_id, held=True),
        results=group_rooms.results(db(), group_id, published=True),
        inside=policy.may(actor(), "group.work", group_seats.for_members(db(), found.group)),
        **_mine(found),
    )


def _mine(found: queries.GroupDetail) -> dict[str, Any]:
    """How the group looks to the partner whose person is signed in."""
    if not actor().partner_ids:
        return {"partner": False, "registered": False, "seat": None, "welcome": True, "invited": False}
    ours, group = partner_id(), found.group
    return {
        "partner": True,
        "registered": not group.needs_registration or bool(standings(db(), ours) & STANDING),
        "welcome": groups.welcomes(group, flow.get(db(), Partner, ours)),
        "invited": group_rooms.invitation(db(), group.pk, ours) is not None,
        "seat": queries.member(db(), group.pk, ours),
    }


@bp.route("/groups/<int:group_id>/join", methods=["GET", "POST"])
@access(Access.PARTNER)
def join(group_id: int) -> Response:
    """A GET comes from somebody who has just signed in: they see the group and decide."""
    if request.method == "POST":
        row = groups.join(db(), actor(), group_id, partner_id(), now=now())
        entered = row.status is GroupMemberStatus.MEMBER
        flash(_("You have joined the group.") if entered else _("The coordinators have been asked."), "success")
    return see_other(url_for("groups.detail", group_id=group_id))


@bp.route("/groups/<int:group_id>/leave", methods=["GET", "POST"])
@access(Access.PARTNER)
def leave(group_id: int) -> Response:
    if request.method == "POST":
        groups.leave(db(), actor(), group_id, partner_id(), now=now())
        flash(_("You have left the group."), "success")
    return see_other(url_for("groups.detail", group_id=group_id))
