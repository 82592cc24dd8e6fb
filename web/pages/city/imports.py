"""Lists that the office reads in from Excel: upload, what the columns mean, trial, writing, and taking back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import RadioField

from matcher import policy
from matcher.errors import Invalid, NotFound
from matcher.lifecycles import IMPORT
from matcher.services import attachments, flow, importing
from models import ImportBatch, ImportRow
from models.enums import EntityType, ImportKind, ImportOutcome, ImportStatus
from models.queries import importing as queries
from models.queries.importing import BatchRow
from web import labels, uploads
from web.auth import Access, access, actor, municipality_id, now
from web.db import db
from web.forms import FIELD_ERRORS, BaseForm
from web.htmx import page, see_other
from web.import_words import heading, vocabulary
from web.pages.city import import_sheets
from web.pages.city.forms import CHOSEN
from web.pages.city.room import bp

PER_PAGE, SAMPLES = 50, 3
FILE_ERRORS = {
    "file_table": _l("Please use an Excel file (.xlsx) or a CSV file."),
    "file_encoding": _l("The characters cannot be read. Please save the file as CSV UTF-8 or as an Excel file."),
    "file_rows": _l("This file has more than 5,000 lines. Please split it."),
    "file_columns": _l("This file has more than 200 columns. Please delete those that are not needed."),
    "file_header": _l("Please write the headings into the first line and the data below it."),
}
COLUMN_ERRORS = {
    "unknown": FIELD_ERRORS["unknown"],
    "column_twice": _l("Another column fills this already."),
    "no_columns": _l("Please say of at least one column what it holds."),
}
DONE = {
    "apply": _l("The list has been read in."),
    "drop": _l("The list has been put away. Nothing was changed."),
    "undo": _l("The import has been taken back."),
}


class ImportForm(BaseForm):
    """A file and what it lists."""

    kind = RadioField(
        _l("What the file lists"), [CHOSEN], choices=labels.choices(ImportKind), default=ImportKind.PARTNERS.value
    )
    file = FileField(_l("Excel or CSV file"), [FileRequired(FIELD_ERRORS["required"])])


@dataclass(frozen=True)
class Sheet:
    """One page of lines, as `ui.pagination` draws it."""

    total: int
    asked: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def number(self) -> int:
        return min(max(1, self.asked), self.pages)

    def url_for(self, number: int) -> str:
        return url_for("city.import_batch", **(request.view_args or {}), show=request.args.get("show"), page=number)


@bp.get("/city/imports")
@access(Access.CITY)
def imports() -> Response:
    """Every list that was read in or is being checked."""
    return page("city/imports.html", rows=queries.batches(db(), municipality_id()), kinds=ImportKind)


@bp.get("/city/imports/templates/<any(partners, challenges, collaborations):kind>")
@access(Access.CITY)
def import_template(kind: str) -> Response:
    """An empty list with the right headings."""
    return import_sheets.template(ImportKind(kind))


@bp.route("/city/imports/new", methods=["GET", "POST"])
@access(Access.COORDINATOR)
@uploads.takes_files
def import_new() -> Response:
    """Choose a file."""
    policy.require(actor(), "import.make", flow.of_municipality(municipality_id()))
    form = ImportForm.of_request(data={"kind": request.args.get("kind", ImportKind.PARTNERS.value)})
    if request.method == "GET":
        return page("city/import_new.html", form=form)
    sent = uploads.upload("file")
    if not form.validate() or sent is None:
        return page("city/import_new.html", status=422, form=form)
    try:
        batch = importing.begin(db(), actor(), municipality_id(), ImportKind(form.kind.data), sent, now=now())
    except Invalid as error:
        form.file.errors = [FILE_ERRORS.get(code) or FIELD_ERRORS.get(code, code) for code in error.fields.values()]
        return page("city/import_new.html", status=422, form=form)
    return see_other(url_for("city.import_columns", batch_id=batch.pk))


@bp.route("/city/imports/<int:batch_id>/columns", methods=["GET", "POST"])
@access(Access.COORDINATOR)
def import_columns(batch_id: int) -> Response:
    """Say what each column holds; the answer is remembered for the next file."""
    batch = _own(batch_id).batch
    if request.method == "GET":
        return _columns(batch, importing.suggested(db(), batch, vocabulary(batch.kind)))
    chosen = [request.form.get(f"column-{n}", "") for n in range(len(batch.header))]
    try:
        importing.assign_columns(db(), actor(), batch.pk, chosen, vocabulary(batch.kind), now=now())
    except Invalid as error:
        return _columns(batch, chosen, error.fields, 422)
    return see_other(url_for("city.import_batch", batch_id=batch.pk))


def _columns(
    batch: ImportBatch, chosen: Sequence[str], errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    samples = queries.lines(db(), batch.pk, limit=SAMPLES)
    return page(
        "city/import_columns.html",
        status=status,
        batch=batch,
        columns=[
            (words, name, [row.cells[n] for row in samples if row.cells[n]])
            for n, (words, name) in enumerate(zip(batch.header, chosen, strict=True))
        ],
        fields=_fields(batch.kind, chosen),
        errors={name: COLUMN_ERRORS[code] for name, code in (errors or {}).items()},
        before=queries.applied_before(db(), batch),
    )


def _fields(kind: ImportKind, chosen: Sequence[str]) -> list[tuple[str, str, bool]]:
    """What a column can fill: (name, words, needed); of offerings two more than the file has."""
    numbers = [int(name[8:].split("_")[0]) for name in chosen if name.startswith("offering")]
    most = max(numbers, default=0) + 2
    return [
        (name, heading(kind, name), column.required)
        for name, column in importing.KINDS[kind].columns.items()
        if not name.startswith("offering") or int(name[8:].split("_")[0]) <= most
    ]


@bp.get("/city/imports/<int:batch_id>")
@access(Access.CITY)
def import_batch(batch_id: int) -> Response:
    """What a list will do or did, line by line."""
    found = _own(batch_id)
    shown = [outcome for outcome in ImportOutcome if outcome.value == request.args.get("show")]
    number = request.args.get("page", "1")
    total = sum(found.counts.get(outcome, 0) for outcome in shown or ImportOutcome)
    sheet = Sheet(total, int(number) if number.isdecimal() and len(number) < 6 else 1)
    lines = queries.lines(db(), batch_id, shown, offset=(sheet.number - 1) * PER_PAGE, limit=PER_PAGE)
    return page(
        "city/import_batch.html",
        found=found,
        batch=found.batch,
        lines=[_shown(found.batch, row) for row in lines],
        tabs=_tabs(found, shown),
        sheet=sheet,
        steps=_steps(found.batch),
        refused=found.counts.get(ImportOutcome.REFUSED, 0),
        kept=found.counts.get(ImportOutcome.KEPT, 0),
        changing=sum(found.counts.get(outcome, 0) for outcome in (ImportOutcome.CREATED, ImportOutcome.UPDATED)),
    )


def _tabs(found: BatchRow, shown: Sequence[ImportOutcome]) -> list[tuple[Any, str, bool, int]]:
    address = url_for("city.import_batch", batch_id=found.batch.pk)
    tabs = [(_("All lines"), address, not shown, found.lines)]
    return tabs + [
        (labels.label(outcome), f"{address}?show={outcome.value}", outcome in shown, found.counts[outcome])
        for outcome in ImportOutcome
        if found.counts.get(outcome)
    ]


def _shown(batch: ImportBatch, row: ImportRow) -> dict[str, Any]:
    """A line as the table shows it."""
    name = row.given.get("name") or row.given.get("title") or next((cell for cell in row.cells if cell.strip()), "")
    gone = row.outcome in (ImportOutcome.UNDONE, ImportOutcome.REFUSED)
    return {
        "row": row,
        "name": name,
        "url": None if gone or row.entity_id is None else _address(batch.kind, row.entity_id),
        "reasons": import_sheets.reasons(batch.kind, row),
    }


def _address(kind: ImportKind, key: int) -> str:
    match importing.KINDS[kind].entity:
        case EntityType.PARTNER:
            return url_for("partners.detail", partner_id=key)
        case EntityType.CHALLENGE:
            return url_for("city.challenge", challenge_id=key)
        case _:
            return url_for("city.collaboration_result", collaboration_id=key)


def _steps(batch: ImportBatch) -> list[str]:
    """What the signed-in person may do with a list now."""
    allowed = IMPORT.actions(batch.status, actor().roles_at(flow.of_municipality(batch.municipality_id)))
    return [step for step in DONE if step in allowed and (step != "apply" or batch.mapping)]


@bp.route("/city/imports/<int:batch_id>/<any(apply, drop, undo):step>", methods=["GET", "POST"])
@access(Access.CITY)
def import_step(batch_id: int, step: str) -> Response:
    """Take one step. A GET asks whether an import shall really be taken back, or shows the list again."""
    found = _own(batch_id)
    if request.method == "GET":
        asked = step == "undo" and found.batch.status is ImportStatus.APPLIED
        address = url_for("city.import_batch", batch_id=batch_id)
        return page("city/import_undo.html", found=found, batch=found.batch) if asked else see_other(address)
    try:
        getattr(importing, step)(db(), actor(), batch_id, now=now())
    except Invalid:
        return see_other(url_for("city.import_columns", batch_id=batch_id))
    flash(DONE[step], "success")
    return see_other(url_for("city.import_batch", batch_id=batch_id))


@bp.get("/city/imports/<int:batch_id>/refused")
@access(Access.CITY)
def import_refused(batch_id: int) -> Response:
    """The lines that were not let in, with the reasons: to be corrected and read in again."""
    batch = _own(batch_id).batch
    return import_sheets.refused(batch, importing.handed_back(db(), batch))


@bp.get("/city/imports/<int:batch_id>/file")
@access(Access.CITY)
def import_file(batch_id: int) -> Response:
    """The file as it came."""
    batch = _own(batch_id).batch
    found = queries.file_of(db(), batch.pk)
    if found is None:
        raise NotFound()
    return uploads.download(*attachments.content(db(), found.pk, batch))


def _own(batch_id: int) -> BatchRow:
    """A list of this municipality.

    Raises NotFound for any other.
    """
    found = queries.batch(db(), municipality_id(), batch_id)
    if found is None:
        raise NotFound()
    return found
