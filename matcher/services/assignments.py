"""Assignments (一括割り当て): making one, laying pairs down, asking for a plan, and proposing what it holds."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.lifecycles import ASSIGNMENT, CHANGEABLE, OPEN_CHALLENGE
from matcher.policy import Actor
from matcher.services import flow
from models import (
    Assignment,
    AssignmentChallenge,
    AssignmentPair,
    AssignmentRule,
    Challenge,
    Recommendation,
    RecommendationRun,
    ReplayRecord,
)
from models.enums import AssignmentPurpose, AssignmentStatus, DeclineReason, RecommendationSource
from models.enums import AssignmentRuleKind as Kind
from models.enums import RecommendationStatus as R
from models.queries import assignments as queries
from models.queries import recommendations as reads

LONGEST_NAME, LONGEST_NOTE = 100, 300
MOST_WANTED, MOST_CAPACITY, MOST_CHALLENGES = 20, 99, 1_000


@dataclass(frozen=True)
class AssignmentData:
    """What an office says about a batch."""

    name: str
    purpose: AssignmentPurpose
    wanted: int
    capacity: int
    registered_here: bool
    challenge_ids: frozenset[int]


def create(session: Session, actor: Actor, municipality_id: int, data: AssignmentData, *, now: datetime) -> Assignment:
    """Begin a batch of the office's own open challenges. Raises NotAllowed, NotFound or Invalid."""
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "assignment.make", subject)
    row = Assignment(
        municipality_id=municipality_id,
        author_id=actor.user_id,
        status=AssignmentStatus.DRAFT,
        created_at=now,
        **_settings(data),
    )
    _check(session, municipality_id, data, already=frozenset())
    session.add(row)
    session.flush()
    _take_in(session, row, data.challenge_ids)
    flow.record(session, actor, "assignment.created", row, subject, now, challenges=len(data.challenge_ids))
    return row


def edit(
    session: Session, actor: Actor, assignment_id: int, data: AssignmentData, *, version: int | None, now: datetime
) -> Assignment:
    """Change a batch; what was laid down for challenges that leave it goes with them.

    Raises Invalid, Conflict, or InvalidTransition while a plan is being made or after the end.
    """
    row = _changeable(session, actor, assignment_id, "edit")
    settings = _settings(data)
    flow.check_version(row, version, settings)
    already = frozenset(member.challenge_id for member in queries.members(session, assignment_id))
    _check(session, row.municipality_id, data, already)
    for name, value in settings.items():
        setattr(row, name, value)
    gone = already - data.challenge_ids
    for table in (AssignmentChallenge, AssignmentRule, AssignmentPair):
        session.execute(
            sa.delete(table).where(
                table.assignment_id == assignment_id,  # type: ignore[arg-type]
                col(table.challenge_id).in_(gone),
            )
        )
    _take_in(session, row, data.challenge_ids - already)
    _outdated(session, actor, row, "assignment.edited", now, challenges=len(data.challenge_ids))
    return row


def lay_down(
    session: Session,
    actor: Actor,
    assignment_id: int,
    kind: Kind,
    challenge_id: int,
    partner_id: int,
    *,
    reason: DeclineReason | None = None,
    note: str = "",
    now: datetime,
) -> AssignmentRule:
    """Lock a pair into every plan, or forbid it with a reason; what was laid down for the pair before is replaced.

    Raises NotFound for a challenge outside the batch or an unregistered partner; Invalid for a ban without a reason, or
    a lock on a pair that has been decided on.
    """
    row = _changeable(session, actor, assignment_id, kind.value)
    if kind is Kind.FORBID and (reason is None or (reason is DeclineReason.OTHER and not note)):
        raise Invalid({"note" if reason is not None else "reason": "required"})
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": "too_long"})
    inside = challenge_id in {member.challenge_id for member in queries.members(session, assignment_id)}
    if not inside or not reads.registered(session, partner_id):
        raise NotFound()
    if kind is Kind.LOCK and (challenge_id, partner_id) in queries.decided(session, [challenge_id]):
        raise Invalid({"partner_id": "decided"})
    rule = queries.rule(session, assignment_id, challenge_id, partner_id)
    if rule is None:
        rule = AssignmentRule(assignment_id=assignment_id, challenge_id=challenge_id, partner_id=partner_id, kind=kind)
        session.add(rule)
    rule.kind, rule.author_id, rule.created_at = kind, actor.user_id, now
    rule.reason, rule.note = (reason.value, note) if kind is Kind.FORBID and reason is not None else ("", "")
    event = "assignment.pair_locked" if kind is Kind.LOCK else "assignment.pair_forbidden"
    _outdated(session, actor, row, event, now, challenge=challenge_id, partner=partner_id, reason=rule.reason)
    return rule


def release(session: Session, actor: Actor, assignment_id: int, rule_id: int, *, now: datetime) -> None:
    """Take back a lock or a ban. Raises NotFound for one of another batch."""
    row = _changeable(session, actor, assignment_id, "release")
    rule = flow.get(session, AssignmentRule, rule_id)
    if rule.assignment_id != assignment_id:
        raise NotFound()
    session.delete(rule)
    told = {"challenge": rule.challenge_id, "partner": rule.partner_id}
    _outdated(session, actor, row, "assignment.pair_released", now, **told)


def ask(session: Session, actor: Actor, assignment_id: int, *, now: datetime) -> Assignment:
    """Have the worker make a plan; asked twice it is made once."""
    row = flow.locked(session, Assignment, assignment_id)
    policy.require(actor, "assignment.ask", flow.of_assignment(row))
    if row.status is AssignmentStatus.WAITING:
        return row
    flow.move(session, actor, ASSIGNMENT, row, "ask", flow.of_assignment(row), now)
    row.asked_at = now
    return row


