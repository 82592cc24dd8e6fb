"""Notes who was shown which list and how far it was read, and gives the less seen of two equals the better place.

A list is an office's run (partners for a challenge or for a partner) or a partner's own page of challenges. Those whom
a required condition leaves out were not put forward, and a plan of assignments is no list that is read from its top:
neither counts.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from sqlmodel import Session

from matcher import policy
from matcher.engine.exposure import Standing, attention, in_fair_order
from matcher.policy import Actor, Subject
from matcher.services import flow
from matcher.services.matchbook import Match, Ranking, Signal
from models import Exposure, RecommendationRun
from models.enums import ShownList
from models.queries import exposures as queries

#: how long attention counts: a partner that was shown in spring is not seen less in autumn for that
WINDOW = timedelta(days=90)
LONGEST = 100
LESS_SHOWN = Signal("less_shown", True)


@dataclass(frozen=True)
class FairList:
    """A ranking in its final order, and the attention of everybody who competed for a place in it."""

    ranking: Ranking
    attention: dict[int, float]


def run_seen(session: Session, actor: Actor, run_id: int, depth: int, *, now: datetime) -> Exposure:
    """Note that an office's person has had a list of partners before their eyes, down to place `depth` (0: unknown).

    One row a person, list and day; the deepest place counts. Raises NotFound for the list of another office.
    """
    run = flow.get(session, RecommendationRun, run_id)
    policy.require(actor, "recommendation.view", flow.of_municipality(run.municipality_id))
    row = Exposure(
        kind=ShownList.PARTNERS,
        viewer_id=_person(actor),
        municipality_id=run.municipality_id,
        run_id=run.pk,
        list_key=f"run {run.pk}",
        day=now.date(),
        created_at=now,
    )
    return _noted(session, row, min(depth, len(run.listed)))


def challenges_seen(
    session: Session, actor: Actor, partner_id: int, challenge_ids: Sequence[int], depth: int, *, now: datetime
) -> Exposure:
    """Note that a partner's person has had these challenges before their eyes, in this order. Raises NotFound."""
    policy.require(actor, "partner.work", Subject(partner_ids=frozenset({partner_id})))
    listed = list(challenge_ids)[:LONGEST]
    digest = sha256(",".join(map(str, listed)).encode()).hexdigest()[:16]
    row = Exposure(
        kind=ShownList.CHALLENGES,
        viewer_id=_person(actor),
        partner_id=partner_id,
        list_key=f"partner {partner_id} {digest}",
        day=now.date(),
        listed=listed,
        created_at=now,
    )
    return _noted(session, row, min(depth, len(listed)))


def attention_given(session: Session, now: datetime) -> dict[int, float]:
    """The attention that each partner has had of late: the worth of its places in the lists that were looked at.

    Where it is known how far a list was read, places further down were not seen.
    """
    total: dict[int, float] = {}
    for listed, depth, views in queries.shown_runs(session, (now - WINDOW).date()):
        for position, partner_id in enumerate(listed[: depth or None], 1):
            total[partner_id] = total.get(partner_id, 0.0) + views * attention(position)
    return total


def evened_out(session: Session, ranking: Ranking, limit: int, now: datetime) -> FairList:
    """The best `limit` of a ranking; among practically equal ones the less seen goes first, and is told so.

    To be given SPARE more than `limit`: who is equal to the last one may come in.
    """
    if ranking.margin <= 0:
        matches = ranking.matches[:limit]
        return FairList(replace(ranking, matches=matches, excluded=_missed(ranking, matches, limit)), {})
    given = attention_given(session, now)
    known = {match.entity_id: round(given.get(match.entity_id, 0.0), 5) for match in ranking.matches}
    matches = in_order(ranking.matches, known, ranking.margin, limit)
    return FairList(replace(ranking, matches=matches, excluded=_missed(ranking, matches, limit)), known)


def _missed(ranking: Ranking, matches: Sequence[Match], limit: int) -> tuple[Match, ...]:
    """Those whom a required condition in fact keeps out of the list; a longer one was asked for than is kept."""
    least = min((match.score for match in matches), default=0.0) if len(matches) >= limit else float("-inf")
    return tuple(match for match in ranking.excluded if match.score > least)


def in_order(matches: Collection[Match], known: dict[int, float], margin: float, limit: int) -> tuple[Match, ...]:
    """The matches in fair order, with new ranks and, for those that were lifted, the reason."""
    by_owner = {str(match.entity_id): match for match in matches}
    standings = [Standing(owner, m.score, m.fit, known.get(m.entity_id, 0.0)) for owner, m in by_owner.items()]
    placed = in_fair_order(standings, margin)[:limit]
    return tuple(
        replace(match, rank=rank, signals=(*match.signals, LESS_SHOWN) if one.lifted else match.signals)
        for rank, (one, match) in enumerate(((one, by_owner[one.owner]) for one in placed), 1)
    )


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise ValueError("only a person looks at a list")
    return actor.user_id


def _noted(session: Session, row: Exposure, depth: int) -> Exposure:
    known = queries.of_day(session, row.viewer_id, row.list_key, row.day)
    if known is None:
        session.add(row)
        known = row
    known.depth = max(known.depth, depth, 0)
    return known
