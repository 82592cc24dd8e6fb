"""Reads of assignments: the list of an office, one plan by challenge and by partner, and what a plan is made from."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Assignment,
    AssignmentChallenge,
    AssignmentPair,
    AssignmentRule,
    Challenge,
    Department,
    Partner,
    Recommendation,
    Registration,
)
from models.enums import OPEN_CHALLENGES, AssignmentStatus, RegistrationStatus
from models.enums import RecommendationStatus as R

BUSY = (R.INVITED, R.INTRODUCED)


@dataclass(frozen=True)
class AssignmentRow:
    """An assignment in the list of an office."""

    assignment: Assignment
    challenges: int
    pairs: int


@dataclass(frozen=True)
class Choice:
    """An open challenge that can be taken into a batch."""

    challenge: Challenge
    department: str


@dataclass(frozen=True)
class Pair:
    """A pair of the plan; `status` is where its recommendation stands, if there is one."""

    pair: AssignmentPair
    challenge: Challenge
    partner: Partner
    recommendation_id: int | None
    status: R | None


@dataclass(frozen=True)
class Rule:
    """A locked or forbidden pair."""

    rule: AssignmentRule
    challenge: Challenge
    partner: Partner


def listed(session: Session, municipality_id: int) -> list[AssignmentRow]:
    """The assignments of an office, the newest first."""
    statement = (
        sa.select(Assignment, _count(AssignmentChallenge), _count(AssignmentPair))
        .where(col(Assignment.municipality_id) == municipality_id)
        .order_by(col(Assignment.id).desc())
    )
    return [AssignmentRow(*row) for row in session.exec(statement)]  # type: ignore[call-overload]


def _count(table: Any) -> Any:
    return sa.select(sa.func.count()).where(table.assignment_id == Assignment.id).scalar_subquery()


def assignment(session: Session, municipality_id: int, assignment_id: int) -> Assignment | None:
    """One assignment of an office."""
    found = session.get(Assignment, assignment_id)
    return found if found is not None and found.municipality_id == municipality_id else None


def choices(session: Session, municipality_id: int) -> list[Choice]:
    """Every open challenge of an office, by title."""
    statement = (
        select(Challenge, Department.name)
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .where(Challenge.municipality_id == municipality_id, col(Challenge.status).in_(OPEN_CHALLENGES))
        .order_by(col(Challenge.title), col(Challenge.id))
    )
    return [Choice(challenge, name or "") for challenge, name in session.exec(statement)]


def challenges(session: Session, assignment_id: int) -> list[Challenge]:
    """The challenges of a batch, by key."""
    statement = (
        select(Challenge)
        .join(AssignmentChallenge, col(AssignmentChallenge.challenge_id) == Challenge.id)
        .where(AssignmentChallenge.assignment_id == assignment_id)
        .order_by(col(Challenge.id))
    )
    return list(session.exec(statement))


def members(session: Session, assignment_id: int) -> list[AssignmentChallenge]:
    """Which challenges belong to a batch."""
    statement = select(AssignmentChallenge).where(AssignmentChallenge.assignment_id == assignment_id)
    return list(session.exec(statement.order_by(col(AssignmentChallenge.challenge_id))))


def pairs(session: Session, assignment_id: int) -> list[Pair]:
    """The newest plan, by challenge, the best partner of each first."""
    statement = (
        sa.select(AssignmentPair, Challenge, Partner, col(Recommendation.id), col(Recommendation.status))
        .join(Challenge, col(Challenge.id) == AssignmentPair.challenge_id)
        .join(Partner, col(Partner.id) == AssignmentPair.partner_id)
        .outerjoin(
            Recommendation,
            sa.and_(
                col(Recommendation.challenge_id) == AssignmentPair.challenge_id,
                col(Recommendation.partner_id) == AssignmentPair.partner_id,
            ),
        )
        .where(col(AssignmentPair.assignment_id) == assignment_id)
        .order_by(col(AssignmentPair.challenge_id), col(AssignmentPair.worth).desc(), col(AssignmentPair.id))
    )
    return [Pair(*row) for row in session.exec(statement)]  # type: ignore[call-overload]


def rules(session: Session, assignment_id: int) -> list[Rule]:
    """Locked and forbidden pairs in the order in which they were made."""
    statement = (
        select(AssignmentRule, Challenge, Partner)
        .join(Challenge, col(Challenge.id) == AssignmentRule.challenge_id)
        .join(Partner, col(Partner.id) == AssignmentRule.partner_id)
        .where(AssignmentRule.assignment_id == assignment_id)
        .order_by(col(AssignmentRule.id))
    )
    return [Rule(*row) for row in session.exec(statement)]


def rule(session: Session, assignment_id: int, challenge_id: int, partner_id: int) -> AssignmentRule | None:
    """What is laid down for one pair."""
    statement = select(AssignmentRule).where(
        AssignmentRule.assignment_id == assignment_id,
        AssignmentRule.challenge_id == challenge_id,
        AssignmentRule.partner_id == partner_id,
    )
    return session.exec(statement).first()


def rooms(session: Session) -> dict[int, int]:
    """How many more pilots each registered partner says it could take, open invitations counted as taken."""
    busy = (
        select(col(Recommendation.partner_id), sa.func.count())
        .where(col(Recommendation.status).in_(BUSY))
        .group_by(col(Recommendation.partner_id))
        .order_by(col(Recommendation.partner_id))
    )
    taken = dict(session.exec(busy).all())
    registered = sa.exists().where(
        col(Registration.partner_id) == Partner.id, col(Registration.status) == RegistrationStatus.REGISTERED
    )
    statement = select(col(Partner.id), col(Partner.capacity)).where(registered).order_by(col(Partner.id))
    return {key: max(0, room - taken.get(key, 0)) for key, room in session.exec(statement) if key is not None}


def decided(session: Session, challenge_ids: Collection[int]) -> set[tuple[int, int]]:
    """Pairs on which the office or the partner has decided already, whichever way."""
    statement = (
        select(col(Recommendation.challenge_id), col(Recommendation.partner_id))
        .where(col(Recommendation.challenge_id).in_(challenge_ids), Recommendation.status != R.PROPOSED)
        .order_by(col(Recommendation.id))
    )
    return {(challenge_id or 0, partner_id) for challenge_id, partner_id in session.exec(statement)}


def waiting(session: Session) -> int | None:
    """The assignment that has waited longest for the worker."""
    statement = select(Assignment.id).where(Assignment.status == AssignmentStatus.WAITING)
    return session.exec(statement.order_by(col(Assignment.asked_at), col(Assignment.id)).limit(1)).first()


def running(session: Session) -> list[Assignment]:
    """What a worker has begun and not ended."""
    statement = select(Assignment).where(Assignment.status == AssignmentStatus.RUNNING)
    return list(session.exec(statement.order_by(col(Assignment.id))))
