"""Passing a proposal on to another city: only with the partner's consent, and with the time of its first receipt."""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition
from matcher.lifecycles import PROPOSAL
from matcher.policy import Actor, Subject
from matcher.services import flow, proposals
from matcher.services import proposal_data as data_of
from models import Municipality, Proposal, ProposalPartner
from models.enums import ProposalStatus
from models.queries import proposals as queries


def ask(session: Session, actor: Actor, proposal_id: int, municipality_id: int, *, now: datetime) -> Proposal:
    """Ask the partners whether their proposal may go to another municipality.

    Raises InvalidTransition for one that cannot be passed on, or Invalid({"municipality": …}).
    """
    row, subject = proposals.held(session, actor, proposal_id, "proposal.coordinate")
    PROPOSAL.find("forward", row.status)
    if municipality_id == row.municipality_id or session.get(Municipality, municipality_id) is None:
        raise Invalid({"municipality": "unknown"})
    row.forward_to_id, row.forward_asked_at, row.forward_consented_at = municipality_id, now, None
    row.updated_at = now
    flow.record(session, actor, "proposal.consent_asked", row, subject, now, to=municipality_id)
    proposals.settle(session, row, now)
    proposals.tell_partners(session, "proposal_consent", row, now)
    return row


def consent(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Let the proposal go to the municipality that was named. Twice is harmless."""
    row, subject = _asked(session, actor, proposal_id)
    if row.forward_consented_at is None:
        row.forward_consented_at = row.updated_at = now
        flow.record(session, actor, "proposal.consented", row, subject, now, to=row.forward_to_id)
        proposals.settle(session, row, now)
        proposals.tell_office(session, "proposal_consented", row, now)
    return row


def refuse(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Not let it go; a consent that was given is taken back with it."""
    row, subject = _asked(session, actor, proposal_id)
    flow.record(session, actor, "proposal.consent_refused", row, subject, now, to=row.forward_to_id)
    row.forward_to_id = row.forward_asked_at = row.forward_consented_at = None
    row.updated_at = now
    proposals.settle(session, row, now)
    proposals.tell_office(session, "proposal_consent_refused", row, now)
    return row


def _asked(session: Session, actor: Actor, proposal_id: int) -> tuple[Proposal, Subject]:
    row, subject = proposals.held(session, actor, proposal_id, "proposal.edit")
    if row.forward_to_id is None or row.status is ProposalStatus.FORWARDED:
        raise InvalidTransition("proposal", "consent", row.status)
    return row, subject


def forward(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Pass it on: there it is a proposal for a field test with a receipt of its own, which names the first one.

    Raises NotAllowed as long as the partners have not consented.
    """
    row, subject = proposals.held(session, actor, proposal_id, "proposal.coordinate")
    if row.forward_to_id is None or row.forward_consented_at is None:
        raise Invalid({"municipality": "no_consent"})
    proposals.moved(session, actor, row, "forward", subject, now, to=row.forward_to_id)
    there = _arrive(session, actor, row, row.forward_to_id, now)
    proposals.tell_receipt(session, there, now)
    return there


def _arrive(session: Session, actor: Actor, row: Proposal, municipality_id: int, now: datetime) -> Proposal:
    behind = [each for each in queries.standings(session, row.pk) if each.row.agreed_at]
    lead = next(each.partner.pk for each in behind if each.row.lead)
    there = proposals.draft(session, policy.SYSTEM, lead, municipality_id, data_of.typed(row), None, now)
    there.forwarded_from_id, there.author_id = row.pk, row.author_id
    for each in behind:
        if not each.row.lead:
            session.add(
                ProposalPartner(proposal_id=there.pk, partner_id=each.partner.pk, agreed_at=now, created_at=now)
            )
    session.flush()
    proposals.receive(session, policy.SYSTEM, there, now)
    there.status, there.status_since = ProposalStatus.RECEIVED, now
    subject = Subject(municipality_id, frozenset(each.partner.pk for each in behind))
    flow.record(session, policy.SYSTEM, "proposal.received", there, subject, now, forwarded=True)
    proposals.settle(session, there, now)
    return there
