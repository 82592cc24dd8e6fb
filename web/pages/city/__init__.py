"""The rooms of a city office; each module below brings the routes of one."""

from web.pages.city import (
    answers,
    challenge_form,
    challenges,
    collaborations,
    funnel,
    groups,
    imports,
    matches,
    nearest,
    papers,
    partners,
    pilots,
    registrations,
    results,
    supply,
    teams,
    worklist,
)
from web.pages.city.room import bp

__all__ = [
    "answers",
    "bp",
    "challenge_form",
    "challenges",
    "collaborations",
    "funnel",
    "groups",
    "imports",
    "matches",
    "nearest",
    "papers",
    "partners",
    "pilots",
    "registrations",
    "results",
    "supply",
    "teams",
    "worklist",
]
