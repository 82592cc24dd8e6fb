"""Reads for the rooms of a city office: its own challenges, the people behind them, its partners and registrations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    AuditEvent,
    Challenge,
    ChallengeTarget,
    Collaboration,
    Department,
    Interest,
    Municipality,
    Need,
    Recommendation,
    User,
    reference,
)
from models.enums import OPEN_CHALLENGES, ChallengeStatus
from models.enums import RecommendationStatus as R


@dataclass(frozen=True)
class ChallengeFilter:
    """What an office narrows its list down to; an empty field is no condition. `text` must occur as it stands."""

    statuses: Sequence[str] = ()
    text: str = ""
    departments: Sequence[str] = ()
    pillars: Sequence[str] = ()
    stale_on: date | None = None


@dataclass(frozen=True)
class ChallengeRow:
    """A challenge as the office's list shows it, with what came of it so far."""

    challenge: Challenge
    department: str
    proposed: int
    invited: int
    introduced: int
    interested: int


@dataclass(frozen=True)
class OwnChallenge:
    """A challenge as the office's own page shows it."""

    challenge: Challenge
    municipality: Municipality
    department: str
    author: str


def departments(session: Session, municipality_id: int) -> list[Department]:
    """The departments of a municipality, in the order in which they were entered."""
    statement = select(Department).where(Department.municipality_id == municipality_id)
    return list(session.exec(statement.order_by(col(Department.id))))


def needs(session: Session, challenge_id: int) -> list[Need]:
    """The needs of a challenge, in its own order."""
    statement = select(Need).where(Need.challenge_id == challenge_id)
    return list(session.exec(statement.order_by(col(Need.position), col(Need.id))))


def targets(session: Session, challenge_id: int) -> list[ChallengeTarget]:
    """The targets that a challenge serves, in the order of the 2030 Agenda."""
    statement = select(ChallengeTarget).where(ChallengeTarget.challenge_id == challenge_id)
    found = session.exec(statement.order_by(col(ChallengeTarget.id)))
    return sorted(found, key=lambda row: reference.target_place(row.target))


def challenge(session: Session, municipality_id: int, challenge_id: int) -> OwnChallenge | None:
    """One challenge of a municipality, whatever its status."""
    statement = (
        select(Challenge, Municipality, Department.name, User.name)
        .join(Municipality, col(Municipality.id) == Challenge.municipality_id)
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .outerjoin(User, col(User.id) == Challenge.author_id)
        .where(Challenge.id == challenge_id, Challenge.municipality_id == municipality_id)
    )
    found = session.exec(statement).first()
    return None if found is None else OwnChallenge(found[0], found[1], found[2] or "", found[3] or "")


def challenges(
    session: Session, municipality_id: int, wanted: ChallengeFilter, sort: str, *, offset: int, limit: int
) -> list[ChallengeRow]:
    """One page of an office's challenges; `sort` is "changed", "review", "decision" or "title"."""
    shown: list[Any] = [Challenge, Department.name, *(_in_status(*s) for s in _COUNTED), _raised_hands()]
    statement = (
        sa.select(*shown)
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .where(*_conditions(municipality_id, wanted, with_status=True))
        .order_by(*_ORDERS[sort](), col(Challenge.id).desc())
        .offset(offset)
        .limit(limit)
    )
    rows = session.exec(statement)  # type: ignore[call-overload]
    return [ChallengeRow(row[0], row[1] or "", *(number or 0 for number in row[2:])) for row in rows]


_COUNTED = ((R.PROPOSED,), (R.APPROVED, R.INVITED), (R.INTRODUCED,))
_ORDERS: dict[str, Any] = {
    "changed": lambda: [col(Challenge.updated_at).desc()],
    "review": lambda: [col(Challenge.review_date).is_(None), col(Challenge.review_date)],
    "decision": lambda: [col(Challenge.decision_date).is_(None), col(Challenge.decision_date)],
    "title": lambda: [col(Challenge.title)],
}


def _in_status(*statuses: R) -> Any:
    return (
        sa.select(sa.func.count())
        .where(col(Recommendation.challenge_id) == Challenge.id, col(Recommendation.status).in_(statuses))
        .scalar_subquery()
    )


