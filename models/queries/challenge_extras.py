"""Reads around a challenge: its versions, the questions about it, and to whom its confidential part is told."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import Challenge, ChallengeQuestion, ChallengeVersion, Department, Partner, Recommendation, User
from models.enums import ChallengeQuestionStatus, RecommendationStatus
from models.queries.worklist import Waiting


@dataclass(frozen=True)
class Version:
    """A version with the name of whoever wrote it."""

    row: ChallengeVersion
    author: str


@dataclass(frozen=True)
class Asked:
    """A question with the partner that asked it, as the office sees it."""

    row: ChallengeQuestion
    partner: Partner


def newest_version(session: Session, challenge_id: int) -> ChallengeVersion | None:
    statement = select(ChallengeVersion).where(ChallengeVersion.challenge_id == challenge_id)
    return session.exec(statement.order_by(col(ChallengeVersion.number).desc())).first()


def versions(session: Session, challenge_id: int) -> list[Version]:
    """Every version of a challenge, the newest first; one query."""
    statement = (
        select(ChallengeVersion, User.name)
        .outerjoin(User, col(User.id) == ChallengeVersion.author_id)
        .where(ChallengeVersion.challenge_id == challenge_id)
        .order_by(col(ChallengeVersion.number).desc())
    )
    return [Version(row, name or "") for row, name in session.exec(statement)]


def readable(session: Session, challenge_id: int, partner_id: int | None = None) -> list[ChallengeQuestion]:
    """The questions that everybody reads, and those that `partner_id` asked and that wait for an answer; one query."""
    status = col(ChallengeQuestion.status)
    own = sa.and_(status == ChallengeQuestionStatus.ASKED, col(ChallengeQuestion.partner_id) == partner_id)
    statement = (
        select(ChallengeQuestion)
        .where(
            ChallengeQuestion.challenge_id == challenge_id,
            sa.or_(status == ChallengeQuestionStatus.ANSWERED, own),
        )
        .order_by(status, col(ChallengeQuestion.created_at), col(ChallengeQuestion.id))
    )
    return list(session.exec(statement))


def questions(session: Session, challenge_id: int) -> list[Asked]:
    """Every question about a challenge, those without an answer first; one query."""
    waiting = col(ChallengeQuestion.status) != ChallengeQuestionStatus.ASKED
    statement = (
        select(ChallengeQuestion, Partner)
        .join(Partner, col(Partner.id) == ChallengeQuestion.partner_id)
        .where(ChallengeQuestion.challenge_id == challenge_id)
        .order_by(waiting, col(ChallengeQuestion.created_at), col(ChallengeQuestion.id))
    )
    return [Asked(row, partner) for row, partner in session.exec(statement)]


def stands(
    session: Session, challenge_id: int, partner_ids: Collection[int], statuses: Collection[RecommendationStatus]
) -> bool:
    """Whether one of these partners has a match with the challenge in one of `statuses`."""
    statement = select(Recommendation.id).where(
        Recommendation.challenge_id == challenge_id,
        col(Recommendation.partner_id).in_(sorted(partner_ids)),
        col(Recommendation.status).in_(sorted(statuses)),
    )
    return session.exec(statement.limit(1)).first() is not None


def waiting(session: Session, municipality_id: int) -> list[Waiting]:
    """Questions without an answer, under the title of what they are about, for the department in charge."""
    statement = (
        select(Challenge.id, Challenge.title, ChallengeQuestion.created_at, Department.name)
        .join(Challenge, col(Challenge.id) == ChallengeQuestion.challenge_id)
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .where(
            Challenge.municipality_id == municipality_id,
            ChallengeQuestion.status == ChallengeQuestionStatus.ASKED,
        )
        .order_by(col(ChallengeQuestion.created_at), col(ChallengeQuestion.id))
    )
    return [Waiting(key or 0, title, since, name or "") for key, title, since, name in session.exec(statement)]
