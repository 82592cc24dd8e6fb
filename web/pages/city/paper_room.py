"""Documents of the office: the register, a document as it was issued, and how they are numbered and signed."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Conflict, Invalid, NotFound
from matcher.services import papers as service
from matcher.services import proposals
from models.enums import PaperKind
from models.queries import papers as queries
from web import facets, pdf
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.listing import Facet, Found, Listing, Page
from web.pages.city import paper_sheets, sheets
from web.pages.city.paper_forms import PaperSettingsForm, typed
from web.pages.city.room import bp
from web.papers import PRINTED_ONLY, document_of
from web.papers.schemes import fiscal_name


@bp.get("/city/papers")
@access(Access.CITY)
def papers() -> Response:
    """The register of issued documents."""
    listing = Listing.of_request("city.papers", _facets(), {})
    wanted = queries.PaperFilter(listing.q, listing["kind"], [int(year) for year in listing["year"]])
    found = Found(queries.ids(db(), municipality_id(), wanted))
    if sheets.wanted():
        return paper_sheets.register(queries.register(db(), found.keys))
    shown = Page(listing, len(found.keys))
    ready = queries.settings(db(), municipality_id()) is not None
    return listing.show("city/papers.html", shown, found, queries.register(db(), shown.of(found.keys)), ready=ready)


def _facets() -> list[Facet]:
    years = {str(year): fiscal_name(year) for year in queries.years(db(), municipality_id())}
    kinds = [kind for kind in PaperKind if kind not in PRINTED_ONLY]
    return [
        facets.of("kind", _("Kind of document"), kinds, single=True),
        Facet("year", _("Fiscal year"), years, single=True),
    ]


@bp.get("/city/papers/<int:paper_id>")
@access(Access.CITY)
def paper_issued(paper_id: int) -> Response:
    """One issued document, on the screen or as a PDF."""
    found = queries.issued(db(), municipality_id(), paper_id)
    if found is None:
        raise NotFound()
    row = found.paper
    if row.subject_type == "proposal":
        proposals.view(db(), actor(), row.subject_id)
    if request.args.get("as") == "pdf":
        here = url_for("city.paper_issued", paper_id=paper_id)
        return pdf.answer(document_of(row), f"{row.reference} {row.title}", here)
    return page("city/paper_issued.html", found=found, row=row, whole=service.digest(row.body) == row.digest)


@bp.route("/city/papers/settings", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def paper_settings() -> Response:
    """How the office numbers and signs its documents."""
    form = PaperSettingsForm.of_request(data=typed(queries.settings(db(), municipality_id())))
    if request.method == "GET":
        return _settings(form)
    if not form.validate():
        return _settings(form, 422)
    version = form.version.number
    try:
        service.set_up(db(), actor(), municipality_id(), form.said(), form.forms(), version=version, now=now())
    except Invalid as error:
        form.show(error)
        return _settings(form, 422)
    except Conflict as error:
        form.version.data = str(error.version)
        return _settings(form, 409)
    flash(_("Saved. The next document is issued this way."), "success")
    return see_other(url_for("city.papers"))


def _settings(form: PaperSettingsForm, status: int = 200) -> Response:
    kinds = [form[f"form_{kind}"] for kind in PaperKind]
    return page("city/paper_settings.html", status=status, form=form, kinds=kinds, stale=status == 409)