def _raised_hands() -> Any:
    return (
        sa.select(sa.func.count())
        .where(col(Interest.challenge_id) == Challenge.id, col(Interest.withdrawn_at).is_(None))
        .scalar_subquery()
    )


def status_counts(session: Session, municipality_id: int, wanted: ChallengeFilter) -> dict[ChallengeStatus, int]:
    """How many challenges stand where, with every other condition of the list in force."""
    statement = (
        select(col(Challenge.status), sa.func.count())
        .where(*_conditions(municipality_id, wanted, with_status=False))
        .group_by(col(Challenge.status))
        .order_by(col(Challenge.status))
    )
    return dict(session.exec(statement).all())


def _conditions(municipality_id: int, wanted: ChallengeFilter, *, with_status: bool) -> list[Any]:
    conditions: list[Any] = [col(Challenge.municipality_id) == municipality_id]
    if with_status and wanted.statuses:
        conditions.append(col(Challenge.status).in_(wanted.statuses))
    if wanted.text:
        columns = (col(Challenge.title), col(Challenge.problem), col(Challenge.outcome), col(Challenge.place))
        conditions += [
            sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in wanted.text.split()[:8]
        ]
    if wanted.departments:
        conditions.append(col(Challenge.department_id).in_([int(key) for key in wanted.departments]))
    if wanted.pillars:
        conditions.append(col(Challenge.pillar).in_(wanted.pillars))
    if wanted.stale_on is not None:
        conditions += [col(Challenge.review_date) < wanted.stale_on, col(Challenge.status).in_(OPEN_CHALLENGES)]
    return conditions


def readable_challenges(session: Session, municipality_id: int, public: Collection[ChallengeStatus]) -> set[int]:
    """The challenges that an office may read: all of its own, and what others have published."""
    statement = (
        select(col(Challenge.id))
        .where(sa.or_(col(Challenge.municipality_id) == municipality_id, col(Challenge.status).in_(list(public))))
        .order_by(col(Challenge.id))
    )
    return {key for key in session.exec(statement) if key is not None}


def readable_collaborations(session: Session, municipality_id: int) -> set[int]:
    """The precedents that an office may read: all of its own, and what others have published."""
    own = col(Collaboration.municipality_id) == municipality_id
    statement = select(col(Collaboration.id)).where(sa.or_(own, col(Collaboration.published)))
    return {key for key in session.exec(statement.order_by(col(Collaboration.id))) if key is not None}


def with_town(session: Session, model: Any, ids: Collection[int]) -> dict[int, tuple[Any, Municipality]]:
    """Challenges or collaborations by key, each with its municipality."""
    if not ids:
        return {}
    statement = (
        select(model, Municipality)
        .join(Municipality, col(Municipality.id) == model.municipality_id)
        .where(col(model.id).in_(ids))
        .order_by(col(model.id))
    )
    return {row.pk: (row, town) for row, town in session.exec(statement)}


def with_department(session: Session, ids: Collection[int]) -> dict[int, tuple[Challenge, Municipality, str]]:
    """Challenges by key, each with its municipality and the name of its department ("" without one)."""
    if not ids:
        return {}
    statement = (
        select(Challenge, Municipality, Department.name)
        .join(Municipality, col(Municipality.id) == Challenge.municipality_id)
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .where(col(Challenge.id).in_(ids))
        .order_by(col(Challenge.id))
    )
    return {row.pk: (row, town, department or "") for row, town, department in session.exec(statement)}


def history(session: Session, subject_type: str, subject_id: int) -> list[tuple[AuditEvent, str]]:
    """What happened to a thing, the latest first, with the name of who did it ("" for the system)."""
    statement = (
        select(AuditEvent, User.name)
        .outerjoin(User, col(User.id) == AuditEvent.actor_id)
        .where(AuditEvent.subject_type == subject_type, AuditEvent.subject_id == subject_id)
        .order_by(col(AuditEvent.created_at).desc(), col(AuditEvent.id).desc())
        .limit(100)
    )
    return [(event, name or "") for event, name in session.exec(statement)]
