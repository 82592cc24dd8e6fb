"""Hostile markup in every text of the database, and every page that shows it to somebody: none of it takes effect."""

import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel

from models import UserSession
from models.session import open_session
from tests.contracts import world as worlds
from tests.contracts.access_list import ACCESS_LIST, ARGUMENTS
from tests.contracts.test_access import Place, client_of, world_value
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from web.app import create_app
from web.auth import token_hash
from web.settings import load_settings

MARKUP = "\"'></script></textarea><b data-mark>標</b> onmark=1 {{ 7*7 }}%s"
LINK = "javascript:mark()"
#: words that the program reads, not people, and documents and mails, which are our own markup
KEPT = {
    *(
        "alembic_version.version_num",
        "issuedpaper.body",
        "outboxmessage.body_html",
        "usersession.token_hash",
        "token.token_hash",
    ),
    *("application.verify_key", "municipality.code", "municipality.prefecture", "partner.prefecture"),
    *("partner.industry", "user_account.email", "user_account.password_hash", "user_account.language"),
}


class Reader(HTMLParser):
    """Notes markup that came out of a text, and addresses that run something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        leads = [value or "" for name, value in attrs if name in ("href", "src", "action", "formaction")]
        if {"data-mark", "onmark"} & names or any(address.startswith("javascript:") for address in leads):
            self.found.append(str(self.get_starttag_text()))


@pytest.fixture(scope="module")
def place(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(sqlite_schema, folder / "musubi.db")
    app = create_app(load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(folder)}))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.extensions["matchbook"] = FakeMatchbook()
    with open_session(app.extensions["engine"]) as session:
        world = worlds.build(session)
        for name, user_id in world.people.items():
            entry = {"user_id": user_id, "last_seen_at": NOW, "expires_at": NOW.replace(year=2099)}
            session.add(UserSession(token_hash=token_hash(name), **entry))
        session.flush()
        for column in _texts():
            text = LINK if column.name in ("website", "online_link") else sa.literal(MARKUP).concat(_key(column))
            session.execute(sa.update(column.table).values({column.name: text}))
        session.commit()
    yield app, world
    app.extensions["engine"].dispose()


def _texts() -> list[sa.Column[str]]:
    """Every column of free text."""
    return [
        column
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if type(column.type) in (sa.String, sa.Text) or type(column.type).__name__ == "AutoString"
        if f"{table.name}.{column.name}" not in KEPT and not column.name.endswith(("hash", "sha256", "digest", "_type"))
    ]


def _key(column: sa.Column[str]) -> sa.ColumnElement[str]:
    """The key of the row, which makes the text one of its kind."""
    return sa.cast(column.table.c.id, sa.String)


def _pages() -> list[str]:
    return sorted(endpoint for endpoint, method in ACCESS_LIST if method == "GET" and not endpoint.startswith("ops"))


@pytest.mark.parametrize("who", ["anonymous", "coordinator", "partner_admin", "admin"])
def test_no_text_becomes_markup(place: Place, who: str) -> None:
    app, world = place
    client, seen, found, broken = client_of(app, who), 0, [], []
    for endpoint in _pages():
        rule = next(r for r in app.url_map.iter_rules(endpoint) if "GET" in (r.methods or ()))
        wanted = ARGUMENTS.get(endpoint, {})
        with app.test_request_context():
            url = app.url_for(endpoint, **{name: world_value(world, name, wanted) for name in rule.arguments})
        answer = client.get(url)
        broken += [endpoint] if answer.status_code >= 500 else []
        if answer.mimetype == "text/html":
            reader = Reader()
            reader.feed(answer.text)
            found += [(endpoint, tag) for tag in reader.found]
            seen += "data-mark" in answer.text
    assert (found, broken) == ([], [])
    assert seen > 5
