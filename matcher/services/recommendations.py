"""Recommendations (推薦): what an office decides on them, inviting partners, and what the partners answer."""

from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.lifecycles import OPEN_CHALLENGE, RECOMMENDATION
from matcher.policy import Actor
from matcher.services import flow, notices, warnings
from matcher.services.introductions import Contact, about, as_told, introduce, mail_key, of_user, office
from matcher.services.runs import add_by_hand, run, run_for_partner, run_unasked
from models import Challenge, Introduction, Partner, Recommendation
from models.enums import DeclineReason, EntityType, RefusalReason, RegistrationStatus
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
    "note_acceptance",
    "note_refusal",
    "reconsider",
    "refuse",
    "remind_all",
    "run",
    "run_for_partner",
    "run_unasked",
    "withdraw",
]

LONGEST_MESSAGE = 2_000
REMIND_AFTER = timedelta(days=7)


def approve(
    session: Session, actor: Actor, recommendation_id: int, *, message: str, override: str = "", now: datetime
) -> Recommendation:
    """Agree to a recommendation and invite the partner; the same click twice is one invitation.

    `override` says why, where a warning stands. Raises InvalidTransition when it was decided otherwise, the challenge
    is no longer open, or the partner has left every scheme; or Invalid, also when a required condition is broken.
    """
    _check_message(message)
    row, challenge = _locked(session, recommendation_id)
    subject = flow.of_recommendation(row)
    policy.require(actor, "recommendation.approve", subject)
    if row.status is R.INVITED and row.decided_by_id == actor.user_id:
        return row
    if challenge is not None and challenge.status not in OPEN_CHALLENGE:
        raise InvalidTransition("challenge", "invite", challenge.status)
    _require_registered(session, row, "invite")
    warned = _weighed(row, challenge, override)
    detail = {"overridden": warned} if warned else {}
    flow.move(session, actor, RECOMMENDATION, row, "approve", subject, now, **detail)
    _decided(row, actor, now)
    row.message, row.override_note = message, override if warned else ""
    flow.move(session, actor, RECOMMENDATION, row, "invite", subject, now)
    flow.mark(session, EntityType.PARTNER, row.partner_id, now)  # its free capacity changes
    people = recipients.people_of_partner(session, row.partner_id)
    notices.mail_all(session, "invitation", people, mail_key(row, now), now, **about(session, row))
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
        notices.mail_all(session, "interest_declined", people, mail_key(row, now), now, **about(session, row))
    return row


def reconsider(session: Session, actor: Actor, recommendation_id: int, *, now: datetime) -> Recommendation:
    """Take up again what was set aside or has lapsed."""
    row, _ = _locked(session, recommendation_id)
    flow.move(session, actor, RECOMMENDATION, row, "reconsider", flow.of_recommendation(row), now)
    row.reason, row.reason_note, row.message, row.override_note = "", "", "", ""
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
    _check_message(message)
    row, challenge = _locked(session, recommendation_id)
    _require_partner(actor, row, "recommendation.accept")
    made = queries.introduction(session, recommendation_id)
    if made is not None and row.status is R.INTRODUCED and row.answered_by_id == actor.user_id:
        return made
    organisation = flow.get(session, Partner, row.partner_id).name
    contact = of_user(session, actor.user_id, organisation) | {"message": message}
    return _take_up(session, actor, row, challenge, "accept", contact, now)


def note_acceptance(
    session: Session, actor: Actor, recommendation_id: int, contact: Contact, note: str, *, now: datetime
) -> Introduction:
    """Write down that a partner without an account takes up its invitation; `note` says how the office was told.

    Raises Invalid, or InvalidTransition when the partner can answer by itself, or what `accept` raises.
    """
    _check(contact.errors() | _note_errors(note))
    row, challenge = _locked(session, recommendation_id)
    policy.require(actor, "recommendation.note_acceptance", flow.of_recommendation(row))
    made = queries.introduction(session, recommendation_id)
    if made is not None and row.status is R.INTRODUCED and row.answered_by_id == actor.user_id:
        return made
    _require_no_account(session, row, "note_acceptance")
    row.reason_note = note
    told = as_told(contact, flow.get(session, Partner, row.partner_id).name)
    return _take_up(session, actor, row, challenge, "note_acceptance", told, now)


def refuse(
    session: Session, actor: Actor, recommendation_id: int, reason: RefusalReason, note: str, *, now: datetime
) -> Recommendation:
    """Turn an invitation down, or end an introduction; the office is told why.

    Raises NotFound, Invalid for "other" without a note, or InvalidTransition when it has lapsed.
    """
    check_reason(reason is RefusalReason.OTHER, note)
    row, _ = _locked(session, recommendation_id)
    _require_partner(actor, row, "recommendation.refuse")
    if row.status is R.REFUSED and row.answered_by_id == actor.user_id:
        return row
    return _turn_down(session, actor, row, "refuse", reason, note, now)


