"""The matches of a challenge: who is recommended, why, and what the office decides. The heart of the product."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.lifecycles import OPEN_CHALLENGE
from matcher.services import recommendations as service
from matcher.services import warnings
from matcher.services.runs import MOST, OVER
from models import Challenge, Partner, RecommendationRun
from models.enums import FAIR, UNDER_WAY, DeclineReason
from models.enums import RecommendationStatus as R
from models.queries import city as queries
from models.queries import city_partners as partner_queries
from models.queries import partner_rooms as rooms
from models.queries import pilots
from models.queries import recommendations as reads
from models.queries.recommendations import Candidate
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.forms import BaseForm, clean
from web.htmx import page, see_other, wants_fragment
from web.matching import matchbook
from web.pages.city import sheets, trail
from web.pages.city.forms import ApproveForm, DeclineForm, NotedAcceptanceForm, NotedRefusalForm
from web.pages.city.nearest import routes
from web.pages.city.room import bp, own
from web.pages.city.told import features, precedents
from web.reasons import reason

FIRST, MORE = 20, 20
ASIDE = frozenset({R.DECLINED, R.REFUSED, R.LAPSED})
MOVED_ON = _l("Somebody has moved this on in the meantime. This is its present state.")


@dataclass(frozen=True)
class Board:
    """The candidates of a page, sorted by what there is to do with them; `beyond` are those without any fit.

    `weak` when nobody reaches a fair fit: then the list is no recommendation, and the page says so.
    """

    under_way: list[Candidate]
    to_decide: list[Candidate]
    beyond: list[Candidate]
    dropped_out: list[Candidate]
    aside: list[Candidate]
    ranked: int
    weak: bool

    @classmethod
    def of(cls, candidates: Sequence[Candidate], left_out: Collection[int] = ()) -> "Board":
        """Proposals that a later run no longer found, and that nobody added, stand apart; `left_out` elsewhere."""
        proposed = [c for c in candidates if c.recommendation.status is R.PROPOSED]
        gone = [c for c in proposed if c.recommendation.rank is None and c.recommendation.source == "engine"]
        under_way = [c for c in candidates if c.recommendation.status in UNDER_WAY]
        decidable = [c for c in proposed if c not in gone]
        best = max((c.recommendation.fit for c in under_way + decidable), default=0)
        beyond = [c for c in decidable if c.recommendation.fit == 0 and _only_found(c)]
        return cls(
            under_way,
            [c for c in decidable if c not in beyond],
            beyond,
            [c for c in gone if c.partner.pk not in left_out],
            [c for c in candidates if c.recommendation.status in ASIDE],
            sum(c.recommendation.rank is not None for c in proposed),
            best < FAIR,
        )


def _only_found(c: Candidate) -> bool:
    """Whether nobody but the matcher has thought of this partner."""
    return c.recommendation.source == "engine" and not c.interested


@bp.get("/city/challenges/<int:challenge_id>/matches")
@access(Access.CITY)
def matches(challenge_id: int) -> Response:
    """Ranked partners with their evidence; `here` leaves those registered with this office, `q` finds one to add."""
    found = own(challenge_id)
    candidates = reads.listed(db(), municipality_id(), challenge_id=challenge_id)
    here = request.args.get("here") == "1"
    targets = queries.targets(db(), challenge_id)
    if sheets.wanted():
        return sheets.matches(found.challenge.title, [c for c in candidates if c.registered_here or not here])
    listed = {c.partner.pk for c in candidates}
    run = reads.latest_run(db(), municipality_id(), challenge_id=challenge_id)
    left_out = [] if here else _left_out(run)
    q = (clean(request.args.get("q", "")[:200]) or "").strip()
    board = Board.of([c for c in candidates if c.registered_here or not here], {p.pk for p, _ in left_out})
    return page(
        "city/matches.html",
        found=found,
        row=found.challenge,
        needs=queries.needs(db(), challenge_id),
        targets=targets,
        board=board,
        left_out=left_out,
        routes=routes(found, {t.goal for t in targets}, candidates, here=here)
        if run and board.weak and not q
        else None,
        here=here,
        run=run,
        waiting_hands=[p for _, p in reads.interested(db(), challenge_id) if p.pk not in listed],
        listed=listed,
        q=q,
        hits=partner_queries.partners_named(db(), q) if q else [],
        **deciding(found.challenge.status in OPEN_CHALLENGE, found.challenge),
        can_run=found.challenge.status not in OVER,
        more=MORE,
        most=MOST,
    )


def _left_out(run: RecommendationRun | None) -> list[tuple[Partner, dict[str, Any]]]:
    """Whom the last run left out for a required condition, the best first."""
    stored = {item["partner_id"]: item for item in (run.excluded if run else [])}
    partners = rooms.partners(db(), list(stored))
    return [(partners[key], item) for key, item in stored.items() if key in partners]


def deciding(is_open: bool, challenge: Challenge | None = None) -> dict[str, Any]:
    """What the decision box of every candidate needs."""
    return {
        "is_open": is_open,
        "warned": warnings.hard,
        "broken": lambda row: warnings.breaches(row, challenge),
        "approve_form": ApproveForm(formdata=None),
        "decline_form": DeclineForm(formdata=None),
        "accepted_form": NotedAcceptanceForm(formdata=None),
        "refused_form": NotedRefusalForm(formdata=None),
        "moved_on": "",
        "because": reason,
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
        message, override = form.message.data or "", form.override.data or ""
        service.approve(db(), actor(), recommendation_id, message=message, override=override, now=now())

    return decide(recommendation_id, take, approve_form=form)


@bp.route("/city/matches/<int:recommendation_id>/decline", methods=["GET", "POST"])
@access(Access.CITY)
def decline(recommendation_id: int) -> Response:
    """Set aside, with a reason."""
    form = DeclineForm.of_request()

    def take() -> None:
        reason, note = DeclineReason(form.reason.data), form.note.data or ""
        service.decline(db(), actor(), recommendation_id, reason, note, now=now())

    return decide(recommendation_id, take, decline_form=form)


_STEPS: dict[str, Callable[..., Any]] = {
    "reconsider": service.reconsider,
    "withdraw": service.withdraw,
    "heard": service.heard,
}


@bp.route("/city/matches/<int:recommendation_id>/<any(reconsider, withdraw, heard):action>", methods=["GET", "POST"])
@access(Access.CITY)
def match_step(recommendation_id: int, action: str) -> Response:
    """Take up again, take an invitation back, or note that there was news."""
    return decide(recommendation_id, lambda: _STEPS[action](db(), actor(), recommendation_id, now=now()))


def decide(recommendation_id: int, take: Callable[[], Any], **forms: BaseForm) -> Response:
    """Take a decision and answer with the fresh decision box, or go back to where the button stood.

    A GET comes from somebody whose session ended at the button: they see the match and what they had typed.
    """
    candidate_of(recommendation_id)
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
    found = candidate_of(recommendation_id).recommendation
    if request.form.get("back") != "list":
        return url_for("city.match", recommendation_id=recommendation_id)
    anchor = f"rec-{recommendation_id}"
    if found.challenge_id is not None:
        return url_for("city.matches", challenge_id=found.challenge_id, _anchor=anchor)
    return url_for("city.partner_matches", partner_id=found.seeker_id, _anchor=anchor)


def candidate_of(recommendation_id: int) -> Candidate:
    """A recommendation of this office, whatever its status.

    Raises NotFound for those of others.
    """
    found = reads.listed(db(), municipality_id(), recommendation_id=recommendation_id)
    if not found:
        raise NotFound()
    return found[0]


def show_match(recommendation_id: int, status: int = 200, **forms: Any) -> Response:
    """The page of a match, or only its decision box for htmx."""
    candidate = candidate_of(recommendation_id)
    row = candidate.recommendation
    found = own(row.challenge_id) if row.challenge_id is not None else None
    is_open = found is None or found.challenge.status in OPEN_CHALLENGE
    told = {
        **deciding(is_open, found.challenge if found else None),
        **forms,
        "c": candidate,
        "rec": row,
        "back": request.form.get("back", "match"),
    }
    if wants_fragment():
        return page("city/match.html", "decision", status, **told)
    made = reads.introduction(db(), row.pk)
    run = reads.run(db(), row.run_id) if row.run_id is not None else None
    events = queries.history(db(), "recommendation", row.pk)
    news = queries.history(db(), "introduction", made.pk) if made else []
    return page(
        "city/match.html",
        status=status,
        found=found,
        seeker=db().get(Partner, row.seeker_id) if row.seeker_id is not None else None,
        introduction=made,
        collaboration=pilots.from_recommendation(db(), row.pk),
        interest=reads.interest(db(), row.challenge_id, row.partner_id) if row.challenge_id is not None else None,
        run=run,
        precedents=precedents(candidate, run),
        features=features(row.features),
        history=trail.lines(sorted([*events, *news], key=lambda pair: (pair[0].created_at, pair[0].pk), reverse=True)),
        **told,
    )
