"""The forms of the five steps of a registration."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired

from models import Municipality
from web.forms import FIELD_ERRORS, BaseForm
from web.partner_forms import CHOSEN, NEEDED, OrganisationFields, at_most, town_choices


class OrganisationForm(OrganisationFields):
    """Step 1: who it is, and with which municipality it wants to be registered."""

    municipality = SelectField(_l("Municipality to register with"), [CHOSEN])

    def offer(self, towns: Sequence[Municipality]) -> None:
        self.municipality.choices = town_choices(towns)


class ConsentForm(BaseForm):
    """What has to be agreed to; enough for somebody who has signed in."""

    privacy = BooleanField(
        _l("I have read how personal data is handled, and agree."), [InputRequired(FIELD_ERRORS["required"])]
    )
    publish = BooleanField(
        _l("I agree that what the organisation says about itself is made public once it is registered."),
        [InputRequired(FIELD_ERRORS["required"])],
    )


class ContactForm(ConsentForm):
    """Step 5: the person who registers, and the account."""

    name = StringField(_l("Your name"), [NEEDED, at_most(100)])
    title = StringField(_l("Department or position"), [at_most(100)])
    email = EmailField(_l("E-mail address"), [NEEDED, at_most(254)])
    phone = StringField(_l("Telephone"), [at_most(40)])
    password = PasswordField(_l("Password"), [InputRequired(FIELD_ERRORS["required"])])
