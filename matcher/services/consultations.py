"""Coordination between departments (庁内照会): who is asked about a proposal, by when, and what each one answers."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlmodel import Session

from matcher.errors import Invalid, InvalidTransition, NotAllowed
from matcher.lifecycles import CONSULTATION, OPEN_PROPOSAL, PROPOSAL
from matcher.policy import Actor, Subject
from matcher.services import flow, notices, proposals
from matcher.services.challenge_data import today
from models import Consultation, Department, Proposal
from models.enums import ConsultationStatus, ProposalStatus
from models.queries import proposals as queries
from models.queries import recipients

LONGEST = 2_000
USUAL = timedelta(days=14)
#: what a department says → the step
ANSWERS = {
    ConsultationStatus.YES: "agree",
    ConsultationStatus.NO: "object",
    ConsultationStatus.QUESTION: "query",
}


def ask(
    session: Session,
    actor: Actor,
    proposal_id: int,
    department_ids: Collection[int],
    question: str,
    due: date,
    *,
    now: datetime,
) -> list[Consultation]:
    """Ask departments about a proposal, those that have answered once more; the proposal is then with them.

    Raises NotFound or NotAllowed for anybody but the coordinators, InvalidTransition, or Invalid.
    """
    row, subject = proposals.held(session, actor, proposal_id, "proposal.coordinate")
    if row.status is not ProposalStatus.COORDINATING:
        PROPOSAL.find("coordinate", row.status)
    _check(session, row, department_ids, question, due, now)
    asked = [_ask(session, actor, row, key, question, due, subject, now) for key in sorted(set(department_ids))]
    if row.status is not ProposalStatus.COORDINATING:
        proposals.moved(session, actor, row, "coordinate", subject, now)
    proposals.settle(session, row, now)
    return asked


def _check(
    session: Session, row: Proposal, department_ids: Collection[int], question: str, due: date, now: datetime
) -> None:
    found = {} if question.strip() else {"question": "required"}
    found |= {"question": "too_long"} if len(question) > LONGEST else {}
    found |= {"due": "date_past"} if due < today(now) else {}
    ours = [session.get(Department, key) for key in department_ids]
    if not ours:
        found["departments"] = "required"
    if any(each is None or each.municipality_id != row.municipality_id for each in ours):
        found["departments"] = "unknown"
    if found:
        raise Invalid(found)


def _ask(
    session: Session,
    actor: Actor,
    row: Proposal,
    department_id: int,
    question: str,
    due: date,
    subject: Subject,
    now: datetime,
) -> Consultation:
    found = queries.consultation(session, row.pk, department_id)
    if found is None:
        found = Consultation(proposal_id=row.pk, department_id=department_id, due=due, asked_at=now, created_at=now)
        session.add(found)
        flow.record(session, actor, "consultation.asked", found, subject, now, department=department_id)
    elif found.status is not ConsultationStatus.WAITING:
        flow.move(session, actor, CONSULTATION, found, "ask_again", subject, now, department=department_id)
    found.question, found.due, found.asked_at, found.asked_by_id = question.strip(), due, now, actor.user_id
    found.updated_at = now
    session.flush()
    people = recipients.people_of_department(session, department_id)
    key = f"{found.pk}-{found.version}"
    said = {**proposals.names(session, row), "due": due.isoformat()}
    notices.mail_all(session, "consultation_asked", people, key, now, **said)
    return found


def answer(
    session: Session,
    actor: Actor,
    consultation_id: int,
    says: ConsultationStatus,
    note: str,
    version: int | None = None,
    *,
    now: datetime,
) -> Consultation:
    """Answer for a department: yes, no, or a question; its own people do, or a coordinator who was told.

    Raises NotFound, NotAllowed for another department, Conflict, InvalidTransition, or Invalid.
    """
    found, row, subject = _own(session, actor, consultation_id)
    if not speaks_for(actor, row, found):
        raise NotAllowed(action="consultation.agree")
    flow.check_version(found, version, {"answer": note})
    if says not in ANSWERS:
        raise Invalid({"says": "required"})
    if says is not ConsultationStatus.YES and not note.strip():
        raise Invalid({"answer": "required"})
    if len(note) > LONGEST:
        raise Invalid({"answer": "too_long"})
    flow.move(session, actor, CONSULTATION, found, ANSWERS[says], subject, now, department=found.department_id)
    found.answer, found.answered_at, found.answered_by_id = note.strip(), now, actor.user_id
    proposals.settle(session, row, now)
    people = recipients.coordinators_of(session, row.municipality_id)
    key = f"{found.pk}-{found.version}"
    notices.mail_all(session, "consultation_answered", people, key, now, **proposals.names(session, row))
    return found


def close(session: Session, actor: Actor, consultation_id: int, *, now: datetime) -> Consultation:
    """Take a question back that a department need not answer any more."""
    found, row, subject = _own(session, actor, consultation_id)
    flow.move(session, actor, CONSULTATION, found, "close", subject, now, department=found.department_id)
    proposals.settle(session, row, now)
    return found


def speaks_for(actor: Actor, row: Proposal, found: Consultation) -> bool:
    """Whether somebody answers for the department that was asked."""
    departments = proposals.departments_of(actor, row.municipality_id)
    return departments is None or found.department_id in departments


def _own(session: Session, actor: Actor, consultation_id: int) -> tuple[Consultation, Proposal, Subject]:
    """A consultation with its proposal, which is held first, so that whoever decides on it decides alone."""
    found = flow.get(session, Consultation, consultation_id)
    row = flow.locked(session, Proposal, found.proposal_id)
    proposals.view(session, actor, row.pk)
    found = flow.locked(session, Consultation, consultation_id)
    if row.status not in OPEN_PROPOSAL:
        raise InvalidTransition("proposal", "consult", row.status)
    return found, row, Subject(row.municipality_id)
