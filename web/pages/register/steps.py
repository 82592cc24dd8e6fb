"""The steps of a registration: which form each has, which is still open, and what they say together."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from matcher.errors import Invalid
from matcher.services.partner_data import PartnerData, ProfileData, profile_errors
from models import Municipality, reference
from models.enums import PartnerKind, TargetBasis
from web.drafts import saved_form
from web.forms import BaseForm
from web.pages.register.draft import Draft
from web.pages.register.forms import ConsentForm, ContactForm, OrganisationForm
from web.partner_forms import ActivityFields, OfferingsForm, TargetsForm, offering_data, profile_data, spoken

ORGANISATION, ACTIVITIES, OFFERINGS, TARGETS, CONTACT = STEPS = (
    "organisation",
    "activities",
    "offerings",
    "targets",
    "contact",
)
_ROWS, _ROW = re.compile(r"offerings-"), re.compile(r"offerings-([0-9]{1,3})-[a-z_]+$")
_FORMS: dict[str, type[BaseForm]] = {
    ORGANISATION: OrganisationForm,
    ACTIVITIES: ActivityFields,
    OFFERINGS: OfferingsForm,
    TARGETS: TargetsForm,
}


@dataclass(frozen=True)
class Entered:
    """Everything that the steps before the last one say."""

    data: PartnerData
    municipality: str


def names() -> list[str]:
    """The steps in words."""
    return [_("Organisation"), _("What you do"), _("Offerings"), _("SDGs"), _("Contact and sending")]


def form_of(step: str, towns: Sequence[Municipality], *, signed_in: bool, typed: Any = None) -> BaseForm:
    """The form of `step` with what was `typed`; None leaves it empty."""
    kind = _FORMS.get(step) or (ConsentForm if signed_in else ContactForm)
    form = kind(formdata=typed, meta={"csrf": False})
    if isinstance(form, OrganisationForm | ActivityFields):
        form.offer(towns)
    return form


def shown_form(step: str, draft: Draft, towns: Sequence[Municipality], *, signed_in: bool) -> BaseForm:
    """The form of `step` as it is opened: as saved before a token expired, else from the draft, else empty."""
    form = form_of(step, towns, signed_in=signed_in, typed=saved_form() or draft.fields(step))
    if isinstance(form, OrganisationForm) and not form.municipality.data:
        form.municipality.data = request.args.get("municipality", "")
    return form


def valid(form: BaseForm) -> bool:
    """Whether a form keeps its own rules and those of the service; what does not stands beside the fields."""
    kept = form.validate()
    errors = _rules(form) if kept else {}
    if errors:
        form.show(Invalid(errors))
    return bool(kept and not errors)


def _rules(form: BaseForm) -> dict[str, str]:
    """What the service would say against a step that its own form finds nothing wrong with."""
    if isinstance(form, OrganisationForm):
        return profile_errors(profile_data(form))
    if isinstance(form, ActivityFields):
        said = {"profile": form.profile.data, "seeks": form.seeks.data or "", "capacity": form.capacity.data}
        return profile_errors(ProfileData(name="-", kind=PartnerKind.COMPANY, regions=tuple(form.regions.data), **said))
    return {}


def first_open(draft: Draft, before: str = CONTACT) -> str | None:
    """The first step before `before` that is not complete."""
    return next((step for step in STEPS[: STEPS.index(before)] if not draft.done(step)), None)


def entered(draft: Draft, towns: Sequence[Municipality]) -> Entered | str:
    """Everything entered before the last step, checked again; or the name of the first step that is wrong."""
    forms: dict[str, Any] = {}
    for step in STEPS[:-1]:
        form = form_of(step, towns, signed_in=False, typed=draft.fields(step) or MultiDict())
        if not draft.done(step) or not valid(form):
            return step
        forms[step] = form
    profile = profile_data(forms[ORGANISATION], forms[ACTIVITIES])
    data = PartnerData(
        **vars(profile),
        offerings=tuple(offering_data(row) for row in forms[OFFERINGS].offerings.data),
        targets=tuple((code, TargetBasis.CONFIRMED) for code in forms[TARGETS].targets.data or ()),
    )
    return Entered(data, forms[ORGANISATION].municipality.data)


def first_wrong(draft: Draft, towns: Sequence[Municipality]) -> str | None:
    """The first step before the last one that is not complete, everything looked at again."""
    found = entered(draft, towns)
    return found if isinstance(found, str) else None


def text(draft: Draft, towns: Sequence[Municipality]) -> str:
    """What was said about the work of the organisation, to suggest SDG targets from."""
    work, offered = (form_of(s, towns, signed_in=False, typed=draft.fields(s)) for s in (ACTIVITIES, OFFERINGS))
    return spoken(work["profile"].data, work["seeks"].data, offered["offerings"].data)


def tidy(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """What a form was sent with, less what no form of ours sends as the number of a row."""
    return MultiDict([pair for pair in typed.items(multi=True) if not _ROWS.match(pair[0]) or _ROW.match(pair[0])])


def without_row(typed: MultiDict[str, str], row: str) -> MultiDict[str, str]:
    """The fields of a list without those of `row` ("offerings-1"); the others keep their numbers."""
    return MultiDict([pair for pair in typed.items(multi=True) if not pair[0].startswith(f"{row}-")])


def with_row(typed: MultiDict[str, str]) -> MultiDict[str, str]:
    """The fields of the offerings with an empty row at the end."""
    numbers = [int(found[1]) for found in map(_ROW.match, typed) if found]
    return MultiDict([*typed.items(multi=True), (f"offerings-{max(numbers, default=-1) + 1}-title", "")])


def signature(data: ProfileData) -> str:
    """What a question about a look-alike was asked for: another number, name or place asks again."""
    return "|".join(
        (reference.plain_digits(data.corporate_number), reference.normalise_name(data.name), data.prefecture)
    )
