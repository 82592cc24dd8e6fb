"""Reads of what recommendations were computed from."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from models import Recommendation, ReplayPart, ReplayRecord


def of_run(session: Session, run_id: int) -> ReplayRecord | None:
    """What was kept of one pass of the matcher."""
    return session.exec(select(ReplayRecord).where(ReplayRecord.run_id == run_id)).first()


def of_recommendation(session: Session, recommendation_id: int) -> ReplayRecord | None:
    """What was kept of a recommendation that was added by hand."""
    return session.exec(select(ReplayRecord).where(ReplayRecord.recommendation_id == recommendation_id)).first()


def explained_by(session: Session, run_id: int) -> list[Recommendation]:
    """The recommendations whose evidence comes from this run; a later run may have explained some anew."""
    statement = select(Recommendation).where(Recommendation.run_id == run_id, col(Recommendation.score).is_not(None))
    return list(session.exec(statement.order_by(col(Recommendation.rank), col(Recommendation.id))))


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Which of these parts are kept already."""
    return set(session.exec(select(ReplayPart.key).where(col(ReplayPart.key).in_(keys))))


def parts(session: Session, keys: Collection[str]) -> dict[str, bytes]:
    """These parts by key."""
    statement = select(ReplayPart.key, ReplayPart.data).where(col(ReplayPart.key).in_(keys))
    return dict(session.exec(statement.order_by(ReplayPart.key)).all())


def add_parts(session: Session, fresh: Mapping[str, bytes], now: datetime) -> None:
    """Store these parts; one that another process has stored in the meantime stays."""
    if not fresh:
        return
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    rows = [{"key": key, "data": data, "created_at": now} for key, data in sorted(fresh.items())]
    session.execute(insert(ReplayPart).values(rows).on_conflict_do_nothing(index_elements=["key"]))
