"""Reads the rows of a JSONL, CSV or Excel file for ``match``; a bad row is reported and the others are kept."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import click

MAX_ROWS = 100_000
MAX_BYTES = 200_000_000
MAX_UNPACKED = 1_000_000_000  # of an Excel file: what a zip bomb would exceed
MAX_CELL = 1_000_000
MAX_BROKEN = 100  # CSV rows; each makes the rest of the file be read again

_UNREADABLE = re.compile("[\udc80-\udcff]")  # what decoding leaves of a byte that fits no encoding

#: other headings under which a column is known
ALIASES = {
    "番号": "id",
    "名称": "name",
    "団体名": "name",
    "企業名": "name",
    "紹介": "profile",
    "事業内容": "profile",
    "提供できること": "offerings",
    "シーズ": "offerings",
    "種別": "kind",
    "所在地": "region",
    "業種": "industry",
    "課題名": "title",
    "件名": "title",
    "内容": "description",
    "課題の内容": "description",
    "自治体": "municipality",
}


class BadRow(Exception):
    """This row cannot be used; the message says why."""


@dataclass(frozen=True)
class Row:
    """A record with the line or row number that a person sees in the file."""

    number: int
    values: dict[str, Any]


@dataclass
class Table:
    """The good rows of a file, and a sentence on each bad one."""

    path: Path
    rows: list[Row] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def refuse(self, number: int, reason: str) -> None:
        """The row takes no part."""
        self.problems.append(f"{self.path.name}, row {number}: {reason}")

    def remark(self, number: int, note: str) -> None:
        """The row takes part, but not as it stands."""
        self.remarks.append(f"{self.path.name}, row {number}: {note}")


def read_table(path: Path, required: Iterable[str] = ()) -> Table:
    """Every readable row, keys in lower case; for CSV and Excel the header must name the `required` columns.

    Raises click.ClickException when nothing of the file can be read.
    """
    if path.stat().st_size > MAX_BYTES:
        raise click.ClickException(f"{path}: over {MAX_BYTES // 1_000_000} MB")
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise click.ClickException(f"{path}: unknown kind of file; use {', '.join(sorted(_READERS))}")
    table = Table(path)
    for number, found in reader(path, frozenset(required)):
        if len(table.rows) == MAX_ROWS:
            table.refuse(number, f"only the first {MAX_ROWS:,} rows are read")
            break
        if isinstance(found, BadRow):
            table.refuse(number, str(found))
        else:
            table.rows.append(Row(number, found))
    return table


Found = Iterator[tuple[int, dict[str, Any] | BadRow]]


def _json_lines(path: Path, required: frozenset[str]) -> Found:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            if line.strip(b" \t\r\n\xef\xbb\xbf"):
                yield number, _json_object(line)


def _json_object(line: bytes) -> dict[str, Any] | BadRow:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadRow("is not valid UTF-8")
    except (ValueError, RecursionError) as error:
        return BadRow(f"is not valid JSON ({error})")
    if not isinstance(value, dict):
        return BadRow('is not a JSON object like {"id": …}')
    return {_heading(key): content for key, content in value.items()}


def _csv(path: Path, required: frozenset[str]) -> Found:
    lines = list(io.StringIO(_decoded(path), newline=""))
    separator = "\t" if path.suffix.lower() == ".tsv" else _separator(lines[0] if lines else "")
    yield from _records(_csv_rows(lines, separator), path, required)


def _csv_rows(lines: list[str], separator: str) -> Iterator[tuple[int, list[Any] | BadRow]]:
    """Records with the line each begins on. After a broken one (an open quotation mark) the next line is tried."""
    csv.field_size_limit(MAX_CELL)
    start = 0
    for _ in range(MAX_BROKEN):
        reader = csv.reader(islice(lines, start, None), delimiter=separator, strict=True)
        read = 0
        try:
            for cells in reader:
                yield start + read + 1, cells
                read = reader.line_num
            return
        except csv.Error as error:
            yield start + read + 1, BadRow(f"is not valid CSV ({error})")
            start += read + 1
    yield start + 1, BadRow("too many rows before this one are not valid CSV; the rest is not read")


def _separator(header: str) -> str:
    return max(",\t;", key=header.count)


def _decoded(path: Path) -> str:
    """UTF-8 (with or without a mark), UTF-16 with a mark, else CP932, as Excel in Japan writes it."""
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", "surrogateescape")
        unreadable = len(_UNREADABLE.findall(text))
        readable = sum(not character.isascii() for character in text) - unreadable
        return text if readable > unreadable else data.decode("cp932", "surrogateescape")


def _excel(path: Path, required: frozenset[str]) -> Found:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with ZipFile(path) as archive:
            if sum(part.file_size for part in archive.infolist()) > MAX_UNPACKED:
                raise click.ClickException(f"{path}: unpacks to over {MAX_UNPACKED // 1_000_000} MB")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise click.ClickException(f"{path}: is not an Excel workbook ({error})") from error
    sheet = book.worksheets[0]
    sheet.reset_dimensions()  # some programs write wrong ones
    yield from _records(enumerate((list(cells) for cells in sheet.iter_rows(values_only=True)), 1), path, required)


def _records(rows: Iterable[tuple[int, list[Any] | BadRow]], path: Path, required: frozenset[str]) -> Found:
    """Rows of cells as records, by the first row's headings."""
    header: list[str] | None = None
    for number, cells in rows:
        if isinstance(cells, BadRow):
            yield number, cells
        elif not any(str(cell).strip() for cell in cells if cell is not None):
            continue
        elif header is None:
            header = [_heading(cell) for cell in cells]
            _check_header(header, path, required)
        else:
            yield number, _record(header, cells)


def _check_header(header: list[str], path: Path, required: frozenset[str]) -> None:
    missing = sorted(required - set(header))
    if missing:
        raise click.ClickException(f"{path}: the first row must name the columns; missing: {', '.join(missing)}")
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise click.ClickException(f"{path}: columns named twice: {', '.join(twice)}")


def _record(header: list[str], cells: list[Any]) -> dict[str, Any] | BadRow:
    if any(cell not in (None, "") for cell in cells[len(header) :]):
        return BadRow(f"has {len(cells)} cells, the header has {len(header)}")
    texts = [_cell(cell) for cell in cells]
    if any(map(_UNREADABLE.search, texts)):
        return BadRow("holds characters that cannot be read (wrong encoding)")
    return {name: text for name, text in zip(header, texts, strict=False) if name}


def _heading(cell: Any) -> str:
    name = unicodedata.normalize("NFKC", "" if cell is None else str(cell)).strip().lower()
    return ALIASES.get(name, name)


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


_READERS = {
    ".jsonl": _json_lines,
    ".ndjson": _json_lines,
    ".csv": _csv,
    ".tsv": _csv,
    ".xlsx": _excel,
}
