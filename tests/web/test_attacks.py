"""What somebody with bad intentions tries: each test is one attempt that must come to nothing."""

from collections.abc import Callable
from email.message import EmailMessage
from functools import wraps
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeSerializer
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, select
from werkzeug.routing import Rule

from matcher.services import accounts, colleagues, counters, interests, introductions, passwords, recommendations
from models import LoginCounter, Municipality, Registration, SavedForm
from models.enums import ChallengeStatus, NoticeKind, RefusalReason, RegistrationStatus, Role
from models.queries import recommendations as reads
from models.queries.accounts import House
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from web import db as database
from web import unsubscribing
from web.drafts import count_kept
from web.forms import clean
from web.mailer import FileTransport
from web.network import network
from web.observe import REGISTRY
from web.pages.accounts.forms import ProfileForm

GOOD = "correct horse battery"
SignIn = Callable[[int], FlaskClient]


@pytest.fixture(autouse=True)
def clock(app: Flask) -> None:
    app.config["CLOCK"] = lambda: NOW


@pytest.fixture
def town(store: Session) -> Municipality:
    return factories.municipality(store)


def _kept(store: Session) -> int:
    store.rollback()
    found = len(store.exec(select(SavedForm)).all())
    store.rollback()
    return found


def test_contacts_are_gone_when_an_introduction_has_ended(store: Session, town: Municipality, sign_in: SignIn) -> None:
    office, house = factories.coordinator(store, town), factories.partner(store, town=town)
    person, challenge = factories.partner_admin(store, house), factories.challenge(store, town)
    recommendations.run(store, office, challenge.pk, FakeMatchbook(), now=NOW)
    row = reads.of_pair(store, challenge.pk, house.pk)
    assert row is not None
    recommendations.approve(store, office, row.pk, message="", now=NOW)
    recommendations.accept(store, person, row.pk, message="伺います。", now=NOW)
    recommendations.refuse(store, person, row.pk, next(iter(RefusalReason)), "", now=NOW)
    page = sign_in(office.user_id or 0).get(f"/city/matches/{row.pk}").text
    assert not [words for words in (person.name, "madoguchi@example.lg.jp", "伺います。") if words in page]


def test_a_challenge_off_the_portal_is_not_read_through_ones_interests(
    store: Session, town: Municipality, sign_in: SignIn
) -> None:
    house = factories.partner(store, town=town)
    person, challenge = factories.partner_admin(store, house), factories.challenge(store, town)
    interests.show(store, person, challenge.pk, house.pk, "話を聞きたい。", now=NOW)
    challenge.title, challenge.status = "秘密の構想", ChallengeStatus.IN_REVIEW
    page = sign_in(person.user_id or 0).get("/me/interests").text
    assert "話を聞きたい。" in page
    assert "秘密の構想" not in page


def test_a_partner_that_has_left_is_not_found_through_an_old_index(
    store: Session, town: Municipality, sign_in: SignIn
) -> None:
    house = factories.partner(store, town=town)
    person = factories.partner_admin(store, house)
    factories.partner(store, "株式会社現役", town=town)
    factories.partner(store, "株式会社退会", town=town, status=RegistrationStatus.WITHDRAWN)
    page = sign_in(person.user_id or 0).get("/me/partners").text
    assert "株式会社現役" in page
    assert "株式会社退会" not in page


def test_an_old_invitation_leads_nobody_back_whose_seat_was_taken(
    app: Flask, client: FlaskClient, store: Session, sign_in: SignIn
) -> None:
    house = factories.partner(store)
    keeper, leaver = factories.partner_admin(store, house), factories.user(store)
    place = House(partner_id=house.pk)
    colleagues.invite(store, keeper, place, leaver.email, Role.PARTNER_ADMIN, NOW)
    held = accounts.seat(store, leaver, Role.PARTNER_MEMBER, partner_id=house.pk)
    colleagues.revoke(store, keeper, place, held.pk, NOW)
    assert not colleagues.queries.open_invitations(store, place, NOW)


