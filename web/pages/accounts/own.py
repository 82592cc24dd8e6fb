"""One's own account: particulars, password, sessions, organisations, leaving."""

from flask import Response, flash, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, logout_user

from matcher.errors import Invalid, Locked, NotFound
from matcher.services import accounts, leaving, mail_settings, signing
from matcher.services.tokens import digest
from models.enums import NoticeKind, Rhythm
from models.queries import accounts as queries
from web.auth import Access, access, actor, now
from web.db import db, keep_despite_error
from web.htmx import page, see_other
from web.pages.accounts import bp
from web.pages.accounts.devices import device
from web.pages.accounts.entering import enter, home_url
from web.pages.accounts.forms import CloseForm, MailsForm, PasswordForm, ProfileForm


@bp.get("/account")
@access(Access.SIGNED_IN)
def account() -> Response:
    return page("accounts/account.html", form=ProfileForm.of_request(obj=current_user.user))


@bp.post("/account")
@access(Access.SIGNED_IN)
def account_post() -> Response:
    form = ProfileForm.of_request()
    if form.validate():
        profile = accounts.Profile(form.name.data, form.title.data or "", form.phone.data or "", form.language.data)
        try:
            accounts.change_profile(db(), actor(), profile, form.version.data, now())
            flash(_("Your particulars have been saved."), "success")
            return see_other(url_for("accounts.account"))
        except Invalid as error:
            form.show(error)
    return page("accounts/account.html", status=422, form=form)


@bp.route("/account/mail", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def mails() -> Response:
    """How often mail of each kind comes."""
    kinds = mail_settings.kinds_for(actor())
    present = mail_settings.present(db(), current_user.id)
    form = MailsForm.of_request(data={kind.value: present[kind].value for kind in kinds})
    form.ask(kinds)
    if request.method == "GET":
        return page("accounts/mails.html", form=form, kinds=kinds)
    if not form.validate():
        return page("accounts/mails.html", status=422, form=form, kinds=kinds)
    wanted = {NoticeKind(kind): Rhythm(form[kind.value].data) for kind in kinds}
    mail_settings.choose(db(), actor(), wanted, now=now())
    flash(_("Your choice has been saved."), "success")
    return see_other(url_for("accounts.mails"))


@bp.get("/account/security")
@access(Access.SIGNED_IN)
def security() -> Response:
    return _security(PasswordForm.of_request())


def _security(form: PasswordForm, status: int = 200, locked: Locked | None = None) -> Response:
    here = digest(current_user.token)
    rows = queries.sessions_of(db(), current_user.id, now())
    sessions = [(row, device(row.user_agent), row.token_hash == here) for row in rows]
    return page("accounts/security.html", status=status, form=form, sessions=sessions, locked=locked)


@bp.post("/account/security")
@access(Access.SIGNED_IN)
def change_password() -> Response:
    form = PasswordForm.of_request()
    if not form.validate():
        return _security(form, 422)
    keep_despite_error()
    try:
        user = signing.change_password(db(), actor(), form.current_password.data, form.new_password.data, now())
    except Invalid as error:
        form.show(error)
        return _security(form, 422)
    except Locked as error:
        return _security(form, 429, error)
    answer = enter(user, url_for("accounts.security"))
    flash(_("The password has been changed. You have been signed out everywhere else."), "success")
    return answer


@bp.post("/account/sessions/<int:session_id>/end")
@access(Access.SIGNED_IN)
def end_session(session_id: int) -> Response:
    signing.end_own_session(db(), actor(), session_id, now())
    flash(_("That session has ended."), "success")
    return see_other(url_for("accounts.security"))


@bp.post("/account/sessions/end-others")
@access(Access.SIGNED_IN)
def end_other_sessions() -> Response:
    signing.end_all_sessions(db(), current_user.user, but=current_user.token)
    flash(_("You have been signed out everywhere else."), "success")
    return see_other(url_for("accounts.security"))


@bp.get("/account/organisations")
@access(Access.SIGNED_IN)
def houses() -> Response:
    return page("accounts/houses.html", seats=queries.seats_with_houses(db(), current_user.id))


@bp.post("/account/organisations/<any(municipality, partner):kind>/<int:house_id>/work")
@access(Access.SIGNED_IN)
def work_for(kind: str, house_id: int) -> Response:
    """Who sits in several houses chooses the one to work for."""
    held = actor().municipality_ids if kind == "municipality" else actor().partner_ids
    if house_id not in held:
        raise NotFound()
    session[f"{kind}_id"] = house_id
    return see_other(home_url())


@bp.get("/account/close")
@access(Access.SIGNED_IN)
def close() -> Response:
    return page("accounts/close.html", form=CloseForm.of_request())


@bp.post("/account/close")
@access(Access.SIGNED_IN)
def close_post() -> Response:
    form = CloseForm.of_request()
    status, locked, kept = 422, None, ""
    if form.validate():
        keep_despite_error()
        try:
            leaving.close_account(db(), actor(), form.current_password.data, now())
            logout_user()
            session.clear()
            flash(_("Your account has been closed. Thank you for having been with us."), "success")
            return see_other(url_for("site.home"))
        except Invalid as error:
            form.show(error)
            kept = error.fields.get("seat", "")
        except Locked as error:
            status, locked = 429, error
    return page("accounts/close.html", status=status, form=form, locked=locked, kept=kept)
