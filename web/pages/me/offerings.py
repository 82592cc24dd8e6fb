"""A partner's offerings: the list with its order, and a page for each."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Conflict, Invalid, NotFound
from matcher.services import flow
from matcher.services import offerings as service
from models import Offering
from models.queries import partner_rooms as queries
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.htmx import see_other
from web.pages.me.forms import OneOfferingForm
from web.pages.me.profile import readable
from web.pages.me.room import bp, own, room
from web.partner_forms import offering_data

_ONE = "/me/offerings/<int:offering_id>"


@bp.get("/me/offerings")
@access(Access.PARTNER)
def offerings() -> Response:
    partner = own()
    return room("me/offerings.html", partner, offerings=queries.offerings(db(), partner.pk))


@bp.get("/me/offerings/new")
@access(Access.PARTNER)
def offering_new() -> Response:
    return _page(OneOfferingForm.of_request())


@bp.post("/me/offerings/new")
@access(Access.PARTNER)
def offering_add() -> Response:
    form = OneOfferingForm.of_request()
    if not form.validate():
        return _page(form, 422)
    try:
        service.add(db(), actor(), partner_id(), offering_data(form.data), now=now())
    except Invalid as error:
        form.show(error)
        return _page(form, 422)
    flash(_("The offering has been added. The matching reads it within a few seconds."), "success")
    return see_other(url_for("me.offerings"))


@bp.get(_ONE)
@access(Access.PARTNER)
def offering(offering_id: int) -> Response:
    row = _own_offering(offering_id)
    return _page(OneOfferingForm.of_request(obj=row), row=row)


@bp.post(_ONE)
@access(Access.PARTNER)
def offering_save(offering_id: int) -> Response:
    row, form = _own_offering(offering_id), OneOfferingForm.of_request()
    if not form.validate():
        return _page(form, 422, row=row)
    try:
        data, version = offering_data(form.data), form.version.number
        service.update(db(), actor(), partner_id(), offering_id, data, version=version, now=now())
    except Invalid as error:
        form.show(error)
        return _page(form, 422, row=row)
    except Conflict as error:
        form.version.data = str(error.version)
        return _page(form, 409, row=row, differences=readable(form, error))
    flash(_("The offering has been saved."), "success")
    return see_other(url_for("me.offerings"))


@bp.route(f"{_ONE}/delete", methods=["GET", "POST"])
@access(Access.PARTNER)
def offering_delete(offering_id: int) -> Response:
    """Ask, then take away."""
    if request.method == "GET":
        return room("me/offering_delete.html", own(), row=_own_offering(offering_id))
    service.remove(db(), actor(), partner_id(), offering_id, now=now())
    flash(_("The offering has been taken away."), "success")
    return see_other(url_for("me.offerings"))


@bp.route(f"{_ONE}/move", methods=["GET", "POST"])
@access(Access.PARTNER)
def offering_move(offering_id: int) -> Response:
    if request.method == "POST":
        step = -1 if request.form.get("step") == "up" else 1
        service.move(db(), actor(), partner_id(), offering_id, step, now=now())
    return see_other(url_for("me.offerings", _anchor=f"offering-{offering_id}"))


def _own_offering(offering_id: int) -> Offering:
    row = flow.get(db(), Offering, offering_id)
    if row.partner_id != partner_id():
        raise NotFound()
    return row


def _page(form: OneOfferingForm, status: int = 200, row: Offering | None = None, **context: Any) -> Response:
    return room("me/offering.html", own(), status, form=form, row=row, **context)
