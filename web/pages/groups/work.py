"""What members of a group have taken on, and what came of the work."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Invalid, NotFound
from matcher.services import group_tasks as service
from matcher.services.challenge_data import today
from models import GroupResult, GroupTask
from web.auth import Access, access, actor, now
from web.db import db
from web.group_forms import GroupResultForm, TaskForm
from web.htmx import page, see_other
from web.pages.groups.room import bp, entered, run, show_room, standing


@bp.route("/groups/<int:group_id>/tasks", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def task_add(group_id: int) -> Response:
    """Note who does what until when."""
    found = run(group_id)
    if request.method == "GET":
        return see_other(_room(group_id))
    form = TaskForm.of_request()
    form.offer(seat.partner for seat in found.seats)
    if not form.validate():
        return show_room(group_id, form, 422)
    try:
        service.give(db(), actor(), group_id, form.task(), now=now())
    except Invalid as error:
        form.show(error)
        return show_room(group_id, form, 422)
    flash(_("The task has been noted."), "success")
    return see_other(_room(group_id))


@bp.route("/groups/<int:group_id>/tasks/<int:task_id>/<any(finish, drop, reopen):action>", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def task_step(group_id: int, task_id: int, action: str) -> Response:
    """Take a step with a task."""
    entered(group_id)
    row = db().get(GroupTask, task_id)
    if row is None or row.group_id != group_id:
        raise NotFound()
    if request.method == "POST":
        service.step(db(), actor(), task_id, action, now=now())
        flash(_("The task has been changed."), "success")
    return see_other(_room(group_id))


@bp.route("/groups/<int:group_id>/results/new", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def result_new(group_id: int) -> Response:
    """Write down what came of the work."""
    found, form = run(group_id), GroupResultForm.of_request(data={"achieved_on": today(now()), "published": True})
    if request.method == "GET":
        return page("groups/result_form.html", form=form, result=None, **standing(found))
    if form.validate():
        try:
            service.add_result(db(), actor(), group_id, form.result(), now=now())
            flash(_("The result has been saved."), "success")
            return see_other(_room(group_id))
        except Invalid as error:
            form.show(error)
    return page("groups/result_form.html", status=422, form=form, result=None, **standing(found))


@bp.route("/groups/<int:group_id>/results/<int:result_id>", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def result_edit(group_id: int, result_id: int) -> Response:
    """Change a result, publish it or take it off the portal."""
    found, row = run(group_id), db().get(GroupResult, result_id)
    if row is None or row.group_id != group_id:
        raise NotFound()
    form = GroupResultForm.of_request(obj=row)
    if request.method == "GET":
        return page("groups/result_form.html", form=form, result=row, **standing(found))
    if form.validate():
        try:
            service.change_result(db(), actor(), result_id, form.result(), version=form.version.number, now=now())
            flash(_("The result has been saved."), "success")
            return see_other(_room(group_id))
        except Invalid as error:
            form.show(error)
    return page("groups/result_form.html", status=422, form=form, result=row, **standing(found))


def _room(group_id: int) -> str:
    return url_for("groups.room", group_id=group_id)
