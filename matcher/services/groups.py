"""Working groups (分科会 / 専門部会 / 協議会): founding one, joining it, leaving it, and who is let in."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.lifecycles import GROUP_MEMBER, PUBLIC_GROUP
from matcher.policy import Actor, Subject
from matcher.services import flow, group_seats, notices
from matcher.services.challenge_data import today
from matcher.services.group_data import GroupData
from models import GroupInvitation, GroupMember, Partner, WorkingGroup
from models.enums import GroupMemberStatus, GroupRole, GroupStatus, JoinRule, RegistrationStatus
from models.queries import group_rooms, recipients
from models.queries import groups as queries
from models.queries.partners import standings
from models.queries.recommendations import candidates

PRESENT = frozenset({GroupMemberStatus.MEMBER, GroupMemberStatus.REQUESTED})


def found(session: Session, actor: Actor, municipality_id: int, data: GroupData, *, now: datetime) -> WorkingGroup:
    """Start a group at a municipality.

    Raises NotFound or NotAllowed for anybody but its coordinators, or Invalid.
    """
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "city.coordinate", subject)
    check_name(session, municipality_id, data)
    on = today(now)
    dates: dict[str, Any] = {"founded": on.isoformat(), "last_active_on": on, "created_at": now, "updated_at": now}
    row = WorkingGroup(municipality_id=municipality_id, **data.columns(), **dates)
    session.add(row)
    flow.record(session, actor, "group.founded", row, subject, now)
    return row


def edit(
    session: Session, actor: Actor, group_id: int, data: GroupData, *, version: int | None = None, now: datetime
) -> WorkingGroup:
    """Change what a group says of itself and how one joins.

    Raises NotFound, NotAllowed, Invalid, or Conflict when somebody else changed it meanwhile.
    """
    group = flow.locked(session, WorkingGroup, group_id)
    policy.require(actor, "city.coordinate", flow.of_municipality(group.municipality_id))
    flow.check_version(group, version, data.columns())
    check_name(session, group.municipality_id, data, besides=group_id)
    for column, value in data.columns().items():
        setattr(group, column, value)
    group.updated_at = now
    flow.record(session, actor, "group.edited", group, group_seats.of_group(group), now)
    return group


def check_name(session: Session, municipality_id: int, data: GroupData, besides: int | None = None) -> None:
    """Raises Invalid for words that cannot stand, or a name that another group there bears."""
    data.check()
    if queries.named(session, municipality_id, data.name.strip(), besides) is not None:
        raise Invalid({"name": "group_exists"})


def join(session: Session, actor: Actor, group_id: int, partner_id: int, *, now: datetime) -> GroupMember:
    """Become a member of an open group at once, or ask a group that decides; twice is harmless.

    A partner whose registration is still being examined asks everywhere; an invited one is let in at once. Raises
    InvalidTransition for a group that has ended, NotAllowed for a partner that does not meet the conditions.
    """
    group = flow.locked(session, WorkingGroup, group_id)
    subject = _subject(group, partner_id)
    policy.require(actor, "group.join", subject)
    if group.status not in PUBLIC_GROUP:
        raise NotFound()
    if group.status is GroupStatus.CLOSED:
        raise InvalidTransition("group", "join", group.status)
    action = _way_in(session, group, partner_id)
    row = queries.member(session, group_id, partner_id)
    if row is not None and row.status in PRESENT:
        return row
    if row is None:
        row = _first_time(session, actor, group, partner_id, action, now)
    else:
        flow.move(session, actor, GROUP_MEMBER, row, action, subject, now)
    _enter(session, group, row, now)
    _tell_those_in_charge(session, "group_joined" if action == "join" else "group_requested", group, row, now)
    return row


def _way_in(session: Session, group: WorkingGroup, partner_id: int) -> str:
    if group_rooms.invitation(session, group.pk, partner_id) is not None:
        return "join"
    if not welcomes(group, flow.get(session, Partner, partner_id)):
        raise NotAllowed("group_kind")
    held = standings(session, partner_id)
    if RegistrationStatus.REGISTERED in held or not group.needs_registration:
        return "join" if group.join_rule is JoinRule.OPEN else "request"
    if RegistrationStatus.APPLIED in held:
        return "request"
    raise NotAllowed("no_registration")


def welcomes(group: WorkingGroup, partner: Partner) -> bool:
    """Whether the group takes partners of this kind."""
    return not group.kinds or partner.kind.value in group.kinds


def _first_time(
    session: Session, actor: Actor, group: WorkingGroup, partner_id: int, action: str, now: datetime
) -> GroupMember:
    status = GroupMemberStatus.MEMBER if action == "join" else GroupMemberStatus.REQUESTED
    row = GroupMember(group_id=group.pk, partner_id=partner_id, status=status, created_at=now, updated_at=now)
    session.add(row)
    event = "group_member.joined" if action == "join" else "group_member.requested"
    flow.record(session, actor, event, row, _subject(group, partner_id), now, after=str(status))
    return row


def _enter(session: Session, group: WorkingGroup, row: GroupMember, now: datetime) -> None:
    entered = row.status is GroupMemberStatus.MEMBER
    row.left_at, row.joined_at = None, now if entered else None
    if entered:
        group_seats.touch(group, now)
        invitation = group_rooms.invitation(session, group.pk, row.partner_id)
        if invitation is not None:
            session.delete(invitation)
    session.flush()


def leave(session: Session, actor: Actor, group_id: int, partner_id: int, *, now: datetime) -> GroupMember:
    """Give up the partner's seat, or take its request back; twice is harmless.

    Raises NotFound when the partner never had anything to do with the group.
    """
    group = flow.locked(session, WorkingGroup, group_id)
    policy.require(actor, "group.join", _subject(group, partner_id))
    row = queries.member(session, group_id, partner_id)
    if row is None:
        raise NotFound()
    if row.status is GroupMemberStatus.LEFT:
        return row
    flow.move(session, actor, GROUP_MEMBER, row, "leave", _subject(group, partner_id), now)
    row.left_at, row.role = now, GroupRole.MEMBER
    session.flush()
    _tell_those_in_charge(session, "group_left", group, row, now)
    return row


def admit(session: Session, actor: Actor, member_id: int, *, now: datetime) -> GroupMember:
    """Let a partner in that asked to join; twice is harmless."""
    row, group = _asked(session, actor, member_id, "admit")
    if row.status is GroupMemberStatus.MEMBER:
        return row
    group_seats.require_running(group, "admit")
    flow.move(session, actor, GROUP_MEMBER, row, "admit", group_seats.for_officers(session, group), now)
    _enter(session, group, row, now)
    _tell_partner(session, "group_admitted", group, row, now)
    return row


def decline(session: Session, actor: Actor, member_id: int, *, now: datetime) -> GroupMember:
    """Turn down a partner that asked to join; twice is harmless."""
    row, group = _asked(session, actor, member_id, "decline")
    if row.status is GroupMemberStatus.DECLINED:
        return row
    flow.move(session, actor, GROUP_MEMBER, row, "decline", group_seats.for_officers(session, group), now)
    session.flush()
    _tell_partner(session, "group_declined", group, row, now)
    return row


def _asked(session: Session, actor: Actor, member_id: int, action: str) -> tuple[GroupMember, WorkingGroup]:
    group = group_seats.locked_around(session, GroupMember, member_id)
    policy.require(actor, f"group_member.{action}", group_seats.for_officers(session, group))
    return flow.locked(session, GroupMember, member_id), group


def give_role(session: Session, actor: Actor, member_id: int, role: GroupRole, *, now: datetime) -> GroupMember:
    """Make a member chair, vice-chair or secretary, or an ordinary member again; a group has one chair.

    Coordinators and the chair do so. Raises InvalidTransition for somebody who is no member.
    """
    group = group_seats.locked_around(session, GroupMember, member_id)
    policy.require(actor, "group.run", group_seats.for_chair(session, group))
    row = flow.locked(session, GroupMember, member_id)
    if row.status is not GroupMemberStatus.MEMBER:
        raise InvalidTransition("group_member", "give_role", row.status)
    if role is GroupRole.CHAIR:
        for former in group_rooms.in_role(session, group.pk, GroupRole.CHAIR):
            former.role, former.updated_at = GroupRole.MEMBER, now
    row.role, row.updated_at = role, now
    flow.record(session, actor, "group_member.role_given", row, _subject(group, row.partner_id), now, role=str(role))
    return row


def invite(session: Session, actor: Actor, group_id: int, partner_ids: Iterable[int], *, now: datetime) -> int:
    """Tell registered partners that the group would like to have them; gives how many were told.

    Who sits there, has asked, or was invited before is not told again. Officers and coordinators invite.
    """
    group = flow.locked(session, WorkingGroup, group_id)
    policy.require(actor, "group.run", group_seats.for_officers(session, group))
    group_seats.require_running(group, "invite")
    wanted = set(partner_ids) & candidates(session)
    return sum(_invite(session, actor, group, partner_id, now) for partner_id in sorted(wanted))


def _invite(session: Session, actor: Actor, group: WorkingGroup, partner_id: int, now: datetime) -> bool:
    seat = queries.member(session, group.pk, partner_id)
    if seat is not None and seat.status in PRESENT:
        return False
    if group_rooms.invitation(session, group.pk, partner_id) is not None:
        return False
    row = GroupInvitation(group_id=group.pk, partner_id=partner_id, created_at=now)
    session.add(row)
    flow.record(session, actor, "group.member_invited", group, _subject(group, partner_id), now)
    people = recipients.people_of_partner(session, partner_id)
    notices.mail_all(
        session, "group_invited", people, f"{row.pk}", now, **group_seats.names(session, group, partner_id)
    )
    return True


def _subject(group: WorkingGroup, partner_id: int) -> Subject:
    """Groups are public; a seat in one concerns the partner and the municipality."""
    return Subject(group.municipality_id, frozenset({partner_id}), public=group.status in PUBLIC_GROUP)


def _tell_those_in_charge(
    session: Session, template: str, group: WorkingGroup, row: GroupMember, now: datetime
) -> None:
    """The coordinators, and the officers that the group has."""
    said = group_seats.names(session, group, row.partner_id)
    people = recipients.coordinators_of(session, group.municipality_id)
    notices.mail_all(session, template, people, _key(row), now, **said)
    officers = group_rooms.people(session, group.pk, group_seats.OFFICERS)
    notices.mail_all(session, template, officers, _key(row), now, **said)


def _tell_partner(session: Session, template: str, group: WorkingGroup, row: GroupMember, now: datetime) -> None:
    people = recipients.people_of_partner(session, row.partner_id)
    said = group_seats.names(session, group, row.partner_id)
    notices.mail_all(session, template, people, _key(row), now, **said)


def _key(row: GroupMember) -> str:
    """Each step is told once; a later step has a later version."""
    return f"{row.pk}-{row.version}"
