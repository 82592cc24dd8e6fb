"""``doctor``: what is configured, reachable and up to date; ends with 1 when something is wrong."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from models.base import utcnow


@click.command("doctor")
@click.option("--settings", "with_settings", is_flag=True, help="Also print every setting, without secrets.")
@with_appcontext
def commands(with_settings: bool) -> None:
    """Look at everything that Musubi needs, and say what to do about what is wrong."""
    from web import checkup

    settings, engine = current_app.extensions["settings"], current_app.extensions["engine"]
    if with_settings:
        for name, value in checkup.shown_settings(settings).items():
            click.echo(f"       {name}={value}")
    wrong = 0
    for finding in checkup.examine(settings, engine, utcnow()):
        mark = click.style("WRONG", fg="red", bold=True) if finding.wrong else click.style("ok   ", fg="green")
        click.echo(f"{mark}  {finding.name:<12} {finding.text}")
        wrong += finding.wrong
    click.echo(f"{wrong} things are wrong." if wrong else "All is well.")
    sys.exit(1 if wrong else 0)
