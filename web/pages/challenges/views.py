"""Challenges as everybody sees them, and the interest that partners show in them."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.lifecycles import OPEN_CHALLENGE, PUBLIC_CHALLENGE
from matcher.services import attachments, challenge_questions, disclosure, flow, interests
from matcher.services.challenge_data import today
from matcher.services.importing import saying
from matcher.services.matchbook import Match
from models import Challenge, Interest
from models.enums import ChallengeKind, ChallengeStatus, EntityType, ImportKind, PartnerKind, Pillar
from models.queries import attachments as attachment_queries
from models.queries import challenge_extras as extras
from models.queries import challenges as queries
from models.queries import collaborations
from models.queries.partners import standings
from web import exports, facets, sheets
from web.auth import Access, access, actor, now, partner_id
from web.db import db
from web.htmx import page, see_other
from web.labels import label
from web.listing import Facet, Listing, Page, goals
from web.matching import matchbook
from web.pages.challenges.forms import InterestForm, QuestionForm
from web.uploads import download

bp = Blueprint("challenges", __name__)

SORTS = {"newest": _l("Newest first"), "decision": _l("Decision date")}
LOOKED_AT, SHOWN = 12, 4
#: what the page of a challenge does not say either
NOT_PUBLIC = ("own_key", "contact_name", "contact_email", "contact_phone")


@dataclass(frozen=True)
class Standpoint:
    """How a challenge looks to the partner whose person is signed in."""

    partner_id: int
    registered: bool
    interest: Interest | None
    match: Match | None

    @property
    def interested(self) -> bool:
        return self.interest is not None and self.interest.withdrawn_at is None


@bp.app_template_filter()
def partner_kind(value: str) -> str:
    """The word for a kind of partner stored as text."""
    return label(PartnerKind(value)) if value in set(PartnerKind) else value


@bp.get("/challenges")
@access(Access.PUBLIC)
def index() -> Response:
    """Search and narrow down what municipalities have published."""
    listing = Listing.of_request("challenges.index", _facets(), SORTS)
    keys = queries.ids(db(), _wanted(listing), listing.sort, today(now()))
    found = listing.search(EntityType.CHALLENGE, keys)
    if sheets.wanted():
        said = saying.challenges(db(), found.keys[: sheets.MOST_ROWS])
        return exports.answer(ImportKind.CHALLENGES, _("Challenges"), said, without=NOT_PUBLIC)
    shown = Page(listing, len(found.keys))
    cards = queries.cards(db(), shown.of(found.keys))
    return listing.show("challenges/index.html", shown, found, cards)


def _facets() -> list[Facet]:
    return [
        facets.of("status", _("Status"), [status for status in ChallengeStatus if status in PUBLIC_CHALLENGE]),
        facets.municipality(),
        facets.goal(),
        facets.of("pillar", _("Pillar"), Pillar),
        facets.of("kind", _("Kind"), ChallengeKind),
        facets.of("partner", _("Wanted partner"), PartnerKind, single=True),
    ]


def _wanted(listing: Listing) -> queries.ChallengeFilter:
    return queries.ChallengeFilter(
        statuses=[ChallengeStatus(value) for value in listing["status"]] or PUBLIC_CHALLENGE,
        open=OPEN_CHALLENGE,
        municipalities=listing["municipality"],
        goals=goals(listing["goal"]),
        kinds=listing["kind"],
        pillars=listing["pillar"],
        wanted=listing["partner"],
    )


@bp.get("/challenges/<int:challenge_id>")
@access(Access.PUBLIC)
def detail(challenge_id: int) -> Response:
    return _show(challenge_id)


@bp.get("/challenges/<int:challenge_id>/interest")
@access(Access.PARTNER)
def interest(challenge_id: int) -> Response:
    """The same page for somebody who has just signed in to show interest; what was typed before is still there."""
    return _show(challenge_id)


@bp.post("/challenges/<int:challenge_id>/interest")
@access(Access.PARTNER)
def show_interest(challenge_id: int) -> Response:
    form = InterestForm.of_request()
    if not form.validate():
        return _show(challenge_id, form, 422)
    try:
        interests.show(db(), actor(), challenge_id, partner_id(), form.message.data or "", now=now())
    except Invalid as error:
        form.show(error)
        return _show(challenge_id, form, 422)
    flash(_("The municipality has been told that you are interested."), "success")
    return see_other(url_for("challenges.detail", challenge_id=challenge_id))


@bp.route("/challenges/<int:challenge_id>/interest/withdraw", methods=["GET", "POST"])
@access(Access.PARTNER)
def withdraw_interest(challenge_id: int) -> Response:
    """A GET comes from somebody whose session ended at the button: they see the challenge again and decide."""
    if request.method == "POST":
        interests.withdraw(db(), actor(), challenge_id, partner_id(), now=now())
        flash(_("Your interest has been withdrawn."), "success")
    return see_other(url_for("challenges.detail", challenge_id=challenge_id))


@bp.route("/challenges/<int:challenge_id>/questions", methods=["GET", "POST"])
@access(Access.PARTNER)
def ask(challenge_id: int) -> Response:
    """Ask the office; a GET comes from somebody who has just signed in to do so."""
    form = QuestionForm.of_request()
    if request.method == "GET":
        return _show(challenge_id, asking=form)
    if not form.validate():
        return _show(challenge_id, status=422, asking=form)
    challenge_questions.ask(db(), actor(), challenge_id, partner_id(), form.question.data or "", now=now())
    flash(_("The office has been asked. Its answer will stand here, without your name."), "success")
    return see_other(url_for("challenges.detail", challenge_id=challenge_id) + "#questions")


@bp.get("/challenges/<int:challenge_id>/files/<int:attachment_id>")
@access(Access.PUBLIC)
def file(challenge_id: int, attachment_id: int) -> Response:
    """A file of a public challenge; one that is confidential only for those who may read that part."""
    row = flow.get(db(), Challenge, challenge_id)
    if row.status not in PUBLIC_CHALLENGE:
        raise NotFound()
    found, data = attachments.content(db(), attachment_id, row)
    if not found.public and not disclosure.may_read(db(), actor(), row):
        raise NotFound()
    return download(found, data)


def _show(
    challenge_id: int, form: InterestForm | None = None, status: int = 200, asking: QuestionForm | None = None
) -> Response:
    found = queries.detail(db(), challenge_id)
    if found is None or found.challenge.status not in PUBLIC_CHALLENGE:
        raise NotFound()
    mine = _standpoint(challenge_id) if actor().partner_ids else None
    if mine is not None and form is None:
        form = InterestForm.of_request(obj=mine.interest)
    return page(
        "challenges/detail.html",
        "content",
        status,
        found=found,
        row=found.challenge,
        is_open=found.challenge.status in OPEN_CHALLENGE,
        today=today(now()),
        mine=mine,
        form=form,
        asking=asking or QuestionForm.of_request(),
        asked=extras.readable(db(), challenge_id, mine.partner_id if mine else None),
        **_told(found.challenge),
        manages=policy.may(actor(), "city.work", flow.of_municipality(found.municipality.pk)),
        **_nearby(found),
    )


def _told(row: Challenge) -> dict[str, Any]:
    """The files that the person may have, and whether the confidential part is told."""
    files = attachment_queries.of(db(), "challenge", row.pk)
    hidden = bool(row.confidential) or any(not file.public for file in files)
    disclosed = hidden and disclosure.may_read(db(), actor(), row)
    return {"disclosed": disclosed, "files": [file for file in files if file.public or disclosed]}


def _standpoint(challenge_id: int) -> Standpoint:
    ours = partner_id()
    ranking = matchbook().challenges_for_partner(db(), ours, limit=1, allowed={challenge_id})
    return Standpoint(
        ours,
        bool(standings(db(), ours) & interests.STANDING),
        queries.interest(db(), challenge_id, ours),
        next(iter(ranking.matches), None),
    )


def _nearby(found: queries.ChallengeDetail) -> dict[str, Any]:
    """Challenges and precedents that resemble this one."""
    row = found.challenge
    text = "\n".join(part for part in (row.title, row.problem, row.outcome) if part)
    challenges = matchbook().similar(db(), text, EntityType.CHALLENGE, limit=LOOKED_AT).matches
    done = matchbook().similar(db(), text, EntityType.COLLABORATION, limit=LOOKED_AT).matches
    others = [match.entity_id for match in challenges if match.fit and match.entity_id != row.pk]
    return {
        "similar": queries.with_town(db(), others, PUBLIC_CHALLENGE)[:SHOWN],
        "precedents": collaborations.with_town(db(), [match.entity_id for match in done if match.fit])[:SHOWN],
    }