def note_refusal(
    session: Session, actor: Actor, recommendation_id: int, reason: RefusalReason, note: str, *, now: datetime
) -> Recommendation:
    """Write down that a partner without an account turns its invitation down, or ends the introduction.

    `note` says how the office was told. Raises Invalid, or InvalidTransition when the partner can answer by itself.
    """
    _check(_note_errors(note))
    row, _ = _locked(session, recommendation_id)
    policy.require(actor, "recommendation.note_refusal", flow.of_recommendation(row))
    if row.status is R.REFUSED and row.answered_by_id == actor.user_id:
        return row
    _require_no_account(session, row, "note_refusal")
    return _turn_down(session, actor, row, "note_refusal", reason, note, now)


def remind_all(session: Session, actor: Actor, *, now: datetime) -> int:
    """Remind every partner, once, of an invitation that has waited for a week; gives how many were reminded."""
    reminded = 0
    for row in queries.unreminded(session, now - REMIND_AFTER):
        policy.require(actor, "recommendation.remind", flow.of_recommendation(row))
        people = recipients.people_of_partner(session, row.partner_id)
        if not people:
            continue
        key = mail_key(row, row.decided_at or now)
        notices.mail_all(session, "invitation_reminder", people, key, now, **about(session, row))
        flow.record(session, actor, queries.REMINDED, row, flow.of_recommendation(row), now)
        reminded += 1
    return reminded


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


def check_reason(note_needed: bool, note: str) -> None:
    """Refuse a note that is too long, or missing where only it explains the reason."""
    _check(_note_errors(note) if note_needed or note else {})


def _note_errors(note: str) -> dict[str, str]:
    if not note:
        return {"note": "required"}
    return {"note": "too_long"} if len(note) > LONGEST_MESSAGE else {}


def _check(found: dict[str, str]) -> None:
    if found:
        raise Invalid(found)


def _weighed(row: Recommendation, challenge: Challenge | None, override: str) -> list[str]:
    """The warnings that are overridden. What a challenge requires is not, and nothing without a reason."""
    if warnings.breaches(row, challenge):
        raise Invalid({"override": "requirement"})
    warned = [signal["code"] for signal in warnings.hard(row)]
    if warned and not override:
        raise Invalid({"override": "override_needed"})
    _check({"override": "too_long"} if len(override) > LONGEST_MESSAGE else {})
    return warned


def _check_message(message: str) -> None:
    _check({"message": "too_long"} if len(message) > LONGEST_MESSAGE else {})


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
    notices.mail_all(session, "invitation_lapsed", people, mail_key(row, now), now, **about(session, row))


def _decided(row: Recommendation, actor: Actor, now: datetime) -> None:
    row.decided_by_id, row.decided_at = actor.user_id, now


def _require_partner(actor: Actor, row: Recommendation, action: str) -> None:
    """What was never sent to a partner does not exist for it."""
    policy.require(actor, action, flow.of_recommendation(row))
    if row.status not in queries.SHOWN_TO_PARTNER:
        raise NotFound()


def _require_no_account(session: Session, row: Recommendation, action: str) -> None:
    """Who can sign in answers for themselves."""
    if recipients.people_of_partner(session, row.partner_id):
        raise InvalidTransition("recommendation", action, row.status)


def _require_registered(session: Session, row: Recommendation, action: str) -> None:
    """Nobody's contact is passed on who has left every scheme, on either side."""
    for partner_id in (row.partner_id, row.seeker_id):
        if partner_id is not None and not queries.registered(session, partner_id):
            raise InvalidTransition("registration", action, RegistrationStatus.WITHDRAWN)


def _take_up(
    session: Session,
    actor: Actor,
    row: Recommendation,
    challenge: Challenge | None,
    action: str,
    contact: dict[str, Any],
    now: datetime,
) -> Introduction:
    if challenge is not None and challenge.status not in OPEN_CHALLENGE:
        raise InvalidTransition("challenge", action, challenge.status)
    _require_registered(session, row, action)
    flow.move(session, actor, RECOMMENDATION, row, action, flow.of_recommendation(row), now)
    row.answered_by_id, row.answered_at = actor.user_id, now
    return introduce(session, row, challenge, contact, now)


def _turn_down(
    session: Session,
    actor: Actor,
    row: Recommendation,
    action: str,
    reason: RefusalReason,
    note: str,
    now: datetime,
) -> Recommendation:
    subject = flow.of_recommendation(row)
    flow.move(session, actor, RECOMMENDATION, row, action, subject, now, reason=reason.value)
    flow.mark(session, EntityType.PARTNER, row.partner_id, now)  # its free capacity changes
    row.answered_by_id, row.answered_at = actor.user_id, now
    row.reason, row.reason_note = reason.value, note
    made = queries.introduction(session, row.pk)
    if made is not None:
        made.ended_at = now
    people = office(session, row)
    notices.mail_all(session, "invitation_refused", people, mail_key(row, now), now, **about(session, row))
    return row
