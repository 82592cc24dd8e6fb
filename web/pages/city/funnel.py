"""How far our challenges come (進み具合): steps, departments, challenges, and what other municipalities report."""

from dataclasses import dataclass

from flask import Response, request
from flask_babel import LazyString, format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.services import funnel as service
from matcher.services import proposal_funnel
from matcher.services.funnel import Funnel, Lead
from web.auth import Access, access, actor, municipality_id
from web.db import db
from web.htmx import page
from web.pages.city import funnel_sheets, sheets
from web.pages.city.funnel_sheets import STEP_WORDS
from web.pages.city.room import bp


@dataclass(frozen=True)
class Reported:
    """What others report: how much came in, where that is said, and what came of it; in words, and who says so."""

    who: LazyString
    start: int | None
    end: int
    came_in: LazyString
    came_of_it: LazyString
    source: LazyString


#: step of a proposal → what the funnel calls it
PROPOSAL_STEPS = {
    "received": _l("Received (proposal)"),
    "coordination_begun": _l("Departments were asked"),
    "dialogue_begun": _l("Dialogue held"),
    "preparation_begun": _l("Pilot was prepared"),
    "pilot_begun": _l("Pilot carried out"),
    "completed": _l("Completed"),
}
REPORTED = (
    Reported(
        *(_l("Shinagawa City Lab, fiscal 2024"), 17, 2, _l("17 proposals"), _l("2 pilots")),
        _l("SDGs Future City plan of Shinagawa, results of fiscal 2024"),
    ),
    Reported(
        *(_l("Mishima"), 68, 12, _l("proposals for 68 challenges"), _l("12 agreements")),
        _l("Collected for Musubi; the original document has not been checked"),
    ),
    Reported(
        *(_l("Kaga, pilots of advanced technology, up to November 2025"), None, 10, _l("not reported")),
        *(_l("10 pilots"), _l("Third SDGs Future City plan of Kaga (19 is the aim for 2030)")),
    ),
)


@bp.get("/city/funnel")
@access(Access.CITY)
def funnel() -> Response:
    """The funnel of the office or of one `department`; `list=departments` takes the departments along as a file."""
    progress = service.progress(db(), actor(), municipality_id())
    department = progress.of(request.args.get("department", type=int))
    shown = department or progress.total
    if sheets.wanted():
        if request.args.get("list") == "departments":
            return funnel_sheets.departments([progress.total, *progress.departments])
        return funnel_sheets.challenges(shown.journeys)
    return page(
        "city/funnel.html",
        progress=progress,
        department=department,
        shown=shown,
        step_words=STEP_WORDS,
        sentence=_summary(shown),
        lead=_lead,
        days=service.days_between,
        reported=REPORTED,
        proposals=None if department else proposal_funnel.outcome(db(), actor(), municipality_id()),
        proposal_steps=PROPOSAL_STEPS,
    )


def _summary(shown: Funnel) -> str:
    counts = {stage.step: stage.count for stage in shown.stages}
    if not counts["published"]:
        return _("No challenge has been published yet.")
    return ngettext(
        "Of %(num)s published challenge, %(introduced)s led to an introduction, "
        "%(begun)s to a collaboration and %(adopted)s to adoption.",
        "Of %(num)s published challenges, %(introduced)s led to an introduction, "
        "%(begun)s to a collaboration and %(adopted)s to adoption.",
        counts["published"],
        **{step: format_decimal(counts[step]) for step in ("introduced", "begun", "adopted")},
    )


def _lead(lead: Lead) -> str:
    """The median with the number of challenges behind it; a dash when there is none."""
    if lead.days is None:
        return "–"
    return _("%(days)s (n = %(n)s)", days=format_decimal(lead.days), n=format_decimal(lead.n))
