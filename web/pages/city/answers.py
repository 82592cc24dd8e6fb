"""Answers of partners that have no account: what the office was told by telephone or letter, written down."""

from flask import Response

from matcher.services import recommendations as service
from models.enums import RefusalReason
from web.auth import Access, access, actor, now
from web.db import db
from web.pages.city.forms import NotedAcceptanceForm, NotedRefusalForm
from web.pages.city.matches import decide
from web.pages.city.room import bp


@bp.route("/city/matches/<int:recommendation_id>/acceptance", methods=["GET", "POST"])
@access(Access.CITY)
def note_acceptance(recommendation_id: int) -> Response:
    """The partner takes part, and this is whom to call there."""
    form = NotedAcceptanceForm.of_request()

    def take() -> None:
        service.note_acceptance(db(), actor(), recommendation_id, form.contact(), form.note.data or "", now=now())

    return decide(recommendation_id, take, accepted_form=form)


@bp.route("/city/matches/<int:recommendation_id>/refusal", methods=["GET", "POST"])
@access(Access.CITY)
def note_refusal(recommendation_id: int) -> Response:
    """The partner does not take part, or ends the introduction, and this is why."""
    form = NotedRefusalForm.of_request()

    def take() -> None:
        reason, note = RefusalReason(form.reason.data), form.note.data or ""
        service.note_refusal(db(), actor(), recommendation_id, reason, note, now=now())

    return decide(recommendation_id, take, refused_form=form)
