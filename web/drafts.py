"""Keeps what somebody had typed when their session ended, and puts it back after they signed in again."""

import secrets
from datetime import timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

from flask import current_app, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from matcher.errors import Locked
from matcher.services import counters
from models import SavedForm
from models.queries import doors
from web.auth import now, token_hash
from web.db import SAFE_METHODS, db
from web.htmx import see_other
from web.links import safe_next
from web.network import network

KEEP_FOR = timedelta(days=1)
LARGEST = 100_000
SECRET_FIELDS = frozenset({"csrf_token", "password", "new_password", "current_password"})


def ask_to_sign_in() -> Response:
    """Send somebody to the sign-in page and back, with what they typed."""
    return see_other(f"{url_for('accounts.sign_in')}?{urlencode({'next': _return_address()})}")


def keep_and_return() -> Response:
    """Keep the form of this request and show it again, for a form whose token has expired."""
    return see_other(_return_address())


def _return_address() -> str:
    if request.method in SAFE_METHODS:
        return request.full_path.rstrip("?")
    if not _can_be_read(request.path):
        return _came_from()
    token = _save()
    return f"{request.path}?{urlencode({'saved': token})}" if token else request.path


def _can_be_read(path: str) -> bool:
    """Whether there is a page at `path`, and not only a button that posts to it."""
    adapter = current_app.create_url_adapter(request)
    return adapter is not None and adapter.test(path, method="GET")


def _came_from() -> str:
    """The page of this site on which the button was pressed, else the front page."""
    parts = urlsplit(request.referrer or "")
    page = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return safe_next(page) if parts.netloc == request.host else "/"


def _save() -> str | None:
    if "\0" in request.path:  # no page of ours, and PostgreSQL keeps no such text
        return None
    data = {name: values for name, values in request.form.lists() if name not in SECRET_FIELDS}
    if not data or sum(len(v) for values in data.values() for v in values) > LARGEST:
        return None
    try:
        count_kept()
    except Locked:
        return None
    token = secrets.token_urlsafe(24)
    db().add(SavedForm(token_hash=token_hash(token), path=request.path[:500], data=data, expires_at=now() + KEEP_FOR))
    return token


def leads_to_kept(path: str) -> bool:
    """Whether what was typed waits at `path` to be put back."""
    return "saved" in parse_qs(path.partition("?")[2])


def count_kept() -> None:
    """Count a form that is kept for somebody who has not signed in.

    Raises Locked when their network has left very many.
    """
    counted = [(counters.KEPT_NETWORK, network())]
    counters.enter(db(), counted, now())
    counters.count(db(), counted, now())


def saved_form() -> MultiDict[str, str] | None:
    """What was typed into this page before the session ended, if the address says that something was kept."""
    token = request.args.get("saved", "")
    if not token:
        return None
    row = doors.saved_form(db(), token_hash(token), request.path)
    if row is None or row.expires_at < now():
        return None
    return MultiDict([(name, value) for name, values in row.data.items() for value in values])
