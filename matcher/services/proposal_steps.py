"""What an office does with a proposal: dialogue, the department in charge, taking it up, or no with its reason."""

from datetime import date, datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.lifecycles import OPEN_PROPOSAL, PROPOSAL
from matcher.policy import Actor
from matcher.services import collaborations, flow, proposals
from matcher.services.challenge_data import today
from models import Collaboration, Department, Proposal, ProposalNote
from models.enums import CollaborationStatus, ProposalDecline, ProposalHolder
from models.queries import proposals as queries

LONGEST = 4_000
PLANNED = CollaborationStatus.PLANNED


def begin_dialogue(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Talk with the partners about it, with or without departments having been asked."""
    row, subject = proposals.held(session, actor, proposal_id, "proposal.coordinate")
    proposals.moved(session, actor, row, "begin_dialogue", subject, now)
    proposals.tell_partners(session, "proposal_dialogue", row, now)
    return row


def hand_over(
    session: Session, actor: Actor, proposal_id: int, department_id: int | None, *, now: datetime
) -> Proposal:
    """Pass a proposal on to a department, which is in charge from now on, or back to the secretariat."""
    row, subject = proposals.held(session, actor, proposal_id, "proposal.coordinate")
    _open(row, "hand_over")
    department = session.get(Department, department_id) if department_id is not None else None
    if department_id is not None and (department is None or department.municipality_id != row.municipality_id):
        raise Invalid({"department": "unknown"})
    if department_id == row.department_id:
        return row
    row.department_id, row.updated_at = department_id, now
    flow.record(session, actor, "proposal.handed_over", row, subject, now, department=department_id)
    if row.holder is ProposalHolder.DEPARTMENT:
        row.held_since = now
    proposals.settle(session, row, now)
    return row


def note(
    session: Session,
    actor: Actor,
    proposal_id: int,
    text: str,
    held_on: date,
    *,
    partner_id: int | None = None,
    shared: bool = True,
    asks: bool = False,
    now: datetime,
) -> ProposalNote:
    """Write down what was talked about; `partner_id` says that a partner writes, whose notes both sides read.

    A note of the city that asks something puts the proposal into the partner's hands until it writes back.
    """
    row, subject = proposals.held(session, actor, proposal_id, "proposal.note")
    _open(row, "note")
    if partner_id is not None and partner_id not in subject.partner_ids & actor.partner_ids:
        raise NotFound()
    if partner_id is None:
        policy.require(actor, "city.work", flow.of_municipality(row.municipality_id))
    _check_note(text, held_on, now)
    said = ProposalNote(
        proposal_id=row.pk,
        partner_id=partner_id,
        author_id=actor.user_id,
        held_on=held_on,
        text=text.strip(),
        shared=shared or partner_id is not None,
        asks=asks and shared and partner_id is None,
        created_at=now,
    )
    session.add(said)
    row.updated_at = now
    flow.record(session, actor, "proposal.noted", row, subject, now, shared=said.shared)
    proposals.settle(session, row, now)
    if partner_id is not None:
        proposals.tell_office(session, "proposal_noted", row, now)
    elif said.shared:
        proposals.tell_partners(session, "proposal_noted_by_city", row, now)
    return said


def _check_note(text: str, held_on: date, now: datetime) -> None:
    found = {} if text.strip() else {"text": "required"}
    found |= {"text": "too_long"} if len(text) > LONGEST else {}
    found |= {"held_on": "date_future"} if held_on > today(now) else {}
    if found:
        raise Invalid(found)


def prepare(session: Session, actor: Actor, proposal_id: int, title: str, *, now: datetime) -> Proposal:
    """Take a proposal up: it becomes a planned collaboration with its partners and its challenge.

    Departments read what an office plans, so of a confidential proposal only the given title goes there. What was
    planned before the proposal was declined and taken up again goes on, unless it was given up meanwhile.
    """
    row, subject = proposals.held(session, actor, proposal_id, "proposal.coordinate")
    PROPOSAL.find("prepare", row.status)
    if not _planned(session, row):
        row.collaboration_id = _plan(session, actor, row, title, now).pk
    proposals.moved(session, actor, row, "prepare", subject, now, collaboration=row.collaboration_id)
    proposals.tell_partners(session, "proposal_taken_up", row, now)
    return row


def _planned(session: Session, row: Proposal) -> bool:
    if row.collaboration_id is None:
        return False
    return session.get_one(Collaboration, row.collaboration_id, populate_existing=True).status is PLANNED


def _plan(session: Session, actor: Actor, row: Proposal, title: str, now: datetime) -> Collaboration:
    behind = [each.partner.pk for each in queries.standings(session, row.pk) if each.row.agreed_at]
    return collaborations.plan(
        session,
        actor,
        row.municipality_id,
        title=title,
        partner_ids=behind,
        challenge_id=row.challenge_id,
        summary="" if row.confidential else row.summary,
        now=now,
    )


def decline(
    session: Session, actor: Actor, proposal_id: int, reason: ProposalDecline, words: str, *, now: datetime
) -> Proposal:
    """Not go on with a proposal; its partners are told the reason."""
    row, subject = proposals.held(session, actor, proposal_id, "proposal.coordinate")
    if reason is ProposalDecline.OTHER and not words.strip():
        raise Invalid({"note": "required"})
    if len(words) > LONGEST:
        raise Invalid({"note": "too_long"})
    proposals.moved(session, actor, row, "decline", subject, now, reason=reason.value)
    row.reason, row.reason_note = reason, words.strip()
    proposals.tell_partners(session, "proposal_declined", row, now)
    return row


def reopen(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Take a declined proposal up again."""
    row, subject = proposals.held(session, actor, proposal_id, "proposal.coordinate")
    proposals.moved(session, actor, row, "reopen", subject, now)
    row.reason, row.reason_note = None, ""
    proposals.tell_partners(session, "proposal_reopened", row, now)
    return row


def _open(row: Proposal, action: str) -> None:
    if row.status not in OPEN_PROPOSAL:
        raise InvalidTransition("proposal", action, row.status)
