"""The first page after signing in: what fits, what waits, where one is registered, and what would help."""

from dataclasses import dataclass

from flask import Response, url_for
from flask_babel import gettext as _

from matcher.errors import NotFound
from matcher.lifecycles import PUBLIC_CHALLENGE
from matcher.services import completeness
from matcher.services.matchbook import Evidence, Match
from models import Partner
from models.queries import partner_rooms as queries
from models.queries.partner_rooms import Front, OpenChallenge
from models.queries.recommendations import introductions_of_seeker, invitations
from web.auth import Access, access, now, partner_id
from web.db import db
from web.htmx import page, see_other, wants_fragment
from web.matching import matchbook
from web.pages.me.lacks import Step
from web.pages.me.lacks import steps as steps_to_more
from web.pages.me.room import bp, own, room
from web.pages.me.seen import signed

SHOWN, SHOWN_PARTNERS = 6, 10
WORTH_SHOWING, FAIR = 1, 2


@dataclass(frozen=True)
class Fit:
    """A challenge that fits, with the reasons."""

    match: Match
    challenge: OpenChallenge


@dataclass(frozen=True)
class Fits:
    """The challenges that fit, and those that come no nearer than weakly; what would open more.

    `unread` while the partner's texts have not been read at all, `changing` while some wait.
    """

    found: list[Fit]
    near: list[Fit]
    unread: bool
    changing: bool
    lacks: list[Step]

    @property
    def signed(self) -> str:
        """The list as the page hands it back when it has been read."""
        return signed([fit.challenge.id for fit in self.found])


@dataclass(frozen=True)
class Resembling:
    """Another partner that could be worked with, with the reasons."""

    match: Match
    other: Partner
    answers: list[Evidence]  # what it offers to what we look for
    asks: list[Evidence]  # what it looks for and we offer


@bp.get("/me")
@access(Access.PARTNER)
def home() -> Response:
    front = _front()
    steps = completeness.steps(front.partner, front.said)
    return room(
        "me/home.html",
        front.partner,
        fits=_fits(front.partner.pk, front.read, front.waiting),
        invitations=[item for item in invitations(db(), front.partner.pk) if item.open] if front.heard else [],
        groups=queries.groups(db(), front.partner.pk) if front.heard else [],
        registrations=front.registrations,
        steps=steps,
        percent=completeness.percent(steps),
        words=_words(),
        now=now(),
    )


@bp.get("/me/fits")
@access(Access.PARTNER)
def fits() -> Response:
    """The block with what fits, asked for again while the texts are being read."""
    if not wants_fragment():
        return see_other(url_for("me.home"))
    return page("me/home.html", "fits", fits=_fits(partner_id(), *queries.reading(db(), partner_id())))


@bp.get("/me/partners")
@access(Access.PARTNER)
def partners() -> Response:
    """Who could be worked with; a coordinator makes the introduction, so a registration comes first."""
    front = _front()
    every = _resembling(front.partner) if front.registered else []
    found = [item for item in every if item.match.fit >= FAIR]
    near = [item for item in every if item not in found]
    met = introductions_of_seeker(db(), front.partner.pk)
    return room("me/partners.html", front.partner, found=found, near=near, front=front, met=met)


@bp.get("/me/interests")
@access(Access.PARTNER)
def interests() -> Response:
    partner = own()
    return room("me/interests.html", partner, rows=queries.interests(db(), partner.pk), public=PUBLIC_CHALLENGE)


def _front() -> Front:
    found = queries.front(db(), partner_id(), enough=completeness.ENOUGH_OFFERING)
    if found is None:
        raise NotFound()
    return found


def _resembling(own: Partner) -> list[Resembling]:
    matches = matchbook().partners_for_partner(db(), own.pk, limit=SHOWN_PARTNERS).matches
    worth = [match for match in matches if match.fit >= WORTH_SHOWING]
    public = queries.public_among(db(), [match.entity_id for match in worth])  # the index may lag behind
    others = queries.partners(db(), public)
    return [_sided(m, own, others[m.entity_id]) for m in worth if m.entity_id in others]


def _sided(match: Match, own: Partner, other: Partner) -> Resembling:
    """The evidence by who asks; a sentence that neither says any more is left out."""
    asked = [[e for e in match.evidence if e.asks.text in side.seeks] for side in (own, other)]
    return Resembling(match, other, *asked)


def _fits(key: int, read: bool, waiting: bool) -> Fits:
    if waiting and not read:
        return Fits([], [], unread=True, changing=True, lacks=[])
    open_now = queries.open_challenges(db())
    matches = matchbook().challenges_for_partner(db(), key, limit=SHOWN, allowed=list(open_now)).matches
    shown = [Fit(m, open_now[m.entity_id]) for m in matches if m.fit >= WORTH_SHOWING and m.entity_id in open_now]
    fair = [fit for fit in shown if fit.match.fit >= FAIR]
    near = [fit for fit in shown if fit not in fair]
    return Fits(fair, near, unread=False, changing=waiting, lacks=steps_to_more(key, open_now))


def _words() -> dict[str, tuple[str, str]]:
    """What each step of completeness asks for, and where it is done."""
    return {
        "offering": (_("Describe at least one offering"), url_for("me.offering_new")),
        "profile": (_("Describe what you do in three sentences or more"), url_for("me.profile")),
        "offering_text": (_("Say for each offering what changes by it"), url_for("me.offerings")),
        "track_record": (_("Add a track record to an offering"), url_for("me.offerings")),
        "regions": (_("Say where you work"), url_for("me.profile")),
        "targets": (_("Choose the SDG targets that you serve"), url_for("me.targets")),
        "seeks": (_("Say what you are looking for"), url_for("me.profile")),
        "asks": (_("Say what you would ask of a city"), url_for("me.offerings")),
        "website": (_("Add your website"), url_for("me.profile")),
    }
