"""Teams for a challenge with several needs: whom the matcher may put together, and putting them forward."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import InvalidTransition
from matcher.policy import Actor
from matcher.services import flow
from matcher.services.matchbook import Matchbook, Team
from matcher.services.runs import OVER, add_by_hand
from models import Challenge
from models.enums import RecommendationStatus as R
from models.queries import recommendations as queries

CLOSED = frozenset({R.DECLINED, R.REFUSED, R.LAPSED})


def propose(session: Session, actor: Actor, challenge_id: int, matchbook: Matchbook) -> Team:
    """Who together covers the needs, out of all registered partners but those with whom the matter is closed.

    Nothing is kept. Raises NotFound or NotAllowed.
    """
    challenge = flow.get(session, Challenge, challenge_id)
    policy.require(actor, "recommendation.view", flow.of_municipality(challenge.municipality_id))
    closed = {row.partner_id for row in queries.of_challenge(session, challenge_id) if row.status in CLOSED}
    return matchbook.team_for_challenge(session, challenge_id, allowed=queries.candidates(session) - closed)


def put_forward(
    session: Session,
    actor: Actor,
    challenge_id: int,
    partner_ids: Iterable[int],
    *,
    matchbook: Matchbook | None = None,
    now: datetime,
) -> int:
    """Add these partners to the list of recommendations; gives how many were not in it yet.

    Raises NotFound, NotAllowed, or InvalidTransition for a challenge that is over.
    """
    challenge = flow.get(session, Challenge, challenge_id)
    policy.require(actor, "recommendation.add", flow.of_municipality(challenge.municipality_id))
    if challenge.status in OVER:
        raise InvalidTransition("challenge", "match", challenge.status)
    listed = {row.partner_id for row in queries.of_challenge(session, challenge_id)}
    wanted = sorted(set(partner_ids))
    for partner_id in wanted:
        add_by_hand(session, actor, challenge_id, partner_id, matchbook=matchbook, now=now)
    return len(set(wanted) - listed)
