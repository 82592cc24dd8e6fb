"""Screening applications (審査): looking into one, asking back, noting, deciding, and what may follow a decision."""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, NotAllowed, NotFound
from matcher.lifecycles import APPLICATION
from matcher.policy import Actor
from matcher.services import certificates, flow, letters
from models import Application
from models.enums import ApplicationStatus

LONGEST_TEXT = 5_000


def screen(session: Session, actor: Actor, application_id: int, *, now: datetime) -> Application:
    """Take an application up; twice is harmless."""
    row = _judged(session, actor, application_id, "screen")
    if row.status is ApplicationStatus.SCREENING:
        return row
    _move(session, actor, row, "screen", now)
    return row


def ask(session: Session, actor: Actor, application_id: int, text: str, *, now: datetime) -> Application:
    """Ask the applicant something (照会); it may change its answers meanwhile. Raises Invalid without a question."""
    row = _judged(session, actor, application_id, "ask")
    row.asked, row.reply = _needed(text), ""
    _move(session, actor, row, "ask", now)
    letters.to_partner(session, "application_asked", row, now, note=row.asked)
    return row


def note(
    session: Session, actor: Actor, application_id: int, text: str, *, version: int | None, now: datetime
) -> Application:
    """Keep what the screeners note for each other; the applicant never reads it."""
    row = flow.locked(session, Application, application_id)
    policy.require(actor, "application.judge", flow.of_application(row))
    require_impartial(actor, row)
    if row.submitted_at is None:
        raise NotFound()
    flow.check_version(row, version, {"screening_note": text})
    if len(text) > LONGEST_TEXT:
        raise Invalid({"note": "too_long"})
    row.screening_note, row.updated_at = text.strip(), now
    flow.record(session, actor, "application.noted", row, flow.of_application(row), now)
    return row


def grant(session: Session, actor: Actor, application_id: int, *, now: datetime) -> Application:
    """Certify: number, key and term are given; two who grant at once grant once."""
    row = _judged(session, actor, application_id, "grant")
    if row.status is ApplicationStatus.GRANTED:
        return row
    APPLICATION.find("grant", row.status)
    certificates.issue(session, row, now)
    _decide(session, actor, row, "grant", "", now)
    certificates.granted(session, row, now)
    return row


def refuse(session: Session, actor: Actor, application_id: int, reason: str, *, now: datetime) -> Application:
    """Turn an application down with the reasons, which the applicant reads."""
    row = _judged(session, actor, application_id, "refuse")
    if row.status is ApplicationStatus.REFUSED and row.reason == reason.strip():
        return row
    _decide(session, actor, row, "refuse", _needed(reason), now)
    letters.to_partner(session, "application_refused", row, now, note=row.reason)
    return row


def suspend(session: Session, actor: Actor, application_id: int, reason: str, *, now: datetime) -> Application:
    """Take a certificate out of force for the time being, with the reasons."""
    return _follow(session, actor, application_id, "suspend", _needed(reason), now)


def resume(session: Session, actor: Actor, application_id: int, *, now: datetime) -> Application:
    """Put a suspended certificate into force again."""
    return _follow(session, actor, application_id, "resume", "", now)


def cancel(session: Session, actor: Actor, application_id: int, reason: str, *, now: datetime) -> Application:
    """Take a certificate away (取消), with the reasons."""
    return _follow(session, actor, application_id, "cancel", _needed(reason), now)


def _follow(
    session: Session, actor: Actor, application_id: int, action: str, reason: str, now: datetime
) -> Application:
    row = _judged(session, actor, application_id, action)
    row.reason = reason
    _move(session, actor, row, action, now)
    letters.to_partner(session, "application_standing", row, now, step=action, note=reason)
    return row


def _judged(session: Session, actor: Actor, application_id: int, action: str) -> Application:
    """The application, held against other writers, for somebody who may take `action` on it.

    Raises NotFound, or NotAllowed: with the code "conflict" for a partner where the actor holds a seat.
    """
    row = flow.locked(session, Application, application_id)
    policy.require(actor, f"application.{action}", flow.of_application(row))
    require_impartial(actor, row)
    return row


def is_partial(actor: Actor, row: Application) -> bool:
    """Whether the actor holds a seat at the applicant, and so has an interest in it."""
    return row.partner_id in actor.partner_ids


def may_judge(actor: Actor, row: Application) -> bool:
    """Whether the actor may note and screen here."""
    return policy.may(actor, "application.judge", flow.of_application(row)) and not is_partial(actor, row)


def require_impartial(actor: Actor, row: Application) -> None:
    """Keep people from judging their own organisation. Raises NotAllowed with the code "conflict"."""
    if is_partial(actor, row):
        raise NotAllowed("conflict")


def _decide(session: Session, actor: Actor, row: Application, action: str, reason: str, now: datetime) -> None:
    row.reason, row.decided_at, row.decided_by_id = reason, now, actor.user_id
    _move(session, actor, row, action, now)


def _move(session: Session, actor: Actor, row: Application, action: str, now: datetime) -> None:
    flow.move(session, actor, APPLICATION, row, action, flow.of_application(row), now)
    row.status_since = now
    session.flush()


def _needed(text: str) -> str:
    if not text.strip():
        raise Invalid({"text": "required"})
    if len(text) > LONGEST_TEXT:
        raise Invalid({"text": "too_long"})
    return text.strip()
