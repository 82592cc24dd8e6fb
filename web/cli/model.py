"""``model``: learn a recommendation model from decisions, list what there is, bring one into use, or go back."""

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy.engine import Engine
from sqlmodel import Session

from matcher.errors import InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from models import RankingModel
from models.base import utcnow
from models.queries import accounts as account_queries
from models.queries import ranking_models as queries
from models.session import open_session

commands = AppGroup("model", help="The recommendation model: learn, list, activate, go back.")
AS = click.option("--as", "email", required=True, help="Address of the platform operator who decides; it is recorded.")


def _open() -> Session:
    engine: Engine = current_app.extensions["engine"]
    return open_session(engine)


def _operator(session: Session, email: str) -> Actor:
    user = account_queries.user_by_email(session, email)
    if user is None or not user.is_admin or not user.active:
        raise click.ClickException(f"{email} is no platform operator")
    return Actor(user.pk, (), is_admin=True, name=user.name)


@commands.command("train")
@AS
def train(email: str) -> None:
    """Learn a candidate from the earlier decisions and judge it by the later ones. Nothing comes into use by it."""
    from matcher.engine import learn
    from matcher.services import learning

    with _open() as session:
        try:
            row = learning.train(session, _operator(session, email), now=utcnow())
        except NotAllowed as error:
            have = error.params
            raise click.ClickException(
                f"{have['decisions']} decisions on {have['lists']} lists are not enough: "
                f"{learn.MIN_DECISIONS} on {learn.MIN_LISTS} are needed"
            ) from error
        session.commit()
        click.echo(_line(row))
        click.echo(_weights(row))


@commands.command("list")
def show() -> None:
    """Every model, the newest first; while none is in use the built-in weights are."""
    with _open() as session:
        rows = queries.history(session)
        for row, user in rows:
            click.echo(_line(row) + (f"  {user.email}" if user else ""))
        if not any(row.status == "active" for row, _ in rows):
            click.echo("The built-in weights are in use.")


@commands.command("activate")
@click.argument("model_id", type=int)
@AS
def activate(model_id: int, email: str) -> None:
    """Bring a candidate into use, if it is better beyond chance than what is in use."""
    from matcher.services import learning

    with _open() as session:
        try:
            row = learning.activate(session, _operator(session, email), model_id, now=utcnow())
        except NotAllowed as error:
            raise click.ClickException(
                f"not better beyond chance: the difference may be as low as {error.params['low']:+.3f}"
            ) from error
        except (InvalidTransition, NotFound) as error:
            raise click.ClickException(f"there is no candidate {model_id}") from error
        session.commit()
        click.echo(_line(row))


@commands.command("roll-back")
@AS
def roll_back(email: str) -> None:
    """Go back to the model that was in use before the present one, or to the built-in weights."""
    from matcher.services import learning

    with _open() as session:
        try:
            row = learning.roll_back(session, _operator(session, email), now=utcnow())
        except InvalidTransition as error:
            raise click.ClickException("the built-in weights are in use already") from error
        session.commit()
        click.echo(_line(row) if row else "The built-in weights are in use.")


def _line(row: RankingModel) -> str:
    figures = row.figures.get("difference", {})
    shown = f"{figures['mean']:+.3f} [{figures['low']:+.3f}, {figures['high']:+.3f}]" if figures else ""
    return f"{row.pk:>4}  {row.status.value:<9} {row.created_at:%Y-%m-%d}  nDCG@10 {shown}"


def _weights(row: RankingModel) -> str:
    pairs = ((name, row.compared_with.get(name, 0.0), weight) for name, weight in row.weights.items())
    return "\n".join(f"      {name:<10} {before:8.4f} → {weight:8.4f}" for name, before, weight in pairs)
