"""Collaborations out of a list: new ones are not public until somebody has looked at them."""

from collections.abc import Mapping, Sequence
from typing import Any

from matcher.services import flow
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
from models import Collaboration, CollaborationPartner, CollaborationTarget, reference
from models.enums import CollaborationResult, CollaborationStatus, EntityType, ImportOutcome, Pillar
from models.queries import importing as queries

_LIMITS = {"title": 300, "summary": 4_000, "outcome": 4_000, "kind": 40, "date_text": 100, "own_key": LONGEST_KEY}
MOST_PARTIES, LONGEST_PARTY = 100, 200
PLAIN = ("title", "kind", "summary", "outcome", "status", "result", "pillar", "date", "date_text")
_KINDS = {"status": CollaborationStatus, "result": CollaborationResult, "pillar": Pillar}
COLUMNS = by_name(
    (
        Column("number", Sort.NUMBER),
        Column("title", required=True),
        Column("own_key"),
        Column("municipality_code"),
        Column("kind", Sort.OPEN_CHOICE, "collaboration_kind", required=True),
        Column("parties", Sort.LINES),
        Column("summary"),
        Column("outcome"),
        Column("status", Sort.CHOICE, "collaboration_status", required=True),
        Column("result", Sort.CHOICE, "collaboration_result"),
        Column("pillar", Sort.CHOICE, "pillar"),
        Column("date", Sort.PART_OF_DAY),
        Column("date_text"),
        Column("challenge", Sort.NUMBER),
        Column("targets", Sort.TARGETS),
    )
)


def check(given: dict[str, Any]) -> Mapping[str, str]:
    """What is wrong with the values of a line by themselves."""
    found = too_long(given, _LIMITS)
    parties = given.get("parties", [])
    if any(len(name) > LONGEST_PARTY for name in parties):
        found["parties"] = "too_long"
    if len(parties) > MOST_PARTIES:
        found["parties"] = "too_many"
    return found


def match(task: Task, lines: Sequence[Line]) -> list[Match]:
    """Which of the office's own collaborations each line means."""
    own = queries.own_collaborations(task.session, task.town.pk)
    challenges = {row.pk for row in queries.own_challenges(task.session, task.town.pk)}
    by_id = {row.pk: row for row in own}
    by_key: dict[str | None, Collaboration] = {row.external_key: row for row in own if row.external_key}
    by_title: dict[tuple[str, str], list[Collaboration]] = {}
    for stored in own:
        by_title.setdefault((fold(stored.title), stored.date), []).append(stored)
    once = Once()
    found: list[Match] = []
    for line in lines:
        given = line.given
        if not refuse_foreign(task.town, line):
            continue
        if "challenge" in given and given["challenge"] not in challenges:
            line.refuse("challenge", "no_such_number")
            continue
        named = (fold(given.get("title", "")), given.get("date", ""))
        row = _meant(task, line, by_id, by_key, by_title.get(named, []))
        if row is None and not line.errors:
            refuse_incomplete(line, COLUMNS)
        keys: list[tuple[str, Any]] = [("number", row.pk)] if row else [("title", named)]
        keys += [("own_key", given["own_key"])] if "own_key" in given else []
        if not line.errors and once(line, keys):
            found.append((line, row))
    return found


def _meant(
    task: Task,
    line: Line,
    by_id: Mapping[int, Collaboration],
    by_key: Mapping[str | None, Collaboration],
    same: Sequence[Collaboration],
) -> Collaboration | None:
    given = line.given
    if "number" in given:
        if given["number"] not in by_id:
            line.refuse("number", "no_such_number")
        return by_id.get(given["number"])
    if "own_key" in given and (row := by_key.get(own_key(task.town, given["own_key"]))):
        return row
    if len(same) > 1:
        line.refuse("title", "several_namesakes")
    return same[0] if len(same) == 1 else None


