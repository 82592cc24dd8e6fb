"""Recommendations (推薦): what an office decides on them, inviting partners, and what the partners answer."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.lifecycles import CHALLENGE, OPEN_CHALLENGE, RECOMMENDATION
from matcher.policy import SYSTEM, Actor
from matcher.services import flow, notices
from matcher.services.runs import add_by_hand, run, run_for_partner, run_unasked
from models import Challenge, Department, Introduction, Municipality, Partner, Recommendation, User
from models.enums import ChallengeStatus, DeclineReason, EntityType, RefusalReason, RegistrationStatus
from models.enums import RecommendationStatus as R
from models.queries import recipients
from models.queries import recommendations as queries

__all__ = [
    "about",
    "accept",
    "add_by_hand",
    "approve",
    "decline",
    "heard",
    "lapse_all",
    "reconsider",
    "refuse",
    "run",
    "run_for_partner",
    "run_unasked",
    "withdraw",
]

LONGEST_MESSAGE = 2_000


def approve(session: Session, actor: Actor, recommendation_id: int, *, message: str, now: datetime) -> Recommendation:
    """Agree to a recommendation and invite the partner; the same click twice is one invitation.

    Raises InvalidTransition when it was decided otherwise, the challenge is no longer open, or the partner has left
    every scheme; or Invalid.
    """
    _check_length(message=message)
    row, challenge = _locked(session, recommendation_id)
    subject = flow.of_recommendation(row)
    policy.require(actor, "recommendation.approve", subject)
    if row.status is R.INVITED and row.decided_by_id == actor.user_id:
        return row
    if challenge is not None and challenge.status not in OPEN_CHALLENGE:
        raise InvalidTransition("challenge", "invite", challenge.status)
    _require_registered(session, row, "invite")
    flow.move(session, actor, RECOMMENDATION, row, "approve", subject, now)
    _decided(row, actor, now)
    row.message = message
    flow.move(session, actor, RECOMMENDATION, row, "invite", subject, now)
    flow.mark(session, EntityType.PARTNER, row.partner_id, now)  # its free capacity changes
    people = recipients.people_of_partner(session, row.partner_id)
    notices.mail_all(session, "invitation", people, _key(row, now), now, **about(session, row))
    return row


def decline(
    session: Session, actor: Actor, recommendation_id: int, reason: DeclineReason, note: str, *, now: datetime
) -> Recommendation:
    """Set a recommendation aside; a partner that had raised its hand is told that it was not chosen this time.

    Raises Invalid for "other" without a note, or InvalidTransition when it was decided otherwise.
    """
    check_reason(reason is DeclineReason.OTHER, note)
    row, _ = _locked(session, recommendation_id)
    subject = flow.of_recommendation(row)
    policy.require(actor, "recommendation.decline", subject)
    if row.status is R.DECLINED and row.decided_by_id == actor.user_id and row.reason == reason.value:
        return row
    flow.move(session, actor, RECOMMENDATION, row, "decline", subject, now, reason=reason.value)
    _decided(row, actor, now)
    row.reason, row.reason_note = reason.value, note
    if row.challenge_id is not None and queries.interest(session, row.challenge_id, row.partner_id) is not None:
        people = recipients.people_of_partner(session, row.partner_id)
        notices.mail_all(session, "interest_declined", people, _key(row, now), now, **about(session, row))
    return row


def reconsider(session: Session, actor: Actor, recommendation_id: int, *, now: datetime) -> Recommendation:
    """Take up again what was set aside or has lapsed."""
    row, _ = _locked(session, recommendation_id)
    flow.move(session, actor, RECOMMENDATION, row, "reconsider", flow.of_recommendation(row), now)
    row.reason, row.reason_note, row.message = "", "", ""
    row.decided_by_id, row.decided_at = None, None
    return row


def withdraw(session: Session, actor: Actor, recommendation_id: int, *, now: datetime) -> Recommendation:
    """Take back an invitation that has not been answered, and tell the partner."""
    row, _ = _locked(session, recommendation_id)
    _require_office(actor, row)
    _lapse(session, actor, row, "withdrawn", now)
    return row


def accept(session: Session, actor: Actor, recommendation_id: int, *, message: str, now: datetime) -> Introduction:
    """Take up an invitation: both sides are introduced at once; the same click twice is one introduction.

    Raises NotFound for what the partner was never shown, or InvalidTransition when it was answered otherwise, has
    lapsed, or the challenge is no longer open.
    """
    _check_length(message=message)
    row, challenge = _locked(session, recommendation_id)
    subject = _require_partner(actor, row, "recommendation.accept")
    made = queries.introduction(session, recommendation_id)
    if made is not None and row.status is R.INTRODUCED and row.answered_by_id == actor.user_id:
        return made
    if challenge is not None and challenge.status not in OPEN_CHALLENGE:
        raise InvalidTransition("challenge", "accept", challenge.status)
    _require_registered(session, row, "accept")
    flow.move(session, actor, RECOMMENDATION, row, "accept", subject, now)
    _answered(row, actor, now)
    return _introduce(session, actor, row, challenge, message, now)


def refuse(
    session: Session, actor: Actor, recommendation_id: int, reason: RefusalReason, note: str, *, now: datetime
) -> Recommendation:
    """Turn an invitation down, or end an introduction; the office is told why.

    Raises NotFound, Invalid for "other" without a note, or InvalidTransition when it has lapsed.
    """
    check_reason(reason is RefusalReason.OTHER, note)
    row, _ = _locked(session, recommendation_id)
    subject = _require_partner(actor, row, "recommendation.refuse")
    if row.status is R.REFUSED and row.answered_by_id == actor.user_id:
        return row
    flow.move(session, actor, RECOMMENDATION, row, "refuse", subject, now, reason=reason.value)
    flow.mark(session, EntityType.PARTNER, row.partner_id, now)  # its free capacity changes
    _answered(row, actor, now)
    row.reason, row.reason_note = reason.value, note
    made = queries.introduction(session, recommendation_id)
    if made is not None:
        made.ended_at = now
    people = _office(session, row)
    notices.mail_all(session, "invitation_refused", people, _key(row, now), now, **about(session, row))
    return row


def lapse_all(session: Session, actor: Actor, challenge: Challenge, reason: str, now: datetime) -> None:
    """Take back every open invitation to a challenge that is no longer open, and tell the partners."""
    for row in queries.open_invitations(session, challenge.pk):
        _lapse(session, actor, row, reason, now)


def heard(session: Session, actor: Actor, recommendation_id: int, *, now: datetime) -> None:
    """Note that an introduction is alive: the office has heard from one of the two sides.

    Raises InvalidTransition when there is no introduction.
    """
    row = flow.get(session, Recommendation, recommendation_id)
    _require_office(actor, row)
    introduction = queries.introduction(session, recommendation_id)
    if introduction is None or row.status is not R.INTRODUCED:
        raise InvalidTransition("recommendation", "hear", row.status)
    flow.record(session, actor, "introduction.heard", introduction, flow.of_recommendation(row), now)


def about(session: Session, row: Recommendation) -> dict[str, Any]:
    """What a mail about a recommendation says: which one, of whom, for what, and the office's own words."""
    challenge = session.get(Challenge, row.challenge_id) if row.challenge_id is not None else None
    seeker = session.get(Partner, row.seeker_id) if row.seeker_id is not None else None
    town = flow.get(session, Municipality, row.municipality_id)
    return {
        "recommendation_id": row.pk,
        "challenge_id": row.challenge_id,
        "challenge_title": challenge.title if challenge else "",
        "seeker_name": seeker.name if seeker else "",
        "partner_name": flow.get(session, Partner, row.partner_id).name,
        "municipality_name": town.name,
        "municipality_name_en": town.name_en,
        "message": row.message,
    }


