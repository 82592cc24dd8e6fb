"""Applications to schemes as an Excel file."""

from collections.abc import Iterable
from typing import Any

from flask import Response
from flask_babel import gettext as _

from models.queries.applications import Held
from web.labels import label
from web.pages.city.sheets import wanted
from web.sheets import MOST_ROWS, xlsx

__all__ = ["MOST_ROWS", "applications", "wanted"]


def applications(rows: Iterable[Held]) -> Response:
    """The list as it is filtered, one application per line."""
    header = (
        *(_("Scheme"), _("Tier"), _("Partner"), _("Kind of organisation"), _("Corporate number"), _("City")),
        *(_("Kind of application"), _("Status"), _("Since"), _("Handed in on"), _("Decided on")),
        *(_("Certificate number"), _("Valid from"), _("Valid until"), _("Score of the self-assessment"), _("Reasons")),
    )
    return xlsx(_("Applications to schemes"), header, map(_line, rows))


def _line(held: Held) -> tuple[Any, ...]:
    row, partner = held.application, held.partner
    total = row.score.get("total", {}).get("share") if row.score.get("shares") else None
    return (
        *(held.scheme.name, held.tier.name, partner.name, label(partner.kind), partner.corporate_number or ""),
        *(row.locality, label(row.kind), label(row.status), row.status_since, row.submitted_at, row.decided_at),
        *(row.number or "", row.valid_from, row.valid_until, total, row.reason),
    )
