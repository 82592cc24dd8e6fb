"""The forms of a city office."""

from collections.abc import Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FieldList,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from matcher.services import challenge_data as limits
from matcher.services.challenge_data import ChallengeData
from matcher.services.introductions import Contact
from models import Department, reference
from models.enums import (
    BudgetStage,
    ChallengeKind,
    DeclineReason,
    PartnerKind,
    Pillar,
    RefusalReason,
    Requirement,
    TargetBasis,
)
from web import labels
from web.forms import FIELD_ERRORS, BaseForm
from web.partner_forms import CheckboxesField, at_most

LONGEST_MESSAGE = 2_000
NEEDED = DataRequired(FIELD_ERRORS["required"])
CHOSEN = InputRequired(FIELD_ERRORS["required"])
SPOKEN = ("title", *limits.LONG_FIELDS)


def _number(text: str | None) -> int | None:
    return int(text) if text and str(text).isdecimal() else None


class ChallengeForm(BaseForm):
    """A challenge, in the order in which proposers ask. A draft needs a title, a kind and a pillar only."""

    title = StringField(_l("Title"), [NEEDED, at_most(limits.TITLE)])
    kind = RadioField(_l("Kind of challenge"), [CHOSEN], choices=labels.choices(ChallengeKind))
    pillar = RadioField(_l("Pillar"), [CHOSEN], choices=labels.choices(Pillar))
    department_id = SelectField(_l("Department in charge"), coerce=_number)
    problem = TextAreaField(_l("What is wrong"), [at_most(limits.LONG_TEXT)])
    cause = TextAreaField(_l("Cause"), [at_most(limits.LONG_TEXT)])
    affected = TextAreaField(_l("Who is affected"), [at_most(limits.LONG_TEXT)])
    affected_count = IntegerField(
        _l("How many people"), [Optional(), NumberRange(0, limits.MOST_PEOPLE, FIELD_ERRORS["count"])]
    )
    outcome = TextAreaField(_l("What should be different"), [at_most(limits.LONG_TEXT)])
    needs = FieldList(
        StringField(_l("Need"), [at_most(limits.LINE)]),
        _l("Need"),
        min_entries=1,
        max_entries=limits.MOST_NEEDS,
        default=lambda: [""],
    )
    resources = TextAreaField(_l("What the city brings"), [at_most(limits.LONG_TEXT)])
    budget_stage = RadioField(
        _l("Budget"), [CHOSEN], choices=labels.choices(BudgetStage), default=BudgetStage.NONE.value
    )
    constraints = TextAreaField(_l("Constraints"), [at_most(limits.LONG_TEXT)])
    confidential = TextAreaField(_l("Confidential part"), [at_most(limits.LONG_TEXT)])
    place = StringField(_l("Where"), [at_most(limits.LINE)])
    decision_date = DateField(_l("Decision date"), [Optional()])
    review_date = DateField(_l("Review date"), [Optional()])
    wanted_kinds = CheckboxesField(_l("Wanted partners"), choices=labels.choices(PartnerKind))
    required = CheckboxesField(_l("Required conditions"), choices=labels.choices(Requirement))
    targets = CheckboxesField(_l("SDG targets"))
    contact_name = StringField(_l("Contact person"), [at_most(limits.NAME)])
    contact_email = EmailField(_l("E-mail of the contact person"), [at_most(limits.EMAIL)])
    contact_phone = StringField(_l("Telephone of the contact person"), [at_most(limits.PHONE)])
    version = HiddenField()

    def offer(self, departments: Sequence[Department]) -> None:
        """Fill in what can be chosen here."""
        self.department_id.choices = [("", _l("Not decided yet")), *((d.id, d.name) for d in departments)]
        self.targets.choices = [(t.code, labels.target_name(t.code)) for t in reference.targets()]

    def change_rows(self) -> bool:
        """Add or take away a need when that button was pressed; nothing is validated or lost then."""
        if "add_row" in request.form:
            if len(self.needs.entries) < limits.MOST_NEEDS:
                self.needs.append_entry("")
            return True
        gone = request.form.get("remove_row")
        if gone is None:
            return False
        kept = [row.data for row in self.needs.entries if row.name != gone]
        while self.needs.entries:
            self.needs.pop_entry()
        for text in kept or [""]:
            self.needs.append_entry(text)
        return True

    def take_target(self) -> None:
        """Tick the target that was picked from the full list."""
        picked = request.form.get("add_target", "")
        if reference.is_target(picked) and picked not in (self.targets.data or []):
            self.targets.data = [*(self.targets.data or []), picked]

    def spoken(self) -> str:
        """Everything that says what is wanted, may it be saved as it stands or not; a paragraph for each thing."""
        title, problem, *others = (self[name].data for name in SPOKEN)
        opening = "\n".join(filter(None, (title, problem)))
        needs = "\n".join(row.data for row in self.needs.entries if row.data)
        return "\n\n".join(filter(None, (opening, *others, needs)))

    def read_version(self) -> int | None:
        """The version on which the text was typed."""
        return _number(self.version.data)

    def challenge(self) -> ChallengeData:
        """What was typed; the form must have been validated."""
        plain = {name: self[name].data or "" for name in limits.PLAIN if self[name].type in _TEXTS}
        return ChallengeData(
            **plain,
            kind=ChallengeKind(self.kind.data),
            pillar=Pillar(self.pillar.data),
            budget_stage=BudgetStage(self.budget_stage.data),
            department_id=self.department_id.data,
            affected_count=self.affected_count.data,
            decision_date=self.decision_date.data,
            review_date=self.review_date.data,
            wanted_kinds=tuple(PartnerKind(kind) for kind in self.wanted_kinds.data or ()),
            required=tuple(Requirement(name) for name in self.required.data or ()),
            needs=tuple(row.data for row in self.needs.entries if row.data),
            targets=tuple((code, TargetBasis.CONFIRMED) for code in limits.in_order(self.targets.data or ())),
        )


