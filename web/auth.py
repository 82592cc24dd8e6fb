"""Who is signed in, as an Actor; and the gate that every route declares with `access`."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request, session
from flask_login import LoginManager, UserMixin, current_user
from werkzeug.wrappers import Response as BaseResponse

from matcher.errors import NotAllowed
from matcher.policy import ANONYMOUS, Actor
from matcher.services.accounts import as_actor
from matcher.services.tokens import digest as token_hash
from models import Membership, User
from models.base import utcnow
from models.enums import Role
from models.queries import accounts as account_queries
from web.db import db

F = TypeVar("F", bound=Callable[..., Any])


class Access(StrEnum):
    """Who may reach a route at all; what they may do there, the policy decides."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"
    PARTNER = "partner"
    CITY = "city"
    COORDINATOR = "coordinator"
    SCREENER = "screener"
    ADMIN = "admin"


_ROLES = {
    Access.PARTNER: {Role.PARTNER_ADMIN, Role.PARTNER_MEMBER},
    Access.CITY: {Role.COORDINATOR, Role.DEPARTMENT},
    Access.COORDINATOR: {Role.COORDINATOR},
    Access.SCREENER: {Role.COORDINATOR, Role.DEPARTMENT, Role.REVIEWER},
    Access.ADMIN: {Role.ADMIN},
}


def access(level: Access) -> Callable[[F], F]:
    """Declare who may reach a view; a route without it does not start."""

    def mark(view: F) -> F:
        view.access = level  # type: ignore[attr-defined]
        return view

    return mark


class SignedIn(UserMixin):
    """The person behind the request, with the session token as Flask-Login's id."""

    def __init__(self, user: User, actor: Actor, token: str) -> None:
        self.user, self.actor, self.token = user, actor, token
        self.id, self.name, self.language = user.pk, user.name, user.language

    def get_id(self) -> str:
        return self.token


def actor() -> Actor:
    """The Actor of this request."""
    found: Actor = current_user.actor if current_user.is_authenticated else ANONYMOUS
    return found


def now() -> datetime:
    """The clock of this application; tests may set their own."""
    clock: Callable[[], datetime] = current_app.config.get("CLOCK", utcnow)
    return clock()


def municipality_id() -> int:
    """The municipality that a city person works for at the moment.

    Raises NotAllowed for somebody without a seat at one.
    """
    return _house("municipality_id", actor().municipality_ids)


def partner_id() -> int:
    """The partner that a partner's person works for at the moment.

    Raises NotAllowed for somebody without a seat at one.
    """
    return _house("partner_id", actor().partner_ids)


def _house(key: str, held: frozenset[int]) -> int:
    if not held:
        raise NotAllowed(action=key)
    chosen = session.get(key)
    return chosen if chosen in held else min(held)


def init_auth(app: Flask) -> None:
    """Flask-Login on session rows, and the gate. To be called before CSRF protection is attached."""
    manager = LoginManager(app)
    manager.session_protection = None
    manager.user_loader(_load)
    app.before_request(_gate)


def _load(token: str) -> SignedIn | None:
    found = account_queries.session_user(db(), token_hash(token), now())
    if found is None:
        return None
    return signed_in(*found, token)


def signed_in(user: User, memberships: list[Membership], token: str) -> SignedIn:
    """The person with all seats, behind a session token."""
    return SignedIn(user, as_actor(user, memberships), token)


def _gate() -> BaseResponse | None:
    if request.endpoint is None or request.endpoint == "static":
        return None
    level: Access = current_app.view_functions[request.endpoint].access  # type: ignore[attr-defined]
    if level is Access.PUBLIC:
        return None
    if not current_user.is_authenticated:
        from web.drafts import ask_to_sign_in

        return ask_to_sign_in()
    if level in _ROLES and not (actor().roles & _ROLES[level]):
        raise NotAllowed(action=level.value)
    return None


def check_routes(app: Flask) -> None:
    """Refuse to start with a route that does not say who may reach it."""
    missing = [name for name, view in app.view_functions.items() if name != "static" and not hasattr(view, "access")]
    if missing:
        raise RuntimeError(f"routes without access(): {', '.join(sorted(missing))}")
