"""Signing in and out; the other modules of this area add their routes to the same blueprint."""

from flask import Response, flash, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from matcher.errors import Invalid, Locked, NotAllowed
from matcher.services import signing
from web.auth import Access, access, now
from web.db import SAFE_METHODS, db, keep_despite_error
from web.htmx import page, see_other
from web.pages.accounts import bp, colleagues, links, own
from web.pages.accounts.entering import enter, home_url, network, safe_path
from web.pages.accounts.forms import AddressForm, SignInForm

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
    return page("accounts/sign_in.html", form=form)


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
    return page("accounts/sign_in.html", status=status, form=form, locked=locked)


@bp.post("/sign-out")
@access(Access.PUBLIC)
def sign_out() -> Response:
    if current_user.is_authenticated:
        signing.end_session(db(), current_user.token)
    logout_user()
    session.clear()
    flash(_("You have signed out."), "success")
    return see_other(url_for("site.home"))
