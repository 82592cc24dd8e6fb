"""The fields in which collaborations are described, planned, told about and judged, for both sides."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Optional

from matcher.services import pilots
from matcher.services.collaborations import KINDS, LONGEST, LONGEST_TITLE, CollaborationData
from matcher.services.outcomes import Outcome
from matcher.services.pilots import Criterion, PlanData
from models import Department, Partner, SuccessCriterion, reference
from models.enums import AgreementKind, CollaborationResult, NoteKind
from web import labels
from web.collaboration_words import KINDS as KIND_WORDS
from web.forms import BaseForm
from web.partner_forms import CHOSEN, NEEDED, CheckboxesField, VersionField, at_most


def _number(text: str | None) -> int | None:
    return int(text) if text and str(text).isdecimal() else None


def _agreement(text: str | None) -> AgreementKind | None:
    return AgreementKind(text) if text in set(AgreementKind) else None


class BeginForm(BaseForm):
    """A collaboration that begins with an introduction."""

    title = StringField(_l("Title"), [NEEDED, at_most(LONGEST_TITLE)])
    kind = RadioField(_l("Kind"), [CHOSEN], default=KINDS[0], choices=[(kind, KIND_WORDS[kind]) for kind in KINDS])
    summary = TextAreaField(_l("What will be done"), [at_most(LONGEST)])


class ByHandForm(BeginForm):
    """A collaboration with partners and a challenge that the office names; the first partner leads."""

    partners = FieldList(
        SelectField(_l("Partner"), coerce=_number), _l("Partner"), min_entries=1, max_entries=10, default=lambda: [None]
    )
    challenge_id = SelectField(_l("Challenge"), coerce=_number)
    department_id = SelectField(_l("Department in charge"), coerce=_number)

    def offer(
        self, partners: Sequence[Partner], challenges: Iterable[tuple[int, str]], departments: Iterable[Department]
    ) -> None:
        """Fill in what can be chosen here."""
        choices = [("", _l("Please choose")), *((partner.pk, partner.name) for partner in partners)]
        for entry in self.partners.entries:
            entry.choices = choices
        self.challenge_id.choices = [("", _l("Not from a challenge")), *challenges]
        self.department_id.choices = [("", _l("Not decided yet")), *((d.id, d.name) for d in departments)]

    def change_rows(self) -> bool:
        """Add or take away a partner when that button was pressed; nothing is validated or lost then."""
        return _change_rows(self.partners)

    def partner_ids(self) -> list[int]:
        return [row.data for row in self.partners.entries if row.data is not None]


def _change_rows(rows: FieldList) -> bool:
    if request.form.get("add_row") == rows.name:
        if len(rows.entries) < (rows.max_entries or 0):
            rows.append_entry()
        return True
    gone = request.form.get("remove_row")
    if gone is None:
        return False
    kept = [row.data for row in rows.entries if row.name != gone]
    while rows.entries:
        rows.pop_entry()
    for data in kept or [None]:
        rows.append_entry(data)
    return True


class EditForm(BeginForm):
    """What is said about a collaboration, its agreement and the targets that it serves."""

    kind = SelectField(_l("Kind"), [CHOSEN])
    department_id = SelectField(_l("Department in charge"), coerce=_number)
    agreement_kind = SelectField(
        _l("Kind of agreement"), coerce=_agreement, choices=labels.choices(AgreementKind, blank=_l("No agreement"))
    )
    agreement_date = DateField(_l("Agreement signed on"), [Optional()])
    agreement_topic = StringField(_l("Topic of the agreement"), [at_most(LONGEST_TITLE)])
    targets = CheckboxesField(_l("SDG targets"))
    version = VersionField()

    def offer(self, departments: Iterable[Department], kind: str) -> None:
        """Fill in what can be chosen here; a kind that only documents know stays as it is."""
        kinds = dict.fromkeys((*KINDS, kind))
        self.kind.choices = [(name, KIND_WORDS.get(name, name)) for name in kinds]
        self.department_id.choices = [("", _l("Not decided yet")), *((d.id, d.name) for d in departments)]
        self.targets.choices = target_choices()

    def collaboration(self) -> CollaborationData:
        """What was typed; the form must have been validated."""
        return CollaborationData(
            title=self.title.data,
            kind=self.kind.data,
            summary=self.summary.data or "",
            department_id=self.department_id.data,
            agreement_kind=self.agreement_kind.data,
            agreement_date=self.agreement_date.data,
            agreement_topic=self.agreement_topic.data or "",
            targets=self.targets.data or (),
        )


def target_choices() -> list[tuple[str, str]]:
    """All 169 targets."""
    return [(target.code, labels.target_name(target.code)) for target in reference.targets()]


class CriterionFields(BaseForm):
    """One criterion. The token stands in the page, not in each row of a list."""

    class Meta:
        csrf = False

    measure = StringField(_l("What is measured"), [at_most(pilots.LONGEST_MEASURE)])
    target = StringField(_l("Target value"), [at_most(pilots.LONGEST_TARGET)])
    unit = StringField(_l("Unit"), [at_most(pilots.LONGEST_UNIT)])


class PlanForm(BaseForm):
    """A pilot plan with the criteria by which success is measured."""

    period_from = DateField(_l("From"), [Optional()])
    period_until = DateField(_l("Until"), [Optional()])
    place = StringField(_l("Field of the pilot"), [at_most(pilots.LONGEST_PLACE)])
    roles = TextAreaField(_l("Who does what"), [at_most(LONGEST)])
    data = TextAreaField(_l("Data that are used"), [at_most(LONGEST)])
    safety = TextAreaField(_l("Safety and personal data"), [at_most(LONGEST)])
    cost_city = IntegerField(_l("The municipality pays (yen)"), [Optional()])
    cost_partner = IntegerField(_l("The partner pays (yen)"), [Optional()])
    criteria = FieldList(
        FormField(CriterionFields),
        _l("Success criterion"),
        min_entries=1,
        max_entries=pilots.MOST_CRITERIA,
        default=lambda: [{}],
    )
    version = VersionField()

    def change_rows(self) -> bool:
        """Add or take away a criterion when that button was pressed; nothing is validated or lost then."""
        return _change_rows(self.criteria)

    def plan(self) -> PlanData:
        """What was typed; the form must have been validated. Rows without a word are left out."""
        typed = [row.form.data for row in self.criteria.entries]
        said = [Criterion(*((row[name] or "") for name in ("measure", "target", "unit"))) for row in typed]
        texts = {name: self[name].data or "" for name in ("place", *pilots.TEXTS)}
        return PlanData(
            **texts,
            period_from=self.period_from.data,
            period_until=self.period_until.data,
            cost_city=self.cost_city.data,
            cost_partner=self.cost_partner.data,
            criteria=[row for row in said if row != Criterion("", "")],
        )


class AgreeForm(BaseForm):
    """Agreement to one edition of a plan."""

    edition = VersionField()


class ToldForm(AgreeForm):
    """How the office came to know that a partner without an account agrees."""

    note = TextAreaField(_l("How the agreement was given"), [NEEDED, at_most(LONGEST)], id="told-note")


class DayForm(BaseForm):
    """What happened on a day."""

    kind = RadioField(_l("Kind of note"), [CHOSEN], choices=labels.choices(NoteKind), default=NoteKind.PROGRESS.value)
    happened_on = DateField(_l("Date"), [NEEDED])
    text = TextAreaField(_l("What happened"), [NEEDED, at_most(LONGEST)])
    private = BooleanField(_l("Keep this note within the office"))


class FileForm(BaseForm):
    """A file to keep on a collaboration."""

    file = FileField(_l("File"))


class JudgedFields(BaseForm):
    """What was measured for one criterion, and whether it was met."""

    class Meta:
        csrf = False

    key = HiddenField()
    result = StringField(_l("Measured"), [at_most(pilots.LONGEST_MEASURE)])
    met = SelectField(
        _l("Met?"), choices=[("", _l("Not judged yet")), ("yes", _l("Met (criterion)")), ("no", _l("Not met"))]
    )


class ResultForm(BaseForm):
    """What a collaboration came to."""

    criteria = FieldList(FormField(JudgedFields), _l("Success criterion"))
    result = RadioField(_l("Result"), [CHOSEN], choices=labels.choices(CollaborationResult))
    outcome = TextAreaField(_l("What came of it"), [at_most(LONGEST)])
    learned = TextAreaField(_l("What was learned"), [at_most(LONGEST)])
    next_step_reason = TextAreaField(_l("Next step, and why by this procedure"), [at_most(LONGEST)])
    targets = CheckboxesField(_l("SDG targets"))
    version = VersionField()

    def said(self) -> Outcome:
        """What was typed; the form must have been validated."""
        return Outcome(
            CollaborationResult(self.result.data),
            self.outcome.data or "",
            self.learned.data or "",
            self.next_step_reason.data or "",
            self.targets.data or [],
            [_judged(row.form.data) for row in self.criteria.entries],
        )


def judged(row: SuccessCriterion) -> dict[str, Any]:
    """A stored criterion as the fields in which it is judged."""
    return {"key": row.pk, "result": row.result, "met": "" if row.met is None else "yes" if row.met else "no"}


def _judged(row: dict[str, Any]) -> tuple[int, str, bool | None]:
    return _number(row["key"]) or 0, row["result"] or "", {"yes": True, "no": False}.get(row["met"])
