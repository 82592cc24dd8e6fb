"""One database session per request: answering below 400 commits, everything else rolls back."""

from flask import Flask, Response, current_app, g, request
from sqlalchemy.engine import Engine
from sqlmodel import Session

from models.session import make_engine, open_session
from web.settings import Settings

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def init_db(app: Flask, settings: Settings) -> None:
    """Attach the engine; it connects lazily, so that each worker opens its own connections after the fork."""
    app.extensions["engine"] = make_engine(settings.database_url)
    app.after_request(_finish)
    app.teardown_appcontext(_close)


def engine() -> Engine:
    """The engine of the running application."""
    found: Engine = current_app.extensions["engine"]
    return found


def db() -> Session:
    """The request's session; reading requests take no write lock."""
    if "db" not in g:
        g.db = open_session(engine(), write=request.method not in SAFE_METHODS)
    session: Session = g.db
    return session


def keep_despite_error() -> None:
    """Commit even though the answer is an error: a refused sign-in is itself something to record."""
    g.keep = True


def _finish(response: Response) -> Response:
    session: Session | None = g.get("db")
    if session is None:
        return response
    if request.method not in SAFE_METHODS and (response.status_code < 400 or g.get("keep")):
        session.commit()
    else:
        session.rollback()
    return response


def _close(_error: BaseException | None) -> None:
    session: Session | None = g.pop("db", None)
    if session is not None:
        session.close()
