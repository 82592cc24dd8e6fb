"""``user``: make an account from the command line, the first operator's above all."""

import secrets

import click
from flask import current_app
from flask.cli import AppGroup
from flask_babel import force_locale
from sqlalchemy.engine import Engine
from sqlmodel import Session

from matcher.errors import Invalid
from matcher.policy import SYSTEM
from matcher.services import accounts, admin, colleagues, flow
from models import User
from models.base import utcnow
from models.enums import Role
from models.session import open_session
from web.forms import FIELD_ERRORS

commands = AppGroup("user", help="People: make an account.")
ROLES = [role.value for roles in colleagues.ROLES.values() for role in roles]


def _engine() -> Engine:
    engine: Engine = current_app.extensions["engine"]
    return engine


@commands.command("create")
@click.option("--email", required=True, help="The address to sign in with; it counts as confirmed.")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", type=click.Choice(ROLES), help="What the person does at the municipality or partner.")
@click.option("--municipality", default="", help="Six-digit code, for a coordinator or department staff.")
@click.option("--partner", default="", help="法人番号, or the number at the end of the partner's address.")
@click.option("--admin", "is_admin", is_flag=True, help="Make the person a platform operator.")
@click.option("--language", type=click.Choice(accounts.LANGUAGES), default="ja", help="Language of pages and mail.")
@click.option("--generate-password", is_flag=True, help="Make a password and print it once, instead of asking for one.")
def create(
    email: str,
    name: str,
    role: str | None,
    municipality: str,
    partner: str,
    is_admin: bool,
    language: str,
    generate_password: bool,
) -> None:
    """Make an account that can be used at once. The password is asked for, or made and printed once."""
    if not role and (municipality or partner):
        raise click.UsageError("--municipality and --partner need a --role.")
    password = secrets.token_urlsafe(15) if generate_password else _ask()
    with open_session(_engine()) as session:
        try:
            user = accounts.create_user(session, email, name, password, language, utcnow(), confirmed=True)
            user.is_admin = is_admin
            if role:
                _seat(session, user, Role(role), municipality, partner)
        except Invalid as error:
            raise click.ClickException(_sentences(error)) from error
        session.commit()
        click.echo(f"Account {user.pk} for {user.email} has been made.")
    if generate_password:
        click.echo(f"Password, shown only now: {password}")


def _ask() -> str:
    password: str = click.prompt("Password (at least 12 characters)", hide_input=True, confirmation_prompt=True)
    return password


def _seat(session: Session, user: User, role: Role, municipality: str, partner: str) -> None:
    house = admin.house_for(session, role, municipality, partner)
    row = accounts.seat(session, user, role, municipality_id=house.municipality_id, partner_id=house.partner_id)
    flow.record(session, SYSTEM, "membership.granted", row, colleagues.subject_of(house), utcnow(), role=role.value)


def _sentences(error: Invalid) -> str:
    with force_locale("en"):
        return "\n".join(f"{field}: {FIELD_ERRORS.get(code, code)}" for field, code in error.fields.items())
