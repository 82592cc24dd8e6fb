"""The office's proposals as an Excel file."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _

from matcher.services.challenge_data import today
from matcher.services.proposals import receipt
from models.queries.proposals import ProposalRow
from web.labels import label
from web.sheets import xlsx


def proposals_sheet(rows: Iterable[ProposalRow], on: date) -> Response:
    """One proposal per line; the reader sees in it what the list shows."""
    header = (
        *(_("Receipt number"), _("Title"), _("Kind"), _("Status"), _("Proposed by"), _("Received on")),
        *(_("Held by"), _("Days with the holder"), _("An answer is overdue"), _("Reason"), _("Explanation")),
    )
    return xlsx(_("Proposals"), header, (_line(item, on) for item in rows))


def _line(item: ProposalRow, on: date) -> tuple[Any, ...]:
    row = item.proposal
    holder = "、".join(item.holders) or (label(row.holder) if row.holder else "")
    days = (on - today(row.held_since)).days if row.holder else None
    names = "、".join(partner.name for partner in item.partners)
    return (
        *(receipt(row), row.title, label(row.kind), label(row.status), names, row.received_at),
        *(holder, days, _("yes") if item.overdue else _("no"), label(row.reason) if row.reason else ""),
        row.reason_note,
    )
