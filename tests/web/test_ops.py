"""What monitors ask: alive, ready, counted."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

import migrations
from models import OutboxMessage
from models.base import utcnow
from models.enums import MailStatus
from tests.factories import NOW
from web.app import create_app
from web.settings import load_settings


def test_alive(client: FlaskClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_ready_only_at_the_newest_migration(app: Flask, client: FlaskClient, store: Session) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] == {"reachable": True, "migrated": False}  # type: ignore[index]
    store.execute(sa.text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
    store.execute(sa.text("INSERT INTO alembic_version VALUES (:head)"), {"head": migrations.head()})
    store.commit()
    folder = app.extensions["settings"].data_dir
    (folder / "worker.json").write_text(f'{{"pid": 1, "at": "{utcnow().isoformat()}"}}', encoding="utf-8")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json["ready"] is True  # type: ignore[index]
    assert answer.json["index"] == {"generation": None, "age_seconds": None}  # type: ignore[index]
    assert answer.json["encoder"] == "down"  # type: ignore[index]
    assert answer.json["worker"]["silent_seconds"] < 60  # type: ignore[index]


def test_not_ready_without_a_database(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing"
    app = create_app(load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(tmp_path), "DATABASE_URL": url}))
    answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json["database"] == {"reachable": False, "migrated": False}  # type: ignore[index]


@pytest.mark.parametrize("beat", ["", "{}", '{"at": 5}', '{"at": "yesterday"}', "[]"])
def test_a_damaged_sign_of_life_is_none(app: Flask, client: FlaskClient, beat: str) -> None:
    (app.extensions["settings"].data_dir / "worker.json").write_text(beat, encoding="utf-8")
    assert client.get("/readyz").json["worker"] == {"silent_seconds": None}  # type: ignore[index]


def test_figures_are_for_whoever_holds_the_token(
    tmp_path: Path, app: Flask, client: FlaskClient, store: Session
) -> None:
    assert client.get("/metrics").status_code == 404
    for number, status in enumerate((MailStatus.PENDING, MailStatus.PENDING, MailStatus.DEAD, MailStatus.SENT)):
        store.add(
            OutboxMessage(
                key=str(number),
                template="t",
                to_email="a@example.jp",
                status=status,
                next_attempt_at=NOW,
                created_at=NOW,
            )
        )
    store.commit()
    guarded = create_app(
        load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(tmp_path), "METRICS_TOKEN": "open-sesame"})
    ).test_client()
    assert guarded.get("/metrics").status_code == 401
    assert guarded.get("/metrics", headers={"Authorization": "Bearer ópen"}).status_code == 401
    answer = guarded.get("/metrics", headers={"Authorization": "Bearer open-sesame"})
    assert answer.status_code == 200
    for line in ("musubi_outbox_pending 2.0", "musubi_outbox_dead 1.0", "musubi_index_changes_waiting 0.0"):
        assert line in answer.text
    assert "musubi_requests_total" in answer.text
