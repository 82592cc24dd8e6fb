"""The time limits of the office: when its work list turns amber and red."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from matcher import policy
from matcher.errors import Invalid
from matcher.services import flow, worklist
from matcher.services import patience as service
from matcher.services.worklist import PATIENCE, Desk
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.forms import FIELD_ERRORS, BaseForm
from web.htmx import page, see_other
from web.pages.city.room import bp
from web.pages.city.worklist import HOLDERS

LEVELS = {"amber": _l("Amber after"), "red": _l("Red after")}


def _days(words: Any) -> IntegerField:
    within = NumberRange(1, service.LONGEST, FIELD_ERRORS["limits"])
    return IntegerField(words, [InputRequired(FIELD_ERRORS["limits"]), within])


class _Form(BaseForm):
    """`seen` is how the limits stood when the page was drawn; the days of the desks are added below."""

    seen = HiddenField()

    def limits(self) -> dict[Desk, tuple[int, int]]:
        """The days as typed."""
        return {desk: (self[f"{desk.value}_amber"].data, self[f"{desk.value}_red"].data) for desk in PATIENCE}


LimitsForm: Any = type(
    "LimitsForm",
    (_Form,),
    {f"{desk.value}_{level}": _days(words) for desk in PATIENCE for level, words in LEVELS.items()},
)


@bp.route("/city/patience", methods=["GET", "POST"])
@access(Access.CITY)
def patience() -> Response:
    """Everybody in the office reads the limits, coordinators set them."""
    form = LimitsForm.of_request(data=_stored())
    if request.method == "GET":
        return _show(form)
    policy.require(actor(), "city.coordinate", flow.of_municipality(municipality_id()))
    if not form.validate():
        return _show(form, 422)
    try:
        service.set_limits(db(), actor(), municipality_id(), form.limits(), seen=form.seen.data or "", now=now())
    except Invalid as error:
        form.show(error)
        return _show(form, 422)
    flash(_("The time limits have been saved."), "success")
    return see_other(url_for("city.patience"))


def _stored() -> dict[str, Any]:
    limits = worklist.time_limits(db(), municipality_id())
    days = {f"{desk.value}_amber": amber for desk, (amber, _red) in limits.items()}
    days |= {f"{desk.value}_red": red for desk, (_amber, red) in limits.items()}
    return {**days, "seen": service.stamp(limits)}


def _show(form: Any, status: int = 200) -> Response:
    usual = service.defaults()
    rows = [(desk, HOLDERS[PATIENCE[desk][0]], *usual[desk]) for desk in PATIENCE]
    return page("city/patience.html", status=status, form=form, rows=rows)


@bp.route("/city/patience/reset", methods=["GET", "POST"])
@access(Access.CITY)
def patience_reset() -> Response:
    """Back to the limits that hold for everybody. A GET comes from somebody whose session ended at the button."""
    if request.method == "POST":
        service.reset(db(), actor(), municipality_id(), seen=request.form.get("seen", ""), now=now())
        flash(_("The usual time limits hold again."), "success")
    return see_other(url_for("city.patience"))
