"""Questions about an open challenge: a partner asks, the office answers, and everybody reads both."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.lifecycles import CHALLENGE_QUESTION, OPEN_CHALLENGE, PUBLIC_CHALLENGE
from matcher.policy import Actor, Subject
from matcher.services import flow, notices
from matcher.services.interests import STANDING
from models import Challenge, ChallengeQuestion, User
from models.queries import recipients
from models.queries.partners import standings

LONGEST = 2_000


def ask(
    session: Session, actor: Actor, challenge_id: int, partner_id: int, question: str, *, now: datetime
) -> ChallengeQuestion:
    """Ask the office something about an open challenge; its coordinators and its author are told.

    Raises NotFound for a challenge that is not public, InvalidTransition for one that is no longer open, NotAllowed
    for a partner without any registration, or Invalid.
    """
    challenge = flow.locked(session, Challenge, challenge_id)
    if challenge.status not in PUBLIC_CHALLENGE:
        raise NotFound()
    subject = Subject(challenge.municipality_id, frozenset({partner_id}), public=True)
    policy.require(actor, "challenge.ask", subject)
    if challenge.status not in OPEN_CHALLENGE:
        raise InvalidTransition("challenge", "ask", challenge.status)
    if not standings(session, partner_id) & STANDING:
        raise NotAllowed("no_registration")
    _check("question", question)
    row = ChallengeQuestion(
        challenge_id=challenge_id,
        partner_id=partner_id,
        asked_by_id=actor.user_id,
        question=question.strip(),
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    flow.record(session, actor, "challenge_question.asked", row, subject, now, challenge=challenge_id)
    author = recipients.author_of(session, challenge)
    people = {user.pk: user for user in recipients.coordinators_of(session, challenge.municipality_id)}
    people |= {author.pk: author} if author else {}
    notices.mail_all(session, "question_asked", people.values(), str(row.pk), now, **_about(challenge, row))
    return row


def answer(
    session: Session, actor: Actor, question_id: int, text: str, version: int | None, *, now: datetime
) -> ChallengeQuestion:
    """Answer a question; from then on everybody reads both, and whoever asked is told.

    Raises NotFound for one of another office, InvalidTransition, Conflict, or Invalid.
    """
    row, challenge, subject = _own(session, question_id)
    policy.require(actor, "challenge_question.answer", subject)
    flow.check_version(row, version, {"answer": text})
    _check("answer", text)
    flow.move(session, actor, CHALLENGE_QUESTION, row, "answer", subject, now)
    row.answer, row.answered_by_id, row.answered_at = text.strip(), actor.user_id, now
    asker = session.get(User, row.asked_by_id) if row.asked_by_id else None
    if asker is not None and asker.active:
        notices.mail(session, "question_answered", asker, f"{row.pk}-{row.version}", now, **_about(challenge, row))
    return row


def hide(session: Session, actor: Actor, question_id: int, *, now: datetime) -> ChallengeQuestion:
    """Keep a question and its answer from the portal, for instance when it names somebody."""
    return _step(session, actor, question_id, "hide", now)


def show(session: Session, actor: Actor, question_id: int, *, now: datetime) -> ChallengeQuestion:
    """Take a hidden question up again; it waits for an answer, and a former answer can be sent again."""
    return _step(session, actor, question_id, "show", now)


def _step(session: Session, actor: Actor, question_id: int, action: str, now: datetime) -> ChallengeQuestion:
    row, _, subject = _own(session, question_id)
    flow.move(session, actor, CHALLENGE_QUESTION, row, action, subject, now)
    return row


def _own(session: Session, question_id: int) -> tuple[ChallengeQuestion, Challenge, Subject]:
    """A question seen from the office that it was put to; what it is about is public, the question is not."""
    row = flow.locked(session, ChallengeQuestion, question_id)
    challenge = flow.get(session, Challenge, row.challenge_id)
    return row, challenge, Subject(challenge.municipality_id)


def _check(field: str, text: str) -> None:
    if not text.strip():
        raise Invalid({field: "required"})
    if len(text) > LONGEST:
        raise Invalid({field: "too_long"})


def _about(challenge: Challenge, row: ChallengeQuestion) -> dict[str, Any]:
    return {
        "challenge_id": challenge.pk,
        "challenge_title": challenge.title,
        "question": row.question,
        "answer": row.answer,
    }
