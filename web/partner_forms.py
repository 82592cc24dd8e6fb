"""The fields in which an organisation describes itself, shared by registration and by its own rooms."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import (
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, ListWidget

from matcher.services.partner_data import (
    ABROAD,
    EVERYWHERE,
    LINE,
    LONG_TEXT,
    MOST_CAPACITY,
    MOST_OFFERINGS,
    NAME,
    SHORT_TITLE,
    OfferingData,
    ProfileData,
)
from models import Municipality, reference
from models.enums import OfferingStage, PartnerKind
from web import labels
from web.forms import FIELD_ERRORS, BaseForm

NEEDED = DataRequired(FIELD_ERRORS["required"])
CHOSEN = InputRequired(FIELD_ERRORS["required"])


def at_most(limit: int) -> Length:
    """No more than `limit` characters."""
    return Length(max=limit, message=FIELD_ERRORS["too_long"])


class CheckboxesField(SelectMultipleField):  # type: ignore[misc]
    """Several choices as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class VersionField(HiddenField):  # type: ignore[misc]
    """The version of the row that a form was filled from; `number` is None when none was sent."""

    @property
    def number(self) -> int | None:
        text = str(self.data or "")
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None


def prefecture_choices() -> list[tuple[str, Any]]:
    """Where an organisation sits: by Japanese name, shown in the reader's language."""
    shown = [(name, labels.region(code)) for code, (name, _) in reference.PREFECTURES.items()]
    return [("", _l("Please choose")), *shown, (ABROAD, _l("Outside Japan"))]


def region_choices(towns: Sequence[Municipality]) -> list[tuple[str, Any]]:
    """Where an organisation works: everywhere, one of the municipalities here, or a whole prefecture."""
    here = [(town.code, labels.municipality_name(town)) for town in towns]
    return [(EVERYWHERE, labels.region(EVERYWHERE)), *here, *((code, labels.region(code)) for code in _PREFECTURES)]


def town_choices(towns: Iterable[Municipality]) -> list[tuple[str, Any]]:
    """Municipalities by code, after an empty choice."""
    return [("", _l("Please choose")), *((town.code, labels.municipality_name(town)) for town in towns)]


def industry_choices() -> list[tuple[str, Any]]:
    return [("", _l("Please choose"))] + [(letter, labels.industry(letter)) for letter in reference.INDUSTRIES]


_PREFECTURES = tuple(reference.PREFECTURES)


class OrganisationFields(BaseForm):
    """Who the organisation is."""

    name = StringField(_l("Name of the organisation"), [NEEDED, at_most(NAME)])
    name_en = StringField(_l("Name in English"), [at_most(NAME)])
    corporate_number = StringField(_l("Corporate number"), [at_most(40)])
    kind = SelectField(
        _l("Kind of organisation"), [CHOSEN], choices=labels.choices(PartnerKind, blank=_l("Please choose"))
    )
    industry = SelectField(_l("Industry"), [CHOSEN])
    prefecture = SelectField(_l("Prefecture"), [CHOSEN])
    address = StringField(_l("Address"), [at_most(LINE)])
    website = StringField(_l("Website"), [at_most(LINE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.industry.choices = industry_choices()
        self.prefecture.choices = prefecture_choices()


class ActivityFields(BaseForm):
    """What the organisation does, where, and what it looks for."""

    profile = TextAreaField(_l("What you do"), [NEEDED, at_most(LONG_TEXT)])
    regions = CheckboxesField(_l("Where you work"), [CHOSEN])
    seeks = TextAreaField(_l("What you are looking for"), [at_most(LONG_TEXT)])
    capacity = IntegerField(
        _l("Pilots you can run at the same time"),
        [InputRequired(FIELD_ERRORS["required"]), NumberRange(0, MOST_CAPACITY, FIELD_ERRORS["number"])],
        default=3,
    )

    def offer(self, towns: Sequence[Municipality], also: Sequence[str] = ()) -> None:
        """Fill in the regions that can be chosen; `also` keeps those that were chosen elsewhere."""
        here = region_choices(towns)
        known = {code for code, _ in here}
        self.regions.choices = here + [(code, labels.region(code)) for code in also if code not in known]


class OfferingFields(BaseForm):
    """One offering. The token stands in the page, not in each row of a list."""

    class Meta:
        csrf = False

    title = StringField(_l("Title"), [NEEDED, at_most(SHORT_TITLE)])
    description = TextAreaField(_l("What it does"), [NEEDED, at_most(LONG_TEXT)])
    audience = StringField(_l("For whom"), [at_most(LINE)])
    stage = SelectField(_l("Stage"), [CHOSEN], choices=labels.choices(OfferingStage, blank=_l("Please choose")))
    track_record = TextAreaField(_l("Track record"), [at_most(LONG_TEXT)])
    asks = TextAreaField(_l("What you ask of a city"), [at_most(LONG_TEXT)])


class OfferingsForm(BaseForm):
    """Offerings one by one."""

    offerings = FieldList(
        FormField(OfferingFields), _l("Offering"), min_entries=1, max_entries=MOST_OFFERINGS, default=lambda: [{}]
    )


class TargetsForm(BaseForm):
    """The SDG targets that the organisation's actions serve."""

    targets = CheckboxesField(_l("SDG targets"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets.choices = [(target.code, labels.target_name(target.code)) for target in reference.targets()]


def profile_data(*forms: BaseForm) -> ProfileData:
    """What several forms say about an organisation together; they must have been validated."""
    said = {name: _present(value) for form in forms for name, value in form.data.items() if name in _PROFILE}
    said["regions"] = tuple(said.get("regions") or ())
    return ProfileData(**{**said, "kind": PartnerKind(said["kind"])})


_PROFILE = frozenset(ProfileData.__dataclass_fields__)


def offering_data(data: dict[str, Any]) -> OfferingData:
    """One offering from the data of its form, which must have been validated."""
    said = {name: _present(data[name]) for name in OfferingData.__dataclass_fields__}
    return OfferingData(**{**said, "stage": OfferingStage(said["stage"])})


def _present(value: Any) -> Any:
    """A field that was not sent at all is as good as an empty one."""
    return "" if value is None else value


def spoken(profile: str | None, seeks: str | None, offerings: Iterable[Mapping[str, Any]]) -> str:
    """Everything that an organisation says about its work, a paragraph for each thing, to suggest SDG targets from."""
    parts = [profile, seeks]
    for offering in offerings:
        parts.append("\n".join(filter(None, (offering.get(name) for name in ("title", "description", "audience")))))
    return "\n\n".join(part for part in parts if part)
