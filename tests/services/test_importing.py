"""Lists read in: the good lines come in, the bad ones are handed back, and all of it can be taken back."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col, select

from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.policy import Actor
from matcher.services import importing, offerings
from matcher.services.attachments import Upload
from matcher.services.importing import Vocabulary
from matcher.services.importing.reading import read
from matcher.services.partner_data import OfferingData
from models import (
    AuditEvent,
    Challenge,
    Collaboration,
    CollaborationPartner,
    ColumnMapping,
    ImportBatch,
    IndexChange,
    Municipality,
    Need,
    OutboxMessage,
    Partner,
    PartnerRegion,
    Registration,
    reference,
)
from models.enums import (
    ChallengeStatus,
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


def test_the_lines_that_were_handed_back_come_in_once_they_are_corrected(session: Session) -> None:
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    rows = [["団体名", "corporate_number", "kind"], ["株式会社あ", "123", "企業"], ["株式会社い", "", "企業"]]
    batch = read_in(session, who, town, ImportKind.PARTNERS, csv_file(rows))
    assert errors(session, batch) == [[["corporate_number", "corporate_number"]], []]
    assert outcomes(session, batch) == [ImportOutcome.REFUSED, ImportOutcome.CREATED]
    (back,) = importing.handed_back(session, batch)
    corrected = [[*batch.header, "取り込めない理由"], [back.cells[0], corporate_number(1), back.cells[2], "番号"]]
    again = read_in(session, who, town, ImportKind.PARTNERS, csv_file(corrected))
    assert outcomes(session, again) == [ImportOutcome.CREATED]


def test_shift_jis_and_japanese_years_are_read(session: Session) -> None:
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    rows = [["団体名", "kind", "since", "capacity", "regions"], ["髙橋㈱", "企業", "令和6年4月1日", "５", "石川県、1"]]
    read_in(session, who, town, ImportKind.PARTNERS, csv_file(rows, "cp932"))
    partner = session.exec(select(Partner).where(Partner.name == "髙橋㈱")).one()
    registration = session.exec(select(Registration).where(Registration.partner_id == partner.pk)).one()
    assert (partner.capacity, registration.since, registration.status) == (5, "2024-04-01", "registered")
    regions = session.exec(select(PartnerRegion.region).where(PartnerRegion.partner_id == partner.pk)).all()
    assert sorted(regions) == ["01", "17"]


def test_nobody_elses_words_are_written_over(session: Session) -> None:
    """Alone here: written over. Elsewhere too, or with an account: only what is empty."""
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    who = factories.coordinator(session, town)
    alone = factories.partner(session, "株式会社ひとり", town=town)
    shared = factories.partner(session, "株式会社ふたり", town=town)
    session.add(Registration(partner_id=shared.pk, municipality_id=other.pk, status="registered", applied_at=NOW))
    spoken = factories.partner(session, "株式会社じぶん", town=town)
    factories.partner_admin(session, spoken)
    unknown = factories.partner(session, "株式会社よそ", town=other)
    header = ["number", "団体名", "profile", "seeks"]
    rows = [[row.pk, row.name, "新しい紹介文", "実証の場"] for row in (alone, shared, spoken, unknown)]
    before = everything(session)
    batch = read_in(session, who, town, ImportKind.PARTNERS, csv_file([header, *rows]))
    assert outcomes(session, batch) == [ImportOutcome.UPDATED] * 4
    notes = [row.note for row in queries.lines(session, batch.pk)]
    assert notes == ["", "shared", "speaks_for_itself", "shared"]
    session.expire_all()
    assert alone.profile == "新しい紹介文"
    for row in (shared, spoken, unknown):
        assert row.profile.startswith("高齢者の見守り")
        assert row.seeks == "実証の場"
    importing.undo(session, who, batch.pk, now=NOW)
    assert everything(session) == before


def test_what_waits_for_a_decision_still_waits(session: Session) -> None:
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    asked = factories.partner(session, town=town, status=RegistrationStatus.APPLIED)
    rows = [["number", "団体名"], [asked.pk, asked.name]]
    batch = read_in(session, who, town, ImportKind.PARTNERS, csv_file(rows))
    assert [row.note for row in queries.lines(session, batch.pk)] == ["waits_for_decision"]
    row = session.exec(select(Registration).where(Registration.partner_id == asked.pk)).one()
    assert row.status is RegistrationStatus.APPLIED


def test_whoever_is_registered_from_a_list_and_has_an_account_is_told(session: Session) -> None:
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    house = factories.partner(session)
    factories.partner_admin(session, house)
    batch = tried(session, who, town, ImportKind.PARTNERS, csv_file([["number", "団体名"], [house.pk, house.name]]))
    assert session.exec(select(OutboxMessage)).all() == [], "a trial tells nobody"
    importing.apply(session, who, batch.pk, now=NOW)
    mail = session.exec(select(OutboxMessage)).one()
    assert mail.template == "registration_registered"


def test_undo_keeps_what_was_changed_or_built_on_since(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    who = factories.coordinator(session, town)
    rows = [["団体名", "kind"], *([f"株式会社{name}", "企業"] for name in "甲乙丙丁")]
    batch = read_in(session, who, town, ImportKind.PARTNERS, csv_file(rows))
    first, second, third, _ = session.exec(select(Partner).order_by(col(Partner.id))).all()
    first.profile = "あとから書いた紹介"
    session.add(Registration(partner_id=second.pk, municipality_id=other.pk, status="applied", applied_at=NOW))
    house = factories.partner_admin(session, third)
    offerings.add(
        session, house, third.pk, OfferingData(title="あと", stage=OfferingStage.CONCEPT, description="。"), now=NOW
    )
    importing.undo(session, who, batch.pk, now=NOW)
    kept = [ImportOutcome.KEPT] * 3
    assert outcomes(session, batch) == [*kept, ImportOutcome.UNDONE]
    assert [row.name for row in session.exec(select(Partner).order_by(col(Partner.id)))] == [
        "株式会社甲",
        "株式会社乙",
        "株式会社丙",
    ]
    events = session.exec(select(AuditEvent.event).where(AuditEvent.subject_type == "importbatch")).all()
    assert events == ["attachment.added", "import.uploaded", "import.tried", "import.applied", "import.undone"]


CHALLENGE_HEADER = ["title", "kind", "pillar", "department", "problem", "needs", "targets", "decision_date", "own_key"]


def test_challenges_become_drafts_and_are_changed_by_their_key(session: Session) -> None:
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    line = [
        "雪道の見守り",
        "problem",
        "society",
        "政策企画部",
        "転倒が多い",
        "センサー\n地図",
        "SDG3.6、11.2",
        "2027/3/31",
        "K-1",
    ]
    before = everything(session)
    batch = read_in(session, who, town, ImportKind.CHALLENGES, xlsx_file([CHALLENGE_HEADER, line]))
    row = session.exec(select(Challenge)).one()
    assert (row.status, row.external_key, row.decision_date) == (
        ChallengeStatus.DRAFT,
        "172065:K-1",
        date(2027, 3, 31),
    )
    needs = session.exec(select(Need.text).order_by(col(Need.position))).all()
    assert needs == ["センサー", "地図"]
    same = read_in(session, who, town, ImportKind.CHALLENGES, xlsx_file([CHALLENGE_HEADER, line]))
    assert outcomes(session, same) == [ImportOutcome.UNCHANGED]
    again = [*line[:4], "転倒がとても多い", *line[5:]]
    second = read_in(session, who, town, ImportKind.CHALLENGES, xlsx_file([CHALLENGE_HEADER, again]))
    assert outcomes(session, second) == [ImportOutcome.UPDATED]
    session.expire_all()
    assert row.problem == "転倒がとても多い"
    importing.undo(session, who, second.pk, now=NOW)
    session.expire_all()
    assert row.problem == "転倒が多い"
    importing.undo(session, who, batch.pk, now=NOW)
    assert everything(session) == before


def test_what_a_service_refuses_is_handed_back(session: Session) -> None:
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    rows = [
        CHALLENGE_HEADER,
        ["古い課題", "problem", "society", "", "", "", "", "2020-01-01", ""],
        ["所管違い", "problem", "society", "ない課", "", "", "", "", ""],
        ["", "problem", "society", "", "件名なし", "", "", "", ""],
        ["=1+1", "problem", "society", "", "", "", "", "", ""],
    ]
    batch = tried(session, who, town, ImportKind.CHALLENGES, csv_file(rows))
    assert errors(session, batch) == [
        [["decision_date", "date_past"]],
        [["department", "no_such_department"]],
        [["title", "required"]],
        [["title", "formula"]],
    ]


COLLABORATION_HEADER = ["title", "kind", "status", "parties", "date", "outcome", "result", "targets"]


def test_collaborations_come_in_unpublished_with_their_parties(session: Session) -> None:
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    house = factories.partner(session, "株式会社みらい", town=town)
    house.name_key = reference.normalise_name(house.name)
    before = everything(session)
    line = ["見守りの実証", "実証", "done", "(株)みらい\n町内会", "2025年4月", "効果あり", "adopted", "SDG3.8"]
    batch = read_in(session, who, town, ImportKind.COLLABORATIONS, csv_file([COLLABORATION_HEADER, line]))
    row = session.exec(select(Collaboration)).one()
    assert (row.published, row.kind, row.date, row.result) == (False, "pilot", "2025-04", "adopted")
    parties = session.exec(select(CollaborationPartner.name, CollaborationPartner.partner_id)).all()
    assert sorted(parties, key=str) == [("(株)みらい", house.pk), ("町内会", None)]
    importing.undo(session, who, batch.pk, now=NOW)
    assert everything(session) == before


def test_other_municipalities_things_are_out_of_reach(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    who, stranger = factories.coordinator(session, town), factories.coordinator(session, other)
    theirs = factories.challenge(session, other, title="よその課題")
    header = ["number", "title", "kind", "pillar", "municipality_code"]
    rows = [
        [theirs.pk, "書き換え", "problem", "society", ""],
        ["", "よその課題", "problem", "society", "431001"],
        ["", "よその課題", "problem", "society", "172065"],
    ]
    batch = read_in(session, who, town, ImportKind.CHALLENGES, csv_file([header, *rows]))
    assert errors(session, batch) == [[["number", "no_such_number"]], [["municipality_code", "other_town"]], []]
    assert theirs.title == "よその課題"
    assert queries.batch(session, other.pk, batch.pk) is None
    for step in (importing.apply, importing.undo, importing.drop):
        with pytest.raises(NotFound):
            step(session, stranger, batch.pk, now=NOW)
    with pytest.raises(NotFound):
        importing.assign_columns(session, stranger, batch.pk, ["title"], WORDS, now=NOW)
    assert [row.batch.pk for row in queries.batches(session, other.pk)] == []


def test_columns_are_remembered_and_checked(session: Session) -> None:
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    rows = [["謎の列", "kind", "もう一つ"], ["株式会社あ", "企業", "x"]]
    batch = importing.begin(session, who, town.pk, ImportKind.PARTNERS, csv_file(rows), now=NOW)
    assert importing.suggested(session, batch, WORDS) == ["", "kind", ""]
    for wrong, code in (
        (["name", "name", ""], "column_twice"),
        (["x", "", ""], "unknown"),
        (["", "", ""], "no_columns"),
    ):
        with pytest.raises(Invalid) as refused:
            importing.assign_columns(session, who, batch.pk, wrong, WORDS, now=NOW)
        assert set(refused.value.fields.values()) == {code}
    importing.assign_columns(session, who, batch.pk, ["name", "kind", ""], WORDS, now=NOW)
    later = importing.begin(session, who, town.pk, ImportKind.PARTNERS, csv_file(rows), now=NOW)
    assert importing.suggested(session, later, WORDS) == ["name", "kind", ""]
    assert session.exec(select(sa.func.count()).select_from(ColumnMapping)).one() == 3


def test_a_list_is_written_down_once(session: Session) -> None:
    """Whoever comes second is told that it has been done."""
    town = factories.municipality(session)
    who, colleague = factories.coordinator(session, town), factories.coordinator(session, town)
    batch = tried(session, who, town, ImportKind.PARTNERS, csv_file([["団体名", "kind"], ["株式会社あ", "企業"]]))
    importing.apply(session, who, batch.pk, now=NOW)
    with pytest.raises(InvalidTransition):
        importing.apply(session, colleague, batch.pk, now=NOW)
    with pytest.raises(InvalidTransition):
        importing.assign_columns(session, colleague, batch.pk, ["name", "kind"], WORDS, now=NOW)
    with pytest.raises(InvalidTransition):
        importing.drop(session, colleague, batch.pk, now=NOW)
    assert session.exec(select(sa.func.count()).select_from(Partner)).one() == 1


def test_two_lists_of_the_same_partners_make_them_once(session: Session) -> None:
    """What was new when it was tried out is there already when the second list is written down."""
    town = factories.municipality(session)
    who = factories.coordinator(session, town)
    rows = [["団体名", "kind", "corporate_number"], ["株式会社あ", "企業", corporate_number(5)]]
    first, second = (tried(session, who, town, ImportKind.PARTNERS, csv_file(rows)) for _ in range(2))
    importing.apply(session, who, first.pk, now=NOW)
    importing.apply(session, who, second.pk, now=NOW)
    assert outcomes(session, second) == [ImportOutcome.UNCHANGED]
    assert queries.applied_before(session, second) is not None


def packed(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return out.getvalue()


SHEET = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.xlsx", b"", "file_empty"),
        ("a.pdf", b"%PDF-1.4", "file_table"),
        ("a.exe", b"MZ", "file_kind"),
        ("a.xlsx", b"PK\x03\x04 broken", "file_broken"),
        ("a.xlsx", packed({"xl/a.xml": SHEET}), "file_broken"),
        ("a.xlsx", packed({"xl/a.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "file_broken"),
        ("a.xlsx", packed({"xl/a.xml": b"\0" * (151 * 1024 * 1024)}), "file_broken"),
        ("a.xlsx", packed({f"xl/{n}.xml": b"" for n in range(2_100)}), "file_broken"),
        ("a.csv", b"\x81\xff\xfe\x00a", "file_encoding"),
        ("a.csv", "名称\n".encode(), "file_header"),
        ("a.csv", b"\n\n", "file_header"),
        ("a.csv", ("名称\n" + "あ\n" * 5_001).encode(), "file_rows"),
        ("a.csv", (",".join("a" * 201) + "\nx\n").encode(), "file_columns"),
    ],
)
def test_hostile_and_useless_files_are_refused(name: str, data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(Upload(name, data))
    assert refused.value.fields == {"file": code}


def test_formulas_and_texts_that_look_like_them_are_told_apart() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "b", "c", "d"])
    sheet.append(["=1+1", "'=1+1", 12.0, date(2026, 4, 1)])
    out = io.BytesIO()
    book.save(out)
    (line,) = read(Upload("a.xlsx", out.getvalue())).lines
    assert line == (2, ["=1+1", "'=1+1", "12", "2026-04-01"])
