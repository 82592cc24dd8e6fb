"""Partners: registering one with its first person, adding one by import, and editing what it says about itself."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Conflict, Duplicate, Invalid
from matcher.policy import Actor, Seat, Subject
from matcher.services import accounts, flow, registrations
from matcher.services.offerings import offering_row
from matcher.services.partner_data import (
    PartnerData,
    PersonData,
    ProfileData,
    check_partner,
    plain_regions,
    profile_errors,
    target_errors,
)
from models import Municipality, Partner, PartnerRegion, PartnerTarget, Registration, User, reference
from models.enums import EntityType, PartnerKind, Role, TargetBasis
from models.queries import partner_rooms as queries

SAME_NUMBER, SAME_NAME = "same_number", "same_name"
PLAIN = ("name", "name_en", "kind", "industry", "prefecture", "address", "website", "profile", "seeks", "capacity")


@dataclass(frozen=True)
class Lookalike:
    """A partner that may be the same organisation; `certain` when it has the same 法人番号.

    Name and place may be shown only when it is `public`.
    """

    partner_id: int
    name: str
    prefecture: str
    certain: bool
    public: bool


def lookalikes(session: Session, data: ProfileData, *, other_than: int | None = None) -> list[Lookalike]:
    """Partners with the same 法人番号, or the same normalised name in the same prefecture; the certain one first."""
    number = reference.plain_digits(data.corporate_number)
    certain = queries.by_number(session, number) if number else None
    named = queries.by_name(session, _key(data.name), data.prefecture)
    found = {p.pk: p for p in ([certain] if certain else []) + named if p.pk != other_than}
    public = queries.public_among(session, found)
    return [Lookalike(p.pk, p.name, p.prefecture, p is certain, p.pk in public) for p in found.values()]


def register(
    session: Session,
    data: PartnerData,
    person: PersonData,
    municipality_id: int,
    *,
    allow_duplicate: bool,
    now: datetime,
    return_to: str = "",
) -> Registration | None:
    """A stranger registers an organisation: store it, make the person its administrator, apply to one municipality.

    Answers None when the address has an account: its owner is told by mail, which leads back to `return_to`; nothing
    is stored then. Raises Invalid; Duplicate while somebody like it is there and `allow_duplicate` is False. Otherwise
    a 法人番号 that belongs to another partner is kept in `provenance` for the coordinator instead of on the partner.
    """
    data = _ready(session, data, municipality_id, allow_duplicate)
    user = accounts.register_person(
        session,
        email=person.email,
        name=person.name,
        password=person.password,
        language=person.language,
        return_to=return_to,
        now=now,
    )
    if user is None:
        return None
    user.title, user.phone = person.title, person.phone
    return _found(session, data, user, municipality_id, now)


def register_as(
    session: Session, actor: Actor, data: PartnerData, municipality_id: int, *, allow_duplicate: bool, now: datetime
) -> Registration:
    """Somebody who has signed in registers an organisation and becomes its administrator. Raises as `register` does."""
    policy.require(actor, "site.work", Subject())
    data = _ready(session, data, municipality_id, allow_duplicate)
    return _found(session, data, flow.get(session, User, actor.user_id or 0), municipality_id, now)


def add(session: Session, actor: Actor, data: PartnerData, *, allow_duplicate: bool = False, now: datetime) -> Partner:
    """Store a partner without a person, as an import or the first run does.

    Raises NotAllowed, Invalid, or Duplicate as `register` does.
    """
    policy.require(actor, "partner.add", Subject())
    check_partner(data)
    partner = _store(session, _settle(session, data, allow_duplicate), now)
    flow.record(session, actor, "partner.added", partner, subject_of(partner), now)
    return partner


def update(
    session: Session,
    actor: Actor,
    partner_id: int,
    data: ProfileData,
    *,
    version: int | None,
    allow_duplicate: bool = False,
    now: datetime,
) -> Partner:
    """Change a partner's profile.

    Raises Invalid, Duplicate for a name that another one has, or Conflict when it was changed meanwhile.
    """
    partner = flow.get(session, Partner, partner_id)
    policy.require(actor, "partner.edit", subject_of(partner))
    errors = profile_errors(data)
    if errors:
        raise Invalid(errors)
    old_regions = queries.regions(session, partner_id)
    _refuse_stale(partner, version, _said(data), _said(partner, old_regions))
    _refuse_lookalikes(session, partner, data, allow_duplicate)
    _fill(partner, data, now)
    _set_regions(session, partner_id, data.regions, old_regions)
    flow.record(session, actor, "partner.updated", partner, subject_of(partner), now)
    flow.mark(session, EntityType.PARTNER, partner_id, now)
    return partner


def set_targets(
    session: Session, actor: Actor, partner_id: int, codes: Collection[str], *, version: int | None, now: datetime
) -> None:
    """Say which SDG targets a partner serves; what was inferred before is thereby confirmed by a person.

    Raises Invalid, or Conflict when the partner was changed meanwhile.
    """
    partner = flow.get(session, Partner, partner_id)
    policy.require(actor, "partner.edit", subject_of(partner))
    if target_errors(codes):
        raise Invalid(target_errors(codes))
    old = {row.target: row for row in queries.targets(session, partner_id)}
    _refuse_stale(partner, version, {"targets": _list(codes)}, {"targets": _list(old)})
    for code, row in old.items():
        if code not in codes:
            session.delete(row)
        elif row.basis is TargetBasis.INFERRED:
            row.basis = TargetBasis.CONFIRMED
    _add_targets(session, partner_id, [(c, TargetBasis.CONFIRMED) for c in codes if c not in old])
    partner.updated_at = now
    flow.record(session, actor, "partner.targets_set", partner, subject_of(partner), now, targets=sorted(codes))
    flow.mark(session, EntityType.PARTNER, partner_id, now)


def subject_of(partner: Partner) -> Subject:
    """A partner as the policy sees it when it acts for itself."""
    return flow.of_partner(partner, public=False)


def _check_complete(data: PartnerData) -> None:
    """What an import may leave open, a registration must say."""
    check_partner(data)
    errors = {
        name: "required"
        for name, there in (("profile", data.profile), ("regions", data.regions), ("offerings", data.offerings))
        if not there
    }
    if errors:
        raise Invalid(errors)


def _ready(session: Session, data: PartnerData, municipality_id: int, allow_duplicate: bool) -> PartnerData:
    _check_complete(data)
    flow.get(session, Municipality, municipality_id)
    return _settle(session, data, allow_duplicate)


def _found(session: Session, data: PartnerData, user: User, municipality_id: int, now: datetime) -> Registration:
    partner = _store(session, data, now)
    accounts.seat(session, user, Role.PARTNER_ADMIN, partner_id=partner.pk)
    actor = Actor(user.pk, (Seat(Role.PARTNER_ADMIN, partner_id=partner.pk),), name=user.name)
    flow.record(session, actor, "partner.registered", partner, subject_of(partner), now)
    return registrations.apply(session, actor, partner.pk, municipality_id, now=now)


def _settle(session: Session, data: PartnerData, allow_duplicate: bool) -> PartnerData:
    """Refuse look-alikes, or note them for the coordinator so that nothing is lost."""
    found = lookalikes(session, data)
    if not found:
        return data
    certain = found[0].certain
    if not allow_duplicate:
        shown = [(item.partner_id, item.name) for item in found if item.public]
        raise Duplicate(SAME_NUMBER if certain else SAME_NAME, shown, certain=certain)
    note: dict[str, Any] = {"lookalikes": [item.partner_id for item in found]}
    if certain:
        note["claimed_number"] = reference.plain_digits(data.corporate_number)
        data = replace(data, corporate_number="")
    return replace(data, provenance=data.provenance | note)


def _refuse_lookalikes(session: Session, partner: Partner, data: ProfileData, allow_duplicate: bool) -> None:
    """Only a number or a name that is new to the partner is looked up."""
    found = lookalikes(session, data, other_than=partner.pk)
    if found and found[0].certain:
        raise Invalid({"corporate_number": "corporate_number_taken"})
    same_name = _key(data.name) == partner.name_key and data.prefecture == partner.prefecture
    if found and not same_name and not allow_duplicate:
        shown = [(item.partner_id, item.name) for item in found if item.public]
        raise Duplicate(SAME_NAME, shown, certain=False)


def _store(session: Session, data: PartnerData, now: datetime) -> Partner:
    partner = Partner(name=data.name, name_key=_key(data.name), kind=PartnerKind(data.kind), created_at=now)
    partner.is_demo, partner.external_key, partner.provenance = data.is_demo, data.external_key, data.provenance
    _fill(partner, data, now)
    session.add(partner)
    session.flush()
    session.add_all(offering_row(partner.pk, n, offering) for n, offering in enumerate(data.offerings))
    _set_regions(session, partner.pk, data.regions, [])
    _add_targets(session, partner.pk, dict(data.targets).items())
    flow.mark(session, EntityType.PARTNER, partner.pk, now)
    return partner


def _fill(partner: Partner, data: ProfileData, now: datetime) -> None:
    for name in PLAIN:
        setattr(partner, name, getattr(data, name))
    partner.name_key = _key(data.name)
    partner.corporate_number = reference.plain_digits(data.corporate_number) or None
    partner.updated_at = now


def _set_regions(session: Session, partner_id: int, codes: Iterable[str], old: list[str]) -> None:
    wanted = plain_regions(list(codes))
    for region in wanted:
        if region not in old:
            session.add(PartnerRegion(partner_id=partner_id, region=region))
    for row in queries.region_rows(session, partner_id, set(old) - set(wanted)):
        session.delete(row)


def _add_targets(session: Session, partner_id: int, targets: Iterable[tuple[str, TargetBasis]]) -> None:
    session.add_all(
        PartnerTarget(partner_id=partner_id, goal=reference.goal_of(code), target=code, basis=basis)
        for code, basis in targets
    )


def _key(name: str) -> str:
    return reference.normalise_name(name)[:200]


def _said(row: ProfileData | Partner, regions: Collection[str] | None = None) -> dict[str, str]:
    """Every field of a profile as text, as the page for two versions shows it."""
    said = {name: str(getattr(row, name)) for name in PLAIN}
    said["corporate_number"] = reference.plain_digits(row.corporate_number or "")
    said["regions"] = _list(row.regions if isinstance(row, ProfileData) else regions or ())
    return said


def _list(codes: Iterable[str]) -> str:
    return " ".join(plain_regions(list(codes)))


def _refuse_stale(partner: Partner, version: int | None, mine: dict[str, str], theirs: dict[str, str]) -> None:
    """Raise Conflict for a write that was typed on an older reading, unless it says the same."""
    differences = [(name, mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]]
    if version is not None and version != partner.version and differences:
        raise Conflict(differences, version=partner.version)
