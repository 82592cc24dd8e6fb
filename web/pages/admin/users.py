"""People: looking them up, setting up accounts, seats and rights."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher.errors import Invalid, NotFound
from matcher.services import admin
from models import Membership, User
from models.queries import admin as queries
from models.queries.accounts import House
from web import labels
from web.auth import Access, access, actor, now
from web.db import db
from web.forms import clean
from web.htmx import page, see_other
from web.pages.admin import bp
from web.pages.admin.forms import NewUserForm, SeatForm
from web.pages.admin.paging import PER_PAGE, Page, offset, requested


@bp.get("/admin/users")
@access(Access.ADMIN)
def users() -> Response:
    q = (clean(request.args.get("q")) or "")[:200]
    found, total = queries.users(db(), q, offset(), PER_PAGE)
    seats = queries.seats_of(db(), [user.pk for user in found])
    return page("admin/users.html", "results", q=q, users=found, seats=seats, page=Page(requested(), total))


def _towns() -> list[tuple[str, str]]:
    return [(town.code, labels.municipality_name(town)) for town, _number in queries.municipalities(db())]


def _new_form() -> NewUserForm:
    form = NewUserForm.of_request()
    form.offer(_towns(), none=True)
    return form


@bp.get("/admin/users/new")
@access(Access.ADMIN)
def user_new() -> Response:
    return page("admin/user_new.html", form=_new_form())


@bp.post("/admin/users/new")
@access(Access.ADMIN)
def user_create() -> Response:
    form = _new_form()
    if form.validate():
        try:
            role, house = form.chosen(), _house(form)
            entered = form.email.data, form.name.data, form.language.data
            user = admin.create_user(db(), actor(), *entered, now(), role=role, house=house)
            flash(
                _("The account has been set up. A mail with a link for choosing a password is on its way."), "success"
            )
            return see_other(url_for("admin.user", user_id=user.pk))
        except Invalid as error:
            form.show(error)
    return page("admin/user_new.html", status=422, form=form)


def _house(form: SeatForm) -> House | None:
    role = form.chosen() if not form.errors else None
    if role is None:
        return None
    return admin.house_for(db(), role, form.municipality.data or "", form.partner.data or "")


@bp.get("/admin/users/<int:user_id>")
@access(Access.ADMIN)
def user(user_id: int) -> Response:
    return _user(user_id)


def _user(user_id: int, form: SeatForm | None = None, status: int = 200) -> Response:
    person = admin.look_up(db(), actor(), User, user_id)
    if form is None:
        form = SeatForm(formdata=None)
        form.offer(_towns(), none=False)
    seats = queries.seats_of(db(), [user_id])[user_id]
    return page("admin/user.html", status=status, person=person, seats=seats, form=form)


@bp.post("/admin/users/<int:user_id>")
@access(Access.ADMIN)
def seat_give(user_id: int) -> Response:
    form = SeatForm.of_request()
    form.offer(_towns(), none=False)
    try:
        role = form.chosen() if form.validate() else None
        house = _house(form)
        if role is not None and house is not None:
            admin.give_seat(db(), actor(), user_id, role, house, now())
            return _saved(user_id)
    except Invalid as error:
        form.show(error)
    return _user(user_id, form, 422)


@bp.post("/admin/users/<int:user_id>/seats/<int:membership_id>/take")
@access(Access.ADMIN)
def seat_take(user_id: int, membership_id: int) -> Response:
    if admin.look_up(db(), actor(), Membership, membership_id).user_id != user_id:
        raise NotFound()
    admin.take_seat(db(), actor(), membership_id, now())
    return _saved(user_id)


@bp.post("/admin/users/<int:user_id>/enable")
@access(Access.ADMIN)
def enable(user_id: int) -> Response:
    admin.set_active(db(), actor(), user_id, True, now())
    return _saved(user_id)


@bp.post("/admin/users/<int:user_id>/disable")
@access(Access.ADMIN)
def disable(user_id: int) -> Response:
    admin.set_active(db(), actor(), user_id, False, now())
    return _saved(user_id)


@bp.post("/admin/users/<int:user_id>/grant-admin")
@access(Access.ADMIN)
def grant_admin(user_id: int) -> Response:
    admin.set_admin(db(), actor(), user_id, True, now())
    return _saved(user_id)


@bp.post("/admin/users/<int:user_id>/revoke-admin")
@access(Access.ADMIN)
def revoke_admin(user_id: int) -> Response:
    admin.set_admin(db(), actor(), user_id, False, now())
    return _saved(user_id)


@bp.post("/admin/users/<int:user_id>/resend-link")
@access(Access.ADMIN)
def resend_link(user_id: int) -> Response:
    admin.resend_link(db(), actor(), user_id, now())
    flash(_("The mail is on its way."), "success")
    return see_other(url_for("admin.user", user_id=user_id))


def _saved(user_id: int) -> Response:
    flash(_("The change has been saved."), "success")
    return see_other(url_for("admin.user", user_id=user_id))
