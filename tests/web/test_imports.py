"""Excel in, Excel out: the pages around an import, and lists that read in again as what they were."""

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from matcher.services.importing import KINDS, fold
from matcher.services.importing.fields import understand
from models import Challenge, Collaboration, CollaborationPartner, ImportBatch, ImportRow, Offering, Partner, reference
from models.enums import (
    BudgetStage,
    ChallengeKind,
    CollaborationResult,
    CollaborationStatus,
    ImportKind,
    ImportOutcome,
    ImportStatus,
    OfferingStage,
    PartnerKind,
    Pillar,
    Requirement,
)
from tests import factories
from web import exports
from web.collaboration_words import KINDS as COLLABORATION_KINDS
from web.import_words import heading, vocabulary

LISTS = ("/partners", "/challenges", "/collaborations", "/groups", "/city/partners", "/city/challenges")


@pytest.fixture
def office(store: Session, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    town = factories.municipality(store)
    factories.challenge(store, town)
    factories.partner(store, town=town)
    factories.group(store, town)
    who = factories.coordinator(store, town)
    row = Collaboration(
        municipality_id=town.pk, kind="pilot", title="=実証", status="done", date="2025", published=True
    )
    store.add(row)
    store.flush()
    store.add(CollaborationPartner(collaboration_id=row.pk, name="株式会社みらい"))
    store.commit()
    return sign_in(who.user_id or 0)


def send(client: FlaskClient, kind: str, name: str, data: bytes) -> Any:
    form = {"kind": kind, "file": (io.BytesIO(data), name)}
    return client.post("/city/imports/new", data=form, content_type="multipart/form-data")


def chosen(client: FlaskClient, address: str) -> dict[str, str]:
    """What the page of the columns has filled in."""
    from html.parser import HTMLParser

    found: dict[str, str] = {}

    class Reader(HTMLParser):
        name = ""

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            said = dict(attrs)
            if tag == "select":
                self.name = said.get("name") or ""
                found.setdefault(self.name, "")
            if tag == "option" and "selected" in said:
                found[self.name] = said.get("value") or ""

    Reader().feed(client.get(address).text)
    return found


def read_in(client: FlaskClient, kind: str, name: str, data: bytes) -> str:
    """Take a file through all pages; answers the address of the batch."""
    answer = send(client, kind, name, data)
    assert answer.status_code == 303, answer.text
    columns = answer.headers["Location"]
    answer = client.post(columns, data=chosen(client, columns))
    assert answer.status_code == 303, answer.text
    batch = answer.headers["Location"]
    assert client.post(f"{batch}/apply").status_code == 303
    return str(batch)


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("path", [path for path in LISTS if "groups" not in path])
def test_each_list_reads_in_again_and_changes_nothing(
    office: FlaskClient, store: Session, path: str, form: str, language: str
) -> None:
    office.post("/language", data={"lang": language})
    saved = office.get(f"{path}?as={form}")
    assert saved.status_code == 200
    batch = read_in(office, path.split("/")[-1], f"list.{form}", saved.data)
    assert office.get(batch).status_code == 200
    store.expire_all()
    rows = store.exec(select(ImportRow)).all()
    assert rows
    assert [(row.outcome, row.errors) for row in rows] == [(ImportOutcome.UNCHANGED, [])] * len(rows)


@pytest.mark.parametrize("path", [*LISTS, "/city/registrations?status=registered"])
@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_each_list_is_saved(office: FlaskClient, path: str, form: str) -> None:
    assert f"as={form}" in office.get(path).text
    answer = office.get(f"{path}{'&' if '?' in path else '?'}as={form}")
    assert answer.status_code == 200
    assert len(answer.data) > 100


def test_public_lists_say_no_more_than_the_pages(office: FlaskClient, client: FlaskClient) -> None:
    text = client.get("/challenges?as=csv").data.decode("utf-8-sig")
    assert "ひとり暮らしの高齢者を見守りたい" in text
    assert "madoguchi@example.lg.jp" not in text
    assert "窓口 一郎" not in text


def test_what_is_filtered_is_saved(office: FlaskClient) -> None:
    assert len(office.get("/challenges?goal=3&as=csv").text.splitlines()) > 1
    assert len(office.get("/challenges?goal=13&as=csv").text.splitlines()) == 1


def test_from_the_file_to_the_lines_that_were_handed_back(office: FlaskClient, store: Session) -> None:
    data = "団体名,区分,備考\r\n株式会社新しい,企業,あ\r\n株式会社だめ,会社,い\r\n".encode("cp932")
    batch = read_in(office, "partners", "名簿.csv", data)
    page = office.get(batch).text
    assert "新規" in page
    assert "選択肢にない語句です" in page
    back = openpyxl.load_workbook(io.BytesIO(office.get(f"{batch}/refused").data)).active
    assert back is not None
    rows = [[cell or "" for cell in row] for row in back.iter_rows(values_only=True)]
    assert rows[0] == ["団体名", "区分", "備考", "取り込めない理由"]
    assert rows[1][:3] == ["株式会社だめ", "会社", "い"]
    assert "団体の種別" in rows[1][3]
    assert office.get(f"{batch}/file").data == data
    assert "取り消しますか" in office.get(f"{batch}/undo").text
    assert office.post(f"{batch}/undo").status_code == 303
    store.expire_all()
    assert store.exec(select(ImportBatch)).one().status is ImportStatus.UNDONE
    assert store.exec(select(Partner).where(Partner.name == "株式会社新しい")).first() is None
    store.rollback()  # lets go of the database
    assert office.post(f"{batch}/undo").status_code == 409


def test_a_file_that_cannot_be_read_is_refused_beside_the_field(office: FlaskClient) -> None:
    for name, data, said in (
        ("a.csv", b"\xff\xfe\x00", "文字を読み取れません"),
        ("a.pdf", b"%PDF-1.4", "Excelファイル（.xlsx）またはCSVファイル"),
        ("a.csv", "名称\n".encode(), "1行目に見出し"),
        ("", b"", "入力してください"),
    ):
        answer = send(office, "partners", name, data)
        assert answer.status_code == 422
        assert said in answer.text


def test_columns_that_clash_are_marked_and_what_was_chosen_stays(office: FlaskClient) -> None:
    columns = send(office, "partners", "a.csv", "い,ろ\nx,y\n".encode()).headers["Location"]
    answer = office.post(columns, data={"column-0": "name", "column-1": "name"})
    assert answer.status_code == 422
    assert "ほかの列に割り当てられています" in answer.text
    assert office.post(columns, data={}).status_code == 422
    assert office.post(f"{columns.removesuffix('/columns')}/apply").headers["Location"] == columns


def test_templates_have_the_headings_that_are_understood(office: FlaskClient) -> None:
    for kind in ImportKind:
        book = openpyxl.load_workbook(io.BytesIO(office.get(f"/city/imports/templates/{kind.value}").data))
        first, second = book.worksheets
        header = [str(cell.value) for cell in next(first.iter_rows())]
        with office.application.test_request_context():
            known = {fold(word) for words in vocabulary(kind).headers.values() for word in words}
        assert {fold(words) for words in header} <= known
        assert second.max_row > 5


def test_no_heading_means_two_things(app: Flask) -> None:
    with app.test_request_context():
        for kind in ImportKind:
            words = vocabulary(kind)
            seen: dict[str, str] = {}
            for name, headings in words.headers.items():
                for word in headings:
                    assert seen.setdefault(fold(word), name) == name, word
            assert len({heading(kind, name) for name in KINDS[kind].columns}) == len(KINDS[kind].columns)


LINE_OF_TEXT = st.text(alphabet="あ亜aZ09'=+-@＝、,;\"\t 。()", min_size=1, max_size=12).map(reference.clean)
TEXT = st.text(alphabet="あ亜aZ09'=+-@＝、,;\"\n 。ｶ\\", max_size=30).map(reference.clean)
TARGETS = st.lists(st.sampled_from([target.code for target in reference.targets()]), unique=True, max_size=5)
REGIONS = st.lists(st.sampled_from([*reference.PREFECTURES, "172065", "011002"]), unique=True, max_size=4).map(sorted)


def of(enum: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([member.value for member in enum])


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(values, unique=True, max_size=4)


LINES = st.lists(LINE_OF_TEXT.filter(bool), unique=True, max_size=4)
#: how the values of each kind of column come about
SAID: dict[str, st.SearchStrategy[Any]] = {
    "text": TEXT,
    "number": st.integers(0, 99),
    "day": st.dates(date(2000, 1, 1), date(2099, 1, 1)),
    "part_of_day": st.sampled_from(["2025", "2025-04", "2025-04-01"]),
    "regions": REGIONS,
    "targets": TARGETS,
    "lines": LINES,
    "partner_kind": of(PartnerKind),
    "stage": of(OfferingStage),
    "challenge_kind": of(ChallengeKind),
    "pillar": of(Pillar),
    "budget_stage": of(BudgetStage),
    "requirement": of(Requirement),
    "collaboration_status": of(CollaborationStatus),
    "collaboration_result": of(CollaborationResult),
    "collaboration_kind": st.sampled_from(sorted(COLLABORATION_KINDS)),
    "industry": st.sampled_from(sorted(reference.INDUSTRIES)),
    "prefecture": st.sampled_from([*(names[0] for names in reference.PREFECTURES.values()), "海外"]),
}


@st.composite
def said(draw: st.DrawFn, kind: ImportKind) -> dict[str, Any]:
    """Anything that may be stored in the fields of a kind of list."""
    found: dict[str, Any] = {}
    for name, column in KINDS[kind].columns.items():
        if not name.startswith("offering") or name.startswith("offering1"):
            words = SAID[column.words] if column.words and column.sort != "regions" else SAID[column.sort.value]
            found[name] = draw(some(words) if column.sort == "choices" else words)
    return found


@pytest.mark.parametrize("form", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", list(ImportKind))
def test_whatever_is_saved_reads_as_the_same(app: Flask, kind: ImportKind, form: str) -> None:
    from matcher.services.attachments import Upload
    from matcher.services.importing import guess
    from matcher.services.importing.reading import read

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(said(kind), min_size=1, max_size=3))
    def holds(rows: list[dict[str, Any]]) -> None:
        with app.test_request_context(f"/?as={form}", headers={"Accept-Language": "ja"}):
            data = exports.answer(kind, "一覧", rows).data
            table = read(Upload(f"a.{form}", data))
            mapping = guess(table.header, {}, vocabulary(kind))
            columns = KINDS[kind].columns
            lines = [
                understand(n, cells, mapping, columns, vocabulary(kind), check=lambda _: {}) for n, cells in table.lines
            ]
        for row, line in zip(rows, lines, strict=True):
            assert line.errors == []
            assert {name: _set(name, kind, value) for name, value in line.given.items()} == {
                name: _set(name, kind, value) for name, value in row.items() if value not in ("", [])
            }

    holds()


def _set(name: str, kind: ImportKind, value: Any) -> Any:
    """Targets are saved in the order of the Agenda, days as text."""
    if isinstance(value, date):
        return value.isoformat()
    return sorted(value) if KINDS[kind].columns[name].sort == "targets" else value


def test_offerings_come_back_as_they_were(office: FlaskClient, store: Session) -> None:
    """A partner that is gone comes back from the office's own list with everything it offered."""
    partner = store.exec(select(Partner)).one()
    store.add(Offering(partner_id=partner.pk, position=1, title="二つ目", stage=OfferingStage.CONCEPT))
    partner.name_key = "別の団体"
    store.commit()
    saved = office.get("/city/partners?as=csv").data.decode("utf-8-sig").replace(f"\n{partner.pk},", "\n,", 1)
    read_in(office, "partners", "a.csv", saved.encode())
    store.expire_all()
    rows = store.exec(select(Offering).order_by(col(Offering.id))).all()
    assert [(row.title, row.stage) for row in rows[:2]] == [(row.title, row.stage) for row in rows[2:]]


def test_a_challenge_comes_back_as_a_draft(office: FlaskClient, store: Session) -> None:
    old = store.exec(select(Challenge)).one()
    saved = office.get("/city/challenges?as=csv").data.decode("utf-8-sig").replace(f"\n{old.pk},", "\n,", 1)
    old.title = "改めた件名"
    store.commit()
    read_in(office, "challenges", "a.csv", saved.encode())
    store.expire_all()
    first, second = store.exec(select(Challenge).order_by(col(Challenge.id))).all()
    assert (second.status, second.problem, second.contact_email) == ("draft", first.problem, first.contact_email)
