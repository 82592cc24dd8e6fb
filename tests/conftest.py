"""Fixtures: sessions on both databases rolled back per test, and an application on a fresh copy of the schema."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel

import models
from models.session import make_engine, open_session
from tests import factories, postgres
from tests.fakes import FakeMatchbook

assert models.User  # the tables are known once models is imported


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL cluster for this test process. `make test` installs the server; without it the test fails."""
    url, stop = postgres.start()
    yield url
    stop()


@pytest.fixture(scope="session")
def sqlite_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with every table, copied by the tests that write."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    engine = make_engine(f"sqlite:///{path}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()  # the last connection to close moves the write-ahead log into the file
    return path


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(f"{postgres_url}/postgres")
    SQLModel.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    """A session on each database; whatever the test writes is rolled back."""
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_schema"), tmp_path / "test.db")
        engine = make_engine(f"sqlite:///{path}")
    else:
        engine = request.getfixturevalue("postgres_engine")
    opened = open_session(engine)
    yield opened
    opened.rollback()
    opened.close()
    if request.param == "sqlite":
        engine.dispose()


@pytest.fixture
def app(sqlite_schema: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on a database of its own, with a matcher that needs no encoder."""
    from web.app import create_app
    from web.settings import load_settings

    shutil.copy(sqlite_schema, tmp_path / "musubi.db")
    application = create_app(load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(tmp_path)}))
    application.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    application.extensions["matchbook"] = FakeMatchbook()
    yield application
    application.extensions["engine"].dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def store(app: Flask) -> Iterator[Session]:
    """A session on the application's own database: commit what the application shall see."""
    with open_session(app.extensions["engine"]) as opened:
        yield opened


@pytest.fixture
def sign_in(app: Flask, store: Session) -> Callable[[int], FlaskClient]:
    """A client signed in as the person with this id, through a real session row."""

    def enter(user_id: int) -> FlaskClient:
        from web.auth import token_hash

        token = f"token-{user_id}"
        digest = token_hash(token)
        if store.exec(sa.select(models.UserSession).where(models.UserSession.token_hash == digest)).first() is None:
            store.add(
                models.UserSession(
                    token_hash=digest,
                    user_id=user_id,
                    last_seen_at=factories.NOW,
                    expires_at=factories.NOW.replace(year=2099),
                )
            )
        store.commit()
        entered = app.test_client()
        with entered.session_transaction() as cookie:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
        return entered

    return enter