def check_reason(note_needed: bool, note: str) -> None:
    """Refuse a note that is too long, or missing where only it explains the reason."""
    if note_needed and not note:
        raise Invalid({"note": "required"})
    _check_length(note=note)


def _check_length(**texts: str) -> None:
    long = {name: "too_long" for name, text in texts.items() if len(text) > LONGEST_MESSAGE}
    if long:
        raise Invalid(long)


def _locked(session: Session, recommendation_id: int) -> tuple[Recommendation, Challenge | None]:
    """The challenge is held first, then the recommendation: the order in which closing a challenge takes them."""
    key = flow.get(session, Recommendation, recommendation_id).challenge_id
    challenge = flow.locked(session, Challenge, key) if key is not None else None
    return flow.locked(session, Recommendation, recommendation_id), challenge


def _require_office(actor: Actor, row: Recommendation) -> None:
    policy.require(actor, "city.coordinate", flow.of_municipality(row.municipality_id))


def _lapse(session: Session, actor: Actor, row: Recommendation, reason: str, now: datetime) -> None:
    flow.move(session, actor, RECOMMENDATION, row, "lapse", flow.of_recommendation(row), now, reason=reason)
    flow.mark(session, EntityType.PARTNER, row.partner_id, now)  # its free capacity changes
    row.reason = reason
    people = recipients.people_of_partner(session, row.partner_id)
    notices.mail_all(session, "invitation_lapsed", people, _key(row, now), now, **about(session, row))


