"""Reads of the lists that an office reads in, and of the rows that they meet."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from models import (
    Attachment,
    Challenge,
    Collaboration,
    ColumnMapping,
    ImportBatch,
    ImportRow,
    Membership,
    Offering,
    Partner,
    PartnerRegion,
    PartnerTarget,
    Registration,
    User,
)
from models.enums import ImportKind, ImportOutcome, RegistrationStatus

AT_ONCE = 500


@dataclass(frozen=True)
class BatchRow:
    """A batch as the list shows it."""

    batch: ImportBatch
    by: str
    counts: dict[ImportOutcome, int]

    @property
    def lines(self) -> int:
        return sum(self.counts.values())


def batches(session: Session, municipality_id: int, *, limit: int = 200) -> list[BatchRow]:
    """The batches of a municipality, the latest first. Two queries."""
    statement = (
        select(ImportBatch, User.name)
        .outerjoin(User, col(User.id) == ImportBatch.uploaded_by_id)
        .where(ImportBatch.municipality_id == municipality_id)
        .order_by(col(ImportBatch.id).desc())
        .limit(limit)
    )
    rows = session.exec(statement).all()
    counted = _counts(session, [batch.pk for batch, _ in rows])
    return [BatchRow(batch, name or "", counted.get(batch.pk, {})) for batch, name in rows]


def batch(session: Session, municipality_id: int, batch_id: int) -> BatchRow | None:
    """One batch of a municipality."""
    statement = (
        select(ImportBatch, User.name)
        .outerjoin(User, col(User.id) == ImportBatch.uploaded_by_id)
        .where(ImportBatch.id == batch_id, ImportBatch.municipality_id == municipality_id)
    )
    found = session.exec(statement).first()
    return BatchRow(found[0], found[1] or "", _counts(session, [batch_id]).get(batch_id, {})) if found else None


def _counts(session: Session, ids: Sequence[int]) -> dict[int, dict[ImportOutcome, int]]:
    statement = (
        select(ImportRow.batch_id, ImportRow.outcome, sa.func.count())
        .where(col(ImportRow.batch_id).in_(ids), col(ImportRow.outcome).is_not(None))
        .group_by(col(ImportRow.batch_id), col(ImportRow.outcome))
        .order_by(col(ImportRow.batch_id), col(ImportRow.outcome))
    )
    found: dict[int, dict[ImportOutcome, int]] = {}
    for key, outcome, number in session.exec(statement):
        if outcome is not None:
            found.setdefault(key, {})[ImportOutcome(outcome)] = number
    return found


def lines(
    session: Session,
    batch_id: int,
    outcomes: Collection[ImportOutcome] = (),
    *,
    offset: int = 0,
    limit: int | None = None,
) -> list[ImportRow]:
    """The lines of a batch in the order of the file, all or those with one of `outcomes`."""
    statement = select(ImportRow).where(ImportRow.batch_id == batch_id).order_by(col(ImportRow.number))
    if outcomes:
        statement = statement.where(col(ImportRow.outcome).in_(outcomes))
    return list(session.exec(statement.offset(offset).limit(limit)))


def cells(session: Session, batch_id: int) -> list[tuple[int, int, list[str]]]:
    """Key, number and cells of every line, in the order of the file."""
    statement = select(col(ImportRow.id), ImportRow.number, ImportRow.cells).where(ImportRow.batch_id == batch_id)
    return [
        (key or 0, number, list(said)) for key, number, said in session.exec(statement.order_by(col(ImportRow.number)))
    ]


def file_of(session: Session, batch_id: int) -> Attachment | None:
    """The file that a batch came from."""
    statement = select(Attachment).where(Attachment.subject_type == "importbatch", Attachment.subject_id == batch_id)
    return session.exec(statement.order_by(col(Attachment.id))).first()


def mappings(session: Session, municipality_id: int, kind: ImportKind) -> list[ColumnMapping]:
    """What a municipality has said of columns before."""
    statement = select(ColumnMapping).where(
        ColumnMapping.municipality_id == municipality_id, ColumnMapping.kind == kind
    )
    return list(session.exec(statement.order_by(col(ColumnMapping.id))))


def applied_before(session: Session, batch: ImportBatch) -> ImportBatch | None:
    """An earlier batch of the same file, as it was read in."""
    statement = (
        select(ImportBatch)
        .where(
            ImportBatch.municipality_id == batch.municipality_id,
            ImportBatch.kind == batch.kind,
            ImportBatch.sha256 == batch.sha256,
            col(ImportBatch.id) != batch.pk,
            ImportBatch.status == "applied",
        )
        .order_by(col(ImportBatch.id).desc())
    )
    return session.exec(statement).first()


def chunks(values: Collection[Any]) -> list[list[Any]]:
    """`values` in order, as many at once as a statement takes."""
    ordered = sorted(set(values))
    return [ordered[start : start + AT_ONCE] for start in range(0, len(ordered), AT_ONCE)]


def rows_where(session: Session, table: sa.Table, column: str, values: Collection[int]) -> list[dict[str, Any]]:
    """The rows of any table whose `column` is one of `values`, as plain values, by key."""
    found: list[dict[str, Any]] = []
    for some in chunks(values):
        statement = sa.select(table).where(table.c[column].in_(some)).order_by(table.c.id)
        found += [dict(row) for row in session.execute(statement).mappings()]
    return found


def spoken_of(session: Session, subject_type: str, ids: Collection[int]) -> set[int]:
    """Those of these rows on which a file, a thread or anything else is kept; the audit trail does not count."""
    found: set[int] = set()
    for table in SQLModel.metadata.sorted_tables:
        if {"subject_type", "subject_id"} <= set(table.columns.keys()) and table.name != "auditevent":
            rows = rows_where(session, table, "subject_id", ids)
            found |= {row["subject_id"] for row in rows if row["subject_type"] == subject_type}
    return found


def partners_by(session: Session, column: str, values: Collection[Any]) -> list[Partner]:
    """The partners whose `column` is one of `values`, by key."""
    found: list[Partner] = []
    for some in chunks(values):
        statement = select(Partner).where(col(getattr(Partner, column)).in_(some)).order_by(col(Partner.id))
        found += session.exec(statement)
    return found


def partners_registered(session: Session, municipality_id: int) -> dict[str, list[int]]:
    """The partners that are registered with a municipality, by normalised name."""
    statement = (
        select(Partner.name_key, Partner.id)
        .join(Registration, col(Registration.partner_id) == Partner.id)
        .where(Registration.municipality_id == municipality_id, Registration.status == RegistrationStatus.REGISTERED)
        .order_by(col(Partner.id))
    )
    found: dict[str, list[int]] = {}
    for name, key in session.exec(statement):
        found.setdefault(name, []).append(key or 0)
    return found


@dataclass(frozen=True)
class PartnerParts:
    """What belongs to some partners, by partner."""

    offerings: dict[int, list[Offering]]
    regions: dict[int, list[PartnerRegion]]
    targets: dict[int, list[PartnerTarget]]
    registrations: dict[int, list[Registration]]
    with_people: frozenset[int]


def partner_parts(session: Session, ids: Collection[int]) -> PartnerParts:
    """What belongs to these partners; five queries for every 500 of them."""
    people: set[int] = set()
    for some in chunks(ids):
        statement = select(Membership.partner_id).where(col(Membership.partner_id).in_(some))
        people |= {key for key in session.exec(statement.order_by(col(Membership.id))) if key is not None}
    return PartnerParts(
        _by(session, Offering, "partner_id", ids, "position"),
        _by(session, PartnerRegion, "partner_id", ids, "region"),
        _by(session, PartnerTarget, "partner_id", ids, "id"),
        _by(session, Registration, "partner_id", ids, "id"),
        frozenset(people),
    )


def parts_of(session: Session, model: Any, column: str, ids: Collection[int]) -> dict[int, list[Any]]:
    """The rows of `model` that belong to these keys by `column`, in the order in which they were stored."""
    return _by(session, model, column, ids, "id")


def _by(session: Session, model: Any, column: str, ids: Collection[int], order: str) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for some in chunks(ids):
        statement = select(model).where(col(getattr(model, column)).in_(some))
        for row in session.exec(statement.order_by(col(getattr(model, order)), col(model.id))):
            found.setdefault(getattr(row, column), []).append(row)
    return found


def own_challenges(session: Session, municipality_id: int) -> list[Challenge]:
    """Every challenge of a municipality, by key."""
    statement = select(Challenge).where(Challenge.municipality_id == municipality_id)
    return list(session.exec(statement.order_by(col(Challenge.id))))


def own_collaborations(session: Session, municipality_id: int) -> list[Collaboration]:
    """Every collaboration of a municipality, published or not, by key."""
    statement = select(Collaboration).where(Collaboration.municipality_id == municipality_id)
    return list(session.exec(statement.order_by(col(Collaboration.id))))
