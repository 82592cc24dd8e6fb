"""What is said about a partner when it registers or edits itself, and the rules that every word of it must keep."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from matcher.errors import Invalid
from models import reference
from models.enums import OfferingStage, PartnerKind, TargetBasis

NAME, LINE, SHORT_TITLE, LONG_TEXT = 200, 300, 100, 4_000
MOST_OFFERINGS, MOST_REGIONS, MOST_CAPACITY = 20, 60, 99
ABROAD = "海外"
EVERYWHERE = "00"
PREFECTURES = frozenset(japanese for japanese, _ in reference.PREFECTURES.values()) | {ABROAD, ""}
_URL = re.compile(r"https?://[^\s/@:]+(?::\d{1,5})?(?:/\S*)?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class ProfileData:
    """An organisation as it describes itself. `prefecture` is a Japanese name, `ABROAD` or empty."""

    name: str
    kind: PartnerKind
    name_en: str = ""
    corporate_number: str = ""
    industry: str = "T"
    prefecture: str = ""
    address: str = ""
    website: str = ""
    profile: str = ""
    seeks: str = ""
    capacity: int = 3
    regions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class OfferingData:
    """シーズ: one thing a partner can bring."""

    title: str
    stage: OfferingStage
    description: str = ""
    audience: str = ""
    track_record: str = ""
    asks: str = ""


@dataclass(frozen=True, kw_only=True)
class PartnerData(ProfileData):
    """A whole partner: its profile, what it offers, and the targets it serves as (code, who says so)."""

    offerings: tuple[OfferingData, ...] = ()
    targets: tuple[tuple[str, TargetBasis], ...] = ()
    is_demo: bool = False
    external_key: str | None = None
    provenance: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class PersonData:
    """Who registers a partner and becomes its administrator."""

    name: str
    email: str
    password: str
    title: str = ""
    phone: str = ""
    language: str = "ja"


def profile_errors(data: ProfileData) -> dict[str, str]:
    """What is wrong with a profile: field → code; empty when nothing is."""
    errors = _lengths(
        data,
        name=NAME,
        name_en=NAME,
        address=LINE,
        website=LINE,
        profile=LONG_TEXT,
        seeks=LONG_TEXT,
    )
    if not data.name:
        errors["name"] = "required"
    number = reference.plain_digits(data.corporate_number)
    if number and not reference.corporate_number_valid(number):
        errors["corporate_number"] = "corporate_number"
    if data.industry not in reference.INDUSTRIES:
        errors["industry"] = "unknown"
    if data.prefecture not in PREFECTURES:
        errors["prefecture"] = "unknown"
    if data.website and not _URL.fullmatch(data.website):
        errors.setdefault("website", "url")
    if not 0 <= data.capacity <= MOST_CAPACITY:
        errors["capacity"] = "number"
    if len(data.regions) > MOST_REGIONS or not all(map(is_region, data.regions)):
        errors["regions"] = "unknown"
    return errors


def offering_errors(data: OfferingData) -> dict[str, str]:
    """What is wrong with an offering: field → code."""
    errors = _lengths(
        data, title=SHORT_TITLE, description=LONG_TEXT, audience=LINE, track_record=LONG_TEXT, asks=LONG_TEXT
    )
    if not data.title:
        errors["title"] = "required"
    return errors


def _lengths(data: ProfileData | OfferingData, **limits: int) -> dict[str, str]:
    return {name: "too_long" for name, limit in limits.items() if len(getattr(data, name)) > limit}


def is_region(code: str) -> bool:
    """Whether `code` is everywhere, a prefecture, or a municipality."""
    return code == EVERYWHERE or code in reference.PREFECTURES or reference.municipality_code_valid(code)


def check_partner(data: PartnerData) -> None:
    """Refuse a partner that breaks a rule.

    Raises Invalid; an error in the n-th offering stands under ``offerings-n-<field>``.
    """
    errors = profile_errors(data)
    for n, offering in enumerate(data.offerings):
        errors |= {f"offerings-{n}-{name}": code for name, code in offering_errors(offering).items()}
    if len(data.offerings) > MOST_OFFERINGS:
        errors["offerings"] = "too_many"
    errors |= target_errors([code for code, _ in data.targets])
    if errors:
        raise Invalid(errors)


def target_errors(codes: Collection[str]) -> dict[str, str]:
    """What is wrong with a set of target codes."""
    return {} if all(map(reference.is_target, codes)) else {"targets": "unknown"}


def plain_regions(codes: Sequence[str]) -> tuple[str, ...]:
    """Regions without repetition, sorted; "everywhere" swallows all others."""
    return (EVERYWHERE,) if EVERYWHERE in codes else tuple(sorted(set(codes)))
