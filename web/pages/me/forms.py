"""The forms of a partner's rooms."""

from collections.abc import Sequence

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, SelectField, TextAreaField

from models import Municipality
from models.enums import RefusalReason
from web import labels
from web.forms import BaseForm
from web.partner_forms import (
    CHOSEN,
    ActivityFields,
    OfferingFields,
    OrganisationFields,
    TargetsForm,
    VersionField,
    at_most,
    town_choices,
)

LONGEST_MESSAGE = 2_000


class ProfileForm(OrganisationFields, ActivityFields):
    """Everything that a partner says about itself, but its offerings."""

    version = VersionField()
    allow_duplicate = BooleanField(_l("It is a different organisation of the same name."))


class OneOfferingForm(OfferingFields):
    """An offering on a page of its own."""

    version = VersionField()


class OwnTargetsForm(TargetsForm):
    version = VersionField()


class AcceptForm(BaseForm):
    """A word to the other side, with the introduction."""

    message = TextAreaField(_l("Message to the other side"), [at_most(LONGEST_MESSAGE)])


class RefuseForm(BaseForm):
    """Why a partner does not take up an invitation, or ends an introduction."""

    reason = SelectField(_l("Reason"), [CHOSEN], choices=labels.choices(RefusalReason, blank=_l("Please choose")))
    note = TextAreaField(_l("In your own words"), [at_most(LONGEST_MESSAGE)])


class NoteForm(BaseForm):
    """A word to the city with a step of a registration."""

    note = TextAreaField(_l("Message to the municipality"), [at_most(LONGEST_MESSAGE)])


class ApplyForm(BaseForm):
    """With which further municipality the partner wants to be registered."""

    municipality = SelectField(_l("Municipality"), [CHOSEN])

    def offer(self, towns: Sequence[Municipality]) -> None:
        self.municipality.choices = town_choices(towns)
