"""Screening registrations: who asks, what they say about themselves, and whether they are here already."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import lazy_gettext as _l

from matcher.errors import Invalid, NotFound
from matcher.services import registrations as service
from matcher.services.challenge_data import today
from models.enums import RegistrationStatus
from models.queries import city as city_queries
from models.queries import city_partners as queries
from models.queries import partner_rooms as rooms
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city import sheets, trail
from web.pages.city.forms import NoteForm
from web.pages.city.room import bp

AMBER, RED = 5, 10
#: action → (the service, what the person hears afterwards)
DECISIONS: dict[str, tuple[Callable[..., Any], Any]] = {
    "accept": (service.accept, _l("The partner is registered.")),
    "return": (service.return_, _l("The application has been returned.")),
    "reject": (service.reject, _l("The application has been rejected.")),
}


@bp.get("/city/registrations")
@access(Access.CITY)
def registrations() -> Response:
    """Applications that wait come first; the others by their status."""
    chosen = request.args.get("status", "")
    status = RegistrationStatus(chosen) if chosen in set(RegistrationStatus) else RegistrationStatus.APPLIED
    rows = queries.applicants(db(), municipality_id(), [status])
    if sheets.wanted():
        return sheets.applicants(rows)
    counts = queries.registration_counts(db(), municipality_id())
    return page(
        "city/registrations.html",
        rows=rows,
        current=status,
        tabs=[
            (member, url_for("city.registrations", status=member.value), member is status, counts.get(member, 0))
            for member in RegistrationStatus
        ],
        waited=_waited,
    )


def _waited(row: Any) -> tuple[int, str]:
    """Days since the application, and whether they are too many."""
    days = max(0, (today(now()) - today(row.applied_at)).days)
    return days, "red" if days >= RED else "amber" if days >= AMBER else ""


@bp.get("/city/registrations/<int:registration_id>")
@access(Access.CITY)
def registration(registration_id: int) -> Response:
    """Everything that is needed to decide one application."""
    return _show(registration_id, NoteForm.of_request())


@bp.route("/city/registrations/<int:registration_id>/<any(accept, return, reject):action>", methods=["GET", "POST"])
@access(Access.CITY)
def registration_step(registration_id: int, action: str) -> Response:
    """Decide. A GET comes from somebody whose session ended at the button."""
    form = NoteForm.of_request()
    if request.method == "GET":
        return _show(registration_id, form, action=action)
    _found(registration_id)
    take, heard = DECISIONS[action]
    if not form.validate():
        return _show(registration_id, form, 422, action)
    try:
        take(db(), actor(), registration_id, form.note.data or "", now=now())
    except Invalid as error:
        form.show(error)
        return _show(registration_id, form, 422, action)
    flash(heard, "success")
    return see_other(url_for("city.registrations"))


def _found(registration_id: int) -> Any:
    found = queries.registration(db(), municipality_id(), registration_id)
    if found is None:
        raise NotFound()
    return found


def _show(registration_id: int, form: NoteForm, status: int = 200, action: str = "") -> Response:
    row, partner = _found(registration_id)
    return page(
        "city/registration.html",
        status=status,
        row=row,
        partner=partner,
        offerings=rooms.offerings(db(), partner.pk),
        regions=rooms.regions(db(), partner.pk),
        targets=rooms.targets(db(), partner.pk),
        people=None if row.status is RegistrationStatus.WITHDRAWN else queries.people(db(), partner.pk),
        suspects=queries.suspects(db(), partner),
        elsewhere=queries.registered_elsewhere(db(), partner.pk, municipality_id()),
        history=trail.lines(city_queries.history(db(), "registration", row.pk)),
        waited=_waited(row),
        form=form,
        tried=action,
        waiting=row.status is RegistrationStatus.APPLIED,
    )
