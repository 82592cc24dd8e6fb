"""A document of the office before it is issued: read as it would be, printed as a draft, and issued under a number."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Invalid, NotFound
from matcher.services import papers as service
from matcher.services.challenge_data import today
from models import IssuedPaper
from models.enums import PaperKind
from models.queries import papers as queries
from web import pdf
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city import paper_sheets, sheets
from web.pages.city.paper_drafts import draft, report
from web.pages.city.paper_forms import PaperForm
from web.pages.city.room import bp
from web.papers import Draft, document, language, write


@bp.route("/city/papers/new/<kind>/<int:subject_id>", methods=["GET", "POST"])
@access(Access.CITY)
def paper_draft(kind: str, subject_id: int) -> Response:
    """A document as it would be issued, and its issue under the next number; `year` in the address is for reports."""
    made = draft(_kind(kind), subject_id, _year())
    form = PaperForm.of_request(data={"addressee": made.about.addressee})
    if request.method == "GET":
        return _as_file(made) or _show(made, form)
    if not form.validate():
        return _show(made, form, 422)
    try:
        row = _issue(made, form)
    except Invalid as error:
        form.show(error)
        return _show(made, form, 422)
    flash(_("The document has been issued as %(reference)s.", reference=row.reference), "success")
    return see_other(url_for("city.paper_issued", paper_id=row.pk))


def _kind(name: str) -> PaperKind:
    try:
        return PaperKind(name)
    except ValueError:
        raise NotFound() from None


def _year() -> int | None:
    return request.args.get("year", type=int)


def _issue(made: Draft, form: PaperForm) -> IssuedPaper:
    if not made.issuable:
        raise NotFound()
    final = made if made.about.partner_id is not None else made.addressed_to(form.addressee.data or "")
    return service.issue(
        db(),
        actor(),
        municipality_id(),
        final.about,
        lambda head: write(final, head),
        language=language(),
        now=now(),
    )


def _as_file(made: Draft) -> Response | None:
    """The draft as a PDF, or its figures as an Excel file, where the address asks for it."""
    if request.args.get("as") == "pdf":
        html = document(write(made, _head(made)), made.about.title, language(), today(now()))
        return pdf.answer(html, made.about.title, _here(made))
    if sheets.wanted() and made.about.kind is PaperKind.SCHEME_REPORT:
        return paper_sheets.report(report(made.about.subject_id, _year()))
    return None


def _show(made: Draft, form: PaperForm, status: int = 200) -> Response:
    about = made.about
    return page(
        "city/paper_draft.html",
        status=status,
        draft=made,
        about=about,
        body=write(made, _head(made)),
        form=form,
        here=lambda **more: _here(made, **more),
        ready=queries.settings(db(), municipality_id()) is not None,
        earlier=queries.about(db(), municipality_id(), about.kind, about.subject_type, about.subject_id),
        years=_years() if about.kind is PaperKind.SCHEME_REPORT else (),
    )


def _years() -> tuple[int, ...]:
    """The fiscal years that a report can be asked for: this one and the five before."""
    present = service.fiscal_year(today(now()))
    return tuple(range(present, present - 6, -1))


def _head(made: Draft) -> service.Head:
    return service.head(queries.settings(db(), municipality_id()), made.about.kind, today(now()))


def _here(made: Draft, **more: Any) -> str:
    about = made.about
    return url_for(
        "city.paper_draft", **{"kind": about.kind.value, "subject_id": about.subject_id, "year": _year(), **more}
    )
