"""``worker``: the background worker on its own, as a service manager runs it."""

import click
from flask import current_app
from flask.cli import with_appcontext

from web.environment import prepare_environment
from web.settings import Settings


@click.command("worker")
@with_appcontext
def commands() -> None:
    """Read changes into the index and send mail, until SIGTERM or Ctrl-C."""
    settings: Settings = current_app.extensions["settings"]
    prepare_environment(settings)
    from web.worker import Worker

    Worker(current_app._get_current_object(), settings, current_app.extensions["engine"]).run()  # type: ignore[attr-defined]
