"""The operator's front page, and municipalities; the other modules of this area add people, mail and audit trail."""

from flask import Response, current_app, flash, url_for
from flask_babel import gettext as _

from matcher.errors import Invalid
from matcher.services import admin
from models import Municipality
from models.queries import accounts as account_queries
from models.queries import admin as queries
from web.auth import Access, access, actor, now
from web.db import db, engine
from web.htmx import page, see_other
from web.pages.admin import audit, bp, mails, model, users
from web.pages.admin.forms import DepartmentForm, MunicipalityForm, NewMunicipalityForm
from web.settings import Settings

__all__ = ["audit", "bp", "mails", "model", "users"]


@bp.get("/admin")
@access(Access.ADMIN)
def index() -> Response:
    return page("admin/index.html", counts=queries.counts(db()), configuration=_configuration())


def _configuration() -> list[tuple[str, str]]:
    """What the operator may want to check at a glance; nothing secret."""
    settings: Settings = current_app.extensions["settings"]
    modes = {"demo": _("Demonstration mode"), "production": _("Production"), "test": _("Test")}
    model = _("Bundled model") if settings.encoder_model == "bundled" else settings.encoder_model
    return [
        (_("Mode"), modes[settings.mode]),
        (_("Public address"), settings.base_url),
        (_("Database"), engine().dialect.name),
        (_("Mail"), _("By mail server") if settings.smtp_url else _("Written to files; nothing is sent")),
        (_("Model that reads texts"), model),
        (_("Cookies over https only"), _("Yes") if settings.cookie_secure else _("No")),
        (_("Figures for monitoring"), _("On") if settings.metrics_token else _("Off")),
    ]


@bp.get("/admin/municipalities")
@access(Access.ADMIN)
def municipalities() -> Response:
    return page("admin/municipalities.html", towns=queries.municipalities(db()))


@bp.get("/admin/municipalities/new")
@access(Access.ADMIN)
def municipality_new() -> Response:
    return page("admin/municipality_new.html", form=NewMunicipalityForm.of_request())


@bp.post("/admin/municipalities/new")
@access(Access.ADMIN)
def municipality_create() -> Response:
    form = NewMunicipalityForm.of_request()
    if form.validate():
        try:
            town = admin.create_municipality(db(), actor(), form.code.data, form.entered(), now())
            flash(
                _("The municipality has been added. Please add its departments and its first coordinator."), "success"
            )
            return see_other(url_for("admin.municipality", municipality_id=town.pk))
        except Invalid as error:
            form.show(error)
    return page("admin/municipality_new.html", status=422, form=form)


@bp.get("/admin/municipalities/<int:municipality_id>")
@access(Access.ADMIN)
def municipality(municipality_id: int) -> Response:
    return _municipality(municipality_id)


def _municipality(
    municipality_id: int,
    form: MunicipalityForm | None = None,
    office: DepartmentForm | None = None,
    status: int = 200,
) -> Response:
    town = admin.look_up(db(), actor(), Municipality, municipality_id)
    return page(
        "admin/municipality.html",
        status=status,
        town=town,
        form=form or MunicipalityForm(formdata=None, obj=town),
        office=office or DepartmentForm(formdata=None),
        departments=account_queries.departments(db(), town.pk),
    )


@bp.post("/admin/municipalities/<int:municipality_id>")
@access(Access.ADMIN)
def municipality_change(municipality_id: int) -> Response:
    form = MunicipalityForm.of_request()
    if form.validate():
        try:
            admin.change_municipality(db(), actor(), municipality_id, form.entered(), form.version.data, now())
            flash(_("The change has been saved."), "success")
            return see_other(url_for("admin.municipality", municipality_id=municipality_id))
        except Invalid as error:
            form.show(error)
    return _municipality(municipality_id, form=form, status=422)


@bp.post("/admin/municipalities/<int:municipality_id>/departments")
@access(Access.ADMIN)
def department_add(municipality_id: int) -> Response:
    office = DepartmentForm.of_request()
    if office.validate():
        try:
            admin.add_department(db(), actor(), municipality_id, office.department.data, now())
            flash(_("The department has been added."), "success")
            return see_other(url_for("admin.municipality", municipality_id=municipality_id))
        except Invalid as error:
            office.show(error)
    return _municipality(municipality_id, office=office, status=422)
