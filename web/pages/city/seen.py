"""How far down a list was read, and a recommendation computed again from what was kept of its day."""

from typing import Any

from flask import Response, request
from flask_babel import lazy_gettext as _l

from matcher.errors import NotFound
from matcher.services import exposures
from models import Partner
from models.queries import partner_rooms as rooms
from models.queries import recommendations as reads
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page
from web.pages.city.room import bp, own

#: what can come out otherwise, in words
ASPECTS = {
    "place": _l("Place in the list"),
    "score": _l("Score"),
    "fit": _l("Fit"),
    "likelihood": _l("Likelihood"),
    "parts": _l("Parts of the score"),
    "evidence": _l("Sentences shown as evidence"),
    "signals": _l("For and against"),
}


@bp.post("/city/runs/<int:run_id>/seen")
@access(Access.CITY)
def run_seen(run_id: int) -> Response:
    """The browser says, when a list is left, down to which place it was in view."""
    exposures.run_seen(db(), actor(), run_id, told_depth(), now=now())
    return Response(status=204)


def told_depth() -> int:
    text = request.form.get("depth", "")
    return int(text) if text.isdecimal() and len(text) < 5 else 0


@bp.get("/city/matches/<int:recommendation_id>/replay")
@access(Access.CITY)
def replay(recommendation_id: int) -> Response:
    """The same computation again: whether the same comes out, and what not."""
    from matcher.services import replay as service  # brings the engine with it

    found = reads.listed(db(), municipality_id(), recommendation_id=recommendation_id)
    if not found:
        raise NotFound()
    row = found[0].recommendation
    verdict = service.replay_recommendation(db(), recommendation_id)
    return page(
        "city/replay.html",
        c=found[0],
        rec=row,
        found=own(row.challenge_id) if row.challenge_id is not None else None,
        seeker=db().get(Partner, row.seeker_id) if row.seeker_id is not None else None,
        run=reads.run(db(), row.run_id) if row.run_id is not None else None,
        verdict=verdict,
        rows=[_told(d, names) for names in [_names(verdict)] for d in verdict.differences] if verdict else [],
    )


def _names(verdict: Any) -> dict[int, str]:
    partners = rooms.partners(db(), {difference.partner_id for difference in verdict.differences})
    return {key: partner.name for key, partner in partners.items()}


def _told(difference: Any, names: dict[int, str]) -> tuple[str, Any, Any, Any]:
    """Partner, aspect, stored and computed; what is not a number would fill pages."""
    shown = [v if isinstance(v, int | float) else None for v in (difference.stored, difference.computed)]
    return names.get(difference.partner_id, ""), ASPECTS[difference.what], *shown
