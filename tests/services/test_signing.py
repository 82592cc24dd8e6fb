"""Signing in, locking out, sessions and passwords, on both databases."""

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from matcher.errors import Invalid, Locked, NotAllowed, NotFound
from matcher.services import accounts, counters, passwords, signing
from models import LoginCounter, OutboxMessage, User, UserSession
from models.queries import accounts as queries
from tests.factories import NOW

GOOD = "correct horse battery"
OTHER = "another long passphrase"
HERE = "192.0.2.1"


@pytest.fixture
def person(session: Session) -> User:
    return accounts.create_user(session, "hanako@example.jp", "試験 花子", GOOD, "ja", NOW, confirmed=True)


def _fail(session: Session, email: str, times: int, network: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(Invalid) as caught:
            signing.sign_in(session, email, "wrong password", network, NOW)
        assert caught.value.fields == {"password": "credentials"}


def test_the_right_password_opens(session: Session, person: User) -> None:
    assert signing.sign_in(session, " HANAKO@example.jp", GOOD, HERE, NOW) is person


@pytest.mark.parametrize("email", ["hanako@example.jp", "nobody@example.jp"])
def test_ten_failures_close_the_door_for_a_quarter_of_an_hour(session: Session, person: User, email: str) -> None:
    _fail(session, email, 10)
    with pytest.raises(Locked) as caught:
        signing.sign_in(session, email, GOOD, "198.51.100.7", NOW + timedelta(minutes=14))
    assert 0 < caught.value.seconds <= 61
    if email == person.email:
        assert signing.sign_in(session, email, GOOD, HERE, NOW + timedelta(minutes=16)) is person


def test_failures_long_ago_do_not_count(session: Session, person: User) -> None:
    _fail(session, person.email, 9)
    with pytest.raises(Invalid):
        signing.sign_in(session, person.email, "wrong password", HERE, NOW + timedelta(minutes=20))
    assert signing.sign_in(session, person.email, GOOD, HERE, NOW + timedelta(minutes=20)) is person


def test_a_network_that_tries_many_addresses_is_closed_out(session: Session, person: User) -> None:
    for number in range(counters.NETWORK.attempts):
        _fail(session, f"guess{number}@example.jp", 1)
    with pytest.raises(Locked):
        signing.sign_in(session, person.email, GOOD, HERE, NOW)
    assert signing.sign_in(session, person.email, GOOD, "198.51.100.7", NOW) is person


def test_success_forgives_the_address_but_not_the_network(session: Session, person: User) -> None:
    _fail(session, person.email, 3)
    signing.sign_in(session, person.email, GOOD, HERE, NOW)
    rows = {row.key_hash: row.failures for row in session.exec(select(LoginCounter))}
    assert rows == {counters.NETWORK.key(HERE): 3}


def test_counters_know_no_address_by_name(session: Session, person: User) -> None:
    _fail(session, person.email, 1)
    assert all("@" not in row.key_hash and "." not in row.key_hash for row in session.exec(select(LoginCounter)))


def test_unconfirmed_and_disabled_people_stay_outside(session: Session, person: User) -> None:
    person.email_confirmed_at = None
    with pytest.raises(NotAllowed) as caught:
        signing.sign_in(session, person.email, GOOD, HERE, NOW)
    assert caught.value.code == "unconfirmed"
    _fail(session, person.email, 1)  # a wrong password says nothing about confirmation
    person.active = False
    with pytest.raises(Invalid):
        signing.sign_in(session, person.email, GOOD, HERE, NOW)


def test_a_hash_with_old_costs_is_renewed(session: Session, person: User) -> None:
    from argon2 import PasswordHasher

    person.password_hash = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(GOOD)
    signing.sign_in(session, person.email, GOOD, HERE, NOW)
    assert not passwords.outdated(person.password_hash)


def test_a_session_is_known_only_by_its_token_and_lasts_half_a_day(session: Session, person: User) -> None:
    token = signing.start_session(session, person, NOW)
    digest = accounts.digest(token)
    assert queries.session_user(session, digest, NOW + timedelta(hours=11)) is not None
    assert queries.session_user(session, digest, NOW + timedelta(hours=13)) is None
    signing.extend_session(session, token, NOW + timedelta(hours=10))
    assert queries.session_user(session, digest, NOW + timedelta(hours=13)) is not None


def test_no_session_outlives_a_week(session: Session, person: User) -> None:
    token = signing.start_session(session, person, NOW)
    later = NOW + timedelta(days=8)
    signing.extend_session(session, token, later)
    assert queries.session_user(session, accounts.digest(token), later) is None


def test_signing_in_again_replaces_the_session(session: Session, person: User) -> None:
    old = signing.start_session(session, person, NOW)
    new = signing.start_session(session, person, NOW, replaces=old)
    assert queries.session_user(session, accounts.digest(old), NOW) is None
    assert queries.session_user(session, accounts.digest(new), NOW) is not None


def test_people_end_their_own_sessions_only(session: Session, person: User) -> None:
    signing.start_session(session, person, NOW)
    row = session.exec(select(UserSession)).one()
    stranger = accounts.create_user(session, "other@example.jp", "他人", GOOD, "ja", NOW, confirmed=True)
    with pytest.raises(NotFound):
        signing.end_own_session(session, accounts.person_of(stranger), row.pk, NOW)
    signing.end_own_session(session, accounts.person_of(person), row.pk, NOW)
    assert session.exec(select(UserSession)).all() == []


def test_changing_the_password_ends_every_session_and_tells_the_owner(session: Session, person: User) -> None:
    signing.start_session(session, person, NOW)
    actor = accounts.person_of(person)
    with pytest.raises(Invalid) as caught:
        signing.change_password(session, actor, "wrong password", OTHER, NOW)
    assert caught.value.fields == {"current_password": "password_wrong"}
    with pytest.raises(Invalid) as caught:
        signing.change_password(session, actor, GOOD, GOOD, NOW)
    assert caught.value.fields == {"new_password": "password_same"}
    signing.change_password(session, actor, GOOD, OTHER, NOW)
    assert session.exec(select(UserSession)).all() == []
    assert signing.sign_in(session, person.email, OTHER, HERE, NOW) is person
    assert session.exec(select(OutboxMessage)).one().template == "password_changed"


def _reset_token(session: Session, email: str) -> str:
    signing.forgot_password(session, email, HERE, NOW)
    session.flush()
    found = session.exec(select(OutboxMessage).where(OutboxMessage.template == "reset")).all()
    token: str = found[-1].params["token"]
    return token


def test_a_reset_link_serves_once_confirms_and_lifts_the_lock(session: Session, person: User) -> None:
    person.email_confirmed_at = None
    _fail(session, person.email, 10)
    signing.start_session(session, person, NOW)
    first, second = _reset_token(session, person.email), _reset_token(session, person.email)
    with pytest.raises(Invalid):
        signing.reset_password(session, second, "hanako@example.jp", NOW)
    signing.reset_password(session, second, OTHER, NOW)
    assert session.exec(select(UserSession)).all() == []
    assert signing.sign_in(session, person.email, OTHER, HERE, NOW) is person
    for token in (first, second):
        with pytest.raises(NotFound):
            signing.reset_password(session, token, GOOD, NOW)


def test_a_reset_link_lasts_an_hour(session: Session, person: User) -> None:
    token = _reset_token(session, person.email)
    with pytest.raises(NotFound):
        signing.reset_password(session, token, OTHER, NOW + timedelta(minutes=61))


def test_asking_for_a_strangers_password_sends_nothing(session: Session, person: User) -> None:
    signing.forgot_password(session, "nobody@example.jp", HERE, NOW)
    assert session.exec(select(OutboxMessage)).all() == []
