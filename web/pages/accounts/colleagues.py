"""The people of one's organisation: who they are, inviting them, and what each may do."""

from flask import Response, flash, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.errors import Invalid
from matcher.services import colleagues
from models.enums import Role
from models.queries import accounts as queries
from models.queries.accounts import House
from web import labels
from web.auth import Access, access, actor, now
from web.db import db
from web.forms import FIELD_ERRORS
from web.htmx import page, see_other
from web.pages.accounts import bp
from web.pages.accounts.forms import InviteForm, RoleForm

HOUSE = "/account/organisations/<any(municipality, partner):kind>/<int:house_id>"


def _house(kind: str, house_id: int) -> House:
    return House(municipality_id=house_id) if kind == "municipality" else House(partner_id=house_id)


def _list_url(kind: str, house_id: int) -> str:
    return url_for("accounts.people", kind=kind, house_id=house_id)


def _invite_form(house: House) -> InviteForm:
    form = InviteForm.of_request()
    form.role.choices = [(role.value, labels.label(role)) for role in colleagues.roles_of(house)]
    offices = queries.departments(db(), house.municipality_id) if house.municipality_id else []
    form.department_id.choices = [("", _("None")), *((row.pk, row.name) for row in offices)]
    return form


@bp.get(HOUSE)
@access(Access.SIGNED_IN)
def people(kind: str, house_id: int) -> Response:
    return _people(kind, house_id)


def _people(kind: str, house_id: int, form: InviteForm | None = None, status: int = 200, refused: str = "") -> Response:
    house = _house(kind, house_id)
    row = colleagues.visit(db(), actor(), house)
    manages = policy.may(actor(), "colleague.invite", colleagues.subject_of(house))
    return page(
        "accounts/people.html",
        status=status,
        form=form or _invite_form(house),
        kind=kind,
        house=row,
        manages=manages,
        people=queries.colleagues(db(), house),
        waiting=queries.open_invitations(db(), house, now()) if manages else [],
        roles=colleagues.roles_of(house),
        refused=FIELD_ERRORS.get(refused, ""),
    )


@bp.post(HOUSE)
@access(Access.SIGNED_IN)
def invite(kind: str, house_id: int) -> Response:
    house = _house(kind, house_id)
    form = _invite_form(house)
    if form.validate():
        role, office = Role(form.role.data), form.department_id.data
        try:
            colleagues.invite(db(), actor(), house, form.email.data, role, now(), department_id=office)
            flash(_("The invitation is on its way. The link in it is good for 14 days."), "success")
            return see_other(_list_url(kind, house_id))
        except Invalid as error:
            form.show(error)
    return _people(kind, house_id, form, 422)


@bp.post(f"{HOUSE}/invitations/<int:token_id>/withdraw")
@access(Access.SIGNED_IN)
def withdraw_invitation(kind: str, house_id: int, token_id: int) -> Response:
    colleagues.withdraw_invitation(db(), actor(), _house(kind, house_id), token_id, now())
    flash(_("The invitation has been withdrawn."), "success")
    return see_other(_list_url(kind, house_id))


@bp.post(f"{HOUSE}/seats/<int:membership_id>/role")
@access(Access.SIGNED_IN)
def change_role(kind: str, house_id: int, membership_id: int) -> Response:
    house = _house(kind, house_id)
    form = RoleForm.of_request()
    form.role.choices = [(role.value, role.value) for role in colleagues.roles_of(house)]
    try:
        if form.validate():
            colleagues.change_role(db(), actor(), house, membership_id, Role(form.role.data), now())
            flash(_("The change has been saved."), "success")
            return see_other(_list_url(kind, house_id))
    except Invalid as error:
        return _people(kind, house_id, status=422, refused=next(iter(error.fields.values())))
    return _people(kind, house_id, status=422, refused="unknown")


@bp.post(f"{HOUSE}/seats/<int:membership_id>/revoke")
@access(Access.SIGNED_IN)
def revoke(kind: str, house_id: int, membership_id: int) -> Response:
    try:
        colleagues.revoke(db(), actor(), _house(kind, house_id), membership_id, now())
    except Invalid as error:
        return _people(kind, house_id, status=422, refused=next(iter(error.fields.values())))
    flash(_("The person no longer belongs to the organisation."), "success")
    inside = queries.seat_at(db(), actor().user_id or 0, _house(kind, house_id)) is not None
    return see_other(_list_url(kind, house_id) if inside else url_for("accounts.houses"))
