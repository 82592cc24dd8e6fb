"""The matches of a challenge: who is recommended, why, and what the office decides. The heart of the product."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.lifecycles import OPEN_CHALLENGE
from matcher.services import recommendations as service
from matcher.services.runs import MOST, OVER
from models import Partner
from models.enums import DeclineReason
from models.enums import RecommendationStatus as R
from models.queries import city as queries
from models.queries import city_partners as partner_queries
from models.queries import recommendations as reads
from models.queries.recommendations import Candidate
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.feature_words import FEATURES
from web.forms import BaseForm, clean
from web.htmx import page, see_other, wants_fragment
from web.matching import matchbook
from web.pages.city import sheets, trail
from web.pages.city.forms import ApproveForm, DeclineForm
from web.pages.city.room import bp, own

FIRST, MORE = 20, 20
FAIR = 2
UNDER_WAY = frozenset({R.APPROVED, R.INVITED, R.ACCEPTED, R.INTRODUCED})
ASIDE = frozenset({R.DECLINED, R.REFUSED, R.LAPSED})
MOVED_ON = _l("Somebody has moved this on in the meantime. This is its present state.")


@dataclass(frozen=True)
class Board:
    """The candidates of a page, sorted by what there is to do with them."""

    under_way: list[Candidate]
    to_decide: list[Candidate]
    dropped_out: list[Candidate]
    aside: list[Candidate]
    ranked: int
    weak: bool

    @classmethod
    def of(cls, candidates: Sequence[Candidate]) -> "Board":
        """Proposals that a later run no longer found, and that nobody added, stand apart."""
        proposed = [c for c in candidates if c.recommendation.status is R.PROPOSED]
        gone = [c for c in proposed if c.recommendation.rank is None and c.recommendation.source == "engine"]
        under_way = [c for c in candidates if c.recommendation.status in UNDER_WAY]
        decidable = [c for c in proposed if c not in gone]
        best = max((c.recommendation.fit for c in under_way + decidable), default=0)
        return cls(
            under_way,
            decidable,
            gone,
            [c for c in candidates if c.recommendation.status in ASIDE],
            sum(c.recommendation.rank is not None for c in proposed),
            best < FAIR,
        )


@bp.get("/city/challenges/<int:challenge_id>/matches")
@access(Access.CITY)
def matches(challenge_id: int) -> Response:
    """Ranked partners with their evidence; `here` leaves those registered with this office, `q` finds one to add."""
    found = own(challenge_id)
    candidates = reads.listed(db(), municipality_id(), challenge_id=challenge_id)
    here = request.args.get("here") == "1"
    if sheets.wanted():
        return sheets.matches(found.challenge.title, [c for c in candidates if c.registered_here or not here])
    listed = {c.partner.pk for c in candidates}
    return page(
        "city/matches.html",
        found=found,
        row=found.challenge,
        needs=queries.needs(db(), challenge_id),
        targets=queries.targets(db(), challenge_id),
        board=Board.of([c for c in candidates if c.registered_here or not here]),
        here=here,
        run=reads.latest_run(db(), municipality_id(), challenge_id=challenge_id),
        waiting_hands=[p for _, p in reads.interested(db(), challenge_id) if p.pk not in listed],
        listed=listed,
        **_searched(),
        **deciding(found.challenge.status in OPEN_CHALLENGE),
        can_run=found.challenge.status not in OVER,
        more=MORE,
        most=MOST,
    )


def _searched() -> dict[str, Any]:
    text = (clean(request.args.get("q", "")[:200]) or "").strip()
    found: list[Partner] = partner_queries.partners_named(db(), text) if text else []
    return {"q": text, "hits": found}


def deciding(is_open: bool) -> dict[str, Any]:
    """What the decision box of every candidate needs."""
    return {
        "is_open": is_open,
        "approve_form": ApproveForm(formdata=None),
        "decline_form": DeclineForm(formdata=None),
        "moved_on": "",
        "because": trail.reason,
    }


@bp.route("/city/challenges/<int:challenge_id>/run", methods=["GET", "POST"])
@access(Access.CITY)
def run(challenge_id: int) -> Response:
    """Ask the matcher, again or for more."""
    row = own(challenge_id).challenge
    if request.method == "POST":
        made = service.run(
            db(),
            actor(),
            row.pk,
            matchbook(),
            limit=wanted_number(),
            registered_here="here" in request.form,
            now=now(),
        )
        flash(_("%(count)s partners were considered.", count=made.considered), "success")
    here = {"here": "1"} if "here" in request.form else {}
    return see_other(url_for("city.matches", challenge_id=row.pk, **here))


def wanted_number() -> int:
    """How many partners the office asks for."""
    text = request.form.get("limit", "")
    return min(max(int(text), 1), MOST) if text.isdecimal() and len(text) < 5 else FIRST


@bp.route("/city/challenges/<int:challenge_id>/add", methods=["GET", "POST"])
@access(Access.CITY)
def add(challenge_id: int) -> Response:
    """Put a partner forward by hand."""
    row = own(challenge_id).challenge
    key = request.form.get("partner_id", "")
    if request.method == "GET" or not key.isdecimal() or len(key) > 9:
        return see_other(url_for("city.matches", challenge_id=row.pk))
    made = service.add_by_hand(db(), actor(), row.pk, int(key), matchbook=matchbook(), now=now())
    db().flush()
    return see_other(url_for("city.matches", challenge_id=row.pk, _anchor=f"rec-{made.pk}"))


@bp.get("/city/matches/<int:recommendation_id>")
@access(Access.CITY)
def match(recommendation_id: int) -> Response:
    """One match with all its evidence, and what happened to it."""
    return show_match(recommendation_id)


@bp.route("/city/matches/<int:recommendation_id>/approve", methods=["GET", "POST"])
@access(Access.CITY)
def approve(recommendation_id: int) -> Response:
    """Approve and invite."""
    form = ApproveForm.of_request()

    def take() -> None:
        service.approve(db(), actor(), recommendation_id, message=form.message.data or "", now=now())

    return _decide(recommendation_id, take, approve_form=form)


@bp.route("/city/matches/<int:recommendation_id>/decline", methods=["GET", "POST"])
@access(Access.CITY)
def decline(recommendation_id: int) -> Response:
    """Set aside, with a reason."""
    form = DeclineForm.of_request()

    def take() -> None:
        reason, note = DeclineReason(form.reason.data), form.note.data or ""
        service.decline(db(), actor(), recommendation_id, reason, note, now=now())

    return _decide(recommendation_id, take, decline_form=form)


_STEPS: dict[str, Callable[..., Any]] = {
    "reconsider": service.reconsider,
    "withdraw": service.withdraw,
    "heard": service.heard,
}


@bp.route("/city/matches/<int:recommendation_id>/<any(reconsider, withdraw, heard):action>", methods=["GET", "POST"])
@access(Access.CITY)
def match_step(recommendation_id: int, action: str) -> Response:
    """Take up again, take an invitation back, or note that there was news."""
    return _decide(recommendation_id, lambda: _STEPS[action](db(), actor(), recommendation_id, now=now()))


def _decide(recommendation_id: int, take: Callable[[], Any], **forms: BaseForm) -> Response:
    """Take a decision and answer with the fresh decision box, or go back to where the button stood.

    A GET comes from somebody whose session ended at the button: they see the match and what they had typed.
    """
    _candidate(recommendation_id)
    if request.method == "GET":
        return show_match(recommendation_id, **forms)
    if not all(form.validate() for form in forms.values()):
        return show_match(recommendation_id, 422, **forms)
    try:
        take()
    except Invalid as error:
        for form in forms.values():
            form.show(error)
        return show_match(recommendation_id, 422, **forms)
    except InvalidTransition:
        db().rollback()
        return show_match(recommendation_id, 409, moved_on=MOVED_ON)
    db().flush()
    return show_match(recommendation_id) if wants_fragment() else see_other(_back(recommendation_id))


def _back(recommendation_id: int) -> str:
    """The list, at the same candidate, or the page of the match."""
    found = _candidate(recommendation_id).recommendation
    if request.form.get("back") != "list":
        return url_for("city.match", recommendation_id=recommendation_id)
    anchor = f"rec-{recommendation_id}"
    if found.challenge_id is not None:
        return url_for("city.matches", challenge_id=found.challenge_id, _anchor=anchor)
    return url_for("city.partner_matches", partner_id=found.seeker_id, _anchor=anchor)


def _candidate(recommendation_id: int) -> Candidate:
    """A recommendation of this office, whatever its status.

    Raises NotFound for those of others.
    """
    found = reads.listed(db(), municipality_id(), recommendation_id=recommendation_id)
    if not found:
        raise NotFound()
    return found[0]


def show_match(recommendation_id: int, status: int = 200, **forms: Any) -> Response:
    """The page of a match, or only its decision box for htmx."""
    candidate = _candidate(recommendation_id)
    row = candidate.recommendation
    found = own(row.challenge_id) if row.challenge_id is not None else None
    is_open = found is None or found.challenge.status in OPEN_CHALLENGE
    told = {**deciding(is_open), **forms, "c": candidate, "rec": row, "back": request.form.get("back", "match")}
    if wants_fragment():
        return page("city/match.html", "decision", status, **told)
    made = reads.introduction(db(), row.pk)
    events = queries.history(db(), "recommendation", row.pk)
    news = queries.history(db(), "introduction", made.pk) if made else []
    return page(
        "city/match.html",
        status=status,
        found=found,
        seeker=db().get(Partner, row.seeker_id) if row.seeker_id is not None else None,
        introduction=made,
        interest=reads.interest(db(), row.challenge_id, row.partner_id) if row.challenge_id is not None else None,
        run=reads.run(db(), row.run_id) if row.run_id is not None else None,
        features=features(row.features),
        history=trail.lines(sorted([*events, *news], key=lambda pair: (pair[0].created_at, pair[0].pk), reverse=True)),
        **told,
    )


def features(stored: dict[str, float]) -> list[tuple[Any, float]]:
    """The parts of a score in words, the heaviest first."""
    return sorted(((FEATURES.get(name, name), value) for name, value in stored.items()), key=lambda pair: -abs(pair[1]))
