"""Pilots (実証): the plan to which both sides agree before anything begins, and what happens while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from matcher.lifecycles import COLLABORATION, PARTNER_ADMIN
from matcher.policy import Actor, Subject
from matcher.services import attachments, collaborations, flow, taken_up
from matcher.services.attachments import Upload
from matcher.services.challenge_data import today
from matcher.services.collaborations import LONGEST, held, tell_office, tell_partners
from models import Attachment, Collaboration, CollaborationNote, PilotPlan, SuccessCriterion
from models.enums import CollaborationStatus, NoteKind
from models.queries import collaborations as queries
from models.queries import pilots as pilot_queries
from models.queries import recipients

MOST_CRITERIA, LONGEST_MEASURE, LONGEST_TARGET, LONGEST_UNIT, LONGEST_PLACE = 10, 200, 100, 40, 200
DEAREST = 1_000_000_000_000
TEXTS = ("roles", "data", "safety")


@dataclass(frozen=True)
class Criterion:
    """What success is measured by, which value counts as success, and in which unit."""

    measure: str
    target: str
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanData:
    """A pilot plan as it is laid down; costs are yen, None where nobody has said."""

    period_from: date | None = None
    period_until: date | None = None
    place: str = ""
    roles: str = ""
    data: str = ""
    safety: str = ""
    cost_city: int | None = None
    cost_partner: int | None = None
    criteria: Sequence[Criterion] = ()

    def errors(self) -> dict[str, str]:
        """What is wrong with it: field → code."""
        found = {name: "too_long" for name in TEXTS if len(getattr(self, name)) > LONGEST}
        found |= {"place": "too_long"} if len(self.place) > LONGEST_PLACE else {}
        for name in ("cost_city", "cost_partner"):
            cost = getattr(self, name)
            found |= {name: "yen"} if cost is not None and not 0 <= cost <= DEAREST else {}
        if self.period_from and self.period_until and self.period_until < self.period_from:
            found["period_until"] = "ends_before_it_begins"
        found |= {"criteria": "too_many"} if len(self.criteria) > MOST_CRITERIA else {}
        if any(not (c.measure and c.target) for c in self.criteria):
            found["criteria"] = "criterion_incomplete"
        return found


def lay_down(
    session: Session, actor: Actor, collaboration_id: int, said: PlanData, expected: int | None, *, now: datetime
) -> PilotPlan:
    """Write the plan, or change it: what was agreed to before is agreed to no longer.

    `expected` is the edition on top of which it was typed. Raises NotFound, NotAllowed, Invalid,
    InvalidTransition when the collaboration is done, or Conflict.
    """
    row, subject = collaborations.held_to_change(session, actor, collaboration_id)
    if row.status is CollaborationStatus.DONE:
        raise InvalidTransition(COLLABORATION.name, "lay_down", row.status.value)
    found = said.errors()
    if found:
        raise Invalid(found)
    known = pilot_queries.plan(session, row.pk)
    if expected is not None and (known.edition if known else 0) != expected:
        raise Conflict(version=known.edition if known else 0)
    plan = known or PilotPlan(collaboration_id=row.pk, edition=0, created_at=now)
    for name in (*TEXTS, "cost_city", "cost_partner"):
        setattr(plan, name, getattr(said, name))
    row.period_from, row.period_until, row.place = said.period_from, said.period_until, said.place
    plan.edition, plan.updated_at, row.updated_at = plan.edition + 1, now, now
    _take_back(plan)
    session.add(plan)
    _replace_criteria(session, row, said.criteria, now)
    flow.record(session, actor, "collaboration.plan_laid_down", row, subject, now, edition=plan.edition)
    return plan


def _take_back(plan: PilotPlan) -> None:
    plan.agreed_by_city_at = plan.agreed_by_partner_at = None
    plan.agreed_by_city_id = plan.agreed_by_partner_id = None
    plan.partner_note = ""


def _replace_criteria(session: Session, row: Collaboration, said: Sequence[Criterion], now: datetime) -> None:
    for gone in pilot_queries.criteria(session, row.pk):
        session.delete(gone)
    session.flush()
    for position, criterion in enumerate(said):
        session.add(
            SuccessCriterion(
                collaboration_id=row.pk,
                position=position,
                measure=criterion.measure,
                target=criterion.target,
                unit=criterion.unit,
                created_at=now,
            )
        )


def agree(session: Session, actor: Actor, collaboration_id: int, edition: int | None, *, now: datetime) -> PilotPlan:
    """Agree to an edition of the plan for one's own side; for the partners, the leading one does.

    Raises NotFound, NotAllowed, InvalidTransition, Invalid({"plan": …}), or Conflict when the plan has changed since.
    """
    row, subject = held(session, actor, collaboration_id, "collaboration.agree")
    plan = _to_agree(session, row, edition)
    if actor.municipality_ids & {row.municipality_id}:
        side, plan.agreed_by_city_at, plan.agreed_by_city_id = "city", now, actor.user_id
        tell_partners(session, row, "plan_to_agree", now)
    else:
        _require_lead(session, actor, row)
        side, plan.agreed_by_partner_at, plan.agreed_by_partner_id = "partner", now, actor.user_id
        tell_office(session, row, "plan_agreed", now)
    plan.updated_at = now
    flow.record(session, actor, "collaboration.plan_agreed", row, subject, now, side=side, edition=plan.edition)
    return plan


def _to_agree(session: Session, row: Collaboration, edition: int | None) -> PilotPlan:
    if row.status is CollaborationStatus.DONE:
        raise InvalidTransition(COLLABORATION.name, "agree", row.status.value)
    plan = pilot_queries.plan(session, row.pk)
    if plan is None or not pilot_queries.criteria(session, row.pk):
        raise Invalid({"plan": "plan_missing"})
    if edition is not None and edition != plan.edition:
        raise Conflict(version=plan.edition)
    return plan


def lead(session: Session, row: Collaboration) -> int | None:
    """The partner that speaks for all of them: the first."""
    return next(iter(queries.partner_ids(session, row.pk)), None)


def _require_lead(session: Session, actor: Actor, row: Collaboration) -> None:
    first = lead(session, row)
    if first is None or not actor.roles_at(Subject(partner_ids=frozenset({first}))) & PARTNER_ADMIN:
        raise NotAllowed(action="collaboration.agree")


def note_agreement(
    session: Session, actor: Actor, collaboration_id: int, note: str, edition: int | None, *, now: datetime
) -> PilotPlan:
    """Record that a leading partner in which nobody can sign in agrees, and how the office came to know.

    Raises as `agree` does, and NotAllowed when somebody of the partner can agree.
    """
    row, subject = held(session, actor, collaboration_id, "collaboration.publish")
    if not told_to_office(session, row):
        raise NotAllowed(action="collaboration.note_agreement")
    if not note.strip() or len(note) > LONGEST:
        raise Invalid({"note": "too_long" if note.strip() else "required"})
    plan = _to_agree(session, row, edition)
    plan.agreed_by_partner_at, plan.partner_note, plan.updated_at = now, note.strip(), now
    flow.record(session, actor, "collaboration.agreement_noted", row, subject, now, edition=plan.edition)
    return plan


def told_to_office(session: Session, row: Collaboration) -> bool:
    """Whether the office records the partner's agreement, because nobody signs in for the leading partner."""
    first = lead(session, row)
    return first is None or not recipients.people_of_partner(session, first)


