"""Reads of who is registered with a city office or asks to be, and of its working groups."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    GroupMember,
    Introduction,
    Membership,
    Municipality,
    Offering,
    Partner,
    Recommendation,
    Registration,
    User,
    WorkingGroup,
)
from models.enums import GroupMemberStatus, RegistrationStatus
from models.enums import RecommendationStatus as R
from models.queries.partner_rooms import spoken_for


@dataclass(frozen=True)
class Applicant:
    """A registration with the partner behind it; `offerings` is how many it has described."""

    registration: Registration
    partner: Partner
    offerings: int


@dataclass(frozen=True)
class RegisteredPartner:
    """A partner of the municipality, and what has happened with it here."""

    partner: Partner
    registration: Registration
    offerings: int
    has_account: bool
    invited: int
    introduced: int


@dataclass(frozen=True)
class GroupRow:
    """A working group with how many sit in it and how many ask to."""

    group: WorkingGroup
    members: int
    requests: int


def applicants(session: Session, municipality_id: int, statuses: Sequence[str]) -> list[Applicant]:
    """Registrations in one of `statuses`: those that wait longest first, decided ones newest first."""
    waiting = col(Registration.status) == RegistrationStatus.APPLIED
    statement = (
        sa.select(Registration, Partner, _offerings())
        .join(Partner, col(Partner.id) == Registration.partner_id)
        .where(col(Registration.municipality_id) == municipality_id, col(Registration.status).in_(statuses))
        .where(spoken_for())
        .order_by(
            sa.case((waiting, col(Registration.applied_at))).asc().nulls_last(),
            col(Registration.decided_at).desc().nulls_last(),
            col(Registration.id).desc(),
        )
        .limit(500)
    )
    return [Applicant(*row) for row in session.exec(statement)]  # type: ignore[call-overload]


def registration_counts(session: Session, municipality_id: int) -> dict[RegistrationStatus, int]:
    """How many registrations stand where."""
    statement = (
        select(col(Registration.status), sa.func.count())
        .where(Registration.municipality_id == municipality_id, spoken_for())
        .group_by(col(Registration.status))
        .order_by(col(Registration.status))
    )
    return dict(session.exec(statement).all())


def registration(session: Session, municipality_id: int, registration_id: int) -> tuple[Registration, Partner] | None:
    """One registration of a municipality with its partner."""
    statement = (
        select(Registration, Partner)
        .join(Partner, col(Partner.id) == Registration.partner_id)
        .where(Registration.id == registration_id, Registration.municipality_id == municipality_id, spoken_for())
    )
    return session.exec(statement).first()


def registered_elsewhere(session: Session, partner_id: int, municipality_id: int) -> list[str]:
    """The other municipalities with which a partner is registered."""
    statement = (
        select(Municipality.name)
        .join(Registration, col(Registration.municipality_id) == Municipality.id)
        .where(
            Registration.partner_id == partner_id,
            Registration.municipality_id != municipality_id,
            Registration.status == RegistrationStatus.REGISTERED,
        )
        .order_by(col(Municipality.code))
    )
    return list(session.exec(statement))


def suspects(session: Session, partner: Partner) -> list[Partner]:
    """Other partners that may be the same organisation: same normalised name, web site, or address."""
    same: list[Any] = [col(Partner.name_key) == partner.name_key]
    noted = partner.provenance.get("lookalikes")
    same += [col(Partner.id).in_(noted)] if isinstance(noted, list) and noted else []
    same += [col(Partner.website) == partner.website] if partner.website else []
    numbered = any(character.isdigit() for character in partner.address)  # a town alone says nothing
    same += [col(Partner.address) == partner.address] if numbered else []
    statement = select(Partner).where(sa.or_(*same), Partner.id != partner.id)
    return list(session.exec(statement.order_by(col(Partner.id)).limit(10)))


def people(session: Session, partner_id: int) -> list[User]:
    """Who signs in for a partner, confirmed or not."""
    statement = (
        select(User)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(Membership.partner_id == partner_id, User.active)
        .order_by(col(User.id))
    )
    return list(session.exec(statement))


def partner_ids(
    session: Session, municipality_id: int, kinds: Sequence[str] = (), industries: Sequence[str] = ()
) -> list[int]:
    """The partners that are registered with a municipality, by name."""
    statement = (
        select(col(Partner.id))
        .join(Registration, col(Registration.partner_id) == Partner.id)
        .where(Registration.municipality_id == municipality_id, Registration.status == RegistrationStatus.REGISTERED)
        .order_by(col(Partner.name_key), col(Partner.id))
    )
    if kinds:
        statement = statement.where(col(Partner.kind).in_(kinds))
    if industries:
        statement = statement.where(col(Partner.industry).in_(industries))
    return [key for key in session.exec(statement) if key is not None]


def partner_rows(session: Session, municipality_id: int, ids: Sequence[int]) -> list[RegisteredPartner]:
    """These partners of a municipality, in the order of `ids`; one query."""
    if not ids:
        return []
    account = sa.exists().where(col(Membership.partner_id) == Partner.id)
    statement = (
        sa.select(Partner, Registration, _offerings(), account, _here(municipality_id), _here(municipality_id, True))
        .join(Registration, col(Registration.partner_id) == Partner.id)
        .where(col(Registration.municipality_id) == municipality_id, col(Partner.id).in_(ids))
        .order_by(col(Partner.id))
    )
    found = {row[0].pk: RegisteredPartner(*row) for row in session.exec(statement)}  # type: ignore[call-overload]
    return [found[key] for key in ids if key in found]


def _offerings() -> Any:
    return sa.select(sa.func.count()).where(col(Offering.partner_id) == Partner.id).scalar_subquery()


def _here(municipality_id: int, introduced: bool = False) -> Any:
    """How often the office has invited a partner, or introduced it."""
    statement = sa.select(sa.func.count()).where(
        col(Recommendation.partner_id) == Partner.id, col(Recommendation.municipality_id) == municipality_id
    )
    if introduced:
        statement = statement.join(Introduction, col(Introduction.recommendation_id) == Recommendation.id)
    else:
        statement = statement.where(col(Recommendation.status).in_((R.INVITED, R.INTRODUCED, R.REFUSED, R.LAPSED)))
    return statement.select_from(Recommendation).scalar_subquery()


def partners_named(session: Session, text: str, *, limit: int = 20) -> list[Partner]:
    """Registered partners whose name holds `text`, for adding one by hand."""
    anywhere = select(Registration.partner_id).where(Registration.status == RegistrationStatus.REGISTERED)
    statement = (
        select(Partner)
        .where(col(Partner.name).icontains(text, autoescape=True), col(Partner.id).in_(anywhere))
        .order_by(col(Partner.name_key), col(Partner.id))
        .limit(limit)
    )
    return list(session.exec(statement))


def groups(session: Session, municipality_id: int) -> list[GroupRow]:
    """The working groups of a municipality with their numbers, the busiest desk first."""
    statement = (
        sa.select(WorkingGroup, _seats(GroupMemberStatus.MEMBER), _seats(GroupMemberStatus.REQUESTED))
        .where(col(WorkingGroup.municipality_id) == municipality_id)
        .order_by(col(WorkingGroup.status), col(WorkingGroup.name), col(WorkingGroup.id))
    )
    return [GroupRow(*row) for row in session.exec(statement)]  # type: ignore[call-overload]


def _seats(status: GroupMemberStatus) -> Any:
    return (
        sa.select(sa.func.count())
        .where(col(GroupMember.group_id) == WorkingGroup.id, col(GroupMember.status) == status)
        .scalar_subquery()
    )
