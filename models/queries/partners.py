"""Reads of partners as the public sees them: registered ones by filter, and one with its offerings and its history."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    GroupMember,
    Municipality,
    Offering,
    Partner,
    PartnerRegion,
    PartnerTarget,
    Registration,
    WorkingGroup,
    reference,
)
from models.enums import GroupMemberStatus, GroupStatus, RegistrationStatus

EVERYWHERE = "00"


@dataclass(frozen=True)
class PartnerFilter:
    """What a visitor narrows the list down to; an empty field is no condition."""

    kinds: Sequence[str] = ()
    industries: Sequence[str] = ()
    regions: Sequence[str] = ()
    goals: Sequence[int] = ()
    municipalities: Sequence[str] = ()
    stages: Sequence[str] = ()


@dataclass(frozen=True)
class PartnerCard:
    """A partner as a list shows it."""

    partner: Partner
    goals: tuple[int, ...]
    offerings: tuple[str, ...]


@dataclass(frozen=True)
class PartnerDetail:
    """A partner as its page shows it; people and addresses of people are no part of it.

    `regions` are codes, with the municipality where the code is one's own.
    """

    partner: Partner
    offerings: tuple[Offering, ...]
    regions: tuple[tuple[str, Municipality | None], ...]
    targets: tuple[PartnerTarget, ...]
    registrations: tuple[tuple[Registration, Municipality], ...]
    groups: tuple[tuple[WorkingGroup, Municipality], ...]

    @property
    def public(self) -> bool:
        """Whether a municipality has registered it."""
        return any(r.status is RegistrationStatus.REGISTERED for r, _ in self.registrations)


def ids(session: Session, wanted: PartnerFilter, order: str) -> list[int]:
    """The keys of every registered partner that `wanted` lets through; `order` is "name" or "newest". One query."""
    first = col(Partner.name_key).asc() if order == "name" else col(Partner.created_at).desc()
    statement = select(col(Partner.id)).where(*_conditions(wanted)).order_by(first, col(Partner.id))
    return [key for key in session.exec(statement) if key is not None]


def named(session: Session, text: str) -> list[int]:
    """The keys of the partners whose name holds `text`, whatever legal form is written beside it; by name."""
    if not text:
        return []
    called = col(Partner.name).icontains(text, autoescape=True)
    bare = col(Partner.name_key).contains(reference.normalise_name(text), autoescape=True)
    statement = select(Partner.id).where(sa.or_(called, bare)).order_by(col(Partner.name_key), col(Partner.id))
    return [key for key in session.exec(statement) if key is not None]


def registered_ids(municipalities: Sequence[str] = ()) -> Any:
    """The keys of partners that a municipality (of `municipalities`, if any are named) has registered."""
    statement = select(Registration.partner_id).where(Registration.status == RegistrationStatus.REGISTERED)
    if municipalities:
        towns = select(Municipality.id).where(col(Municipality.code).in_(municipalities))
        statement = statement.where(col(Registration.municipality_id).in_(towns))
    return statement


def registered_among(session: Session, keys: Collection[int]) -> frozenset[int]:
    """Which of `keys` are registered partners, whom the public may read about; no query without keys."""
    if not keys:
        return frozenset()
    return frozenset(session.exec(registered_ids().where(col(Registration.partner_id).in_(list(keys)))))


def _conditions(wanted: PartnerFilter) -> list[Any]:
    key = col(Partner.id)
    conditions: list[Any] = [key.in_(registered_ids(wanted.municipalities))]
    if wanted.kinds:
        conditions.append(col(Partner.kind).in_(wanted.kinds))
    if wanted.industries:
        conditions.append(col(Partner.industry).in_(wanted.industries))
    if wanted.goals:
        conditions.append(key.in_(select(PartnerTarget.partner_id).where(col(PartnerTarget.goal).in_(wanted.goals))))
    if wanted.stages:
        conditions.append(key.in_(select(Offering.partner_id).where(col(Offering.stage).in_(wanted.stages))))
    if wanted.regions:
        region = col(PartnerRegion.region)
        served = sa.or_(region == EVERYWHERE, *(region.startswith(code, autoescape=True) for code in wanted.regions))
        conditions.append(key.in_(select(PartnerRegion.partner_id).where(served)))
    return conditions


def cards(session: Session, keys: Iterable[int]) -> list[PartnerCard]:
    """Cards for `keys`, in their order. Three queries."""
    wanted = list(keys)
    if not wanted:
        return []
    rows = session.exec(select(Partner).where(col(Partner.id).in_(wanted)).order_by(col(Partner.id)))
    found = {partner.pk: partner for partner in rows}
    goals: dict[int, list[int]] = {}
    targets = (
        select(PartnerTarget.partner_id, PartnerTarget.goal)
        .where(col(PartnerTarget.partner_id).in_(wanted))
        .distinct()
        .order_by(col(PartnerTarget.partner_id), col(PartnerTarget.goal))
    )
    for key, goal in session.exec(targets):
        goals.setdefault(key, []).append(goal)
    titles: dict[int, list[str]] = {}
    offerings = (
        select(Offering.partner_id, Offering.title)
        .where(col(Offering.partner_id).in_(wanted))
        .order_by(col(Offering.partner_id), col(Offering.position), col(Offering.id))
    )
    for key, title in session.exec(offerings):
        titles.setdefault(key, []).append(title)
    return [
        PartnerCard(found[key], tuple(goals.get(key, ())), tuple(titles.get(key, ()))) for key in wanted if key in found
    ]


def detail(session: Session, partner_id: int) -> PartnerDetail | None:
    """A partner with everything public about it; six queries."""
    partner = session.get(Partner, partner_id)
    if partner is None:
        return None
    of = partner_id
    offerings = select(Offering).where(Offering.partner_id == of).order_by(col(Offering.position), col(Offering.id))
    regions = (
        select(PartnerRegion.region, Municipality)
        .outerjoin(Municipality, col(Municipality.code) == PartnerRegion.region)
        .where(PartnerRegion.partner_id == of)
        .order_by(col(PartnerRegion.region))
    )
    targets = select(PartnerTarget).where(PartnerTarget.partner_id == of).order_by(col(PartnerTarget.id))
    registrations = (
        select(Registration, Municipality)
        .join(Municipality, col(Municipality.id) == Registration.municipality_id)
        .where(Registration.partner_id == of)
        .order_by(col(Municipality.code))
    )
    groups = (
        select(WorkingGroup, Municipality)
        .join(GroupMember, col(GroupMember.group_id) == WorkingGroup.id)
        .join(Municipality, col(Municipality.id) == WorkingGroup.municipality_id)
        .where(GroupMember.partner_id == of, GroupMember.status == GroupMemberStatus.MEMBER)
        .where(col(WorkingGroup.status).not_in((GroupStatus.PROPOSED, GroupStatus.REFUSED)))
        .order_by(col(WorkingGroup.name), col(WorkingGroup.id))
    )
    return PartnerDetail(
        partner,
        tuple(session.exec(offerings)),
        tuple(session.exec(regions)),
        tuple(sorted(session.exec(targets), key=lambda row: reference.target_place(row.target))),
        tuple(session.exec(registrations)),
        tuple(session.exec(groups)),
    )


def standings(session: Session, partner_id: int) -> frozenset[RegistrationStatus]:
    """Where a partner stands with the municipalities it has applied to."""
    statement = (
        select(col(Registration.status))
        .where(Registration.partner_id == partner_id)
        .distinct()
        .order_by(col(Registration.status))
    )
    return frozenset(session.exec(statement))