def test_strangers_cannot_fill_the_database_with_forms(app: Flask, client: FlaskClient, store: Session) -> None:
    app.config["CLOCK"] = lambda: NOW
    with app.test_request_context(method="POST", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        for _ in range(counters.KEPT_NETWORK.attempts):
            count_kept()
        database.db().commit()
    typed = {"name": "株式会社みらい"}
    refused = client.post("/register/organisation", data=typed)
    assert refused.status_code == 429
    answer = client.post("/city/challenges/new", data={"title": "長い文"})
    assert answer.status_code == 303
    assert "saved" not in answer.location
    assert _kept(store) == 0
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    assert client.post("/register/organisation", data=typed, environ_base=elsewhere).status_code == 422


def test_registering_is_counted_by_the_network_of_one_subscriber(client: FlaskClient, store: Session) -> None:
    from tests.web.test_register import CONTACT, _fill

    factories.municipality(store)
    store.commit()
    inside = {"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}
    client.environ_base |= inside
    _fill(client)
    client.post("/register/contact", data=CONTACT | {"email": "HANAKO@example.jp"})
    store.rollback()
    keys = {row.key_hash for row in store.exec(select(LoginCounter))}
    assert counters.MAIL_NETWORK.key("2001:db8:1:2::/64") in keys
    assert counters.MAIL_ADDRESS.key("hanako@example.jp") in keys


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.9", "192.0.2.9/32"),
        ("::ffff:192.0.2.9", "192.0.2.9/32"),
        ("2001:db8::1:2:3:4", "2001:db8::/64"),
        ("nonsense", "unknown"),
    ],
)
def test_nobody_shares_a_lock_with_half_of_the_world(app: Flask, address: str, counted: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert network() == counted


def test_made_up_methods_make_no_time_series(client: FlaskClient) -> None:
    for name in ("AAAA1", "AAAA2"):
        client.open("/", method=name)
    said = {sample.labels.get("method") for family in REGISTRY.collect() for sample in family.samples}
    assert "other" in said
    assert not {"AAAA1", "AAAA2"} & said


def test_control_characters_reach_no_database(app: Flask, client: FlaskClient, store: Session) -> None:
    with app.test_request_context(method="POST", data={"phone": "03\x001234", "name": "花\x00子"}):
        form = ProfileForm()
        assert (form.phone.data, form.name.data) == ("031234", "花子")
    assert clean("a\x00\ud800b") == "ab"
    app.config["WTF_CSRF_ENABLED"] = True
    assert client.post("/confirm/%00", data={"x": "y"}).status_code == 303
    assert _kept(store) == 0


@pytest.mark.parametrize("error", [IntegrityError("INSERT", {}, Exception("secret@example.jp")), StaleDataError()])
@pytest.mark.parametrize("late", [False, True])
def test_what_two_people_did_at_once_is_explained(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception, *, late: bool
) -> None:
    def fail(*_args: object) -> None:
        raise error

    monkeypatch.setattr(Session, "commit" if late else "flush", fail)
    answer = client.post("/sign-in", data={"email": "nobody@example.jp", "password": GOOD})
    assert answer.status_code == 409
    assert answer.mimetype == "text/html"
    assert "secret@example.jp" not in answer.text
    assert answer.headers["Content-Security-Policy"]


def test_somebody_who_left_the_office_hears_nothing_more(store: Session, town: Municipality) -> None:
    office, author = factories.coordinator(store, town), factories.department_staff(store, town)
    house = factories.partner(store, town=town)
    challenge = factories.challenge(store, town)
    challenge.author_id = author.user_id
    recommendations.run(store, office, challenge.pk, FakeMatchbook(), now=NOW)
    row = reads.of_pair(store, challenge.pk, house.pk)
    assert row is not None
    assert author.user_id in {user.pk for user in introductions.office(store, row)}
    held = colleagues.queries.seat_at(store, author.user_id or 0, House(municipality_id=town.pk))
    assert held is not None
    colleagues.revoke(store, office, House(municipality_id=town.pk), held.pk, NOW)
    assert author.user_id not in {user.pk for user in introductions.office(store, row)}


def test_a_partner_that_has_left_shows_its_people_no_more(store: Session, town: Municipality, sign_in: SignIn) -> None:
    office = factories.coordinator(store, town)
    houses = [
        factories.partner(store, "株式会社登録", town=town),
        factories.partner(store, "株式会社退会", town=town, status=RegistrationStatus.WITHDRAWN),
    ]
    people = [factories.partner_admin(store, house) for house in houses]
    keys = [store.exec(select(Registration.id).where(Registration.partner_id == house.pk)).one() for house in houses]
    browser = sign_in(office.user_id or 0)
    here, left = (browser.get(f"/city/registrations/{key}").text for key in keys)
    assert people[0].name in here
    assert people[1].name not in left


def test_written_mail_is_read_by_its_owner_alone(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Message-ID"] = "<a@b>"
    FileTransport(tmp_path).send(mail)
    assert (tmp_path / "a.eml").stat().st_mode & 0o077 == 0


def test_every_write_needs_a_token_of_ours_but_for_the_click_in_a_mail(
    app: Flask, store: Session, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[str] = []
    for endpoint, view in app.view_functions.items():

        @wraps(view)
        def noted(*_args: object, name: str = endpoint, **_keys: object) -> str:
            reached.append(name)
            return ""

        monkeypatch.setitem(app.view_functions, endpoint, noted)
    app.config["WTF_CSRF_ENABLED"] = True
    town = factories.municipality(store)
    person = factories.user(store, is_admin=True)
    factories.seat(store, person, Role.COORDINATOR, municipality=town)
    factories.seat(store, person, Role.PARTNER_ADMIN, partner=factories.partner(store, town=town))
    store.commit()
    client = sign_in(person.pk)
    for rule in app.url_map.iter_rules():
        for method in {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set()):
            client.open(_some_address(app, rule), method=method, data={"csrf_token": "forged"})
    assert reached == ["messages.unsubscribe"]


def _some_address(app: Flask, rule: Rule) -> str:
    """An address that the rule answers, whatever it is about."""
    given: dict[str, object] = {}
    for name in rule.arguments:
        choices = getattr(rule._converters[name], "items", None) or ()
        given[name] = 1 if name.endswith("_id") else next(iter(choices), "x")
    with app.test_request_context():
        return app.url_for(rule.endpoint, **given)  # type: ignore[arg-type]


def test_a_link_that_ends_mail_serves_one_person_one_kind_and_one_installation(app: Flask, client: FlaskClient) -> None:
    key = app.secret_key
    assert isinstance(key, str)
    token = unsubscribing.token(key, 1, NoticeKind.MESSAGE)
    said, _, signature = token.rpartition(".")
    other = unsubscribing.token(key, 2, NoticeKind.MESSAGE).rpartition(".")[0]
    forged = [f"{other}.{signature}", said, f"{said}.", unsubscribing.token("another key", 1, NoticeKind.MESSAGE)]
    forged.append(URLSafeSerializer(key).dumps([1, "message"]))  # signed by us for another purpose
    assert [client.post(f"/mail/unsubscribe/{each}").status_code for each in forged] == [404] * len(forged)
    assert unsubscribing.read(key, token) == (1, NoticeKind.MESSAGE)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:a()"])
def test_no_form_leads_to_another_site(store: Session, client: FlaskClient, town: Municipality, target: str) -> None:
    person = factories.user(store)
    person.password_hash = passwords.hash_password(GOOD)
    store.commit()
    assert client.post("/language", data={"lang": "en", "next": target}).location == "/"
    entered = client.post("/sign-in", data={"email": person.email, "password": GOOD, "next": target})
    assert entered.status_code == 303
    assert "evil" not in entered.location
    assert not entered.location.startswith("javascript")
