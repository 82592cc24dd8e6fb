"""What machines ask: alive, ready, counted."""

from hmac import compare_digest

from flask import Blueprint, Response, abort, current_app, jsonify, make_response, request
from prometheus_client import CONTENT_TYPE_LATEST

from web.auth import Access, access, now
from web.db import db, engine
from web.pages.ops import metrics as figures
from web.pages.ops import state
from web.settings import Settings

bp = Blueprint("ops", __name__)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


@bp.get("/healthz")
@access(Access.PUBLIC)
def healthz() -> Response:
    """This process answers; nothing else is looked at."""
    return Response("ok\n", mimetype="text/plain")


@bp.get("/readyz")
@access(Access.PUBLIC)
def readyz() -> Response:
    """Whether requests should come here: only the database decides, the rest is for information."""
    settings, database = _settings(), state.database(engine())
    index, silent = state.generation(settings, now()), state.worker_age(settings, now())
    ready = all(database.values())
    body = {
        "ready": ready,
        "database": database,
        "index": {"generation": index.number, "age_seconds": _rounded(index.age)},
        "encoder": state.encoder(settings),
        "worker": {"silent_seconds": _rounded(silent)},
    }
    return make_response(jsonify(body), 200 if ready else 503)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)


@bp.get("/metrics")
@access(Access.PUBLIC)
def metrics() -> Response:
    """Figures for whoever holds the token; without one in the settings there is no such page."""
    token = _settings().metrics_token
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "")
    if not compare_digest(given.encode(), f"Bearer {token}".encode()):
        return Response("unauthorized\n", 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
    return Response(figures.text(db(), _settings(), now()), content_type=CONTENT_TYPE_LATEST)
