"""``demo``: load the demonstration, play a few days in it, close its accounts."""

import click
from flask import current_app
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy.engine import Engine

from matcher.services import demo_data
from models.base import utcnow
from models.session import open_session
from web.settings import Settings

commands = AppGroup("demo", help="The demonstration: data and accounts to try everything with.")


def _engine() -> Engine:
    engine: Engine = current_app.extensions["engine"]
    return engine


def _refuse_in_production() -> None:
    settings: Settings = current_app.extensions["settings"]
    if settings.mode == "production":
        raise click.ClickException(
            "MUSUBI_MODE is production: demonstration data and accounts with a published password do not go there."
        )


@commands.command("load")
def load() -> None:
    """Store what is missing of the demonstration; seconds the first time, nothing after that."""
    _refuse_in_production()
    columns = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks = {step.name: bars.add_task(step.name, total=None) for step in demo_data.STEPS}
        count = demo_data.load(
            _engine(), utcnow(), lambda name, done, total: bars.update(tasks[name], completed=done, total=total)
        )
    click.echo(f"Demonstration: {count} things stored." if count else "Demonstration: it is all there already.")


@commands.command("live")
def live() -> bool:
    """Play a few days, so that every state of a match can be seen. Needs the search index; once is enough."""
    _refuse_in_production()
    from matcher.services import demo_live
    from web.matching import matchbook

    with open_session(_engine()) as session:
        played = demo_live.enact(session, matchbook(), utcnow())
        session.commit()
    click.echo("Demonstration: a few days have passed." if played else "Demonstration: it has been played already.")
    return played


@commands.command("close-accounts")
def close_accounts() -> None:
    """Let nobody sign in with the published password any more, as production demands."""
    with open_session(_engine()) as session:
        count = demo_data.close_accounts(session)
        session.commit()
    click.echo(f"{count} demonstration accounts closed.")
