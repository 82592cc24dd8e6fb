"""The schemes of the office: setting one up, publishing it, its tiers with their rounds, and who screens."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.errors import Conflict, Invalid, NotFound
from matcher.services import flow, scheme_seats
from matcher.services import schemes as service
from models import Scheme, SchemeRound, SchemeTier
from models.queries import schemes as queries
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city.room import bp
from web.pages.city.scheme_fields import RoundForm, SchemeForm, ScreenerForm, TierForm, sections


@bp.get("/city/schemes")
@access(Access.CITY)
def schemes() -> Response:
    """Every scheme of the office with its numbers."""
    return page("city/schemes.html", rows=queries.of_municipality(db(), municipality_id()))


@bp.route("/city/schemes/new", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def scheme_new() -> Response:
    """Begin a scheme."""
    policy.require(actor(), "scheme.make", flow.of_municipality(municipality_id()))
    return _write(SchemeForm.of(None), None)


@bp.route("/city/schemes/<int:scheme_id>/edit", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def scheme_edit(scheme_id: int) -> Response:
    """Change what a scheme says."""
    row = editable(scheme_id)
    return _write(SchemeForm.of(row), row)


def _write(form: SchemeForm, row: Scheme | None) -> Response:
    if request.method == "GET":
        return page("city/scheme_form.html", form=form, row=row)
    if not form.validate():
        return page("city/scheme_form.html", status=422, form=form, row=row)
    try:
        if row is None:
            row = service.create(db(), actor(), municipality_id(), form.read(), now=now())
        else:
            service.edit(db(), actor(), row.pk, form.read(), form.version.number, now=now())
    except Invalid as error:
        form.show(error)
        return page("city/scheme_form.html", status=422, form=form, row=row)
    except Conflict as error:
        form.version.data = error.version
        return page("city/scheme_form.html", status=409, form=form, row=row, stale=True)
    flash(_("The scheme has been saved."), "success")
    return see_other(url_for("city.scheme", scheme_id=row.pk))


@bp.get("/city/schemes/<int:scheme_id>")
@access(Access.CITY)
def scheme(scheme_id: int) -> Response:
    """One scheme with its ladder, and what is still missing before it can be published."""
    return _show(own_scheme(scheme_id))


def _show(row: Scheme, status: int = 200, **context: Any) -> Response:
    said = {"ladder": queries.ladder(db(), row.pk), "screeners": queries.screeners(db(), row.pk)}
    return page("city/scheme.html", status=status, row=row, **said, **{"form": ScreenerForm.of_request()} | context)


@bp.route("/city/schemes/<int:scheme_id>/<any(publish, unpublish):action>", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def scheme_step(scheme_id: int, action: str) -> Response:
    """Open a scheme to everybody, or take it off the portal."""
    row = editable(scheme_id)
    if request.method == "POST":
        try:
            (service.publish if action == "publish" else service.unpublish)(db(), actor(), row.pk, now=now())
        except Invalid as error:
            return _show(row, 422, obstacle="scheme" in error.fields)
        shown = action == "publish"
        flash(_("The scheme is public.") if shown else _("The scheme is no longer public."), "success")
    return see_other(url_for("city.scheme", scheme_id=row.pk))


@bp.post("/city/schemes/<int:scheme_id>/screeners")
@access(Access.COORDINATOR)
def screener_add(scheme_id: int) -> Response:
    """Let somebody from outside the office screen."""
    row, form = editable(scheme_id), ScreenerForm.of_request()
    if not form.validate():
        return _show(row, 422, form=form)
    try:
        scheme_seats.give(db(), actor(), row.pk, form.email.data, now=now())
    except Invalid as error:
        form.show(error)
        return _show(row, 422, form=form)
    flash(_("This person can screen applications to the scheme now, and has been told."), "success")
    return see_other(url_for("city.scheme", scheme_id=row.pk))


@bp.post("/city/schemes/<int:scheme_id>/screeners/<int:membership_id>/remove")
@access(Access.COORDINATOR)
def screener_remove(scheme_id: int, membership_id: int) -> Response:
    row = editable(scheme_id)
    scheme_seats.take(db(), actor(), row.pk, membership_id, now=now())
    flash(_("This person no longer screens for the scheme."), "success")
    return see_other(url_for("city.scheme", scheme_id=row.pk))


@bp.route("/city/schemes/<int:scheme_id>/tiers/new", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def tier_new(scheme_id: int) -> Response:
    """Put a tier on top of the ladder."""
    row = editable(scheme_id)
    below = [card.tier for card in queries.ladder(db(), row.pk)]
    return _write_tier(TierForm.of(None, below), row, None)


@bp.route("/city/schemes/<int:scheme_id>/tiers/<int:tier_id>/edit", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def tier_edit(scheme_id: int, tier_id: int) -> Response:
    """Change a tier."""
    row, tier = editable(scheme_id), own_tier(scheme_id, tier_id)
    below = [card.tier for card in queries.ladder(db(), row.pk) if card.tier.position < tier.position]
    return _write_tier(TierForm.of(tier, below), row, tier)


def _write_tier(form: TierForm, row: Scheme, tier: SchemeTier | None) -> Response:
    if request.method == "GET":
        return page("city/tier_form.html", form=form, row=row, tier=tier)
    if not form.validate():
        return page("city/tier_form.html", status=422, form=form, row=row, tier=tier)
    try:
        if tier is None:
            tier = service.add_tier(db(), actor(), row.pk, form.read(), now=now())
        else:
            service.edit_tier(db(), actor(), tier.pk, form.read(), form.version.number, now=now())
    except Invalid as error:
        form.show(error)
        return page("city/tier_form.html", status=422, form=form, row=row, tier=tier)
    except Conflict as error:
        form.version.data = error.version
        return page("city/tier_form.html", status=409, form=form, row=row, tier=tier, stale=True)
    flash(_("The tier has been saved."), "success")
    return see_other(url_for("city.tier", scheme_id=row.pk, tier_id=tier.pk))


@bp.get("/city/schemes/<int:scheme_id>/tiers/<int:tier_id>")
@access(Access.CITY)
def tier(scheme_id: int, tier_id: int) -> Response:
    """A tier with its form and its rounds."""
    return _show_tier(own_scheme(scheme_id), own_tier(scheme_id, tier_id), RoundForm.of_request())


def _show_tier(row: Scheme, found: SchemeTier, form: RoundForm, status: int = 200) -> Response:
    card = next(card for card in queries.ladder(db(), row.pk) if card.tier.pk == found.pk)
    shown = card.draft or card.form
    parts = sections(queries.questions(db(), shown.pk)) if shown else []
    return page("city/tier.html", status=status, row=row, tier=found, card=card, form=form, sections=parts)


@bp.route("/city/schemes/<int:scheme_id>/tiers/<int:tier_id>/remove", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def tier_remove(scheme_id: int, tier_id: int) -> Response:
    row, found = editable(scheme_id), own_tier(scheme_id, tier_id)
    if request.method == "POST":
        service.remove_tier(db(), actor(), found.pk, now=now())
        flash(_("The tier has been removed."), "success")
    return see_other(url_for("city.scheme", scheme_id=row.pk))


@bp.route("/city/schemes/<int:scheme_id>/tiers/<int:tier_id>/rounds", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def round_add(scheme_id: int, tier_id: int) -> Response:
    """Add a round of applications."""
    row, found, form = editable(scheme_id), own_tier(scheme_id, tier_id), RoundForm.of_request()
    if request.method == "GET":
        return _show_tier(row, found, form)
    if not form.validate():
        return _show_tier(row, found, form, 422)
    days = (form.opens.data, form.closes.data, form.decision_date.data)
    try:
        service.add_round(db(), actor(), found.pk, form.name.data, *days, now=now())
    except Invalid as error:
        form.show(error)
        return _show_tier(row, found, form, 422)
    flash(_("The round has been added."), "success")
    return see_other(url_for("city.tier", scheme_id=row.pk, tier_id=found.pk))


@bp.post("/city/schemes/<int:scheme_id>/tiers/<int:tier_id>/rounds/<int:round_id>/remove")
@access(Access.COORDINATOR)
def round_remove(scheme_id: int, tier_id: int, round_id: int) -> Response:
    row, found = editable(scheme_id), own_tier(scheme_id, tier_id)
    if flow.get(db(), SchemeRound, round_id).tier_id != found.pk:
        raise NotFound()
    service.remove_round(db(), actor(), round_id, now=now())
    flash(_("The round has been removed."), "success")
    return see_other(url_for("city.tier", scheme_id=row.pk, tier_id=found.pk))


def own_scheme(scheme_id: int) -> Scheme:
    """A scheme of the office that the signed-in person works for. Raises NotFound for any other."""
    row = flow.get(db(), Scheme, scheme_id)
    if row.municipality_id != municipality_id():
        raise NotFound()
    return row


def editable(scheme_id: int) -> Scheme:
    """The same, for those who may change it. Raises NotFound or NotAllowed."""
    row = own_scheme(scheme_id)
    policy.require(actor(), "scheme.edit", service.of_scheme(row))
    return row


def own_tier(scheme_id: int, tier_id: int) -> SchemeTier:
    """A tier of this scheme. Raises NotFound for one of another."""
    found = flow.get(db(), SchemeTier, tier_id)
    if found.scheme_id != scheme_id:
        raise NotFound()
    return found
