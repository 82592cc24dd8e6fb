"""The steps that a partner takes with an application once it is filled in: withdraw, give up, renew, report."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Invalid
from matcher.services import applications as service
from matcher.services import certificates, renewals
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import see_other
from web.pages.me.application_forms import ReasonForm, ReportForm
from web.pages.me.applications import mine
from web.pages.me.room import bp, own, room

#: step → (its words, what it means, what the person hears afterwards)
STEPS: dict[str, tuple[Any, Any, Any]] = {
    "withdraw": (
        _l("Withdraw the application"),
        _l("The application ends. You can apply again later, from an empty form."),
        _l("The application has been withdrawn."),
    ),
    "give_up": (
        _l("Give it up"),
        _l("Your organisation leaves the scheme before the end of its term, and the number is no longer valid."),
        _l("It has been given up, and the office has been told."),
    ),
    "renew": (
        _l("Renew"),
        _l("A new application begins with the answers of the last one. Agreements and files are asked for anew."),
        _l("The renewal has been begun. Please check the answers."),
    ),
}


@bp.route(
    "/me/applications/<int:application_id>/<any(withdraw, give_up, renew):action>",
    methods=["GET", "POST"],
)
@access(Access.PARTNER)
def application_step(application_id: int, action: str) -> Response:
    """Say what the step means, then take it."""
    mine(application_id)
    form = ReasonForm.of_request()
    if request.method == "GET":
        return _step(application_id, action, form)
    if not form.validate():
        return _step(application_id, action, form, 422)
    try:
        row = _take(application_id, action, form.text.data or "")
    except Invalid as error:
        form.show(error)
        return _step(application_id, action, form, 422)
    flash(STEPS[action][2], "success")
    return see_other(url_for("me.application", application_id=row.pk))


def _take(application_id: int, action: str, reason: str) -> service.Application:
    if action == "give_up":
        return certificates.give_up(db(), actor(), application_id, reason, now=now())
    take = service.withdraw if action == "withdraw" else renewals.renew
    return take(db(), actor(), application_id, now=now())


def _step(application_id: int, action: str, form: ReasonForm, status: int = 200) -> Response:
    held = mine(application_id)
    words, meaning, _heard = STEPS[action]
    context = {"held": held, "row": held.application, "action": action, "words": words, "meaning": meaning}
    return room("me/application_step.html", own(), status, form=form, **context)


@bp.route("/me/applications/<int:application_id>/report", methods=["GET", "POST"])
@access(Access.PARTNER)
def application_report(application_id: int) -> Response:
    """Tell the office what has changed."""
    held, form = mine(application_id), ReportForm.of_request()
    context = {"held": held, "row": held.application, "form": form}
    if request.method == "GET":
        return room("me/application_report.html", own(), **context)
    if not form.validate():
        return room("me/application_report.html", own(), 422, **context)
    try:
        said = form.subject.data or "", form.text.data or ""
        renewals.report(db(), actor(), application_id, *said, now=now())
    except Invalid as error:
        form.show(error)
        return room("me/application_report.html", own(), 422, **context)
    flash(_("The office has been told of the change."), "success")
    return see_other(url_for("me.application", application_id=application_id))
