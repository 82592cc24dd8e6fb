"""What a department says about a challenge, in the order in which proposers ask, and the rules that it must keep."""

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from models import Challenge, reference
from models.enums import BudgetStage, ChallengeKind, PartnerKind, Pillar, Requirement, TargetBasis

TITLE, LINE, LONG_TEXT, NAME, EMAIL, PHONE = 100, 200, 4_000, 100, 254, 40
MOST_NEEDS, MOST_TARGETS, MOST_PEOPLE = 20, 30, 200_000_000
REVIEW_AFTER_MONTHS = 6
LONG_FIELDS = ("problem", "cause", "affected", "outcome", "resources", "constraints")
PLAIN = (
    "title",
    "kind",
    "pillar",
    "department_id",
    *LONG_FIELDS,
    "confidential",
    "affected_count",
    "budget_stage",
    "place",
    "decision_date",
    "review_date",
    "contact_name",
    "contact_email",
    "contact_phone",
)
JAPAN = ZoneInfo("Asia/Tokyo")
EMAIL_SHAPE = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")


@dataclass(frozen=True, kw_only=True)
class ChallengeData:
    """A challenge as it is typed. `targets` pairs a target's code with who says that it is served."""

    title: str
    kind: ChallengeKind
    pillar: Pillar
    department_id: int | None = None
    problem: str = ""
    cause: str = ""
    affected: str = ""
    affected_count: int | None = None
    outcome: str = ""
    resources: str = ""
    budget_stage: BudgetStage = BudgetStage.NONE
    constraints: str = ""
    confidential: str = ""
    place: str = ""
    decision_date: date | None = None
    review_date: date | None = None
    wanted_kinds: tuple[PartnerKind, ...] = ()
    required: tuple[Requirement, ...] = ()
    needs: tuple[str, ...] = ()
    targets: tuple[tuple[str, TargetBasis], ...] = ()
    contact_name: str = ""
    contact_email: str = ""
    contact_phone: str = ""


def in_order(codes: Iterable[str]) -> list[str]:
    """Target codes in the order of the 2030 Agenda; unknown ones last."""
    return sorted(set(codes), key=lambda code: (reference.target_place(code), code))


def today(now: datetime) -> date:
    """The date in Japan."""
    return now.astimezone(JAPAN).date()


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def errors(data: ChallengeData, on: date, stored: Challenge | None = None) -> dict[str, str]:
    """What is wrong with a challenge: field → code. Dates that were not touched may have passed meanwhile."""
    found = _lengths(data)
    if not data.title:
        found["title"] = "required"
    if data.affected_count is not None and not 0 <= data.affected_count <= MOST_PEOPLE:
        found["affected_count"] = "count"
    if data.contact_email and not EMAIL_SHAPE.fullmatch(data.contact_email):
        found["contact_email"] = "email"
    if not all(reference.is_target(code) for code, _ in data.targets):
        found["targets"] = "unknown"
    for name in ("decision_date", "review_date"):
        day = getattr(data, name)
        if day is not None and day < on and (stored is None or day != getattr(stored, name)):
            found[name] = "date_past"
    if Requirement.KIND in data.required and not data.wanted_kinds:
        found["wanted_kinds"] = "required_empty"
    return found


def _lengths(data: ChallengeData) -> dict[str, str]:
    limits = dict.fromkeys(LONG_FIELDS, LONG_TEXT) | {
        "title": TITLE,
        "confidential": LONG_TEXT,
        "place": LINE,
        "contact_name": NAME,
        "contact_email": EMAIL,
        "contact_phone": PHONE,
    }
    found = {name: "too_long" for name, limit in limits.items() if len(getattr(data, name)) > limit}
    found |= {f"needs-{n}": "too_long" for n, need in enumerate(data.needs) if len(need) > LINE}
    if len(data.needs) > MOST_NEEDS:
        found["needs"] = "too_many"
    if len(data.targets) > MOST_TARGETS:
        found["targets"] = "too_many"
    return found


def missing(row: Challenge) -> dict[str, str]:
    """What a challenge must still say before anybody reviews it: field → code."""
    wanted = {
        "problem": row.problem,
        "outcome": row.outcome,
        "contact_name": row.contact_name,
        "contact_email": row.contact_email or row.contact_phone,
    }
    return {name: "required" for name, said in wanted.items() if not said}
