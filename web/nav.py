"""What the head of every page needs to know: where one can go, in which language, and as whom."""

from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from matcher.services import threads
from models.enums import Role
from web.auth import actor
from web.db import db
from web.settings import Settings


@dataclass(frozen=True)
class NavItem:
    """One entry of a menu; `method` "post" draws a button, as signing out needs."""

    endpoint: str
    label: str
    url: str
    active: bool
    badge: int | None = None
    method: str = "get"


def init_nav(app: Flask, settings: Settings) -> None:
    """Make the navigation and the site's name known to every template."""

    @app.context_processor
    def common() -> dict[str, Any]:
        return {
            "nav": _items(),
            "account_nav": _account(),
            "footer_nav": _footer(),
            "lang": str(get_locale() or "ja"),
            "site_name": "Musubi",
            "demo": settings.demo,
            "Role": Role,
            "actor": actor(),
        }


def _items() -> list[NavItem]:
    entries = [
        ("challenges.index", _("Challenges")),
        ("partners.index", _("Partners")),
        ("collaborations.index", _("Collaborations")),
        ("groups.index", _("Working groups")),
        ("schemes.index", _("Registration and certification")),
    ]
    roles = actor().roles
    if roles & {Role.PARTNER_ADMIN, Role.PARTNER_MEMBER}:
        entries.insert(0, ("me.home", _("My organisation")))
    if roles & {Role.COORDINATOR, Role.DEPARTMENT}:
        entries.insert(0, ("city.worklist", _("Work list")))
    elif Role.REVIEWER in roles:
        entries.insert(0, ("city.applications", _("Applications to schemes")))
    if Role.ADMIN in roles:
        entries.append(("admin.index", _("Administration")))
    badges = {}
    if actor().municipality_ids or actor().partner_ids:
        entries.append(("messages.index", _("Messages")))
        badges["messages.index"] = threads.unread(db(), actor()) or None
    here = request.blueprint
    return [
        NavItem(name, label, url_for(name), name.split(".")[0] == here, badges.get(name)) for name, label in entries
    ]


def _account() -> list[NavItem]:
    """The account menu of somebody signed in; for others the buttons of the header, the most important last."""
    if actor().user_id is None:
        return _menu([("register.start", _("Register as a partner"), "get"), ("accounts.sign_in", _("Sign in"), "get")])
    return _menu([("accounts.account", _("Account settings"), "get"), ("accounts.sign_out", _("Sign out"), "post")])


def _footer() -> list[NavItem]:
    return _menu(
        [
            ("site.about", _("About Musubi"), "get"),
            ("site.municipalities", _("Participating municipalities"), "get"),
            ("site.accessibility", _("Accessibility"), "get"),
            ("site.privacy", _("Personal information"), "get"),
        ]
    )


def _menu(entries: list[tuple[str, str, str]]) -> list[NavItem]:
    known = current_app.view_functions
    return [NavItem(name, label, url_for(name), False, None, how) for name, label, how in entries if name in known]
