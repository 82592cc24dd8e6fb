"""The team proposal of a challenge: which partners cover its needs together, beside what one of them does alone."""

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import ngettext

from matcher.services import teams as service
from matcher.services.matchbook import Member, Team
from matcher.services.runs import OVER
from models.queries import partner_rooms as rooms
from models.queries import recommendations as reads
from models.queries.city import OwnChallenge
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.htmx import page, see_other
from web.labels import pairs
from web.matching import matchbook
from web.pages.city.room import bp, own


@bp.route("/city/challenges/<int:challenge_id>/team", methods=["GET", "POST"])
@access(Access.CITY)
def team(challenge_id: int) -> Response:
    """Who could cover the needs together; POST puts members on the list of recommendations."""
    found = own(challenge_id)
    if request.method == "GET":
        return page("city/team.html", **_told(found, service.propose(db(), actor(), challenge_id, matchbook())))
    chosen = {int(key) for key in request.form.getlist("partner_id") if key.isdecimal() and len(key) < 10}
    added = service.put_forward(db(), actor(), challenge_id, chosen, matchbook=matchbook(), now=now())
    flash(
        ngettext("%(num)s partner has been added to the list.", "%(num)s partners have been added to the list.", added),
        "success",
    )
    return see_other(url_for("city.team", challenge_id=challenge_id))


def _told(found: OwnChallenge, proposed: Team) -> dict[str, Any]:
    """What the page shows; members whose partner has gone in the meantime are left out."""
    single = proposed.single
    people = [*proposed.members, single] if single is not None else [*proposed.members]
    partners = rooms.partners(db(), [member.partner_id for member in people])
    candidates = reads.listed(db(), municipality_id(), challenge_id=found.challenge.pk)
    return {
        "found": found,
        "row": found.challenge,
        "team": proposed,
        "members": [(partners[m.partner_id], m, _cells(m)) for m in proposed.members if m.partner_id in partners],
        "single": (partners[single.partner_id], single, _cells(single))
        if single is not None and single.partner_id in partners
        else None,
        "best": [_best(proposed, need) for need in range(len(proposed.needs))],
        "listed": {c.partner.pk: c.recommendation for c in candidates},
        "can_add": found.challenge.status not in OVER,
        "written": sum(side.part == "need" for side in proposed.needs),
    }


def _cells(member: Member) -> list[dict[str, Any] | None]:
    """A member's answer to each need as `ev.pair` draws it."""
    return [pairs([answer])[0] if answer is not None else None for answer in member.answers]


def _best(proposed: Team, need: int) -> int | None:
    """The partner of the team that covers a need best."""
    able = [(a.strength, -m.partner_id) for m in proposed.members if need in m.covers and (a := m.answers[need])]
    return -max(able)[1] if able else None
