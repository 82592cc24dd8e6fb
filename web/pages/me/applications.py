"""What a partner holds of schemes and has applied for; beginning an application, filling it in, handing it in."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Conflict, Invalid, NotFound
from matcher.lifecycles import APPLICATION
from matcher.services import applications as service
from matcher.services import flow, intake, renewals
from matcher.services.challenge_data import today
from models import Attachment
from models.enums import ApplicationStatus, PartnerKind, SchemeScope
from models.queries import applications as queries
from models.queries import papers as paper_queries
from models.queries.applications import Held
from web import questions as drawing
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.drafts import saved_form
from web.forms import clean
from web.htmx import page, see_other
from web.labels import label
from web.pages.me.application_forms import ReplyForm
from web.pages.me.room import bp, own, room
from web.scheme_words import OBSTACLES
from web.uploads import download, takes_files


@bp.get("/me/applications")
@access(Access.PARTNER)
def applications() -> Response:
    """Everything applied for, and what can be applied to today."""
    partner, on = own(), today(now())
    rows = queries.of_partner(db(), partner.pk)
    taken = {row.tier.pk for row in rows if row.application.status in (*queries.UNFINISHED, *queries.STANDING)}
    offered = [each for each in queries.tiers_with_forms(db(), on) if each.tier.pk not in taken]
    return room("me/applications.html", partner, rows=rows, offered=offered, on=on, renewable=renewable)


def renewable(held: Held) -> bool:
    """Whether the partner can begin the renewal today."""
    return renewals.renewable(held.application, held.tier, today(now()))


@bp.route("/me/applications/new/<int:tier_id>", methods=["GET", "POST"])
@access(Access.PARTNER)
def application_begin(tier_id: int) -> Response:
    """What the tier asks for, and the button that starts a draft; who has one already goes on with it."""
    found = intake.rung(db(), tier_id)
    if request.method == "POST":
        try:
            row = intake.begin(db(), actor(), tier_id, partner_id(), now=now())
        except Invalid as error:
            return _begin(found, error.fields["tier"], 422)
        db().flush()
        return see_other(url_for("me.application", application_id=row.pk))
    there = queries.unfinished(db(), tier_id, partner_id())
    if there is not None:
        return see_other(url_for("me.application", application_id=there.pk))
    return _begin(found, intake.obstacle(db(), found, own(), today(now())))


def _begin(found: intake.Rung, why: str, status: int = 200) -> Response:
    form = queries.form_in_use(db(), found.tier.pk)
    asked = queries.questions(db(), form.pk) if form else []
    return room(
        "me/application_begin.html",
        own(),
        status,
        tier=found.tier,
        scheme=found.scheme,
        round=queries.open_round(db(), found.tier.pk, today(now())),
        asked=[question for question in asked if not question.renewal_only],
        kinds=[label(PartnerKind(kind)) for kind in found.scheme.eligible_kinds],
        why=OBSTACLES.get(why, why),
    )


@bp.route("/me/applications/<int:application_id>", methods=["GET", "POST"])
@access(Access.PARTNER)
@takes_files
def application(application_id: int) -> Response:
    """The form while it can be changed, and what has become of the application afterwards."""
    held = mine(application_id)
    if request.method == "POST":
        return _save(held)
    if held.application.status not in service.FILLABLE:
        return _show(held)
    values, sent = queries.answers(db(), application_id), saved_form()
    if sent is not None:
        values |= drawing.read(service.questions(db(), held.application), sent)
    return _form(held, values)


def mine(application_id: int) -> Held:
    """An application of the partner. Raises NotFound for any other."""
    found = queries.one(db(), application_id)
    if found is None or found.application.partner_id != partner_id():
        raise NotFound()
    return found


def _save(held: Held) -> Response:
    row, asked = held.application, service.questions(db(), held.application)
    given, version = drawing.read(asked), request.form.get("version", "")
    try:
        service.fill(
            db(),
            actor(),
            row.pk,
            given,
            uploads=drawing.uploads(asked),
            locality=clean(request.form.get("locality")),
            version=int(version) if version.isdecimal() else None,
            now=now(),
        )
    except Invalid as error:
        return _form(held, _typed(row.pk, given), 422, error.fields)
    except Conflict as error:
        return _form(held, _typed(row.pk, given), 409, differences=error.differences)
    if "next" in request.form:
        return see_other(url_for("me.application_submit", application_id=row.pk))
    flash(_("Your entries have been saved. You can go on at any time."), "success")
    return see_other(url_for("me.application", application_id=row.pk))


def _typed(application_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, beside the files that are kept already."""
    return {**queries.answers(db(), application_id), **given}


