"""Lists as files: what Excel and other programs read, and text that never turns into a formula."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO

import openpyxl
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from models.reference import neutral, plain
from web import sheets

ROWS = [["=1+1", "＝2", 3, 4.5, True, None, date(2026, 4, 1), datetime(2026, 3, 31, 16, tzinfo=UTC), "一\n二"]]
HEADER = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]


def test_csv_is_what_excel_reads(app: Flask) -> None:
    with app.test_request_context("/?as=csv"):
        answer = sheets.answer("一覧", HEADER, ROWS)
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].endswith(".csv")
    assert answer.data.startswith(b"\xef\xbb\xbf")
    assert answer.data.endswith(b"\r\n")
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"), newline="")))
    said = ["'=1+1", "'＝2", "3", "4.5", "True", "", "2026-04-01", "2026-04-01", "一\n二"]
    assert rows == [HEADER, said]


def test_excel_says_the_same(app: Flask) -> None:
    with app.test_request_context("/?as=xlsx"):
        answer = sheets.answer("一覧", HEADER, ROWS)
    rows = list(openpyxl.load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))
    day = datetime(2026, 4, 1)  # noqa: DTZ001
    assert rows == [tuple(HEADER), ("'=1+1", "'＝2", 3, 4.5, "True", None, day, day, "一\n二")]


@pytest.mark.parametrize(("asked", "file"), [("xlsx", True), ("csv", True), ("pdf", False), ("", False)])
def test_the_address_asks_for_a_file(app: Flask, asked: str, file: bool) -> None:
    with app.test_request_context(f"/?as={asked}"):
        assert sheets.wanted() is file


@given(st.text(alphabet="'=+-@＝＋－＠ab\t"))
def test_what_was_neutralised_reads_as_it_was(text: str) -> None:
    cell = neutral(text)
    assert plain(cell) == text
    assert not cell.startswith(tuple("=+-@＝＋－＠\t"))
