"""Challenges out of a list: new ones are drafts, and the office's own are changed as if by hand."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from matcher.errors import Invalid
from matcher.services import challenges as service
from matcher.services.challenge_data import PLAIN, ChallengeData, today
from matcher.services.challenge_data import errors as challenge_errors
from matcher.services.importing.fields import Column, Line, Sort, fold
from matcher.services.importing.kinds.common import (
    LONGEST_KEY,
    Kind,
    Match,
    Once,
    Task,
    by_name,
    own_key,
    refuse_foreign,
    refuse_incomplete,
    too_long,
)
from models import Challenge, ChallengeTarget, ChallengeVersion, Need
from models.enums import (
    BudgetStage,
    ChallengeKind,
    EntityType,
    ImportOutcome,
    PartnerKind,
    Pillar,
    Requirement,
    TargetBasis,
)
from models.queries import city
from models.queries import importing as queries

_TEXTS = ("problem", "cause", "affected", "outcome", "resources", "constraints", "place")
_CONTACT = ("contact_name", "contact_email", "contact_phone")
COLUMNS = by_name(
    (
        Column("number", Sort.NUMBER),
        Column("title", required=True),
        Column("own_key"),
        Column("municipality_code"),
        Column("kind", Sort.CHOICE, "challenge_kind", required=True),
        Column("pillar", Sort.CHOICE, "pillar", required=True),
        Column("department"),
        *map(Column, _TEXTS),
        Column("affected_count", Sort.NUMBER),
        Column("budget_stage", Sort.CHOICE, "budget_stage"),
        Column("decision_date", Sort.DAY),
        Column("review_date", Sort.DAY),
        Column("wanted_kinds", Sort.CHOICES, "partner_kind"),
        Column("required", Sort.CHOICES, "requirement"),
        Column("needs", Sort.LINES),
        Column("targets", Sort.TARGETS),
        *map(Column, _CONTACT),
    )
)


def check(given: dict[str, Any]) -> Mapping[str, str]:
    """What is wrong with the values of a line by themselves; whether a day has passed depends on what is stored."""
    data = _said(_blank(), given)
    found = challenge_errors(data, date.min)
    known = {name.split("-")[0]: code for name, code in found.items()}
    return {name: code for name, code in known.items() if name in given} | too_long(given, {"own_key": LONGEST_KEY})


def _blank() -> ChallengeData:
    return ChallengeData(title="", kind=ChallengeKind.PROBLEM, pillar=Pillar.INTEGRATED)


def _said(data: ChallengeData, given: Mapping[str, Any]) -> ChallengeData:
    """A challenge with what a line says about it."""
    said = {name: given[name] for name in PLAIN if name in given and name != "department_id"}
    for name, kind in (("kind", ChallengeKind), ("pillar", Pillar), ("budget_stage", BudgetStage)):
        if name in said:
            said[name] = kind(said[name])
    for name in ("decision_date", "review_date"):
        if name in said:
            said[name] = date.fromisoformat(said[name])
    if "department_id" in given:
        said["department_id"] = given["department_id"]
    return replace(data, **said, **_lists(data, given))


def _lists(data: ChallengeData, given: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "wanted_kinds" in given:
        found["wanted_kinds"] = tuple(map(PartnerKind, given["wanted_kinds"]))
    if "required" in given:
        found["required"] = tuple(name for name in Requirement if name.value in given["required"])
    if "needs" in given:
        found["needs"] = tuple(given["needs"])
    if "targets" in given:
        known = dict(data.targets)
        found["targets"] = tuple((code, known.get(code, TargetBasis.CONFIRMED)) for code in given["targets"])
    return found


def match(task: Task, lines: Sequence[Line]) -> list[Match]:
    """Which of the office's own challenges each line means."""
    own = queries.own_challenges(task.session, task.town.pk)
    by_id = {row.pk: row for row in own}
    by_key: dict[str | None, Challenge] = {row.external_key: row for row in own if row.external_key}
    by_title: dict[str, list[Challenge]] = {}
    for stored in own:
        by_title.setdefault(fold(stored.title), []).append(stored)
    departments = {fold(row.name): row.pk for row in city.departments(task.session, task.town.pk)}
    once = Once()
    found: list[Match] = []
    for line in lines:
        if not refuse_foreign(task.town, line) or not _department(line, departments):
            continue
        row = _meant(task, line, by_id, by_key, by_title)
        if row is None and not line.errors:
            refuse_incomplete(line, COLUMNS)
        keys = [("number", row.pk)] if row else [("title", fold(line.given.get("title", "")))]
        keys += [("own_key", line.given["own_key"])] if "own_key" in line.given else []
        if not line.errors and once(line, keys):
            found.append((line, row))
    return found


def _department(line: Line, departments: Mapping[str, int]) -> bool:
    name = line.given.get("department")
    if name is None:
        return True
    if fold(name) not in departments:
        line.refuse("department", "no_such_department")
        return False
    line.given["department_id"] = departments[fold(name)]
    return True


def _meant(
    task: Task,
    line: Line,
    by_id: Mapping[int, Challenge],
    by_key: Mapping[str | None, Challenge],
    by_title: Mapping[str, list[Challenge]],
) -> Challenge | None:
    given = line.given
    if "number" in given:
        if given["number"] not in by_id:
            line.refuse("number", "no_such_number")
        return by_id.get(given["number"])
    if "own_key" in given and (row := by_key.get(own_key(task.town, given["own_key"]))):
        return row
    same = by_title.get(fold(given.get("title", "")), [])
    if len(same) > 1:
        line.refuse("title", "several_namesakes")
    return same[0] if len(same) == 1 else None


def write(task: Task, matches: Sequence[Match]) -> None:
    """Write new drafts, and change what is there; what a service refuses is handed back with its reason."""
    for line, row in matches:
        try:
            _create(task, line) if row is None else _change(task, line, row)
        except Invalid as error:
            line.outcome = None
            line.errors += [(name.split("-")[0], code) for name, code in error.fields.items()]


def _create(task: Task, line: Line) -> None:
    data = _said(_blank(), line.given)
    row = service.create(task.session, task.actor, task.town.pk, data, now=task.now)
    row.external_key = own_key(task.town, line.given["own_key"]) if "own_key" in line.given else None
    row.provenance = {"import": task.batch.pk}
    line.outcome, line.entity_id = ImportOutcome.CREATED, row.pk


def _change(task: Task, line: Line, row: Challenge) -> None:
    stored = service.read(task.session, row)
    data = _said(stored, line.given)
    line.outcome, line.entity_id = ImportOutcome.UNCHANGED, row.pk
    found = challenge_errors(data, today(task.now), row)
    if found:
        raise Invalid(found)
    keyed = "own_key" in line.given and not row.external_key
    if not keyed and _same(stored, data):
        return
    service.edit(task.session, task.actor, row.pk, data, None, now=task.now)
    if keyed:
        row.external_key = own_key(task.town, line.given["own_key"])
    line.outcome = ImportOutcome.UPDATED


def _same(stored: ChallengeData, data: ChallengeData) -> bool:
    """Whether both say the same; kinds and targets are sets."""
    return _sets(stored) == _sets(data)


def _sets(data: ChallengeData) -> tuple[Any, ...]:
    plain = replace(data, wanted_kinds=(), required=(), targets=())
    return plain, set(data.wanted_kinds), set(data.required), set(data.targets)


KIND = Kind(
    EntityType.CHALLENGE,
    Challenge,
    (Need, ChallengeTarget, ChallengeVersion),
    "challenge_id",
    COLUMNS,
    check,
    match,
    write,
)
