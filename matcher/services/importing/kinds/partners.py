"""Partners out of a list: each becomes registered with the office, and nobody else's words are written over."""

from collections.abc import Mapping, Sequence
from typing import Any

from matcher.policy import Subject
from matcher.services import flow, registrations
from matcher.services.importing.fields import Column, Line, Sort
from matcher.services.importing.kinds.common import (
    LONGEST_KEY,
    Kind,
    Match,
    Once,
    Task,
    by_name,
    own_key,
    refuse_incomplete,
    too_long,
)
from matcher.services.partner_data import (
    MOST_OFFERINGS,
    OfferingData,
    ProfileData,
    offering_errors,
    plain_regions,
    profile_errors,
)
from models import Offering, Partner, PartnerRegion, PartnerTarget, Registration, reference
from models.enums import EntityType, ImportOutcome, OfferingStage, PartnerKind, RegistrationStatus, TargetBasis
from models.queries import importing as queries

OFFERING = ("title", "description", "audience", "stage", "track_record", "asks")
PROFILE = (
    *("name", "name_en", "corporate_number", "kind", "industry", "prefecture", "address", "website"),
    *("profile", "seeks", "capacity"),
)
#: what a field holds when nobody has said anything
_UNSAID = {"industry": "T", "capacity": 3}
COLUMNS = by_name(
    (
        Column("number", Sort.NUMBER),
        Column("name", required=True),
        Column("own_key"),
        Column("name_en"),
        Column("corporate_number"),
        Column("kind", Sort.CHOICE, "partner_kind", required=True),
        Column("industry", Sort.CHOICE, "industry"),
        Column("prefecture", Sort.CHOICE, "prefecture"),
        Column("address"),
        Column("website"),
        Column("profile"),
        Column("seeks"),
        Column("capacity", Sort.NUMBER),
        Column("regions", Sort.REGIONS, "region"),
        Column("targets", Sort.TARGETS),
        Column("since", Sort.PART_OF_DAY),
        *(
            Column(f"offering{n}_{name}", Sort.CHOICE if name == "stage" else Sort.TEXT, "stage")
            for n in range(1, MOST_OFFERINGS + 1)
            for name in OFFERING
        ),
    )
)


def check(given: dict[str, Any]) -> Mapping[str, str]:
    """What is wrong with the values of a line by themselves."""
    said = {name: given[name] for name in PROFILE if name in given}
    said = {"name": "", "kind": PartnerKind.COMPANY} | said | {"regions": tuple(given.get("regions", ()))}
    found = {name: code for name, code in profile_errors(ProfileData(**said)).items() if name in given}
    found |= too_long(given, {"own_key": LONGEST_KEY})
    for n, offering in offerings(given).items():
        found |= {f"offering{n}_{name}": code for name, code in offering_errors(offering).items()}
    return found


def offerings(given: Mapping[str, Any]) -> dict[int, OfferingData]:
    """The offerings that a line describes, by their number; one whose stage is not said counts as a concept."""
    found = {}
    for n in range(1, MOST_OFFERINGS + 1):
        said = {name: given[f"offering{n}_{name}"] for name in OFFERING if f"offering{n}_{name}" in given}
        if said:
            stage = OfferingStage(said.pop("stage", OfferingStage.CONCEPT))
            found[n] = OfferingData(**({"title": ""} | said), stage=stage)
    return found


class _Known:
    """The stored partners that the lines of a file may mean."""

    def __init__(self, task: Task, lines: Sequence[Line]) -> None:
        def said(name: str) -> list[Any]:
            return [line.given[name] for line in lines if name in line.given]

        session, self.town = task.session, task.town
        numbers = [reference.plain_digits(number) for number in said("corporate_number")]
        keys = [own_key(task.town, key) for key in said("own_key")]
        named = queries.partners_by(session, "name_key", [name_key(name) for name in said("name")])
        self.by_id = {row.pk: row for row in queries.partners_by(session, "id", said("number"))}
        self.by_number = {r.corporate_number: r for r in queries.partners_by(session, "corporate_number", numbers)}
        self.by_key = {row.external_key: row for row in queries.partners_by(session, "external_key", keys)}
        self.by_name: dict[str, list[Partner]] = {}
        for row in named:
            self.by_name.setdefault(row.name_key, []).append(row)

    def meant(self, line: Line) -> Partner | None:
        """Whom a line means; None for somebody new or when it is refused."""
        given = line.given
        if "number" in given:
            if given["number"] not in self.by_id:
                line.refuse("number", "no_such_number")
            return self.by_id.get(given["number"])
        if "own_key" in given and (row := self.by_key.get(own_key(self.town, given["own_key"]))):
            return row
        number = reference.plain_digits(given.get("corporate_number", ""))
        return self.by_number.get(number) or self._namesake(line, number)

    def _namesake(self, line: Line, number: str) -> Partner | None:
        """Somebody of the same name in the same prefecture whose corporate number is not another one."""
        place = line.given.get("prefecture", "")
        found = [
            row
            for row in self.by_name.get(name_key(line.given.get("name", "")), [])
            if (not place or row.prefecture in (place, "")) and not (number and row.corporate_number)
        ]
        if len(found) > 1:
            line.refuse("name", "several_namesakes")
        return found[0] if len(found) == 1 else None


