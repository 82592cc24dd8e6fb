"""Applications to the schemes of the office, for its people and for the screeners of one scheme alone."""

from dataclasses import replace
from typing import Any

from flask import Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import NotFound
from matcher.lifecycles import APPLICATION
from matcher.services import applications as service
from matcher.services import flow, screening
from matcher.services.challenge_data import today
from models import Attachment
from models.enums import ApplicationStatus
from models.queries import applications as queries
from models.queries import city as city_queries
from models.queries import papers as paper_queries
from models.queries.applications import ApplicationFilter, Held, Reach
from web import facets
from web import questions as drawing
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page
from web.labels import label
from web.listing import Facet, Found, Listing, Page
from web.pages.city import application_sheets as sheets
from web.pages.city import trail
from web.pages.city.application_forms import DecisionForm, ScreeningNoteForm
from web.pages.city.room import bp
from web.uploads import download

PER_PAGE = 50
SORTS = {
    "waiting": _l("Longest in this state"),
    "newest": _l("Handed in last"),
    "until": _l("Ending first"),
    "name": _l("Name"),
}
AMBER, RED = 14, 30


def reach() -> Reach:
    """Whose applications the signed-in person may read."""
    here = municipality_id() if actor().municipality_ids else None
    return Reach(here, sorted(seat.scheme_id for seat in actor().seats if seat.scheme_id is not None))


@bp.get("/city/applications")
@access(Access.SCREENER)
def applications() -> Response:
    """Every application that was handed in; the statuses are tabs."""
    listing = _listing()
    wanted, counts = _wanted(listing), queries.counts(db(), reach(), _wanted(listing))
    if sheets.wanted():
        rows = queries.listed(db(), reach(), wanted, listing.sort, offset=0, limit=sheets.MOST_ROWS)
        return sheets.applications(rows)
    total = sum(number for status, number in counts.items() if not wanted.statuses or status in wanted.statuses)
    shown = Page(listing, total, PER_PAGE)
    offset = (shown.number - 1) * PER_PAGE
    rows = queries.listed(db(), reach(), wanted, listing.sort, offset=offset, limit=PER_PAGE)
    tabs = _tabs(listing, counts)
    return listing.show("city/applications.html", shown, Found([]), rows, tabs=tabs, waited=waited)


def _listing() -> Listing:
    tiers = queries.schemes_of(db(), reach())
    schemes = {str(scheme.pk): scheme.name for _tier, scheme in tiers}
    rounds = {str(row.pk): f"{row.name} ({tier.name})" for row, tier in queries.rounds_of(db(), reach())}
    shown = [
        facets.of("status", _("Status"), list(ApplicationStatus)[1:], single=True),
        Facet("scheme", _("Scheme"), schemes, single=True),
        Facet("tier", _("Tier"), {str(tier.pk): f"{scheme.name} {tier.name}" for tier, scheme in tiers}, single=True),
        Facet("round", _("Round of applications"), rounds, single=True),
    ]
    asked = Listing.of_request("city.applications", shown, SORTS)
    sidebar = [facet for facet in shown if facet.name != "status" and facet.options]
    return replace(asked, facets=sidebar, sorts=SORTS, sort=asked.sort if asked.sort in SORTS else "waiting")


def _wanted(listing: Listing) -> ApplicationFilter:
    return ApplicationFilter(
        text=listing.q,
        schemes=[int(key) for key in listing["scheme"]],
        tiers=[int(key) for key in listing["tier"]],
        rounds=[int(key) for key in listing["round"]],
        statuses=[ApplicationStatus(value) for value in listing["status"]],
    )


def _tabs(listing: Listing, counts: dict[ApplicationStatus, int]) -> list[tuple[Any, str, bool, int]]:
    """Statuses that nothing is in are left out, but for the ones an office works on."""
    tabs = [(_("All"), listing.url(status=None), not listing["status"], sum(counts.values()))]
    worked_on = (ApplicationStatus.RECEIVED, ApplicationStatus.SCREENING, ApplicationStatus.ASKED)
    return tabs + [
        (label(status), listing.url(status=status.value), status.value in listing["status"], counts.get(status, 0))
        for status in ApplicationStatus
        if status in counts or status in worked_on or status.value in listing["status"]
    ]


def waited(held: Held) -> tuple[int, str] | None:
    """Days in the present state and whether they are too many; None for what waits for nobody."""
    row = held.application
    if row.status not in queries.UNFINISHED:
        return None
    days = max(0, (today(now()) - today(row.status_since)).days)
    return days, "red" if days >= RED else "amber" if days >= AMBER else ""


def found(application_id: int) -> Held:
    """An application within the reach of the signed-in person.

    Raises NotFound for any other, and for drafts.
    """
    held = queries.within(db(), reach(), application_id)
    if held is None:
        raise NotFound()
    return held


@bp.get("/city/applications/<int:application_id>")
@access(Access.SCREENER)
def application(application_id: int) -> Response:
    """Everything that is needed to decide one application."""
    return show(found(application_id), DecisionForm.of_request())


def show(
    held: Held,
    form: DecisionForm,
    status: int = 200,
    *,
    tried: str = "",
    note_form: ScreeningNoteForm | None = None,
    **context: Any,
) -> Response:
    """The page of an application; `tried` is the decision to which the errors in `form` belong."""
    row = held.application
    asked, values = service.questions(db(), row), queries.answers(db(), row.pk)
    return page(
        "city/application.html",
        status=status,
        held=held,
        row=row,
        parts=drawing.sections(asked, values, files=queries.files(db(), row.pk)),
        result=service.assessed(db(), row, values),
        reports=queries.reports(db(), row.pk),
        issued=paper_queries.of_application(db(), row),
        history=trail.lines(city_queries.history(db(), "application", row.pk)),
        actions=_actions(held),
        partial=screening.is_partial(actor(), row),
        may_judge=screening.may_judge(actor(), row),
        waited=waited(held),
        form=form,
        note_form=note_form or ScreeningNoteForm(formdata=None, note=row.screening_note, version=row.version),
        tried=tried,
        on=today(now()),
        file_url=_file_url(row.pk),
        **context,
    )


def _actions(held: Held) -> list[str]:
    """What the signed-in person may do now; nothing with their own organisation's."""
    row = held.application
    if screening.is_partial(actor(), row):
        return []
    return APPLICATION.actions(row.status, actor().roles_at(flow.of_application(row)))


def _file_url(application_id: int) -> Any:
    def address(file: Attachment) -> str:
        return url_for("city.application_file", application_id=application_id, attachment_id=file.pk)

    return address


@bp.get("/city/applications/<int:application_id>/files/<int:attachment_id>")
@access(Access.SCREENER)
def application_file(application_id: int, attachment_id: int) -> Response:
    """A file that was handed in with an application."""
    found(application_id)
    return download(*service.file(db(), actor(), application_id, attachment_id))
