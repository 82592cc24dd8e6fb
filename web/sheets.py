"""Lists as files that Excel and other programs can read: header in row 1, one record per line, no merged cells.

A list page offers both kinds with ``ui.save_list(listing)``; its view says
``if sheets.wanted(): return sheets.answer(name, header, rows)``.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from io import BytesIO, StringIO
from itertools import islice
from typing import Any
from urllib.parse import quote

import xlsxwriter
from flask import Response, request
from flask_babel import get_timezone

from models.reference import neutral

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
MOST_ROWS, LONGEST_CELL, WIDEST = 20_000, 32_000, 60


def wanted() -> bool:
    """Whether the address asks for the list as a file."""
    return request.args.get("as") in ("xlsx", "csv")


def answer(name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Response:
    """The list as the kind of file that the address asks for."""
    return (comma_separated if request.args.get("as") == "csv" else xlsx)(name, header, rows)


def comma_separated(name: str, header: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Response:
    """A CSV file called `name`, with the mark and the line ends that Excel needs to read Japanese."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([str(words) for words in header])
    writer.writerows([_said(value) for value in row] for row in islice(rows, MOST_ROWS))
    return saved(f"{name}.csv", out.getvalue().encode("utf-8-sig"), CSV)


def _said(value: Any) -> Any:
    value = _plain(value)
    if isinstance(value, date):
        return value.isoformat()
    return neutral(value)[:LONGEST_CELL] if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    """A moment as its date in Japan, text as text, numbers as numbers; nothing as an empty cell."""
    if isinstance(value, datetime):
        return value.astimezone(get_timezone()).date()
    if value is None or isinstance(value, date | str):
        return "" if value is None else value
    return value if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def saved(name: str, data: bytes, media_type: str) -> Response:
    """The answer that saves `data` as a file called `name`."""
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return Response(data, 200, headers, mimetype=media_type)


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
    return saved(f"{name}.xlsx", out.getvalue(), XLSX)


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    value = _plain(value)
    if value == "":
        return
    if isinstance(value, date):
        sheet.write_datetime(row, column, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
    elif isinstance(value, str):
        sheet.write_string(row, column, neutral(value)[:LONGEST_CELL])
    else:
        sheet.write_number(row, column, value)
