"""Reads of announcements, and of the partners that a segment takes in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from models import (
    Announcement,
    Application,
    GroupMember,
    Membership,
    Partner,
    PartnerTarget,
    Registration,
    Scheme,
    SchemeTier,
    User,
    WorkingGroup,
)
from models.enums import ApplicationStatus, GroupMemberStatus, GroupStatus, RegistrationStatus


@dataclass(frozen=True)
class Segment:
    """Which of a municipality's registered partners: an empty field is no condition, several fields all hold."""

    kinds: Sequence[str] = ()
    goals: Sequence[int] = ()
    prefectures: Sequence[str] = ()
    tiers: Sequence[int] = ()
    groups: Sequence[int] = ()


def of_municipality(session: Session, municipality_id: int) -> list[Announcement]:
    """Drafts first, then what was sent, the latest first."""
    statement = (
        select(Announcement)
        .where(Announcement.municipality_id == municipality_id)
        .order_by(
            col(Announcement.sent_at).is_not(None),
            col(Announcement.sent_at).desc(),
            col(Announcement.id).desc(),
        )
    )
    return list(session.exec(statement))


def partners(session: Session, municipality_id: int, segment: Segment) -> list[Partner]:
    """The registered partners of a segment by name."""
    statement = (
        select(Partner)
        .join(Registration, col(Registration.partner_id) == Partner.id)
        .where(
            Registration.municipality_id == municipality_id,
            Registration.status == RegistrationStatus.REGISTERED,
            *_conditions(segment),
        )
        .order_by(col(Partner.name_key), col(Partner.id))
    )
    return list(session.exec(statement))


def _conditions(segment: Segment) -> list[Any]:
    key = col(Partner.id)
    conditions: list[Any] = []
    if segment.kinds:
        conditions.append(col(Partner.kind).in_(segment.kinds))
    if segment.prefectures:
        conditions.append(col(Partner.prefecture).in_(segment.prefectures))
    if segment.goals:
        conditions.append(key.in_(select(PartnerTarget.partner_id).where(col(PartnerTarget.goal).in_(segment.goals))))
    if segment.tiers:
        certified = select(Application.partner_id).where(
            col(Application.tier_id).in_(segment.tiers), Application.status == ApplicationStatus.GRANTED
        )
        conditions.append(key.in_(certified))
    if segment.groups:
        members = select(GroupMember.partner_id).where(
            col(GroupMember.group_id).in_(segment.groups), GroupMember.status == GroupMemberStatus.MEMBER
        )
        conditions.append(key.in_(members))
    return conditions


def people(session: Session, partner_ids: Collection[int]) -> list[tuple[User, int]]:
    """Everybody who can be written to at these partners, with the partner, once for each seat."""
    statement = (
        select(User, Membership.partner_id)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(
            col(Membership.partner_id).in_(list(partner_ids)),
            User.active,
            col(User.email_confirmed_at).is_not(None),
        )
        .order_by(col(User.id), col(Membership.id))
    )
    return [(user, key or 0) for user, key in session.exec(statement)]


def tiers(session: Session, municipality_id: int) -> list[tuple[SchemeTier, Scheme]]:
    """The tiers of the schemes of a municipality."""
    statement = (
        select(SchemeTier, Scheme)
        .join(Scheme, col(Scheme.id) == SchemeTier.scheme_id)
        .where(Scheme.municipality_id == municipality_id)
        .order_by(col(Scheme.id), col(SchemeTier.position), col(SchemeTier.id))
    )
    return list(session.exec(statement))


def groups(session: Session, municipality_id: int) -> list[WorkingGroup]:
    """The working groups of a municipality that have members to tell."""
    statement = (
        select(WorkingGroup)
        .where(
            WorkingGroup.municipality_id == municipality_id,
            col(WorkingGroup.status).in_((GroupStatus.ACTIVE, GroupStatus.DORMANT)),
        )
        .order_by(col(WorkingGroup.name), col(WorkingGroup.id))
    )
    return list(session.exec(statement))
