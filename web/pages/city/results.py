"""What a collaboration of the office came to, written down by its coordinator."""

from flask import Response, flash, request, url_for
from flask_babel import gettext as _

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.services import collaborations as service
from matcher.services import flow
from models import Collaboration
from models.enums import CollaborationResult
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.pages.city.forms import ResultForm
from web.pages.city.room import bp


@bp.route("/city/collaborations/<int:collaboration_id>/result", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def collaboration_result(collaboration_id: int) -> Response:
    """The form, and what is done with it."""
    row = _own(collaboration_id)
    form = ResultForm.of_request(data={"result": row.result.value if row.result else None, "outcome": row.outcome})
    if request.method == "GET":
        return page("city/result.html", form=form, row=row)
    if not form.validate():
        return page("city/result.html", status=422, form=form, row=row)
    try:
        said = CollaborationResult(form.result.data)
        service.say_result(db(), actor(), row.pk, said, form.outcome.data or "", now=now())
    except Invalid as error:
        form.show(error)
        return page("city/result.html", status=422, form=form, row=row)
    flash(_("The result has been recorded."), "success")
    published = url_for("collaborations.detail", collaboration_id=row.pk)
    return see_other(published if row.published else url_for("city.worklist"))


def _own(collaboration_id: int) -> Collaboration:
    """A collaboration of this municipality.

    Raises NotFound for any other.
    """
    row = db().get(Collaboration, collaboration_id)
    if row is None or row.municipality_id != municipality_id():
        raise NotFound()
    policy.require(actor(), "collaboration.say_result", flow.of_municipality(row.municipality_id))
    return row
