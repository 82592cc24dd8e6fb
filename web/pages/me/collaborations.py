"""The collaborations of a partner: reading, agreeing to the plan, and writing down what happens."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.services import attachments, proposals
from matcher.services import collaborations as collaboration_service
from matcher.services import pilots as service
from matcher.services.challenge_data import today
from models import Collaboration, Proposal
from models.enums import CollaborationStatus, NoteKind
from models.queries import collaborations as collaboration_queries
from models.queries import pilots as queries
from models.queries import proposals as proposal_queries
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.dossiers import dossier
from web.forms import FIELD_ERRORS
from web.htmx import see_other
from web.pages.me.room import bp, own, room
from web.pilot_forms import AgreeForm, DayForm, FileForm
from web.uploads import as_upload, download, takes_files

ONE = "/me/collaborations/<int:collaboration_id>"


@bp.get("/me/collaborations")
@access(Access.PARTNER)
def collaborations() -> Response:
    """Every collaboration in which the partner takes part."""
    return room("me/collaborations.html", own(), rows=queries.of_partner(db(), partner_id()), now=now())


@bp.get(ONE)
@access(Access.PARTNER)
def collaboration(collaboration_id: int) -> Response:
    """One collaboration as its partner sees it."""
    return _show(collaboration_id)


@bp.route(f"{ONE}/agree", methods=["GET", "POST"])
@access(Access.PARTNER)
def collaboration_agree(collaboration_id: int) -> Response:
    """Agree to the plan. A GET comes from somebody whose session ended at the button."""
    row = _of_ours(collaboration_id)
    if request.method == "GET":
        return _show(collaboration_id)
    try:
        service.agree(db(), actor(), row.pk, AgreeForm().edition.number, now=now())
    except Invalid as error:
        return _show(collaboration_id, 422, refused=[FIELD_ERRORS.get(code, code) for code in error.fields.values()])
    flash(_("You have agreed to the plan. The municipality has been told."), "success")
    return see_other(url_for("me.collaboration", collaboration_id=row.pk, _anchor="plan"))


@bp.route(f"{ONE}/notes", methods=["GET", "POST"])
@access(Access.PARTNER)
def collaboration_note(collaboration_id: int) -> Response:
    """Write down what happened."""
    row, form = _of_ours(collaboration_id), DayForm.of_request(data={"happened_on": today(now())})
    if request.method == "GET":
        return _show(collaboration_id, day_form=form)
    if not form.validate():
        return _show(collaboration_id, 422, day_form=form)
    said = (NoteKind(form.kind.data), form.happened_on.data, form.text.data)
    try:
        service.write_note(db(), actor(), row.pk, *said, now=now())
    except Invalid as error:
        form.show(error)
        return _show(collaboration_id, 422, day_form=form)
    flash(_("The note has been saved."), "success")
    return see_other(url_for("me.collaboration", collaboration_id=row.pk, _anchor="notes"))


@bp.route(f"{ONE}/files", methods=["GET", "POST"])
@access(Access.PARTNER)
@takes_files
def collaboration_file_add(collaboration_id: int) -> Response:
    """Keep a file; both sides read it."""
    row, form = _of_ours(collaboration_id), FileForm.of_request()
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
    return see_other(url_for("me.collaboration", collaboration_id=row.pk, _anchor="files"))


@bp.get(f"{ONE}/files/<int:attachment_id>")
@access(Access.PARTNER)
def collaboration_file(collaboration_id: int, attachment_id: int) -> Response:
    """Hand a file out."""
    return download(*attachments.content(db(), attachment_id, _of_ours(collaboration_id)))


def _of_ours(collaboration_id: int) -> Collaboration:
    """A collaboration in which the partner takes part.

    Raises NotFound for any other, published or not: that is read on the portal.
    """
    row = db().get(Collaboration, collaboration_id)
    if row is None or partner_id() not in collaboration_queries.partner_ids(db(), row.pk):
        raise NotFound()
    return row


def _show(collaboration_id: int, status: int = 200, **more: Any) -> Response:
    row = _of_ours(collaboration_id)
    leads = service.lead(db(), row) == partner_id()
    subject = collaboration_service.subject_of(db(), row)
    forms = {
        "day_form": DayForm(formdata=None, data={"happened_on": today(now())}),
        "file_form": FileForm(formdata=None),
    }
    return room(
        "me/collaboration.html",
        own(),
        status,
        **dossier(row, shared_only=True),
        **(forms | more),
        proposal=_proposal(row),
        leads=leads,
        agrees=leads
        and row.status is not CollaborationStatus.DONE
        and policy.may(actor(), "collaboration.agree", subject),
    )


def _proposal(row: Collaboration) -> Proposal | None:
    """The proposal that it came of, where we stand behind that."""
    found = proposal_queries.of_collaboration(db(), row.pk)
    ours = found is not None and partner_id() in proposals.subject_of(db(), found).partner_ids
    return found if ours else None
