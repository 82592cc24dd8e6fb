"""How far challenges come and how long each step takes: published, recommended, invited, introduced, begun, adopted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import median
from typing import NamedTuple

from sqlmodel import Session

from matcher import policy
from matcher.policy import Actor
from matcher.services import flow
from matcher.services.challenge_data import today
from models.queries import funnel as queries
from models.queries.funnel import Journey, Reached, Unlinked

STEPS = Reached._fields


class Lead(NamedTuple):
    """The median of calendar days between two steps, and over how many challenges; None when there is none."""

    days: float | None
    n: int


@dataclass(frozen=True)
class Stage:
    """One step: how many challenges reached it, and how long it took from publication and from the step before."""

    step: str
    count: int
    from_start: Lead
    from_before: Lead


@dataclass(frozen=True)
class Funnel:
    """The stages of a department, or of the whole office; the key is 0 for what has no department."""

    key: int
    name: str
    stages: list[Stage]
    journeys: list[Journey]


@dataclass(frozen=True)
class Progress:
    """The whole office, each of its departments, and what was done without a challenge on Musubi."""

    total: Funnel
    departments: list[Funnel]
    unlinked: Unlinked

    def of(self, key: int | None) -> Funnel | None:
        """The department with this key, if it has published anything."""
        return next((each for each in self.departments if each.key == key), None)


def progress(session: Session, actor: Actor, municipality_id: int) -> Progress:
    """The funnels of an office; two queries.

    Raises NotFound for somebody from elsewhere.
    """
    policy.require(actor, "city.work", flow.of_municipality(municipality_id))
    found = queries.journeys(session, municipality_id)
    departments = [
        _funnel(key or 0, list(group)) for key, group in groupby(found, lambda journey: journey.department_id)
    ]
    return Progress(_funnel(0, found), departments, queries.unlinked(session, municipality_id))


def _funnel(key: int, journeys: list[Journey]) -> Funnel:
    reached = [journey.reached for journey in journeys]
    name = journeys[0].department if journeys else ""
    return Funnel(key, name, [_stage(number, reached) for number in range(len(STEPS))], journeys)


def _stage(number: int, reached: list[Reached]) -> Stage:
    count = sum(row[number] is not None for row in reached)
    before = max(number - 1, 0)
    return Stage(
        STEPS[number],
        count,
        lead_of((row[0], row[number]) for row in reached),
        lead_of((row[before], row[number]) for row in reached),
    )


def lead_of(pairs: Iterable[tuple[datetime | None, datetime | None]]) -> Lead:
    """Steps that were taken the other way round, or left out, tell nothing about how long they take."""
    days = [passed for first, last in pairs if (passed := days_between(first, last)) is not None and passed >= 0]
    return Lead(median(days) if days else None, len(days))


def days_between(first: datetime | None, last: datetime | None) -> int | None:
    """Calendar days in Japan from one moment to another; None while one of them has not come."""
    return (today(last) - today(first)).days if first is not None and last is not None else None
