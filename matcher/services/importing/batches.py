"""The life of a list that is read in: upload, columns, trial, writing, and taking back."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid
from matcher.lifecycles import IMPORT
from matcher.policy import Actor
from matcher.services import attachments, flow
from matcher.services.attachments import Upload
from matcher.services.importing import traces
from matcher.services.importing.fields import Line, Vocabulary, fold, guess, understand
from matcher.services.importing.kinds import challenges, collaborations, partners
from matcher.services.importing.kinds.common import Kind, Task
from matcher.services.importing.reading import read
from models import ColumnMapping, ImportBatch, ImportRow, Municipality
from models.enums import ImportKind, ImportOutcome
from models.queries import importing as queries

KINDS: dict[ImportKind, Kind] = {
    ImportKind.PARTNERS: partners.KIND,
    ImportKind.CHALLENGES: challenges.KIND,
    ImportKind.COLLABORATIONS: collaborations.KIND,
}
WRITTEN = (ImportOutcome.CREATED, ImportOutcome.UPDATED)


def begin(
    session: Session, actor: Actor, municipality_id: int, kind: ImportKind, upload: Upload, *, now: datetime
) -> ImportBatch:
    """Take a file in, with its lines as they stand. Nothing else is changed.

    Raises NotFound or NotAllowed for anybody but the coordinators, or Invalid as `reading.read` does.
    """
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "import.make", subject)
    table = read(upload)
    row = ImportBatch(
        municipality_id=municipality_id,
        kind=kind,
        name=attachments.check(upload)[0],
        sha256=hashlib.sha256(upload.data).hexdigest(),
        header=table.header,
        uploaded_by_id=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    attachments.attach(session, actor, row, subject, upload, now=now)
    lines = [{"batch_id": row.pk, "number": number, "cells": cells} for number, cells in table.lines]
    session.execute(sa.insert(ImportRow).values(created_at=now, given={}, errors=[], changes=[], note=""), lines)
    flow.record(session, actor, "import.uploaded", row, subject, now, kind=kind.value, lines=len(lines))
    return row


def suggested(session: Session, batch: ImportBatch, vocabulary: Vocabulary) -> list[str]:
    """What each column of a batch may mean: as said of this file or of an earlier one, else by its heading."""
    if batch.mapping:
        return list(batch.mapping)
    remembered = {row.header: row.field for row in queries.mappings(session, batch.municipality_id, batch.kind)}
    return guess(batch.header, remembered, vocabulary)


def assign_columns(
    session: Session,
    actor: Actor,
    batch_id: int,
    mapping: Sequence[str],
    vocabulary: Vocabulary,
    *,
    now: datetime,
) -> ImportBatch:
    """Say which field each column fills, remember it, and try the whole list out.

    Raises Invalid({"column-<n>": …}) for a field that is unknown or filled twice, Invalid({"columns": …}) without any.
    """
    batch = flow.locked(session, ImportBatch, batch_id)
    policy.require(actor, "import.make", flow.of_municipality(batch.municipality_id))
    IMPORT.find("apply", batch.status)
    kind = KINDS[batch.kind]
    _check_mapping(batch, mapping, kind)
    batch.mapping, batch.updated_at = list(mapping), now
    _remember(session, batch)
    cells = queries.cells(session, batch.pk)
    lines = [understand(number, said, mapping, kind.columns, vocabulary, check=kind.check) for _, number, said in cells]
    session.flush()
    with session.begin_nested() as trial:
        _perform(session, actor, batch, lines, now)
        trial.rollback()
    created = [line for line in lines if line.outcome is ImportOutcome.CREATED]
    for line in created:
        line.entity_id = None  # the trial's own row is gone
    _keep(session, [key for key, _, _ in cells], lines, trial=True)
    flow.record(session, actor, "import.tried", batch, flow.of_municipality(batch.municipality_id), now)
    return batch


def _check_mapping(batch: ImportBatch, mapping: Sequence[str], kind: Kind) -> None:
    found: dict[str, str] = {}
    if len(mapping) != len(batch.header) or not any(mapping):
        raise Invalid({"columns": "no_columns"})
    for n, name in enumerate(mapping):
        if name and name not in kind.columns:
            found[f"column-{n}"] = "unknown"
        elif name and name in mapping[:n]:
            found[f"column-{n}"] = "column_twice"
    if found:
        raise Invalid(found)


def _remember(session: Session, batch: ImportBatch) -> None:
    known = {row.header: row for row in queries.mappings(session, batch.municipality_id, batch.kind)}
    for words, name in zip(batch.header, batch.mapping, strict=True):
        header = fold(words)[:200]
        if not header:
            continue
        if header not in known:
            known[header] = ColumnMapping(municipality_id=batch.municipality_id, kind=batch.kind, header=header)
            session.add(known[header])
        known[header].field = name


def _perform(session: Session, actor: Actor, batch: ImportBatch, lines: Sequence[Line], now: datetime) -> None:
    """Write every line that can be written, and keep with it what it changed."""
    kind = KINDS[batch.kind]
    town = flow.locked(session, Municipality, batch.municipality_id)  # one list of an office at a time
    task = Task(session, actor, town, batch, now)
    matches = kind.match(task, [line for line in lines if not line.errors])
    there = [row.pk for _, row in matches if row is not None]
    before = traces.picture(session, kind.main, kind.parts, there)
    kind.write(task, matches)
    created = [line.entity_id for line in lines if line.outcome is ImportOutcome.CREATED and line.entity_id]
    after = traces.picture(session, kind.main, kind.parts, there)
    after |= traces.picture(session, kind.main, traces.dependants(kind.main), created)
    by_entity = {line.entity_id: line for line in lines if line.outcome in WRITTEN}
    owners = (*kind.parts, *traces.dependants(kind.main))
    for key, entry in traces.changes(before, after):
        by_entity[traces.owner(kind.main, owners, key, entry["after"] or entry["before"])].changes.append(entry)
    for line in lines:
        line.outcome = ImportOutcome.REFUSED if line.errors else line.outcome


def _keep(session: Session, keys: Sequence[int], lines: Sequence[Line], *, trial: bool) -> None:
    """Store what became of each line."""
    session.flush()
    rows: list[dict[str, Any]] = [
        {
            "id": key,
            "given": line.given,
            "errors": [list(error) for error in line.errors],
            "outcome": line.outcome,
            "note": line.note,
            "entity_id": line.entity_id,
            "changes": [] if trial else line.changes,
        }
        for key, line in zip(keys, lines, strict=True)
    ]
    session.execute(sa.update(ImportRow), rows)
    session.expire_all()


def apply(session: Session, actor: Actor, batch_id: int, *, now: datetime) -> ImportBatch:
    """Write the list down as it was tried out, in one transaction. Lines with errors stay where they are.

    Raises InvalidTransition when that has been done already, Invalid before anybody has said what the columns mean.
    """
    batch = flow.locked(session, ImportBatch, batch_id)
    subject = flow.of_municipality(batch.municipality_id)
    policy.require(actor, "import.apply", subject)
    IMPORT.find("apply", batch.status)
    if not batch.mapping:
        raise Invalid({"columns": "no_columns"})
    stored = queries.lines(session, batch.pk)
    refused = KINDS[batch.kind].check
    lines = [Line(row.number, dict(row.given), _lasting(row, refused)) for row in stored]
    _perform(session, actor, batch, lines, now)
    _keep(session, [row.pk for row in stored], lines, trial=False)
    batch.applied_at = now
    flow.move(session, actor, IMPORT, batch, "apply", subject, now, **_counted(lines))
    return batch


def _lasting(row: ImportRow, check: Any) -> list[tuple[str, str]]:
    """The errors of a line's own cells; those that depend on what is stored are found again."""
    own = [(str(name), str(code)) for name, code in row.errors]
    return [error for error in own if error[0] not in row.given] + list(check(row.given).items())


