"""What screeners and coordinators do with an application: take it up, ask back, note, decide, and what may follow."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Conflict, Invalid, NotFound
from matcher.services import renewals, screening
from models.queries import applications as queries
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import see_other
from web.pages.city.application_forms import DecisionForm, ScreeningNoteForm
from web.pages.city.applications import found, show
from web.pages.city.room import bp

Step = tuple[Callable[..., Any], bool, Any]
#: action → (the service, whether it takes words for the applicant, what the person hears afterwards)
STEPS: dict[str, Step] = {
    "screen": (screening.screen, False, _l("You have taken the application up.")),
    "ask": (screening.ask, True, _l("The applicant has been asked.")),
    "grant": (screening.grant, False, _l("Granted. The applicant has been told the number.")),
    "refuse": (screening.refuse, True, _l("Not granted. The applicant has been told the reasons.")),
    "suspend": (screening.suspend, True, _l("Suspended. The partner has been told the reasons.")),
    "resume": (screening.resume, False, _l("In force again. The partner has been told.")),
    "cancel": (screening.cancel, True, _l("Cancelled. The partner has been told the reasons.")),
}


@bp.route(
    "/city/applications/<int:application_id>/<any(screen, ask, grant, refuse, suspend, resume, cancel):action>",
    methods=["GET", "POST"],
)
@access(Access.SCREENER)
def application_step(application_id: int, action: str) -> Response:
    """Take a step. A GET comes from somebody whose session ended at the button."""
    held, form = found(application_id), DecisionForm.of_request()
    if request.method == "GET":
        return show(held, form, tried=action)
    take, with_words, heard = STEPS[action]
    if not form.validate():
        return show(held, form, 422, tried=action)
    words = (form.text.data or "",) if with_words else ()
    try:
        take(db(), actor(), application_id, *words, now=now())
    except Invalid as error:
        form.show(error)
        return show(held, form, 422, tried=action)
    flash(heard, "success")
    return see_other(url_for("city.application", application_id=application_id))


@bp.route("/city/applications/<int:application_id>/note", methods=["GET", "POST"])
@access(Access.SCREENER)
def application_note(application_id: int) -> Response:
    """Keep a note that the applicant never reads."""
    held, note_form = found(application_id), ScreeningNoteForm.of_request()
    form = DecisionForm(formdata=None)
    if request.method == "GET":
        return show(held, form, note_form=note_form if request.args.get("saved") else None)
    if not note_form.validate():
        return show(held, form, 422, note_form=note_form)
    text, version = note_form.note.data or "", note_form.version.number
    try:
        screening.note(db(), actor(), application_id, text, version=version, now=now())
    except Conflict as error:
        note_form.version.data = str(error.version)
        said = [(_("Note for the screeners"), mine, theirs) for _name, mine, theirs in error.differences]
        return show(held, form, 409, note_form=note_form, differences=said)
    flash(_("The screening note has been saved."), "success")
    return see_other(url_for("city.application", application_id=application_id))


@bp.route("/city/applications/<int:application_id>/reports/<int:report_id>/noted", methods=["GET", "POST"])
@access(Access.SCREENER)
def application_report_noted(application_id: int, report_id: int) -> Response:
    """Note that a change report has been read."""
    found(application_id)
    if request.method == "POST":
        if report_id not in {report.pk for report in queries.reports(db(), application_id)}:
            raise NotFound()
        renewals.take_note(db(), actor(), report_id, now=now())
        flash(_("Taken note of. The partner has been told."), "success")
    return see_other(url_for("city.application", application_id=application_id))
