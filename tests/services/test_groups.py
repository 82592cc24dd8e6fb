"""Working groups: who may found one, how one joins and leaves, and who is told."""

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import groups
from matcher.services.group_data import GroupData
from models import AuditEvent, GroupMember, Municipality, OutboxMessage, WorkingGroup
from models.enums import GroupKind, GroupMemberStatus, GroupStatus, JoinRule, RegistrationStatus
from tests import factories
from tests.factories import NOW


def _found(session: Session, actor: Actor, town: Municipality, **changes: object) -> WorkingGroup:
    given: dict[str, object] = {
        "name": "再エネ分科会",
        "kind": GroupKind.SUBCOMMITTEE,
        "purpose": "再生可能エネルギーの使い方を話し合う。",
        "conditions": "",
        "join_rule": JoinRule.OPEN,
        "goals": (13, 7, 7),
    }
    return groups.found(session, actor, town.pk, GroupData(**{**given, **changes}), now=NOW)  # type: ignore[arg-type]


def _mails(session: Session) -> list[str]:
    return list(session.exec(select(OutboxMessage.template).order_by(col(OutboxMessage.id))))


def _events(session: Session) -> list[str]:
    return list(session.exec(select(AuditEvent.event).order_by(col(AuditEvent.id))))


def test_a_coordinator_founds_a_group(session: Session) -> None:
    town = factories.municipality(session)
    row = _found(session, factories.coordinator(session, town), town)
    assert row.goals == [7, 13]
    assert row.status is GroupStatus.ACTIVE
    assert _events(session) == ["group.founded"]


def test_nobody_else_founds_a_group(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "141305", "川崎市")
    with pytest.raises(NotAllowed):
        _found(session, factories.department_staff(session, town), town)
    with pytest.raises(NotFound):
        _found(session, factories.coordinator(session, other), town)
    with pytest.raises(NotFound):
        _found(session, factories.partner_admin(session, factories.partner(session, town=town)), town)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": " ", "purpose": ""}, {"name": "required", "purpose": "required"}),
        ({"name": "あ" * 201, "conditions": "あ" * 4001}, {"name": "too_long", "conditions": "too_long"}),
        ({"goals": (0,)}, {"goals": "unknown"}),
    ],
)
def test_a_group_needs_sound_words(session: Session, changes: dict[str, object], wrong: dict[str, str]) -> None:
    town = factories.municipality(session)
    with pytest.raises(Invalid) as refused:
        _found(session, factories.coordinator(session, town), town, **changes)
    assert refused.value.fields == wrong


def test_a_name_is_taken_once_in_each_municipality(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "141305", "川崎市")
    _found(session, factories.coordinator(session, town), town)
    _found(session, factories.coordinator(session, other), other)
    with pytest.raises(Invalid):
        _found(session, factories.coordinator(session, town), town, name="再エネ分科会 ")


def test_a_registered_partner_joins_an_open_group_at_once(session: Session) -> None:
    town = factories.municipality(session)
    factories.coordinator(session, town)
    partner, group = factories.partner(session, town=town), factories.group(session, town)
    actor = factories.partner_admin(session, partner)
    row = groups.join(session, actor, group.pk, partner.pk, now=NOW)
    assert (row.status, row.joined_at) == (GroupMemberStatus.MEMBER, NOW)
    assert groups.join(session, actor, group.pk, partner.pk, now=NOW) is row
    assert _events(session) == ["group_member.joined"]
    assert _mails(session) == ["group_joined"]


def test_leaving_and_coming_back_keeps_one_row(session: Session) -> None:
    town = factories.municipality(session)
    factories.coordinator(session, town)
    partner, group = factories.partner(session, town=town), factories.group(session, town)
    actor = factories.partner_admin(session, partner)
    groups.join(session, actor, group.pk, partner.pk, now=NOW)
    left = groups.leave(session, actor, group.pk, partner.pk, now=NOW)
    assert (left.status, left.left_at) == (GroupMemberStatus.LEFT, NOW)
    groups.leave(session, actor, group.pk, partner.pk, now=NOW)
    back = groups.join(session, actor, group.pk, partner.pk, now=NOW)
    assert (back.status, back.left_at) == (GroupMemberStatus.MEMBER, None)
    assert len(session.exec(select(GroupMember)).all()) == 1
    assert _mails(session) == ["group_joined", "group_left", "group_joined"]