def _decided(row: Recommendation, actor: Actor, now: datetime) -> None:
    row.decided_by_id, row.decided_at = actor.user_id, now


def _key(row: Recommendation, now: datetime) -> str:
    return f"{row.pk}-{int(now.timestamp())}"


def _require_partner(actor: Actor, row: Recommendation, action: str) -> policy.Subject:
    """What was never sent to a partner does not exist for it."""
    subject = flow.of_recommendation(row)
    policy.require(actor, action, subject)
    if row.status not in queries.SHOWN_TO_PARTNER:
        raise NotFound()
    return subject


def _require_registered(session: Session, row: Recommendation, action: str) -> None:
    """Nobody's contact is passed on who has left every scheme, on either side."""
    for partner_id in (row.partner_id, row.seeker_id):
        if partner_id is not None and not queries.registered(session, partner_id):
            raise InvalidTransition("registration", action, RegistrationStatus.WITHDRAWN)


def _answered(row: Recommendation, actor: Actor, now: datetime) -> None:
    row.answered_by_id, row.answered_at = actor.user_id, now


def _introduce(
    session: Session, actor: Actor, row: Recommendation, challenge: Challenge | None, message: str, now: datetime
) -> Introduction:
    """Write both contacts down as they stand now, open the dialogue, and tell everybody concerned."""
    flow.move(session, SYSTEM, RECOMMENDATION, row, "introduce", flow.of_recommendation(row), now)
    made = Introduction(
        recommendation_id=row.pk,
        municipality_id=row.municipality_id,
        city_contact=_asking_contact(session, row, challenge),
        partner_contact=_partner_contact(session, actor, row) | {"message": message},
        created_at=now,
    )
    session.add(made)
    if challenge is not None and challenge.status is ChallengeStatus.PUBLISHED:
        flow.move(session, SYSTEM, CHALLENGE, challenge, "begin_dialogue", flow.of_challenge(challenge), now)
    _tell_both(session, row, now)
    return made


def _tell_both(session: Session, row: Recommendation, now: datetime) -> None:
    """The mails say that there are contacts, not which: those stay behind the sign-in."""
    known = about(session, row)
    partner_side = recipients.people_of_partner(session, row.partner_id)
    notices.mail_all(session, "introduction", partner_side, _key(row, now), now, **known, side="partner")
    notices.mail_all(session, "introduction", _office(session, row), _key(row, now), now, **known, side="city")
    if row.seeker_id is not None:
        seekers = recipients.people_of_partner(session, row.seeker_id)
        notices.mail_all(session, "introduction", seekers, _key(row, now), now, **known, side="seeker")


def _office(session: Session, row: Recommendation) -> list[User]:
    """The coordinators, and whoever wrote the challenge and still works there."""
    people = recipients.coordinators_of(session, row.municipality_id)
    challenge = session.get(Challenge, row.challenge_id) if row.challenge_id is not None else None
    author = recipients.author_of(session, challenge) if challenge else None
    if author is not None and author not in people:
        people.append(author)
    return people


def _asking_contact(session: Session, row: Recommendation, challenge: Challenge | None) -> dict[str, Any]:
    """Whom the partner may call: the challenge's contact, the seeking partner's person, or else the coordinator."""
    if row.seeker_id is not None:
        seeker = flow.get(session, Partner, row.seeker_id)
        people = recipients.people_of_partner(session, row.seeker_id)
        if people:
            return _person(people[0], seeker.name)
    town = flow.get(session, Municipality, row.municipality_id)
    if challenge is not None and (challenge.contact_email or challenge.contact_phone):
        department = session.get(Department, challenge.department_id) if challenge.department_id is not None else None
        return {
            "organisation": town.name,
            "title": department.name if department else "",
            "name": challenge.contact_name,
            "email": challenge.contact_email,
            "phone": challenge.contact_phone,
        }
    coordinator = session.get(User, row.decided_by_id) if row.decided_by_id is not None else None
    return _person(coordinator, town.name)


def _partner_contact(session: Session, actor: Actor, row: Recommendation) -> dict[str, Any]:
    person = session.get(User, actor.user_id) if actor.user_id is not None else None
    return _person(person, flow.get(session, Partner, row.partner_id).name)


def _person(user: User | None, organisation: str) -> dict[str, Any]:
    known = {"name": user.name, "title": user.title, "email": user.email, "phone": user.phone} if user else {}
    return {"organisation": organisation, "title": "", "name": "", "email": "", "phone": ""} | known
