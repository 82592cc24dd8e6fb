"""Working groups on the portal, and the doors through which partners come and go."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, select

from models import GroupMember
from models.enums import GroupKind, GroupMemberStatus, GroupStatus, JoinRule, RegistrationStatus
from tests import factories


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"環境分科会", "観光協議会"}),
        ("kind=council", {"観光協議会"}),
        ("status=dormant", {"観光協議会"}),
        ("municipality=172065", {"環境分科会", "観光協議会"}),
        ("goal=3", {"観光協議会"}),
        ("goal=1", set()),
        ("q=%E8%A6%B3%E5%85%89", {"観光協議会"}),
        ("q=%E8%A6%B3%E5%85%89+%E5%8A%A0%E8%B3%80", {"観光協議会"}),
        ("q=%25", set()),
    ],
)
def test_the_list_is_narrowed_down(client: FlaskClient, store: Session, query: str, names: set[str]) -> None:
    town = factories.municipality(store)
    factories.group(store, town, "環境分科会")
    second = factories.group(store, town, "観光協議会")
    second.kind, second.status, second.goals = GroupKind.COUNCIL, GroupStatus.DORMANT, [3, 11]
    store.commit()
    text = client.get(f"/groups?{query}").text
    assert {name for name in ("環境分科会", "観光協議会") if f">{name}</a>" in text} == names


def test_a_partner_joins_and_leaves(store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    town = factories.municipality(store)
    group, partner = factories.group(store, town), factories.partner(store, town=town)
    actor = factories.partner_admin(store, partner)
    store.commit()
    client = sign_in(actor.user_id or 0)
    address = f"/groups/{group.pk}"
    assert f'action="{address}/join"' in client.get(address).text
    assert client.post(f"{address}/join").location == address
    text = client.get(address).text
    assert partner.name in text
    assert f'action="{address}/leave"' in text
    client.post(f"{address}/leave")
    assert store.exec(select(GroupMember.status)).one() is GroupMemberStatus.LEFT


def test_a_group_that_decides_shows_members_only(store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    town = factories.municipality(store)
    group, partner = factories.group(store, town), factories.partner(store, town=town)
    group.join_rule = JoinRule.APPROVAL
    actor = factories.partner_admin(store, partner)
    store.commit()
    client = sign_in(actor.user_id or 0)
    client.post(f"/groups/{group.pk}/join")
    assert partner.name not in client.get(f"/groups/{group.pk}").text
    assert store.exec(select(GroupMember.status)).one() is GroupMemberStatus.REQUESTED


def test_strangers_are_asked_to_sign_in_and_come_back(client: FlaskClient, store: Session) -> None:
    group = factories.group(store, factories.municipality(store))
    store.commit()
    away = client.get(f"/groups/{group.pk}/join")
    assert away.location.endswith(f"next=%2Fgroups%2F{group.pk}%2Fjoin")
    assert client.get("/groups/4242").status_code == 404


@pytest.mark.parametrize(
    ("registration", "status", "code"),
    [
        (RegistrationStatus.REJECTED, GroupStatus.ACTIVE, 403),
        (RegistrationStatus.REGISTERED, GroupStatus.CLOSED, 409),
    ],
)
def test_joining_is_refused(
    store: Session,
    sign_in: Callable[[int], FlaskClient],
    registration: RegistrationStatus,
    status: GroupStatus,
    code: int,
) -> None:
    town = factories.municipality(store)
    group, partner = factories.group(store, town), factories.partner(store, town=town, status=registration)
    group.status = status
    actor = factories.partner_admin(store, partner)
    store.commit()
    client = sign_in(actor.user_id or 0)
    assert f"/groups/{group.pk}/join" not in client.get(f"/groups/{group.pk}").text
    assert client.post(f"/groups/{group.pk}/join").status_code == code
    assert client.get(f"/groups/{group.pk}/join").status_code == 303
