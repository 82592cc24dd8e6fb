"""The clinic for challenges in words: what to write about each point, why proposers need it, and what resembles it."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from matcher.lifecycles import UNPUBLISHED_CHALLENGE
from matcher.services import clinic as service
from matcher.services.challenge_data import today
from matcher.services.clinic import Neighbours, Point, State
from models.queries.city import OwnChallenge
from web.auth import actor, now
from web.db import db
from web.matching import matchbook

STATES = {
    State.THIN: (_l("Could say more"), "warning"),
    State.MISSING: (_l("Not said yet"), "danger"),
}
#: fields that are several elements of the form → the first one
ANCHORS = {"budget_stage": "budget_stage-0"}


@dataclass(frozen=True)
class Words:
    """A point's name, what to write when it is thin or missing and why, and an example."""

    name: Any
    thin: Any
    missing: Any
    example: Any


#: "no budget yet" is chosen from the start: never missing, only thin
_BUDGET = _l(
    "“No budget yet” is also what a form says that nobody touched. If it is so, write under the constraints when money "
    "may be decided and who pays for a pilot: proposers ask this first."
)
WORDS = {
    "cause": Words(
        _l("Cause"),
        _l(
            "The cause is told in a few words only. Add what has been tried and why it was not enough: otherwise "
            "proposers offer the same again."
        ),
        _l(
            "Write why it is so and what has been tried: without the cause, proposers offer what you already know does "
            "not help."
        ),
        _l(
            "The three drivers of the mobile shop have retired, and nobody took over. A shared taxi was tried in 2024, "
            "but few people knew of it."
        ),
    ),
    "affected": Words(
        _l("Who is affected"),
        _l("Say both who they are and about how many: with one of the two alone, proposers cannot size a pilot."),
        _l(
            "Write who is affected and about how many: from this proposers judge whether they can help, and how large "
            "a pilot must be."
        ),
        _l("About 420 people over 75 in the hills who live alone and do not drive."),
    ),
    "data": Words(
        _l("Data"),
        _l(
            "Nothing is said of data yet. Name the records, statistics or surveys that you can give, and their form: "
            "proposers prepare with them, and show with them what a pilot has brought."
        ),
        _l(
            "Write what you can give, data above all: proposers prepare with it, and show with it what a pilot has "
            "brought."
        ),
        _l("Passengers by stop and hour since 2022 (CSV), and a survey of 1,200 households."),
    ),
    "budget": Words(
        _l("Budget"),
        _BUDGET,
        _BUDGET,
        _l("No budget this year; it will be requested in October. The pilot would be at the partner's expense."),
    ),
    "place": Words(
        _l("Field to test in"),
        _l(
            "The whole municipality is no place to begin. Name a district or a facility for a first pilot: proposers "
            "plan equipment and cost by it."
        ),
        _l("Write where something can be tried out: proposers plan visits, equipment and cost by the place."),
        _l("Three community halls in the eastern district; our division obtains the permission."),
    ),
    "decision": Words(
        _l("Decision date"),
        _l("The decision date has passed. Give a new one: proposers take it that the choice has been made."),
        _l(
            "Give the day on which you choose with whom to go on: without it, proposers cannot keep people free for "
            "you."
        ),
        _l("28 February, when the budget for the next year is known."),
    ),
    "contact": Words(
        _l("Contact"),
        _l(
            "Department, person and a way to reach them belong together. Fill in what is missing, so that a proposer's "
            "question reaches somebody who knows."
        ),
        _l(
            "Name who answers questions and how to reach them: who cannot ask does not propose. It is shown only to "
            "partners that have been introduced."
        ),
        _l("Health Division, Hanako Sato, kenko@city.example.lg.jp"),
    ),
}


@dataclass(frozen=True)
class Clinic:
    """What the panel shows: the points with a gap, the others, and what resembles it (None: not asked for)."""

    gaps: list[Point]
    done: list[Point]
    neighbours: Neighbours | None = None
    states = STATES
    words = WORDS

    @property
    def open(self) -> bool:
        """Whether there is anything to look at before the next step."""
        return bool(self.gaps or (self.neighbours and self.neighbours.found))

    def advice(self, point: Point) -> Any:
        words = WORDS[point.code]
        return words.missing if point.state is State.MISSING else words.thin

    def anchor(self, point: Point) -> str:
        return ANCHORS.get(point.field, point.field)


def examine(found: OwnChallenge, *, compare: bool) -> Clinic | None:
    """The clinic for an unfinished challenge as it is stored; None for one that the public reads or has read."""
    row = found.challenge
    if row.status not in UNPUBLISHED_CHALLENGE:
        return None
    points = service.points(row, found.municipality, today(now()))
    return Clinic(
        [point for point in points if point.state is not State.THERE],
        [point for point in points if point.state is State.THERE],
        service.neighbours(db(), actor(), matchbook(), row) if compare else None,
    )