def _counted(lines: Sequence[Line]) -> dict[str, int]:
    return {outcome.value: sum(line.outcome is outcome for line in lines) for outcome in ImportOutcome}


def drop(session: Session, actor: Actor, batch_id: int, *, now: datetime) -> ImportBatch:
    """Put a list away that was never written down."""
    batch = flow.locked(session, ImportBatch, batch_id)
    flow.move(session, actor, IMPORT, batch, "drop", flow.of_municipality(batch.municipality_id), now)
    return batch


def undo(session: Session, actor: Actor, batch_id: int, *, now: datetime) -> ImportBatch:
    """Take back what a list changed. A line whose rows were changed since stays as it is, and says so."""
    batch = flow.locked(session, ImportBatch, batch_id)
    kind, subject = KINDS[batch.kind], flow.of_municipality(batch.municipality_id)
    policy.require(actor, "import.undo", subject)
    IMPORT.find("undo", batch.status)
    flow.locked(session, Municipality, batch.municipality_id)
    rows = queries.lines(session, batch.pk, WRITTEN)
    still = traces.standing(session, [row.changes for row in rows], kind.main)
    traces.take_back(
        session, [entry for row, stands in zip(rows, still, strict=True) if stands for entry in row.changes]
    )
    for row, stands in zip(rows, still, strict=True):
        row.outcome = ImportOutcome.UNDONE if stands else ImportOutcome.KEPT
        if stands and row.entity_id is not None:
            flow.mark(session, kind.entity, row.entity_id, now)
    session.flush()
    session.expire_all()
    batch.undone_at = now
    flow.move(session, actor, IMPORT, batch, "undo", subject, now, kept=still.count(False))
    return batch


def handed_back(session: Session, batch: ImportBatch) -> list[ImportRow]:
    """The lines that were not let in."""
    return queries.lines(session, batch.pk, (ImportOutcome.REFUSED,))
