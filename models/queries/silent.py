"""Reads of the silent majority: partners registered with an office that it has never called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    AuditEvent,
    Challenge,
    Collaboration,
    CollaborationPartner,
    GroupMember,
    Membership,
    Offering,
    Partner,
    PartnerTarget,
    Recommendation,
    Registration,
    User,
    WorkingGroup,
)
from models.enums import OPEN_CHALLENGES, GroupMemberStatus, PartnerKind, RegistrationStatus
from models.enums import RecommendationStatus as R
from models.queries.nearest import ASKED
from models.queries.recommendations import standing
from models.queries.supply import grouped

CALLED = (R.APPROVED, R.INVITED, R.ACCEPTED, R.REFUSED, R.INTRODUCED, R.LAPSED)
#: what stays on record of a call even when its recommendation was taken up again
CALLS = ("recommendation.approved", "recommendation.invited", ASKED)
SAT_IN = (GroupMemberStatus.MEMBER, GroupMemberStatus.LEFT)


class Silent(NamedTuple):
    """A partner that nobody has called, as lists are sorted; `since` is the printed date when there is one."""

    partner_id: int
    name_key: str
    since: str
    entered_at: datetime
    fit: int


class Best(NamedTuple):
    """The open challenge of the office that fits a partner best among its stored recommendations."""

    recommendation_id: int
    title: str
    fit: int


@dataclass(frozen=True)
class SilentRow:
    """A partner that nobody has called, as the list shows it."""

    partner_id: int
    name: str
    kind: PartnerKind
    industry: str
    prefecture: str
    since: str
    entered_at: datetime
    has_account: bool
    offerings: tuple[str, ...]
    goals: tuple[int, ...]
    best: Best | None


def count(session: Session, municipality_id: int) -> int:
    """How many registered partners of an office nobody has called."""
    statement = sa.select(sa.func.count()).select_from(Registration).where(*_silent(municipality_id))
    return int(session.exec(statement).scalar_one())  # type: ignore[call-overload]


def silent(
    session: Session, municipality_id: int, goals: Sequence[int] = (), kinds: Sequence[str] = ()
) -> list[Silent]:
    """Every registered partner of an office that nobody has called, by name; one query without texts."""
    best = (
        sa.select(col(Recommendation.partner_id), sa.func.max(col(Recommendation.fit)).label("fit"))
        .join(Challenge, col(Challenge.id) == Recommendation.challenge_id)
        .where(*_proposed(municipality_id))
        .group_by(col(Recommendation.partner_id))
        .subquery()
    )
    entered = _entered()
    statement = (
        sa.select(
            col(Partner.id), col(Partner.name_key), col(Registration.since), entered, sa.func.coalesce(best.c.fit, 0)
        )
        .join(Registration, col(Registration.partner_id) == Partner.id)
        .outerjoin(best, best.c.partner_id == Partner.id)
        .where(*_silent(municipality_id))
        .order_by(col(Partner.name_key), col(Partner.id))
    )
    if goals:
        serving = select(PartnerTarget.partner_id).where(col(PartnerTarget.goal).in_(goals))
        statement = statement.where(col(Partner.id).in_(serving))
    if kinds:
        statement = statement.where(col(Partner.kind).in_(kinds))
    return [Silent(*row) for row in session.exec(statement)]  # type: ignore[call-overload]


def rows(session: Session, municipality_id: int, ids: Sequence[int]) -> list[SilentRow]:
    """These partners of an office, in the order of `ids`; four queries, none without ids."""
    if not ids:
        return []
    shown = (Partner.id, Partner.name, Partner.kind, Partner.industry, Partner.prefecture, Registration.since)
    statement: Any = (
        sa.select(*shown, _entered(), _has_account())  # type: ignore[call-overload]
        .join(Registration, col(Registration.partner_id) == Partner.id)
        .where(col(Registration.municipality_id) == municipality_id, col(Partner.id).in_(ids))
        .order_by(col(Partner.id))
    )
    found = {row[0]: tuple(row) for row in session.exec(statement)}
    offerings, goals, best = _offerings(session, ids), _goals(session, ids), _best(session, municipality_id, ids)
    kept = (key for key in ids if key in found)
    complete = ((*found[key], offerings.get(key, ()), goals.get(key, ()), best.get(key)) for key in kept)
    return [SilentRow(*row) for row in complete]


def _entered() -> Any:
    return sa.func.coalesce(col(Registration.decided_at), col(Registration.applied_at))


def _silent(municipality_id: int) -> tuple[Any, ...]:
    """Registered here, and neither called about anything, nor in one of our groups, nor party to a collaboration."""
    key = col(Registration.partner_id)
    return (
        col(Registration.municipality_id) == municipality_id,
        col(Registration.status) == RegistrationStatus.REGISTERED,
        *(key.not_in(called) for called in _called(municipality_id)),
    )


def _called(municipality_id: int) -> tuple[Any, ...]:
    decided = (col(Recommendation.municipality_id) == municipality_id, col(Recommendation.status).in_(CALLED))
    noted = (col(AuditEvent.municipality_id) == municipality_id, col(AuditEvent.event).in_(CALLS))
    return (
        select(Recommendation.partner_id).where(*decided),
        select(Recommendation.seeker_id).where(*decided, col(Recommendation.seeker_id).is_not(None)),
        select(AuditEvent.partner_id).where(*noted, col(AuditEvent.partner_id).is_not(None)),
        select(CollaborationPartner.partner_id)
        .join(Collaboration, col(Collaboration.id) == CollaborationPartner.collaboration_id)
        .where(Collaboration.municipality_id == municipality_id, col(CollaborationPartner.partner_id).is_not(None)),
        select(GroupMember.partner_id)
        .join(WorkingGroup, col(WorkingGroup.id) == GroupMember.group_id)
        .where(WorkingGroup.municipality_id == municipality_id, col(GroupMember.status).in_(SAT_IN)),
    )


def _proposed(municipality_id: int) -> tuple[Any, ...]:
    return (
        col(Recommendation.municipality_id) == municipality_id,
        col(Recommendation.status) == R.PROPOSED,
        col(Recommendation.fit) > 0,
        col(Challenge.status).in_(OPEN_CHALLENGES),
        standing(),
    )


def _has_account() -> Any:
    return sa.exists().where(
        col(Membership.partner_id) == Partner.id,
        col(Membership.user_id) == User.id,
        col(User.active),
        col(User.email_confirmed_at).is_not(None),
    )


def _offerings(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    statement = (
        select(Offering.partner_id, Offering.title)
        .where(col(Offering.partner_id).in_(ids))
        .order_by(col(Offering.partner_id), col(Offering.position), col(Offering.id))
    )
    return grouped(session.exec(statement))


def _goals(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    statement = (
        select(PartnerTarget.partner_id, PartnerTarget.goal)
        .where(col(PartnerTarget.partner_id).in_(ids))
        .distinct()
        .order_by(col(PartnerTarget.partner_id), col(PartnerTarget.goal))
    )
    return grouped(session.exec(statement))


def _best(session: Session, municipality_id: int, ids: Sequence[int]) -> dict[int, Best]:
    shown: list[Any] = [Recommendation.partner_id, Recommendation.id, Challenge.title, Recommendation.fit]
    statement = (
        sa.select(*shown)
        .join(Challenge, col(Challenge.id) == Recommendation.challenge_id)
        .where(*_proposed(municipality_id), col(Recommendation.partner_id).in_(ids))
        .order_by(col(Recommendation.fit).desc(), col(Recommendation.score).desc().nulls_last(), col(Recommendation.id))
    )
    found: dict[int, Best] = {}
    for key, *best in session.exec(statement):  # type: ignore[call-overload]
        found.setdefault(key, Best(*best))
    return found
