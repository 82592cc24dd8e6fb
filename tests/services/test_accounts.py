"""Registering, confirming, taking seats and leaving, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Conflict, Invalid, Locked, NotFound
from matcher.services import accounts, leaving, passwords, signing, tokens
from models import AuditEvent, Membership, OutboxMessage, Token, User, UserSession
from models.enums import Role, TokenPurpose
from tests import factories
from tests.factories import NOW

GOOD = "坂道を のぼる 二十の灯り"


def _mails(session: Session, template: str) -> list[OutboxMessage]:
    session.flush()
    statement = select(OutboxMessage).where(OutboxMessage.template == template).order_by(col(OutboxMessage.id))
    return list(session.exec(statement))


def _person(session: Session, email: str = "hanako@example.jp") -> User:
    return accounts.create_user(session, email, "試験 花子", GOOD, "ja", NOW, confirmed=True)


def _fields(caught: pytest.ExceptionInfo[Invalid]) -> dict[str, str]:
    return caught.value.fields


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("short-one", "password_short"),
        ("password1234", "password_common"),
        ("Password１２３４", "password_common"),
        ("aaaaaaaaaaaaaa", "password_common"),
        ("123456789012", "password_common"),
        ("hanako@example.jp", "password_common"),
        ("hanako2026!!", "password_common"),
        ("x" * 64 + "yzab" * 17, "password_long"),
        ("川の音を聞きながら眠る", "password_short"),
        ("川の音を聞きながら眠る夜です", None),
        ("correct horse battery", None),
    ],
)
def test_passwords_are_judged_by_how_easy_they_are_to_guess(password: str, code: str | None) -> None:
    assert passwords.problem(password, "hanako@example.jp", "試験 花子") == code


def test_checking_nobodys_password_is_as_much_work_as_checking_somebodys() -> None:
    assert not passwords.verify(None, "whatever it is")
    assert not passwords.outdated(passwords.NOBODY)  # the same costs as a hash made today
    stored = passwords.hash_password("ﾊﾝｶｸ password")
    assert passwords.verify(stored, "ハンカク password")


def test_a_stranger_registers_and_confirms_once(session: Session) -> None:
    user = accounts.register_person(
        session, email=" Hanako@Example.JP ", name="試験 花子", password=GOOD, language="en", now=NOW
    )
    assert user is not None
    assert (user.email, user.language, user.email_confirmed_at) == ("hanako@example.jp", "en", None)
    (mail,) = _mails(session, "confirm")
    secret = mail.params["token"]
    assert accounts.awaiting_confirmation(session, secret, NOW) is user
    accounts.confirm(session, secret, NOW)
    assert user.email_confirmed_at == NOW
    assert accounts.confirm(session, secret, NOW + timedelta(days=9)).email_confirmed_at == NOW  # twice is once


def test_a_confirmation_link_expires(session: Session) -> None:
    accounts.register_person(session, email="a@example.jp", name="甲", password=GOOD, language="ja", now=NOW)
    secret = _mails(session, "confirm")[0].params["token"]
    with pytest.raises(NotFound):
        accounts.confirm(session, secret, NOW + timedelta(days=4))
    with pytest.raises(NotFound):
        accounts.confirm(session, "made-up", NOW)


def test_registering_a_known_address_tells_only_its_owner(session: Session) -> None:
    owner = _person(session)
    again = accounts.register_person(
        session, email=owner.email, name="別人", password=GOOD, language="en", now=NOW, return_to="/register"
    )
    assert again is None
    (mail,) = _mails(session, "already_registered")
    assert (mail.to_email, mail.language, mail.params) == (owner.email, "ja", {"return_to": "/register"})
    assert owner.name == "試験 花子"


def test_all_mistakes_are_named_at_once(session: Session) -> None:
    with pytest.raises(Invalid) as caught:
        accounts.register_person(session, email="no address", name=" ", password="x", language="ja", now=NOW)
    assert _fields(caught) == {"email": "email", "name": "required", "password": "password_short"}


def test_resending_writes_as_much_for_a_stranger_and_stops_after_five(session: Session) -> None:
    accounts.register_person(session, email="a@example.jp", name="甲", password=GOOD, language="ja", now=NOW)
    for address in ("a@example.jp", "nobody@example.jp"):
        before = len(session.exec(select(Token)).all())
        for _ in range(5):
            accounts.resend_confirmation(session, address, "192.0.2.1", NOW)
        assert len(session.exec(select(Token)).all()) == before + 5
        with pytest.raises(Locked):
            accounts.resend_confirmation(session, address, "192.0.2.1", NOW)
    assert {mail.to_email for mail in _mails(session, "confirm")} == {"a@example.jp"}


def test_a_token_serves_once_and_only_its_purpose(session: Session) -> None:
    secret = accounts.issue_token(session, TokenPurpose.INVITE, "a@example.jp", NOW, role="department")
    with pytest.raises(NotFound):
        accounts.consume_token(session, TokenPurpose.RESET, secret, NOW)
    row = accounts.consume_token(session, TokenPurpose.INVITE, secret, NOW)
    assert (row.payload, row.used_at) == ({"role": "department"}, NOW)
    assert row.token_hash == tokens.digest(secret) != secret
    with pytest.raises(NotFound):
        accounts.consume_token(session, TokenPurpose.INVITE, secret, NOW)


def test_a_second_seat_at_the_same_house_changes_the_first(session: Session) -> None:
    town, user = factories.municipality(session), _person(session)
    accounts.seat(session, user, Role.DEPARTMENT, municipality_id=town.pk)
    accounts.seat(session, user, Role.COORDINATOR, municipality_id=town.pk)
    seats = session.exec(select(Membership).where(Membership.user_id == user.pk)).all()
    assert [seat.role for seat in seats] == [Role.COORDINATOR]


def test_a_profile_changed_elsewhere_meanwhile_is_not_overwritten(session: Session) -> None:
    user = _person(session)
    actor, version = accounts.person_of(user), user.version
    accounts.change_profile(session, actor, accounts.Profile("新しい 名前", language="en"), version, NOW)
    session.flush()
    with pytest.raises(Conflict) as caught:
        accounts.change_profile(session, actor, accounts.Profile("別の 名前", language="en"), version, NOW)
    assert caught.value.differences == [("name", "別の 名前", "新しい 名前")]


def test_leaving_takes_everything_personal_along(session: Session) -> None:
    town, user = factories.municipality(session), _person(session)
    accounts.seat(session, user, Role.DEPARTMENT, municipality_id=town.pk)
    signing.start_session(session, user, NOW)
    signing.forgot_password(session, user.email, "192.0.2.1", NOW)
    session.flush()
    leaving.close_account(session, accounts.person_of(user), GOOD, NOW)
    assert (user.active, user.password_hash, user.name) == (False, None, "―")
    assert "hanako" not in user.email
    for table in (UserSession, Token, Membership, OutboxMessage):
        assert session.exec(select(table).where(table.user_id == user.pk)).all() == []
    assert session.exec(select(AuditEvent).where(AuditEvent.event == "user.closed")).one().actor_id == user.pk


def test_the_last_to_look_after_a_house_cannot_leave_it(session: Session) -> None:
    house, user = factories.partner(session), _person(session)
    accounts.seat(session, user, Role.PARTNER_ADMIN, partner_id=house.pk)
    with pytest.raises(Invalid) as caught:
        leaving.close_account(session, accounts.person_of(user), GOOD, NOW)
    assert _fields(caught) == {"seat": "last_keeper"}
    factories.partner_admin(session, house)
    leaving.close_account(session, accounts.person_of(user), GOOD, NOW)
    assert not user.active


def test_the_last_operator_cannot_leave(session: Session) -> None:
    user = _person(session)
    user.is_admin = True
    with pytest.raises(Invalid) as caught:
        leaving.close_account(session, accounts.person_of(user), GOOD, NOW)
    assert _fields(caught) == {"seat": "last_admin"}
