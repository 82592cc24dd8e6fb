"""Lists read in: the good lines come in, the bad ones are handed back, and all of it can be taken back."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from matcher.policy import Actor
from matcher.services import importing
from matcher.services.attachments import Upload
from matcher.services.importing import Vocabulary
from models import (
    ImportBatch,
    IndexChange,
    Municipality,
    Registration,
    reference,
)
from models.enums import (
    ImportKind,
    ImportOutcome,
    ImportStatus,
    OfferingStage,
    PartnerKind,
    RegistrationStatus,
)
from models.queries import importing as queries
from tests import factories
from tests.factories import NOW

CODES: dict[str, dict[str, str]] = {
    "partner_kind": {kind.value: kind.value for kind in PartnerKind} | {"企業": "company"},
    "stage": {stage.value: stage.value for stage in OfferingStage},
    "industry": {letter.lower(): letter for letter in reference.INDUSTRIES},
    "prefecture": {names[0]: names[0] for names in reference.PREFECTURES.values()},
    "region": {names[0]: code for code, names in reference.PREFECTURES.items()},
    "challenge_kind": {"problem": "problem"},
    "pillar": {"society": "society", "economy": "economy"},
    "budget_stage": {"secured": "secured"},
    "requirement": {"kind": "kind"},
    "collaboration_kind": {"実証": "pilot"},
    "collaboration_status": {"done": "done"},
    "collaboration_result": {"adopted": "adopted"},
}
HEADERS = {name: [name] for kind in importing.KINDS.values() for name in kind.columns} | {"name": ["name", "団体名"]}
WORDS = Vocabulary(HEADERS, CODES)
#: tables that tell of an import itself
TOLD = {"auditevent", "indexchange", "importbatch", "importrow", "columnmapping", "attachment", "attachmentcontent"}


def csv_file(rows: Sequence[Sequence[Any]], encoding: str = "utf-8-sig") -> Upload:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return Upload("一覧.csv", out.getvalue().encode(encoding))


def xlsx_file(rows: Sequence[Sequence[Any]]) -> Upload:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return Upload("一覧.xlsx", out.getvalue())


def tried(session: Session, who: Actor, town: Municipality, kind: ImportKind, upload: Upload) -> ImportBatch:
    batch = importing.begin(session, who, town.pk, kind, upload, now=NOW)
    mapping = importing.suggested(session, batch, WORDS)
    return importing.assign_columns(session, who, batch.pk, mapping, WORDS, now=NOW)


def read_in(session: Session, who: Actor, town: Municipality, kind: ImportKind, upload: Upload) -> ImportBatch:
    return importing.apply(session, who, tried(session, who, town, kind, upload).pk, now=NOW)


def outcomes(session: Session, batch: ImportBatch) -> list[Any]:
    return [row.outcome for row in queries.lines(session, batch.pk)]


def errors(session: Session, batch: ImportBatch) -> list[list[list[str]]]:
    return [row.errors for row in queries.lines(session, batch.pk)]


def everything(session: Session) -> dict[str, list[dict[str, Any]]]:
    """All tables but those that tell of the import; versions only ever grow."""
    session.flush()
    found = {}
    for table in SQLModel.metadata.sorted_tables:
        if table.name not in TOLD:
            columns = [column for column in table.columns if column.name != "version"]
            rows = session.execute(sa.select(*columns).order_by(table.c.id)).mappings()
            found[table.name] = [dict(row) for row in rows]
    return found


def corporate_number(n: int) -> str:
    body = f"{n:012d}"
    weighted = sum(int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(reversed(body), 1))
    return f"{9 - weighted % 9}{body}"


PARTNER_HEADER = ["団体名", "corporate_number", "kind", "prefecture", "profile", "regions", "targets"]
PARTNER_HEADER += ["offering1_title", "offering1_description", "offering1_stage", "備考"]


def many_partners(count: int, bad: int) -> list[list[Any]]:
    """A list of `count` partners, of which every so many-th has one of five faults."""
    rows: list[list[Any]] = []
    for n in range(count):
        rows.append(
            [
                f"株式会社サンプル{n:04d}",
                corporate_number(700000000000 + n),
                "企業",
                "石川県",
                f"地域の課題に取り組む会社です。{n}番目の紹介文。",
                "石川県、02",
                "SDG8.10、11.3",
                f"見守りの仕組み{n}",
                "センサーで異変を知らせます。",
                "on_sale",
                "",
            ]
        )
    step = count // bad
    for n in range(bad):
        row = rows[n * step]
        fault = n % 5
        if fault == 0:
            row[0] = ""
        elif fault == 1:
            row[1] = "1234567890123"
        elif fault == 2:
            row[2] = "会社っぽい"
        elif fault == 3:
            row[6] = "99.9"
        else:
            row[1] = rows[n * step + 1][1]
            rows[n * step + 1], rows[n * step] = row, rows[n * step + 1]
    return rows


def test_3308_partners_with_40_bad_rows(session: Session) -> None:
    """The good ones come in, the bad ones are handed back with reasons, corrected and read in, and all is undone."""
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    factories.partner(session, town=town)
    before = everything(session)
    batch = tried(session, who, town, ImportKind.PARTNERS, xlsx_file([PARTNER_HEADER, *many_partners(3_308, 40)]))
    assert everything(session) == before, "a trial changes nothing"
    importing.apply(session, who, batch.pk, now=NOW)
    assert outcomes(session, batch).count(ImportOutcome.CREATED) == 3_268
    back = importing.handed_back(session, batch)
    assert len(back) == 40
    assert all(row.errors for row in back)
    assert {code for row in back for _, code in row.errors} == {
        "required",
        "corporate_number",
        "unknown_choice",
        "target",
        "twice",
    }
    here = select(sa.func.count()).where(
        Registration.municipality_id == town.pk, Registration.status == RegistrationStatus.REGISTERED
    )
    assert session.exec(here).one() == 1 + 3_268
    assert session.exec(select(sa.func.count()).select_from(IndexChange)).one() == 3_268
    importing.undo(session, who, batch.pk, now=NOW)
    assert batch.status is ImportStatus.UNDONE
    assert everything(session) == before
    assert outcomes(session, batch).count(ImportOutcome.UNDONE) == 3_268
