"""Announcements of the office: the list, writing one, seeing whom it reaches, and sending it."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.services import announcements as service
from matcher.services import flow
from models import Announcement
from models.queries import announcements as queries
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city.announcement_form import AnnouncementForm, stored
from web.pages.city.room import bp, coordinates

_ONE = "/city/announcements/<int:announcement_id>"


@bp.get("/city/announcements")
@access(Access.CITY)
def announcements() -> Response:
    """Drafts and what was sent."""
    return page("city/announcements.html", rows=queries.of_municipality(db(), municipality_id()))


@bp.route("/city/announcements/new", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def announcement_new() -> Response:
    """Write one."""
    policy.require(actor(), "announcement.make", flow.of_municipality(municipality_id()))
    return _edit(None)


@bp.route(f"{_ONE}/edit", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def announcement_edit(announcement_id: int) -> Response:
    """Change a draft; what was sent is only shown."""
    row = _own(announcement_id)
    if row.sent_at is not None and request.method == "GET":
        return see_other(url_for("city.announcement", announcement_id=row.pk))
    return _edit(row)


def _edit(row: Announcement | None) -> Response:
    form = AnnouncementForm.of_request(data=stored(row) if row else None)
    form.offer(municipality_id())
    if request.method == "GET":
        return page("city/announcement_form.html", form=form, row=row)
    if not form.validate():
        return page("city/announcement_form.html", status=422, form=form, row=row)
    try:
        saved = _save(form, row)
    except Invalid as error:
        form.show(error)
        return page("city/announcement_form.html", status=422, form=form, row=row)
    db().flush()
    return see_other(url_for("city.announcement", announcement_id=saved.pk))


def _save(form: AnnouncementForm, row: Announcement | None) -> Announcement:
    title, body, segment = form.title.data or "", form.body.data or "", form.segment()
    if row is None:
        return service.write(db(), actor(), municipality_id(), title, body, segment, now=now())
    said: dict[str, Any] = {"version": form.version.number, "now": now()}
    return service.rewrite(db(), actor(), row.pk, title, body, segment, **said)


@bp.get(_ONE)
@access(Access.CITY)
def announcement(announcement_id: int) -> Response:
    """What is said, to whom; a draft with the number of people whom it reaches now."""
    return _show(_own(announcement_id))


def _show(row: Announcement, status: int = 200, error: str = "") -> Response:
    form = AnnouncementForm(formdata=None, data=stored(row))
    form.offer(row.municipality_id)
    segment = service.segment_of(row)
    drafted = row.sent_at is None and coordinates()
    found = service.audience(db(), actor(), row.municipality_id, segment) if drafted else None
    return page("city/announcement.html", status=status, row=row, audience=found, chosen=_chosen(form), error=error)


def _chosen(form: AnnouncementForm) -> list[tuple[str, str]]:
    """The conditions of the segment in words."""
    lines = []
    for name in ("kinds", "goals", "prefectures", "tiers", "groups"):
        words = [str(label) for value, label in form[name].choices if value in (form[name].data or ())]
        lines.append((str(form[name].label.text), _(", ").join(words)))
    return lines


@bp.route(f"{_ONE}/<any(send, drop):action>", methods=["GET", "POST"])
@access(Access.CITY)
def announcement_step(announcement_id: int, action: str) -> Response:
    """Send it, or throw the draft away. A GET comes from somebody whose session ended at the button."""
    row = _own(announcement_id)
    if request.method == "GET":
        return see_other(url_for("city.announcement", announcement_id=row.pk))
    if action == "drop":
        service.drop(db(), actor(), row.pk, now=now())
        flash(_("The draft has been thrown away."), "success")
        return see_other(url_for("city.announcements"))
    text = request.form.get("version", "")
    version = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
    try:
        sent = service.send(db(), actor(), row.pk, version=version, now=now())
    except Invalid:
        return _show(row, 422, _("Nobody would get this mail. Please choose other recipients."))
    flash(ngettext("Sent to %(num)s person.", "Sent to %(num)s people.", sent.count), "success")
    return see_other(url_for("city.announcement", announcement_id=row.pk))


def _own(announcement_id: int) -> Announcement:
    """An announcement of this office. Raises NotFound for any other."""
    row = service.look(db(), actor(), announcement_id)
    if row.municipality_id != municipality_id():
        raise NotFound()
    return row
