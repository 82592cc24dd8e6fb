"""The forms of assignments: the batch with its challenges to tick, and what is laid down for a pair."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, RadioField, SearchField, SelectField, StringField
from wtforms.validators import NumberRange, Optional

from matcher.services import assignments as limits
from matcher.services.assignments import AssignmentData
from models import Assignment
from models.enums import AssignmentPurpose, DeclineReason, Pillar
from models.queries.assignments import Choice
from web import labels
from web.forms import FIELD_ERRORS, BaseForm
from web.pages.city.forms import CHOSEN, NEEDED
from web.partner_forms import CheckboxesField, VersionField, at_most

#: buttons that change the list of challenges and store nothing
TICKING = ("narrow", "tick_shown", "untick_all")


class AssignmentForm(BaseForm):
    """A batch. `q`, `department` and `pillar` narrow the list of challenges; what is ticked stays ticked."""

    name = StringField(_l("Name"), [NEEDED, at_most(limits.LONGEST_NAME)])
    purpose = RadioField(_l("Occasion"), [CHOSEN], choices=labels.choices(AssignmentPurpose))
    wanted = IntegerField(
        _l("Partners for each challenge"), [CHOSEN, NumberRange(1, limits.MOST_WANTED, FIELD_ERRORS["wanted"])]
    )
    capacity = IntegerField(
        _l("Challenges for each partner, at most"),
        [CHOSEN, NumberRange(1, limits.MOST_CAPACITY, FIELD_ERRORS["capacity"])],
    )
    registered_here = BooleanField(_l("Only partners registered with us"))
    challenges = CheckboxesField(_l("Challenges"))
    q = SearchField(_l("Words from the title"), [at_most(100)])
    department = SelectField(_l("Department in charge"), [Optional()])
    pillar = SelectField(_l("Pillar"), [Optional()], choices=labels.choices(Pillar, blank=_l("All")))
    version = VersionField()

    def offer(self, choices: Sequence[Choice]) -> None:
        """Let these challenges be ticked, and their departments be chosen from."""
        self.challenges.choices = [(str(choice.challenge.pk), choice.challenge.title) for choice in choices]
        names = sorted({choice.department for choice in choices if choice.department})
        self.department.choices = [("", _l("All")), *((name, name) for name in names)]

    def ticking(self, choices: Sequence[Choice]) -> bool:
        """Whether a button of the list was pressed; does what it says."""
        if "tick_shown" in request.form:
            shown = [str(choice.challenge.pk) for choice in self.shown(choices)]
            self.challenges.data = list(dict.fromkeys([*(self.challenges.data or ()), *shown]))
        if "untick_all" in request.form:
            self.challenges.data = []
        return any(name in request.form for name in TICKING)

    def shown(self, choices: Sequence[Choice]) -> list[Choice]:
        """Those that the filter leaves."""
        words = (self.q.data or "").casefold().split()
        return [
            choice
            for choice in choices
            if all(word in choice.challenge.title.casefold() for word in words)
            and self.department.data in ("", None, choice.department)
            and self.pillar.data in ("", None, choice.challenge.pillar.value)
        ]

    def assignment(self) -> AssignmentData:
        return AssignmentData(
            name=self.name.data or "",
            purpose=AssignmentPurpose(self.purpose.data),
            wanted=self.wanted.data or 0,
            capacity=self.capacity.data or 0,
            registered_here=bool(self.registered_here.data),
            challenge_ids=frozenset(int(key) for key in self.challenges.data or () if key.isdecimal()),
        )


def typed(row: Assignment, challenge_ids: Sequence[int]) -> dict[str, Any]:
    """A stored batch as the fields of its form."""
    return {
        **{name: getattr(row, name) for name in ("name", "wanted", "capacity", "registered_here", "version")},
        "purpose": row.purpose.value,
        "challenges": [str(key) for key in challenge_ids],
    }


class RuleForm(BaseForm):
    """A lock or a ban on one pair."""

    reason = SelectField(
        _l("Reason"), [Optional()], choices=labels.choices(DeclineReason, blank=_l("Please choose a reason"))
    )
    note = StringField(_l("Note"), [at_most(limits.LONGEST_NOTE)])
