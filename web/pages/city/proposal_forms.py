"""The forms in which an office deals with a proposal."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, HiddenField, RadioField, SelectField, StringField, TextAreaField

from matcher.services.collaborations import LONGEST_TITLE
from matcher.services.consultations import ANSWERS
from matcher.services.consultations import LONGEST as LONGEST_QUESTION
from matcher.services.proposal_steps import LONGEST
from models import Department, Municipality
from models.enums import ConsultationStatus, ProposalDecline
from web import labels
from web.forms import BaseForm
from web.pages.city.forms import CHOSEN, NEEDED
from web.partner_forms import CheckboxesField, at_most


class ConsultForm(BaseForm):
    """Which departments are asked what, by when."""

    departments = CheckboxesField(_l("Departments to ask"))
    question = TextAreaField(_l("Question to the departments"), [NEEDED, at_most(LONGEST_QUESTION)])
    due = DateField(_l("Answer by"), [CHOSEN])

    def offer(self, departments: Sequence[Department]) -> None:
        self.departments.choices = [(str(row.pk), row.name) for row in departments]


class DepartmentAnswerForm(BaseForm):
    """What a department says."""

    says = RadioField(_l("Answer of the department"), [CHOSEN], choices=labels.choices(ConsultationStatus))
    answer = TextAreaField(_l("Reason or question"), [at_most(LONGEST_QUESTION)])
    version = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.says.choices = [(says, words) for says, words in self.says.choices if says in ANSWERS]

    def read_version(self) -> int | None:
        """The version on which the answer was typed."""
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


class CityNoteForm(BaseForm):
    """A note of the dialogue, for both sides or for the office alone."""

    held_on = DateField(_l("Date"), [CHOSEN])
    text = TextAreaField(_l("Note on the dialogue"), [NEEDED, at_most(LONGEST)])
    shared = BooleanField(_l("The partner reads this too"))
    asks = BooleanField(_l("We wait for the partner's answer"))


class HandOverForm(BaseForm):
    """Which department takes it on."""

    department = SelectField(_l("Passed on to"))

    def offer(self, departments: Sequence[Department]) -> None:
        rows = [(str(row.pk), row.name) for row in departments]
        self.department.choices = [("", _l("The secretariat keeps it")), *rows]


class PrepareForm(BaseForm):
    """What the collaboration is called that comes of it."""

    title = StringField(_l("Title of the collaboration"), [NEEDED, at_most(LONGEST_TITLE)])


class DeclineProposalForm(BaseForm):
    """Why the office does not go on with it."""

    reason = SelectField(
        _l("Reason"), [CHOSEN], choices=labels.choices(ProposalDecline, blank=_l("Please choose a reason"))
    )
    note = TextAreaField(_l("Explanation for the partner"), [at_most(LONGEST)])


class ForwardForm(BaseForm):
    """To which municipality it might go."""

    municipality = SelectField(_l("Municipality it might go to"), [CHOSEN])

    def offer(self, towns: Sequence[Municipality], own: int) -> None:
        rows = [(str(row.pk), labels.municipality_name(row)) for row in towns if row.pk != own]
        self.municipality.choices = [("", _l("Please choose")), *rows]
