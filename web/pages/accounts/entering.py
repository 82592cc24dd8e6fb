"""Letting somebody in: a new session, and where to go from there."""

from ipaddress import ip_address, ip_network
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

#: the nearest that one subscriber has of an address: a single one of IPv4, a /64 of IPv6
_PREFIX = {4: 32, 6: 64}


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
    if not target or not target.startswith("/") or target.startswith("//"):
        return None
    if "\\" in target or any(ord(letter) < 0x20 or ord(letter) == 0x7F for letter in target):
        return None
    parts = urlsplit(target)
    if parts.scheme or parts.netloc or parts.path == url_for("accounts.sign_in"):
        return None
    return target


def network() -> str:
    """The network that the request comes from, as far as one subscriber has it."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return "unknown"
    return str(ip_network((address, _PREFIX[address.version]), strict=False))
