"""``index``: rebuild the search index from the database, or compare the two."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.engine import Engine

from models.base import utcnow
from models.session import open_session
from web.settings import Settings

commands = AppGroup("index", help="Rebuild or verify the search index.")


@commands.command("rebuild")
@click.option("--encode", is_flag=True, help="Compute every vector again, instead of taking those that are stored.")
def rebuild(encode: bool) -> None:
    """Make a new generation from the database; the present one keeps serving until it is written."""
    from matcher.services import corpora, indexing
    from web.reading import read_all
    from web.worker import open_paired

    settings: Settings = current_app.extensions["settings"]
    engine: Engine = current_app.extensions["engine"]
    encoder = open_paired(settings)
    with open_session(engine) as session:
        if encode:
            indexing.forget_vectors(session)
        indexing.mark_unread(session, encoder.model_id, utcnow())
        session.commit()
    click.echo(f"{read_all(engine, encoder)} texts read.")
    library = corpora.rebuild(engine, settings.data_dir, encoder)
    counts = ", ".join(f"{name} {len(corpus)}" for name, corpus in library.corpora.items())
    click.echo(f"Generation {library.generation}: {counts}.")


@commands.command("verify")
def verify() -> None:
    """Compare the newest generation with the database; exit status 1 when they differ."""
    from matcher.services import corpora
    from matcher.services.verify import verify as compare

    settings: Settings = current_app.extensions["settings"]
    library = corpora.open_latest(settings.data_dir)
    if library is None:
        raise click.ClickException("there is no index yet: run `flask --app wsgi index rebuild`")
    with open_session(current_app.extensions["engine"], write=False) as session:
        findings = compare(session, library)
    for found in findings:
        click.echo(
            f"{found.kind:<12} {found.documents:>6} documents, {len(found.missing)} missing,"
            f" {len(found.foreign)} foreign,"
            f" {len(found.different)} different, {found.waiting} waiting for the worker"
        )
    click.echo(f"generation {library.generation}, model {library.model}")
    if not all(found.agrees for found in findings):
        click.echo("The index differs from the database: run `flask --app wsgi index rebuild`.", err=True)
        sys.exit(1)
