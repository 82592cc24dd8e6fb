"""Inviting colleagues, changing and taking away seats, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Invalid, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import accounts, colleagues
from models import Membership, OutboxMessage, Partner, User
from models.enums import Role
from models.queries import accounts as queries
from models.queries.accounts import House
from tests import factories
from tests.factories import NOW

GOOD = "correct horse battery"


@pytest.fixture
def company(session: Session) -> Partner:
    return factories.partner(session)


@pytest.fixture
def house(company: Partner) -> House:
    return House(partner_id=company.pk)


@pytest.fixture
def admin(session: Session, company: Partner) -> Actor:
    return factories.partner_admin(session, company)


def _invite(session: Session, actor: Actor, house: House, email: str = "new@example.jp") -> str:
    colleagues.invite(session, actor, house, email, Role.PARTNER_MEMBER, NOW)
    session.flush()
    mail = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id).desc())).first()
    assert mail is not None
    assert (mail.to_email, mail.params["house"]) == (email, "株式会社みらい")
    token: str = mail.params["token"]
    return token


def _seat(session: Session, user_id: int, house: House) -> Membership:
    seat = queries.seat_at(session, user_id, house)
    assert seat is not None
    return seat


def test_a_new_colleague_joins_confirmed(session: Session, admin: Actor, house: House) -> None:
    user = colleagues.join_as_new(session, _invite(session, admin, house), "新人 四郎", GOOD, "ja", NOW)
    assert user.email_confirmed_at == NOW
    assert _seat(session, user.pk, house).role is Role.PARTNER_MEMBER
    assert queries.open_invitations(session, house, NOW) == []


def test_an_invitation_serves_once_and_expires(session: Session, admin: Actor, house: House) -> None:
    token = _invite(session, admin, house)
    with pytest.raises(NotFound):
        colleagues.join_as_new(session, token, "新人", GOOD, "ja", NOW + timedelta(days=15))
    colleagues.join_as_new(session, token, "新人", GOOD, "ja", NOW)
    with pytest.raises(NotFound):
        colleagues.join_as_new(session, token, "新人", GOOD, "ja", NOW)


def test_who_has_an_account_joins_with_it_and_nobody_else_does(session: Session, admin: Actor, house: House) -> None:
    invited, stranger = factories.user(session), factories.user(session)
    token = _invite(session, admin, house, invited.email)
    with pytest.raises(NotAllowed) as caught:
        colleagues.join_as_new(session, token, "新人", GOOD, "ja", NOW)
    assert caught.value.code == "sign_in_first"
    with pytest.raises(NotAllowed):
        colleagues.join(session, accounts.person_of(stranger), token, NOW)
    assert colleagues.join(session, accounts.person_of(invited), token, NOW).user_id == invited.pk


def test_inviting_again_ends_the_earlier_link(session: Session, admin: Actor, house: House) -> None:
    first, second = _invite(session, admin, house), _invite(session, admin, house)
    with pytest.raises(NotFound):
        colleagues.invitation(session, first, NOW)
    assert len(queries.open_invitations(session, house, NOW)) == 1
    token, found = colleagues.invitation(session, second, NOW)
    colleagues.withdraw_invitation(session, admin, found, token.pk, NOW)
    with pytest.raises(NotFound):
        colleagues.invitation(session, second, NOW)


def test_only_who_looks_after_a_house_invites_to_it(session: Session, company: Partner, house: House) -> None:
    member = factories.seat(session, factories.user(session), Role.PARTNER_MEMBER, partner=company)
    with pytest.raises(NotAllowed):
        colleagues.invite(session, member, house, "new@example.jp", Role.PARTNER_MEMBER, NOW)
    elsewhere = factories.partner_admin(session, factories.partner(session, "別会社"))
    for action in (
        lambda: colleagues.invite(session, elsewhere, house, "new@example.jp", Role.PARTNER_MEMBER, NOW),
        lambda: colleagues.visit(session, elsewhere, house),
        lambda: colleagues.withdraw_invitation(session, elsewhere, house, 1, NOW),
    ):
        with pytest.raises(NotFound):
            action()


@pytest.mark.parametrize(
    ("email", "role", "fields"),
    [
        ("nonsense", Role.PARTNER_MEMBER, {"email": "email"}),
        ("new@example.jp", Role.COORDINATOR, {"role": "unknown"}),
    ],
)
def test_invitations_are_checked(
    session: Session, admin: Actor, house: House, email: str, role: Role, fields: dict[str, str]
) -> None:
    with pytest.raises(Invalid) as caught:
        colleagues.invite(session, admin, house, email, role, NOW)
    assert caught.value.fields == fields


def test_a_colleague_is_not_invited_twice(session: Session, admin: Actor, house: House) -> None:
    seated = session.get(User, admin.user_id)
    assert seated is not None
    with pytest.raises(Invalid) as caught:
        colleagues.invite(session, admin, house, seated.email, Role.PARTNER_MEMBER, NOW)
    assert caught.value.fields == {"email": "already_colleague"}


def test_a_department_of_another_city_is_refused(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "131091", "品川区")
    actor = factories.coordinator(session, town)
    foreign = queries.departments(session, other.pk)[0].pk
    with pytest.raises(Invalid) as caught:
        colleagues.invite(session, actor, House(town.pk), "new@example.jp", Role.DEPARTMENT, NOW, department_id=foreign)
    assert caught.value.fields == {"department_id": "unknown"}


def test_a_house_keeps_somebody_who_looks_after_it(session: Session, admin: Actor, house: House) -> None:
    user = colleagues.join_as_new(session, _invite(session, admin, house), "新人 四郎", GOOD, "ja", NOW)
    mine, theirs = _seat(session, admin.user_id or 0, house), _seat(session, user.pk, house)
    for refused in (
        lambda: colleagues.revoke(session, admin, house, mine.pk, NOW),
        lambda: colleagues.change_role(session, admin, house, mine.pk, Role.PARTNER_MEMBER, NOW),
    ):
        with pytest.raises(Invalid) as caught:
            refused()
        assert caught.value.fields == {"seat": "last_keeper"}
    colleagues.change_role(session, admin, house, theirs.pk, Role.PARTNER_ADMIN, NOW)
    colleagues.revoke(session, admin, house, mine.pk, NOW)
    assert [seat.user_id for seat, _user, _department in queries.colleagues(session, house)] == [user.pk]


def test_a_member_may_leave_but_not_send_others_away(session: Session, admin: Actor, company: Partner) -> None:
    house = House(partner_id=company.pk)
    member = factories.seat(session, factories.user(session), Role.PARTNER_MEMBER, partner=company)
    theirs = _seat(session, admin.user_id or 0, house)
    with pytest.raises(NotAllowed):
        colleagues.revoke(session, member, house, theirs.pk, NOW)
    with pytest.raises(NotFound):
        colleagues.revoke(session, member, House(partner_id=company.pk + 1), theirs.pk, NOW)
    colleagues.revoke(session, member, house, _seat(session, member.user_id or 0, house).pk, NOW)
    assert queries.seat_at(session, member.user_id or 0, house) is None
