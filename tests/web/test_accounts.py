"""Signing in and out, links from mail, one's own account and colleagues, through the pages."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select
from werkzeug.test import TestResponse

from matcher.services import accounts
from models import Membership, Municipality, OutboxMessage, Partner, SavedForm, User, UserSession
from models.enums import Role
from models.queries.accounts import House, seat_at
from tests import factories
from tests.factories import NOW

GOOD = "correct horse battery"
OTHER = "another long passphrase"
EMAIL = "hanako@example.jp"


@pytest.fixture(autouse=True)
def clock(app: Flask) -> None:
    app.config["CLOCK"] = lambda: NOW


@pytest.fixture
def person(store: Session) -> User:
    user = accounts.create_user(store, EMAIL, "試験 花子", GOOD, "ja", NOW, confirmed=True)
    store.commit()
    return user


def enter(client: FlaskClient, email: str = EMAIL, password: str = GOOD, **more: str) -> TestResponse:
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def inside(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def token_of(store: Session, template: str) -> str:
    statement = select(OutboxMessage).where(OutboxMessage.template == template).order_by(col(OutboxMessage.id).desc())
    store.rollback()
    message = store.exec(statement).first()
    assert message is not None
    token: str = message.params["token"]
    store.rollback()
    return token


def text(answer: TestResponse) -> str:
    """The page without what differs from one request to the next."""
    return re.sub(r"(value|content|X-CSRFToken\": )=?\"[^\"]{40,}\"", "", answer.get_data(as_text=True))


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []

    def listen(_c: object, _u: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    engine = app.extensions["engine"]
    sa.event.listen(engine, "before_cursor_execute", listen)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", listen)


def test_signing_in_and_out(client: FlaskClient, person: User, store: Session) -> None:
    assert client.get("/account").headers["Location"].startswith("/sign-in?next=")
    assert enter(client).status_code == 303
    assert inside(client)
    client.post("/sign-out")
    assert not inside(client)
    store.rollback()
    assert store.exec(select(UserSession)).all() == []


def test_signing_in_makes_a_new_session_and_forgets_the_old(app: Flask, client: FlaskClient, person: User) -> None:
    enter(client)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
        cookie["partner_id"] = 99
    enter(client)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != before
        assert "partner_id" not in cookie
    thief = app.test_client()
    with thief.session_transaction() as cookie:
        cookie["_user_id"] = before
    assert not inside(thief)


def test_an_unknown_address_is_answered_like_a_wrong_password(app: Flask, client: FlaskClient, person: User) -> None:
    with statements(app) as known:
        first = enter(client, EMAIL, "wrong password")
    with statements(app) as unknown:
        second = enter(app.test_client(), "nobody@example.jp", "wrong password")
    assert first.status_code == second.status_code == 422
    assert text(first) == text(second).replace("nobody@example.jp", EMAIL)
    assert len(known) == len(unknown)


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.jp"])
def test_too_many_failures_close_the_door(client: FlaskClient, person: User, email: str) -> None:
    for _ in range(10):
        assert enter(client, email, "wrong password").status_code == 422
    locked = enter(client, email, GOOD)
    assert locked.status_code == 429
    assert "15分" in locked.get_data(as_text=True)


def test_the_door_opens_again_by_itself(app: Flask, client: FlaskClient, person: User) -> None:
    for _ in range(10):
        enter(client, password="wrong password")
    app.config["CLOCK"] = lambda: NOW + timedelta(minutes=16)
    assert enter(client).status_code == 303


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/%5C/evil.example\\",
        "javascript:alert(1)",
        "/\t/evil.example",
        "evil",
        "/sign-in?next=/account",
    ],
)
def test_nobody_is_sent_elsewhere(client: FlaskClient, person: User, target: str) -> None:
    assert enter(client, next=target).headers["Location"] == "/"


def test_one_comes_back_to_where_one_wanted_to_go(client: FlaskClient, person: User) -> None:
    page = client.get(f"/sign-in?next={quote('/account/security?saved=abc&x=1')}").get_data(as_text=True)
    assert 'value="/account/security?saved=abc&amp;x=1"' in page
    answer = enter(client, next="/account/security?saved=abc&x=1")
    assert answer.headers["Location"] == "/account/security?saved=abc&x=1"


def test_what_was_typed_comes_back_after_signing_in(client: FlaskClient, person: User, store: Session) -> None:
    sent = client.post("/account", data={"name": "書きかけ 花子", "title": "", "phone": "", "language": "ja"})
    target = sent.headers["Location"].partition("next=")[2]
    page = client.get(f"/sign-in?next={target}").get_data(as_text=True)
    assert "入力した内容は残っています" in page
    assert "入力した内容は残っています" not in client.get("/sign-in?next=/account").get_data(as_text=True)
    found = re.search(r'id="next"[^>]*value="([^"]+)"', page)
    assert found is not None
    back = enter(client, next=found[1].replace("&amp;", "&"))
    assert "書きかけ 花子" in client.get(back.headers["Location"]).get_data(as_text=True)
    store.rollback()
    assert "password" not in str(store.exec(select(SavedForm)).one().data)


@pytest.mark.parametrize(
    ("referrer", "back"),
    [
        ("http://localhost/account/security?x=1", "/account/security?x=1"),
        ("http://evil.example/account", "/"),
        ("http://localhost//evil.example", "/"),
        ("", "/"),
    ],
)
def test_a_button_pressed_too_late_leads_back_to_its_page(client: FlaskClient, referrer: str, back: str) -> None:
    answer = client.post("/account/sessions/1/end", headers={"Referer": referrer} if referrer else {})
    assert answer.headers["Location"] == f"/sign-in?next={quote(back, safe='')}"


def test_unconfirmed_people_are_told_what_to_do_but_only_with_the_right_password(
    client: FlaskClient, person: User, store: Session
) -> None:
    person.email_confirmed_at = None
    store.commit()
    assert enter(client, password="wrong password").status_code == 422
    answer = enter(client)
    assert answer.status_code == 403
    assert "/confirm-again" in answer.get_data(as_text=True)
    assert not inside(client)
    assert client.post("/confirm-again", data={"email": EMAIL}).headers["Location"] == "/mail-sent"
    assert token_of(store, "confirm")


def test_a_link_is_confirmed_by_a_button_and_not_by_looking_at_it(client: FlaskClient, store: Session) -> None:
    user = accounts.register_person(store, email="new@example.jp", name="新人", password=GOOD, language="ja", now=NOW)
    assert user is not None
    store.commit()
    token = token_of(store, "confirm")
    for _ in range(2):
        assert client.get(f"/confirm/{token}").status_code == 200
    store.refresh(user)
    assert user.email_confirmed_at is None
    store.rollback()
    for _ in range(2):
        assert client.post(f"/confirm/{token}").headers["Location"] == "/sign-in"
    assert enter(client, "new@example.jp").status_code == 303
    assert client.get("/confirm/made-up").status_code == client.post("/confirm/made-up").status_code == 404


def test_asking_for_a_new_password_tells_nothing(app: Flask, client: FlaskClient, person: User, store: Session) -> None:
    with statements(app) as known:
        first = client.post("/password/forgot", data={"email": EMAIL})
    with statements(app) as unknown:
        second = client.post("/password/forgot", data={"email": "nobody@example.jp"})
    assert (first.status_code, first.headers["Location"]) == (second.status_code, second.headers["Location"])
    assert abs(len(known) - len(unknown)) <= 2  # the mail itself, out of about a dozen
    assert client.post("/password/forgot", data={"email": "nonsense"}).status_code == 422
    store.rollback()
    assert [mail.to_email for mail in store.exec(select(OutboxMessage))] == [EMAIL]


def test_mail_bombing_ends_after_five(client: FlaskClient, person: User) -> None:
    for email in (EMAIL, "nobody@example.jp"):
        codes = [client.post("/password/forgot", data={"email": email}).status_code for _ in range(6)]
        assert codes == [303] * 5 + [429]


def test_a_new_password_by_link(app: Flask, client: FlaskClient, person: User, store: Session) -> None:
    enter(client)
    app.test_client().post("/password/forgot", data={"email": EMAIL})
    url = f"/password/reset/{token_of(store, 'reset')}"
    stranger = app.test_client()
    assert stranger.get(url).status_code == 200
    assert stranger.post(url, data={"new_password": "too short"}).status_code == 422
    assert stranger.post(url, data={"new_password": OTHER}).headers["Location"] == "/sign-in"
    assert not inside(client)  # every session has ended
    assert stranger.get(url).status_code == stranger.post(url, data={"new_password": GOOD}).status_code == 404
    assert enter(stranger, password=OTHER).status_code == 303


def test_an_expired_link_says_how_to_get_another(app: Flask, client: FlaskClient, person: User, store: Session) -> None:
    client.post("/password/forgot", data={"email": EMAIL})
    app.config["CLOCK"] = lambda: NOW + timedelta(hours=2)
    answer = client.get(f"/password/reset/{token_of(store, 'reset')}")
    assert answer.status_code == 404
    assert "/password/forgot" in answer.get_data(as_text=True)


def test_changing_the_password_ends_all_sessions_but_gives_this_one_a_new_token(
    app: Flask, client: FlaskClient, person: User
) -> None:
    elsewhere = app.test_client()
    for browser in (client, elsewhere):
        enter(browser)
    with client.session_transaction() as cookie:
        before = cookie["_user_id"]
    wrong = client.post("/account/security", data={"current_password": "wrong password", "new_password": OTHER})
    assert wrong.status_code == 422
    right = client.post("/account/security", data={"current_password": GOOD, "new_password": OTHER})
    assert right.status_code == 303
    assert inside(client)
    assert not inside(elsewhere)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != before


def test_sessions_are_listed_and_ended(app: Flask, client: FlaskClient, person: User, store: Session) -> None:
    elsewhere, third = app.test_client(), app.test_client()
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    for browser in (client, elsewhere, third):
        browser.post("/sign-in", data={"email": EMAIL, "password": GOOD}, headers={"User-Agent": agent})
    assert client.get("/account/security").get_data(as_text=True).count("Chrome (Windows)") == 3
    store.rollback()
    theirs = store.exec(select(UserSession).order_by(col(UserSession.id))).all()[1].pk
    store.rollback()
    assert client.post(f"/account/sessions/{theirs}/end").status_code == 303
    assert (inside(elsewhere), inside(third)) == (False, True)
    client.post("/account/sessions/end-others")
    assert (inside(client), inside(third)) == (True, False)


def test_sessions_grow_by_writing_only(app: Flask, client: FlaskClient, person: User) -> None:
    enter(client)
    app.config["CLOCK"] = lambda: NOW + timedelta(hours=11)
    assert inside(client)
    app.config["CLOCK"] = lambda: NOW + timedelta(hours=13)
    assert not inside(client)
    enter(client)
    app.config["CLOCK"] = lambda: NOW + timedelta(hours=24)
    client.post("/account", data={"name": "試験 花子", "language": "en", "version": person.version})
    app.config["CLOCK"] = lambda: NOW + timedelta(hours=35)
    assert inside(client)


def test_particulars_and_language_are_changed(client: FlaskClient, person: User, store: Session) -> None:
    enter(client)
    typed = {"name": "改名 花子", "title": "係長", "phone": "03-0000-0000", "language": "en", "version": person.version}
    assert client.post("/account", data=typed).status_code == 303
    assert "Account settings" in client.get("/account").get_data(as_text=True)
    store.refresh(person)
    assert (person.name, person.title, person.phone) == ("改名 花子", "係長", "03-0000-0000")
    store.rollback()
    assert client.post("/account", data={**typed, "name": "古い 花子"}).status_code == 409


def test_closing_the_account(client: FlaskClient, person: User, store: Session) -> None:
    enter(client)
    assert client.post("/account/close", data={"current_password": "wrong password"}).status_code == 422
    assert client.post("/account/close", data={"current_password": GOOD}).status_code == 303
    assert not inside(client)
    assert enter(client).status_code == 422
    store.refresh(person)
    assert not person.active


@pytest.fixture
def company(store: Session) -> Partner:
    return factories.partner(store)


@pytest.fixture
def owner(store: Session, company: Partner, person: User, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    accounts.seat(store, person, Role.PARTNER_ADMIN, partner_id=company.pk)
    store.commit()
    return sign_in(person.pk)


def test_a_colleague_is_invited_and_joins(
    app: Flask, owner: FlaskClient, company: Partner, store: Session, client: FlaskClient
) -> None:
    house = f"/account/organisations/partner/{company.pk}"
    assert owner.post(house, data={"email": EMAIL, "role": "partner_member"}).status_code == 422
    assert owner.post(house, data={"email": "new@example.jp", "role": "coordinator"}).status_code == 422
    assert owner.post(house, data={"email": "new@example.jp", "role": "partner_member"}).status_code == 303
    assert "new@example.jp" in owner.get(house).get_data(as_text=True)
    url = f"/join/{token_of(store, 'invite_colleague')}"
    assert "株式会社みらい" in client.get(url).get_data(as_text=True)
    assert owner.post(url).status_code == 403  # sent to somebody else
    assert client.post(url, data={"name": "", "password": GOOD}).status_code == 422
    assert client.post(url, data={"name": "新人 四郎", "password": GOOD}).status_code == 303
    assert inside(client)
    assert client.get(url).status_code == 404
    listing = client.get(house).get_data(as_text=True)
    assert "新人 四郎" in listing
    assert "/seats/" in listing  # one's own seat can be given up
    assert client.post(house, data={"email": "x@example.jp", "role": "partner_member"}).status_code == 403


def test_who_has_an_account_signs_in_and_joins_with_one_click(
    owner: FlaskClient, company: Partner, store: Session, client: FlaskClient
) -> None:
    colleague = accounts.create_user(store, "known@example.jp", "既知", GOOD, "ja", NOW, confirmed=True)
    store.commit()
    house = f"/account/organisations/partner/{company.pk}"
    owner.post(house, data={"email": "known@example.jp", "role": "partner_admin"})
    url = f"/join/{token_of(store, 'invite_colleague')}"
    assert f"next={url}" in client.get(url).get_data(as_text=True)
    enter(client, "known@example.jp", next=url)
    assert client.post(url).status_code == 303
    store.rollback()
    seat = seat_at(store, colleague.pk, House(partner_id=company.pk))
    assert seat is not None
    assert seat.role is Role.PARTNER_ADMIN


def test_the_last_one_who_looks_after_a_house_stays(owner: FlaskClient, company: Partner, store: Session) -> None:
    house = f"/account/organisations/partner/{company.pk}"
    seat = store.exec(select(Membership)).one().pk
    store.rollback()
    for url, data in ((f"{house}/seats/{seat}/revoke", {}), (f"{house}/seats/{seat}/role", {"role": "partner_member"})):
        answer = owner.post(url, data=data)
        assert answer.status_code == 422
        assert "管理の担当者" in answer.get_data(as_text=True)
    assert owner.post("/account/close", data={"current_password": GOOD}).status_code == 422


def test_other_houses_do_not_exist(owner: FlaskClient, store: Session) -> None:
    elsewhere = factories.partner(store, "別会社")
    town: Municipality = factories.municipality(store)
    store.commit()
    for kind, key in (("partner", elsewhere.pk), ("municipality", town.pk), ("partner", 999)):
        house = f"/account/organisations/{kind}/{key}"
        assert owner.get(house).status_code == 404
        assert owner.post(f"{house}/work").status_code == 404
        assert owner.post(f"{house}/seats/1/revoke").status_code == 404


def test_who_works_for_two_chooses(owner: FlaskClient, person: User, store: Session) -> None:
    second = factories.partner(store, "二つ目の会社")
    accounts.seat(store, person, Role.PARTNER_MEMBER, partner_id=second.pk)
    store.commit()
    assert "/work" in owner.get("/account/organisations").get_data(as_text=True)
    assert owner.post(f"/account/organisations/partner/{second.pk}/work").headers["Location"] == "/me"
    with owner.session_transaction() as cookie:
        assert cookie["partner_id"] == second.pk
