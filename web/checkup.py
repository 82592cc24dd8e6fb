"""What is configured, reachable and up to date: each check looks at one thing and says what to do when it is wrong."""

import json
import os
import shutil
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from sqlalchemy.engine import Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from models.queries import indexing as index_queries
from models.queries import upkeep
from models.session import open_session
from web import startup
from web.settings import DEV_SECRET, SETTINGS, Settings

SOUND_SQLITE = (3, 51, 3)
LEAST_SPACE = 500 * 2**20
BEAT_WITHIN = timedelta(minutes=2)
INDEXED_WITHIN = timedelta(minutes=5)
SENT_WITHIN = timedelta(minutes=15)
PATIENCE = 5.0


@dataclass(frozen=True)
class Finding:
    """What one check found; `wrong` ones say what to do."""

    name: str
    text: str
    wrong: bool = False


def examine(settings: Settings, engine: Engine, now: datetime) -> Iterator[Finding]:
    """Every finding in turn. Without a readable database the checks that need one are left out."""
    yield _configuration(settings)
    yield from (_data_dir(settings), _space(settings), _sqlite(engine))
    database = _database(engine)
    yield database
    yield from (_encoder(settings), _queries(settings), _smtp(settings))
    if database.wrong:
        return
    yield from (
        _accounts(settings, engine),
        _worker(settings, now),
        _index(settings, engine),
        _backlog(engine, now),
        _mail(engine, now),
    )


def shown_settings(settings: Settings) -> dict[str, str]:
    """Every setting as it is in force, without a secret in it."""
    shown = {setting.name: _plain(settings, setting.name) for setting in SETTINGS}
    secret = "the default one" if settings.secret_key == DEV_SECRET else f"set, {len(settings.secret_key)} characters"
    return shown | {
        "SECRET_KEY": secret,
        "METRICS_TOKEN": "set" if settings.metrics_token else "not set",
        "DATABASE_URL": make_url(settings.database_url).render_as_string(hide_password=True),
        "SMTP_URL": _without_password(settings.smtp_url) or "not set",
    }


def _plain(settings: Settings, name: str) -> str:
    value = getattr(settings, name.lower().removeprefix("musubi_"))
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":***@") if parts.password else url


def _configuration(settings: Settings) -> Finding:
    """They were checked when they were read: an unsafe one keeps every command from starting."""
    return Finding("settings", f"{settings.mode} mode, {settings.base_url}")


def _data_dir(settings: Settings) -> Finding:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=settings.data_dir):
            return Finding("data folder", f"{settings.data_dir} can be written")
    except OSError as error:
        return Finding("data folder", f"{settings.data_dir}: {error.strerror}; set DATA_DIR or its owner", wrong=True)


