"""Reads for a challenge that nobody fits yet: who comes nearest, who was asked, and who could still be considered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    AuditEvent,
    Challenge,
    Membership,
    Municipality,
    Partner,
    Recommendation,
    Registration,
    User,
)
from models.enums import FAIR, RegistrationStatus
from models.enums import RecommendationStatus as R
from models.queries.recommendations import standing

ASKED = "recommendation.asked_to_say_more"


class Elsewhere(NamedTuple):
    """How many partners are registered with other municipalities only: of the same prefecture, and of any other."""

    near: int
    far: int


def somebody_fits(session: Session, challenge_id: int) -> bool:
    """Whether a recommendation that still stands reaches a fair fit."""
    statement = select(Recommendation.id).where(
        Recommendation.challenge_id == challenge_id, col(Recommendation.fit) >= FAIR, standing()
    )
    return session.exec(statement.limit(1)).first() is not None


def to_ask(session: Session, challenge: Challenge, since: datetime, limit: int) -> list[Recommendation]:
    """The best-ranked weak proposals whose partners can be written to and were not asked before, or not since then."""
    statement = (
        select(Recommendation)
        .where(*_weak(challenge.pk), _reachable(), ~_asked(challenge.municipality_id, since))
        .order_by(col(Recommendation.rank), col(Recommendation.id))
        .limit(limit)
    )
    return list(session.exec(statement))


@dataclass(frozen=True)
class Asked:
    """A partner that was asked to say more about itself: about which challenge, and when."""

    partner: Partner
    challenge_id: int | None
    when: datetime


def asked(session: Session, challenge: Challenge, since: datetime) -> list[Asked]:
    """Whom a municipality asked about a challenge at any time, or about any since then; in that order."""
    statement = (
        select(Partner, Recommendation.challenge_id, AuditEvent.created_at)
        .join(Recommendation, col(Recommendation.partner_id) == Partner.id)
        .join(AuditEvent, col(AuditEvent.subject_id) == Recommendation.id)
        .where(
            Recommendation.municipality_id == challenge.municipality_id,
            sa.or_(col(Recommendation.challenge_id) == challenge.pk, col(AuditEvent.created_at) > since),
            AuditEvent.subject_type == Recommendation.__tablename__,
            AuditEvent.event == ASKED,
        )
        .order_by(col(AuditEvent.id))
    )
    return [Asked(*row) for row in session.exec(statement)]


def elsewhere(session: Session, municipality: Municipality) -> Elsewhere:
    """The partners that are registered with other municipalities only."""
    here = _registered(col(Registration.municipality_id) == municipality.pk)
    neighbours = select(Municipality.id).where(Municipality.prefecture == municipality.prefecture)
    near = sa.or_(
        col(Partner.prefecture) == municipality.prefecture,
        _registered(col(Registration.municipality_id).in_(neighbours)),
    )
    statement = select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.case((near, 1), else_=0)), 0)).where(
        _registered(), ~here
    )
    every, close = session.exec(statement.select_from(Partner)).one()
    return Elsewhere(close, every - close)


def _weak(challenge_id: int) -> tuple[Any, ...]:
    return (
        col(Recommendation.challenge_id) == challenge_id,
        col(Recommendation.status) == R.PROPOSED,
        col(Recommendation.rank).is_not(None),
        col(Recommendation.fit) < FAIR,
    )


def _reachable() -> Any:
    account = sa.exists().where(
        col(Membership.partner_id) == Recommendation.partner_id,
        col(Membership.user_id) == User.id,
        col(User.active),
        col(User.email_confirmed_at).is_not(None),
    )
    registered = sa.exists().where(
        col(Registration.partner_id) == Recommendation.partner_id,
        col(Registration.status) == RegistrationStatus.REGISTERED,
    )
    return sa.and_(account, registered)


def _asked(municipality_id: int, since: datetime) -> Any:
    """About this very recommendation at any time, or by this municipality since then."""
    lately = sa.and_(
        col(AuditEvent.municipality_id) == municipality_id,
        col(AuditEvent.partner_id) == Recommendation.partner_id,
        col(AuditEvent.created_at) > since,
    )
    this = sa.and_(
        col(AuditEvent.subject_type) == Recommendation.__tablename__, col(AuditEvent.subject_id) == Recommendation.id
    )
    return sa.exists().where(col(AuditEvent.event) == ASKED, sa.or_(this, lately))


def _registered(*conditions: Any) -> Any:
    return sa.exists().where(
        col(Registration.partner_id) == Partner.id,
        col(Registration.status) == RegistrationStatus.REGISTERED,
        *conditions,
    )