@pytest.mark.parametrize("allowed", [True, False])
def test_a_group_that_decides_is_asked(session: Session, allowed: bool) -> None:
    town = factories.municipality(session)
    coordinator = factories.coordinator(session, town)
    partner, group = factories.partner(session, town=town), factories.group(session, town)
    group.join_rule = JoinRule.APPROVAL
    row = groups.join(session, factories.partner_admin(session, partner), group.pk, partner.pk, now=NOW)
    assert (row.status, row.joined_at) == (GroupMemberStatus.REQUESTED, None)
    answer = groups.admit if allowed else groups.decline
    answer(session, coordinator, row.pk, now=NOW)
    answer(session, coordinator, row.pk, now=NOW)
    assert row.status is (GroupMemberStatus.MEMBER if allowed else GroupMemberStatus.DECLINED)
    assert _mails(session) == ["group_requested", "group_admitted" if allowed else "group_declined"]


def test_only_the_groups_own_coordinator_answers(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "141305", "川崎市")
    partner, group = factories.partner(session, town=town), factories.group(session, town)
    group.join_rule = JoinRule.APPROVAL
    actor = factories.partner_admin(session, partner)
    row = groups.join(session, actor, group.pk, partner.pk, now=NOW)
    with pytest.raises(NotFound):
        groups.admit(session, factories.coordinator(session, other), row.pk, now=NOW)
    with pytest.raises(NotAllowed):
        groups.admit(session, factories.department_staff(session, town), row.pk, now=NOW)
    with pytest.raises(NotFound):
        groups.admit(session, actor, row.pk, now=NOW)


def test_who_was_let_in_cannot_be_declined_afterwards(session: Session) -> None:
    town = factories.municipality(session)
    coordinator = factories.coordinator(session, town)
    partner, group = factories.partner(session, town=town), factories.group(session, town)
    row = groups.join(session, factories.partner_admin(session, partner), group.pk, partner.pk, now=NOW)
    with pytest.raises(InvalidTransition):
        groups.decline(session, coordinator, row.pk, now=NOW)


def test_a_partner_under_examination_asks_even_an_open_group(session: Session) -> None:
    town = factories.municipality(session)
    partner = factories.partner(session, town=town, status=RegistrationStatus.APPLIED)
    actor, group = factories.partner_admin(session, partner), factories.group(session, town)
    assert groups.join(session, actor, group.pk, partner.pk, now=NOW).status is GroupMemberStatus.REQUESTED


def test_who_may_not_join(session: Session) -> None:
    town = factories.municipality(session)
    partner, stranger = factories.partner(session, town=town), factories.partner(session, "無登録株式会社")
    group = factories.group(session, town)
    actor = factories.partner_admin(session, stranger)
    with pytest.raises(NotAllowed):
        groups.join(session, actor, group.pk, stranger.pk, now=NOW)
    with pytest.raises(NotAllowed):
        groups.join(session, actor, group.pk, partner.pk, now=NOW)
    with pytest.raises(NotFound):
        groups.join(session, actor, 10**6, stranger.pk, now=NOW)
    group.status = GroupStatus.CLOSED
    with pytest.raises(InvalidTransition):
        groups.join(session, factories.partner_admin(session, partner), group.pk, partner.pk, now=NOW)


def test_nobody_leaves_a_group_that_they_never_joined(session: Session) -> None:
    town = factories.municipality(session)
    partner, group = factories.partner(session, town=town), factories.group(session, town)
    with pytest.raises(NotFound):
        groups.leave(session, factories.partner_admin(session, partner), group.pk, partner.pk, now=NOW)
