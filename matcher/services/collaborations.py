"""Collaborations (連携案件): what the municipality says that came of them, failures included."""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid
from matcher.policy import Actor, Subject
from matcher.services import flow
from models import Collaboration
from models.enums import CollaborationResult, CollaborationStatus, EntityType
from models.queries import collaborations as queries

LONGEST = 4_000


def say_result(
    session: Session, actor: Actor, collaboration_id: int, result: CollaborationResult, outcome: str, *, now: datetime
) -> Collaboration:
    """Say what a collaboration came to. From then on it is done, and counts for or against its partners.

    Raises NotFound or NotAllowed for one of another municipality, or Invalid.
    """
    if len(outcome) > LONGEST:
        raise Invalid({"outcome": "too_long"})
    if result is CollaborationResult.FAILED and not outcome:
        raise Invalid({"outcome": "required"})
    row = flow.locked(session, Collaboration, collaboration_id)
    subject = Subject(municipality_id=row.municipality_id, public=row.published)
    policy.require(actor, "collaboration.say_result", subject)
    row.result, row.outcome, row.status, row.updated_at = result, outcome, CollaborationStatus.DONE, now
    flow.record(session, actor, "collaboration.result_said", row, subject, now, result=result.value)
    flow.mark(session, EntityType.COLLABORATION, row.pk, now)
    for partner_id in queries.partner_ids(session, row.pk):
        flow.mark(session, EntityType.PARTNER, partner_id, now)
    return row
