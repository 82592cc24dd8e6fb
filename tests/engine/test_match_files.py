"""``match files`` and ``match evaluate`` from end to end, with an encoder that compares characters."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from matcher.engine.lexical import term_hash
from matcher.engine.tokens import bigrams
from web.cli import match_read, match_records, match_work, match_write
from web.cli.match import commands

PARTNERS = [
    {"id": "p1", "name": "株式会社みまもり", "profile": "高齢者を見守るセンサーを販売します。全国で使われています。"},
    {"id": "p2", "name": "のりあい", "profile": "予約制の乗合バスを運行します。", "region": "平塚市"},
    {"id": 3, "name": "NPO", "profile": "", "offerings": ["食品ロスを減らすアプリ", {"title": "子ども食堂の運営"}]},
]
CHALLENGES = [
    {"id": "c1", "title": "独居高齢者を見守りたい", "description": "異変に気付けない。", "sdgs": [3, 11]},
    {"id": "c2", "title": "路線バスの維持が難しい", "description": "", "municipality": "平塚市"},
]


class CharacterEncoder:
    """Texts with common character pairs come near each other."""

    model_id, dimension = "characters", 64

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([self._vector(text) for text in texts])

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self.encode_queries(texts)

    def _vector(self, text: str) -> NDArray[np.float32]:
        rows = [np.random.default_rng(term_hash(gram)).normal(size=self.dimension) for gram in bigrams(text) or [""]]
        total = np.sum(rows, axis=0)
        return (total / np.linalg.norm(total)).astype(np.float32)


@pytest.fixture(autouse=True)
def _encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(match_work, "open_encoder", lambda say, **_: CharacterEncoder())


def jsonl(path: Path, rows: Sequence[object]) -> Path:
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("".join(line + "\n" for line in lines))
    return path


def run(folder: Path, partners: Path, challenges: Path, *more: str) -> Result:
    return CliRunner().invoke(commands, ["files", "--partners", str(partners), "--challenges", str(challenges), *more])


@pytest.fixture
def challenges(tmp_path: Path) -> Path:
    return jsonl(tmp_path / "challenges.jsonl", CHALLENGES)


def test_one_line_a_challenge_with_evidence(tmp_path: Path, challenges: Path) -> None:
    result = run(tmp_path, jsonl(tmp_path / "partners.jsonl", PARTNERS), challenges)
    assert result.exit_code == 0, result.output
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["challenge"] for line in lines] == ["c1", "c2"]
    assert lines[0]["partners"][0]["id"] == "p1"
    assert lines[1]["partners"][0]["id"] == "p2"
    assert [partner["rank"] for partner in lines[0]["partners"]] == [1, 2, 3]
    pair = lines[0]["partners"][0]["evidence"][0]
    assert pair["challenge"]["text"] in "独居高齢者を見守りたい"
    assert PARTNERS[0]["profile"][pair["partner"]["start"] : pair["partner"]["end"]] == pair["partner"]["text"]
    assert "2 challenges matched with 3 partners" in result.stderr


def test_a_bad_row_is_named_and_the_good_ones_are_kept(tmp_path: Path, challenges: Path) -> None:
    rows = [
        PARTNERS[0],
        '{"id": "broken", ',
        '["no object"]',
        {"name": "no id", "profile": "x"},
        {"id": "p1", "name": "again", "profile": "同じ番号"},
        {"id": "empty", "name": "nothing said", "profile": " "},
        {"id": "odd", "name": "odd", "profile": {"a": 1}},
        {"id": "nul", "name": "control", "profile": "バス\x00を\ud800運行"},
        PARTNERS[1],
        {"id": "long", "name": "long", "profile": "農業を支えます。" * 2_000},
    ]
    partners = jsonl(tmp_path / "partners.jsonl", rows)
    partners.write_bytes(partners.read_bytes() + b'{"id": "latin", "profile": "\xff"}\n')
    result = run(tmp_path, partners, challenges)
    assert result.exit_code == 0
    assert "2 challenges matched with 4 partners" in result.stderr
    assert "rows skipped: 7." in result.stderr
    for number, reason in {
        2: "not valid JSON",
        3: "not a JSON object",
        4: "has no id",
        5: "used in an earlier row",
        6: "neither a profile nor offerings",
        7: "profile must be a text",
        11: "not valid UTF-8",
    }.items():
        assert f"skipped: partners.jsonl, row {number}: " in result.stderr
        assert reason in result.stderr
    assert "note: partners.jsonl, row 10: profile has 16,000 characters" in result.stderr
    assert len(json.loads(result.stdout.splitlines()[0])["partners"]) == 4


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_spreadsheets_as_offices_write_them(tmp_path: Path, challenges: Path, encoding: str) -> None:
    text = (
        'ID,名称,Profile\r\np1,みまもり,高齢者を見守るセンサー\r\n,,\r\np2,バス,"乗合バス、\n予約制"\r\np3,多い,x,y\r\n'
    )
    partners = tmp_path / "partners.csv"
    partners.write_bytes(text.encode(encoding))
    result = run(tmp_path, partners, challenges)
    assert result.exit_code == 0, result.output
    assert "matched with 2 partners" in result.stderr
    assert "row 6: has 4 cells, the header has 3" in result.stderr


def test_one_unreadable_byte_does_not_turn_the_file_into_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "partners.csv"
    good = "id,name,profile\np1,みまもり,高齢者を見守る\n".encode()
    path.write_bytes(good + b"p2,\xe3\x81,broken\n" + "p3,バス,乗合バス\n".encode())
    table = match_read.read_table(path, ("id", "name", "profile"))
    assert [row.values["name"] for row in table.rows] == ["みまもり", "バス"]
    assert "row 3" in table.problems[0]


def test_an_open_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    path = tmp_path / "partners.csv"
    path.write_text('id,name,profile\np1,a,見守る\np2,"b,バス\np3,c,農業\n')
    table = match_read.read_table(path, ("id", "name", "profile"))
    assert [row.values["id"] for row in table.rows] == ["p1", "p3"]
    assert len(table.problems) == 1


def test_excel_in_and_out(tmp_path: Path, challenges: Path) -> None:
    book = openpyxl.Workbook()
    for row in (
        ["id", "name", "profile", "region"],
        [1, "=cmd()", "高齢者を見守るセンサー", "加賀市"],
        [2.0, "b", "バス", None],
    ):
        book.active.append([f"'{cell}" if cell == "=cmd()" else cell for cell in row])
    book.save(tmp_path / "partners.xlsx")
    out = tmp_path / "out.xlsx"
    result = run(tmp_path, tmp_path / "partners.xlsx", challenges, "--out", str(out), "--top", "1")
    assert result.exit_code == 0, result.output
    header, *rows = openpyxl.load_workbook(out).active.iter_rows(values_only=True)
    assert header == match_write.COLUMNS
    assert [(row[0], row[2], row[3]) for row in rows] == [("c1", 1, "1"), ("c2", 1, "2")]
    assert isinstance(rows[0][5], float)
    assert not list(tmp_path.glob(".out*"))


@pytest.mark.parametrize("name", ["=1+1", "+81", "-x", "@SUM(A1)", "＝１", "\t=1"])
def test_no_cell_becomes_a_formula(tmp_path: Path, challenges: Path, name: str) -> None:
    partners = jsonl(tmp_path / "partners.jsonl", [{"id": name, "name": name, "profile": name + "高齢者を見守る"}])
    out = tmp_path / "out.csv"
    assert run(tmp_path, partners, challenges, "--out", str(out)).exit_code == 0
    for row in csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))):
        for column in ("partner", "partner_name", "partner_says_1"):
            assert not row[column].startswith(tuple("=+-@＝＋－＠\t"))
        assert row["partner"].removeprefix("'") == name.strip()


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1), max_size=6))
def test_what_is_written_as_csv_is_read_again(tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> None:
    path = tmp_path_factory.mktemp("csv") / "rows.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([("id", "profile"), *enumerate(cells)])
    table = match_read.read_table(path, ("id", "profile"))
    assert [(row.values["id"], row.values["profile"]) for row in table.rows] == [
        (str(number), cell) for number, cell in enumerate(cells)
    ]
    assert not table.problems


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("partners.pdf", b"x", "unknown kind of file"),
        ("partners.xlsx", b"not a zip", "is not an Excel workbook"),
        ("partners.csv", b"id,name\n1,2\n", "missing: profile"),
        ("partners.csv", b"id,id,name,profile\n", "named twice: id"),
        ("partners.csv", b"id,name,profile\n", "no usable row"),
        ("partners.jsonl", b"", "no usable row"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    tmp_path: Path, challenges: Path, name: str, content: bytes, message: str
) -> None:
    partners = tmp_path / name
    partners.write_bytes(content)
    result = run(tmp_path, partners, challenges)
    assert result.exit_code == 1
    assert message in result.stderr
    assert not result.stdout


def test_where_to_write_is_checked_before_any_work(tmp_path: Path, challenges: Path) -> None:
    partners = jsonl(tmp_path / "partners.jsonl", PARTNERS)
    for out, message in (("out.pdf", "unknown kind"), ("no/out.csv", "folder"), ("partners.jsonl", "one of the files")):
        result = run(tmp_path, partners, challenges, "--out", str(tmp_path / out))
        assert result.exit_code == 1
        assert message in result.stderr
    assert len(partners.read_text().splitlines()) == 3


def test_goals_are_read_however_they_are_written(tmp_path: Path) -> None:
    for number, value in enumerate(([3, "11"], "3;11", "SDGs 3、11.2", "目標３，目標11")):
        rows = [match_read.Row(1, {"id": "c", "title": "t", "sdgs": value})]
        record = match_records.challenges(match_read.Table(tmp_path, rows))[0]
        assert record.document.profile.goals == {3, 11}, number