def name_key(name: str) -> str:
    return reference.normalise_name(name)[:200]


def match(task: Task, lines: Sequence[Line]) -> list[Match]:
    """Whom each line means."""
    known, once = _Known(task, lines), Once()
    found: list[Match] = []
    for line in lines:
        partner = known.meant(line)
        if partner is None and not line.errors:
            refuse_incomplete(line, COLUMNS)
        if line.errors or not _number_is_free(line, partner, known):
            continue
        if once(line, _identities(line, partner)):
            found.append((line, partner))
    return found


def _number_is_free(line: Line, partner: Partner | None, known: _Known) -> bool:
    number = reference.plain_digits(line.given.get("corporate_number", ""))
    holder = known.by_number.get(number)
    if holder is None or holder is partner:
        return True
    line.refuse("corporate_number", "corporate_number_taken")
    return False


def _identities(line: Line, partner: Partner | None) -> list[tuple[str, Any]]:
    """By what a second line about the same organisation is recognised."""
    given = line.given
    number = reference.plain_digits(given.get("corporate_number", ""))
    place = "" if number else f"{name_key(given['name'])}|{given.get('prefecture', '')}"
    keys = [("own_key", given.get("own_key")), ("corporate_number", number or None), ("name", place or None)]
    keys.append(("number", partner.pk if partner else None))
    return [(name, value) for name, value in keys if value is not None]


def write(task: Task, matches: Sequence[Match]) -> None:
    """Store the new ones in bulk, and say more about those who are there already."""
    fresh = [(line, _new(task, line)) for line, partner in matches if partner is None]
    task.session.add_all(partner for _, partner in fresh)
    task.session.flush()
    for line, partner in fresh:
        task.session.add_all(_parts(task, line, partner.pk))
        line.outcome, line.entity_id = ImportOutcome.CREATED, partner.pk
        flow.mark(task.session, EntityType.PARTNER, partner.pk, task.now)
    old = [(line, partner) for line, partner in matches if partner is not None]
    parts = queries.partner_parts(task.session, [partner.pk for _, partner in old])
    for line, partner in old:
        _say_more(task, line, partner, parts)


def _new(task: Task, line: Line) -> Partner:
    given = line.given
    partner = Partner(name=given["name"], name_key="", kind=PartnerKind(given["kind"]), created_at=task.now)
    for name in PROFILE:
        if name in given:
            _set(partner, name, given[name])
    partner.external_key = own_key(task.town, given["own_key"]) if "own_key" in given else None
    partner.provenance = {"import": task.batch.pk}
    partner.updated_at = task.now
    return partner


def _set(partner: Partner, name: str, value: Any) -> None:
    if name == "name":
        partner.name_key = name_key(value)
    if name == "corporate_number":
        value = reference.plain_digits(value)
    setattr(partner, name, PartnerKind(value) if name == "kind" else value)


def _parts(task: Task, line: Line, partner_id: int) -> list[Any]:
    given = line.given
    described = [offering for _, offering in sorted(offerings(given).items())]
    return [
        _registration(task, line, partner_id),
        *(_offering(partner_id, n, offering) for n, offering in enumerate(described)),
        *(PartnerRegion(partner_id=partner_id, region=code) for code in plain_regions(given.get("regions", ()))),
        *(_target(partner_id, code) for code in given.get("targets", ())),
    ]


def _registration(task: Task, line: Line, partner_id: int) -> Registration:
    """The office has its list from somewhere: whoever stands on it is registered."""
    return Registration(
        partner_id=partner_id,
        municipality_id=task.town.pk,
        status=RegistrationStatus.REGISTERED,
        applied_at=task.now,
        decided_at=task.now,
        decided_by_id=task.actor.user_id,
        since=line.given.get("since", ""),
        updated_at=task.now,
    )


def _offering(partner_id: int, position: int, data: OfferingData) -> Offering:
    return Offering(partner_id=partner_id, position=position, **{name: getattr(data, name) for name in OFFERING})


