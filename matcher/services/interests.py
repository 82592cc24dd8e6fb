"""Interest (関心表明): a partner raises its hand for an open challenge, or takes it down again."""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.lifecycles import OPEN_CHALLENGE, PUBLIC_CHALLENGE
from matcher.policy import Actor, Subject
from matcher.services import flow, notices
from models import Challenge, Interest, Partner
from models.enums import RegistrationStatus
from models.queries import challenges as queries
from models.queries import recipients
from models.queries.partners import standings

LONGEST_MESSAGE = 2_000
#: a partner that has at least applied somewhere is somebody that a city can answer
STANDING = frozenset({RegistrationStatus.APPLIED, RegistrationStatus.REGISTERED})


def show(
    session: Session, actor: Actor, challenge_id: int, partner_id: int, message: str, *, now: datetime
) -> Interest:
    """Raise the partner's hand; doing so twice changes the message and tells nobody again.

    Raises NotFound for a challenge that is not public, InvalidTransition for one that is no longer open,
    NotAllowed for a partner without any registration, or Invalid.
    """
    challenge = _challenge(session, challenge_id, held=True)
    subject = _subject(challenge, partner_id)
    policy.require(actor, "interest.show", subject)
    if challenge.status not in OPEN_CHALLENGE:
        raise InvalidTransition("challenge", "show_interest", challenge.status)
    if not standings(session, partner_id) & STANDING:
        raise NotAllowed("no_registration")
    if len(message) > LONGEST_MESSAGE:
        raise Invalid({"message": "too_long"})
    row = queries.interest(session, challenge_id, partner_id)
    if row is not None and row.withdrawn_at is None:
        if row.message != message:
            row.message = message
            flow.record(session, actor, "interest.reworded", row, subject, now)
        return row
    if row is None:
        row = Interest(challenge_id=challenge_id, partner_id=partner_id, created_at=now)
        session.add(row)
    row.message, row.withdrawn_at, row.user_id = message, None, actor.user_id
    flow.record(session, actor, "interest.shown", row, subject, now)
    _tell_coordinators(session, "interest_shown", challenge, row, now)
    return row


def withdraw(session: Session, actor: Actor, challenge_id: int, partner_id: int, *, now: datetime) -> Interest:
    """Take the partner's hand down; it stays on record that it was raised. Twice is harmless.

    Raises NotFound when it was never raised.
    """
    challenge = _challenge(session, challenge_id, held=True)
    subject = _subject(challenge, partner_id)
    policy.require(actor, "interest.show", subject)
    row = queries.interest(session, challenge_id, partner_id)
    if row is None:
        raise NotFound()
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        flow.record(session, actor, "interest.withdrawn", row, subject, now)
        _tell_coordinators(session, "interest_withdrawn", challenge, row, now)
    return row


def _challenge(session: Session, challenge_id: int, *, held: bool = False) -> Challenge:
    """A challenge that a partner may know of; `held` keeps others from writing beside it meanwhile."""
    challenge = (flow.locked if held else flow.get)(session, Challenge, challenge_id)
    if challenge.status not in PUBLIC_CHALLENGE:
        raise NotFound()
    return challenge


def _subject(challenge: Challenge, partner_id: int) -> Subject:
    return Subject(challenge.municipality_id, frozenset({partner_id}), public=True)


def _tell_coordinators(session: Session, template: str, challenge: Challenge, row: Interest, now: datetime) -> None:
    partner = flow.get(session, Partner, row.partner_id)
    notices.mail_all(
        session,
        template,
        recipients.coordinators_of(session, challenge.municipality_id),
        f"{row.pk}-{int(now.timestamp())}",
        now,
        challenge_id=challenge.pk,
        challenge_title=challenge.title,
        partner=partner.name,
        partner_id=partner.pk,
        message=row.message,
    )