def needs_plan(row: Collaboration) -> bool:
    """A pilot begins with a plan to which both sides agree; an agreement is one already."""
    return row.kind == collaborations.PILOT


def begin(session: Session, actor: Actor, collaboration_id: int, *, now: datetime) -> Collaboration:
    """Begin it, and with it the pilot of its proposal: only with a plan, with criteria, to which both sides agree.

    Raises NotFound, NotAllowed, InvalidTransition, or Invalid({"plan": …}).
    """
    row, subject = held(session, actor, collaboration_id, "collaboration.begin")
    COLLABORATION.find("begin", row.status)
    if needs_plan(row):
        _require_plan(session, row)
    taken_up.begun(session, row, now)
    flow.move(session, actor, COLLABORATION, row, "begin", subject, now)
    collaborations.mark(session, row, now)
    tell_partners(session, row, "collaboration_begun", now)
    return row


def _require_plan(session: Session, row: Collaboration) -> None:
    laid_down = pilot_queries.plan(session, row.pk)
    if laid_down is None or not pilot_queries.criteria(session, row.pk):
        raise Invalid({"plan": "plan_missing"})
    if not laid_down.agreed:
        raise Invalid({"plan": "plan_not_agreed"})


def write_note(
    session: Session,
    actor: Actor,
    collaboration_id: int,
    kind: NoteKind,
    happened_on: date,
    text: str,
    *,
    shared: bool = True,
    now: datetime,
) -> CollaborationNote:
    """Write down what happened. The office may keep a note to itself, an incident never; the other side is mailed that.

    Raises NotFound, NotAllowed, or Invalid.
    """
    row, subject = held(session, actor, collaboration_id, "collaboration.work")
    found = {"text": "too_long" if text.strip() else "required"} if not text.strip() or len(text) > LONGEST else {}
    found |= {"happened_on": "date_future"} if happened_on > today(now) else {}
    if found:
        raise Invalid(found)
    ours = row.municipality_id in actor.municipality_ids
    note = CollaborationNote(
        collaboration_id=row.pk,
        kind=kind,
        happened_on=happened_on,
        text=text.strip(),
        shared=shared or not ours or kind is NoteKind.INCIDENT,
        author_id=actor.user_id,
        partner_id=None if ours else min(actor.partner_ids & subject.partner_ids),
        created_at=now,
    )
    session.add(note)
    flow.record(session, actor, "collaboration.noted", row, subject, now, kind=kind.value)
    if kind is NoteKind.INCIDENT:
        tell_other_side = tell_partners if ours else tell_office
        tell_other_side(session, row, "incident_reported", now)
    return note


def add_file(session: Session, actor: Actor, collaboration_id: int, upload: Upload, *, now: datetime) -> Attachment:
    """Keep a file on a collaboration; both sides read it. Raises NotFound, NotAllowed, or Invalid."""
    row, subject = held(session, actor, collaboration_id, "collaboration.work")
    return attachments.attach(session, actor, row, subject, upload, now=now)


def remove_file(session: Session, actor: Actor, collaboration_id: int, attachment_id: int, *, now: datetime) -> None:
    """Take a file off a collaboration; the office only. Raises NotFound or NotAllowed."""
    row, subject = held(session, actor, collaboration_id, "collaboration.edit")
    attachments.remove(session, actor, attachment_id, row, subject, now=now)
