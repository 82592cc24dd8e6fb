"""Who is told the confidential part of a challenge: its office, and partners whose interest has been accepted."""

from sqlmodel import Session

from matcher import policy
from matcher.policy import Actor
from matcher.services import flow
from models import Challenge
from models.enums import RecommendationStatus as R
from models.queries import challenge_extras as queries

#: both sides have said yes; whoever steps back no longer reads on
ACCEPTED = frozenset({R.ACCEPTED, R.INTRODUCED})


def may_read(session: Session, actor: Actor, challenge: Challenge) -> bool:
    """Whether `actor` may read the confidential part of `challenge` and the files kept with it."""
    if policy.may(actor, "city.work", flow.of_municipality(challenge.municipality_id)):
        return True
    return bool(actor.partner_ids) and queries.stands(session, challenge.pk, actor.partner_ids, ACCEPTED)
