"""One collaboration of the office: its plan, notes and files, and each step of its life."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Conflict, Invalid, NotFound
from matcher.lifecycles import COLLABORATION
from matcher.services import attachments, outcomes, proposals
from matcher.services import pilots as service
from matcher.services.challenge_data import today
from models import Collaboration, PilotPlan, Proposal
from models.enums import ChallengeStatus, CollaborationResult, CollaborationStatus, NoteKind
from models.queries import city as city_queries
from models.queries import pilots as queries
from models.queries import proposals as proposal_queries
from web.auth import Access, access, actor, now
from web.db import db
from web.dossiers import dossier
from web.forms import FIELD_ERRORS
from web.htmx import page, see_other
from web.pages.city import trail
from web.pages.city.collaborations import conflict, own_collaboration
from web.pages.city.room import bp, coordinates
from web.pilot_forms import AgreeForm, DayForm, FileForm, PlanForm, ToldForm
from web.uploads import as_upload, download, takes_files

ONE = "/city/collaborations/<int:collaboration_id>"
#: action → (the service, what the button says, what the person hears afterwards)
STEPS: dict[str, tuple[Callable[..., Any], Any, Any]] = {
    "begin": (service.begin, _l("Begin the collaboration"), _l("The collaboration has begun.")),
    "reopen": (outcomes.reopen, _l("Go on with it"), _l("The collaboration is running again.")),
    "publish": (outcomes.publish, _l("Publish as a precedent"), _l("The collaboration is on the portal.")),
    "unpublish": (outcomes.unpublish, _l("Take off the portal"), _l("The collaboration is no longer on the portal.")),
}
#: a challenge in one of these may be marked as solved
SOLVABLE = frozenset({ChallengeStatus.IN_DIALOGUE, ChallengeStatus.CLOSED})


@bp.get(ONE)
@access(Access.CITY)
def collaboration(collaboration_id: int) -> Response:
    """The whole file of a collaboration."""
    return _show(collaboration_id)


@bp.route(f"{ONE}/steps/<any(begin, reopen, publish, unpublish):action>", methods=["GET", "POST"])
@access(Access.CITY)
def collaboration_step(collaboration_id: int, action: str) -> Response:
    """Take one step. A GET comes from somebody whose session ended at the button: they see the page again."""
    row = own_collaboration(collaboration_id)
    if request.method == "GET":
        return _show(collaboration_id)
    take, _words, done = STEPS[action]
    try:
        take(db(), actor(), row.pk, now=now())
    except Invalid as error:
        return _refused(collaboration_id, error)
    flash(done, "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk))


@bp.route(f"{ONE}/plan", methods=["GET", "POST"])
@access(Access.CITY)
def collaboration_plan(collaboration_id: int) -> Response:
    """Lay the plan down, or change it."""
    row = own_collaboration(collaboration_id)
    form = PlanForm.of_request(data=_typed(row, queries.plan(db(), row.pk)))
    if request.method == "GET" or form.change_rows():
        return page("city/collaboration_plan.html", form=form, row=row)
    if not form.validate():
        return page("city/collaboration_plan.html", status=422, form=form, row=row)
    try:
        service.lay_down(db(), actor(), row.pk, form.plan(), form.version.number, now=now())
    except Invalid as error:
        form.show(error)
        return page("city/collaboration_plan.html", status=422, form=form, row=row)
    except Conflict as error:
        return conflict("city/collaboration_plan.html", form, error, row=row)
    flash(_("The plan has been saved. Both sides now agree to it anew."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk, _anchor="plan"))


def _typed(row: Collaboration, plan: PilotPlan | None) -> dict[str, Any]:
    """A stored plan as the fields of its form."""
    said = {name: getattr(plan, name) for name in (*service.TEXTS, "cost_city", "cost_partner")} if plan else {}
    criteria = [{"measure": c.measure, "target": c.target, "unit": c.unit} for c in queries.criteria(db(), row.pk)]
    said |= {name: getattr(row, name) for name in ("period_from", "period_until", "place")}
    return said | {"criteria": criteria or [{}], "version": plan.edition if plan else 0}


@bp.route(f"{ONE}/agree", methods=["GET", "POST"])
@access(Access.CITY)
def collaboration_agree(collaboration_id: int) -> Response:
    """Agree to the plan for the municipality."""
    row = own_collaboration(collaboration_id)
    if request.method == "GET":
        return _show(collaboration_id)
    try:
        service.agree(db(), actor(), row.pk, AgreeForm().edition.number, now=now())
    except Invalid as error:
        return _refused(collaboration_id, error)
    flash(_("The municipality agrees to the plan. The partner has been told."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk, _anchor="plan"))


@bp.route(f"{ONE}/told", methods=["GET", "POST"])
@access(Access.CITY)
def collaboration_told(collaboration_id: int) -> Response:
    """Record that a partner without an account agrees."""
    row, form = own_collaboration(collaboration_id), ToldForm.of_request()
    if request.method == "GET":
        return _show(collaboration_id, told_form=form)
    if not form.validate():
        return _show(collaboration_id, 422, told_form=form)
    try:
        service.note_agreement(db(), actor(), row.pk, form.note.data, form.edition.number, now=now())
    except Invalid as error:
        return _refused(collaboration_id, error)
    flash(_("The partner's agreement has been recorded."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk, _anchor="plan"))


@bp.route(f"{ONE}/notes", methods=["GET", "POST"])
@access(Access.CITY)
def collaboration_note(collaboration_id: int) -> Response:
    """Write down what happened."""
    row, form = own_collaboration(collaboration_id), DayForm.of_request(data={"happened_on": today(now())})
    if request.method == "GET":
        return _show(collaboration_id, day_form=form)
    if not form.validate():
        return _show(collaboration_id, 422, day_form=form)
    said = (NoteKind(form.kind.data), form.happened_on.data, form.text.data)
    try:
        service.write_note(db(), actor(), row.pk, *said, shared=not form.private.data, now=now())
    except Invalid as error:
        form.show(error)
        return _show(collaboration_id, 422, day_form=form)
    flash(_("The note has been saved."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk, _anchor="notes"))


@bp.route(f"{ONE}/files", methods=["GET", "POST"])
@access(Access.CITY)
@takes_files
def collaboration_file_add(collaboration_id: int) -> Response:
    """Keep a file; both sides read it."""
    row, form = own_collaboration(collaboration_id), FileForm.of_request()
    if request.method == "GET":
        return _show(collaboration_id)
    sent = as_upload(form.file.data)
    try:
        if sent is None:
            raise Invalid({"file": "required"})
        service.add_file(db(), actor(), row.pk, sent, now=now())
    except Invalid as error:
        form.show(error)
        return _show(collaboration_id, 422, file_form=form)
    flash(_("The file has been added."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk, _anchor="files"))


@bp.get(f"{ONE}/files/<int:attachment_id>")
@access(Access.CITY)
def collaboration_file(collaboration_id: int, attachment_id: int) -> Response:
    """Hand a file out."""
    return download(*attachments.content(db(), attachment_id, own_collaboration(collaboration_id)))


@bp.route(f"{ONE}/files/<int:attachment_id>/remove", methods=["GET", "POST"])
@access(Access.CITY)
def collaboration_file_remove(collaboration_id: int, attachment_id: int) -> Response:
    """Take a file away."""
    row = own_collaboration(collaboration_id)
    if request.method == "POST":
        service.remove_file(db(), actor(), row.pk, attachment_id, now=now())
        flash(_("The file has been taken away."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk, _anchor="files"))


def _refused(collaboration_id: int, error: Invalid) -> Response:
    """The page again, with what stands in the way of a step."""
    return _show(collaboration_id, 422, refused=[FIELD_ERRORS.get(code, code) for code in error.fields.values()])


def _show(collaboration_id: int, status: int = 200, **more: Any) -> Response:
    row = own_collaboration(collaboration_id)
    about = city_queries.challenge(db(), row.municipality_id, row.challenge_id or 0)
    forms = {
        "day_form": DayForm(formdata=None, data={"happened_on": today(now())}),
        "file_form": FileForm(formdata=None),
        "told_form": ToldForm(formdata=None),
    }
    return page(
        "city/collaboration.html",
        status=status,
        **dossier(row, shared_only=False),
        **(forms | more),
        about=about,
        proposal=_proposal(row),
        number=proposals.receipt,
        solvable=about is not None
        and about.challenge.status in SOLVABLE
        and row.result is CollaborationResult.ADOPTED
        and coordinates(),
        steps=_steps(row),
        words=STEPS,
        told_to_office=service.told_to_office(db(), row),
        history=trail.lines(city_queries.history(db(), "collaboration", row.pk)),
        over=row.status is CollaborationStatus.RUNNING
        and row.period_until is not None
        and row.period_until < today(now()),
    )


def _proposal(row: Collaboration) -> Proposal | None:
    """The proposal that it came of, for whoever may read that."""
    found = proposal_queries.of_collaboration(db(), row.pk)
    try:
        return proposals.view(db(), actor(), found.pk) if found else None
    except NotFound:
        return None


def _steps(row: Collaboration) -> list[str]:
    """What the coordinator can do now, in the order in which it is done."""
    if not coordinates():
        return []
    steps = [name for name in COLLABORATION.actions(row.status, actor().roles) if name in STEPS]
    if row.status is not CollaborationStatus.PLANNED or row.published:
        steps.append("unpublish" if row.published else "publish")
    return steps
