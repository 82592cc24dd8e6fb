"""Reads for the front page, the municipalities' pages and the site map."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import Challenge, Collaboration, Indicator, Municipality, Partner, Scheme, WorkingGroup
from models.enums import ChallengeStatus
from models.queries.groups import PUBLIC as PUBLIC_GROUPS
from models.queries.partners import registered_ids


@dataclass(frozen=True)
class Counts:
    """What the front page counts."""

    partners: int
    challenges: int
    collaborations: int
    municipalities: int


@dataclass(frozen=True)
class MunicipalityCard:
    """A municipality as a list shows it."""

    municipality: Municipality
    challenges: int
    collaborations: int


def municipalities(session: Session) -> list[Municipality]:
    """Every municipality, by its code."""
    return list(session.exec(select(Municipality).order_by(col(Municipality.code))))


def counts(session: Session, open_statuses: Collection[ChallengeStatus]) -> Counts:
    """The four numbers of the front page, in one query."""
    partners = select(sa.func.count(col(Partner.id))).where(col(Partner.id).in_(registered_ids()))
    challenges = select(sa.func.count(col(Challenge.id))).where(col(Challenge.status).in_(sorted(open_statuses)))
    collaborations = select(sa.func.count(col(Collaboration.id))).where(col(Collaboration.published))
    towns = select(sa.func.count(col(Municipality.id)))
    parts = (partners, challenges, collaborations, towns)
    return Counts(*session.execute(sa.select(*(part.scalar_subquery() for part in parts))).one())


def municipality_cards(
    session: Session, open_statuses: Collection[ChallengeStatus], code: str | None = None
) -> list[MunicipalityCard]:
    """Every municipality, or the one with `code`, with how much of it is published, in one query."""
    challenges = select(sa.func.count(col(Challenge.id))).where(
        Challenge.municipality_id == col(Municipality.id), col(Challenge.status).in_(sorted(open_statuses))
    )
    collaborations = select(sa.func.count(col(Collaboration.id))).where(
        Collaboration.municipality_id == col(Municipality.id), col(Collaboration.published)
    )
    statement = sa.select(Municipality, challenges.scalar_subquery(), collaborations.scalar_subquery())
    if code is not None:
        statement = statement.where(col(Municipality.code) == code)
    rows = session.execute(statement.order_by(col(Municipality.code)))
    return [MunicipalityCard(town, posted, done) for town, posted, done in rows]


def schemes(session: Session, municipality_id: int) -> list[Scheme]:
    """The schemes of a municipality, in the order of its own document."""
    statement = select(Scheme).where(Scheme.municipality_id == municipality_id).order_by(col(Scheme.key))
    return list(session.exec(statement))


def indicators(session: Session, municipality_id: int) -> list[Indicator]:
    """The indicators of a municipality's plan, as they stand in it."""
    statement = select(Indicator).where(Indicator.municipality_id == municipality_id).order_by(col(Indicator.id))
    return list(session.exec(statement))


def public_keys(session: Session, statuses: Collection[ChallengeStatus], limit: int) -> dict[str, list[int]]:
    """The keys of everything that has a public page, at most `limit` of each, for the site map; four queries."""
    wanted: dict[str, tuple[Any, Any]] = {
        "challenges": (col(Challenge.id), col(Challenge.status).in_(sorted(statuses))),
        "partners": (col(Partner.id), col(Partner.id).in_(registered_ids())),
        "collaborations": (col(Collaboration.id), col(Collaboration.published)),
        "groups": (col(WorkingGroup.id), col(WorkingGroup.status).in_(PUBLIC_GROUPS)),
    }
    return {
        area: list(session.exec(select(key).where(condition).order_by(key).limit(limit)))
        for area, (key, condition) in wanted.items()
    }
