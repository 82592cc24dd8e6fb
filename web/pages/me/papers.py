"""Documents that municipalities have issued to a partner, and its own applications as a form on paper."""

from flask import Response, request, url_for

from matcher.errors import NotFound
from matcher.services import papers as service
from matcher.services.challenge_data import today
from models.enums import PaperKind
from models.queries import papers as queries
from web import pdf
from web.auth import Access, access, now, partner_id
from web.db import db
from web.pages.me.room import bp, own, room
from web.papers import document, document_of, language, write
from web.papers.schemes import application_form


@bp.get("/me/papers")
@access(Access.PARTNER)
def papers() -> Response:
    """Every document that is addressed to us, the latest first."""
    return room("me/papers.html", own(), rows=queries.received(db(), partner_id()))


@bp.get("/me/papers/<int:paper_id>")
@access(Access.PARTNER)
def paper(paper_id: int) -> Response:
    """One of them, on the screen or as a PDF."""
    found = next(((row, town) for row, town in queries.received(db(), partner_id()) if row.pk == paper_id), None)
    if found is None:
        raise NotFound()
    row, town = found
    if request.args.get("as") == "pdf":
        here = url_for("me.paper", paper_id=paper_id)
        return pdf.answer(document_of(row), f"{row.reference} {row.title}", here)
    return room("me/paper.html", own(), row=row, town=town)


@bp.get("/me/applications/<int:application_id>/form")
@access(Access.PARTNER)
def application_form_paper(application_id: int) -> Response:
    """One of our applications as it is filled in, on the screen or as a PDF."""
    found = queries.own_application(db(), partner_id(), application_id)
    if found is None:
        raise NotFound()
    made = application_form(found, queries.files_of(db(), found))
    settings = queries.settings(db(), found.application.municipality_id)
    body = write(made, service.head(settings, PaperKind.APPLICATION_FORM, today(now())))
    if request.args.get("as") == "pdf":
        here = url_for("me.application_form_paper", application_id=application_id)
        return pdf.answer(document(body, made.about.title, language(), today(now())), made.about.title, here)
    return room(
        "me/application_form_paper.html", own(), body=body, title=made.about.title, application=found.application
    )
