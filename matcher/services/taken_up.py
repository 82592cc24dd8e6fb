"""Proposals that have become collaborations: the collaboration leads, and the proposal that it came of follows."""

from datetime import datetime

from sqlmodel import Session

from matcher.errors import Invalid
from matcher.policy import SYSTEM, Actor
from matcher.services import flow, proposals
from models import Collaboration, Proposal
from models.enums import ProposalStatus
from models.queries import proposals as queries

#: a proposal that ends with its collaboration; one that was declined or withdrawn has ended already
UNDER_WAY = frozenset({ProposalStatus.PREPARING, ProposalStatus.PILOT})


def begun(session: Session, row: Collaboration, now: datetime) -> None:
    """The pilot of its proposal begins.

    Raises Invalid({"plan": …}) when the proposal is not being prepared, because it was declined or withdrawn.
    """
    found = _held(session, row)
    if found is None:
        return
    if found.status is not ProposalStatus.PREPARING:
        raise Invalid({"plan": "proposal_not_prepared"})
    _move(session, found, "begin_pilot", row, now)


def finished(session: Session, row: Collaboration, now: datetime) -> None:
    """Its proposal is completed."""
    found = _held(session, row)
    if found is not None and found.status in UNDER_WAY:
        _move(session, found, "complete", row, now)


def resumed(session: Session, row: Collaboration, now: datetime) -> None:
    """The pilot of its proposal goes on."""
    found = _held(session, row)
    if found is not None and found.status is ProposalStatus.COMPLETED:
        _move(session, found, "resume", row, now)


def _held(session: Session, row: Collaboration) -> Proposal | None:
    """Its proposal, held after the collaboration: whoever holds the proposal keeps the collaboration from moving."""
    found = queries.of_collaboration(session, row.pk)
    return flow.locked(session, Proposal, found.pk) if found else None


def _move(session: Session, found: Proposal, action: str, row: Collaboration, now: datetime) -> None:
    """No mail of its own: the partners are told of the collaboration."""
    subject = proposals.subject_of(session, found)
    proposals.moved(session, SYSTEM, found, action, subject, now, collaboration=row.pk)


def require_public(session: Session, row: Collaboration) -> None:
    """Raises Invalid({"publish": …}) while its proposal is confidential."""
    found = queries.of_collaboration(session, row.pk)
    if found is not None and found.confidential:
        raise Invalid({"publish": "confidential"})


def lift(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Give up that a proposal is confidential, also while its pilot runs and afterwards. Twice is harmless.

    Raises NotFound or NotAllowed.
    """
    row, subject = proposals.held(session, actor, proposal_id, "proposal.edit")
    if not row.confidential:
        return row
    row.confidential, row.updated_at = False, now
    if row.received_at is not None:
        proposals.keep_version(session, actor, row, now)
    flow.record(session, actor, "proposal.confidentiality_lifted", row, subject, now)
    return row
