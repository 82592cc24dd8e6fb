"""Reads of exposures: who was shown how often and in which place, and how far down lists are read."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from models import Exposure, RecommendationRun, Registration
from models.enums import RegistrationStatus, ShownList


def of_day(session: Session, viewer_id: int, list_key: str, day: date) -> Exposure | None:
    """What is noted already about one person, one list and one day."""
    statement = select(Exposure).where(
        Exposure.viewer_id == viewer_id, Exposure.list_key == list_key, Exposure.day == day
    )
    return session.exec(statement).first()


def shown_runs(session: Session, since: date) -> list[tuple[list[int], int, int]]:
    """The partners of each list that was shown, by place, how far down it was read (0: unknown), and by how many."""
    statement = (
        sa.select(col(RecommendationRun.listed), col(Exposure.depth), func.count())
        .join(Exposure, col(Exposure.run_id) == col(RecommendationRun.id))
        .where(col(Exposure.day) >= since)
        .group_by(col(RecommendationRun.id), col(Exposure.depth))
        .order_by(col(RecommendationRun.id), col(Exposure.depth))
    )
    return [(listed, depth, views) for listed, depth, views in session.execute(statement)]


def depths(session: Session, since: date) -> dict[int, int]:
    """How many views of lists of partners reached down to which place, where it is known."""
    statement = (
        select(Exposure.depth, func.count())
        .where(col(Exposure.day) >= since, Exposure.kind == ShownList.PARTNERS, Exposure.depth > 0)
        .group_by(col(Exposure.depth))
        .order_by(col(Exposure.depth))
    )
    return dict(session.exec(statement).all())


def registered_partners(session: Session) -> int:
    """How many partners could be shown."""
    statement = select(func.count(sa.distinct(col(Registration.partner_id)))).where(
        Registration.status == RegistrationStatus.REGISTERED
    )
    return session.exec(statement).one()
