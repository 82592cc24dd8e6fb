"""Reads of working groups (分科会 / 専門部会 / 協議会) and of who sits in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import GroupMember, Municipality, Partner, WorkingGroup
from models.enums import GroupMemberStatus, GroupRole, GroupStatus
from models.queries.partners import registered_among

RUNNING = (GroupStatus.ACTIVE, GroupStatus.DORMANT)
#: what lists show to everybody: founded, whether or not it has ended
PUBLIC = (*RUNNING, GroupStatus.CLOSED)


@dataclass(frozen=True)
class GroupFilter:
    """What a visitor narrows the list down to; an empty field is no condition. `text` must occur as it stands."""

    text: str = ""
    municipalities: Sequence[str] = ()
    goals: Sequence[int] = ()
    kinds: Sequence[str] = ()
    statuses: Sequence[str] = ()


@dataclass(frozen=True)
class GroupCard:
    """A group as a list shows it."""

    group: WorkingGroup
    municipality: Municipality
    members: int


@dataclass(frozen=True)
class Seat:
    """A partner in a group; `public` when the public can read about it here."""

    member: GroupMember
    partner: Partner
    public: bool


@dataclass(frozen=True)
class GroupDetail:
    """A group as its page shows it; `seats` are those of present members."""

    group: WorkingGroup
    municipality: Municipality
    seats: tuple[Seat, ...]


def ids(session: Session, wanted: GroupFilter) -> list[int]:
    """The keys of every group that `wanted` lets through: active ones first, then by name. One query."""
    statement = (
        select(col(WorkingGroup.id))
        .join(Municipality, col(Municipality.id) == WorkingGroup.municipality_id)
        .where(*_conditions(wanted))
        .order_by(_ended(), col(WorkingGroup.name), col(WorkingGroup.id))
    )
    return [key for key in session.exec(statement) if key is not None]


def _ended() -> Any:
    rank = {GroupStatus.ACTIVE: 0, GroupStatus.DORMANT: 1, GroupStatus.CLOSED: 2}
    return sa.case(*((col(WorkingGroup.status) == status, place) for status, place in rank.items()), else_=3)


def _conditions(wanted: GroupFilter) -> list[Any]:
    conditions: list[Any] = [col(WorkingGroup.status).in_(PUBLIC)]
    if wanted.text:
        columns = (col(WorkingGroup.name), col(WorkingGroup.purpose), col(Municipality.name))
        conditions += [
            sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in wanted.text.split()[:8]
        ]
    if wanted.municipalities:
        conditions.append(col(Municipality.code).in_(wanted.municipalities))
    if wanted.kinds:
        conditions.append(col(WorkingGroup.kind).in_(wanted.kinds))
    if wanted.statuses:
        conditions.append(col(WorkingGroup.status).in_(wanted.statuses))
    if wanted.goals:
        conditions.append(sa.or_(*(_has_goal(goal) for goal in wanted.goals)))
    return conditions


def _has_goal(goal: int) -> Any:
    """Whether the JSON list holds `goal`: [3, 11] is compared as ,3,11, which both databases can do."""
    text: Any = sa.cast(col(WorkingGroup.goals), sa.Text)
    for gone in "[] ":
        text = sa.func.replace(text, gone, "")
    return ("," + text + ",").contains(f",{goal},")


def cards(session: Session, keys: Iterable[int]) -> list[GroupCard]:
    """Cards for `keys`, in their order. One query."""
    wanted = list(keys)
    found = {card.group.pk: card for card in _cards(session, col(WorkingGroup.id).in_(wanted))} if wanted else {}
    return [found[key] for key in wanted if key in found]


def active(session: Session) -> list[GroupCard]:
    """Every group in which something happens, by name. One query."""
    return _cards(session, WorkingGroup.status == GroupStatus.ACTIVE)


def of_municipality(session: Session, municipality_id: int) -> list[GroupCard]:
    """The groups of one municipality that have not ended. One query."""
    here = WorkingGroup.municipality_id == municipality_id
    return _cards(session, here, col(WorkingGroup.status).in_(RUNNING))


def _cards(session: Session, *conditions: Any) -> list[GroupCard]:
    members = (
        select(sa.func.count(col(GroupMember.id)))
        .where(GroupMember.group_id == col(WorkingGroup.id), GroupMember.status == GroupMemberStatus.MEMBER)
        .scalar_subquery()
    )
    statement = (
        select(WorkingGroup, Municipality, members)
        .join(Municipality, col(Municipality.id) == WorkingGroup.municipality_id)
        .where(*conditions)
        .order_by(_ended(), col(WorkingGroup.name), col(WorkingGroup.id))
    )
    return [GroupCard(group, town, count or 0) for group, town, count in session.exec(statement)]


def detail(session: Session, group_id: int) -> GroupDetail | None:
    """A group, whatever its status, with its present members; three queries."""
    statement = (
        select(WorkingGroup, Municipality)
        .join(Municipality, col(Municipality.id) == WorkingGroup.municipality_id)
        .where(WorkingGroup.id == group_id)
    )
    found = session.exec(statement).first()
    return None if found is None else GroupDetail(*found, seats(session, group_id, GroupMemberStatus.MEMBER))


def seats(session: Session, group_id: int, status: GroupMemberStatus) -> tuple[Seat, ...]:
    """The partners that stand in `status` with a group, the officers first, then by name; two queries."""
    statement = (
        select(GroupMember, Partner)
        .join(Partner, col(Partner.id) == GroupMember.partner_id)
        .where(GroupMember.group_id == group_id, GroupMember.status == status)
        .order_by(_rank(), col(Partner.name_key), col(GroupMember.id))
    )
    rows = list(session.exec(statement))
    public = registered_among(session, [partner.pk for _, partner in rows])
    return tuple(Seat(member, partner, partner.pk in public) for member, partner in rows)


def _rank() -> Any:
    ranks = (GroupRole.CHAIR, GroupRole.VICE_CHAIR, GroupRole.SECRETARY)
    return sa.case(*((col(GroupMember.role) == role, place) for place, role in enumerate(ranks)), else_=len(ranks))


def member(session: Session, group_id: int, partner_id: int) -> GroupMember | None:
    """The row of a partner in a group, whatever its status."""
    statement = select(GroupMember).where(GroupMember.group_id == group_id, GroupMember.partner_id == partner_id)
    return session.exec(statement).first()


def member_ids(session: Session, group_id: int) -> list[int]:
    """The partners that are members of a group."""
    statement = (
        select(GroupMember.partner_id)
        .where(GroupMember.group_id == group_id, GroupMember.status == GroupMemberStatus.MEMBER)
        .order_by(col(GroupMember.partner_id))
    )
    return list(session.exec(statement))


def named(session: Session, municipality_id: int, name: str, besides: int | None = None) -> WorkingGroup | None:
    """The group of a municipality with exactly this name, other than `besides`; a refused one frees its name."""
    statement = (
        select(WorkingGroup)
        .where(WorkingGroup.municipality_id == municipality_id, WorkingGroup.name == name)
        .where(WorkingGroup.status != GroupStatus.REFUSED, col(WorkingGroup.id).is_distinct_from(besides))
        .order_by(col(WorkingGroup.id))
    )
    return session.exec(statement).first()
