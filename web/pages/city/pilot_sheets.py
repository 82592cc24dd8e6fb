"""What an office takes along into Excel of its collaborations."""

from collections.abc import Iterable
from typing import Any

from flask import Response
from flask_babel import gettext as _

from models.queries.pilots import Run
from web.collaboration_words import KINDS
from web.labels import label
from web.sheets import xlsx


def collaborations(rows: Iterable[Run]) -> Response:
    """The office's list, one collaboration per line."""
    header = (
        *(_("Number"), _("Title"), _("Kind"), _("Status"), _("Department in charge"), _("Partners"), _("Challenge")),
        *(_("From"), _("Until"), _("Field of the pilot"), _("The municipality pays (yen)")),
        *(_("The partner pays (yen)"), _("Kind of agreement"), _("Agreement signed on"), _("Topic of the agreement")),
        *(_("Result"), _("What came of it"), _("What was learned"), _("Shown on the portal"), _("Last change")),
    )
    return xlsx(_("Our collaborations"), header, map(_line, rows))


def _line(item: Run) -> tuple[Any, ...]:
    c, plan = item.collaboration, item.plan
    kind = str(KINDS.get(c.kind, c.kind))
    return (
        *(c.pk, c.title, kind, label(c.status), item.department, "、".join(item.partners), item.challenge),
        *(c.period_from, c.period_until, c.place, plan.cost_city if plan else None),
        *(plan.cost_partner if plan else None, label(c.agreement_kind) if c.agreement_kind else ""),
        *(c.agreement_date, c.agreement_topic, label(c.result) if c.result else "", c.outcome, c.learned),
        *(_("yes") if c.published else _("no"), c.updated_at),
    )
