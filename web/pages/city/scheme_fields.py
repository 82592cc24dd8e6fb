"""The forms in which a coordinator sets up a scheme: the scheme, its tiers, rounds, questions and what passes."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    EmailField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import NumberRange, Optional

from matcher.services import scheme_forms as limits
from matcher.services import schemes
from matcher.services.assessment import CategoryRule, Rules
from matcher.services.scheme_forms import COUNTED, QuestionData
from matcher.services.schemes import SchemeData, TierData
from models import Scheme, SchemeQuestion, SchemeTier
from models.enums import Intake, ItemLevel, PartnerKind, QuestionKind, SchemeScope, SchemeStatus, TierLevel
from web import labels
from web.forms import FIELD_ERRORS, BaseForm
from web.partner_forms import CHOSEN, NEEDED, CheckboxesField, VersionField, at_most

SHOWN = (*schemes.SCHEME_FIELDS, "eligible_kinds", "version")
PERCENT = NumberRange(0, 100, FIELD_ERRORS["percent"])
ROUND = 4


def _key(text: str | None) -> int | None:
    return int(text) if text and str(text).isdecimal() else None


class SchemeForm(BaseForm):
    """What a scheme says of itself."""

    name = StringField(_l("Name of the scheme"), [NEEDED, at_most(schemes.NAME)])
    summary = TextAreaField(_l("What the scheme is for"), [at_most(schemes.TEXT)])
    status = RadioField(_l("Status"), [CHOSEN], choices=labels.choices(SchemeStatus), default=SchemeStatus.OPERATING)
    scope = RadioField(
        _l("Whose partners it registers"),
        [CHOSEN],
        choices=labels.choices(SchemeScope),
        default=SchemeScope.MUNICIPALITY,
    )
    eligible_kinds = CheckboxesField(_l("Who may apply"), choices=labels.choices(PartnerKind))
    eligibility = TextAreaField(_l("Further conditions"), [at_most(schemes.TEXT)])
    operator = StringField(_l("Run by"), [at_most(schemes.NAME)])
    contact_email = EmailField(_l("E-mail for questions"))
    version = VersionField()

    @classmethod
    def of(cls, row: Scheme | None) -> "SchemeForm":
        return cls.of_request(data={} if row is None else {name: getattr(row, name) for name in SHOWN})

    def read(self) -> SchemeData:
        """What was typed; the form must have been validated."""
        return SchemeData(
            name=self.name.data,
            summary=self.summary.data or "",
            status=SchemeStatus(self.status.data),
            scope=SchemeScope(self.scope.data),
            eligible_kinds=tuple(PartnerKind(kind) for kind in self.eligible_kinds.data or ()),
            eligibility=self.eligibility.data or "",
            operator=self.operator.data or "",
            contact_email=self.contact_email.data or "",
        )


class TierForm(BaseForm):
    """One rung of the ladder."""

    name = StringField(_l("Name of the tier"), [NEEDED, at_most(schemes.LINE)])
    level = RadioField(_l("Level"), [CHOSEN], choices=labels.choices(TierLevel))
    requires_id = SelectField(_l("Tier that must be held first"), coerce=_key)
    intake = RadioField(_l("When one can apply"), [CHOSEN], choices=labels.choices(Intake), default=Intake.ROLLING)
    term_years = IntegerField(_l("Term in years"), [Optional()])
    term_to_fiscal_year_end = BooleanField(_l("The term ends with the fiscal year (31 March)"))
    renew_from_days = IntegerField(_l("Days before the end from which one can renew"), default=90)
    number_format = StringField(_l("Number on the certificate"), [NEEDED, at_most(schemes.FORMAT)])
    certificate_title = StringField(_l("Title of the certificate"), [at_most(schemes.LINE)])
    certificate_text = TextAreaField(_l("Text of the certificate"), [at_most(schemes.TEXT)])
    issuer = StringField(_l("Issued by"), [at_most(schemes.LINE)])
    benefits = TextAreaField(_l("Benefits"))
    logo_rules = TextAreaField(_l("Use of the logo"), [at_most(schemes.TEXT)])
    publishes_actions = BooleanField(_l("Publish the answers to public questions"), default=True)
    version = VersionField()

    @classmethod
    def of(cls, row: SchemeTier | None, others: Iterable[SchemeTier]) -> "TierForm":
        """The form for a tier; `others` are those below it."""
        said = {"number_format": "{year}-{number:03}"} if row is None else _said(row)
        form = cls.of_request(data=said)
        form.requires_id.choices = [("", _l("None")), *((str(tier.id), tier.name) for tier in others)]
        return form

    def read(self) -> TierData:
        """What was typed; the form must have been validated."""
        plain = ("name", "number_format", "certificate_title", "certificate_text", "issuer", "logo_rules")
        return TierData(
            **{name: self[name].data or "" for name in plain},
            level=TierLevel(self.level.data),
            requires_id=self.requires_id.data,
            intake=Intake(self.intake.data),
            term_years=self.term_years.data,
            term_to_fiscal_year_end=bool(self.term_to_fiscal_year_end.data),
            renew_from_days=self.renew_from_days.data or 0,
            benefits=schemes.lines(self.benefits.data or ""),
            publishes_actions=bool(self.publishes_actions.data),
        )


def _said(row: SchemeTier) -> dict[str, Any]:
    said = {name: getattr(row, name) for name in (*schemes.TIER_FIELDS, "version")}
    return said | {"requires_id": row.requires_id or "", "benefits": "\n".join(row.benefits)}


class RoundForm(BaseForm):
    """A round of applications."""

    name = StringField(_l("Name of the round"), [NEEDED, at_most(schemes.LINE)])
    opens = DateField(_l("Opens on"), [CHOSEN])
    closes = DateField(_l("Last day"), [CHOSEN])
    decision_date = DateField(_l("Decision by"), [Optional()])


class QuestionForm(BaseForm):
    """One question; which fields matter depends on its kind."""

    label = StringField(_l("Question"), [NEEDED, at_most(limits.LABEL)])
    kind = SelectField(_l("Kind of answer"), [CHOSEN], choices=labels.choices(QuestionKind))
    section = StringField(_l("Section"), [at_most(limits.SHORT)])
    help = TextAreaField(_l("Explanation"), [at_most(limits.TEXT)])
    required = BooleanField(_l("Must be answered"))
    public = BooleanField(_l("The answer is published once it is granted"))
    renewal_only = BooleanField(_l("Asked only on renewal"))
    options = TextAreaField(_l("Choices"))
    unit = StringField(_l("Unit"), [at_most(30)])
    category = StringField(_l("Category of the self-assessment"), [at_most(60)])
    level = SelectField(_l("Level of the item"), choices=labels.choices(ItemLevel, blank=_l("None")))
    weight = DecimalField(_l("Weight in its category"), [Optional()], default=1)

    @classmethod
    def of(cls, row: SchemeQuestion | None) -> "QuestionForm":
        if row is None:
            return cls.of_request()
        said = {name: getattr(row, name) for name in limits.COPIED}
        options = "\n".join(f"{option['label']} | {option['points']:g}" for option in row.options)
        level = row.level.value if row.level else ""
        return cls.of_request(data=said | {"kind": row.kind.value, "level": level, "options": options})

    def read(self) -> QuestionData:
        """What was typed; the form must have been validated. Raises Invalid for choices whose points are no number."""
        return QuestionData(
            kind=QuestionKind(self.kind.data),
            label=self.label.data,
            section=self.section.data or "",
            help=self.help.data or "",
            required=bool(self.required.data),
            public=bool(self.public.data),
            renewal_only=bool(self.renewal_only.data),
            options=limits.read_options(self.options.data or ""),
            unit=self.unit.data or "",
            category=self.category.data or "",
            level=ItemLevel(self.level.data) if self.level.data else None,
            weight=float(1 if self.weight.data is None else self.weight.data),
        )


class ItemsForm(BaseForm):
    """Many items of a checklist at once."""

    items = TextAreaField(_l("Items, one line each"), [NEEDED])
    section = StringField(_l("Section"), [at_most(limits.SHORT)])
    category = StringField(_l("Category of the self-assessment"), [at_most(60)])
    level = SelectField(_l("Level of the item"), choices=labels.choices(ItemLevel, blank=_l("None")))

    def read(self) -> QuestionData:
        """What all items have in common."""
        return QuestionData(
            kind=QuestionKind.CHECK,
            label="",
            section=self.section.data or "",
            category=self.category.data or "",
            level=ItemLevel(self.level.data) if self.level.data else None,
        )


class RulesForm(BaseForm):
    """What passes as a whole; the rows of the categories are read beside it."""

    total = DecimalField(_l("Pass mark for the whole, in percent"), [Optional(), PERCENT])
    all_basic = BooleanField(_l("All basic items must be met"))
    min_challenge = IntegerField(_l("Least number of challenge items"), [Optional()])
    min_targets = IntegerField(_l("Least number of SDG targets"), [Optional()])

    @classmethod
    def of(cls, rules: Rules) -> "RulesForm":
        total = None if rules.total_pass_share is None else round(rules.total_pass_share * 100, ROUND)
        return cls.of_request(data={**vars(rules), "total": total})

    def read(self, categories: Sequence[str]) -> Rules:
        """What was typed for the whole and for each of `categories`; the form must have been validated."""
        return Rules(
            tuple(
                CategoryRule(name, _number(f"weight-{place}", 1.0) or 0.0, _share(f"pass-{place}"))
                for place, name in enumerate(categories)
            ),
            None if self.total.data is None else float(self.total.data) / 100,
            bool(self.all_basic.data),
            self.min_challenge.data,
            self.min_targets.data,
        )


def _number(name: str, empty: float | None) -> float | None:
    """A number from the request; −1, which no rule takes, for what is none."""
    text = request.form.get(name, "").strip()
    try:
        return float(text) if text else empty
    except ValueError:
        return -1.0


def _share(name: str) -> float | None:
    percent = _number(name, None)
    return None if percent is None else percent / 100


class ScreenerForm(BaseForm):
    """Who screens for a scheme from outside the office."""

    email = EmailField(_l("E-mail address of the account"), [NEEDED, at_most(254)])


def counted(questions: Iterable[SchemeQuestion]) -> list[str]:
    """The categories of the self-assessment, in the order in which they first occur."""
    return list(dict.fromkeys(q.category for q in questions if q.category and q.kind in COUNTED))


def sections(questions: Iterable[SchemeQuestion]) -> list[tuple[str, list[SchemeQuestion]]]:
    """Questions that stand together under one heading, in their order."""
    return [(name, list(group)) for name, group in groupby(questions, key=lambda question: question.section)]
