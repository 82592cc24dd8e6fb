"""One recommendation on paper: what an office attaches to the draft decision (起案) on which it asks for approval."""

from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _

from models import Partner
from models.queries import city as queries
from models.queries import partner_rooms as rooms
from models.queries import recommendations as reads
from models.queries.city import OwnChallenge
from web import pdf
from web.auth import Access, access, now
from web.db import db
from web.htmx import page
from web.pages.city.matches import candidate_of
from web.pages.city.room import bp, own
from web.pages.city.told import features, precedents
from web.papers import language
from web.reasons import reason


@bp.get("/city/matches/<int:recommendation_id>/print")
@access(Access.CITY)
def paper(recommendation_id: int) -> Response:
    """A record of the recommendation with its reasons, on one or two pages of A4; as a PDF when the address asks."""
    candidate = candidate_of(recommendation_id)
    row = candidate.recommendation
    found = own(row.challenge_id) if row.challenge_id is not None else None
    run, decided_by = reads.made_and_decided(db(), row.pk)
    said = {
        "c": candidate,
        "rec": row,
        "found": found,
        "seeker": db().get(Partner, row.seeker_id) if row.seeker_id is not None else None,
        **_sides(found, candidate.partner.pk),
        "run": run,
        "precedents": precedents(candidate, run),
        "features": features(row.features),
        "decided_by": decided_by,
        "because": reason,
        "today": now(),
    }
    return _pdf(said) if request.args.get("as") == "pdf" else page("city/paper.html", **said)


def _pdf(said: dict[str, Any]) -> Response:
    title = _("Record of a recommendation: %(name)s", name=said["c"].partner.name)
    html = render_template("city/paper.html", written_in=language(), **said)
    return pdf.answer(html, title, url_for("city.paper", recommendation_id=said["rec"].pk))


def _sides(found: OwnChallenge | None, partner_id: int) -> dict[str, Any]:
    challenge_id = found.challenge.pk if found else 0
    return {
        "needs": queries.needs(db(), challenge_id),
        "targets": queries.targets(db(), challenge_id),
        "offerings": rooms.offerings(db(), partner_id),
        "regions": rooms.regions(db(), partner_id),
        "registered": reads.registered_with(db(), partner_id),
    }
