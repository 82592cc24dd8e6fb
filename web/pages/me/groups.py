"""The working groups of a partner: where it sits, what lies ahead, what it has taken on; and founding one."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Invalid, NotFound
from matcher.services import flow, group_life
from matcher.services.challenge_data import today
from models import Municipality, Partner, WorkingGroup
from models.enums import GroupStatus, RegistrationStatus
from models.queries import group_rooms
from models.queries import partner_rooms as queries
from web.auth import Access, access, actor, now
from web.db import db
from web.group_forms import GroupForm, ProposedGroupForm, typed
from web.htmx import see_other
from web.pages.me.room import bp, may_edit, own, room


@bp.get("/me/groups")
@access(Access.PARTNER)
def groups() -> Response:
    """Everything that groups want of us."""
    partner = own()
    return room(
        "me/groups.html",
        partner,
        seats=queries.groups(db(), partner.pk),
        founding=group_rooms.founded_by(db(), partner.pk),
        invited=group_rooms.invitations_of(db(), partner.pk),
        meetings=group_rooms.meetings_of(db(), partner.pk, now()),
        tasks=group_rooms.tasks_of(db(), partner.pk),
        today=today(now()),
        can_found=bool(_towns(partner)) and may_edit(partner),
    )


def _towns(partner: Partner) -> dict[str, Municipality]:
    """Where the partner is registered, and may therefore found a group."""
    held = queries.registrations(db(), partner.pk)
    return {town.code: town for row, town in held if row.status is RegistrationStatus.REGISTERED}


@bp.route("/me/groups/new", methods=["GET", "POST"])
@access(Access.PARTNER)
def group_new() -> Response:
    """Ask a municipality to found a group."""
    partner, form = own(), ProposedGroupForm.of_request()
    towns = _towns(partner)
    form.offer(towns.values())
    if request.method == "GET":
        return room("me/group_form.html", partner, form=form, towns=towns, row=None)
    if form.validate():
        try:
            town = towns[form.municipality.data].pk
            group_life.propose(db(), actor(), town, partner.pk, form.group(), now=now())
            flash(_("Your group has been proposed. The municipality will answer you."), "success")
            return see_other(url_for("me.groups"))
        except Invalid as error:
            form.show(error)
    return room("me/group_form.html", partner, 422, form=form, towns=towns, row=None)


@bp.route("/me/groups/<int:group_id>/again", methods=["GET", "POST"])
@access(Access.PARTNER)
def group_again(group_id: int) -> Response:
    """Propose a group that was not approved once more, in other words."""
    partner, row = own(), flow.get(db(), WorkingGroup, group_id)
    if row.founder_partner_id != partner.pk or row.status not in (GroupStatus.PROPOSED, GroupStatus.REFUSED):
        raise NotFound()
    form = GroupForm.of_request(data=typed(row))
    if request.method == "GET":
        return room("me/group_form.html", partner, form=form, towns={}, row=row)
    if form.validate():
        try:
            group_life.propose_again(db(), actor(), group_id, form.group(), now=now())
            flash(_("Your group has been proposed. The municipality will answer you."), "success")
            return see_other(url_for("me.groups"))
        except Invalid as error:
            form.show(error)
    return room("me/group_form.html", partner, 422, form=form, towns={}, row=row)
