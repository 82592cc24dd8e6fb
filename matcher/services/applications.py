"""Applications (申請) to a tier of a scheme, as the partner makes them: fill in, hand in, answer, withdraw."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Conflict, Invalid, InvalidTransition
from matcher.lifecycles import APPLICATION
from matcher.policy import Actor
from matcher.services import attachments, certificates, flow, intake, letters
from matcher.services.answers import LONGEST_TEXT, is_empty, mistakes
from matcher.services.assessment import Item, Result, Rules, assess
from matcher.services.attachments import Upload
from matcher.services.challenge_data import today
from models import (
    Answer,
    Application,
    Attachment,
    Scheme,
    SchemeForm,
    SchemeQuestion,
    SchemeTier,
)
from models.enums import (
    ApplicationKind,
    ApplicationStatus,
    Intake,
    QuestionKind,
    SchemeScope,
    TierLevel,
)
from models.queries import applications as queries

#: while these last, the partner may change its answers
FILLABLE = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.ASKED})


def questions(session: Session, row: Application) -> list[SchemeQuestion]:
    """What the form asks in this application: some questions come with a renewal only."""
    renewal = row.kind is ApplicationKind.RENEWAL
    return [question for question in queries.questions(session, row.form_id) if renewal or not question.renewal_only]


def fill(
    session: Session,
    actor: Actor,
    application_id: int,
    given: Mapping[str, Any],
    *,
    uploads: Mapping[str, Upload] | None = None,
    locality: str | None = None,
    version: int | None,
    now: datetime,
) -> Application:
    """Keep what was entered, by the keys of the questions, right or not; questions that are not given stay.

    Raises Conflict when somebody else has saved meanwhile, InvalidTransition when it can no longer be changed, or
    Invalid for a file that cannot be kept.
    """
    row = flow.locked(session, Application, application_id)
    subject = flow.of_application(row)
    policy.require(actor, "application.fill", subject)
    if row.status not in FILLABLE:
        raise InvalidTransition("application", "fill", row.status)
    asked = {question.key: question for question in questions(session, row)}
    _check_unchanged(session, row, version, given, asked)
    kept = {key: value for key, value in given.items() if key in asked}
    kept |= _keep_files(session, actor, row, asked, uploads or {}, now)
    _store(session, row, kept, asked, now)
    row.updated_at = now
    if locality is not None:
        row.locality = locality[: intake.LONGEST_LOCALITY]
    flow.record(session, actor, "application.filled", row, subject, now)
    session.flush()
    return row


def _check_unchanged(
    session: Session,
    row: Application,
    version: int | None,
    given: Mapping[str, Any],
    asked: Mapping[str, SchemeQuestion],
) -> None:
    if version is None or version == row.version:
        return
    there = queries.answers(session, row.pk)
    differing = [key for key in given if key in asked and (given[key] or None) != there.get(key)]
    shown = [(asked[key].label, _text(given[key]), _text(there.get(key))) for key in differing]
    raise Conflict(shown, version=row.version)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(f"{found['target']} {found['text']}" for found in value)
    return "" if is_empty(value) else str(value)


def _keep_files(
    session: Session,
    actor: Actor,
    row: Application,
    asked: Mapping[str, SchemeQuestion],
    uploads: Mapping[str, Upload],
    now: datetime,
) -> dict[str, int]:
    """Keep each file on the application; the answer is its key."""
    kept, subject = {}, flow.of_application(row)
    for key, upload in uploads.items():
        if key not in asked or asked[key].kind is not QuestionKind.FILE:
            continue
        try:
            kept[key] = attachments.attach(session, actor, row, subject, upload, now=now, field=key).pk
        except Invalid as error:
            raise Invalid({key: error.fields["file"]}) from error
    return kept


def _store(
    session: Session,
    row: Application,
    kept: Mapping[str, Any],
    asked: Mapping[str, SchemeQuestion],
    now: datetime,
) -> None:
    there = queries.answer_rows(session, row.pk)
    for key, value in kept.items():
        question = asked[key]
        found = there.get(question.pk)
        if is_empty(value):
            if found is not None:
                session.delete(found)
        elif found is None:
            session.add(Answer(application_id=row.pk, question_id=question.pk, value=value, created_at=now))
        else:
            found.value = value
    session.flush()
    _forget_unused_files(session, row, asked)


def _forget_unused_files(session: Session, row: Application, asked: Mapping[str, SchemeQuestion]) -> None:
    """A file that no answer names any more was replaced or taken away."""
    said = queries.answers(session, row.pk)
    named = {said.get(key) for key, question in asked.items() if question.kind is QuestionKind.FILE}
    for key, file in queries.files(session, row.pk).items():
        if key not in named:
            session.delete(file)
    session.flush()


def assessed(session: Session, row: Application, answers: Mapping[str, Any]) -> Result | None:
    """The self-assessment of some answers; None for a form that asks for none."""
    rules = Rules.of(flow.get(session, SchemeForm, row.form_id).rules)
    if not rules.asks:
        return None
    return assess(rules, [Item.of(question) for question in questions(session, row)], answers)


def submit(session: Session, actor: Actor, application_id: int, *, now: datetime) -> Application:
    """Hand an application in; a declaration is in force at once. The same click twice is one application.

    Raises Invalid with the questions that are not answered, "locality", "round" when no round is open, or
    "assessment" when the self-assessment does not pass.
    """
    row = flow.locked(session, Application, application_id)
    subject = flow.of_application(row)
    policy.require(actor, "application.submit", subject)
    if row.status is ApplicationStatus.RECEIVED and row.submitted_by_id == actor.user_id:
        return row
    APPLICATION.find("submit", row.status)
    found = intake.rung(session, row.tier_id)
    _check_complete(session, row, today(now))
    if _comes_in_rounds(found.tier, row):
        entered = queries.open_round(session, row.tier_id, today(now))
        row.round_id = entered.pk if entered else None
    flow.move(session, actor, APPLICATION, row, "submit", subject, now)
    row.status_since = row.submitted_at = now
    row.submitted_by_id = actor.user_id
    session.flush()
    letters.to_office(session, "application_received", row, now)
    if found.tier.level is TierLevel.DECLARATION:
        certificates.declare(session, row, now)
    else:
        letters.to_partner(session, "application_receipt", row, now)
    return row


def _comes_in_rounds(tier: SchemeTier, row: Application) -> bool:
    """An application belongs to the round in which it is handed in; a renewal comes when its own term asks for it."""
    return tier.intake is Intake.ROUNDS and row.kind is ApplicationKind.NEW


def shortcomings(session: Session, row: Application, on: date) -> tuple[dict[str, str], Result | None]:
    """What keeps an application from being handed in, by question, and how its self-assessment stands."""
    answers, tier = queries.answers(session, row.pk), flow.get(session, SchemeTier, row.tier_id)
    wrong, result = mistakes(questions(session, row), answers), assessed(session, row, answers)
    if flow.get(session, Scheme, row.scheme_id).scope is SchemeScope.PREFECTURE and not row.locality.strip():
        wrong["locality"] = "required"
    if row.status is ApplicationStatus.DRAFT and _comes_in_rounds(tier, row):
        wrong |= {} if queries.open_round(session, row.tier_id, on) else {"round": "round_closed"}
    if result is not None and not result.passed:
        wrong["assessment"] = "assessment"
    return wrong, result


def _check_complete(session: Session, row: Application, on: date) -> None:
    wrong, result = shortcomings(session, row, on)
    if wrong:
        raise Invalid(wrong)
    row.score = result.stored() if result else {}


def answer(session: Session, actor: Actor, application_id: int, reply: str, *, now: datetime) -> Application:
    """Answer what the office has asked; it screens again. The answers to the form may have been changed before."""
    row = flow.locked(session, Application, application_id)
    policy.require(actor, "application.answer", flow.of_application(row))
    if not reply.strip():
        raise Invalid({"text": "required"})
    if len(reply) > LONGEST_TEXT:
        raise Invalid({"text": "too_long"})
    APPLICATION.find("answer", row.status)
    _check_complete(session, row, today(now))
    flow.move(session, actor, APPLICATION, row, "answer", flow.of_application(row), now)
    row.reply, row.status_since = reply.strip(), now
    session.flush()
    letters.to_office(session, "application_answered", row, now)
    return row


def withdraw(session: Session, actor: Actor, application_id: int, *, now: datetime) -> Application:
    """Take an application back before it is decided; twice is harmless. The office is told of one it has seen."""
    row = flow.locked(session, Application, application_id)
    policy.require(actor, "application.withdraw", flow.of_application(row))
    if row.status is ApplicationStatus.WITHDRAWN:
        return row
    flow.move(session, actor, APPLICATION, row, "withdraw", flow.of_application(row), now)
    row.status_since = now
    session.flush()
    if row.submitted_at is not None:
        letters.to_office(session, "application_ended", row, now, step="withdraw")
    return row


def file(session: Session, actor: Actor, application_id: int, attachment_id: int) -> tuple[Attachment, bytes]:
    """A file of an application with its bytes, for its partner and for those who screen it."""
    row = flow.get(session, Application, application_id)
    policy.require(actor, "application.view", flow.of_application(row))
    return attachments.content(session, attachment_id, row)
