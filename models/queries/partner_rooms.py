"""Reads of partners for their own rooms and for the services: their parts, their look-alikes, their registrations."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, exists, select

from models import (
    Challenge,
    GroupMember,
    IndexChange,
    Interest,
    Membership,
    Municipality,
    Offering,
    Partner,
    PartnerRegion,
    PartnerTarget,
    Passage,
    Recommendation,
    Registration,
    User,
    WorkingGroup,
    reference,
)
from models.enums import ChallengeStatus, EntityType, GroupMemberStatus, RecommendationStatus, RegistrationStatus


@dataclass(frozen=True)
class Place:
    """A municipality by its names."""

    name: str
    name_en: str


@dataclass(frozen=True)
class OpenChallenge:
    """A challenge as the list of what fits shows it."""

    id: int
    title: str
    status: ChallengeStatus
    town: Place


@dataclass(frozen=True)
class Said:
    """What a partner has said so far, beside its profile; `thin` when an offering is hardly described."""

    offering: bool
    thin: bool
    track_record: bool
    asks: bool
    regions: bool
    targets: bool


@dataclass(frozen=True)
class Front:
    """A partner with its registrations, the newest application first, what it has said, and how far the index is.

    `read` when the index has read it at all, `waiting` when changes wait to be read.
    """

    partner: Partner
    registrations: list[tuple[Registration, Municipality]]
    said: Said
    read: bool
    waiting: bool

    @property
    def registered(self) -> bool:
        """Whether any municipality has registered it."""
        return any(row.status is RegistrationStatus.REGISTERED for row, _ in self.registrations)

    @property
    def heard(self) -> bool:
        """Whether any municipality has answered; before that nobody can have invited or admitted it."""
        return any(row.status is not RegistrationStatus.APPLIED for row, _ in self.registrations)


def by_number(session: Session, number: str) -> Partner | None:
    """The partner with this 法人番号."""
    return session.exec(select(Partner).where(Partner.corporate_number == number)).first()


def by_name(session: Session, name_key: str, prefecture: str) -> list[Partner]:
    """Partners of the same normalised name in the same prefecture; an unknown prefecture may be any."""
    statement = select(Partner).where(Partner.name_key == name_key)
    if prefecture:
        statement = statement.where(col(Partner.prefecture).in_((prefecture, "")))
    return list(session.exec(statement.order_by(col(Partner.id)).limit(10)))


def public_among(session: Session, partner_ids: Collection[int]) -> set[int]:
    """Which of these partners the public may know: those registered somewhere."""
    if not partner_ids:
        return set()
    statement = select(Registration.partner_id).where(
        col(Registration.partner_id).in_(partner_ids), Registration.status == RegistrationStatus.REGISTERED
    )
    return set(session.exec(statement))


def offerings(session: Session, partner_id: int) -> list[Offering]:
    """What a partner offers, in its own order."""
    statement = select(Offering).where(Offering.partner_id == partner_id)
    return list(session.exec(statement.order_by(col(Offering.position), col(Offering.id))))


def regions(session: Session, partner_id: int) -> list[str]:
    """The codes of the regions that a partner serves."""
    statement = select(PartnerRegion.region).where(PartnerRegion.partner_id == partner_id)
    return list(session.exec(statement.order_by(col(PartnerRegion.region))))


def region_rows(session: Session, partner_id: int, codes: Collection[str]) -> list[PartnerRegion]:
    """The rows behind these of a partner's regions."""
    if not codes:
        return []
    statement = select(PartnerRegion).where(
        PartnerRegion.partner_id == partner_id, col(PartnerRegion.region).in_(codes)
    )
    return list(session.exec(statement.order_by(col(PartnerRegion.id))))


def targets(session: Session, partner_id: int) -> list[PartnerTarget]:
    """The SDG targets that a partner serves, in the order of the 2030 Agenda."""
    statement = select(PartnerTarget).where(PartnerTarget.partner_id == partner_id).order_by(col(PartnerTarget.id))
    return sorted(session.exec(statement), key=lambda row: reference.target_place(row.target))


def municipalities(session: Session) -> list[Municipality]:
    """Every municipality by code."""
    return list(session.exec(select(Municipality).order_by(col(Municipality.code))))


def registrations(session: Session, partner_id: int) -> list[tuple[Registration, Municipality]]:
    """Where a partner is or was registered, the newest application first."""
    statement = (
        select(Registration, Municipality)
        .join(Municipality, col(Municipality.id) == col(Registration.municipality_id))
        .where(Registration.partner_id == partner_id)
        .order_by(col(Registration.applied_at).desc(), col(Registration.id).desc())
    )
    return list(session.exec(statement))


def registration_at(session: Session, partner_id: int, municipality_id: int) -> Registration | None:
    """A partner's place in one municipality's scheme."""
    statement = select(Registration).where(
        Registration.partner_id == partner_id, Registration.municipality_id == municipality_id
    )
    return session.exec(statement).first()


def applications(session: Session, partner_ids: Collection[int]) -> list[Registration]:
    """The undecided registrations of these partners."""
    statement = select(Registration).where(
        col(Registration.partner_id).in_(partner_ids), Registration.status == RegistrationStatus.APPLIED
    )
    return list(session.exec(statement.order_by(col(Registration.id))))


