"""The life of a group: founded by partners, run by officers, at rest and awake, ended and taken up again."""

from datetime import timedelta
from itertools import product

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Conflict, DomainError, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.lifecycles import GROUP
from matcher.policy import SYSTEM, Actor
from matcher.services import group_life, groups
from matcher.services.challenge_data import today
from matcher.services.group_data import GroupData
from models import AuditEvent, GroupInvitation, GroupMember, Municipality, OutboxMessage, Partner, WorkingGroup
from models.enums import (
    GroupKind,
    GroupMemberStatus,
    GroupRole,
    GroupStatus,
    JoinRule,
    PartnerKind,
    RegistrationStatus,
)
from models.queries import groups as reads
from models.queries import site
from models.queries.groups import GroupFilter
from tests import factories
from tests.factories import NOW

DATA = GroupData(name="再エネ分科会", kind=GroupKind.SUBCOMMITTEE, purpose="再生可能エネルギーを広げる。", goals=(7,))


def _mails(session: Session) -> list[str]:
    return list(session.exec(select(OutboxMessage.template).order_by(col(OutboxMessage.id))))


def _events(session: Session) -> list[str]:
    return list(session.exec(select(AuditEvent.event).order_by(col(AuditEvent.id))))


def _proposed(session: Session) -> tuple[Municipality, Partner, Actor, WorkingGroup]:
    town = factories.municipality(session)
    partner = factories.partner(session, town=town)
    actor = factories.partner_admin(session, partner)
    return town, partner, actor, group_life.propose(session, actor, town.pk, partner.pk, DATA, now=NOW)


def test_a_partner_founds_a_group_with_the_towns_approval(session: Session) -> None:
    town, partner, _actor, row = _proposed(session)
    coordinator = factories.coordinator(session, town)
    assert row.status is GroupStatus.PROPOSED
    group_life.approve(session, coordinator, row.pk, now=NOW)
    seat = session.exec(select(GroupMember)).one()
    assert (row.status, row.founded) == (GroupStatus.ACTIVE, "2026-11-22")
    assert (seat.partner_id, seat.role, seat.status) == (partner.pk, GroupRole.CHAIR, GroupMemberStatus.MEMBER)
    assert _events(session) == ["group.proposed", "group.approved", "group_member.joined"]
    assert _mails(session) == ["group_approved"], "nobody coordinates yet when it is proposed"
    with pytest.raises(InvalidTransition):
        group_life.approve(session, coordinator, row.pk, now=NOW)


def test_a_refused_founding_says_why_and_may_be_proposed_again(session: Session) -> None:
    town, _partner, actor, row = _proposed(session)
    coordinator = factories.coordinator(session, town)
    with pytest.raises(Invalid):
        group_life.refuse(session, coordinator, row.pk, "  ", now=NOW)
    group_life.refuse(session, coordinator, row.pk, "似た分科会があります。", now=NOW)
    assert (row.status, row.decision_note) == (GroupStatus.REFUSED, "似た分科会があります。")
    with pytest.raises(InvalidTransition):
        group_life.approve(session, coordinator, row.pk, now=NOW)
    group_life.propose_again(session, actor, row.pk, GroupData(**{**vars(DATA), "name": "小水力分科会"}), now=NOW)
    assert (row.status, row.name) == (GroupStatus.PROPOSED, "小水力分科会")
    assert _mails(session) == ["group_refused", "group_proposed"]
    group_life.approve(session, coordinator, row.pk, now=NOW)
    assert row.decision_note == ""


def test_only_registered_partners_administrators_propose(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "141305", "川崎市")
    partner = factories.partner(session, town=town)
    asking = factories.partner(session, "申請中の会社", town=town, status=RegistrationStatus.APPLIED)
    admin = factories.partner_admin(session, partner)
    for actor, where, whose, error in (
        (admin, other, partner, NotAllowed),
        (factories.partner_admin(session, asking), town, asking, NotAllowed),
        (admin, town, asking, NotFound),
        (factories.coordinator(session, town), town, partner, NotFound),
    ):
        with pytest.raises(error):
            group_life.propose(session, actor, where.pk, whose.pk, DATA, now=NOW)


def test_names_are_taken_once_and_limits_hold(session: Session) -> None:
    town, partner, actor, _row = _proposed(session)
    for data, field in (
        (DATA, "name"),
        (GroupData(**{**vars(DATA), "name": "別", "dormant_after_days": 5}), "dormant_after_days"),
    ):
        with pytest.raises(Invalid) as refused:
            group_life.propose(session, actor, town.pk, partner.pk, data, now=NOW)
        assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("status", [GroupStatus.PROPOSED, GroupStatus.REFUSED])
