"""The forms in which a partner proposes something to a city."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, SelectField, StringField, TextAreaField

from matcher.services.proposal_data import LONG_TEXT, TITLE, ProposalData
from models import Municipality
from web.forms import BaseForm
from web.partner_forms import CHOSEN, NEEDED, VersionField, at_most, town_choices

LONG: dict[str, Any] = {"validators": [at_most(LONG_TEXT)]}


class ProposalForm(BaseForm):
    """What a proposal says; a draft needs a title only."""

    title = StringField(_l("Title"), [NEEDED, at_most(TITLE)])
    summary = TextAreaField(_l("Summary of the proposal"), **LONG)
    solution = TextAreaField(_l("What you would do"), **LONG)
    field = TextAreaField(_l("Field that is needed"), **LONG)
    asks = TextAreaField(_l("What you ask of the city"), **LONG)
    schedule = TextAreaField(_l("Schedule"), **LONG)
    cost = TextAreaField(_l("Cost and who bears it"), **LONG)
    confidential = BooleanField(_l("Treat this proposal as confidential"))
    version = VersionField()

    def proposal(self) -> ProposalData:
        """What was typed; the form must have been validated."""
        texts = {name: self[name].data or "" for name in ("summary", "solution", "field", "asks", "schedule", "cost")}
        return ProposalData(title=self.title.data or "", confidential=bool(self.confidential.data), **texts)


class NewProposalForm(ProposalForm):
    """A proposal that answers no challenge is addressed to a municipality."""

    municipality = SelectField(_l("Municipality"), [CHOSEN])

    def offer(self, towns: Sequence[Municipality]) -> None:
        self.municipality.choices = town_choices(towns)


class JointForm(BaseForm):
    """Whom to propose with."""

    partner = StringField(_l("Name or corporate number of the partner"), [NEEDED, at_most(TITLE)])


class DialogueForm(BaseForm):
    """What was talked about, and when."""

    held_on = DateField(_l("Date"), [CHOSEN])
    text = TextAreaField(_l("Note to the city"), [NEEDED, at_most(LONG_TEXT)])
