"""Files around a list that is read in: an empty one to fill in, and the lines that were not let in."""

from collections.abc import Iterable, Sequence
from io import BytesIO

import xlsxwriter
from flask import Response
from flask_babel import gettext as _

from matcher.services.importing import KINDS, Column
from models import ImportBatch, ImportRow
from models.enums import ImportKind
from models.reference import plain
from web import sheets
from web.exports import columns_of
from web.import_words import NOTES, heading, options, reason
from web.labels import label


def reasons(kind: ImportKind, row: ImportRow) -> list[str]:
    """Why a line is not let in, or changes less than it says."""
    said = [f"{heading(kind, name)}: {reason(code)}" for name, code in row.errors]
    return said + ([str(NOTES[row.note])] if row.note in NOTES else [])


def refused(batch: ImportBatch, rows: Iterable[ImportRow]) -> Response:
    """The lines as they came, with the reasons in a last column that is not read in."""
    width = len(batch.header)
    lines = ([*map(plain, row.cells[:width]), "\n".join(reasons(batch.kind, row))] for row in rows)
    return sheets.xlsx(_("Lines to be corrected"), [*batch.header, _("Why it was not let in")], lines)


def template(kind: ImportKind) -> Response:
    """An empty list with headings, and the words that can be chosen on a second sheet."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    columns = columns_of(kind, [])
    first = book.add_worksheet(label(kind))
    for place, column in enumerate(columns):
        first.write_string(0, place, heading(kind, column.name), bold)
        first.set_column(place, place, 22, text)  # as text: 8.10 stays 8.10, and 01 stays 01
    first.freeze_panes(1, 0)
    second = book.add_worksheet(_("What can be chosen"))
    for place, (title, words) in enumerate(_choices(kind, columns)):
        second.set_column(place, place, 26)
        for line, word in enumerate((title, *words)):
            second.write_string(line, place, word, bold if line == 0 else None)
    book.close()
    name = _("Template: %(kind)s", kind=label(kind))
    return sheets.saved(f"{name}.xlsx", out.getvalue(), sheets.XLSX)


def _choices(kind: ImportKind, columns: Sequence[Column]) -> list[tuple[str, list[str]]]:
    needed = [heading(kind, name) for name, column in KINDS[kind].columns.items() if column.required]
    chosen = [(heading(kind, c.name), list(options(c.words).values())) for c in columns if c.words]
    return [(_("Needed for something new"), needed), *chosen]
