"""Meetings of a group: calling one, answering, its papers and its minutes."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Invalid, NotFound
from matcher.services import attachments, papers
from matcher.services import meetings as service
from matcher.services.challenge_data import today
from models import GroupMeeting
from models.queries import attachments as files
from models.queries import group_rooms as queries
from web import pdf
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.forms import FIELD_ERRORS
from web.group_forms import MeetingForm, MinutesForm, typed_meeting
from web.htmx import page, see_other
from web.pages.groups.room import bp, entered, run, standing
from web.papers import document, language, write
from web.papers.groups import minutes_of
from web.uploads import download, takes_files, upload


@bp.route("/groups/<int:group_id>/meetings/new", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def meeting_new(group_id: int) -> Response:
    """Call a meeting."""
    found, form = run(group_id), MeetingForm.of_request()
    if request.method == "GET":
        return page("groups/meeting_form.html", form=form, meeting=None, **standing(found))
    if form.validate():
        try:
            row = service.call(db(), actor(), group_id, form.meeting(), now=now())
            flash(_("The meeting has been called, and the members have been invited by mail."), "success")
            return see_other(_address(group_id, row.pk))
        except Invalid as error:
            form.show(error)
    return page("groups/meeting_form.html", status=422, form=form, meeting=None, **standing(found))


@bp.get("/groups/<int:group_id>/meetings/<int:meeting_id>")
@access(Access.SIGNED_IN)
def meeting(group_id: int, meeting_id: int) -> Response:
    """Agenda, answers, papers and minutes of one meeting, for members."""
    return _show(group_id, meeting_id)


@bp.route("/groups/<int:group_id>/meetings/<int:meeting_id>/edit", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def meeting_edit(group_id: int, meeting_id: int) -> Response:
    """Change a planned meeting."""
    found, row = run(group_id), _of(group_id, meeting_id)
    form = MeetingForm.of_request(data=typed_meeting(row))
    if request.method == "GET":
        return page("groups/meeting_form.html", form=form, meeting=row, **standing(found))
    if form.validate():
        try:
            service.change(db(), actor(), meeting_id, form.meeting(), version=form.version.number, now=now())
            flash(_("The meeting has been changed."), "success")
            return see_other(_address(group_id, meeting_id))
        except Invalid as error:
            form.show(error)
    return page("groups/meeting_form.html", status=422, form=form, meeting=row, **standing(found))


@bp.route("/groups/<int:group_id>/meetings/<int:meeting_id>/cancel", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def meeting_cancel(group_id: int, meeting_id: int) -> Response:
    """Call a meeting off."""
    run(group_id)
    _of(group_id, meeting_id)
    if request.method == "POST":
        service.cancel(db(), actor(), meeting_id, now=now())
        flash(_("The meeting has been called off, and the members have been told."), "success")
    return see_other(_address(group_id, meeting_id))


@bp.route("/groups/<int:group_id>/meetings/<int:meeting_id>/minutes", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def minutes(group_id: int, meeting_id: int) -> Response:
    """Write the minutes, for members or for everybody."""
    found, row = run(group_id), _of(group_id, meeting_id)
    said = {"minutes": row.minutes, "minutes_published": row.minutes_published, "version": row.version}
    form = MinutesForm.of_request(data=said)
    if request.method == "GET":
        return page("groups/minutes_form.html", form=form, meeting=row, **standing(found))
    if form.validate():
        try:
            text, public = form.minutes.data, form.minutes_published.data
            service.minute(db(), actor(), meeting_id, text, published=public, version=form.version.number, now=now())
            flash(_("The minutes have been saved."), "success")
            return see_other(_address(group_id, meeting_id))
        except Invalid as error:
            form.show(error)
    return page("groups/minutes_form.html", status=422, form=form, meeting=row, **standing(found))


@bp.get("/groups/<int:group_id>/meetings/<int:meeting_id>/minutes.pdf")
@access(Access.SIGNED_IN)
def minutes_paper(group_id: int, meeting_id: int) -> Response:
    """The minutes as a PDF for those who run the group, without number and signature of the office."""
    found, row = run(group_id), _of(group_id, meeting_id)
    made, day = minutes_of(db(), found.group, row, signed=False), today(now())
    body = write(made, papers.head(None, made.about.kind, day))
    return pdf.answer(
        document(body, made.about.title, language(), day), made.about.title, _address(group_id, meeting_id)
    )


@bp.route("/groups/<int:group_id>/meetings/<int:meeting_id>/<any(come, stay_away):said>", methods=["GET", "POST"])
@access(Access.PARTNER)
def attend(group_id: int, meeting_id: int, said: str) -> Response:
    """Say whether one's own organisation comes."""
    entered(group_id)
    _of(group_id, meeting_id)
    if request.method == "POST":
        service.answer(db(), actor(), meeting_id, partner_id(), comes=said == "come", now=now())
        flash(_("Your answer has been noted."), "success")
    return see_other(_address(group_id, meeting_id))


@bp.route("/groups/<int:group_id>/meetings/<int:meeting_id>/files", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
@takes_files
def file_add(group_id: int, meeting_id: int) -> Response:
    """Hand in a paper of the meeting."""
    run(group_id)
    _of(group_id, meeting_id)
    if request.method == "GET":
        return see_other(_address(group_id, meeting_id))
    sent = upload("file")
    if sent is None:
        return _show(group_id, meeting_id, str(FIELD_ERRORS["required"]), 422)
    try:
        service.add_file(db(), actor(), meeting_id, sent, now=now())
    except Invalid as error:
        return _show(group_id, meeting_id, str(FIELD_ERRORS[error.fields["file"]]), 422)
    flash(_("The file has been added."), "success")
    return see_other(_address(group_id, meeting_id))


@bp.get("/groups/<int:group_id>/meetings/<int:meeting_id>/files/<int:file_id>")
@access(Access.SIGNED_IN)
def file(group_id: int, meeting_id: int, file_id: int) -> Response:
    """A paper of the meeting, for members."""
    entered(group_id)
    return download(*attachments.content(db(), file_id, _of(group_id, meeting_id)))


@bp.route("/groups/<int:group_id>/meetings/<int:meeting_id>/files/<int:file_id>/remove", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def file_remove(group_id: int, meeting_id: int, file_id: int) -> Response:
    """Take a paper away again."""
    run(group_id)
    _of(group_id, meeting_id)
    if request.method == "POST":
        service.remove_file(db(), actor(), meeting_id, file_id, now=now())
        flash(_("The file has been taken away."), "success")
    return see_other(_address(group_id, meeting_id))


def _show(group_id: int, meeting_id: int, wrong: str = "", status: int = 200) -> Response:
    found, row = entered(group_id), _of(group_id, meeting_id)
    answers = queries.attendances(db(), meeting_id)
    known = standing(found)
    said = next((answer.comes for answer, partner in answers if partner.pk == known["ours"]), None)
    return page(
        "groups/meeting.html",
        status=status,
        meeting=row,
        answers=answers,
        said=said,
        papers=files.of(db(), row.__tablename__, row.pk),
        wrong=wrong,
        begun=row.starts_at <= now(),
        **known,
    )


def _of(group_id: int, meeting_id: int) -> GroupMeeting:
    """A meeting of this group. Raises NotFound for that of another."""
    row = db().get(GroupMeeting, meeting_id)
    if row is None or row.group_id != group_id:
        raise NotFound()
    return row


def _address(group_id: int, meeting_id: int) -> str:
    return url_for("groups.meeting", group_id=group_id, meeting_id=meeting_id)
