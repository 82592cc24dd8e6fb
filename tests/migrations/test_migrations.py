"""The steps run up and down on both databases and end exactly where the models are."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel

import migrations
from models.session import make_engine
from tests import postgres


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engines(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Engine, Engine]]:
    """Two empty databases: one to migrate, one to create from the models."""
    if request.param == "sqlite":
        opened = [make_engine(f"sqlite:///{tmp_path}/{name}.db") for name in ("steps", "models")]
    else:
        opened = [postgres.fresh(request.getfixturevalue("postgres_url"), name) for name in ("steps", "models")]
    yield opened[0], opened[1]
    for engine in opened:
        engine.dispose()


def _checks(engine: Engine) -> dict[str, list[tuple[str | None, str]]]:
    inspector = sa.inspect(engine)
    return {
        table: sorted((check["name"], check["sqltext"]) for check in inspector.get_check_constraints(table))
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_there_is_one_head() -> None:
    assert ScriptDirectory(migrations.FOLDER).get_heads() == [migrations.head()]


def test_steps_lead_to_what_the_models_describe(engines: tuple[Engine, Engine]) -> None:
    steps, described = engines
    assert migrations.current(steps) is None
    migrations.upgrade(steps)
    assert migrations.current(steps) == migrations.head()
    SQLModel.metadata.create_all(described)
    with steps.connect() as connection:
        differences: list[Any] = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    assert differences == [], "the models have changed: see migrations/README.md"
    assert _checks(steps) == _checks(described), "a CHECK has changed: see migrations/README.md"


def test_upgrading_twice_changes_nothing_and_down_leads_to_nothing(engines: tuple[Engine, Engine]) -> None:
    steps, _ = engines
    migrations.upgrade(steps)
    migrations.upgrade(steps)
    migrations.downgrade(steps, "base")
    assert migrations.current(steps) is None
    assert sa.inspect(steps).get_table_names() == ["alembic_version"]
    migrations.upgrade(steps)
    assert migrations.current(steps) == migrations.head()


def test_a_migrated_database_refuses_an_unknown_status(engines: tuple[Engine, Engine]) -> None:
    steps, _ = engines
    migrations.upgrade(steps)
    insert = "INSERT INTO indexchange (created_at, entity_type, entity_id) VALUES ('2026-11-22', '{}', 1)"
    with steps.begin() as connection:
        connection.exec_driver_sql(insert.format("partner"))
    with steps.connect() as connection, pytest.raises(IntegrityError):
        connection.exec_driver_sql(insert.format("nonsense"))


def test_a_failing_step_leaves_nothing_behind(tmp_path: Path) -> None:
    """Rows that point at nothing are found before the commit, and everything is rolled back."""
    engine = make_engine(f"sqlite:///{tmp_path}/broken.db")
    with engine.connect() as connection:
        connection.exec_driver_sql("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        connection.exec_driver_sql("CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INTEGER REFERENCES parent)")
        connection.commit()
        connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
        connection.exec_driver_sql("INSERT INTO child VALUES (1, 9)")
        connection.commit()
    with pytest.raises(migrations.BrokenReferences, match="child"):
        migrations.upgrade(engine)
    assert set(sa.inspect(engine).get_table_names()) == {"parent", "child"}
    engine.dispose()


def test_revise_finds_nothing_to_do_and_counts_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a copy of the folder: the next number, and an empty step because models and head agree."""
    before = migrations.head()
    copy = shutil.copytree(migrations.FOLDER, tmp_path / "migrations")
    monkeypatch.setattr(migrations, "FOLDER", copy)
    file = migrations.revise("nothing to see")
    assert file.name == f"{int(before) + 1:04}_nothing_to_see.py"
    assert file.read_text().count("    pass") == 2
