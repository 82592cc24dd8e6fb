"""Reads for the work list: everything in one municipality that waits for somebody, with the moment since when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    AuditEvent,
    Challenge,
    Department,
    GroupMember,
    Interest,
    Introduction,
    Partner,
    Recommendation,
    RecommendationRun,
    Registration,
    TimeLimit,
    WorkingGroup,
)
from models.base import UTCDateTime
from models.enums import OPEN_CHALLENGES, ChallengeStatus, GroupMemberStatus, RegistrationStatus
from models.enums import RecommendationSource as Source
from models.enums import RecommendationStatus as R
from models.queries.partner_rooms import spoken_for

WORTH_DECIDING = 2


@dataclass(frozen=True)
class Waiting:
    """Something that waits: which row, what it is called, since when; `who` is a department or a partner."""

    key: int
    title: str
    since: datetime
    who: str = ""
    about: str = ""
    count: int = 0


def registrations(session: Session, municipality_id: int) -> list[Waiting]:
    """Applications that nobody has decided."""
    statement = (
        select(Registration.id, Partner.name, Registration.applied_at)
        .join(Partner, col(Partner.id) == Registration.partner_id)
        .where(Registration.municipality_id == municipality_id, Registration.status == RegistrationStatus.APPLIED)
        .where(spoken_for())
        .order_by(col(Registration.applied_at), col(Registration.id))
    )
    return [Waiting(key or 0, name, since) for key, name, since in session.exec(statement)]


def challenges(session: Session, municipality_id: int, today: date) -> list[tuple[Challenge, str, bool]]:
    """Challenges in review, returned to their author, past their review date, or open without any recommendation.

    The flag tells whether the matcher was ever asked.
    """
    asked = sa.exists().where(col(RecommendationRun.challenge_id) == Challenge.id)
    returned = sa.and_(col(Challenge.status) == ChallengeStatus.DRAFT, col(Challenge.review_note) != "")
    stale = sa.and_(col(Challenge.status).in_(OPEN_CHALLENGES), col(Challenge.review_date) < today)
    unasked = sa.and_(col(Challenge.status).in_(OPEN_CHALLENGES), ~asked)
    shown: list[Any] = [Challenge, Department.name, asked]
    statement = (
        sa.select(*shown)
        .outerjoin(Department, col(Department.id) == Challenge.department_id)
        .where(
            col(Challenge.municipality_id) == municipality_id,
            sa.or_(col(Challenge.status) == ChallengeStatus.IN_REVIEW, returned, stale, unasked),
        )
        .order_by(col(Challenge.updated_at), col(Challenge.id))
    )
    return [(row, name or "", was) for row, name, was in session.exec(statement)]  # type: ignore[call-overload]


def undecided(session: Session, municipality_id: int) -> list[Waiting]:
    """Open challenges with recommendations worth a decision: how many, and since when the oldest one waits."""
    first = sa.func.min(col(Recommendation.created_at), type_=UTCDateTime())
    worth = sa.or_(
        sa.and_(col(Recommendation.rank).is_not(None), col(Recommendation.fit) >= WORTH_DECIDING),
        col(Recommendation.source) == Source.MANUAL,
    )
    statement: Any = (
        sa.select(col(Challenge.id), col(Challenge.title), first, sa.func.count())
        .join(Recommendation, col(Recommendation.challenge_id) == Challenge.id)
        .where(
            col(Challenge.municipality_id) == municipality_id,
            col(Challenge.status).in_(OPEN_CHALLENGES),
            col(Recommendation.status) == R.PROPOSED,
            worth,
        )
        .group_by(col(Challenge.id), col(Challenge.title))
        .order_by(first, col(Challenge.id))
    )
    return [Waiting(key, title, since, count=number) for key, title, since, number in session.exec(statement)]


def interests(session: Session, municipality_id: int) -> list[Waiting]:
    """Raised hands on open challenges to which nobody has said anything; `key` is the challenge's."""
    answered = sa.exists().where(
        col(Recommendation.challenge_id) == Interest.challenge_id,
        col(Recommendation.partner_id) == Interest.partner_id,
        col(Recommendation.status) != R.PROPOSED,
    )
    statement = (
        select(Interest.challenge_id, Partner.name, Interest.created_at, Challenge.title)
        .join(Challenge, col(Challenge.id) == Interest.challenge_id)
        .join(Partner, col(Partner.id) == Interest.partner_id)
        .where(
            Challenge.municipality_id == municipality_id,
            col(Challenge.status).in_(OPEN_CHALLENGES),
            col(Interest.withdrawn_at).is_(None),
            ~answered,
        )
        .order_by(col(Interest.created_at), col(Interest.id))
    )
    return [Waiting(key, name, since, about=title) for key, name, since, title in session.exec(statement)]