_TEXTS = frozenset({"StringField", "TextAreaField", "EmailField"})


def typed(data: ChallengeData, version: int) -> dict[str, Any]:
    """A stored challenge as the fields of its form."""
    return {
        **{name: getattr(data, name) for name in limits.PLAIN},
        "wanted_kinds": [kind.value for kind in data.wanted_kinds],
        "required": [name.value for name in data.required],
        "needs": list(data.needs) or [""],
        "targets": [code for code, _basis in data.targets],
        "version": version,
    }


class NoteForm(BaseForm):
    """A word that goes with a step."""

    note = TextAreaField(_l("Note"), [Length(max=LONGEST_MESSAGE, message=FIELD_ERRORS["too_long"])])


class ApproveForm(BaseForm):
    """What the office writes to the partner with an invitation."""

    message = TextAreaField(_l("Message to the partner"), [at_most(LONGEST_MESSAGE)])
    override = TextAreaField(_l("Why you invite it all the same"), [at_most(LONGEST_MESSAGE)])


class DeclineForm(BaseForm):
    """Why a recommendation is set aside."""

    reason = SelectField(
        _l("Reason"), [CHOSEN], choices=labels.choices(DeclineReason, blank=_l("Please choose a reason"))
    )
    note = TextAreaField(_l("Note"), [at_most(LONGEST_MESSAGE)])


HOW = {"label": _l("How the answer was given"), "description": _l("For example: by telephone, told by Ms Yamada.")}


class NotedAcceptanceForm(BaseForm):
    """Whom to call at a partner without an account that takes part, and how the office came to know."""

    contact_name = StringField(_l("Contact person"), [NEEDED, at_most(limits.NAME)])
    contact_title = StringField(_l("Department or position"), [at_most(limits.NAME)])
    contact_email = EmailField(_l("E-mail of the contact person"), [at_most(limits.EMAIL)])
    contact_phone = StringField(
        _l("Telephone of the contact person"),
        [at_most(limits.PHONE)],
        description=_l("The e-mail address or the telephone number is enough."),
    )
    note = TextAreaField(**HOW, validators=[NEEDED, at_most(LONGEST_MESSAGE)], id="accepted-note")

    def contact(self) -> Contact:
        """The person as typed."""
        said = {name: self[f"contact_{name}"].data or "" for name in ("name", "title", "email", "phone")}
        return Contact(**said)


class NotedRefusalForm(BaseForm):
    """Why a partner without an account does not take part, and how the office came to know."""

    reason = SelectField(
        _l("Reason"),
        [CHOSEN],
        choices=labels.choices(RefusalReason, blank=_l("Please choose a reason")),
        id="refused-reason",
    )
    note = TextAreaField(**HOW, validators=[NEEDED, at_most(LONGEST_MESSAGE)], id="refused-note")


class AnswerForm(BaseForm):
    """The answer to a question about a challenge; everybody will read it."""

    answer = TextAreaField(_l("Answer to the question"), [NEEDED, at_most(LONGEST_MESSAGE)])
    version = HiddenField()

    def read_version(self) -> int | None:
        """The version on which the answer was typed."""
        return _number(self.version.data)


class FileForm(BaseForm):
    """A file for a challenge, for everybody or only for partners that have been accepted."""

    file = FileField(_l("File"), [FileRequired(FIELD_ERRORS["required"])])
    confidential = BooleanField(_l("Only for partners that have been accepted"))
