"""Engines and sessions, free of Flask: SQLite through pysqlite3 by default, PostgreSQL by URL."""

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url
from sqlmodel import Session

BUSY_TIMEOUT_MS = 10_000


def make_engine(url: str, **options: Any) -> Engine:
    """Open the database behind `url`; a plain ``postgresql://`` is read as psycopg 3."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        return sa.create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **options)
    return _sqlite_engine(parsed, options)


def _sqlite_engine(url: sa.URL, options: dict[str, Any]) -> Engine:
    import pysqlite3.dbapi2 as pysqlite3

    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, module=pysqlite3, **options)
    sa.event.listen(engine, "connect", _on_sqlite_connect)
    sa.event.listen(engine, "begin", _on_sqlite_begin)
    return engine


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "case_sensitive_like=OFF",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    """Writers take the lock at once: a deferred transaction that turns into a writer fails with 'locked'."""
    writer = connection.get_execution_options().get("musubi_writer", True)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def open_session(engine: Engine, *, write: bool = True) -> Session:
    """A session on `engine`; with ``write=False`` SQLite takes no write lock."""
    return Session(engine.execution_options(musubi_writer=write), expire_on_commit=False)
