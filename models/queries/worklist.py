"""Reads for the work list: everything in one municipality that waits for somebody, with the moment since when."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Application,
    AuditEvent,
    Challenge,
    ChangeReport,
    Collaboration,
    CollaborationPartner,
    Department,
    GroupMember,
    GroupTask,
    Interest,
    Introduction,
    Partner,
    PilotPlan,
    Recommendation,
    RecommendationRun,
    Registration,
    Scheme,
    SchemeTier,
    TimeLimit,
    WorkingGroup,
)
from models.base import UTCDateTime
from models.enums import (
    OPEN_CHALLENGES,
    ApplicationStatus,
    ChallengeStatus,
    CollaborationStatus,
    GroupMemberStatus,
    GroupStatus,
    RegistrationStatus,
    TaskStatus,
)
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
    """Silent introductions: nobody heard since `before`, and nothing began; `key` is the recommendation's."""
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
            ~sa.exists().where(col(Collaboration.recommendation_id) == Recommendation.id),
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


def _applications() -> Any:
    shown: list[Any] = [Application, Partner.name, Scheme.name, SchemeTier.name]
    return (
        sa.select(*shown)
        .join(Partner, col(Partner.id) == Application.partner_id)
        .join(Scheme, col(Scheme.id) == Application.scheme_id)
        .join(SchemeTier, col(SchemeTier.id) == Application.tier_id)
    )


def applications(session: Session, municipality_id: int) -> dict[ApplicationStatus, list[Waiting]]:
    """Applications to schemes that are not decided, by status."""
    statuses = (ApplicationStatus.RECEIVED, ApplicationStatus.SCREENING, ApplicationStatus.ASKED)
    statement = (
        _applications()
        .where(Application.municipality_id == municipality_id, col(Application.status).in_(statuses))
        .order_by(col(Application.status_since), col(Application.id))
    )
    found: dict[ApplicationStatus, list[Waiting]] = {status: [] for status in statuses}
    for row, partner, scheme, tier in session.exec(statement):
        found[row.status].append(Waiting(row.pk, partner, row.status_since, partner, f"{scheme} {tier}"))
    return found


def ending_terms(session: Session, municipality_id: int, by: date) -> list[tuple[Application, str, str]]:
    """What is in force and ends on `by` or earlier without a renewal that was handed in: with partner and scheme."""
    renewal: Any = sa.orm.aliased(Application)
    renewing = sa.exists().where(renewal.previous_id == Application.id, renewal.submitted_at.is_not(None))
    statement = (
        _applications()
        .where(
            Application.municipality_id == municipality_id,
            Application.status == ApplicationStatus.GRANTED,
            col(Application.valid_until) <= by,
            ~renewing,
        )
        .order_by(col(Application.valid_until), col(Application.id))
    )
    return [(row, partner, f"{scheme} {tier}") for row, partner, scheme, tier in session.exec(statement)]


def change_reports(session: Session, municipality_id: int) -> list[Waiting]:
    """Changes that partners of schemes have reported and nobody has read; `key` is the application's."""
    statement = (
        select(Application.id, Partner.name, ChangeReport.created_at, ChangeReport.subject)
        .join(Application, col(Application.id) == ChangeReport.application_id)
        .join(Partner, col(Partner.id) == Application.partner_id)
        .where(Application.municipality_id == municipality_id, col(ChangeReport.noted_at).is_(None))
        .order_by(col(ChangeReport.created_at), col(ChangeReport.id))
    )
    return [Waiting(key or 0, name, since, about=subject) for key, name, since, subject in session.exec(statement)]


def plans(session: Session, municipality_id: int, *, by_city: bool) -> list[Waiting]:
    """Pilot plans that wait for the office's agreement, or that wait for the partner's after the office's."""
    ours, theirs = col(PilotPlan.agreed_by_city_at), col(PilotPlan.agreed_by_partner_at)
    waiting = ours.is_(None) if by_city else sa.and_(ours.is_not(None), theirs.is_(None))
    shown: list[Any] = [Collaboration.id, Collaboration.title, PilotPlan.updated_at, _leading()]
    statement: Any = (
        sa.select(*shown)
        .join(PilotPlan, col(PilotPlan.collaboration_id) == Collaboration.id)
        .where(
            col(Collaboration.municipality_id) == municipality_id,
            col(Collaboration.status) != CollaborationStatus.DONE,
            waiting,
        )
        .order_by(col(PilotPlan.updated_at), col(Collaboration.id))
    )
    return [Waiting(key, title, since, who or "") for key, title, since, who in session.exec(statement)]


