"""Collaborations (連携案件): what the municipality says that came of them, failures included."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.policy import Actor, Subject
from matcher.services import flow
from models import Challenge, Collaboration, CollaborationPartner, Partner
from models.enums import CollaborationResult, CollaborationStatus, EntityType
from models.queries import collaborations as queries

LONGEST = 4_000
LONGEST_TITLE = 300


def plan(
    session: Session,
    actor: Actor,
    municipality_id: int,
    *,
    title: str,
    partner_ids: Sequence[int],
    challenge_id: int | None = None,
    summary: str = "",
    kind: str = "pilot",
    now: datetime,
) -> Collaboration:
    """Begin a collaboration that is not public yet, out of an accepted match or proposal or by itself.

    The first of `partner_ids` leads. Raises NotFound or NotAllowed for anybody but the coordinators, or Invalid.
    """
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "collaboration.make", subject)
    found = {"title": "required"} if not title.strip() else {}
    found |= {"title": "too_long"} if len(title) > LONGEST_TITLE else {}
    found |= {"partners": "required"} if not partner_ids else {}
    if found:
        raise Invalid(found)
    if challenge_id is not None and flow.get(session, Challenge, challenge_id).municipality_id != municipality_id:
        raise NotFound()
    row = Collaboration(
        municipality_id=municipality_id,
        challenge_id=challenge_id,
        kind=kind,
        title=title.strip(),
        summary=summary,
        status=CollaborationStatus.PLANNED,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    for partner_id in dict.fromkeys(partner_ids):
        name = flow.get(session, Partner, partner_id).name
        session.add(CollaborationPartner(collaboration_id=row.pk, partner_id=partner_id, name=name, created_at=now))
    flow.record(session, actor, "collaboration.planned", row, subject, now, challenge=challenge_id)
    return row


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
