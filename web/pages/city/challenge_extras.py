"""Around one challenge of the office: its versions with their differences, its files, and the questions about it."""

from itertools import zip_longest

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Conflict, Invalid, NotFound
from matcher.services import attachments, challenge_files, challenge_questions, challenges, flow
from matcher.services.attachments import Upload
from matcher.services.versions import differences
from models import Challenge, ChallengeQuestion
from models.queries import attachments as attachment_queries
from models.queries import challenge_extras as queries
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city.forms import AnswerForm, FileForm
from web.pages.city.room import bp, own
from web.pages.city.version_words import in_words
from web.uploads import download, takes_files

STEPS = {"hide": challenge_questions.hide, "show": challenge_questions.show}


@bp.get("/city/challenges/<int:challenge_id>/versions")
@access(Access.CITY)
def challenge_versions(challenge_id: int) -> Response:
    """What the challenge said after each change, with the differences to the version before."""
    found = own(challenge_id)
    rows = queries.versions(db(), challenge_id)
    pairs = zip_longest(rows, (version.row.data for version in rows[1:]))
    steps = [(new, None if old is None else in_words(db(), differences(old, new.row.data))) for new, old in pairs]
    return page("city/versions.html", "content", row=found.challenge, steps=steps)


@bp.route("/city/challenges/<int:challenge_id>/files", methods=["GET", "POST"])
@access(Access.CITY)
@takes_files
def challenge_files_(challenge_id: int) -> Response:
    """The files of a challenge: plans, photographs, data; add one or take one away."""
    row, form = own(challenge_id).challenge, FileForm.of_request()
    if request.method == "GET":
        return _files(row, form)
    challenges.require_edit(actor(), row)
    if not form.validate():
        return _files(row, form, 422)
    try:
        hidden = bool(form.confidential.data)
        sent = Upload(form.file.data.filename, form.file.data.read())
        challenge_files.add(db(), actor(), row.pk, sent, confidential=hidden, now=now())
    except Invalid as error:
        form.show(error)
        return _files(row, form, 422)
    flash(_("The file has been added."), "success")
    return see_other(url_for("city.challenge_files_", challenge_id=row.pk))


def _files(row: Challenge, form: FileForm, status: int = 200) -> Response:
    files = attachment_queries.of(db(), "challenge", row.pk)
    editable = challenges.may_edit(actor(), row)
    return page("city/challenge_files.html", "content", status, row=row, files=files, form=form, editable=editable)


@bp.get("/city/challenges/<int:challenge_id>/files/<int:attachment_id>")
@access(Access.CITY)
def challenge_file(challenge_id: int, attachment_id: int) -> Response:
    return download(*attachments.content(db(), attachment_id, own(challenge_id).challenge))


@bp.post("/city/challenges/<int:challenge_id>/files/<int:attachment_id>/remove")
@access(Access.CITY)
def challenge_file_remove(challenge_id: int, attachment_id: int) -> Response:
    row = own(challenge_id).challenge
    challenge_files.remove(db(), actor(), row.pk, attachment_id, now=now())
    flash(_("The file has been removed."), "success")
    return see_other(url_for("city.challenge_files_", challenge_id=row.pk))


@bp.get("/city/challenges/<int:challenge_id>/questions")
@access(Access.CITY)
def challenge_questions_(challenge_id: int) -> Response:
    """Every question about a challenge, those without an answer first."""
    return _questions(own(challenge_id).challenge, AnswerForm.of_request())


@bp.route("/city/challenges/<int:challenge_id>/questions/<int:question_id>/answer", methods=["GET", "POST"])
@access(Access.CITY)
def challenge_answer(challenge_id: int, question_id: int) -> Response:
    """Answer a question; a GET comes from somebody whose session ended meanwhile."""
    row, form = own(challenge_id).challenge, AnswerForm.of_request()
    _of(row, question_id)
    if request.method == "GET":
        return _questions(row, form, tried=question_id)
    if not form.validate():
        return _questions(row, form, 422, question_id)
    try:
        challenge_questions.answer(db(), actor(), question_id, form.answer.data or "", form.read_version(), now=now())
    except Invalid as error:
        form.show(error)
        return _questions(row, form, 422, question_id)
    except Conflict as error:
        form.version.data = str(error.version)
        return _questions(row, form, 409, question_id)
    flash(_("The answer is public, and whoever asked has been told."), "success")
    return see_other(url_for("city.challenge_questions_", challenge_id=row.pk))


@bp.post("/city/challenges/<int:challenge_id>/questions/<int:question_id>/<action>")
@access(Access.COORDINATOR)
def challenge_question_step(challenge_id: int, question_id: int, action: str) -> Response:
    row, take = own(challenge_id).challenge, STEPS.get(action)
    _of(row, question_id)
    if take is None:
        raise NotFound()
    take(db(), actor(), question_id, now=now())
    return see_other(url_for("city.challenge_questions_", challenge_id=row.pk))


def _of(row: Challenge, question_id: int) -> None:
    """Raises NotFound for a question about anything else."""
    if flow.get(db(), ChallengeQuestion, question_id).challenge_id != row.pk:
        raise NotFound()


def _questions(row: Challenge, form: AnswerForm, status: int = 200, tried: int = 0) -> Response:
    asked = queries.questions(db(), row.pk)
    return page("city/challenge_questions.html", "content", status, row=row, asked=asked, form=form, tried=tried)
