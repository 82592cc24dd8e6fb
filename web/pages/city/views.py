"""The rooms of a city office; each module below brings the routes of one."""

from web.pages.city import (
    answers,
    application_steps,
    applications,
    assignments,
    challenge_extras,
    challenge_form,
    challenges,
    groups,
    matches,
    partners,
    registrations,
    scheme_questions,
    schemes,
    seen,
    worklist,
)
from web.pages.city.room import bp

__all__ = [
    "answers",
    "application_steps",
    "applications",
    "assignments",
    "bp",
    "challenge_extras",
    "challenge_form",
    "challenges",
    "groups",
    "matches",
    "partners",
    "registrations",
    "scheme_questions",
    "schemes",
    "seen",
    "worklist",
]