def test_what_was_not_founded_is_in_no_public_list(session: Session, status: GroupStatus) -> None:
    town, _partner, _actor, row = _proposed(session)
    row.status = status
    stranger = factories.partner(session, "別の会社", town=town)
    assert reads.ids(session, GroupFilter()) == []
    assert reads.ids(session, GroupFilter(statuses=[status])) == []
    assert reads.active(session) == []
    assert reads.of_municipality(session, town.pk) == []
    assert site.public_keys(session, (), 10)["groups"] == []
    with pytest.raises(NotFound):
        groups.join(session, factories.partner_admin(session, stranger), row.pk, stranger.pk, now=NOW)


TAKES = {
    "approve": lambda session, actor, key: group_life.approve(session, actor, key, now=NOW),
    "refuse": lambda session, actor, key: group_life.refuse(session, actor, key, "理由", now=NOW),
    "propose_again": lambda session, actor, key: group_life.propose_again(session, actor, key, DATA, now=NOW),
    "rest": lambda session, actor, key: group_life.rest(session, actor, key, now=NOW),
    "wake": lambda session, actor, key: group_life.wake(session, actor, key, now=NOW),
    "close": lambda session, actor, key: group_life.close(session, actor, key, "終わりました。", now=NOW),
    "reopen": lambda session, actor, key: group_life.reopen(session, actor, key, now=NOW),
}


@pytest.mark.parametrize(("action", "status"), product(TAKES, GroupStatus))
def test_every_step_from_every_state(session: Session, action: str, status: GroupStatus) -> None:
    town, _partner, founder, row = _proposed(session)
    row.status = status
    session.flush()
    actor = founder if action == "propose_again" else factories.coordinator(session, town)
    allowed = [t.target for t in GROUP.transitions if t.action == action and status in t.sources]
    if allowed:
        TAKES[action](session, actor, row.pk)
        assert row.status is allowed[0]
    else:
        with pytest.raises(DomainError):
            TAKES[action](session, actor, row.pk)
        assert row.status is status


def test_nobody_from_elsewhere_takes_a_step(session: Session) -> None:
    town, _partner, _actor, row = _proposed(session)
    other = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    stranger = factories.partner_admin(session, factories.partner(session, "別の会社", town=town))
    for action in TAKES:
        for actor in (other, stranger):
            with pytest.raises(NotFound):
                TAKES[action](session, actor, row.pk)
    with pytest.raises(NotFound):
        groups.edit(session, other, row.pk, DATA, now=NOW)


def test_a_member_leaves_with_its_office_and_officers_admit(session: Session) -> None:
    town = factories.municipality(session)
    group, chair = factories.group(session, town), factories.partner(session, town=town)
    other = factories.partner(session, "別の会社", town=town)
    group.join_rule = JoinRule.APPROVAL
    seat = factories.member(session, group, chair, GroupRole.CHAIR)
    officer, asking = factories.partner_admin(session, chair), factories.partner_admin(session, other)
    row = groups.join(session, asking, group.pk, other.pk, now=NOW)
    assert _mails(session) == ["group_requested"], "the chair hears of it"
    with pytest.raises(NotAllowed):
        groups.give_role(session, asking, row.pk, GroupRole.CHAIR, now=NOW)
    groups.admit(session, officer, row.pk, now=NOW)
    assert row.status is GroupMemberStatus.MEMBER
    groups.leave(session, officer, group.pk, chair.pk, now=NOW)
    assert seat.role is GroupRole.MEMBER
    with pytest.raises(NotAllowed):
        groups.give_role(session, officer, row.pk, GroupRole.CHAIR, now=NOW)


def test_a_group_has_one_chair(session: Session) -> None:
    town = factories.municipality(session)
    group = factories.group(session, town)
    first, second = (factories.partner(session, name, town=town) for name in ("甲", "乙"))
    coordinator = factories.coordinator(session, town)
    seats = [factories.member(session, group, partner) for partner in (first, second)]
    groups.give_role(session, coordinator, seats[0].pk, GroupRole.CHAIR, now=NOW)
    groups.give_role(session, factories.partner_admin(session, first), seats[1].pk, GroupRole.CHAIR, now=NOW)
    assert [seat.role for seat in seats] == [GroupRole.MEMBER, GroupRole.CHAIR]
    seats[0].status = GroupMemberStatus.LEFT
    with pytest.raises(InvalidTransition):
        groups.give_role(session, coordinator, seats[0].pk, GroupRole.SECRETARY, now=NOW)


