"""Where a partner is registered or has applied, and the steps that are its own."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import lazy_gettext as _l

from matcher.errors import Invalid, NotFound
from matcher.lifecycles import REGISTRATION
from matcher.services import flow
from matcher.services import registrations as service
from models import Partner, Registration
from models.queries import partner_rooms as queries
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.htmx import see_other
from web.pages.me.forms import ApplyForm, NoteForm
from web.pages.me.room import bp, own, room

#: action → (the service, the words on its button, what the person hears afterwards)
STEPS: dict[str, tuple[Callable[..., Any], Any, Any]] = {
    "resubmit": (service.resubmit, _l("Send in again"), _l("Your application has been sent in again.")),
    "reapply": (service.reapply, _l("Apply again"), _l("You have applied again.")),
    "withdraw": (service.withdraw, _l("Withdraw the registration"), _l("Your registration has been withdrawn.")),
}


@bp.get("/me/registrations")
@access(Access.PARTNER)
def registrations() -> Response:
    return _show(ApplyForm.of_request())


@bp.post("/me/registrations")
@access(Access.PARTNER)
def register_elsewhere() -> Response:
    form = ApplyForm.of_request()
    towns = {town.code: town.pk for town in queries.municipalities(db())}
    form.offer(queries.municipalities(db()))
    if not form.validate():
        return _show(form, 422)
    try:
        service.apply(db(), actor(), partner_id(), towns[form.municipality.data], now=now())
    except Invalid as error:
        form.show(error)
        return _show(form, 422)
    flash(_l("You have applied. The municipality will answer you."), "success")
    return see_other(url_for("me.registrations"))


@bp.route("/me/registrations/<int:registration_id>/<any(resubmit, reapply, withdraw):action>", methods=["GET", "POST"])
@access(Access.PARTNER)
def registration_step(registration_id: int, action: str) -> Response:
    """Ask for a word to the city, then take the step."""
    row, form = _own_registration(registration_id), NoteForm.of_request()
    if request.method == "GET":
        return _step(row, action, form)
    if not form.validate():
        return _step(row, action, form, 422)
    take, _words, heard = STEPS[action]
    try:
        take(db(), actor(), registration_id, form.note.data or "", now=now())
    except Invalid as error:
        form.show(error)
        return _step(row, action, form, 422)
    flash(heard, "success")
    return see_other(url_for("me.registrations"))


def _own_registration(registration_id: int) -> Registration:
    row = flow.get(db(), Registration, registration_id)
    if row.partner_id != partner_id():
        raise NotFound()
    return row


def _show(form: ApplyForm, status: int = 200) -> Response:
    partner = own()
    rows = queries.registrations(db(), partner.pk)
    taken = {town.code for _row, town in rows}
    left = [town for town in queries.municipalities(db()) if town.code not in taken]
    form.offer(left)
    return room(
        "me/registrations.html", partner, status, rows=rows, form=form, left=left, steps=STEPS, may=_may(partner)
    )


def _may(partner: Partner) -> Callable[[Registration], list[str]]:
    """Which steps the signed-in person may take with a registration."""

    def actions(row: Registration) -> list[str]:
        return REGISTRATION.actions(row.status, actor().roles_at(flow.of_registration(row)))

    return actions


def _step(row: Registration, action: str, form: NoteForm, status: int = 200) -> Response:
    partner = own()
    town = next(town for own_row, town in queries.registrations(db(), partner.pk) if own_row.pk == row.pk)
    return room(
        "me/registration_step.html",
        partner,
        status,
        row=row,
        town=town,
        action=action,
        words=STEPS[action][1],
        form=form,
    )
