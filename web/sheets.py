"""Lists as Excel files that other programs can read too: header in row 1, one record per line, no merged cells."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response
from flask_babel import get_timezone

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS, LONGEST_CELL, WIDEST = 20_000, 32_000, 60
#: a spreadsheet takes a cell that begins so for a formula
_FORMULA = tuple("=+-@＝＋－＠\t\r")


def neutral(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


def xlsx(name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Response:
    """An Excel file called `name`; dates stay dates, in the time of Japan."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for column, words in enumerate(header):
        sheet.write_string(0, column, str(words), bold)
    last = 0
    for last, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            _write(sheet, last, column, value, day)
        if last == MOST_ROWS:
            break
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last, len(header) - 1)
    sheet.autofit(max_width=WIDEST * 7)
    book.close()
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.xlsx", "Cache-Control": "no-store"}
    return Response(out.getvalue(), 200, headers, mimetype=XLSX)


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, datetime):
        value = value.astimezone(get_timezone()).date()
    if value is None or value == "":
        return
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    elif isinstance(value, bool | str):
        sheet.write_string(row, column, neutral(str(value))[:LONGEST_CELL])
    else:
        sheet.write_number(row, column, value)
