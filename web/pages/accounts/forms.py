"""The forms around an account."""

from collections.abc import Collection
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, HiddenField, IntegerField, PasswordField, RadioField, SelectField, StringField, TelField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import HiddenInput

from matcher.services.accounts import NAME_LENGTH, PHONE_LENGTH, TITLE_LENGTH
from matcher.services.mail_settings import rhythms_of
from matcher.services.passwords import MAX_LENGTH
from models.enums import NoticeKind
from web.forms import FIELD_ERRORS, BaseForm
from web.mail_words import KINDS, RHYTHMS

NEEDED = DataRequired(FIELD_ERRORS["required"])
CHOSEN = InputRequired(FIELD_ERRORS["required"])
PASSWORD_HINT = _l("At least 12 characters. A sentence that only you would think of is easier to remember than signs.")


def _at_most(limit: int) -> Length:
    return Length(max=limit, message=FIELD_ERRORS["too_long"])


def _email(autocomplete: str = "username") -> EmailField:
    return EmailField(_l("E-mail address"), [NEEDED, _at_most(254)], render_kw={"autocomplete": autocomplete})


def _present_password() -> PasswordField:
    attributes = {"autocomplete": "current-password"}
    return PasswordField(_l("Present password"), [CHOSEN, _at_most(1_000)], render_kw=attributes)


def _new_password(label: Any = _l("New password")) -> PasswordField:
    limit = Length(max=MAX_LENGTH, message=FIELD_ERRORS["password_long"])
    attributes = {"autocomplete": "new-password"}
    return PasswordField(label, [CHOSEN, limit], description=PASSWORD_HINT, render_kw=attributes)


def _rhythm(kind: NoticeKind) -> SelectField:
    name, about = KINDS[kind]
    choices = [(rhythm.value, RHYTHMS[rhythm]) for rhythm in rhythms_of(kind)]
    return SelectField(name, [CHOSEN], choices=choices, description=about)


class SignInForm(BaseForm):
    """Address and password, and where to go afterwards."""

    email = _email()
    password = PasswordField(_l("Password"), [CHOSEN, _at_most(1_000)], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class AddressForm(BaseForm):
    """An address to which a link shall be sent."""

    email = _email("email")


class ResetForm(BaseForm):
    """A new password, by a link."""

    new_password = _new_password()


class JoinForm(BaseForm):
    """A new colleague's name and password."""

    name = StringField(_l("Your name"), [NEEDED, _at_most(NAME_LENGTH)], render_kw={"autocomplete": "name"})
    password = _new_password(_l("Password"))


class ProfileForm(BaseForm):
    """One's own particulars."""

    name = StringField(_l("Your name"), [NEEDED, _at_most(NAME_LENGTH)], render_kw={"autocomplete": "name"})
    title = StringField(
        _l("Department or position"), [_at_most(TITLE_LENGTH)], render_kw={"autocomplete": "organization-title"}
    )
    phone = TelField(_l("Telephone"), [_at_most(PHONE_LENGTH)], render_kw={"autocomplete": "tel"})
    language = RadioField(_l("Language of pages and mail"), [CHOSEN], choices=[("ja", "日本語"), ("en", "English")])
    version = IntegerField(widget=HiddenInput())


class MailsForm(BaseForm):
    """How often mail of each kind comes; only the kinds that reach the person are asked about."""

    mention = _rhythm(NoticeKind.MENTION)
    message = _rhythm(NoticeKind.MESSAGE)
    match = _rhythm(NoticeKind.MATCH)
    challenge = _rhythm(NoticeKind.CHALLENGE)
    group = _rhythm(NoticeKind.GROUP)
    work = _rhythm(NoticeKind.WORK)
    announcement = _rhythm(NoticeKind.ANNOUNCEMENT)

    def ask(self, kinds: Collection[NoticeKind]) -> None:
        """Leave out the other kinds."""
        for kind in NoticeKind:
            if kind not in kinds:
                del self[kind.value]


class PasswordForm(BaseForm):
    """Another password for somebody who is signed in."""

    current_password = _present_password()
    new_password = _new_password()


class CloseForm(BaseForm):
    """The password once more before everything goes."""

    current_password = _present_password()


class InviteForm(BaseForm):
    """A colleague's address and what they may do."""

    email = _email("off")
    role = RadioField(_l("What this person may do"), [CHOSEN])
    department_id = SelectField(_l("Department"), coerce=lambda text: int(text) if text else None)


class RoleForm(BaseForm):
    """What a colleague may do."""

    role = SelectField(_l("What this person may do"), [CHOSEN])
