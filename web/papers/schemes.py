"""Documents of registration and certification schemes: form, decision, certificate, year."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from flask import current_app, url_for
from flask_babel import format_decimal
from flask_babel import gettext as _
from markupsafe import Markup

from matcher.errors import NotFound
from matcher.services.papers import About
from matcher.services.scheme_report import SchemeReport
from models import SchemeQuestion
from models.enums import ApplicationStatus, PaperKind, QuestionKind
from models.queries.papers import ApplicationFile
from web.labels import target_name
from web.papers import Draft, era_date, era_year, lines, public_address, qr, titled

VERIFY = "certificates.verify"
#: an item of a checklist as it is left, and as it is ticked
TICKS = ("☐", "☑")


@dataclass(frozen=True)
class Said:
    """One question of a form on paper; `number` counts through the whole form."""

    number: int
    section: str
    label: str
    answer: Any
    level: str

    @property
    def ticked(self) -> bool:
        """Whether it is an item of a checklist."""
        return self.answer in TICKS


def application_form(found: ApplicationFile, files: Mapping[int, str]) -> Draft:
    """The form as the applicant filled it in; `files` names what was handed in with it."""
    said = [_line(number, *pair, files) for number, pair in enumerate(_asked(found), 1)]
    parts = [list(group) for _key, group in groupby(said, key=lambda each: (each.section, each.ticked))]
    return Draft(
        _about(found, PaperKind.APPLICATION_FORM),
        "papers/application_form.html",
        {**_values(found), "sections": parts},
    )


def _asked(found: ApplicationFile) -> Iterable[tuple[SchemeQuestion, Any]]:
    renewal = found.application.previous_id is not None
    return [pair for pair in found.answers if renewal or not pair[0].renewal_only]


def _line(number: int, question: SchemeQuestion, value: Any, files: Mapping[int, str]) -> Said:
    level = question.level.value if question.level else ""
    return Said(number, question.section or question.category, question.label, _said(question, value, files), level)


def _said(question: SchemeQuestion, value: Any, files: Mapping[int, str]) -> Any:
    """An answer in words; a tick for an item of a checklist."""
    if question.kind in (QuestionKind.CHECK, QuestionKind.DECLARATION):
        return TICKS[value is True]
    if value is None or value == "" or value == []:
        return _("No answer")
    if question.kind is QuestionKind.NUMBER:
        return f"{format_decimal(value)} {question.unit}".strip()
    if question.kind is QuestionKind.FILE:
        return files.get(value, _("File no. %(number)s", number=value))
    if question.kind is QuestionKind.TARGETS:
        return Markup("<br>").join(_target(each["target"], each["text"]) for each in value)
    return lines(value)


def _target(code: str, text: str) -> str:
    named = f"{code} {target_name(code)}"
    return _("%(target)s: %(text)s", target=named, text=text) if text else named


def decision(found: ApplicationFile) -> Draft:
    """The letter that says whether the application was granted, with the reasons where it was not.

    Raises NotFound before the decision.
    """
    row = found.application
    if row.decided_at is None:
        raise NotFound()
    granted = row.status is not ApplicationStatus.REFUSED
    return Draft(_about(found, PaperKind.DECISION), "papers/decision.html", {**_values(found), "granted": granted})


def certificate(found: ApplicationFile) -> Draft:
    """The certificate of a tier in force, with the address at which anybody can verify it.

    Raises NotFound when nothing is in force.
    """
    row = found.application
    if row.status is not ApplicationStatus.GRANTED or row.number is None:
        raise NotFound()
    address = _verify_address(row.verify_key)
    return Draft(
        _about(found, PaperKind.CERTIFICATE),
        "papers/certificate.html",
        {**_values(found), "address": address, "qr": qr(address) if address else ""},
    )


def _verify_address(key: str | None) -> str:
    """Where a certificate is verified; empty while the portal has no such page."""
    if key is None or VERIFY not in current_app.view_functions:
        return ""
    return public_address(url_for(VERIFY, key=key))


def _about(found: ApplicationFile, kind: PaperKind) -> About:
    row, partner = found.application, found.partner
    name = _("%(partner)s, %(scheme)s (%(tier)s)", partner=partner.name, scheme=found.scheme.name, tier=found.tier.name)
    return About(kind, "application", row.pk, titled(kind, name), partner.name, partner.pk)


def _values(found: ApplicationFile) -> dict[str, Any]:
    return {
        "row": found.application,
        "partner": found.partner,
        "scheme": found.scheme,
        "tier": found.tier,
        "term": _term(found),
    }


def _term(found: ApplicationFile) -> str:
    row = found.application
    if row.valid_from is None:
        return ""
    if row.valid_until is None:
        return _("from %(first)s, without end", first=era_date(row.valid_from))
    return _("from %(first)s to %(last)s", first=era_date(row.valid_from), last=era_date(row.valid_until))


def scheme_report(report: SchemeReport) -> Draft:
    """What became of the applications to a scheme in one fiscal year."""
    kind, scheme = PaperKind.SCHEME_REPORT, report.scheme
    name = _("%(scheme)s, fiscal year %(year)s", scheme=scheme.name, year=fiscal_name(report.year))
    return Draft(
        About(kind, "scheme", scheme.pk, titled(kind, name)),
        "papers/scheme_report.html",
        {"report": report, "year": fiscal_name(report.year), "scheme": scheme},
    )


def fiscal_name(year: int) -> str:
    """令和8年度, or fiscal 2026 in English."""
    return _("fiscal %(year)s", year=era_year(date(year, 4, 1)))
