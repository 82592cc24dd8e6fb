"""Signing in and out; the other modules of this area add their routes to the same blueprint."""

from typing import Any

from flask import Response, current_app, flash, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from matcher.errors import Invalid, Locked, NotAllowed
from matcher.services import signing
from web.auth import Access, access, now
from web.db import SAFE_METHODS, db, keep_despite_error
from web.drafts import leads_to_kept
from web.htmx import page, see_other
from web.network import network
from web.pages.accounts import bp, colleagues, links, own
from web.pages.accounts.entering import enter, home_url, safe_path
from web.pages.accounts.forms import AddressForm, SignInForm
from web.settings import Settings

__all__ = ["bp", "colleagues", "links", "own"]


@bp.before_app_request
def extend_session() -> None:
    """Somebody who writes is at work; reading writes nothing, not even this."""
    if request.method not in SAFE_METHODS and current_user.is_authenticated:
        signing.extend_session(db(), current_user.token, now())


@bp.get("/sign-in")
@access(Access.PUBLIC)
def sign_in() -> Response:
    if current_user.is_authenticated:
        return see_other(safe_path(request.args.get("next", "")) or home_url())
    form = SignInForm.of_request(next=request.args.get("next", ""))
    return _sign_in(form)


def _sign_in(form: SignInForm, status: int = 200, locked: Locked | None = None) -> Response:
    told = {"form": form, "locked": locked, "kept": leads_to_kept(form.next.data or "")}
    return page("accounts/sign_in.html", status=status, demo_accounts=_demo_accounts(), **told)


def _demo_accounts() -> list[dict[str, Any]]:
    """In a demonstration, the accounts that are there to be tried; production has none, and refuses to have any."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.demo:
        return []
    from matcher.services.demo_data import ACCOUNTS, PASSWORD

    return [{"name": one.name, "role": one.role, "email": one.email, "password": PASSWORD} for one in ACCOUNTS]


@bp.post("/sign-in")
@access(Access.PUBLIC)
def sign_in_post() -> Response:
    form = SignInForm.of_request()
    status, locked = 422, None
    if form.validate():
        keep_despite_error()
        try:
            user = signing.sign_in(db(), form.email.data, form.password.data, network(), now())
            return enter(user, form.next.data)
        except Invalid as error:
            form.show(error)
        except Locked as error:
            status, locked = 429, error
        except NotAllowed:
            again = AddressForm(formdata=None, email=form.email.data)
            return page("accounts/unconfirmed.html", status=403, form=again)
    return _sign_in(form, status, locked)


@bp.post("/sign-out")
@access(Access.PUBLIC)
def sign_out() -> Response:
    if current_user.is_authenticated:
        signing.end_session(db(), current_user.token)
    logout_user()
    session.clear()
    flash(_("You have signed out."), "success")
    return see_other(url_for("site.home"))