def _target(partner_id: int, code: str) -> PartnerTarget:
    return PartnerTarget(partner_id=partner_id, goal=reference.goal_of(code), target=code, basis=TargetBasis.CONFIRMED)


def _say_more(task: Task, line: Line, partner: Partner, parts: queries.PartnerParts) -> None:
    """Write a line over a partner whom only this office speaks for; of others only what nobody has said."""
    line.note = _hands_off(task, partner, parts)
    changed = _profile(task, line, partner)
    changed |= _set_codes(task, line, partner, parts)
    changed |= _set_offerings(task, line, partner, parts)
    changed |= _register(task, line, partner, parts)
    line.outcome, line.entity_id = ImportOutcome.UNCHANGED, partner.pk
    if changed:
        line.outcome, partner.updated_at = ImportOutcome.UPDATED, task.now
        subject = Subject(task.town.pk, frozenset({partner.pk}))
        flow.record(task.session, task.actor, "partner.updated", partner, subject, task.now, batch=task.batch.pk)
        flow.mark(task.session, EntityType.PARTNER, partner.pk, task.now)


def _hands_off(task: Task, partner: Partner, parts: queries.PartnerParts) -> str:
    """Why only what is empty is filled in; "" when the office may write over what is there."""
    if partner.pk in parts.with_people:
        return "speaks_for_itself"
    places = {row.municipality_id for row in parts.registrations.get(partner.pk, [])}
    return "shared" if places - {task.town.pk} or not places else ""


def _profile(task: Task, line: Line, partner: Partner) -> bool:
    changed = False
    for name in PROFILE:
        if name not in line.given:
            continue
        old, said = getattr(partner, name), line.given[name]
        said = reference.plain_digits(said) if name == "corporate_number" else said
        if said != old and (not line.note or old in (None, "", _UNSAID.get(name))):
            _set(partner, name, said)
            changed = True
    if "own_key" in line.given and not partner.external_key:
        partner.external_key, changed = own_key(task.town, line.given["own_key"]), True
    return changed


def _set_codes(task: Task, line: Line, partner: Partner, parts: queries.PartnerParts) -> bool:
    """Regions and targets: a cell says all of them."""
    changed = False
    for name, rows, code_of, new in (
        ("regions", parts.regions, "region", lambda code: PartnerRegion(partner_id=partner.pk, region=code)),
        ("targets", parts.targets, "target", lambda code: _target(partner.pk, code)),
    ):
        there: dict[str, Any] = {getattr(row, code_of): row for row in rows.get(partner.pk, [])}  # type: ignore[attr-defined]
        wanted = line.given.get(name, [])
        wanted = plain_regions(wanted) if name == "regions" else wanted
        if not wanted or set(wanted) == set(there) or (line.note and there):
            continue
        for code in there.keys() - set(wanted):
            task.session.delete(there[code])
        task.session.add_all(new(code) for code in wanted if code not in there)  # type: ignore[no-untyped-call]
        changed = True
    return changed


def _set_offerings(task: Task, line: Line, partner: Partner, parts: queries.PartnerParts) -> bool:
    """The n-th offering of a line is the n-th that is stored; what is not said of it stays."""
    there = parts.offerings.get(partner.pk, [])
    if line.note and there:
        return False
    changed = False
    for place, (n, data) in enumerate(sorted(offerings(line.given).items())):
        if n > len(there):
            task.session.add(_offering(partner.pk, max(len(there), place), data))
            changed = True
            continue
        for name in OFFERING:
            value = getattr(data, name)
            if f"offering{n}_{name}" in line.given and getattr(there[n - 1], name) != value:
                setattr(there[n - 1], name, value)
                there[n - 1].updated_at, changed = task.now, True
    return changed


def _register(task: Task, line: Line, partner: Partner, parts: queries.PartnerParts) -> bool:
    """Register whoever has no place here yet; a decision that was taken or is waited for stays."""
    here = [row for row in parts.registrations.get(partner.pk, []) if row.municipality_id == task.town.pk]
    if not here:
        row = _registration(task, line, partner.pk)
        task.session.add(row)
        task.session.flush()
        registrations.tell_partner(task.session, row, task.now)
        return True
    row, since = here[0], line.given.get("since", "")
    if row.status is not RegistrationStatus.REGISTERED:
        line.note = line.note or "waits_for_decision"
        return False
    if not since or since == row.since:
        return False
    row.since, row.updated_at = since, task.now
    return True


KIND = Kind(
    EntityType.PARTNER,
    Partner,
    (Offering, PartnerRegion, PartnerTarget, Registration),
    "partner_id",
    COLUMNS,
    check,
    match,
    write,
)
