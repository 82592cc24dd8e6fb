"""Registration and certification schemes (登録・認証制度): what a coordinator sets up, tier by tier, round by round."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition
from matcher.policy import Actor, Subject
from matcher.services import flow
from matcher.services.challenge_data import EMAIL_SHAPE
from models import Municipality, Scheme, SchemeRound, SchemeTier
from models.enums import Intake, PartnerKind, SchemeScope, SchemeStatus, TierLevel
from models.queries import schemes as queries

NAME, LINE, TEXT, FORMAT = 200, 100, 4_000, 60
#: how wide a number may be asked for: a wider one would fill the memory before anybody could see it
_WIDTH = re.compile(r"(0[1-9])?")
MOST_LINES = 30
KIND = "registration"
SCHEME_FIELDS = ("name", "status", "scope", "summary", "eligibility", "contact_email", "operator")
TIER_FIELDS = (
    "name",
    "level",
    "requires_id",
    "intake",
    "term_years",
    "term_to_fiscal_year_end",
    "renew_from_days",
    "number_format",
    "certificate_title",
    "certificate_text",
    "issuer",
    "logo_rules",
    "publishes_actions",
)


@dataclass(frozen=True, kw_only=True)
class SchemeData:
    """A scheme as it is typed; `eligible_kinds` empty means that every kind of organisation may apply."""

    name: str
    status: SchemeStatus = SchemeStatus.OPERATING
    scope: SchemeScope = SchemeScope.MUNICIPALITY
    summary: str = ""
    eligible_kinds: tuple[PartnerKind, ...] = ()
    eligibility: str = ""
    contact_email: str = ""
    operator: str = ""


@dataclass(frozen=True, kw_only=True)
class TierData:
    """A tier as it is typed; `requires_id` is a tier of the same scheme that must be in force first."""

    name: str
    level: TierLevel
    requires_id: int | None = None
    intake: Intake = Intake.ROLLING
    term_years: int | None = None
    term_to_fiscal_year_end: bool = False
    renew_from_days: int = 90
    number_format: str = "{year}-{number:03}"
    certificate_title: str = ""
    certificate_text: str = ""
    issuer: str = ""
    benefits: tuple[str, ...] = ()
    logo_rules: str = ""
    publishes_actions: bool = True


def of_scheme(scheme: Scheme) -> Subject:
    """A scheme belongs to its municipality and its screeners; the public reads it once published."""
    return Subject(scheme.municipality_id, public=scheme.published, scheme_id=scheme.pk)


def create(session: Session, actor: Actor, municipality_id: int, data: SchemeData, *, now: datetime) -> Scheme:
    """Begin a scheme; nobody outside the office sees it before it is published.

    Raises NotFound or NotAllowed for anybody but the coordinators, or Invalid.
    """
    policy.require(actor, "scheme.make", flow.of_municipality(municipality_id))
    _check_scheme(data)
    town = flow.locked(session, Municipality, municipality_id)
    row = Scheme(
        municipality_id=municipality_id,
        key=f"{town.code}-{queries.next_number(session, town.code)}",
        name=data.name,
        kind=KIND,
        status=data.status,
        created_at=now,
        updated_at=now,
    )
    _fill_scheme(row, data, now)
    session.add(row)
    flow.record(session, actor, "scheme.created", row, flow.of_municipality(municipality_id), now)
    return row


def edit(
    session: Session, actor: Actor, scheme_id: int, data: SchemeData, version: int | None, *, now: datetime
) -> Scheme:
    """Change what a scheme says. Raises NotFound, NotAllowed, Invalid or Conflict."""
    row = _own(session, actor, scheme_id)
    _check_scheme(data)
    flow.check_version(row, version, {name: getattr(data, name) for name in SCHEME_FIELDS})
    _fill_scheme(row, data, now)
    flow.record(session, actor, "scheme.edited", row, of_scheme(row), now)
    return row


def publish(session: Session, actor: Actor, scheme_id: int, *, now: datetime) -> Scheme:
    """Open a scheme to everybody; twice is harmless.

    Raises Invalid({"scheme": "no_form"}) while no tier has a form that can be filled in.
    """
    row = _own(session, actor, scheme_id)
    if row.published:
        return row
    if not any(card.form is not None for card in queries.ladder(session, scheme_id)):
        raise Invalid({"scheme": "no_form"})
    return _show(session, actor, row, "published", now)


def unpublish(session: Session, actor: Actor, scheme_id: int, *, now: datetime) -> Scheme:
    """Take a scheme off the portal; what was applied for and granted stays as it is. Twice is harmless."""
    row = _own(session, actor, scheme_id)
    return _show(session, actor, row, "unpublished", now) if row.published else row


def _show(session: Session, actor: Actor, row: Scheme, event: str, now: datetime) -> Scheme:
    row.published, row.updated_at = event == "published", now
    flow.record(session, actor, f"scheme.{event}", row, of_scheme(row), now)
    return row


def add_tier(session: Session, actor: Actor, scheme_id: int, data: TierData, *, now: datetime) -> SchemeTier:
    """Put a tier on top of the ladder. Raises NotFound, NotAllowed or Invalid."""
    scheme = _own(session, actor, scheme_id)
    _check_tier(session, scheme_id, data)
    row = SchemeTier(
        scheme_id=scheme_id,
        position=queries.next_position(session, scheme_id),
        name=data.name,
        level=data.level,
        created_at=now,
        updated_at=now,
    )
    _fill_tier(row, data, now)
    session.add(row)
    flow.record(session, actor, "scheme_tier.added", row, of_scheme(scheme), now, scheme=scheme_id)
    return row


def edit_tier(
    session: Session, actor: Actor, tier_id: int, data: TierData, version: int | None, *, now: datetime
) -> SchemeTier:
    """Change a tier; certificates that were granted keep their number and term. Raises as `edit`."""
    row, scheme = own_tier(session, actor, tier_id)
    _check_tier(session, scheme.pk, data, tier_id)
    flow.check_version(row, version, {name: getattr(data, name) for name in TIER_FIELDS})
    _fill_tier(row, data, now)
    flow.record(session, actor, "scheme_tier.edited", row, of_scheme(scheme), now, scheme=scheme.pk)
    return row


def remove_tier(session: Session, actor: Actor, tier_id: int, *, now: datetime) -> None:
    """Take a tier off the ladder. Raises InvalidTransition once anybody has applied, or another tier requires it."""
    row, scheme = own_tier(session, actor, tier_id)
    if queries.in_use(session, tier_id):
        raise InvalidTransition("scheme_tier", "remove", "in_use")
    flow.record(session, actor, "scheme_tier.removed", row, of_scheme(scheme), now, scheme=scheme.pk)
    session.delete(row)
    session.flush()


def add_round(
    session: Session,
    actor: Actor,
    tier_id: int,
    name: str,
    opens: date,
    closes: date,
    decision_date: date | None,
    *,
    now: datetime,
) -> SchemeRound:
    """Add a round of applications; both days belong to it. Raises NotFound, NotAllowed or Invalid."""
    row, scheme = own_tier(session, actor, tier_id)
    found = {"name": "required"} if not name else {"name": "too_long"} if len(name) > LINE else {}
    found |= {"closes": "dates_order"} if closes < opens else {}
    found |= {"decision_date": "dates_order"} if decision_date is not None and decision_date < closes else {}
    if found:
        raise Invalid(found)
    made = SchemeRound(
        tier_id=row.pk, name=name, opens=opens, closes=closes, decision_date=decision_date, created_at=now
    )
    session.add(made)
    flow.record(session, actor, "scheme_round.added", made, of_scheme(scheme), now, tier=tier_id)
    return made


def remove_round(session: Session, actor: Actor, round_id: int, *, now: datetime) -> None:
    """Take a round away. Raises InvalidTransition once anybody has applied in it."""
    made = flow.get(session, SchemeRound, round_id)
    _, scheme = own_tier(session, actor, made.tier_id)
    if queries.round_in_use(session, round_id):
        raise InvalidTransition("scheme_round", "remove", "in_use")
    flow.record(session, actor, "scheme_round.removed", made, of_scheme(scheme), now, tier=made.tier_id)
    session.delete(made)
    session.flush()


def own_tier(session: Session, actor: Actor, tier_id: int) -> tuple[SchemeTier, Scheme]:
    """A tier with its scheme, both to be changed. Raises NotFound or NotAllowed."""
    tier = flow.get(session, SchemeTier, tier_id)
    return flow.locked(session, SchemeTier, tier_id), _own(session, actor, tier.scheme_id)


def _own(session: Session, actor: Actor, scheme_id: int) -> Scheme:
    row = flow.locked(session, Scheme, scheme_id)
    policy.require(actor, "scheme.edit", of_scheme(row))
    return row


def _check_scheme(data: SchemeData) -> None:
    found = _too_long({"name": NAME, "summary": TEXT, "eligibility": TEXT, "operator": NAME}, data)
    found |= {} if data.name else {"name": "required"}
    if data.contact_email and not EMAIL_SHAPE.fullmatch(data.contact_email):
        found["contact_email"] = "email"
    if found:
        raise Invalid(found)


def _fill_scheme(row: Scheme, data: SchemeData, now: datetime) -> None:
    for name in SCHEME_FIELDS:
        setattr(row, name, getattr(data, name))
    row.eligible_kinds = [kind.value for kind in PartnerKind if kind in data.eligible_kinds]
    row.updated_at = now


def _check_tier(session: Session, scheme_id: int, data: TierData, tier_id: int | None = None) -> None:
    limits = {"name": LINE, "certificate_title": LINE, "issuer": LINE, "certificate_text": TEXT, "logo_rules": TEXT}
    found = _too_long(limits, data)
    found |= {} if data.name else {"name": "required"}
    if data.term_years is not None and not 1 <= data.term_years <= 20:
        found["term_years"] = "years"
    if not 0 <= data.renew_from_days <= 730:
        found["renew_from_days"] = "days"
    if not numbers(data.number_format):
        found["number_format"] = "number_format"
    if len(data.benefits) > MOST_LINES or any(len(line) > NAME for line in data.benefits):
        found["benefits"] = "too_long"
    if data.requires_id is not None and not _below(session, scheme_id, data.requires_id, tier_id):
        found["requires_id"] = "unknown"
    if found:
        raise Invalid(found)


def _below(session: Session, scheme_id: int, requires_id: int, tier_id: int | None) -> bool:
    """Whether a tier stands below another one of the same scheme; a new one stands above all."""
    places = {card.tier.pk: card.tier.position for card in queries.ladder(session, scheme_id)}
    if requires_id not in places:
        return False
    return tier_id is None or places[requires_id] < places[tier_id]


def _fill_tier(row: SchemeTier, data: TierData, now: datetime) -> None:
    for name in TIER_FIELDS:
        setattr(row, name, getattr(data, name))
    row.benefits, row.updated_at = list(data.benefits), now


def numbers(pattern: str) -> bool:
    """Whether a pattern gives each certificate a number of its own: {number} or {number:03}, and perhaps {year}."""
    if not 0 < len(pattern) <= FORMAT:
        return False
    try:
        parts = [part[1:] for part in Formatter().parse(pattern) if part[1] is not None]
    except ValueError:
        return False
    plain = all(not turned and _WIDTH.fullmatch(width or "") for _name, width, turned in parts)
    names = {name for name, _width, _turned in parts}
    if not plain or "number" not in names or not names <= {"year", "number"}:
        return False
    return len(pattern.format(year=2026, number=99_999)) <= FORMAT


def _too_long(limits: dict[str, int], data: SchemeData | TierData) -> dict[str, str]:
    return {name: "too_long" for name, limit in limits.items() if len(getattr(data, name)) > limit}


def lines(text: str) -> tuple[str, ...]:
    """The lines of a text in which each line is a thing of its own."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())