def close(session: Session, actor: Actor, assignment_id: int, *, now: datetime) -> Assignment:
    """Put a batch away; its plan stays readable."""
    return _step(session, actor, assignment_id, "close", now)


def reopen(session: Session, actor: Actor, assignment_id: int, *, now: datetime) -> Assignment:
    """Take a batch up again."""
    return _step(session, actor, assignment_id, "reopen", now)


def propose(
    session: Session, actor: Actor, assignment_id: int, pair_ids: Collection[int] | None, *, now: datetime
) -> int:
    """Make recommendations out of pairs of the plan (None: all of them); gives how many are new.

    A pair that is recommended already stays as it is; challenges that are no longer open are left out.
    Raises InvalidTransition unless there is a plan.
    """
    row = flow.locked(session, Assignment, assignment_id)
    policy.require(actor, "assignment.make", flow.of_assignment(row))
    if row.status is not AssignmentStatus.READY:
        raise InvalidTransition("assignment", "propose", row.status)
    chosen = [
        found
        for found in queries.pairs(session, assignment_id)
        if (pair_ids is None or found.pair.pk in pair_ids)
        and found.recommendation_id is None
        and found.challenge.status in OPEN_CHALLENGE
    ]
    runs: dict[int, RecommendationRun] = {}
    for found in chosen:
        run = runs.get(found.challenge.pk)
        if run is None:
            run = runs[found.challenge.pk] = _run(session, actor, row, found.challenge, now)
        _recommend(session, actor, row, found.pair, run, now)
    count = len(chosen)
    flow.record(session, actor, "assignment.proposed", row, flow.of_assignment(row), now, pairs=count)
    return count


def _run(session: Session, actor: Actor, row: Assignment, challenge: Challenge, now: datetime) -> RecommendationRun:
    """What made the plan, kept for each challenge as for an ordinary recommendation."""
    made = RecommendationRun(
        municipality_id=row.municipality_id,
        challenge_id=challenge.pk,
        actor_id=actor.user_id,
        model=str(row.result.get("model", "")),
        weights=dict(row.result.get("weights", {})),
        generation=int(row.result.get("generation", 0)),
        considered=int(row.result.get("considered", 0)),
        created_at=now,
    )
    session.add(made)
    session.flush()
    return made


def _recommend(
    session: Session, actor: Actor, row: Assignment, pair: AssignmentPair, run: RecommendationRun, now: datetime
) -> None:
    said = pair.explained
    made = Recommendation(
        municipality_id=row.municipality_id,
        challenge_id=pair.challenge_id,
        partner_id=pair.partner_id,
        run_id=run.pk,
        source=RecommendationSource.ASSIGNMENT,
        status=R.PROPOSED,
        score=said.get("score"),
        fit=pair.fit,
        likelihood=said.get("likelihood"),
        features=said.get("features", {}),
        inputs=said.get("inputs", {}),
        basis=said.get("basis", ""),
        evidence=list(said.get("evidence", ())),
        signals=list(said.get("signals", ())),
        created_at=now,
        updated_at=now,
    )
    session.add(made)
    session.flush()
    if "recipe" in said:
        session.add(ReplayRecord(recommendation_id=made.pk, recipe=said["recipe"], created_at=now))
    flow.record(session, actor, "recommendation.added", made, flow.of_recommendation(made), now, assignment=row.pk)


def _settings(data: AssignmentData) -> dict[str, Any]:
    return {
        "name": data.name,
        "purpose": data.purpose,
        "wanted": data.wanted,
        "capacity": data.capacity,
        "registered_here": data.registered_here,
    }


def _check(session: Session, municipality_id: int, data: AssignmentData, already: Collection[int]) -> None:
    """A challenge that has been closed since may stay in, but not come in."""
    errors = {}
    if not data.name:
        errors["name"] = "required"
    elif len(data.name) > LONGEST_NAME:
        errors["name"] = "too_long"
    if not 1 <= data.wanted <= MOST_WANTED:
        errors["wanted"] = "wanted"
    if not 1 <= data.capacity <= MOST_CAPACITY:
        errors["capacity"] = "capacity"
    able = {choice.challenge.pk for choice in queries.choices(session, municipality_id)} | set(already)
    if not data.challenge_ids:
        errors["challenges"] = "none_chosen"
    elif not data.challenge_ids <= able:
        errors["challenges"] = "unknown"
    elif len(data.challenge_ids) > MOST_CHALLENGES:
        errors["challenges"] = "too_many"
    if errors:
        raise Invalid(errors)


def _take_in(session: Session, row: Assignment, challenge_ids: Iterable[int]) -> None:
    session.add_all(AssignmentChallenge(assignment_id=row.pk, challenge_id=key) for key in sorted(challenge_ids))
    session.flush()


def _changeable(session: Session, actor: Actor, assignment_id: int, action: str) -> Assignment:
    row = flow.locked(session, Assignment, assignment_id)
    policy.require(actor, "assignment.make", flow.of_assignment(row))
    if row.status not in CHANGEABLE:
        raise InvalidTransition("assignment", action, row.status)
    return row


def _outdated(session: Session, actor: Actor, row: Assignment, event: str, now: datetime, **detail: object) -> None:
    """The plan no longer answers what is asked: the page says so until it is made again."""
    row.updated_at = now
    if row.result:
        row.result = row.result | {"fresh": False}
    flow.record(session, actor, event, row, flow.of_assignment(row), now, **detail)


def _step(session: Session, actor: Actor, assignment_id: int, action: str, now: datetime) -> Assignment:
    row = flow.locked(session, Assignment, assignment_id)
    flow.move(session, actor, ASSIGNMENT, row, action, flow.of_assignment(row), now)
    return row