def running(session: Session, municipality_id: int) -> list[tuple[Collaboration, datetime, str]]:
    """What began here and is running: the last day on which anybody wrote something, and the leading partner."""
    began = sa.case((col(AuditEvent.event) == "collaboration.begun", 1))
    heard: Any = (
        sa.select(
            col(AuditEvent.subject_id).label("key"),
            sa.func.max(col(AuditEvent.created_at), type_=UTCDateTime()).label("last"),
        )
        .where(
            col(AuditEvent.municipality_id) == municipality_id,
            col(AuditEvent.subject_type) == Collaboration.__tablename__,
        )
        .group_by(col(AuditEvent.subject_id))
        .having(sa.func.count(began) > 0)
        .subquery("heard")
    )
    shown: list[Any] = [Collaboration, heard.c.last, _leading()]
    statement: Any = (
        sa.select(*shown)
        .join(heard, heard.c.key == Collaboration.id)
        .where(
            col(Collaboration.municipality_id) == municipality_id,
            col(Collaboration.status) == CollaborationStatus.RUNNING,
        )
        .order_by(heard.c.last, col(Collaboration.id))
    )
    return [(row, last, who or "") for row, last, who in session.exec(statement)]


def _leading() -> Any:
    """The name of the partner that leads a collaboration."""
    return (
        sa.select(col(CollaborationPartner.name))
        .where(col(CollaborationPartner.collaboration_id) == Collaboration.id)
        .order_by(col(CollaborationPartner.id))
        .limit(1)
        .correlate(Collaboration)
        .scalar_subquery()
    )


def group_foundings(session: Session, municipality_id: int) -> list[Waiting]:
    """Groups that partners have asked to found; `key` is the group's."""
    statement = (
        select(WorkingGroup.id, WorkingGroup.name, WorkingGroup.updated_at, Partner.name)
        .join(Partner, col(Partner.id) == WorkingGroup.founder_partner_id)
        .where(WorkingGroup.municipality_id == municipality_id, WorkingGroup.status == GroupStatus.PROPOSED)
        .order_by(col(WorkingGroup.updated_at), col(WorkingGroup.id))
    )
    return [Waiting(key or 0, group, since, about=name) for key, group, since, name in session.exec(statement)]


def dormant_groups(session: Session, municipality_id: int) -> list[Waiting]:
    """Groups that rest: to be woken or ended; `key` is the group's."""
    statement = (
        select(WorkingGroup.id, WorkingGroup.name, WorkingGroup.updated_at)
        .where(WorkingGroup.municipality_id == municipality_id, WorkingGroup.status == GroupStatus.DORMANT)
        .order_by(col(WorkingGroup.updated_at), col(WorkingGroup.id))
    )
    return [Waiting(key or 0, group, since) for key, group, since in session.exec(statement)]


def overdue_tasks(session: Session, municipality_id: int, today: date) -> list[tuple[GroupTask, WorkingGroup, str]]:
    """Open tasks of running groups whose day has passed, with the name of the member that has taken each on."""
    shown: list[Any] = [GroupTask, WorkingGroup, Partner.name]
    statement = (
        sa.select(*shown)
        .join(WorkingGroup, col(WorkingGroup.id) == GroupTask.group_id)
        .outerjoin(Partner, col(Partner.id) == GroupTask.assignee_id)
        .where(
            col(WorkingGroup.municipality_id) == municipality_id,
            col(WorkingGroup.status).in_((GroupStatus.ACTIVE, GroupStatus.DORMANT)),
            col(GroupTask.status) == TaskStatus.OPEN,
            col(GroupTask.due) < today,
        )
        .order_by(col(GroupTask.due), col(GroupTask.id))
    )
    return [(row, group, name or "") for row, group, name in session.exec(statement)]  # type: ignore[call-overload]


def time_limits(session: Session, municipality_id: int) -> list[TimeLimit]:
    """The limits that a municipality has set itself."""
    statement = select(TimeLimit).where(TimeLimit.municipality_id == municipality_id).order_by(col(TimeLimit.id))
    return list(session.exec(statement))
