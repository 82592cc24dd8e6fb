"""The register of issued documents, and the year of a scheme, as Excel files."""

from collections.abc import Iterable, Iterator
from typing import Any

from flask import Response
from flask_babel import gettext as _

from matcher.services.scheme_report import Counts, SchemeReport
from models.queries.papers import RegisterRow
from web.labels import goal_name, label
from web.papers.schemes import fiscal_name
from web.sheets import xlsx


def register(rows: Iterable[RegisterRow]) -> Response:
    """The register, one document per line."""
    header = (
        *(_("Document number"), _("Issued on"), _("Kind of document"), _("Form number"), _("Addressee"), _("Title")),
        *(_("Person who issued it"), _("Language"), _("Check value (SHA-256)")),
    )
    return xlsx(_("Documents issued"), header, map(_paper, rows))


def _paper(item: RegisterRow) -> tuple[Any, ...]:
    row = item.paper
    return (
        *(row.reference, row.issued_on, label(row.kind), row.form, row.addressee, row.title),
        *(item.issued_by, row.language, row.digest),
    )


def report(found: SchemeReport) -> Response:
    """The year of a scheme, one count per line."""
    header = (
        *(_("Fiscal year"), _("Counted by"), _("Value"), _("Applications received"), _("Were granted")),
        *(_("of which renewed"), _("Were refused"), _("Ran out"), _("In force")),
    )
    name = _("Report on %(scheme)s, %(year)s", scheme=found.scheme.name, year=fiscal_name(found.year))
    return xlsx(name, header, _lines(found))


def _lines(found: SchemeReport) -> Iterator[tuple[Any, ...]]:
    yield (found.year, _("In all"), "", *_figures(found.total))
    for name, counts in found.tiers:
        yield (found.year, _("Tier"), name, *_figures(counts))
    for kind, counts in found.kinds:
        yield (found.year, _("Kind of organisation"), label(kind), *_figures(counts))
    for goal, number in found.goals:
        yield (found.year, _("SDG goal"), f"{goal} {goal_name(goal)}", *(None,) * 5, number)


def _figures(counts: Counts) -> tuple[int, ...]:
    return counts.received, counts.granted, counts.renewed, counts.refused, counts.expired, counts.in_force
