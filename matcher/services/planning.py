"""The worker's part of an assignment: takes the one that has waited longest, makes its plan, and stores it.

Nothing is locked while a plan is being made. A worker killed in between leaves an assignment that runs; the next worker
puts it back into the queue.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from matcher.engine.assign import Plan, Problem, Unassignable, assign, greedy
from matcher.lifecycles import ASSIGNMENT
from matcher.policy import SYSTEM
from matcher.services import flow, replay
from matcher.services.exposures import FairList
from matcher.services.matchbook import FitTable, Match, Matchbook, Ranking
from matcher.services.replay import Taken
from models import Assignment, AssignmentPair
from models.enums import AssignmentRuleKind, AssignmentStatus
from models.queries import assignments as queries
from models.queries import recommendations as reads
from models.session import open_session

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class _Task:
    """What is to be planned, as plain values."""

    assignment_id: int
    wanted: int
    capacity: int
    challenge_ids: list[int]
    locked: set[tuple[int, int]]
    forbidden: set[tuple[int, int]]
    rooms: dict[int, int]


def requeue(engine: Engine, now: datetime) -> int:
    """Put back what a worker that is gone had begun; gives how many that were."""
    with open_session(engine) as session:
        rows = queries.running(session)
        for row in rows:
            flow.move(session, SYSTEM, ASSIGNMENT, row, "requeue", flow.of_assignment(row), now)
        session.commit()
    return len(rows)


def work(engine: Engine, matchbook: Matchbook, clock: Clock) -> int:
    """Make the plan that has been waited for longest, if any; gives how many were made.

    What goes wrong is written down where the office sees it; what nobody foresaw is raised as well.
    """
    assignment_id = _claim(engine, clock())
    if assignment_id is None:
        return 0
    try:
        result, pairs, taken = _made(engine, matchbook, assignment_id)
    except Unassignable as error:
        _end(engine, assignment_id, "fail", {"error": error.code, "where": error.where}, [], clock())
    except Exception:  # the worker's edge: the office must not wait for ever
        _end(engine, assignment_id, "fail", {"error": "unexpected"}, [], clock())
        raise
    else:
        _end(engine, assignment_id, "finish", result, pairs, clock(), taken)
    return 1


def _claim(engine: Engine, now: datetime) -> int | None:
    with open_session(engine, write=False) as session:
        if queries.waiting(session) is None:
            return None
    with open_session(engine) as session:
        key = queries.waiting(session)
        row = session.get(Assignment, key, with_for_update=True) if key is not None else None
        if row is None or row.status is not AssignmentStatus.WAITING:
            return None
        flow.move(session, SYSTEM, ASSIGNMENT, row, "begin", flow.of_assignment(row), now)
        session.commit()
        return row.pk


def _made(
    engine: Engine, matchbook: Matchbook, assignment_id: int
) -> tuple[dict[str, Any], list[AssignmentPair], list[Taken]]:
    """The plan and how it was made. Raises Unassignable with keys of challenges or partners as `where`."""
    began = time.monotonic()
    with open_session(engine, write=False) as session:
        task = _task(session, assignment_id)
        fits = matchbook.fits_for_challenges(session, task.challenge_ids, allowed=task.rooms)
    partner_ids = [*fits.partner_ids, *sorted({p for _, p in task.locked} - set(fits.partner_ids))]
    problem = _problem(task, fits, partner_ids)
    plan = assign(problem)
    with open_session(engine, write=False) as session:
        pairs, taken = _pairs(session, matchbook, task, plan, partner_ids)
    result = _result(fits, plan, greedy(problem)) | {
        "short": {task.challenge_ids[i]: int(plan.shortfall[i]) for i in np.flatnonzero(plan.shortfall)},
        "considered": len(task.rooms),
        "seconds": round(time.monotonic() - began, 1),
    }
    return result, pairs, taken


def _task(session: Session, assignment_id: int) -> _Task:
    row = flow.get(session, Assignment, assignment_id)
    keys = [member.challenge_id for member in queries.members(session, assignment_id)]
    laid = [found.rule for found in queries.rules(session, assignment_id)]
    locked = {(r.challenge_id, r.partner_id) for r in laid if r.kind is AssignmentRuleKind.LOCK}
    banned = {(r.challenge_id, r.partner_id) for r in laid if r.kind is AssignmentRuleKind.FORBID}
    allowed = reads.candidates(session, row.municipality_id if row.registered_here else None)
    allowed |= {partner_id for _, partner_id in locked}
    rooms = {key: min(row.capacity, room) for key, room in queries.rooms(session).items() if key in allowed}
    decided = queries.decided(session, keys) - locked
    return _Task(row.pk, row.wanted, row.capacity, keys, locked, banned | decided, rooms)


def _problem(task: _Task, fits: FitTable, partner_ids: list[int]) -> Problem:
    rows = {key: row for row, key in enumerate(task.challenge_ids)}
    columns = {key: column for column, key in enumerate(partner_ids)}
    worth = np.full((len(rows), len(columns)), np.nan)
    worth[:, : len(fits.partner_ids)] = fits.worth
    placed = [
        [(rows[c], columns[p]) for c, p in sorted(some) if c in rows and p in columns]
        for some in (task.locked, task.forbidden)
    ]
    capacity = [task.rooms.get(key, 0) for key in partner_ids]
    try:
        return Problem.of(worth, task.wanted, capacity, locked=placed[0], forbidden=placed[1])
    except Unassignable as error:
        keys = partner_ids if error.code == "lock_over_capacity" else task.challenge_ids
        raise Unassignable(error.code, [keys[i] for i in error.where]) from error


def _pairs(
    session: Session, matchbook: Matchbook, task: _Task, plan: Plan, partner_ids: list[int]
) -> tuple[list[AssignmentPair], list[Taken]]:
    """The rows of the plan, each with the evidence that the matcher has for it now and what that was computed from."""
    pairs: list[AssignmentPair] = []
    kept: list[Taken] = []
    for number, challenge_id in enumerate(task.challenge_ids):
        columns = plan.pairs[plan.pairs[:, 0] == number, 1].tolist()
        keys = [partner_ids[column] for column in columns]
        if not keys:
            continue
        found = matchbook.partners_for_challenge(session, challenge_id, limit=len(keys), allowed=keys)
        matches = {match.entity_id: match for match in found.matches}
        for column, partner_id in zip(columns, keys, strict=True):
            match = matches.get(partner_id)
            said = match.as_json() | {"basis": found.basis} if match else {}
            if match and found.trace:
                kept.append(_taken(found, match))
                said["recipe"] = kept[-1].recipe
            pairs.append(
                AssignmentPair(
                    assignment_id=task.assignment_id,
                    challenge_id=challenge_id,
                    partner_id=partner_id,
                    worth=round(float(np.nan_to_num(plan.problem.fits[number, column])), 5),
                    fit=match.fit if match else 0,
                    room=task.rooms.get(partner_id, 0),
                    locked=(challenge_id, partner_id) in task.locked,
                    explained=said,
                )
            )
    return pairs, kept


def _taken(found: Ranking, match: Match) -> Taken:
    assert found.trace is not None
    alone = replace(found, matches=(match,), excluded=())
    return replay.taken(FairList(alone, {}), found.trace, [match])


def _result(fits: FitTable, plan: Plan, plain: Plan) -> dict[str, Any]:
    """Figures of the plan, what they are compared with, and what made them."""
    return {
        "fresh": True,
        "method": plan.method,
        "optimal": plan.optimal,
        "worst": round(plan.worst, 4),
        "worst_bound": round(plan.floor_bound or 0.0, 4),
        "total": round(plan.total, 4),
        "total_bound": round(plan.total_bound or 0.0, 4),
        "unconstrained": None if plan.unconstrained is None else round(plan.unconstrained, 4),
        "greedy": {"worst": round(plain.worst, 4), "total": round(plain.total, 4), "filled": len(plain.pairs)},
        "places": int(plan.problem.wanted.sum()),
        "filled": len(plan.pairs),
        "partners": int((plan.loads > 0).sum()),
        "model": fits.model,
        "weights": fits.weights,
        "generation": fits.generation,
        "semantic": fits.semantic,
    }


def _end(
    engine: Engine,
    assignment_id: int,
    action: str,
    result: dict[str, Any],
    pairs: Iterable[AssignmentPair],
    now: datetime,
    taken: Iterable[Taken] = (),
) -> None:
    """Store the new plan in place of the old one; a failure leaves the old one."""
    with open_session(engine) as session:
        row = flow.locked(session, Assignment, assignment_id)
        if row.status is not AssignmentStatus.RUNNING:
            return
        if action == "finish":
            session.execute(sa.delete(AssignmentPair).where(col(AssignmentPair.assignment_id) == assignment_id))
            session.add_all(pairs)
            for made in taken:
                replay.store(session, made, now)
            row.result = result
        else:
            row.result = row.result | {"fresh": False} | result
        row.finished_at = now
        flow.move(session, SYSTEM, ASSIGNMENT, row, action, flow.of_assignment(row), now)
        session.commit()