def _form(
    held: Held,
    values: Mapping[str, Any],
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    row, asked = held.application, service.questions(db(), held.application)
    parts = drawing.sections(asked, values, errors, queries.files(db(), row.pk))
    return room(
        "me/application_form.html",
        own(),
        status,
        held=held,
        row=row,
        parts=parts,
        result=service.assessed(db(), row, values),
        locality=request.form.get("locality", row.locality) if held.scheme.scope is SchemeScope.PREFECTURE else None,
        wrong=drawing.mistakes(asked, errors or {}),
        file_url=_file_url(row.pk),
        **context,
    )


def _file_url(application_id: int) -> Any:
    def address(found: Attachment) -> str:
        return url_for("me.application_file", application_id=application_id, attachment_id=found.pk)

    return address


@bp.post("/me/applications/<int:application_id>/assessment")
@access(Access.PARTNER)
def application_assessment(application_id: int) -> Response:
    """How the self-assessment stands with what is typed at the moment; nothing is saved."""
    row = mine(application_id).application
    values = drawing.read(service.questions(db(), row))
    return page("me/_application_assessment.html", result=service.assessed(db(), row, values), row=row)


def _show(held: Held, status: int = 200, **context: Any) -> Response:
    """An application that lies with the office or has been decided."""
    row = held.application
    values = queries.answers(db(), row.pk)
    return room(
        "me/application.html",
        own(),
        status,
        held=held,
        row=row,
        parts=drawing.sections(service.questions(db(), row), values, files=queries.files(db(), row.pk)),
        result=service.assessed(db(), row, values),
        reports=queries.reports(db(), row.pk),
        issued=paper_queries.of_application(db(), row),
        renewal=queries.renewal_of(db(), row.pk),
        can_renew=renewable(held),
        actions=may(held),
        on=today(now()),
        file_url=_file_url(row.pk),
        **context,
    )


def may(held: Held) -> list[str]:
    """What the signed-in person may do with an application at the moment."""
    return APPLICATION.actions(held.application.status, actor().roles_at(flow.of_application(held.application)))


@bp.route("/me/applications/<int:application_id>/submit", methods=["GET", "POST"])
@access(Access.PARTNER)
def application_submit(application_id: int) -> Response:
    """Read everything once more, see what is missing, and hand it in: an application, or the reply to a question."""
    held, form = mine(application_id), ReplyForm.of_request()
    if held.application.status not in service.FILLABLE:
        return see_other(url_for("me.application", application_id=application_id))
    if request.method == "GET":
        return _review(held, form)
    asked_back = held.application.status is ApplicationStatus.ASKED
    try:
        if asked_back:
            service.answer(db(), actor(), application_id, form.text.data or "", now=now())
        else:
            service.submit(db(), actor(), application_id, now=now())
    except Invalid as error:
        form.show(error)
        return _review(held, form, 422)
    flash(_("Your answer has been sent.") if asked_back else _("Your application has been handed in."), "success")
    return see_other(url_for("me.application", application_id=application_id))


def _review(held: Held, form: ReplyForm, status: int = 200) -> Response:
    row, asked = held.application, service.questions(db(), held.application)
    wrong, result = service.shortcomings(db(), row, today(now()))
    return room(
        "me/application_submit.html",
        own(),
        status,
        held=held,
        row=row,
        parts=drawing.sections(asked, queries.answers(db(), row.pk), files=queries.files(db(), row.pk)),
        result=result,
        wrong=drawing.mistakes(asked, wrong),
        codes=wrong,
        form=form,
        may_send=("answer" if row.status is ApplicationStatus.ASKED else "submit") in may(held),
        file_url=_file_url(row.pk),
    )


@bp.get("/me/applications/<int:application_id>/files/<int:attachment_id>")
@access(Access.PARTNER)
def application_file(application_id: int, attachment_id: int) -> Response:
    """A file that was handed in."""
    mine(application_id)
    return download(*service.file(db(), actor(), application_id, attachment_id))


@bp.app_template_filter("days_left")
def days_left(until: date | None) -> int | None:
    """How many days a term still lasts; None without an end."""
    return None if until is None else (until - today(now())).days