def invitations(session: Session, municipality_id: int) -> list[Waiting]:
    """Invitations without an answer."""
    seeker: Any = sa.orm.aliased(Partner)
    shown: list[Any] = [Recommendation.id, Partner.name, Recommendation.decided_at, Challenge.title, seeker.name]
    statement = (
        sa.select(*shown)
        .join(Partner, col(Partner.id) == Recommendation.partner_id)
        .outerjoin(Challenge, col(Challenge.id) == Recommendation.challenge_id)
        .outerjoin(seeker, seeker.id == Recommendation.seeker_id)
        .where(col(Recommendation.municipality_id) == municipality_id, col(Recommendation.status) == R.INVITED)
        .order_by(col(Recommendation.decided_at), col(Recommendation.id))
    )
    rows = session.exec(statement)  # type: ignore[call-overload]
    return [Waiting(key, name, since, name, title or sought) for key, name, since, title, sought in rows]


def introductions(session: Session, municipality_id: int, before: datetime) -> list[Waiting]:
    """Introductions of which nobody has heard since `before`; `key` is the recommendation's."""
    heard: Any = (
        sa.select(sa.func.max(col(AuditEvent.created_at), type_=UTCDateTime()))
        .where(
            col(AuditEvent.subject_type) == Introduction.__tablename__,
            col(AuditEvent.subject_id) == Introduction.id,
        )
        .correlate(Introduction)
        .scalar_subquery()
    )
    last = sa.func.coalesce(heard, col(Introduction.created_at), type_=UTCDateTime())
    shown: list[Any] = [Recommendation.id, Partner.name, last, Challenge.title]
    statement: Any = (
        sa.select(*shown)
        .join(Recommendation, col(Recommendation.id) == Introduction.recommendation_id)
        .join(Partner, col(Partner.id) == Recommendation.partner_id)
        .outerjoin(Challenge, col(Challenge.id) == Recommendation.challenge_id)
        .where(
            col(Introduction.municipality_id) == municipality_id,
            col(Introduction.ended_at).is_(None),
            sa.or_(col(Challenge.id).is_(None), col(Challenge.status).in_(OPEN_CHALLENGES)),
            last < before,
        )
        .order_by(last, col(Introduction.id))
    )
    return [Waiting(key, name, since, name, title or "") for key, name, since, title in session.exec(statement)]


def group_requests(session: Session, municipality_id: int) -> list[Waiting]:
    """Partners that ask to join a working group; `key` is the group's."""
    statement = (
        select(WorkingGroup.id, WorkingGroup.name, GroupMember.updated_at, Partner.name)
        .join(WorkingGroup, col(WorkingGroup.id) == GroupMember.group_id)
        .join(Partner, col(Partner.id) == GroupMember.partner_id)
        .where(WorkingGroup.municipality_id == municipality_id, GroupMember.status == GroupMemberStatus.REQUESTED)
        .order_by(col(GroupMember.updated_at), col(GroupMember.id))
    )
    return [Waiting(key or 0, name, since, about=group) for key, group, since, name in session.exec(statement)]


def time_limits(session: Session, municipality_id: int) -> list[TimeLimit]:
    """The limits that a municipality has set itself."""
    statement = select(TimeLimit).where(TimeLimit.municipality_id == municipality_id).order_by(col(TimeLimit.id))
    return list(session.exec(statement))
