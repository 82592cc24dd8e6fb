"""Lists that an office reads in: the file as it came, each line of it, and what the line changed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import ImportKind, ImportOutcome, ImportStatus


class ImportBatch(Versioned, table=True):
    """One file. `header` is its first line; `mapping` names the field that each column fills ("" for none).

    While `mapping` is empty nobody has said what the columns mean. The file itself is an attachment of the batch.
    """

    municipality_id: int = foreign("municipality.id")
    kind: ImportKind = Field(sa_type=choice(ImportKind))
    status: ImportStatus = Field(default=ImportStatus.PREVIEW, sa_type=choice(ImportStatus))
    name: str = Field(max_length=200)
    sha256: str = Field(max_length=64)
    header: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    mapping: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    uploaded_by_id: int | None = foreign("user_account.id", default=None, index=False)
    applied_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class ImportRow(Row, table=True):
    """One line of a file: its cells as given, the values as understood, and what is wrong with them.

    `note` says why a line changes less than it says. `changes` holds each stored row that it touched as it was before
    and as it was left, for taking the line back.
    """

    __table_args__ = (sa.UniqueConstraint("batch_id", "number"),)
    batch_id: int = foreign("importbatch.id", cascade=True)
    number: int
    cells: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    given: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    errors: list[list[str]] = Field(default_factory=list, sa_type=sa.JSON)
    outcome: ImportOutcome | None = Field(default=None, sa_type=choice(ImportOutcome), nullable=True)
    note: str = Field(default="", max_length=40)
    entity_id: int | None = None
    changes: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)


class ColumnMapping(Row, table=True):
    """What a municipality said that a column means, for its next file. `header` is folded."""

    __table_args__ = (sa.UniqueConstraint("municipality_id", "kind", "header"),)
    municipality_id: int = foreign("municipality.id")
    kind: ImportKind = Field(sa_type=choice(ImportKind))
    header: str = Field(max_length=200)
    field: str = Field(default="", max_length=40)
