"""The forms of the platform's operator."""

from flask_babel import lazy_gettext as _l
from wtforms import EmailField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import HiddenInput

from matcher.services.admin import MUNICIPALITY_KINDS, MunicipalityData
from models.enums import Role
from web import labels
from web.forms import FIELD_ERRORS, BaseForm

NEEDED = DataRequired(FIELD_ERRORS["required"])
SEATS = (Role.COORDINATOR, Role.DEPARTMENT, Role.PARTNER_ADMIN, Role.PARTNER_MEMBER)


def _at_most(limit: int) -> Length:
    return Length(max=limit, message=FIELD_ERRORS["too_long"])


class MunicipalityForm(BaseForm):
    """What an operator enters about a municipality."""

    name = StringField(_l("Name"), [NEEDED, _at_most(50)], description=_l("For example 加賀市"))
    name_kana = StringField(_l("Reading in kana"), [_at_most(100)])
    name_en = StringField(_l("English name"), [_at_most(100)])
    kind = SelectField(_l("Kind of local government"), choices=[(kind, kind) for kind in MUNICIPALITY_KINDS])
    contact_email = EmailField(_l("Contact e-mail address"), [_at_most(254)])
    slogan = TextAreaField(_l("Slogan"), [_at_most(300)])
    version = IntegerField(validators=[Optional()], widget=HiddenInput())

    def entered(self) -> MunicipalityData:
        return MunicipalityData(
            name=self.name.data or "",
            name_kana=self.name_kana.data or "",
            name_en=self.name_en.data or "",
            kind=self.kind.data,
            slogan=self.slogan.data or "",
            contact_email=self.contact_email.data or "",
        )


class NewMunicipalityForm(MunicipalityForm):
    """With the code, which cannot be changed later."""

    code = StringField(
        _l("Municipality code"),
        [NEEDED, _at_most(10)],
        description=_l("Six digits of the national code of local governments, check digit included"),
    )


class DepartmentForm(BaseForm):
    """One more department."""

    department = StringField(_l("Department"), [NEEDED, _at_most(100)])


class SeatForm(BaseForm):
    """A role at a house."""

    role = RadioField(_l("What this person may do"), [InputRequired(FIELD_ERRORS["required"])])
    municipality = SelectField(_l("Municipality"))
    partner = StringField(
        _l("Partner"),
        [_at_most(20)],
        description=_l("Corporate number, or the number at the end of the partner's address"),
    )

    def offer(self, towns: list[tuple[str, str]], *, none: bool) -> None:
        """Fill in what can be chosen; `none` allows an account without a seat."""
        first = [("", _l("Nothing yet"))] if none else []
        self.role.choices = first + [(role.value, labels.label(role)) for role in SEATS]
        self.municipality.choices = [("", _l("Please choose")), *towns]

    def chosen(self) -> Role | None:
        return Role(self.role.data) if self.role.data else None


class NewUserForm(SeatForm):
    """Somebody else's account."""

    role = RadioField(_l("What this person may do"), [Optional()], default="")
    email = EmailField(_l("E-mail address"), [NEEDED, _at_most(254)])
    name = StringField(_l("Full name"), [NEEDED, _at_most(100)])
    language = RadioField(_l("Language of pages and mail"), choices=[("ja", "日本語"), ("en", "English")], default="ja")