def _space(settings: Settings) -> Finding:
    folder = next(path for path in (settings.data_dir, *settings.data_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    text = f"{free / 2**30:.1f} GiB free at {folder}"
    return Finding("disk", text if free >= LEAST_SPACE else f"{text}: make room", wrong=free < LEAST_SPACE)


def _sqlite(engine: Engine) -> Finding:
    if engine.dialect.name != "sqlite":
        return Finding("SQLite", "not in use")
    import pysqlite3.dbapi2 as driver

    text = f"{driver.sqlite_version} through pysqlite3"
    if driver.sqlite_version_info >= SOUND_SQLITE:
        return Finding("SQLite", text)
    return Finding("SQLite", f"{text} can damage its write-ahead log: install requirements.txt again", wrong=True)


def _database(engine: Engine) -> Finding:
    where = engine.url.render_as_string(hide_password=True)
    try:
        behind = startup.database_behind(engine)
    except (SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        return Finding("database", f"{where} cannot be reached: {reason}", wrong=True)
    return Finding("database", behind or f"{where}, at the newest migration", wrong=bool(behind))


def _accounts(settings: Settings, engine: Engine) -> Finding:
    with open_session(engine, write=False) as session:
        count = len(upkeep.demo_accounts(session))
    refused = startup.refuse_demo_accounts(engine, settings)
    return Finding("accounts", refused[0] if refused else f"{count} demonstration accounts", wrong=bool(refused))


def _encoder(settings: Settings) -> Finding:
    from embeddings import convert

    if settings.encoder_model != "bundled":
        local = Path(settings.encoder_model).is_dir()
        return Finding("encoder", f"{settings.encoder_model} ({'a folder' if local else 'from a hub'})")
    folder = convert.bundled_folder(settings.data_dir)
    repair = "run `python -m embeddings.convert`"
    try:
        damaged = convert.damaged_files(folder)
    except convert.NotConverted:
        return Finding("encoder", f"the bundled model has not been converted: {repair}", wrong=True)
    if damaged:
        return Finding("encoder", f"damaged: {', '.join(damaged)}; remove {folder} and {repair}", wrong=True)
    if not convert.is_current(folder):
        return Finding("encoder", f"the bundled model was converted by an older version: {repair}", wrong=True)
    return Finding("encoder", "the bundled model, converted, checksums match")


def _queries(settings: Settings) -> Finding:
    from embeddings.query_client import QueryClient

    status = QueryClient(settings.encoder_socket).status()
    if status.state == "ready":
        return Finding("queries", f"{status.model_id} answers at {settings.encoder_socket.name}")
    return Finding(
        "queries", f"the query encoder is {status.state}: search by words alone. Is the worker running?", True
    )


def _worker(settings: Settings, now: datetime) -> Finding:
    start = "start `flask --app wsgi serve`, or `flask --app wsgi worker`"
    try:
        beat = json.loads((settings.data_dir / "worker.json").read_text("utf-8"))
        at = datetime.fromisoformat(beat["at"])
    except (OSError, ValueError, KeyError):
        return Finding("worker", f"it has never run here: {start}", wrong=True)
    silent = now - at
    if silent > BEAT_WITHIN or not _alive(beat["pid"]):
        return Finding(
            "worker", f"no sign of life since {at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC: {start}", wrong=True
        )
    return Finding("worker", f"process {beat['pid']}, last sign of life {max(0, int(silent.total_seconds()))} s ago")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _index(settings: Settings, engine: Engine) -> Finding:
    from embeddings.snapshot import DamagedSnapshot
    from matcher.services import corpora

    rebuild = "run `flask --app wsgi index rebuild`"
    try:
        library = corpora.open_latest(settings.data_dir)
    except (DamagedSnapshot, OSError, KeyError) as error:
        return Finding("index", f"it cannot be read ({error}): {rebuild}", wrong=True)
    if library is None:
        return Finding("index", f"there is none: {rebuild}", wrong=True)
    with open_session(engine, write=False) as session:
        newest, waiting = index_queries.last_passage(session, library.model), index_queries.waiting(session)
    text = f"generation {library.generation}, {library.model}"
    if library.last < newest and not waiting:
        return Finding("index", f"{text}, is behind the database ({library.last} of {newest}): {rebuild}", wrong=True)
    return Finding("index", f"{text}, {'is catching up' if library.last < newest else 'up to date'}")


def _backlog(engine: Engine, now: datetime) -> Finding:
    with open_session(engine, write=False) as session:
        late, waiting = upkeep.overdue_changes(session, now - INDEXED_WITHIN), index_queries.waiting(session)
    if late:
        return Finding("changes", f"{late} have waited for more than {_minutes(INDEXED_WITHIN)}: see the worker", True)
    return Finding("changes", f"{waiting} waiting to be read into the index")


def _mail(engine: Engine, now: datetime) -> Finding:
    with open_session(engine, write=False) as session:
        dead, late = upkeep.dead_letters(session), upkeep.overdue_mails(session, now - SENT_WITHIN)
    if dead:
        return Finding("mail", f"{dead} could not be delivered: see Administration → Mail", wrong=True)
    if late:
        return Finding("mail", f"{late} should have left {_minutes(SENT_WITHIN)} ago: see the worker", wrong=True)
    return Finding("mail", "nothing undelivered")


def _minutes(span: timedelta) -> str:
    return f"{span.seconds // 60} minutes"


def _smtp(settings: Settings) -> Finding:
    if not settings.smtp_url:
        text = f"not configured: mail is written to {settings.data_dir / 'mail'}"
        wrong = settings.mode == "production"
        return Finding("SMTP", f"{text}; nobody receives it, set SMTP_URL" if wrong else text, wrong=wrong)
    parts = urlsplit(settings.smtp_url)
    where = f"{parts.hostname}:{parts.port or _usual_port(parts.scheme)}"
    try:
        with closing(_connect(parts.scheme, parts.hostname or "", parts.port)) as server:
            server.ehlo()
            with suppress(smtplib.SMTPException):
                server.quit()
    except (OSError, smtplib.SMTPException) as error:
        return Finding("SMTP", f"{where} cannot be reached: {error}", wrong=True)
    return Finding("SMTP", f"{where} answers")


def _usual_port(scheme: str) -> int:
    return 465 if scheme == "smtps" else 587


def _connect(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=PATIENCE, context=ssl.create_default_context())
    return smtplib.SMTP(host, port or _usual_port(scheme), timeout=PATIENCE)
