"""Invitations (打診): what a partner was invited to, its answer, and the introduction that follows."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Invalid, NotFound
from matcher.lifecycles import OPEN_CHALLENGE, PUBLIC_CHALLENGE
from matcher.services import recommendations as service
from models.enums import RefusalReason
from models.queries import recommendations as queries
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.htmx import see_other
from web.pages.me.forms import AcceptForm, RefuseForm
from web.pages.me.room import bp, own, room

_ONE = "/me/invitations/<int:recommendation_id>"


@bp.get("/me/invitations")
@access(Access.PARTNER)
def invitations() -> Response:
    rows = queries.invitations(db(), partner_id())
    return room(
        "me/invitations.html",
        own(),
        waiting=[row for row in rows if row.open],
        answered=[row for row in rows if not row.open],
        now=now(),
    )


@bp.get(_ONE)
@access(Access.PARTNER)
def invitation(recommendation_id: int) -> Response:
    return _show(recommendation_id, AcceptForm.of_request(), RefuseForm.of_request())


@bp.route(f"{_ONE}/accept", methods=["GET", "POST"])
@access(Access.PARTNER)
def accept(recommendation_id: int) -> Response:
    """Take part. A GET comes from somebody whose session ended at the button."""
    form = AcceptForm.of_request()
    if request.method == "GET":
        return _show(recommendation_id, form, RefuseForm(formdata=None))
    _of_ours(recommendation_id)
    if not form.validate():
        return _show(recommendation_id, form, RefuseForm(formdata=None), 422)
    try:
        service.accept(db(), actor(), recommendation_id, message=form.message.data or "", now=now())
    except Invalid as error:
        form.show(error)
        return _show(recommendation_id, form, RefuseForm(formdata=None), 422)
    flash(_("You have been introduced. Both sides now know each other's contact person."), "success")
    return see_other(url_for("me.invitation", recommendation_id=recommendation_id))


@bp.route(f"{_ONE}/refuse", methods=["GET", "POST"])
@access(Access.PARTNER)
def refuse(recommendation_id: int) -> Response:
    """Decline, or end an introduction. A GET comes from somebody whose session ended at the button."""
    form = RefuseForm.of_request()
    if request.method == "GET":
        return _show(recommendation_id, AcceptForm(formdata=None), form)
    _of_ours(recommendation_id)
    if not form.validate():
        return _show(recommendation_id, AcceptForm(formdata=None), form, 422)
    try:
        reason, note = RefusalReason(form.reason.data), form.note.data or ""
        service.refuse(db(), actor(), recommendation_id, reason, note, now=now())
    except Invalid as error:
        form.show(error)
        return _show(recommendation_id, AcceptForm(formdata=None), form, 422)
    flash(_("The municipality has been told, with your reason."), "success")
    return see_other(url_for("me.invitation", recommendation_id=recommendation_id))


def _of_ours(recommendation_id: int) -> queries.Invitation:
    found = queries.invitation(db(), recommendation_id, partner_id())
    if found is None:
        raise NotFound()
    return found


def _show(recommendation_id: int, accept_form: AcceptForm, refuse_form: RefuseForm, status: int = 200) -> Response:
    found = _of_ours(recommendation_id)
    challenge = found.challenge
    return room(
        "me/invitation.html",
        own(),
        status,
        found=found,
        introduction=queries.introduction(db(), recommendation_id),
        accept_form=accept_form,
        refuse_form=refuse_form,
        reasons=dict(refuse_form.reason.choices),
        readable=challenge is not None and challenge.status in PUBLIC_CHALLENGE,
        answerable=found.open and (challenge is None or challenge.status in OPEN_CHALLENGE),
    )
