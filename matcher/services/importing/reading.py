"""Files that offices keep: Excel and CSV as lines of text, read with a suspicious eye."""

import csv
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any

import openpyxl

from matcher.errors import Invalid
from matcher.services.attachments import Upload, check

#: 5,000 lines are written in some six seconds, during which nobody else can write to SQLite (which waits ten)
MOST_ROWS, MOST_COLUMNS, LONGEST_CELL = 5_000, 200, 32_767
#: an Excel file is a packed one: how much may come out of it, and in how many parts
LARGEST_UNPACKED, MOST_PARTS, AT_ONCE = 150 * 1024 * 1024, 2_000, 1024 * 1024
ENCODINGS = ("utf-8-sig", "cp932")
FORMULA = "="


@dataclass(frozen=True)
class Table:
    """The first line of a file, and the others with their numbers as Excel counts them."""

    header: list[str]
    lines: list[tuple[int, list[str]]]


def read(upload: Upload) -> Table:
    """What a file says, as text; a formula stays the text that it is and is never worked out.

    Raises Invalid({"file": …}) with a code of `attachments.check`, or `file_table`, `file_encoding`, `file_rows`,
    `file_columns` or `file_header`.
    """
    name, _ = check(upload)
    if name.lower().endswith(".xlsx"):
        return _table(_excel(upload.data))
    if name.lower().endswith(".csv"):
        return _table(_csv(upload.data))
    raise Invalid({"file": "file_table"})


def _table(rows: Iterable[list[str]]) -> Table:
    header: list[str] | None = None
    lines: list[tuple[int, list[str]]] = []
    for number, row in enumerate(rows, 1):
        cells = _trimmed(row)
        if header is None:
            header = cells
            continue
        if not cells:
            continue
        if len(lines) == MOST_ROWS:
            raise Invalid({"file": "file_rows"})
        lines.append((number, cells))
    if not header or not lines:
        raise Invalid({"file": "file_header"})
    width = max(len(header), *(len(cells) for _, cells in lines))
    return Table(_filled(header, width), [(number, _filled(cells, width)) for number, cells in lines])


def _trimmed(row: Sequence[str]) -> list[str]:
    """A row without the empty cells at its end."""
    width = max((n for n, cell in enumerate(row, 1) if cell.strip()), default=0)
    if width > MOST_COLUMNS:
        raise Invalid({"file": "file_columns"})
    return [cell[:LONGEST_CELL] for cell in row[:width]]


def _filled(cells: list[str], width: int) -> list[str]:
    return cells + [""] * (width - len(cells))


def _csv(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    first = text.split("\n", 1)[0]
    delimiter = "\t" if "\t" in first and "," not in first else ","
    try:
        yield from csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise Invalid({"file": "file_broken"}) from None


def _decoded(data: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Invalid({"file": "file_encoding"})


def _excel(data: bytes) -> Iterator[list[str]]:
    """The rows of the first sheet."""
    _refuse_traps(data)
    try:
        book = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # what a file says of its own size may be anything
        for row in sheet.iter_rows():
            yield [_said(cell) for cell in row]
    except Invalid:
        raise
    except Exception as error:  # a damaged file fails in as many ways as there are parts in it
        raise Invalid({"file": "file_broken"}) from error


def _refuse_traps(data: bytes) -> None:
    """Refuse a file that unpacks to more than it should, or that defines XML entities."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            parts = packed.infolist()
            if len(parts) > MOST_PARTS or sum(_checked(packed, part) for part in parts) > LARGEST_UNPACKED:
                raise Invalid({"file": "file_broken"})
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError, ValueError):
        raise Invalid({"file": "file_broken"}) from None


def _checked(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """How much a part unpacks to, counted; what its entry says of it is not believed."""
    size, last = 0, b""
    with packed.open(part) as stream:
        while piece := stream.read(AT_ONCE):
            size += len(piece)
            if size > LARGEST_UNPACKED or b"<!DOCTYPE" in last + piece or b"<!ENTITY" in last + piece:
                raise Invalid({"file": "file_broken"})
            last = piece[-16:]
    return size


def _said(cell: Any) -> str:
    """A cell as text: days as ISO dates, whole numbers without a point; text that looks like a formula is marked."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return "'" + text if text.startswith(FORMULA) and cell.data_type != "f" else text
