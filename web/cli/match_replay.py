"""``match replay``: compute a stored run again and say whether the same comes out."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from models.session import open_session


@click.command("replay")
@click.argument("run_id", type=int)
@with_appcontext
def replay(run_id: int) -> None:
    """Compute a stored run of the matcher again, from what was kept of its day; exit status 1 when it differs."""
    from matcher.services import replay as service

    with open_session(current_app.extensions["engine"], write=False) as session:
        verdict = service.replay_run(session, run_id)
    if verdict is None:
        raise click.ClickException(f"there is no run {run_id}, or nothing was kept that it could be computed from")
    for match in verdict.matches:
        click.echo(f"{match.rank:>3}  partner {match.entity_id:<6} {match.score:9.5f}  fit {match.fit}")
    for found in verdict.differences:
        shown = [f"{value}"[:60] for value in (found.stored, found.computed)]
        click.echo(f"partner {found.partner_id}: {found.what} was {shown[0]}, is {shown[1]}", err=True)
    program = "the program has been changed since" if verdict.engine_changed else "by the same program"
    outcome = "identical" if verdict.identical else "DIFFERENT"
    click.echo(f"run {run_id}: {outcome}, {verdict.compared} partners compared, {program}")
    sys.exit(0 if verdict.identical else 1)