def test_an_invited_partner_joins_at_once_where_others_ask(session: Session) -> None:
    town = factories.municipality(session)
    group, partner = factories.group(session, town), factories.partner(session, town=town)
    unknown = factories.partner(session, "無登録")
    group.join_rule = JoinRule.APPROVAL
    actor, coordinator = factories.partner_admin(session, partner), factories.coordinator(session, town)
    assert groups.invite(session, coordinator, group.pk, [partner.pk, unknown.pk, 10**6], now=NOW) == 1
    assert groups.invite(session, coordinator, group.pk, [partner.pk], now=NOW) == 0
    assert _mails(session) == ["group_invited"]
    assert groups.join(session, actor, group.pk, partner.pk, now=NOW).status is GroupMemberStatus.MEMBER
    assert session.exec(select(GroupInvitation)).all() == []
    assert groups.invite(session, coordinator, group.pk, [partner.pk], now=NOW) == 0
    with pytest.raises(NotAllowed):
        groups.invite(session, actor, group.pk, [partner.pk], now=NOW)


def test_conditions_of_joining(session: Session) -> None:
    town = factories.municipality(session)
    group, stranger = factories.group(session, town), factories.partner(session, "無登録")
    actor = factories.partner_admin(session, stranger)
    with pytest.raises(NotAllowed):
        groups.join(session, actor, group.pk, stranger.pk, now=NOW)
    group.needs_registration, group.kinds = False, [PartnerKind.NPO.value]
    with pytest.raises(NotAllowed):
        groups.join(session, actor, group.pk, stranger.pk, now=NOW)
    group.kinds = [PartnerKind.COMPANY.value]
    assert groups.join(session, actor, group.pk, stranger.pk, now=NOW).status is GroupMemberStatus.MEMBER


def test_a_silent_group_is_told_before_it_rests(session: Session) -> None:
    town = factories.municipality(session)
    coordinator = factories.coordinator(session, town)
    group, member = factories.group(session, town), factories.partner(session, town=town)
    factories.partner_admin(session, member)
    factories.member(session, group, member, GroupRole.SECRETARY)
    group.last_active_on, group.dormant_after_days = today(NOW), 60

    def tended(days: int) -> int:
        return group_life.tend(session, SYSTEM, now=NOW + timedelta(days=days))

    assert tended(45) == 0
    with pytest.raises(NotFound):
        group_life.tend(session, coordinator, now=NOW + timedelta(days=46))
    assert tended(46) == 1
    assert _mails(session) == ["group_idle", "group_idle"], "the coordinator and the officer"
    assert tended(59) == 0
    assert tended(60) == 1
    assert group.status is GroupStatus.DORMANT
    assert tended(61) == 0
    assert _events(session) == ["group.warned", "group.rested"]


def test_a_sign_of_life_after_the_warning_starts_anew(session: Session) -> None:
    town = factories.municipality(session)
    group, partner = factories.group(session, town), factories.partner(session, town=town)
    group.last_active_on, group.dormant_after_days = today(NOW), 60
    group_life.tend(session, SYSTEM, now=NOW + timedelta(days=50))
    actor = factories.partner_admin(session, partner)
    groups.join(session, actor, group.pk, partner.pk, now=NOW + timedelta(days=55))
    assert group_life.tend(session, SYSTEM, now=NOW + timedelta(days=70)) == 0
    assert group.status is GroupStatus.ACTIVE


def test_members_hear_that_a_group_has_ended(session: Session) -> None:
    town = factories.municipality(session)
    group, partner = factories.group(session, town), factories.partner(session, town=town)
    factories.partner_admin(session, partner)
    factories.member(session, group, partner)
    group_life.close(session, factories.coordinator(session, town), group.pk, "目的を果たしました。", now=NOW)
    assert _mails(session) == ["group_closed"]
    group_life.reopen(session, factories.coordinator(session, town), group.pk, now=NOW)
    assert (group.status, group.closing_note) == (GroupStatus.ACTIVE, "")


def test_a_change_on_top_of_an_older_reading_is_refused(session: Session) -> None:
    town = factories.municipality(session)
    group, coordinator = factories.group(session, town), factories.coordinator(session, town)
    seen = group.version
    groups.edit(session, coordinator, group.pk, DATA, version=seen, now=NOW)
    with pytest.raises(Conflict):
        groups.edit(session, coordinator, group.pk, GroupData(**{**vars(DATA), "name": "別"}), version=seen, now=NOW)
    assert group.name == DATA.name
