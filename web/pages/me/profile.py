"""Editing what a partner says about itself, and the SDG targets it serves."""

from typing import Any

from flask import Response, flash, url_for
from flask_babel import gettext as _
from wtforms import Field, SelectField, SelectMultipleField

from matcher.errors import Conflict, Duplicate, Invalid
from matcher.services import partners
from models import Municipality, Partner
from models.queries import partner_rooms as queries
from web.auth import Access, access, actor, now
from web.db import db
from web.forms import BaseForm
from web.htmx import see_other
from web.matching import matchbook
from web.pages.me.forms import OwnTargetsForm, ProfileForm
from web.pages.me.room import bp, own, room
from web.partner_forms import profile_data, spoken

Differences = list[tuple[str, str, str]]


@bp.get("/me/profile")
@access(Access.PARTNER)
def profile() -> Response:
    partner = own()
    form, towns = _form(partner)
    return _profile(partner, form, towns)


@bp.post("/me/profile")
@access(Access.PARTNER)
def save_profile() -> Response:
    partner = own()
    form, towns = _form(partner)
    if not form.validate():
        return _profile(partner, form, towns, 422)
    try:
        _update(partner, form)
    except Invalid as error:
        form.show(error)
        return _profile(partner, form, towns, 422)
    except Duplicate:
        return _profile(partner, form, towns, 422, ask_duplicate=True)
    except Conflict as error:
        form.version.data = str(error.version)
        return _profile(partner, form, towns, 409, differences=readable(form, error))
    flash(_("Your profile has been saved. The matching reads it within a few seconds."), "success")
    return see_other(url_for("me.profile"))


@bp.get("/me/targets")
@access(Access.PARTNER)
def targets() -> Response:
    partner = own()
    chosen = [row.target for row in queries.targets(db(), partner.pk)]
    return _targets(partner, OwnTargetsForm.of_request(targets=chosen, version=partner.version))


@bp.post("/me/targets")
@access(Access.PARTNER)
def save_targets() -> Response:
    partner = own()
    form = OwnTargetsForm.of_request()
    if not form.validate():
        return _targets(partner, form, 422)
    try:
        chosen = form.targets.data or []
        partners.set_targets(db(), actor(), partner.pk, chosen, version=form.version.number, now=now())
    except Conflict as error:
        form.version.data = str(error.version)
        return _targets(partner, form, 409, differences=readable(form, error))
    flash(_("The SDG targets have been saved."), "success")
    return see_other(url_for("me.targets"))


def readable(form: BaseForm, error: Conflict) -> Differences:
    """Both versions of what differs, as the form itself would show them."""
    return [
        (str(form[name].label.text), _said(form[name], a), _said(form[name], b)) for name, a, b in error.differences
    ]


def _said(field: Field, value: str) -> str:
    if isinstance(field, SelectMultipleField):
        names = dict(field.choices)
        return "\n".join(str(names.get(code, code)) for code in value.split())
    if isinstance(field, SelectField):
        return str(dict(field.choices).get(value, value))
    return value


def _form(partner: Partner) -> tuple[ProfileForm, list[Municipality]]:
    towns, regions = queries.municipalities(db()), queries.regions(db(), partner.pk)
    form = ProfileForm.of_request(obj=partner, regions=regions)
    form.offer(towns, regions)
    return form, towns


def _update(partner: Partner, form: ProfileForm) -> None:
    partners.update(
        db(),
        actor(),
        partner.pk,
        profile_data(form),
        version=form.version.number,
        allow_duplicate=form.allow_duplicate.data,
        now=now(),
    )


def _profile(
    partner: Partner, form: ProfileForm, towns: list[Municipality], status: int = 200, **context: Any
) -> Response:
    return room("me/profile.html", partner, status, form=form, towns=towns, **context)


def _targets(partner: Partner, form: OwnTargetsForm, status: int = 200, **context: Any) -> Response:
    offered = [vars(row) for row in queries.offerings(db(), partner.pk)]
    found = matchbook().suggest_targets(spoken(partner.profile, partner.seeks, offered))
    return room("me/targets.html", partner, status, form=form, suggestions=found, **context)
