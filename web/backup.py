"""Copies a database that is in use, as of one moment: SQLite by its online backup, PostgreSQL by pg_dump."""

import gzip
import hashlib
import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
from sqlalchemy.engine import URL, Engine

SUFFIXES = {"sqlite": ".db", "postgresql": ".dump"}
PAGES_AT_ONCE = 1_000


class BackupFailed(RuntimeError):
    """There is no usable copy; the message says what to do. Nothing half-written is left behind."""


def back_up(engine: Engine, target: Path, compress: bool = False) -> Path:
    """Write a copy to `target` (a suffix is added when it has none) and its SHA-256 beside it; gives the file.

    Raises BackupFailed when the target exists, pg_dump is missing or fails, or the copy is not sound.
    """
    kind = engine.dialect.name
    target = target if target.suffix else target.with_suffix(SUFFIXES[kind])
    compress = (compress or target.suffix == ".gz") and kind == "sqlite"
    if compress and target.suffix != ".gz":
        target = target.with_name(target.name + ".gz")
    if target.exists():
        raise BackupFailed(f"{target} exists already; choose another name")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    try:
        if kind == "sqlite":
            _copy_sqlite(engine.url, partial)
            if compress:
                _compress(partial)
        else:
            _dump_postgresql(engine.url, partial)
        partial.chmod(0o600)  # it holds personal data
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)
    _write_checksum(target)
    return target


def _copy_sqlite(url: URL, target: Path) -> None:
    if not url.database or not Path(url.database).is_file():
        raise BackupFailed(f"there is no database at {url.database}: run `flask --app wsgi db upgrade`")
    with closing(sqlite.connect(url.database)) as source, closing(sqlite.connect(str(target))) as copy:
        source.backup(copy, pages=PAGES_AT_ONCE, sleep=0.01)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it
        verdict = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise BackupFailed(f"the copy is not sound: {verdict}. The database itself may be damaged")


def _compress(path: Path) -> None:
    packed = path.with_name(path.name + ".gz")
    with path.open("rb") as plain, gzip.open(packed, "wb", compresslevel=6) as target:
        shutil.copyfileobj(plain, target, 1 << 20)
    packed.replace(path)


def _dump_postgresql(url: URL, target: Path) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        raise BackupFailed("pg_dump is not installed here: apt-get install postgresql-client, or back up on the server")
    given = {
        "PGHOST": url.host,
        "PGPORT": url.port and str(url.port),
        "PGUSER": url.username,
        "PGPASSWORD": url.password,  # in the environment: arguments are visible to everybody on the machine
        "PGDATABASE": url.database,
    }
    environ = os.environ | {name: value for name, value in given.items() if value}
    command = [program, "--format=custom", "--no-owner", f"--file={target}"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupFailed(f"pg_dump: {done.stderr.strip()[:500]}")


def _write_checksum(path: Path) -> None:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n", "utf-8")
