"""Applications (申請) to a tier of a scheme, as the partner makes them: begin, fill in, hand in, answer, withdraw."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Conflict, Invalid, InvalidTransition, NotFound
from matcher.lifecycles import APPLICATION
from matcher.policy import Actor, Subject
from matcher.services import attachments, certificates, flow, letters
from matcher.services.answers import LONGEST_TEXT, is_empty, mistakes
from matcher.services.assessment import Item, Result, Rules, assess
from matcher.services.attachments import Upload
from matcher.services.challenge_data import today
from models import (
    Answer,
    Application,
    Attachment,
    Partner,
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
    SchemeStatus,
    TierLevel,
)
from models.queries import applications as queries

LONGEST_LOCALITY = 60
#: while these last, the partner may change its answers
FILLABLE = frozenset({ApplicationStatus.DRAFT, ApplicationStatus.ASKED})
_CITY = re.compile(r"(?:.{2,3}?[都道府県])?(?:[^市区町村]+?郡)?([^\s0-9０-９]+?[市区町村])")


@dataclass(frozen=True)
class Rung:
    """A tier with the scheme it belongs to."""

    tier: SchemeTier
    scheme: Scheme

    def subject(self, partner_id: int) -> Subject:
        """What beginning an application to it is about."""
        partners = frozenset({partner_id})
        return Subject(self.scheme.municipality_id, partners, public=True, scheme_id=self.scheme.pk)


def rung(session: Session, tier_id: int) -> Rung:
    """A tier that can be applied to. Raises NotFound for one that the public cannot see, or that nobody runs."""
    tier = flow.get(session, SchemeTier, tier_id)
    scheme = flow.get(session, Scheme, tier.scheme_id)
    if not scheme.published or scheme.municipality_id is None or scheme.status is SchemeStatus.ENDED:
        raise NotFound()
    return Rung(tier, scheme)


def obstacle(session: Session, found: Rung, partner: Partner, on: date) -> str:
    """Why `partner` cannot begin an application on this day: a code, or "" when it can."""
    kinds, required = found.scheme.eligible_kinds, found.tier.requires_id
    if kinds and partner.kind.value not in kinds:
        return "kind_not_eligible"
    if queries.standing(session, found.tier.pk, partner.pk) is not None:
        return "held_already"
    if required is not None and not _in_force(session, required, partner.pk, on):
        return "lower_tier"
    if queries.form_in_use(session, found.tier.pk) is None:
        return "no_form"
    return "" if _takes(session, found.tier, on) else "round_closed"


def _in_force(session: Session, tier_id: int, partner_id: int, on: date) -> bool:
    held = queries.standing(session, tier_id, partner_id)
    return held is not None and certificates.is_valid(held, on)


def _takes(session: Session, tier: SchemeTier, on: date) -> bool:
    return tier.intake is Intake.ROLLING or queries.open_round(session, tier.pk, on) is not None


def begin(session: Session, actor: Actor, tier_id: int, partner_id: int, *, now: datetime) -> Application:
    """Start a draft; the one that is open already is found again.

    Raises NotFound, NotAllowed, or Invalid({"tier": …}) with what `obstacle` says.
    """
    found = rung(session, tier_id)
    policy.require(actor, "application.begin", found.subject(partner_id))
    partner = flow.locked(session, Partner, partner_id)
    there = queries.unfinished(session, tier_id, partner_id)
    if there is not None:
        return there
    why = obstacle(session, found, partner, today(now))
    if why:
        raise Invalid({"tier": why})
    return start(session, actor, found, partner, ApplicationKind.NEW, None, now)


def start(
    session: Session,
    actor: Actor,
    found: Rung,
    partner: Partner,
    kind: ApplicationKind,
    previous: Application | None,
    now: datetime,
) -> Application:
    """Write the draft down. Raises Invalid when the tier has no form."""
    form = queries.form_in_use(session, found.tier.pk)
    if form is None or found.scheme.municipality_id is None:
        raise Invalid({"tier": "no_form"})
    row = Application(
        scheme_id=found.scheme.pk,
        tier_id=found.tier.pk,
        form_id=form.pk,
        municipality_id=found.scheme.municipality_id,
        partner_id=partner.pk,
        previous_id=previous.pk if previous else None,
        kind=kind,
        status_since=now,
        locality=previous.locality if previous else locality_of(partner),
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    flow.record(session, actor, "application.begun", row, flow.of_application(row), now, kind=kind.value)
    return row


def locality_of(partner: Partner) -> str:
    """The city in a partner's address; "" when there is none to be read."""
    found = _CITY.match(partner.address.removeprefix(partner.prefecture).strip())
    return found.group(1)[:LONGEST_LOCALITY] if found else ""


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
        row.locality = locality[:LONGEST_LOCALITY]
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
    found = rung(session, row.tier_id)
    _enter_round(session, row, found, today(now))
    _check_complete(session, row, found)
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


def _enter_round(session: Session, row: Application, found: Rung, on: date) -> None:
    """An application belongs to the round in which it is handed in; a renewal comes when its own term asks for it."""
    if found.tier.intake is Intake.ROLLING or row.kind is ApplicationKind.RENEWAL:
        return
    entered = queries.open_round(session, row.tier_id, on)
    if entered is None:
        raise Invalid({"round": "round_closed"})
    row.round_id = entered.pk


def _check_complete(session: Session, row: Application, found: Rung) -> None:
    answers = queries.answers(session, row.pk)
    wrong = mistakes(questions(session, row), answers)
    if found.scheme.scope is SchemeScope.PREFECTURE and not row.locality.strip():
        wrong["locality"] = "required"
    result = assessed(session, row, answers)
    if result is not None:
        row.score = result.stored()
        if not result.passed:
            wrong["assessment"] = "assessment"
    if wrong:
        raise Invalid(wrong)


def answer(session: Session, actor: Actor, application_id: int, reply: str, *, now: datetime) -> Application:
    """Answer what the office has asked; it screens again. The answers to the form may have been changed before."""
    row = flow.locked(session, Application, application_id)
    policy.require(actor, "application.answer", flow.of_application(row))
    if not reply.strip():
        raise Invalid({"text": "required"})
    if len(reply) > LONGEST_TEXT:
        raise Invalid({"text": "too_long"})
    APPLICATION.find("answer", row.status)
    _check_complete(session, row, _known(session, row))
    flow.move(session, actor, APPLICATION, row, "answer", flow.of_application(row), now)
    row.reply, row.status_since = reply.strip(), now
    session.flush()
    letters.to_office(session, "application_answered", row, now)
    return row


def _known(session: Session, row: Application) -> Rung:
    """The rung of an application that was handed in, whatever has become of the scheme."""
    return Rung(flow.get(session, SchemeTier, row.tier_id), flow.get(session, Scheme, row.scheme_id))


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
