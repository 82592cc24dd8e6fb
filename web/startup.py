"""What must hold before the site is opened: a migrated database, and no demonstration accounts in production."""

from sqlalchemy.engine import Engine

import migrations
from models.queries import upkeep
from models.session import make_engine, open_session
from web.settings import Settings


class NotReady(RuntimeError):
    """The site must not be opened like this; the message says why and what to do."""


def refuse_unready(settings: Settings) -> None:
    """Raises NotReady when `obstacles` finds something. Leaves no connection open, so that it may run before a fork."""
    engine = make_engine(settings.database_url)
    try:
        found = obstacles(engine, settings)
    finally:
        engine.dispose()
    if found:
        raise NotReady("Musubi does not start:\n- " + "\n- ".join(found))


def obstacles(engine: Engine, settings: Settings) -> list[str]:
    """What keeps the site closed, one sentence each."""
    behind = database_behind(engine)
    if behind:
        return [behind]
    return refuse_demo_accounts(engine, settings)


def database_behind(engine: Engine) -> str:
    """Says so when the database is not at the newest step; empty when it is."""
    stands, newest = migrations.current(engine), migrations.head()
    if stands == newest:
        return ""
    return f"the database stands at {stands or 'nothing'}, not at {newest}: run `flask --app wsgi db upgrade`"


def refuse_demo_accounts(engine: Engine, settings: Settings) -> list[str]:
    """Demonstration accounts have a published password: production does not open with one."""
    if settings.mode != "production":
        return []
    with open_session(engine, write=False) as session:
        accounts = upkeep.demo_accounts(session)
    if not accounts:
        return []
    return [
        f"there are {len(accounts)} demonstration accounts with a published password ({accounts[0].email}, …): "
        "run `flask --app wsgi demo close-accounts`, or start with an empty database"
    ]