def spoken_for() -> Any:
    """A condition: an application waits for the office only once somebody of the partner has confirmed an address.

    A partner without any account, as an import makes it, does not wait for one.
    """
    seat = col(Membership.partner_id) == col(Registration.partner_id)
    confirmed = exists().where(seat, col(Membership.user_id) == col(User.id), col(User.email_confirmed_at).is_not(None))
    return sa.or_(col(Registration.status) != RegistrationStatus.APPLIED, confirmed, ~exists().where(seat))


def partners_of_user(session: Session, user_id: int) -> list[int]:
    """The partners for which a person signs in."""
    statement = select(Membership.partner_id).where(
        Membership.user_id == user_id, col(Membership.partner_id).is_not(None)
    )
    return [key for key in session.exec(statement.order_by(col(Membership.id))) if key is not None]


def open_invitations(
    session: Session, partner_id: int, municipality_id: int, statuses: Collection[RecommendationStatus]
) -> list[Recommendation]:
    """Recommendations of a partner by one municipality that stand in one of `statuses`."""
    statement = select(Recommendation).where(
        Recommendation.partner_id == partner_id,
        Recommendation.municipality_id == municipality_id,
        col(Recommendation.status).in_(statuses),
    )
    return list(session.exec(statement.order_by(col(Recommendation.id))))


def groups(session: Session, partner_id: int) -> list[tuple[GroupMember, WorkingGroup, Municipality]]:
    """The working groups that a partner sits in or has asked to join."""
    statement = (
        select(GroupMember, WorkingGroup, Municipality)
        .join(WorkingGroup, col(WorkingGroup.id) == col(GroupMember.group_id))
        .join(Municipality, col(Municipality.id) == col(WorkingGroup.municipality_id))
        .where(
            GroupMember.partner_id == partner_id,
            col(GroupMember.status).in_((GroupMemberStatus.MEMBER, GroupMemberStatus.REQUESTED)),
        )
        .order_by(col(WorkingGroup.name), col(GroupMember.id))
    )
    return list(session.exec(statement))


def interests(session: Session, partner_id: int) -> list[tuple[Interest, Challenge, Municipality]]:
    """The challenges in which a partner has shown interest, the newest first."""
    statement = (
        select(Interest, Challenge, Municipality)
        .join(Challenge, col(Challenge.id) == col(Interest.challenge_id))
        .join(Municipality, col(Municipality.id) == col(Challenge.municipality_id))
        .where(Interest.partner_id == partner_id)
        .order_by(col(Interest.created_at).desc(), col(Interest.id).desc())
    )
    return list(session.exec(statement))


def open_challenges(session: Session) -> dict[int, OpenChallenge]:
    """The challenges that anybody may answer now, with no more of each than a list shows."""
    statement = (
        sa.select(
            col(Challenge.id),
            col(Challenge.title),
            col(Challenge.status),
            col(Municipality.name),
            col(Municipality.name_en),
        )
        .join(Municipality, col(Municipality.id) == col(Challenge.municipality_id))
        .where(col(Challenge.status).in_((ChallengeStatus.PUBLISHED, ChallengeStatus.IN_DIALOGUE)))
        .order_by(col(Challenge.id))
    )
    return {
        key: OpenChallenge(key, title, status, Place(name, name_en))
        for key, title, status, name, name_en in session.execute(statement)
    }


def partners(session: Session, ids: Collection[int]) -> dict[int, Partner]:
    """These partners by key."""
    if not ids:
        return {}
    statement = select(Partner).where(col(Partner.id).in_(ids)).order_by(col(Partner.id))
    return {partner.pk: partner for partner in session.exec(statement)}


def reading(session: Session, partner_id: int) -> tuple[bool, bool]:
    """How far the index is with a partner: (has it been read at all, are changes waiting to be read)."""
    read, waiting = session.execute(sa.select(*_reading(partner_id))).one()
    return bool(read), bool(waiting)


def front(session: Session, partner_id: int, *, enough: int) -> Front | None:
    """What the first page says about a partner; one query. An offering of fewer than `enough` characters is thin."""
    own = col(Offering.partner_id) == partner_id
    parts = (
        exists().where(own),
        exists().where(own, sa.func.length(Offering.description) < enough),
        exists().where(own, col(Offering.track_record) != ""),
        exists().where(own, col(Offering.asks) != ""),
        exists().where(col(PartnerRegion.partner_id) == partner_id),
        exists().where(col(PartnerTarget.partner_id) == partner_id),
    )
    rows = session.execute(_standing(partner_id, *parts, *_reading(partner_id))).all()
    if not rows:
        return None
    partner, _, _, *found, read, waiting = rows[0]
    standing = [(row[1], row[2]) for row in rows if row[1] is not None]
    return Front(partner, standing, Said(*map(bool, found)), bool(read), bool(waiting))


def _reading(partner_id: int) -> tuple[Any, Any]:
    read = exists().where(col(Passage.entity_type) == EntityType.PARTNER, col(Passage.entity_id) == partner_id)
    waiting = exists().where(
        col(IndexChange.entity_type) == EntityType.PARTNER, col(IndexChange.entity_id) == partner_id
    )
    return read, waiting


def _standing(partner_id: int, *more: Any) -> Any:
    return (
        sa.select(Partner, Registration, Municipality, *more)
        .outerjoin(Registration, col(Registration.partner_id) == col(Partner.id))
        .outerjoin(Municipality, col(Municipality.id) == col(Registration.municipality_id))
        .where(col(Partner.id) == partner_id)
        .order_by(col(Registration.applied_at).desc(), col(Registration.id).desc())
    )
