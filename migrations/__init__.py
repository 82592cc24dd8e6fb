"""Brings a database to the shape that the models describe, step by numbered step, on SQLite and on PostgreSQL."""

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection, Engine

from models.session import make_engine

FOLDER = Path(__file__).resolve().parent
# Any constant will do: two processes that upgrade one PostgreSQL database at once wait for each other.
_ADVISORY_LOCK = 0x6D757375


class BrokenReferences(RuntimeError):
    """A migration left rows that point at nothing; it was rolled back."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Take every step up to `revision`, in one transaction: all of them or none."""
    with _transaction(engine) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the steps back down to `revision` ("base" empties the database)."""
    with _transaction(engine) as connection:
        command.downgrade(_config(connection), revision)


def head() -> str:
    """The newest step there is."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    if newest is None:
        raise RuntimeError("there are no migrations")
    return newest


def current(engine: Engine) -> str | None:
    """The step at which this database stands; None when it is empty."""
    with engine.execution_options(musubi_writer=False).connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revise(message: str) -> Path:
    """Write the next step from what the models say beyond the present head; gives its file."""
    number = max((int(path.name[:4]) for path in (FOLDER / "versions").glob("[0-9]*.py")), default=0) + 1
    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/scratch.db")
        if number > 1:
            upgrade(engine)
        with _transaction(engine) as connection:
            script = command.revision(_config(connection), message, autogenerate=True, rev_id=f"{number:04}")
        engine.dispose()
    if script is None or isinstance(script, list):
        raise RuntimeError("one new step was expected")
    file = Path(script.path)
    file.write_text(re.sub(r"\n +# ### .*", "", file.read_text("utf-8")), "utf-8")
    return file


def _config(connection: Connection | None = None) -> Config:
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", re.sub("%", "%%", str(FOLDER)))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            yield from _on_sqlite(connection)
        else:
            with connection.begin():
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")
                yield connection


def _on_sqlite(connection: Connection) -> Iterator[Connection]:
    """Tables are changed by copying and dropping them, which must not cascade; references are checked at the end."""
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            yield connection
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if broken is not None:
                raise BrokenReferences(f"{broken[0]}, row {broken[1]} → {broken[2]}")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")
