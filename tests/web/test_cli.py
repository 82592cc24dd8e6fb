"""What an operator types: migrate, copy, load the demonstration, ask what is wrong, serve."""

import gzip
import hashlib
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

import migrations
from matcher.services import demo_data, notices
from models import Municipality, OutboxMessage, User
from models.base import utcnow
from models.enums import MailStatus
from models.session import make_engine, open_session
from tests import factories
from tests.postgres import binaries
from web import backup, checkup
from web.settings import ROOT, Settings, load_settings

Runner = Callable[..., "tuple[int, str]"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(tmp_path)})


@pytest.fixture
def migrated(settings: Settings) -> Iterator[Engine]:
    """The newest schema, reached by migrating."""
    engine = make_engine(settings.database_url)
    migrations.upgrade(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def run(settings: Settings) -> Iterator[Runner]:
    """Type a command: exit code and everything that was printed."""
    from web.app import create_app

    app: Flask = create_app(settings)

    def typed(*words: str, **changed: str) -> tuple[int, str]:
        app.extensions["settings"] = replace(settings, **changed)
        result = app.test_cli_runner().invoke(args=list(words))
        return result.exit_code, result.output

    yield typed
    app.extensions["engine"].dispose()


def test_upgrading_says_where_the_database_went(run: Runner) -> None:
    head = migrations.head()
    assert run("db", "current") == (0, f"empty (newest: {head})\n")
    assert run("db", "upgrade") == (0, f"The database went from None to {head}.\n")
    assert run("db", "upgrade") == (0, f"The database is at {head}.\n")


def test_a_backup_is_a_whole_database(run: Runner, migrated: Engine, tmp_path: Path) -> None:
    """Taken while somebody is writing; what was not committed is not in it."""
    with open_session(migrated) as session:
        factories.municipality(session)
        session.commit()
        factories.municipality(session, "431001", "熊本市")
        target = tmp_path / "copies" / "copy.db"
        code, said = run("db", "backup", "--to", str(target))
        session.rollback()
    assert (code, str(target) in said) == (0, True)
    with sqlite.connect(str(target)) as copy:
        assert [row[0] for row in copy.execute("SELECT name FROM municipality")] == ["加賀市"]
    digest, name = target.with_name("copy.db.sha256").read_text().split()
    assert (hashlib.sha256(target.read_bytes()).hexdigest(), "copy.db") == (digest, name)
    assert target.stat().st_mode & 0o077 == 0, "it holds personal data"
    code, said = run("db", "backup", "--to", str(target))
    assert (code, "exists already" in said) == (1, True)


def test_a_compressed_backup_unpacks_to_a_database(migrated: Engine, tmp_path: Path) -> None:
    written = backup.back_up(migrated, tmp_path / "copy", compress=True)
    assert written.name == "copy.db.gz"
    assert gzip.decompress(written.read_bytes()).startswith(b"SQLite format 3")
    assert {path.name for path in tmp_path.glob("*copy*")} == {"copy.db.gz", "copy.db.gz.sha256"}


@pytest.mark.postgresql
def test_postgresql_is_copied_by_pg_dump(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{binaries()}{os.pathsep}{os.environ['PATH']}")
    engine = make_engine(f"{postgres_url}/postgres")
    written = backup.back_up(engine, tmp_path / "copy")
    assert written.read_bytes().startswith(b"PGDMP")
    monkeypatch.setenv("PATH", "")
    with pytest.raises(backup.BackupFailed, match="postgresql-client"):
        backup.back_up(engine, tmp_path / "other")
    engine.dispose()


def test_the_demonstration_is_loaded_once_and_not_in_production(run: Runner, migrated: Engine) -> None:
    code, said = run("demo", "load", mode="production")
    assert (code, "production" in said) == (1, True)
    code, said = run("demo", "load")
    assert (code, "things stored" in said) == (0, True)
    assert run("demo", "load") == (0, "Demonstration: it is all there already.\n")
    code, said = run("demo", "close-accounts")
    assert (code, said) == (0, f"{len(demo_data.ACCOUNTS)} demonstration accounts closed.\n")
    with Session(migrated) as session:
        assert session.exec(select(Municipality)).all()
        assert not session.exec(select(User).where(User.active)).all()


def found(settings: Settings, engine: Engine) -> dict[str, checkup.Finding]:
    return {finding.name: finding for finding in checkup.examine(settings, engine, utcnow())}


def test_the_doctor_says_what_to_do(run: Runner, migrated: Engine) -> None:
    code, said = run("doctor", "--settings")
    assert code == 1
    assert "WRONG  worker       it has never run here: start `flask --app wsgi serve`" in said
    assert "WRONG  index        there is none: run `flask --app wsgi index rebuild`" in said
    assert "SECRET_KEY=the default one" in said


def test_the_doctor_looks_at_the_database(settings: Settings, migrated: Engine, tmp_path: Path) -> None:
    findings = found(settings, migrated)
    assert not findings["database"].wrong
    assert not findings["SQLite"].wrong
    assert not findings["data folder"].wrong
    empty = make_engine(f"sqlite:///{tmp_path}/empty.db")
    assert "db upgrade" in found(settings, empty)["database"].text
    nowhere = make_engine("postgresql://musubi:hidden@127.0.0.1:9/musubi")
    finding = found(settings, nowhere)["database"]
    assert finding.wrong
    assert "hidden" not in finding.text
    empty.dispose()


def test_the_doctor_counts_what_did_not_get_out(settings: Settings, migrated: Engine) -> None:
    with open_session(migrated) as session:
        person = factories.user(session)
        notices.mail(session, "confirm", person, "1", utcnow() - timedelta(hours=1))
        session.commit()
        assert "should have left" in found(settings, migrated)["mail"].text
        session.exec(select(OutboxMessage)).one().status = MailStatus.DEAD
        session.commit()
    assert found(settings, migrated)["mail"].wrong


def test_the_doctor_refuses_demonstration_accounts_in_production(settings: Settings, migrated: Engine) -> None:
    with open_session(migrated) as session:
        factories.user(session).is_demo = True
        session.commit()
    assert not found(settings, migrated)["accounts"].wrong
    assert found(replace(settings, mode="production"), migrated)["accounts"].wrong


def test_the_doctor_knocks_at_the_mail_server(settings: Settings, migrated: Engine) -> None:
    assert not found(settings, migrated)["SMTP"].wrong
    assert found(replace(settings, mode="production"), migrated)["SMTP"].wrong
    server = Controller(object(), hostname="127.0.0.1", port=free_port())
    server.start()
    reachable = replace(settings, smtp_url=f"smtp://somebody:hidden@127.0.0.1:{server.port}")
    assert found(reachable, migrated)["SMTP"].text.endswith("answers")
    assert "hidden" not in str(checkup.shown_settings(reachable))
    server.stop()
    assert found(reachable, migrated)["SMTP"].wrong


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.encoder
def test_preparing_does_everything_once(tmp_path: Path) -> None:
    """What `make run` does before it serves, with the real encoder; the second time there is nothing left to do."""
    (tmp_path / "models").symlink_to(ROOT / "var" / "models")
    environ = os.environ | {"DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "prepare"]
    said = [subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True) for _ in "12"]
    head = migrations.head()
    assert "things stored" in said[0].stdout
    assert "Search index: generation 1." in said[0].stdout
    assert said[1].stdout.splitlines() == [
        f"The database is at {head}.",
        "Demonstration: it is all there already.",
        "Search index: up to date.",
        "Demonstration: it has been played already.",
    ]


def test_a_closed_site_is_not_served(run: Runner) -> None:
    code, said = run("serve")
    assert code == 1
    assert "flask --app wsgi db upgrade" in said


def test_serving_from_start_to_ctrl_c(settings: Settings, migrated: Engine) -> None:
    """The real thing, on a port of its own: it answers, refuses a second one, and ends with everything it started."""
    with open_session(migrated) as session:
        person = factories.user(session)
        person.email, person.is_demo = "partner@demo.example", True
        session.commit()
    (settings.data_dir / "models").symlink_to(ROOT / "var" / "models")
    environ = os.environ | {"DATA_DIR": str(settings.data_dir), "PORT": str(free_port()), "WEB_WORKERS": "1"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = ""
            assert process.stdout is not None
            while "partner@demo.example" not in said:
                line = process.stdout.readline()
                assert line, f"it ended: {said}"
                said += line
            assert demo_data.PASSWORD in said
            with urllib.request.urlopen(f"http://127.0.0.1:{environ['PORT']}/") as answer:
                assert answer.status == 200
            second = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
            assert second.returncode == 1
            assert "Choose another port" in second.stderr
            children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
            assert len(children) == 2
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
        finally:
            process.kill()
