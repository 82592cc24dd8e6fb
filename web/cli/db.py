"""``db``: bring the database to the newest step, say where it stands, copy it while it is in use."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.engine import Engine

import migrations
from web.backup import BackupFailed, back_up
from web.settings import Settings

commands = AppGroup("db", help="The database: migrate it, copy it.")


def _engine() -> Engine:
    engine: Engine = current_app.extensions["engine"]
    return engine


@commands.command("upgrade")
def upgrade() -> None:
    """Take all pending steps, in one transaction."""
    before = migrations.current(_engine())
    migrations.upgrade(_engine())
    after = migrations.current(_engine())
    click.echo(f"The database is at {after}." if before == after else f"The database went from {before} to {after}.")


@commands.command("current")
def current() -> None:
    """Say at which step the database stands, and which is the newest."""
    click.echo(f"{migrations.current(_engine()) or 'empty'} (newest: {migrations.head()})")


@commands.command("backup")
@click.option("--to", "target", type=click.Path(path_type=Path, dir_okay=False), help="File to write.")
@click.option("--gzip", "compress", is_flag=True, help="Compress the copy of an SQLite database.")
def backup(target: Path | None, compress: bool) -> None:
    """Copy the database as of one moment, while the site is running, with its SHA-256 beside it."""
    settings: Settings = current_app.extensions["settings"]
    folder = settings.data_dir / "backups"
    try:
        written = back_up(_engine(), target or folder / f"musubi-{datetime.now(UTC):%Y%m%dT%H%M%SZ}", compress)
    except BackupFailed as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"Written: {written} ({written.stat().st_size:,} bytes), checksum in {written.name}.sha256")
