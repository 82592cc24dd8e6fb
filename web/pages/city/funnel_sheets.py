"""The funnel as Excel files: the challenges with the day of each step, and the departments with counts and medians."""

from collections.abc import Iterable
from typing import Any

from flask import Response
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from matcher.services.funnel import STEPS, Funnel, days_between
from models.queries.funnel import Journey
from web.labels import label
from web.sheets import answer

STEP_WORDS = {
    "published": _l("Published (challenge)"),
    "recommended": _l("With partners recommended"),
    "invited": _l("Approved and invited"),
    "introduced": _l("Introduced to each other"),
    "begun": _l("Collaboration begun"),
    "adopted": _l("Adopted in practice"),
}
LATER = STEPS[1:]


def challenges(journeys: Iterable[Journey]) -> Response:
    """One challenge per line, with the day of each step and the days since the challenge was published."""
    header = (
        *(_("Number"), _("Title"), _("Department"), _("Status")),
        *(_("Day: %(step)s", step=STEP_WORDS[step]) for step in STEPS),
        *(_("Days from publication: %(step)s", step=STEP_WORDS[step]) for step in LATER),
    )
    return answer(_("How far our challenges come"), header, map(_challenge, journeys))


def _challenge(row: Journey) -> tuple[Any, ...]:
    passed = (days_between(row.reached.published, moment) for moment in row.reached[1:])
    return (row.challenge_id, row.title, row.department, label(row.status), *row.reached, *passed)


def departments(funnels: Iterable[Funnel]) -> Response:
    """The whole office first, then one department per line: counts, and medians of days with their numbers."""
    header = (
        _("Department"),
        *(STEP_WORDS[step] for step in STEPS),
        *(words for step in LATER for words in _lead_words(step)),
    )
    total, *rest = funnels
    named = [(_("Whole office"), total), *((each.name or _("No department yet"), each) for each in rest)]
    return answer(_("How far our challenges come, by department"), header, (_department(*each) for each in named))


def _lead_words(step: str) -> tuple[str, str, str, str]:
    words = STEP_WORDS[step]
    return (
        _("Median days from the step before: %(step)s", step=words),
        _("n, from the step before: %(step)s", step=words),
        _("Median days from publication: %(step)s", step=words),
        _("n, from publication: %(step)s", step=words),
    )


def _department(name: str, funnel: Funnel) -> tuple[Any, ...]:
    leads = (value for stage in funnel.stages[1:] for value in (*stage.from_before, *stage.from_start))
    return (name, *(stage.count for stage in funnel.stages), *leads)
