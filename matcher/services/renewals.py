"""While a certificate is in force: reporting what has changed (変更届), and renewing it (更新)."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition
from matcher.policy import Actor
from matcher.services import applications, certificates, flow, intake, letters, screening
from matcher.services.challenge_data import today
from models import Answer, Application, ChangeReport, Partner, SchemeTier
from models.enums import ApplicationKind, QuestionKind
from models.queries import applications as queries

LONGEST_SUBJECT, LONGEST_TEXT = 100, 5_000


def renewable(row: Application, tier: SchemeTier, on: date) -> bool:
    """Whether a renewal can be begun: in the last days of a term that has an end."""
    if row.valid_until is None or not certificates.is_valid(row, on):
        return False
    return on >= row.valid_until - timedelta(days=tier.renew_from_days)


def renew(session: Session, actor: Actor, application_id: int, *, now: datetime) -> Application:
    """Begin the renewal with the answers given last time; the one that is open already is found again.

    Raises InvalidTransition outside the last days of the term, or Invalid when the tier has no form.
    """
    former = flow.get(session, Application, application_id)
    policy.require(actor, "application.fill", flow.of_application(former))
    partner = flow.locked(session, Partner, former.partner_id)
    there = queries.unfinished(session, former.tier_id, former.partner_id)
    if there is not None:
        return there
    found = intake.rung(session, former.tier_id)
    if not renewable(former, found.tier, today(now)):
        raise InvalidTransition("application", "renew", former.status)
    row = intake.start(session, actor, found, partner, ApplicationKind.RENEWAL, former, now)
    _carry_over(session, former, row, now)
    return row


def _carry_over(session: Session, former: Application, row: Application, now: datetime) -> None:
    """Answers are known by the keys of their questions. Agreements and files are asked for anew."""
    said = queries.answers(session, former.pk)
    asked_anew = (QuestionKind.DECLARATION, QuestionKind.FILE)
    kinds = {question.key: question.kind for question in queries.questions(session, former.form_id)}
    for question in applications.questions(session, row):
        value: Any = said.get(question.key)
        if value is None or question.kind in asked_anew or kinds.get(question.key) is not question.kind:
            continue
        session.add(Answer(application_id=row.pk, question_id=question.pk, value=value, created_at=now))
    session.flush()


def report(
    session: Session, actor: Actor, application_id: int, subject: str, text: str, *, now: datetime
) -> ChangeReport:
    """Tell the office what has changed at a partner. Raises Invalid, or InvalidTransition for what is not in force."""
    row = flow.get(session, Application, application_id)
    policy.require(actor, "application.fill", flow.of_application(row))
    _check(subject, text)
    if row.status not in queries.STANDING:
        raise InvalidTransition("application", "report", row.status)
    found = ChangeReport(
        application_id=row.pk,
        subject=subject.strip(),
        text=text.strip(),
        filed_by_id=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    session.add(found)
    flow.record(session, actor, "change_report.filed", found, flow.of_application(row), now)
    letters.to_office(session, "change_reported", row, now, report_id=found.pk)
    return found


def _check(subject: str, text: str) -> None:
    given = (("subject", subject, LONGEST_SUBJECT), ("text", text, LONGEST_TEXT))
    wrong = {name: "required" for name, value, _ in given if not value.strip()}
    wrong |= {name: "too_long" for name, value, longest in given if len(value) > longest}
    if wrong:
        raise Invalid(wrong)


def take_note(session: Session, actor: Actor, report_id: int, *, now: datetime) -> ChangeReport:
    """Note that the office has read a change report; twice is harmless. The partner is told."""
    found = flow.locked(session, ChangeReport, report_id)
    row = flow.get(session, Application, found.application_id)
    policy.require(actor, "application.judge", flow.of_application(row))
    screening.require_impartial(actor, row)
    if found.noted_at is not None:
        return found
    found.noted_at, found.noted_by_id, found.updated_at = now, actor.user_id, now
    flow.record(session, actor, "change_report.noted", found, flow.of_application(row), now)
    letters.to_partner(session, "change_noted", row, now, report_id=found.pk)
    return found
