"""Sets up the demonstration's schemes through the services, as a coordinator would, and publishes them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from matcher.policy import Actor
from matcher.services import scheme_forms, schemes
from matcher.services.assessment import Rules
from matcher.services.challenge_data import today
from matcher.services.demo_rows import Line
from matcher.services.scheme_forms import QuestionData
from matcher.services.schemes import SchemeData, TierData
from models import Scheme
from models.enums import Intake, ItemLevel, PartnerKind, QuestionKind, SchemeScope, TierLevel
from models.queries import upkeep

FISCAL_MONTH = 4
_QUESTION_FLAGS = ("section", "help", "required", "renewal_only", "public", "category")
_TIER_TEXTS = ("number_format", "certificate_title", "certificate_text", "issuer", "logo_rules", "term_years")


def put(session: Session, office: Actor, line: Line, now: datetime) -> None:
    """Set one scheme up, form by form, and publish it. `draft` leaves a next version of the form being written."""
    row = upkeep.scheme(session, line["id"])
    schemes.edit(session, office, row.pk, _scheme(row, line), None, now=now)
    row.provenance = {**row.provenance, "invented": line["invented"]}
    made: list[int] = []
    for said in line["tiers"]:
        tier = schemes.add_tier(session, office, row.pk, _tier(said, made), now=now)
        made.append(tier.pk)
        for name, *said_days in said.get("rounds", ()):
            schemes.add_round(session, office, tier.pk, name, *days(said_days, today(now)), now=now)
        _form(session, office, tier.pk, said, now)
        if line.get("draft"):
            scheme_forms.draft(session, office, tier.pk, now=now)
    schemes.publish(session, office, row.pk, now=now)


def days(said: Sequence[str], on: date) -> list[date]:
    """Days said as month and day, one after the other, from the fiscal year of `on`: rounds that are not all over."""
    found = [date(on.year if on.month >= FISCAL_MONTH else on.year - 1, FISCAL_MONTH, 1)]
    for month, day in (map(int, text.split("-")) for text in said):
        here = found[-1].replace(month=month, day=day)
        found.append(here if here >= found[-1] else here.replace(year=here.year + 1))
    return found[1:]


def _scheme(row: Scheme, line: Line) -> SchemeData:
    return SchemeData(
        name=row.name,
        status=row.status,
        scope=SchemeScope(line["scope"]),
        summary=line["summary"],
        eligible_kinds=tuple(map(PartnerKind, line["eligible_kinds"])),
        eligibility=line["eligibility"],
        operator=line["operator"],
    )


def _tier(said: dict[str, Any], made: list[int]) -> TierData:
    return TierData(
        name=said["name"],
        level=TierLevel(said["level"]),
        requires_id=made[said["requires"]] if "requires" in said else None,
        intake=Intake(said["intake"]),
        term_to_fiscal_year_end=said.get("term_to_fiscal_year_end", False),
        benefits=tuple(said["benefits"]),
        **{name: said[name] for name in _TIER_TEXTS},
    )


def _form(session: Session, office: Actor, tier_id: int, said: dict[str, Any], now: datetime) -> None:
    form = scheme_forms.draft(session, office, tier_id, now=now)
    for question in said["questions"]:
        scheme_forms.add(session, office, form.pk, _question(question), now=now)
    scheme_forms.set_rules(session, office, form.pk, Rules.of(said["rules"]), now=now)
    scheme_forms.publish(session, office, form.pk, now=now)


def _question(said: dict[str, Any]) -> QuestionData:
    return QuestionData(
        kind=QuestionKind(said["kind"]),
        label=said["label"],
        level=ItemLevel(said["level"]) if "level" in said else None,
        options=tuple((words, float(points)) for words, points in said.get("options", ())),
        **{name: said[name] for name in _QUESTION_FLAGS if name in said},
    )