def write(task: Task, matches: Sequence[Match]) -> None:
    """Write new ones down and change what is there."""
    registered = queries.partners_registered(task.session, task.town.pk)
    fresh = [(line, _new(task, line)) for line, row in matches if row is None]
    task.session.add_all(row for _, row in fresh)
    task.session.flush()
    keys = [row.pk for _, row in matches if row is not None]
    parties = queries.parts_of(task.session, CollaborationPartner, "collaboration_id", keys)
    targets = queries.parts_of(task.session, CollaborationTarget, "collaboration_id", keys)
    for line, row in fresh:
        _set_parties(task, line, row, [], registered)
        _set_targets(task, line, row, [])
        _told(task, line, row, ImportOutcome.CREATED)
    for line, row in matches:
        if row is None:
            continue
        changed = _set_plain(task, line, row)
        changed |= _set_parties(task, line, row, parties.get(row.pk, []), registered)
        changed |= _set_targets(task, line, row, targets.get(row.pk, []))
        _told(task, line, row, ImportOutcome.UPDATED if changed else ImportOutcome.UNCHANGED)


def _new(task: Task, line: Line) -> Collaboration:
    row = Collaboration(
        municipality_id=task.town.pk,
        kind=line.given["kind"],
        title=line.given["title"],
        status=CollaborationStatus(line.given["status"]),
        provenance={"import": task.batch.pk},
        created_at=task.now,
    )
    _set_plain(task, line, row)
    return row


def _set_plain(task: Task, line: Line, row: Collaboration) -> bool:
    said = {name: line.given[name] for name in PLAIN if name in line.given}
    said |= {name: kind(said[name]) for name, kind in _KINDS.items() if name in said}
    said |= {"challenge_id": line.given["challenge"]} if "challenge" in line.given else {}
    if "own_key" in line.given and not row.external_key:
        said["external_key"] = own_key(task.town, line.given["own_key"])
    new = {name: value for name, value in said.items() if getattr(row, name) != value}
    for name, value in new.items():
        setattr(row, name, value)
    return bool(new)


def _set_parties(
    task: Task,
    line: Line,
    row: Collaboration,
    there: Sequence[CollaborationPartner],
    registered: Mapping[str, list[int]],
) -> bool:
    """A cell names all parties; one of the office's own partners is recognised by its name, if only one has it."""
    names = line.given.get("parties")
    if names is None or sorted(names) == sorted(party.name for party in there):
        return False
    for party in there:
        if party.name not in names:
            task.session.delete(party)
    old = {party.name for party in there}
    for name in names:
        if name not in old:
            known = registered.get(reference.normalise_name(name)[:200], [])
            partner_id = known[0] if len(known) == 1 else None
            task.session.add(CollaborationPartner(collaboration_id=row.pk, partner_id=partner_id, name=name))
    return True


def _set_targets(task: Task, line: Line, row: Collaboration, there: Sequence[CollaborationTarget]) -> bool:
    codes, old = line.given.get("targets"), {target.target: target for target in there}
    if codes is None or set(codes) == set(old):
        return False
    for code in old.keys() - set(codes):
        task.session.delete(old[code])
    task.session.add_all(
        CollaborationTarget(collaboration_id=row.pk, goal=reference.goal_of(code), target=code)
        for code in codes
        if code not in old
    )
    return True


def _told(task: Task, line: Line, row: Collaboration, outcome: ImportOutcome) -> None:
    line.outcome, line.entity_id = outcome, row.pk
    if outcome is ImportOutcome.UNCHANGED:
        return
    row.updated_at = task.now
    event = "collaboration.planned" if outcome is ImportOutcome.CREATED else "collaboration.edited"
    subject = flow.of_municipality(task.town.pk)
    flow.record(task.session, task.actor, event, row, subject, task.now, batch=task.batch.pk)
    flow.mark(task.session, EntityType.COLLABORATION, row.pk, task.now)


KIND = Kind(
    EntityType.COLLABORATION,
    Collaboration,
    (CollaborationPartner, CollaborationTarget),
    "collaboration_id",
    COLUMNS,
    check,
    match,
    write,
)
