"""Joint proposals (共同提案): asking another partner to stand behind one, agreeing to, and not."""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor, Subject
from matcher.services import flow, notices, pilots, proposals
from models import Proposal, ProposalPartner
from models.queries import proposals as queries
from models.queries import recipients


def ask(session: Session, actor: Actor, proposal_id: int, words: str, *, now: datetime) -> ProposalPartner:
    """Ask a registered partner, by its exact name or corporate number, to propose together.

    It may read the proposal from now on, and counts once it has agreed. Raises NotAllowed for anybody but the lead,
    InvalidTransition once the pilot runs, or Invalid.
    """
    row, subject = proposals.held(session, actor, proposal_id, "proposal.edit")
    _changeable(row, "ask")
    behind = queries.standings(session, row.pk)
    lead = next(each.partner.pk for each in behind if each.row.lead)
    if lead not in actor.partner_ids:
        raise NotAllowed(action="proposal.edit")
    partner = proposals.partner_named(session, words)
    if partner.pk in {each.partner.pk for each in behind}:
        raise Invalid({"partner": "already_behind"})
    if len(behind) >= proposals.MOST_PARTNERS:
        raise Invalid({"partner": "too_many"})
    asked = ProposalPartner(proposal_id=row.pk, partner_id=partner.pk, created_at=now)
    session.add(asked)
    flow.record(session, actor, "proposal.partner_asked", row, subject, now, partner=partner.pk)
    people = recipients.people_of_partner(session, partner.pk)
    notices.mail_all(session, "proposal_joint", people, f"{asked.pk}", now, **proposals.names(session, row))
    return asked


def agree(session: Session, actor: Actor, proposal_id: int, partner_id: int, *, now: datetime) -> Proposal:
    """Stand behind a proposal; after receipt this is a version of its own. Twice is harmless.

    Raises NotFound for a partner that was not asked.
    """
    row, asked, subject = _asked(session, actor, proposal_id, partner_id)
    if asked.agreed_at is not None:
        return row
    _changeable(row, "agree")
    asked.agreed_at = now
    session.flush()
    if row.received_at is not None:
        proposals.keep_version(session, actor, row, now)
    flow.record(session, actor, "proposal.partner_agreed", row, subject, now, partner=partner_id)
    return row


def leave(session: Session, actor: Actor, proposal_id: int, partner_id: int, *, now: datetime) -> Proposal:
    """Not stand behind a proposal, or not any longer, nor be a party to the pilot that is being prepared from it.

    The lead does not leave: it withdraws the whole.
    """
    row, asked, subject = _asked(session, actor, proposal_id, partner_id)
    if asked.lead:
        raise NotAllowed(action="proposal.leave")
    _changeable(row, "leave")
    agreed = asked.agreed_at is not None
    session.delete(asked)
    session.flush()
    if row.collaboration_id is not None:
        pilots.let_go(session, row.collaboration_id, partner_id, now=now)
    if agreed and row.received_at is not None:
        proposals.keep_version(session, actor, row, now)
    flow.record(session, actor, "proposal.partner_left", row, subject, now, partner=partner_id)
    return row


def _asked(
    session: Session, actor: Actor, proposal_id: int, partner_id: int
) -> tuple[Proposal, ProposalPartner, Subject]:
    row = flow.locked(session, Proposal, proposal_id)
    subject = proposals.of_lead(row, partner_id)
    policy.require(actor, "proposal.edit", subject)
    for each in queries.standings(session, row.pk):
        if each.partner.pk == partner_id:
            return row, each.row, subject
    raise NotFound()


def _changeable(row: Proposal, action: str) -> None:
    if row.status not in proposals.CHANGEABLE:
        raise InvalidTransition("proposal", action, row.status)
