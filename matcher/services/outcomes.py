"""What collaborations come to: finished with a result, judged by their criteria, shown to everybody as precedents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from matcher.errors import Invalid, InvalidTransition
from matcher.lifecycles import COLLABORATION
from matcher.policy import Actor
from matcher.services import flow, taken_up
from matcher.services.collaborations import LONGEST, held, mark, serve, tell_partners, too_long
from matcher.services.pilots import needs_plan
from models import Collaboration, reference
from models.enums import CollaborationResult, CollaborationStatus
from models.queries import pilots as queries

#: what never began can only come to one of these
WITHOUT_BEGINNING = frozenset({CollaborationResult.ENDED, CollaborationResult.FAILED})


@dataclass(frozen=True)
class Outcome:
    """What a collaboration came to; `criteria` are judged by key: (what was measured, whether it was met)."""

    result: CollaborationResult
    outcome: str = ""
    learned: str = ""
    next_step_reason: str = ""
    targets: Sequence[str] | None = None
    criteria: Sequence[tuple[int, str, bool | None]] = ()

    def errors(self) -> dict[str, str]:
        """What is wrong with it: field → code. A failure says why, procurement says why by this procedure."""
        texts = {"outcome": self.outcome, "learned": self.learned, "next_step_reason": self.next_step_reason}
        found = too_long(texts, LONGEST)
        if self.result is CollaborationResult.FAILED and not self.outcome.strip():
            found["outcome"] = "required"
        if self.result is CollaborationResult.PROCUREMENT and not self.next_step_reason.strip():
            found["next_step_reason"] = "required"
        if self.targets is not None and not all(map(reference.is_target, self.targets)):
            found["targets"] = "unknown"
        return found


def finish(
    session: Session, actor: Actor, collaboration_id: int, said: Outcome, expected: int | None = None, *, now: datetime
) -> Collaboration:
    """Say what a collaboration came to, or correct it. From then on it is done, and counts for or against its partners.

    Raises NotFound or NotAllowed for one of another municipality, Invalid, or Conflict when somebody saved in between.
    """
    row, subject = held(session, actor, collaboration_id, "collaboration.say_result")
    found = said.errors()
    if row.status is CollaborationStatus.PLANNED and needs_plan(row) and said.result not in WITHOUT_BEGINNING:
        found["result"] = "not_begun"
    if found:
        raise Invalid(found)
    texts = {name: getattr(said, name) for name in ("result", "outcome", "learned", "next_step_reason")}
    flow.check_version(row, expected, texts)
    if row.status is not CollaborationStatus.DONE:
        taken_up.finished(session, row, now)
        flow.move(session, actor, COLLABORATION, row, "finish", subject, now)
    for name, value in texts.items():
        setattr(row, name, value)
    row.updated_at = now
    _judge(session, row, said)
    if said.targets is not None:
        serve(session, row, said.targets, now)
    flow.record(session, actor, "collaboration.result_said", row, subject, now, result=said.result.value)
    mark(session, row, now)
    tell_partners(session, row, "collaboration_finished", now)
    return row


def _judge(session: Session, row: Collaboration, said: Outcome) -> None:
    """Write beside each criterion what was measured."""
    known = {criterion.pk: criterion for criterion in queries.criteria(session, row.pk)}
    for key, result, met in said.criteria:
        if key in known:
            known[key].result, known[key].met = result, met


def reopen(session: Session, actor: Actor, collaboration_id: int, *, now: datetime) -> Collaboration:
    """Go on with what was done: the result no longer stands, what was written stays as a draft of the next one.

    Raises NotFound, NotAllowed, or InvalidTransition.
    """
    row, subject = held(session, actor, collaboration_id, "collaboration.reopen")
    taken_up.resumed(session, row, now)
    flow.move(session, actor, COLLABORATION, row, "reopen", subject, now)
    row.result = None
    mark(session, row, now)
    return row


def publish(session: Session, actor: Actor, collaboration_id: int, *, now: datetime) -> Collaboration:
    """Show it to everybody as a precedent; it must have begun or be done, and say what was done.

    What came of a confidential proposal waits until the partner gives that up.
    Raises NotFound, NotAllowed, InvalidTransition, or Invalid({"summary": …}) or ({"publish": …}).
    """
    row, subject = held(session, actor, collaboration_id, "collaboration.publish")
    if row.status is CollaborationStatus.PLANNED:
        raise InvalidTransition(COLLABORATION.name, "publish", row.status.value)
    if not row.summary.strip():
        raise Invalid({"summary": "summary_missing"})
    taken_up.require_public(session, row)
    if row.published:
        return row
    first = row.agreement_date or row.period_from
    row.published, row.published_at, row.updated_at = True, now, now
    row.date = row.date or (first.isoformat() if first else now.date().isoformat())
    flow.record(session, actor, "collaboration.published", row, subject, now)
    mark(session, row, now)
    tell_partners(session, row, "collaboration_published", now)
    return row


def unpublish(session: Session, actor: Actor, collaboration_id: int, *, now: datetime) -> Collaboration:
    """Take a precedent off the portal. Raises NotFound or NotAllowed."""
    row, subject = held(session, actor, collaboration_id, "collaboration.publish")
    if not row.published:
        return row
    row.published, row.published_at, row.updated_at = False, None, now
    flow.record(session, actor, "collaboration.unpublished", row, subject, now)
    mark(session, row, now)
    return row
