"""Every route × every role: reached, refused, hidden, or sent to the sign-in page, as the access list says."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import UserSession
from models.session import open_session
from tests.contracts import world as worlds
from tests.contracts.access_list import ACCESS_LIST, ARGUMENTS, FORMS
from tests.contracts.world import PEOPLE, World
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from web import db
from web.app import create_app
from web.auth import token_hash
from web.settings import load_settings

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
Place = tuple[Flask, World]


def routes(app: Flask) -> list[tuple[str, str]]:
    """Every endpoint with every method that it answers, static files aside."""
    return sorted(
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in METHODS
        if rule.endpoint != "static" and method in (rule.methods or ())
    )


@pytest.fixture(scope="module")
def place(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("access")
    shutil.copy(sqlite_schema, folder / "musubi.db")
    app = create_app(load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(folder)}))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.extensions["matchbook"] = FakeMatchbook()
    with open_session(app.extensions["engine"]) as session:
        world = worlds.build(session)
        for name, user_id in world.people.items():
            entry = {"user_id": user_id, "last_seen_at": NOW, "expires_at": NOW.replace(year=2099)}
            session.add(UserSession(token_hash=token_hash(name), **entry))
        session.commit()
    yield app, world
    app.extensions["engine"].dispose()


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request is rolled back, so that each starts in the same world."""
    monkeypatch.setattr(db, "SAFE_METHODS", frozenset(METHODS))


def client_of(app: Flask, who: str) -> FlaskClient:
    client = app.test_client()
    if who != "anonymous":
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": who, "_fresh": True})
    return client


def outcome(place: Place, endpoint: str, method: str, who: str) -> str:
    """Y reached, N refused (403), H hidden (404), S sent to sign in."""
    app, world = place
    rule = next(r for r in app.url_map.iter_rules(endpoint) if method in (r.methods or ()))
    wanted = ARGUMENTS.get(endpoint, {})
    arguments = {name: world_value(world, name, wanted) for name in rule.arguments}
    with app.test_request_context():
        url = app.url_for(endpoint, **arguments)
    form = {name: _value(world, value) for name, value in FORMS.get(endpoint, {}).items()} if method == "POST" else {}
    answer = client_of(app, who).open(url, method=method, data=form)
    assert answer.status_code < 500 or endpoint == "ops.readyz", f"{method} {url} as {who}: {answer.status_code}"
    if answer.status_code == 303 and "/sign-in?" in answer.headers["Location"]:
        return "S"
    return {403: "N", 404: "H"}.get(answer.status_code, "Y")


def world_value(world: World, name: str, wanted: dict[str, str]) -> object:
    return world.code if name == "code" else _value(world, wanted.get(name, name.removesuffix("_id")))


def _value(world: World, value: str) -> object:
    return value[1:] if value.startswith("=") else world.ids.get(value, value)


def test_the_access_list_covers_every_route_and_nothing_else(place: Place) -> None:
    listed, existing = set(ACCESS_LIST), set(routes(place[0]))
    assert existing - listed == set(), "routes without an entry in tests/contracts/access_list.py"
    assert listed - existing == set(), "entries without a route"


@pytest.mark.parametrize(("endpoint", "method"), sorted(ACCESS_LIST))
def test_each_role_gets_what_the_list_says(place: Place, endpoint: str, method: str) -> None:
    expected = dict(zip(PEOPLE, ACCESS_LIST[endpoint, method], strict=True))
    assert {who: outcome(place, endpoint, method, who) for who in PEOPLE} == expected
