"""``serve``: the web server and the background worker together, until Ctrl-C."""

import os
import socket
import sys
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy.engine import Engine

from matcher.services import demo_data
from models.queries import upkeep
from models.session import open_session
from web import startup
from web.environment import prepare_environment
from web.settings import ROOT, Settings
from web.supervisor import Child, Supervisor


@click.command("serve")
@with_appcontext
def commands() -> None:
    """Serve the site and run the background worker; Ctrl-C ends both."""
    settings: Settings = current_app.extensions["settings"]
    engine: Engine = current_app.extensions["engine"]
    found = startup.obstacles(engine, settings)
    if found:
        raise click.ClickException("Musubi does not start:\n- " + "\n- ".join(found))
    welcome = _welcome(engine, settings)
    engine.dispose()
    with closing(_listen(settings)) as listener:
        supervisor = Supervisor(_children(listener), _environment(settings), click.echo)
        sys.exit(supervisor.run(_once_it_answers(settings, welcome)))


def _listen(settings: Settings) -> socket.socket:
    """Take the port before anything is started, so that a taken one is one clear sentence."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=256)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise click.ClickException(
            f"{settings.host}:{settings.port} cannot be used ({reason}). Is Musubi, or something else, running there "
            "already? Choose another port: PORT=8001 make run"
        ) from error


def _children(listener: socket.socket) -> list[Child]:
    python, number = sys.executable, listener.fileno()
    config = str(ROOT / "gunicorn.conf.py")
    web = (python, "-m", "gunicorn", "--chdir", str(ROOT), "--config", config, "--bind", f"fd://{number}")
    worker = (python, "-m", "flask", "--app", str(ROOT / "wsgi.py"), "worker")
    return [Child("web", web, essential=True, pass_fds=(number,)), Child("worker", worker, grace=5.0)]


def _environment(settings: Settings) -> dict[str, str]:
    environ = dict(os.environ)
    prepare_environment(settings, environ)
    folders = [str(ROOT), *filter(None, [environ.get("PYTHONPATH")])]
    return environ | {"PYTHONPATH": os.pathsep.join(folders), "PYTHONUNBUFFERED": "1"}


def _once_it_answers(settings: Settings, welcome: str) -> Callable[[], None]:
    """A function that prints `welcome` at the first look at which the site answers, and nothing from then on."""
    waiting = [True]

    def look() -> None:
        if waiting and _answers(settings):
            waiting.clear()
            click.echo(welcome)

    return look


def _answers(settings: Settings) -> bool:
    """Whatever it answers, it is there."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104
    with closing(HTTPConnection(host, settings.port, timeout=1)) as connection:
        try:
            connection.request("HEAD", "/healthz", headers={"Host": urlsplit(settings.base_url).netloc})
            return connection.getresponse().status > 0
        except (OSError, HTTPException):
            return False


def _welcome(engine: Engine, settings: Settings) -> str:
    lines = ["", f"Musubi is ready: {settings.base_url}   (Ctrl-C ends it)"]
    if settings.demo:
        with open_session(engine, write=False) as session:
            known = [account.email for account in upkeep.demo_accounts(session) if account.email in demo_data.ROLES]
        lines += ["", f"Demonstration accounts, password {demo_data.PASSWORD}:"] if known else []
        lines += [f"  {email:{max(map(len, known))}}  {demo_data.ROLES[email]}" for email in known]
    return "\n".join([*lines, ""])
