"""Where the links in mails lead: confirming an address, choosing a password, joining an organisation."""

from collections.abc import Callable
from datetime import datetime

from flask import Response, current_app, flash, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from sqlmodel import Session

from matcher.errors import Invalid, Locked, NotAllowed, NotFound
from matcher.services import accounts, colleagues, signing
from models.queries import accounts as queries
from web.auth import Access, access, actor, now
from web.db import db, keep_despite_error
from web.htmx import page, see_other
from web.network import network
from web.pages.accounts import bp
from web.pages.accounts.entering import enter, home_url
from web.pages.accounts.forms import AddressForm, JoinForm, ResetForm
from web.settings import Settings


def _gone(kind: str) -> Response:
    """A link that was used, has expired or never was: what to do instead."""
    return page("accounts/link_gone.html", status=404, kind=kind)


@bp.get("/confirm/<token>")
@access(Access.PUBLIC)
def confirm(token: str) -> Response:
    """Programs that look through mail follow links; only a person presses the button."""
    try:
        user = accounts.awaiting_confirmation(db(), token, now())
    except NotFound:
        return _gone("confirm")
    return page("accounts/confirm.html", token=token, done=user.email_confirmed_at is not None)


@bp.post("/confirm/<token>")
@access(Access.PUBLIC)
def confirm_post(token: str) -> Response:
    try:
        accounts.confirm(db(), token, now())
    except NotFound:
        return _gone("confirm")
    flash(_("Your e-mail address has been confirmed. You can sign in now."), "success")
    return see_other(home_url() if current_user.is_authenticated else url_for("accounts.sign_in"))


@bp.get("/confirm-again")
@access(Access.PUBLIC)
def confirm_again() -> Response:
    return page("accounts/confirm_again.html", form=AddressForm.of_request())


@bp.post("/confirm-again")
@access(Access.PUBLIC)
def confirm_again_post() -> Response:
    return _send(accounts.resend_confirmation, "accounts/confirm_again.html")


@bp.get("/password/forgot")
@access(Access.PUBLIC)
def forgot() -> Response:
    return page("accounts/forgot.html", form=AddressForm.of_request())


@bp.post("/password/forgot")
@access(Access.PUBLIC)
def forgot_post() -> Response:
    return _send(signing.forgot_password, "accounts/forgot.html")


def _send(service: Callable[[Session, str, str, datetime], None], template: str) -> Response:
    """Have a link sent; the answer is the same whether or not there is anybody to send it to."""
    form = AddressForm.of_request()
    status, locked = 422, None
    if form.validate():
        keep_despite_error()
        try:
            service(db(), form.email.data, network(), now())
            return see_other(url_for("accounts.sent"))
        except Invalid as error:
            form.show(error)
        except Locked as error:
            status, locked = 429, error
    return page(template, status=status, form=form, locked=locked)


@bp.get("/mail-sent")
@access(Access.PUBLIC)
def sent() -> Response:
    settings: Settings = current_app.extensions["settings"]
    return page("accounts/sent.html", nowhere=settings.demo and not settings.smtp_url)


@bp.get("/password/reset/<token>")
@access(Access.PUBLIC)
def reset(token: str) -> Response:
    try:
        user = signing.resetting(db(), token, now())
    except NotFound:
        return _gone("reset")
    return page("accounts/reset.html", form=ResetForm.of_request(), email=user.email)


@bp.post("/password/reset/<token>")
@access(Access.PUBLIC)
def reset_post(token: str) -> Response:
    form = ResetForm.of_request()
    try:
        user = signing.resetting(db(), token, now())
        if form.validate():
            signing.reset_password(db(), token, form.new_password.data, now())
            flash(_("The new password is set. Please sign in with it."), "success")
            return see_other(url_for("accounts.sign_in"))
    except NotFound:
        return _gone("reset")
    except Invalid as error:
        form.show(error)
    return page("accounts/reset.html", status=422, form=form, email=user.email)


@bp.get("/join/<token>")
@access(Access.PUBLIC)
def join(token: str) -> Response:
    try:
        return _join_page(token, JoinForm.of_request())
    except NotFound:
        return _gone("join")


@bp.post("/join/<token>")
@access(Access.PUBLIC)
def join_post(token: str) -> Response:
    form = JoinForm.of_request()
    try:
        if current_user.is_authenticated:
            return _join_as_self(token)
        if form.validate():
            language = str(get_locale())
            user = colleagues.join_as_new(db(), token, form.name.data, form.password.data, language, now())
            answer = enter(user)
            flash(_("Welcome. You have joined the organisation."), "success")
            return answer
        return _join_page(token, form, 422)
    except NotFound:
        return _gone("join")
    except Invalid as error:
        form.show(error)
        return _join_page(token, form, 422)


def _join_as_self(token: str) -> Response:
    """With the account that is signed in, if the invitation was sent to its address."""
    try:
        colleagues.join(db(), actor(), token, now())
    except NotAllowed:
        return _join_page(token, JoinForm.of_request(), 403)
    flash(_("You have joined the organisation."), "success")
    return see_other(url_for("accounts.houses"))


def _join_page(token: str, form: JoinForm, status: int = 200) -> Response:
    """Which of the three it is: a new account, signing in first, or one click."""
    invitation, house = colleagues.invitation(db(), token, now())
    return page(
        "accounts/join.html",
        status=status,
        form=form,
        token=token,
        email=invitation.email,
        role=invitation.payload["role"],
        house=colleagues.house_row(db(), house),
        has_account=queries.user_by_email(db(), invitation.email) is not None,
    )
