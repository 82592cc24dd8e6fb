"""Letting somebody in: a new session, and where to go from there."""

from urllib.parse import urlsplit

from flask import Response, request, session, url_for
from flask_login import current_user, login_user

from matcher.services import signing
from models import User
from models.enums import Role
from models.queries import accounts as queries
from web.auth import actor, now, signed_in
from web.db import db
from web.htmx import see_other
from web.links import safe_next


def enter(user: User, target: str = "") -> Response:
    """Start a session with a new token, forgetting everything from before, and go to `target` or home."""
    previous = current_user.token if current_user.is_authenticated else None
    agent = request.user_agent.string
    token = signing.start_session(db(), user, now(), user_agent=agent, replaces=previous)
    session.clear()
    login_user(signed_in(user, queries.memberships(db(), user.pk), token))
    return see_other(safe_path(target) or home_url())


def home_url() -> str:
    """Where the work of the person who is signed in begins."""
    roles = actor().roles
    if roles & {Role.COORDINATOR, Role.DEPARTMENT}:
        return url_for("city.worklist")
    if roles & {Role.PARTNER_ADMIN, Role.PARTNER_MEMBER}:
        return url_for("me.home")
    return url_for("admin.index") if Role.ADMIN in roles else url_for("site.home")


def safe_path(target: str | None) -> str | None:
    """`target` if it is a page of this site, else None: nobody is sent elsewhere by a link they were given."""
    path = safe_next(target, "")
    return path if path and urlsplit(path).path != url_for("accounts.sign_in") else None
