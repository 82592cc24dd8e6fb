"""Reads of published collaborations (連携案件): the library of what was done, with whom, and what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from models import Collaboration, CollaborationPartner, CollaborationTarget, Municipality, reference
from models.enums import CollaborationStatus
from models.queries.partners import registered_among


@dataclass(frozen=True)
class CollaborationFilter:
    """What a visitor narrows the list down to; an empty field is no condition."""

    municipalities: Sequence[str] = ()
    goals: Sequence[int] = ()
    pillars: Sequence[str] = ()
    statuses: Sequence[str] = ()


@dataclass(frozen=True)
class CollaborationCard:
    """A collaboration as a list shows it."""

    collaboration: Collaboration
    municipality: Municipality
    goals: tuple[int, ...]
    partners: tuple[str, ...]


@dataclass(frozen=True)
class Party:
    """A party to a collaboration; `partner_id` only when the public can read about it here."""

    name: str
    partner_id: int | None


@dataclass(frozen=True)
class CollaborationDetail:
    """A collaboration as its page shows it."""

    collaboration: Collaboration
    municipality: Municipality
    parties: tuple[Party, ...]
    targets: tuple[CollaborationTarget, ...]


def ids(session: Session, wanted: CollaborationFilter, order: str) -> list[int]:
    """The keys of every published collaboration that `wanted` lets through; `order` is "newest" or "oldest"."""
    date = col(Collaboration.date)
    first = [date.desc()] if order == "newest" else [(date == "").asc(), date.asc()]
    statement = (
        select(col(Collaboration.id))
        .join(Municipality, col(Municipality.id) == Collaboration.municipality_id)
        .where(*_conditions(wanted))
        .order_by(*first, col(Collaboration.id))
    )
    return [key for key in session.exec(statement) if key is not None]


def _conditions(wanted: CollaborationFilter) -> list[Any]:
    conditions: list[Any] = [col(Collaboration.published)]
    if wanted.municipalities:
        conditions.append(col(Municipality.code).in_(wanted.municipalities))
    if wanted.pillars:
        conditions.append(col(Collaboration.pillar).in_(wanted.pillars))
    if wanted.statuses:
        conditions.append(col(Collaboration.status).in_(wanted.statuses))
    if wanted.goals:
        goals = select(CollaborationTarget.collaboration_id).where(col(CollaborationTarget.goal).in_(wanted.goals))
        conditions.append(col(Collaboration.id).in_(goals))
    return conditions


def cards(session: Session, keys: Iterable[int]) -> list[CollaborationCard]:
    """Cards of the published ones among `keys`, in their order. Three queries."""
    return _with_more(session, with_town(session, keys))


def with_town(session: Session, keys: Iterable[int]) -> list[tuple[Collaboration, Municipality]]:
    """The published ones among `keys`, in their order. One query."""
    wanted = list(keys)
    if not wanted:
        return []
    statement = _published().where(col(Collaboration.id).in_(wanted)).order_by(col(Collaboration.id))
    found = {row.pk: (row, town) for row, town in session.exec(statement)}
    return [found[key] for key in wanted if key in found]


def newest(session: Session, wanted: CollaborationFilter, limit: int) -> list[CollaborationCard]:
    """The first `limit` collaborations that `wanted` lets through. Three queries."""
    return _listed(session, _published().where(*_conditions(wanted)).limit(limit))


def latest_outcomes(session: Session, limit: int) -> list[CollaborationCard]:
    """The newest published collaborations that say what came of them. Three queries."""
    happened = Collaboration.status != CollaborationStatus.PLANNED
    return _listed(session, _published().where(Collaboration.outcome != "", happened).limit(limit))


def of_partner(session: Session, partner_id: int) -> list[CollaborationCard]:
    """The published collaborations that a partner took part in, newest first. Three queries."""
    parts = select(CollaborationPartner.collaboration_id).where(CollaborationPartner.partner_id == partner_id)
    return _listed(session, _published().where(col(Collaboration.id).in_(parts)))


def _published() -> Any:
    return (
        select(Collaboration, Municipality)
        .join(Municipality, col(Municipality.id) == Collaboration.municipality_id)
        .where(col(Collaboration.published))
    )


def _listed(session: Session, statement: Any) -> list[CollaborationCard]:
    rows = session.exec(statement.order_by(col(Collaboration.date).desc(), col(Collaboration.id)))
    return _with_more(session, [(row, town) for row, town in rows])


def _with_more(session: Session, rows: Sequence[tuple[Collaboration, Municipality]]) -> list[CollaborationCard]:
    keys = [row.pk for row, _ in rows]
    goals, names = _goals(session, keys), _names(session, keys)
    return [CollaborationCard(row, town, goals.get(row.pk, ()), names.get(row.pk, ())) for row, town in rows]


def _goals(session: Session, keys: Iterable[int]) -> dict[int, tuple[int, ...]]:
    statement = (
        select(CollaborationTarget.collaboration_id, CollaborationTarget.goal)
        .where(col(CollaborationTarget.collaboration_id).in_(list(keys)))
        .distinct()
        .order_by(col(CollaborationTarget.collaboration_id), col(CollaborationTarget.goal))
    )
    goals: dict[int, tuple[int, ...]] = {}
    for key, goal in session.exec(statement):
        goals[key] = (*goals.get(key, ()), goal)
    return goals


def _names(session: Session, keys: Iterable[int]) -> dict[int, tuple[str, ...]]:
    statement = (
        select(CollaborationPartner.collaboration_id, CollaborationPartner.name)
        .where(col(CollaborationPartner.collaboration_id).in_(list(keys)))
        .order_by(col(CollaborationPartner.collaboration_id), col(CollaborationPartner.id))
    )
    names: dict[int, tuple[str, ...]] = {}
    for key, name in session.exec(statement):
        names[key] = (*names.get(key, ()), name)
    return names


def partner_ids(session: Session, collaboration_id: int) -> list[int]:
    """The registered partners among the parties."""
    statement = (
        select(CollaborationPartner.partner_id)
        .where(CollaborationPartner.collaboration_id == collaboration_id)
        .order_by(col(CollaborationPartner.id))
    )
    return [key for key in session.exec(statement) if key is not None]


def detail(session: Session, collaboration_id: int) -> CollaborationDetail | None:
    """A collaboration with its parties and targets, published or not; four queries."""
    statement = (
        select(Collaboration, Municipality)
        .join(Municipality, col(Municipality.id) == Collaboration.municipality_id)
        .where(Collaboration.id == collaboration_id)
    )
    found = session.exec(statement).first()
    if found is None:
        return None
    parties = (
        select(CollaborationPartner)
        .where(CollaborationPartner.collaboration_id == collaboration_id)
        .order_by(col(CollaborationPartner.id))
    )
    rows = list(session.exec(parties))
    targets = select(CollaborationTarget).where(CollaborationTarget.collaboration_id == collaboration_id)
    served = session.exec(targets.order_by(col(CollaborationTarget.id)))
    ordered = tuple(sorted(served, key=lambda row: reference.target_place(row.target)))
    return CollaborationDetail(*found, _parties(session, rows), ordered)


def _parties(session: Session, rows: Sequence[CollaborationPartner]) -> tuple[Party, ...]:
    """Parties whose own page the public may read get its key."""
    shown = registered_among(session, [row.partner_id for row in rows if row.partner_id is not None])
    return tuple(Party(row.name, row.partner_id if row.partner_id in shown else None) for row in rows)
