"""The collaborations of the office: the list, a new one from an introduction or by hand, and what is said of one."""

from dataclasses import replace
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher import policy
from matcher.errors import Conflict, Invalid, NotFound
from matcher.services import collaborations as service
from matcher.services import flow
from models import Collaboration
from models.enums import CollaborationStatus
from models.queries import city as city_queries
from models.queries import pilots as queries
from models.queries.pilots import PilotFilter
from web import facets
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.labels import label
from web.listing import Facet, Found, Listing, Page
from web.pages.city import pilot_sheets, sheets
from web.pages.city.matches import candidate_of
from web.pages.city.room import bp
from web.pilot_forms import BeginForm, ByHandForm, EditForm
from web.sheets import MOST_ROWS

PER_PAGE = 30
SORTS = {
    "here": _l("Begun here first"),
    "changed": _l("Last changed first"),
    "until": _l("End of the pilot"),
    "title": _l("Title"),
}


@bp.get("/city/collaborations")
@access(Access.CITY)
def collaborations() -> Response:
    """Every collaboration of the office; the statuses are tabs."""
    listing = _listing()
    wanted = _wanted(listing)
    counts = queries.status_counts(db(), municipality_id(), wanted)
    if sheets.wanted():
        every = queries.of_office(db(), municipality_id(), wanted, listing.sort, offset=0, limit=MOST_ROWS)
        return pilot_sheets.collaborations(every)
    total = sum(number for status, number in counts.items() if not wanted.statuses or status in wanted.statuses)
    shown = Page(listing, total, PER_PAGE)
    offset = (shown.number - 1) * PER_PAGE
    rows = queries.of_office(db(), municipality_id(), wanted, listing.sort, offset=offset, limit=PER_PAGE)
    return listing.show("city/collaborations.html", shown, Found([]), rows, tabs=_tabs(listing, counts))


def _listing() -> Listing:
    departments = {str(row.id): row.name for row in city_queries.departments(db(), municipality_id())}
    partners = {str(row.id): row.name for row in queries.partners(db(), municipality_id())}
    shown = [
        facets.of("status", _("Status"), CollaborationStatus, single=True),
        Facet("department", _("Department"), departments, single=True),
        Facet("partner", _("Partner"), partners, single=True),
    ]
    asked = Listing.of_request("city.collaborations", shown, SORTS)
    return replace(asked, facets=shown[1:], sorts=SORTS, sort=asked.sort if asked.sort in SORTS else "here")


def _wanted(listing: Listing) -> PilotFilter:
    return PilotFilter(
        statuses=listing["status"], text=listing.q, departments=listing["department"], partners=listing["partner"]
    )


def _tabs(listing: Listing, counts: dict[CollaborationStatus, int]) -> list[tuple[Any, str, bool, int]]:
    tabs = [(_("All"), listing.url(status=None), not listing["status"], sum(counts.values()))]
    return tabs + [
        (label(status), listing.url(status=status.value), status.value in listing["status"], counts.get(status, 0))
        for status in CollaborationStatus
    ]


@bp.route("/city/collaborations/new", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def collaboration_new() -> Response:
    """Begin a collaboration by hand."""
    policy.require(actor(), "collaboration.make", flow.of_municipality(municipality_id()))
    form = ByHandForm.of_request()
    adding = form.change_rows()
    form.offer(
        queries.registered(db(), municipality_id()),
        queries.challenges(db(), municipality_id()),
        city_queries.departments(db(), municipality_id()),
    )
    if request.method == "GET" or adding:
        return page("city/collaboration_new.html", form=form)
    if not form.validate():
        return page("city/collaboration_new.html", status=422, form=form)
    try:
        row = _by_hand(form)
    except Invalid as error:
        form.show(error)
        return page("city/collaboration_new.html", status=422, form=form)
    flash(_("The collaboration has been set up."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk))


def _by_hand(form: ByHandForm) -> Collaboration:
    return service.by_hand(
        db(),
        actor(),
        municipality_id(),
        title=form.title.data,
        partner_ids=form.partner_ids(),
        challenge_id=form.challenge_id.data,
        department_id=form.department_id.data,
        summary=form.summary.data or "",
        kind=form.kind.data,
        now=now(),
    )


@bp.route("/city/matches/<int:recommendation_id>/collaboration", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def collaboration_from(recommendation_id: int) -> Response:
    """Begin a collaboration with a partner that was introduced."""
    found = candidate_of(recommendation_id)
    known = queries.from_recommendation(db(), recommendation_id)
    if known is not None:
        return see_other(url_for("city.collaboration", collaboration_id=known.pk))
    about = city_queries.challenge(db(), municipality_id(), found.recommendation.challenge_id or 0)
    form = BeginForm.of_request(data={"title": about.challenge.title if about else ""})
    if request.method == "GET":
        return page("city/collaboration_from.html", form=form, found=found, about=about)
    if not form.validate():
        return page("city/collaboration_from.html", status=422, form=form, found=found, about=about)
    said = {"title": form.title.data, "summary": form.summary.data or "", "kind": form.kind.data}
    row = service.from_introduction(db(), actor(), recommendation_id, **said, now=now())
    flash(_("The collaboration has been set up."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk))


@bp.route("/city/collaborations/<int:collaboration_id>/edit", methods=["GET", "POST"])
@access(Access.CITY)
def collaboration_edit(collaboration_id: int) -> Response:
    """Change what is said of it, its agreement and its targets."""
    row = own_collaboration(collaboration_id)
    form = EditForm.of_request(data=_typed(row))
    form.offer(city_queries.departments(db(), municipality_id()), row.kind)
    if request.method == "GET":
        return page("city/collaboration_edit.html", form=form, row=row)
    if not form.validate():
        return page("city/collaboration_edit.html", status=422, form=form, row=row)
    try:
        service.edit(db(), actor(), row.pk, form.collaboration(), form.version.number, now())
    except Invalid as error:
        form.show(error)
        return page("city/collaboration_edit.html", status=422, form=form, row=row)
    except Conflict as error:
        return conflict("city/collaboration_edit.html", form, error, row=row)
    flash(_("The collaboration has been saved."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk))


def _typed(row: Collaboration) -> dict[str, Any]:
    """A stored collaboration as the fields of its form."""
    names = ("title", "kind", "summary", "department_id", "agreement_kind", "agreement_date", "agreement_topic")
    targets = [target.target for target in queries.targets(db(), row.pk)]
    return {name: getattr(row, name) for name in names} | {"targets": targets, "version": row.version}


def conflict(template: str, form: Any, error: Conflict, **context: Any) -> Response:
    """The form again with what was typed, after somebody else has saved; saving once more counts."""
    form.version.data = str(error.version)
    differences = [
        (str(form[name].label.text), mine, theirs) for name, mine, theirs in error.differences if name in form
    ]
    return page(template, status=409, form=form, differences=differences, **context)


def own_collaboration(collaboration_id: int) -> Collaboration:
    """A collaboration of this municipality.

    Raises NotFound for any other.
    """
    row = db().get(Collaboration, collaboration_id)
    if row is None or row.municipality_id != municipality_id():
        raise NotFound()
    return row
