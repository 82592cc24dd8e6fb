"""Asks the matcher for partners and keeps its answer, so that it can be explained a year later."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.engine.exposure import SPARE
from matcher.errors import InvalidTransition, NotFound
from matcher.policy import SYSTEM, Actor
from matcher.services import exposures, flow
from matcher.services.exposures import FairList
from matcher.services.matchbook import Match, Matchbook, Ranking
from models import Challenge, Recommendation, RecommendationRun
from models.enums import FAIR, ChallengeStatus
from models.enums import RecommendationSource as Source
from models.enums import RecommendationStatus as R
from models.queries import recommendations as queries
from models.queries.city import readable_collaborations

MOST = 100
MOST_PRECEDENTS = 4
AT_ONCE = 30
OVER = frozenset({ChallengeStatus.SOLVED, ChallengeStatus.DROPPED})


def run(
    session: Session,
    actor: Actor,
    challenge_id: int,
    matchbook: Matchbook,
    *,
    limit: int = 20,
    registered_here: bool = False,
    shown: bool = True,
    now: datetime,
) -> RecommendationRun:
    """Ask the matcher for partners and keep its answer; what has been decided before stays as it is.

    `shown` says that whoever asks gets to see the list at once. Raises NotFound, NotAllowed, or InvalidTransition for
    a challenge that is over.
    """
    challenge = flow.get(session, Challenge, challenge_id)
    policy.require(actor, "recommendation.run", flow.of_municipality(challenge.municipality_id))
    if challenge.status in OVER:
        raise InvalidTransition("challenge", "match", challenge.status)
    allowed = queries.candidates(session, challenge.municipality_id if registered_here else None)
    found = matchbook.partners_for_challenge(session, challenge_id, limit=min(limit, MOST) + SPARE, allowed=allowed)
    listed = exposures.evened_out(session, found, min(limit, MOST), now)
    ranking = listed.ranking
    row = _keep_run(session, actor, challenge.municipality_id, ranking, now, challenge_id=challenge_id)
    row.precedents = _precedents(session, challenge, matchbook)
    _keep_traces(session, actor if shown else SYSTEM, row, found, listed, now)
    stored = queries.of_challenge(session, challenge_id)
    _keep_matches(session, row, stored, ranking, now)
    known = {r.partner_id for r in stored} | {match.entity_id for match in ranking.matches}
    hands_up = [p.pk for _, p in queries.interested(session, challenge_id) if p.pk not in known]
    for partner_id in hands_up:
        _propose(session, row, partner_id, Source.INTEREST, now)
    return row


def run_unasked(session: Session, actor: Actor, municipality_id: int, matchbook: Matchbook, *, now: datetime) -> int:
    """Ask for every open challenge for which nobody has asked yet, some at a time; gives how many that were."""
    policy.require(actor, "recommendation.run", flow.of_municipality(municipality_id))
    keys = queries.unasked(session, municipality_id, AT_ONCE)
    for challenge_id in keys:
        run(session, actor, challenge_id, matchbook, shown=False, now=now)
    return len(keys)


def run_for_partner(
    session: Session,
    actor: Actor,
    municipality_id: int,
    partner_id: int,
    matchbook: Matchbook,
    *,
    limit: int = 20,
    registered_here: bool = False,
    now: datetime,
) -> RecommendationRun:
    """Ask the matcher for partners of a partner that is registered with the office's own municipality.

    Raises NotFound or NotAllowed.
    """
    policy.require(actor, "recommendation.run", flow.of_municipality(municipality_id))
    if partner_id not in queries.candidates(session, municipality_id):
        raise NotFound()
    allowed = queries.candidates(session, municipality_id if registered_here else None) - {partner_id}
    found = matchbook.partners_for_partner(session, partner_id, limit=min(limit, MOST) + SPARE, allowed=allowed)
    listed = exposures.evened_out(session, found, min(limit, MOST), now)
    row = _keep_run(session, actor, municipality_id, listed.ranking, now, partner_id=partner_id)
    _keep_traces(session, actor, row, found, listed, now)
    _keep_matches(session, row, queries.of_seeker(session, municipality_id, partner_id), listed.ranking, now)
    return row


def add_by_hand(
    session: Session,
    actor: Actor,
    challenge_id: int,
    partner_id: int,
    *,
    matchbook: Matchbook | None = None,
    now: datetime,
) -> Recommendation:
    """Put a registered partner forward, with evidence as far as `matchbook` finds some; one that is listed stays.

    Raises NotFound for a partner that is registered nowhere.
    """
    challenge = flow.get(session, Challenge, challenge_id)
    subject = flow.of_municipality(challenge.municipality_id)
    policy.require(actor, "recommendation.add", subject)
    if not queries.registered(session, partner_id):
        raise NotFound()
    listed = queries.of_pair(session, challenge_id, partner_id)
    if listed is not None:
        return listed
    raised = queries.interest(session, challenge_id, partner_id) is not None
    row = _new(challenge.municipality_id, partner_id, Source.INTEREST if raised else Source.MANUAL, now)
    row.challenge_id = challenge_id
    session.add(row)
    flow.record(session, actor, "recommendation.added", row, flow.of_recommendation(row), now)
    if matchbook is not None:
        found = matchbook.partners_for_challenge(session, challenge_id, limit=1, allowed={partner_id})
        for match in found.matches or found.excluded:
            _explain(row, match, found.basis)
            _keep_trace(session, FairList(found, {}), found, row, now)
    return row


def _precedents(session: Session, challenge: Challenge, matchbook: Matchbook) -> list[dict[str, Any]]:
    """What was done elsewhere about something like it, with the best pair of sentences each."""
    readable = readable_collaborations(session, challenge.municipality_id)
    found = matchbook.precedents_for_challenge(session, challenge.pk, limit=MOST_PRECEDENTS, allowed=readable)
    worth = (match for match in found.matches if match.fit >= FAIR)
    return [{"id": match.entity_id, "fit": match.fit, "evidence": match.as_json()["evidence"][:1]} for match in worth]


def _left_out(match: Match) -> dict[str, Any]:
    return {"partner_id": match.entity_id, **{key: match.as_json()[key] for key in ("score", "fit", "signals")}}


def _keep_run(
    session: Session,
    actor: Actor,
    municipality_id: int,
    ranking: Ranking,
    now: datetime,
    *,
    challenge_id: int | None = None,
    partner_id: int | None = None,
) -> RecommendationRun:
    row = RecommendationRun(
        municipality_id=municipality_id,
        actor_id=actor.user_id,
        model=ranking.model,
        weights=ranking.weights,
        generation=ranking.generation,
        considered=ranking.considered,
        ranking_model_id=ranking.ranking_model,
        listed=[match.entity_id for match in ranking.matches],
        excluded=[_left_out(match) for match in ranking.excluded],
        challenge_id=challenge_id,
        partner_id=partner_id,
        created_at=now,
    )
    session.add(row)
    flow.record(
        session,
        actor,
        "recommendation.run",
        row,
        flow.of_municipality(municipality_id),
        now,
        considered=ranking.considered,
        found=len(ranking.matches),
        semantic=ranking.semantic,
    )
    return row


def _keep_traces(
    session: Session, actor: Actor, row: RecommendationRun, found: Ranking, listed: FairList, now: datetime
) -> None:
    """What the run was computed from, and that whoever asked for it sees it."""
    _keep_trace(session, listed, found, row, now)
    if actor.user_id is not None and listed.ranking.matches:
        exposures.run_seen(session, actor, row.pk, 0, now=now)


def _keep_trace(
    session: Session, listed: FairList, found: Ranking, row: RecommendationRun | Recommendation, now: datetime
) -> None:
    if found.trace is not None:
        from matcher.services import replay  # with the engine, which has just answered

        replay.keep(session, listed, found.trace, found.matches, row, now)


def _keep_matches(
    session: Session, run_row: RecommendationRun, stored: Iterable[Recommendation], ranking: Ranking, now: datetime
) -> None:
    """Refresh what nobody has decided yet, add what is new; what fell out of the list keeps its row without a rank."""
    by_partner = {row.partner_id: row for row in stored}
    for row in by_partner.values():
        if row.status is R.PROPOSED:
            row.rank = None
    for match in ranking.matches:
        row = by_partner.get(match.entity_id) or _propose(session, run_row, match.entity_id, Source.ENGINE, now)
        if row.status is not R.PROPOSED:
            continue
        if row.source is Source.INTEREST:
            row.source = Source.ENGINE
        row.rank, row.run_id, row.updated_at = match.rank, run_row.pk, now
        _explain(row, match, ranking.basis)
    for match in ranking.excluded:  # one that was proposed before says from now on why it no longer is
        known = by_partner.get(match.entity_id)
        if known is not None and known.status is R.PROPOSED:
            known.run_id, known.updated_at = run_row.pk, now
            _explain(known, match, ranking.basis)


def _propose(
    session: Session, run_row: RecommendationRun, partner_id: int, source: Source, now: datetime
) -> Recommendation:
    row = _new(run_row.municipality_id, partner_id, source, now)
    row.challenge_id, row.seeker_id, row.run_id = run_row.challenge_id, run_row.partner_id, run_row.id
    session.add(row)
    return row


def _new(municipality_id: int, partner_id: int, source: Source, now: datetime) -> Recommendation:
    return Recommendation(
        municipality_id=municipality_id,
        partner_id=partner_id,
        source=source,
        status=R.PROPOSED,
        created_at=now,
        updated_at=now,
    )


def _explain(row: Recommendation, match: Match, basis: str) -> None:
    said = match.as_json()
    row.inputs, row.basis = said["inputs"], basis
    row.score, row.fit, row.likelihood, row.features = match.score, match.fit, match.likelihood, said["features"]
    row.evidence, row.signals = list(said["evidence"]), list(said["signals"])
