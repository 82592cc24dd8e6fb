"""When nobody fits yet: asks the partners that come nearest to say more about themselves, once and politely."""

from datetime import datetime, timedelta

from sqlmodel import Session

from matcher import policy
from matcher.errors import InvalidTransition
from matcher.lifecycles import OPEN_CHALLENGE
from matcher.policy import Actor
from matcher.services import flow, notices
from matcher.services.introductions import about
from models import Challenge
from models.queries import nearest as queries
from models.queries import recipients

MOST_ASKED = 5
#: a partner hears this from one municipality no more often, whatever the number of its challenges
PAUSE = timedelta(days=90)


def ask_to_say_more(session: Session, actor: Actor, challenge_id: int, *, now: datetime) -> int:
    """Write to the nearest partners whose texts fit only weakly; gives how many were written to.

    Whoever was asked about this challenge, or lately by this municipality, is left in peace; so is who has no account.
    Raises NotFound, NotAllowed, or InvalidTransition when the challenge is not public or somebody fits after all.
    """
    challenge = flow.locked(session, Challenge, challenge_id)
    policy.require(actor, "recommendation.ask", flow.of_municipality(challenge.municipality_id))
    if challenge.status not in OPEN_CHALLENGE:
        raise InvalidTransition("challenge", "ask", challenge.status)
    if queries.somebody_fits(session, challenge_id):
        raise InvalidTransition("recommendation", "ask", "fair")
    asked = 0
    for row in queries.to_ask(session, challenge, now - PAUSE, MOST_ASKED):
        people = recipients.people_of_partner(session, row.partner_id)
        key = f"{challenge_id}-{row.partner_id}"
        notices.mail_all(session, "say_more", people, key, now, **about(session, row))
        flow.record(session, actor, queries.ASKED, row, flow.of_recommendation(row), now)
        asked += 1
    return asked
