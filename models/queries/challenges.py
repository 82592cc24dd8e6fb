"""Reads of challenges as the public sees them: lists by filter and order, and one with all that belongs to it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import Challenge, ChallengeTarget, Department, Interest, Municipality, Need, reference
from models.enums import ChallengeStatus


@dataclass(frozen=True)
class ChallengeFilter:
    """What a visitor narrows the list down to; an empty field is no condition. `open` statuses are listed first."""

    statuses: Collection[ChallengeStatus]
    open: Collection[ChallengeStatus]
    municipalities: Sequence[str] = ()
    goals: Sequence[int] = ()
    kinds: Sequence[str] = ()
    pillars: Sequence[str] = ()
    wanted: Sequence[str] = ()


@dataclass(frozen=True)
class ChallengeCard:
    """A challenge as a list shows it."""

    challenge: Challenge
    municipality: Municipality
    goals: tuple[int, ...]


@dataclass(frozen=True)
class ChallengeDetail:
    """A challenge as its page shows it."""

    challenge: Challenge
    municipality: Municipality
    department: str
    needs: tuple[str, ...]
    targets: tuple[ChallengeTarget, ...]


def ids(session: Session, wanted: ChallengeFilter, order: str, today: date) -> list[int]:
    """The keys of every challenge that `wanted` lets through; `order` is "newest" or "decision". One query."""
    statement = _ordered(select(col(Challenge.id)), wanted, order, today)
    return [key for key in session.exec(statement) if key is not None]


def newest(session: Session, wanted: ChallengeFilter, today: date, limit: int) -> list[ChallengeCard]:
    """The first `limit` challenges that `wanted` lets through. Two queries."""
    statement = _ordered(select(Challenge, Municipality), wanted, "newest", today).limit(limit)
    return _with_goals(session, [(row, town) for row, town in session.exec(statement)])


def _ordered(statement: Any, wanted: ChallengeFilter, order: str, today: date) -> Any:
    return (
        statement.join(Municipality, col(Municipality.id) == Challenge.municipality_id)
        .where(*_conditions(wanted))
        .order_by(_closed(wanted), *_order(order, today), col(Challenge.id).desc())
    )


def _conditions(wanted: ChallengeFilter) -> list[Any]:
    conditions: list[Any] = [col(Challenge.status).in_(sorted(wanted.statuses))]
    if wanted.municipalities:
        conditions.append(col(Municipality.code).in_(wanted.municipalities))
    if wanted.kinds:
        conditions.append(col(Challenge.kind).in_(wanted.kinds))
    if wanted.pillars:
        conditions.append(col(Challenge.pillar).in_(wanted.pillars))
    if wanted.goals:
        targets = select(ChallengeTarget.challenge_id).where(col(ChallengeTarget.goal).in_(wanted.goals))
        conditions.append(col(Challenge.id).in_(targets))
    if wanted.wanted:
        kinds = sa.cast(col(Challenge.wanted_kinds), sa.Text)
        conditions.append(sa.or_(*(kinds.contains(f'"{kind}"', autoescape=True) for kind in wanted.wanted)))
    return conditions


def _closed(wanted: ChallengeFilter) -> Any:
    return sa.case((col(Challenge.status).in_(sorted(wanted.open)), 0), else_=1)


def _order(order: str, today: date) -> list[Any]:
    if order == "decision":
        decision = col(Challenge.decision_date)
        return [sa.case((decision.is_(None), 2), (decision < today, 1), else_=0), decision.asc()]
    return [col(Challenge.published_at).desc().nulls_last()]


def cards(session: Session, keys: Iterable[int]) -> list[ChallengeCard]:
    """Cards for `keys`, in their order; those that are gone are left out. Two queries."""
    return _with_goals(session, with_town(session, keys))


def with_town(
    session: Session, keys: Iterable[int], statuses: Collection[ChallengeStatus] | None = None
) -> list[tuple[Challenge, Municipality]]:
    """Challenges for `keys`, in their order; those that are gone, or in none of `statuses`, are left out. One query."""
    wanted = list(keys)
    if not wanted:
        return []
    statement = (
        select(Challenge, Municipality)
        .join(Municipality, col(Municipality.id) == Challenge.municipality_id)
        .where(col(Challenge.id).in_(wanted))
        .order_by(col(Challenge.id))
    )
    if statuses is not None:
        statement = statement.where(col(Challenge.status).in_(sorted(statuses)))
    found = {challenge.pk: (challenge, town) for challenge, town in session.exec(statement)}
    return [found[key] for key in wanted if key in found]


def _with_goals(session: Session, rows: Sequence[tuple[Challenge, Municipality]]) -> list[ChallengeCard]:
    goals = _goals(session, [challenge.pk for challenge, _ in rows])
    return [ChallengeCard(challenge, town, goals.get(challenge.pk, ())) for challenge, town in rows]


def _goals(session: Session, keys: Iterable[int]) -> dict[int, tuple[int, ...]]:
    statement = (
        select(ChallengeTarget.challenge_id, ChallengeTarget.goal)
        .where(col(ChallengeTarget.challenge_id).in_(list(keys)))
        .distinct()
        .order_by(col(ChallengeTarget.challenge_id), col(ChallengeTarget.goal))
    )
    goals: dict[int, tuple[int, ...]] = {}
    for key, goal in session.exec(statement):
        goals[key] = (*goals.get(key, ()), goal)
    return goals


def detail(session: Session, challenge_id: int) -> ChallengeDetail | None:
    """A challenge with its municipality, department, needs and targets; three queries."""
    statement = (
        select(Challenge, Municipality, Department.name)
        .join(Municipality, col(Municipality.id) == Challenge.municipality_id)
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .where(Challenge.id == challenge_id)
    )
    found = session.exec(statement).first()
    if found is None:
        return None
    needs = select(Need.text).where(Need.challenge_id == challenge_id).order_by(col(Need.position), col(Need.id))
    targets = select(ChallengeTarget).where(ChallengeTarget.challenge_id == challenge_id)
    served = session.exec(targets.order_by(col(ChallengeTarget.id)))
    ordered = tuple(sorted(served, key=lambda row: reference.target_place(row.target)))
    challenge, town, department = found
    return ChallengeDetail(challenge, town, department or "", tuple(session.exec(needs)), ordered)


def interest(session: Session, challenge_id: int, partner_id: int) -> Interest | None:
    """The hand that a partner raised for a challenge, withdrawn or not."""
    statement = select(Interest).where(Interest.challenge_id == challenge_id, Interest.partner_id == partner_id)
    return session.exec(statement).first()


def counts_by_goal(session: Session, statuses: Collection[ChallengeStatus]) -> dict[int, int]:
    """How many challenges in `statuses` serve each goal."""
    number = sa.func.count(sa.distinct(col(ChallengeTarget.challenge_id)))
    statement = (
        select(ChallengeTarget.goal, number)
        .join(Challenge, col(Challenge.id) == ChallengeTarget.challenge_id)
        .where(col(Challenge.status).in_(sorted(statuses)))
        .group_by(col(ChallengeTarget.goal))
        .order_by(col(ChallengeTarget.goal))
    )
    return dict(session.exec(statement).all())
