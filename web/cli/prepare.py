"""``prepare``: everything that must be there before the site is served; what is there already is left alone."""

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.engine import Engine

from models.base import utcnow
from models.session import open_session
from web.cli import db, demo
from web.settings import Settings


@click.command("prepare")
@click.pass_context
@with_appcontext
def commands(context: click.Context) -> None:
    """Convert the encoder, migrate the database, load the demonstration and build the search index, where missing."""
    settings: Settings = current_app.extensions["settings"]
    engine: Engine = current_app.extensions["engine"]
    _convert_encoder(settings)
    context.invoke(db.upgrade)
    if settings.demo:
        context.invoke(demo.load)
    _bring_index_up_to_date(settings, engine)
    if settings.demo and context.invoke(demo.live):
        _bring_index_up_to_date(settings, engine)


def _convert_encoder(settings: Settings) -> None:
    from embeddings import convert

    if settings.encoder_model != "bundled" or convert.is_current(convert.bundled_folder(settings.data_dir)):
        return
    click.echo("The language model is unpacked, once; this takes a minute or two:")
    convert.convert_bundled(settings.data_dir, lambda step: click.echo(f"  {step}"))


def _bring_index_up_to_date(settings: Settings, engine: Engine) -> None:
    """As the worker does, but with a progress bar, and before the first visitor comes."""
    from embeddings.encoder import bundled_model_id
    from matcher.services import corpora, indexing
    from models.queries import indexing as queries
    from web.reading import read_all
    from web.worker import encoder_config, open_paired

    encoder = open_paired(settings)
    bundled = settings.encoder_model == "bundled"  # its name is known without loading it: the usual start is quick
    model = bundled_model_id(encoder_config(settings)) if bundled else encoder.model_id
    with open_session(engine) as session:
        waiting = queries.waiting(session) or indexing.mark_unread(session, model, utcnow())
        session.commit()
    current = corpora.open_latest(settings.data_dir)
    if not waiting and current is not None and current.model == model:
        click.echo("Search index: up to date.")
        return
    read_all(engine, encoder)
    library = corpora.publish(engine, settings.data_dir, encoder)
    click.echo(f"Search index: generation {library.generation if library else 'unchanged'}.")
