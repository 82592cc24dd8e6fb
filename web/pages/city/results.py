"""What a collaboration of the office came to, written down by its coordinator."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.errors import Conflict, Invalid
from matcher.services import flow
from matcher.services import outcomes as service
from models import Collaboration
from models.queries import pilots as queries
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city.collaborations import conflict, own_collaboration
from web.pages.city.room import bp
from web.pilot_forms import ResultForm, judged, target_choices


@bp.route("/city/collaborations/<int:collaboration_id>/result", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def collaboration_result(collaboration_id: int) -> Response:
    """The form, and what is done with it."""
    row = own_collaboration(collaboration_id)
    policy.require(actor(), "collaboration.say_result", flow.of_municipality(row.municipality_id))
    criteria = queries.criteria(db(), row.pk)
    form = ResultForm.of_request(data=_typed(row) | {"criteria": [judged(each) for each in criteria]})
    form.targets.choices = target_choices()
    if request.method == "GET":
        return page("city/result.html", form=form, row=row, criteria=criteria)
    if not form.validate():
        return page("city/result.html", status=422, form=form, row=row, criteria=criteria)
    try:
        service.finish(db(), actor(), row.pk, form.said(), form.version.number, now=now())
    except Invalid as error:
        form.show(error)
        return page("city/result.html", status=422, form=form, row=row, criteria=criteria)
    except Conflict as error:
        return conflict("city/result.html", form, error, row=row, criteria=criteria)
    flash(_("The result has been recorded."), "success")
    return see_other(url_for("city.collaboration", collaboration_id=row.pk))


def _typed(row: Collaboration) -> dict[str, Any]:
    """A stored result as the fields of its form."""
    texts = {name: getattr(row, name) for name in ("outcome", "learned", "next_step_reason", "version")}
    targets = [target.target for target in queries.targets(db(), row.pk)]
    return texts | {"result": row.result.value if row.result else None, "targets": targets}
