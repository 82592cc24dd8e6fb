"""Reads of ranking models: which one is in use, what came before, and the decisions that they learn from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import RankingModel, Recommendation, RecommendationRun, User
from models.enums import RankingModelStatus, RecommendationSource
from models.enums import RecommendationStatus as R

SHOWN = 30
#: rows that the distributions of scores and fits are taken from
MOST_SCORES = 5_000
_OF_CHALLENGES = (
    col(RecommendationRun.challenge_id).is_not(None),
    col(Recommendation.score).is_not(None),
    col(Recommendation.source) == RecommendationSource.ENGINE,
)


@dataclass(frozen=True)
class Decided:
    """One candidate of a challenge, as far as learning needs it."""

    challenge_id: int
    partner_id: int
    status: R
    reason: str
    inputs: dict[str, Any]
    rank: int | None
    decided_at: datetime | None


def in_use(session: Session) -> tuple[int, dict[str, Any]] | None:
    """Key and weights of the model in use; None for the built-in weights. Asked before every ranking: one small row."""
    statement = select(col(RankingModel.id), col(RankingModel.weights)).where(
        RankingModel.status == RankingModelStatus.ACTIVE
    )
    return session.exec(statement).first()  # type: ignore[return-value]


def active(session: Session) -> RankingModel | None:
    """The model in use."""
    return session.exec(select(RankingModel).where(RankingModel.status == RankingModelStatus.ACTIVE)).first()


def history(session: Session) -> list[tuple[RankingModel, User | None]]:
    """The latest models with who brought each into use, the newest first; without the lists that judged them."""
    statement = (
        select(RankingModel, User)
        .options(sa.orm.defer(RankingModel.frozen))  # type: ignore[arg-type]
        .join(User, col(User.id) == col(RankingModel.activated_by_id), isouter=True)
        .order_by(col(RankingModel.id).desc())
        .limit(SHOWN)
    )
    return list(session.exec(statement))


def latest_basis(session: Session) -> str:
    """Which inputs are comparable with those of today: the basis of the latest recommendation that has one."""
    statement = select(Recommendation.basis).where(Recommendation.basis != "").order_by(col(Recommendation.id).desc())
    return session.exec(statement.limit(1)).first() or ""


def decided(session: Session, basis: str) -> list[Decided]:
    """Every candidate of a challenge of which at least one was decided, with comparable inputs."""
    opened = (
        select(col(Recommendation.challenge_id))
        .where(col(Recommendation.decided_at).is_not(None), Recommendation.basis == basis)
        .where(col(Recommendation.challenge_id).is_not(None))
        .distinct()
    )
    statement = (
        sa.select(
            col(Recommendation.challenge_id),
            col(Recommendation.partner_id),
            col(Recommendation.status),
            col(Recommendation.reason),
            col(Recommendation.inputs),
            col(Recommendation.rank),
            col(Recommendation.decided_at),
        )
        .where(col(Recommendation.basis) == basis, col(Recommendation.challenge_id).in_(opened))
        .order_by(col(Recommendation.challenge_id), col(Recommendation.id))
    )
    return [Decided(*row) for row in session.execute(statement)]


def scores(session: Session, since: datetime, until: datetime, model_id: int | None) -> list[tuple[float, int]]:
    """Score and fit of what one model (None: the built-in weights) put forward for challenges in a span of time."""
    statement = (
        sa.select(col(Recommendation.score), col(Recommendation.fit))
        .join(RecommendationRun, col(RecommendationRun.id) == col(Recommendation.run_id))
        .where(col(RecommendationRun.created_at) >= since, col(RecommendationRun.created_at) < until)
        .where(col(RecommendationRun.ranking_model_id) == model_id, *_OF_CHALLENGES)
        .order_by(col(Recommendation.id).desc())
        .limit(MOST_SCORES)
    )
    return [(score, fit) for score, fit in session.execute(statement)]


def inputs(session: Session, since: datetime, basis: str) -> list[tuple[dict[str, Any], int]]:
    """The parts of the score before weighting, and the fit, of what was put forward for challenges since."""
    statement = (
        sa.select(col(Recommendation.inputs), col(Recommendation.fit))
        .join(RecommendationRun, col(RecommendationRun.id) == col(Recommendation.run_id))
        .where(col(RecommendationRun.created_at) >= since, col(Recommendation.basis) == basis, *_OF_CHALLENGES)
        .order_by(col(Recommendation.id).desc())
        .limit(MOST_SCORES)
    )
    return [(values, fit) for values, fit in session.execute(statement)]


def decisions(session: Session, since: datetime) -> Sequence[tuple[datetime, R]]:
    """When offices decided on what was put forward, and where it stands now."""
    statement = (
        sa.select(col(Recommendation.decided_at), col(Recommendation.status))
        .where(col(Recommendation.decided_at) >= since)
        .order_by(col(Recommendation.decided_at), col(Recommendation.id))
    )
    return [(moment, status) for moment, status in session.execute(statement)]


def of_status(session: Session, status: RankingModelStatus) -> list[RankingModel]:
    """Models that stand in one status, the oldest first."""
    return list(session.exec(select(RankingModel).where(RankingModel.status == status).order_by(col(RankingModel.id))))
