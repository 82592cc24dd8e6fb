"""When nobody fits yet: the routes that lead on, and asking the nearest partners to say more."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import Response, flash, request, url_for
from flask_babel import ngettext

from matcher.lifecycles import OPEN_CHALLENGE
from matcher.services import asking as service
from matcher.services.near_groups import near
from models.enums import RecommendationStatus as R
from models.queries import nearest as reads
from models.queries.city import OwnChallenge
from models.queries.groups import GroupCard
from models.queries.nearest import Asked, Elsewhere
from models.queries.recommendations import Candidate
from web.auth import Access, access, actor, now
from web.db import db
from web.htmx import see_other
from web.pages.city.room import bp, own


@dataclass(frozen=True)
class Routes:
    """What can be done about a challenge that nobody fits; `askable` partners can be written to.

    `elsewhere` when only our own partners are looked at.
    """

    elsewhere: Elsewhere | None
    groups: list[GroupCard]
    asked: list[Asked]
    askable: int


def routes(found: OwnChallenge, goals: set[int], candidates: Iterable[Candidate], *, here: bool) -> Routes:
    """Looks for routes that work: none is offered that leads nowhere."""
    row = found.challenge
    asked = reads.asked(db(), row, now() - service.PAUSE)
    known = {item.partner.pk for item in asked}
    weak = [c for c in candidates if _could_be_asked(c) and c.partner.pk not in known]
    return Routes(
        reads.elsewhere(db(), found.municipality) if here else None,
        near(db(), row, goals),
        [item for item in asked if item.challenge_id == row.pk],
        min(len(weak), service.MOST_ASKED) if row.status in OPEN_CHALLENGE else 0,
    )


def _could_be_asked(candidate: Candidate) -> bool:
    row = candidate.recommendation
    listed = row.status is R.PROPOSED and row.rank is not None and row.fit < reads.FAIR
    return listed and candidate.has_account and candidate.registered


@bp.route("/city/challenges/<int:challenge_id>/ask", methods=["GET", "POST"])
@access(Access.CITY)
def ask(challenge_id: int) -> Response:
    """Ask the nearest partners to say more about themselves."""
    row = own(challenge_id).challenge
    if request.method == "POST":
        asked = service.ask_to_say_more(db(), actor(), row.pk, now=now())
        words = ngettext("%(num)s partner has been written to.", "%(num)s partners have been written to.", asked)
        flash(words, "success")
    return see_other(url_for("city.matches", challenge_id=row.pk))
