"""The life of a group: proposed by a partner, founded or refused, at rest and awake, closed and taken up again."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import NotAllowed
from matcher.lifecycles import GROUP
from matcher.policy import Actor, Subject
from matcher.services import flow, group_seats, notices
from matcher.services.challenge_data import today
from matcher.services.group_data import LONGEST_TEXT, NOTICE_DAYS, REST_DAYS, GroupData, check_text
from matcher.services.groups import check_name
from models import GroupMember, User, WorkingGroup
from models.enums import GroupMemberStatus, GroupRole, GroupStatus, RegistrationStatus
from models.queries import group_rooms, partner_rooms, recipients

NOTICE = timedelta(days=NOTICE_DAYS)


def propose(
    session: Session, actor: Actor, municipality_id: int, partner_id: int, data: GroupData, *, now: datetime
) -> WorkingGroup:
    """Ask a municipality to found a group.

    Raises NotAllowed for anybody but the administrators of a partner that is registered there, or Invalid.
    """
    subject = Subject(municipality_id, frozenset({partner_id}))
    policy.require(actor, "group.propose", subject)
    held = partner_rooms.registration_at(session, partner_id, municipality_id)
    if held is None or held.status is not RegistrationStatus.REGISTERED:
        raise NotAllowed("no_registration")
    check_name(session, municipality_id, data)
    made: dict[str, Any] = {
        "founder_partner_id": partner_id,
        "status": GroupStatus.PROPOSED,
        "created_at": now,
        "updated_at": now,
    }
    row = WorkingGroup(municipality_id=municipality_id, **data.columns(), **made)
    session.add(row)
    flow.record(session, actor, "group.proposed", row, subject, now, after=str(row.status))
    _tell_coordinators(session, "group_proposed", row, now)
    return row


def propose_again(session: Session, actor: Actor, group_id: int, data: GroupData, *, now: datetime) -> WorkingGroup:
    """Put a refused group forward once more, in other words."""
    group = flow.locked(session, WorkingGroup, group_id)
    policy.require(actor, "group.propose_again", group_seats.of_group(group))
    GROUP.find("propose_again", group.status)
    check_name(session, group.municipality_id, data, besides=group_id)
    for column, value in data.columns().items():
        setattr(group, column, value)
    flow.move(session, actor, GROUP, group, "propose_again", group_seats.of_group(group), now)
    _tell_coordinators(session, "group_proposed", group, now)
    return group


def approve(session: Session, actor: Actor, group_id: int, *, now: datetime) -> WorkingGroup:
    """Found a group that a partner has proposed; the partner takes the chair."""
    group = flow.locked(session, WorkingGroup, group_id)
    flow.move(session, actor, GROUP, group, "approve", group_seats.of_group(group), now)
    group.founded, group.decision_note = today(now).isoformat(), ""
    group_seats.touch(group, now)
    _seat_founder(session, actor, group, now)
    _tell_founder(session, "group_approved", group, now)
    return group


def _seat_founder(session: Session, actor: Actor, group: WorkingGroup, now: datetime) -> None:
    if group.founder_partner_id is None:
        return
    place: dict[str, Any] = {"status": GroupMemberStatus.MEMBER, "role": GroupRole.CHAIR, "joined_at": now}
    row = GroupMember(group_id=group.pk, partner_id=group.founder_partner_id, created_at=now, updated_at=now, **place)
    session.add(row)
    subject = Subject(group.municipality_id, frozenset({group.founder_partner_id}), public=True)
    flow.record(session, actor, "group_member.joined", row, subject, now, after=str(row.status))


def refuse(session: Session, actor: Actor, group_id: int, reason: str, *, now: datetime) -> WorkingGroup:
    """Do not found it, and say why: the partner reads the reason and may propose it again."""
    group = flow.locked(session, WorkingGroup, group_id)
    subject = group_seats.of_group(group)
    policy.require(actor, "group.refuse", subject)
    check_text("note", reason, LONGEST_TEXT)
    flow.move(session, actor, GROUP, group, "refuse", subject, now)
    group.decision_note = reason
    session.flush()
    _tell_founder(session, "group_refused", group, now, note=reason)
    return group


def rest(session: Session, actor: Actor, group_id: int, *, now: datetime) -> WorkingGroup:
    """Say that nothing happens in a group at present."""
    group = flow.locked(session, WorkingGroup, group_id)
    flow.move(session, actor, GROUP, group, "rest", group_seats.of_group(group), now)
    return group


def wake(session: Session, actor: Actor, group_id: int, *, now: datetime) -> WorkingGroup:
    """Take up the work of a dormant group again; officers may do so too."""
    group = flow.locked(session, WorkingGroup, group_id)
    flow.move(session, actor, GROUP, group, "wake", group_seats.for_officers(session, group), now)
    group_seats.touch(group, now)
    return group


def close(session: Session, actor: Actor, group_id: int, note: str, *, now: datetime) -> WorkingGroup:
    """End a group with a word on what came of it, which everybody can read."""
    group = flow.locked(session, WorkingGroup, group_id)
    subject = group_seats.of_group(group)
    policy.require(actor, "group.close", subject)
    check_text("note", note, LONGEST_TEXT)
    flow.move(session, actor, GROUP, group, "close", subject, now)
    group.closing_note = note
    session.flush()
    people = group_rooms.people(session, group.pk)
    notices.mail_all(session, "group_closed", people, _key(group), now, **group_seats.names(session, group), note=note)
    return group


def reopen(session: Session, actor: Actor, group_id: int, *, now: datetime) -> WorkingGroup:
    """Go on with a group that had ended."""
    group = flow.locked(session, WorkingGroup, group_id)
    flow.move(session, actor, GROUP, group, "reopen", group_seats.of_group(group), now)
    group.closing_note = ""
    group_seats.touch(group, now)
    return group


def tend(session: Session, actor: Actor, *, now: datetime) -> int:
    """Warn groups that have long been silent, and let those rest that stay so; gives how many that concerns."""
    on = today(now)
    idle = group_rooms.silent_since(session, on - timedelta(days=REST_DAYS.start) + NOTICE)
    return sum(_tend(session, actor, group.pk, on, now) for group in idle)


def _tend(session: Session, actor: Actor, group_id: int, on: date, now: datetime) -> bool:
    group = flow.locked(session, WorkingGroup, group_id)
    policy.require(actor, "group.maintain", flow.of_municipality(group.municipality_id))
    last = group.last_active_on or today(group.updated_at)
    if group.status is not GroupStatus.ACTIVE or on < last + timedelta(days=group.dormant_after_days) - NOTICE:
        return False
    if group.idle_warned_on is None:
        group.idle_warned_on = on
        flow.record(session, actor, "group.warned", group, group_seats.of_group(group), now)
        _tell_those_in_charge(session, group, on, now)
        return True
    if on < group.idle_warned_on + NOTICE:
        return False
    rest(session, actor, group_id, now=now)
    return True


def _tell_those_in_charge(session: Session, group: WorkingGroup, on: date, now: datetime) -> None:
    said = group_seats.names(session, group) | {"day": (on + NOTICE).isoformat()}
    officers = group_rooms.people(session, group.pk, group_seats.OFFICERS)
    for people in (recipients.coordinators_of(session, group.municipality_id), officers):
        notices.mail_all(session, "group_idle", people, _key(group), now, **said)


def _tell_coordinators(session: Session, template: str, group: WorkingGroup, now: datetime) -> None:
    session.flush()
    people = recipients.coordinators_of(session, group.municipality_id)
    said = group_seats.names(session, group, group.founder_partner_id)
    notices.mail_all(session, template, people, _key(group), now, **said)


def _tell_founder(session: Session, template: str, group: WorkingGroup, now: datetime, **more: object) -> None:
    if group.founder_partner_id is not None:
        session.flush()
        people: list[User] = recipients.people_of_partner(session, group.founder_partner_id)
        said = group_seats.names(session, group, group.founder_partner_id) | more
        notices.mail_all(session, template, people, _key(group), now, **said)


def _key(group: WorkingGroup) -> str:
    """Each step is told once; a later step has a later version."""
    return f"{group.pk}-{group.version}"
