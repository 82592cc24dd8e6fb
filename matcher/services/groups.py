"""Working groups (分科会 / 専門部会 / 協議会): founding one, joining it, leaving it, and who is let in."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.lifecycles import GROUP_MEMBER
from matcher.policy import Actor, Subject
from matcher.services import flow, notices
from matcher.services.challenge_data import today
from models import GroupMember, Municipality, Partner, WorkingGroup
from models.enums import GroupKind, GroupMemberStatus, GroupStatus, JoinRule, RegistrationStatus
from models.queries import groups as queries
from models.queries import recipients
from models.queries.partners import standings

LONGEST_NAME, LONGEST_TEXT = 200, 4_000
GOALS = range(1, 18)
PRESENT = frozenset({GroupMemberStatus.MEMBER, GroupMemberStatus.REQUESTED})


def found(
    session: Session,
    actor: Actor,
    municipality_id: int,
    *,
    name: str,
    kind: GroupKind,
    purpose: str,
    conditions: str,
    join_rule: JoinRule,
    goals: Sequence[int],
    now: datetime,
) -> WorkingGroup:
    """Start a group at a municipality.

    Raises NotFound or NotAllowed for anybody but its coordinators, or Invalid.
    """
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "city.coordinate", subject)
    _check(name, purpose, conditions, goals)
    if queries.named(session, municipality_id, name.strip()) is not None:
        raise Invalid({"name": "group_exists"})
    row = WorkingGroup(
        municipality_id=municipality_id,
        name=name.strip(),
        kind=kind,
        purpose=purpose,
        conditions=conditions,
        join_rule=join_rule,
        goals=sorted(set(goals)),
        founded=today(now).isoformat(),
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    flow.record(session, actor, "group.founded", row, subject, now)
    return row


def _check(name: str, purpose: str, conditions: str, goals: Sequence[int]) -> None:
    found = {field: "required" for field, text in (("name", name), ("purpose", purpose)) if not text.strip()}
    limits = (
        ("name", name, LONGEST_NAME),
        ("purpose", purpose, LONGEST_TEXT),
        ("conditions", conditions, LONGEST_TEXT),
    )
    found |= {field: "too_long" for field, text, longest in limits if len(text) > longest}
    if any(goal not in GOALS for goal in goals):
        found["goals"] = "unknown"
    if found:
        raise Invalid(found)


def join(session: Session, actor: Actor, group_id: int, partner_id: int, *, now: datetime) -> GroupMember:
    """Become a member of an open group at once, or ask a group that decides; twice is harmless.

    A partner whose registration is still being examined asks everywhere. Raises InvalidTransition for a group that
    has ended, NotAllowed for a partner without any registration.
    """
    group = flow.locked(session, WorkingGroup, group_id)
    subject = _subject(group, partner_id)
    policy.require(actor, "group.join", subject)
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
    _enter(session, row, now)
    _tell_coordinators(session, "group_joined" if action == "join" else "group_requested", group, row, now)
    return row


def _way_in(session: Session, group: WorkingGroup, partner_id: int) -> str:
    held = standings(session, partner_id)
    if RegistrationStatus.REGISTERED in held:
        return "join" if group.join_rule is JoinRule.OPEN else "request"
    if RegistrationStatus.APPLIED in held:
        return "request"
    raise NotAllowed("no_registration")


def _first_time(
    session: Session, actor: Actor, group: WorkingGroup, partner_id: int, action: str, now: datetime
) -> GroupMember:
    status = GroupMemberStatus.MEMBER if action == "join" else GroupMemberStatus.REQUESTED
    row = GroupMember(group_id=group.pk, partner_id=partner_id, status=status, created_at=now, updated_at=now)
    session.add(row)
    event = "group_member.joined" if action == "join" else "group_member.requested"
    flow.record(session, actor, event, row, _subject(group, partner_id), now, after=str(status))
    return row


def _enter(session: Session, row: GroupMember, now: datetime) -> None:
    row.left_at = None
    row.joined_at = now if row.status is GroupMemberStatus.MEMBER else None
    session.flush()


def leave(session: Session, actor: Actor, group_id: int, partner_id: int, *, now: datetime) -> GroupMember:
    """Give up the partner's seat, or take its request back; twice is harmless.

    Raises NotFound when the partner never had anything to do with the group.
    """
    group = flow.get(session, WorkingGroup, group_id)
    policy.require(actor, "group.join", _subject(group, partner_id))
    row = queries.member(session, group_id, partner_id)
    if row is None:
        raise NotFound()
    if row.status is GroupMemberStatus.LEFT:
        return row
    flow.move(session, actor, GROUP_MEMBER, row, "leave", _subject(group, partner_id), now)
    row.left_at = now
    session.flush()
    _tell_coordinators(session, "group_left", group, row, now)
    return row


def admit(session: Session, actor: Actor, member_id: int, *, now: datetime) -> GroupMember:
    """Let a partner in that asked to join; twice is harmless."""
    row, group = _asked(session, actor, member_id)
    if row.status is GroupMemberStatus.MEMBER:
        return row
    flow.move(session, actor, GROUP_MEMBER, row, "admit", _subject(group, row.partner_id), now)
    _enter(session, row, now)
    _tell_partner(session, "group_admitted", group, row, now)
    return row


def decline(session: Session, actor: Actor, member_id: int, *, now: datetime) -> GroupMember:
    """Turn down a partner that asked to join; twice is harmless."""
    row, group = _asked(session, actor, member_id)
    if row.status is GroupMemberStatus.DECLINED:
        return row
    flow.move(session, actor, GROUP_MEMBER, row, "decline", _subject(group, row.partner_id), now)
    session.flush()
    _tell_partner(session, "group_declined", group, row, now)
    return row


def _asked(session: Session, actor: Actor, member_id: int) -> tuple[GroupMember, WorkingGroup]:
    row = flow.get(session, GroupMember, member_id)
    group = flow.get(session, WorkingGroup, row.group_id)
    policy.require(actor, "city.coordinate", flow.of_municipality(group.municipality_id))
    return row, group


def _subject(group: WorkingGroup, partner_id: int) -> Subject:
    """Groups are public; a seat in one concerns the partner and the municipality."""
    return Subject(group.municipality_id, frozenset({partner_id}), public=True)


def _tell_coordinators(session: Session, template: str, group: WorkingGroup, row: GroupMember, now: datetime) -> None:
    people = recipients.coordinators_of(session, group.municipality_id)
    notices.mail_all(session, template, people, _key(row), now, **_names(session, group, row))


def _tell_partner(session: Session, template: str, group: WorkingGroup, row: GroupMember, now: datetime) -> None:
    people = recipients.people_of_partner(session, row.partner_id)
    notices.mail_all(session, template, people, _key(row), now, **_names(session, group, row))


def _key(row: GroupMember) -> str:
    """Each step is told once; a later step has a later version."""
    return f"{row.pk}-{row.version}"


def _names(session: Session, group: WorkingGroup, row: GroupMember) -> dict[str, object]:
    town, partner = flow.get(session, Municipality, group.municipality_id), flow.get(session, Partner, row.partner_id)
    return {
        "group_id": group.pk,
        "group": group.name,
        "partner_id": partner.pk,
        "partner": partner.name,
        "municipality": town.name,
        "municipality_en": town.name_en,
    }
