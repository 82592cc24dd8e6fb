"""Reads for supply and demand by SDG goal and target: open challenges on one side, registered partners on the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Challenge,
    ChallengeTarget,
    Department,
    Need,
    PartnerTarget,
    Recommendation,
    RecommendationRun,
    Registration,
    reference,
)
from models.base import UTCDateTime
from models.enums import FAIR, OPEN_CHALLENGES, UNDER_WAY, RegistrationStatus
from models.queries.recommendations import standing

T = TypeVar("T")


class Demand(NamedTuple):
    """Open challenges: of every municipality, of one; of the latter those with a candidate, and those never run."""

    everywhere: int = 0
    ours: int = 0
    served: int = 0
    unasked: int = 0


class Supply(NamedTuple):
    """Registered partners: with any municipality, and with one."""

    everywhere: int = 0
    here: int = 0


@dataclass(frozen=True)
class Unserved:
    """An open challenge without a candidate: what it needs, which targets it serves, and when the matcher was asked.

    `best` is the best fit among its candidates, `approached` how many partners the office has invited all the same.
    """

    challenge_id: int
    title: str
    department: str
    published_at: datetime | None
    asked_at: datetime | None
    best: int
    approached: int
    needs: tuple[str, ...]
    targets: tuple[str, ...]


def _served() -> Any:
    return sa.exists().where(
        col(Recommendation.challenge_id) == Challenge.id, col(Recommendation.fit) >= FAIR, standing()
    )


def _asked() -> Any:
    return sa.exists().where(col(RecommendationRun.challenge_id) == Challenge.id)


def _of_goal(column: Any, goal: int | None) -> tuple[Any, ...]:
    return () if goal is None else (column == goal,)


def demand(
    session: Session, municipality_id: int, goal: int | None = None, *, by_target: bool = False
) -> dict[str, Demand]:
    """Open challenges by goal or by target, of all goals or of one; a challenge counts once for each that it serves."""
    key: Any = ChallengeTarget.target if by_target else ChallengeTarget.goal
    statement = (
        sa.select(key, *_counts(municipality_id))
        .select_from(ChallengeTarget)
        .join(Challenge, col(Challenge.id) == ChallengeTarget.challenge_id)
        .where(col(Challenge.status).in_(OPEN_CHALLENGES), *_of_goal(col(ChallengeTarget.goal), goal))
        .group_by(key)
        .order_by(key)
    )
    return {str(row[0]): Demand(*row[1:]) for row in session.exec(statement)}  # type: ignore[call-overload]


def demand_at_all(session: Session, municipality_id: int) -> tuple[Demand, Demand]:
    """Every open challenge, counted once; and those among them that name no target."""
    named = sa.exists().where(col(ChallengeTarget.challenge_id) == Challenge.id)
    numbers = (*_counts(municipality_id), *_counts(municipality_id, ~named))
    statement = sa.select(*numbers).select_from(Challenge).where(col(Challenge.status).in_(OPEN_CHALLENGES))
    row = session.exec(statement).one()  # type: ignore[call-overload]
    return Demand(*row[:4]), Demand(*row[4:])


def _counts(municipality_id: int, among: Any = None) -> list[Any]:
    """The four numbers of a Demand, of all challenges or only `among` some."""
    ours = col(Challenge.municipality_id) == municipality_id
    which = (sa.true(), ours, sa.and_(ours, _served()), sa.and_(ours, ~_served(), ~_asked()))
    kept = (condition if among is None else sa.and_(condition, among) for condition in which)
    return [_distinct(col(Challenge.id), condition) for condition in kept]


def _distinct(key: Any, condition: Any) -> Any:
    return sa.func.count(sa.distinct(sa.case((condition, key))))


def supply(
    session: Session, municipality_id: int, goal: int | None = None, *, by_target: bool = False
) -> dict[str, Supply]:
    """Registered partners by goal or by target, of all goals or of one; a partner counts once for each it serves."""
    key: Any = PartnerTarget.target if by_target else PartnerTarget.goal
    statement = (
        sa.select(key, *_partners(municipality_id))
        .select_from(PartnerTarget)
        .join(Registration, col(Registration.partner_id) == PartnerTarget.partner_id)
        .where(_registered(), *_of_goal(col(PartnerTarget.goal), goal))
        .group_by(key)
        .order_by(key)
    )
    return {str(row[0]): Supply(*row[1:]) for row in session.exec(statement)}  # type: ignore[call-overload]


def supply_at_all(session: Session, municipality_id: int) -> tuple[Supply, Supply]:
    """Every registered partner, counted once; and those among them that name no target."""
    named = sa.exists().where(col(PartnerTarget.partner_id) == Registration.partner_id)
    numbers = (*_partners(municipality_id), *_partners(municipality_id, ~named))
    statement = sa.select(*numbers).select_from(Registration).where(_registered())
    row = session.exec(statement).one()  # type: ignore[call-overload]
    return Supply(*row[:2]), Supply(*row[2:])


def _partners(municipality_id: int, among: Any = None) -> list[Any]:
    """The two numbers of a Supply, of all registrations or only `among` some."""
    which = (sa.true(), col(Registration.municipality_id) == municipality_id)
    kept = (condition if among is None else sa.and_(condition, among) for condition in which)
    return [_distinct(col(Registration.partner_id), condition) for condition in kept]


def _registered() -> Any:
    return col(Registration.status) == RegistrationStatus.REGISTERED


def offered_here(session: Session, municipality_id: int) -> set[str]:
    """The targets that at least one partner registered with a municipality names."""
    statement = (
        select(PartnerTarget.target)
        .join(Registration, col(Registration.partner_id) == PartnerTarget.partner_id)
        .where(Registration.municipality_id == municipality_id, Registration.status == RegistrationStatus.REGISTERED)
        .distinct()
    )
    return set(session.exec(statement.order_by(col(PartnerTarget.target))))


def unserved_ids(session: Session, municipality_id: int, goals: Sequence[int] = ()) -> tuple[list[int], list[int]]:
    """Open challenges of an office without a candidate: asked for in vain, and never asked for; the oldest first."""
    statement = (
        sa.select(col(Challenge.id), _asked())
        .where(
            col(Challenge.municipality_id) == municipality_id,
            col(Challenge.status).in_(OPEN_CHALLENGES),
            ~_served(),
        )
        .order_by(col(Challenge.published_at), col(Challenge.id))
    )
    if goals:
        serving = sa.select(ChallengeTarget.challenge_id).where(col(ChallengeTarget.goal).in_(goals))  # type: ignore[call-overload]
        statement = statement.where(col(Challenge.id).in_(serving))
    found = list(session.exec(statement))  # type: ignore[call-overload]
    return [key for key, asked in found if asked], [key for key, asked in found if not asked]


def unserved(session: Session, municipality_id: int, ids: Sequence[int]) -> list[Unserved]:
    """These challenges of an office, in the order of `ids`; three queries, none without ids."""
    if not ids:
        return []
    mine = (col(Challenge.municipality_id) == municipality_id, col(Challenge.id).in_(ids))
    statement = (
        sa.select(
            col(Challenge.id),
            col(Challenge.title),
            sa.func.coalesce(Department.name, ""),
            col(Challenge.published_at),
            _last_run(),
            _of_recommendations(sa.func.coalesce(sa.func.max(col(Recommendation.fit)), 0), standing()),
            _of_recommendations(sa.func.count(), col(Recommendation.status).in_(UNDER_WAY)),
        )
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .where(*mine)
        .order_by(col(Challenge.id))
    )
    found = {row[0]: tuple(row) for row in session.exec(statement)}  # type: ignore[call-overload]
    needs, targets = _needs(session, ids), _targets(session, ids)
    complete = ((*found[key], needs.get(key, ()), targets.get(key, ())) for key in ids if key in found)
    return [Unserved(*row) for row in complete]


def _last_run() -> Any:
    last = sa.func.max(col(RecommendationRun.created_at), type_=UTCDateTime())
    return sa.select(last).where(col(RecommendationRun.challenge_id) == Challenge.id).scalar_subquery()


def _of_recommendations(what: Any, condition: Any) -> Any:
    statement = sa.select(what).select_from(Recommendation)
    return statement.where(col(Recommendation.challenge_id) == Challenge.id, condition).scalar_subquery()


def grouped(pairs: Iterable[tuple[int, T]]) -> dict[int, tuple[T, ...]]:
    """What belongs to each key, in the order of `pairs`."""
    found: dict[int, list[T]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return {key: tuple(values) for key, values in found.items()}


def _needs(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    statement = (
        select(Need.challenge_id, Need.text)
        .where(col(Need.challenge_id).in_(ids))
        .order_by(col(Need.challenge_id), col(Need.position), col(Need.id))
    )
    return grouped(session.exec(statement))


def _targets(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    statement = (
        select(ChallengeTarget.challenge_id, ChallengeTarget.target)
        .where(col(ChallengeTarget.challenge_id).in_(ids))
        .order_by(col(ChallengeTarget.challenge_id), col(ChallengeTarget.id))
    )
    found = grouped(session.exec(statement))
    return {key: tuple(sorted(codes, key=reference.target_place)) for key, codes in found.items()}
