"""The year of a scheme (実施状況報告): what came in and what became of it, counted from the applications themselves."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import NotFound
from matcher.policy import Actor
from matcher.services import flow
from matcher.services.challenge_data import today
from matcher.services.papers import fiscal_year
from models import Application, Scheme
from models.enums import ApplicationKind, ApplicationStatus, PartnerKind
from models.queries import scheme_report as queries
from models.queries.scheme_report import ReportRow

#: what takes a certificate out of force from the day on which it happened
_BROKEN_OFF = frozenset({ApplicationStatus.ENDED, ApplicationStatus.CANCELLED, ApplicationStatus.SUSPENDED})


@dataclass(frozen=True)
class Counts:
    """One line of the report; `in_force` counts at the end of the year, or today while it runs."""

    received: int
    granted: int
    renewed: int
    refused: int
    expired: int
    in_force: int


@dataclass(frozen=True)
class SchemeReport:
    """The whole year: in all, by tier, by kind of organisation, and by SDG goal those in force."""

    scheme: Scheme
    year: int
    as_of: date
    total: Counts
    tiers: tuple[tuple[str, Counts], ...]
    kinds: tuple[tuple[PartnerKind, Counts], ...]
    goals: tuple[tuple[int, int], ...]


def report(
    session: Session, actor: Actor, municipality_id: int, scheme_id: int, year: int, *, now: datetime
) -> SchemeReport:
    """The report of a scheme of a municipality for the fiscal year that begins in April of `year`.

    A renewal counts as granted and as renewed. Raises NotFound for the scheme of another municipality.
    """
    policy.require(actor, "city.work", flow.of_municipality(municipality_id))
    scheme = queries.scheme(session, municipality_id, scheme_id)
    if scheme is None:
        raise NotFound()
    rows = queries.applications(session, scheme_id)
    as_of = min(date(year + 1, 3, 31), today(now))
    tiers = queries.tiers(session, scheme_id)
    kinds = [kind for kind in PartnerKind if any(row.kind is kind for row in rows)]
    standing = {row.application.partner_id for row in rows if in_force(row.application, as_of)}
    return SchemeReport(
        scheme,
        year,
        as_of,
        _count(rows, year, as_of),
        tuple(
            (tier.name, _count([row for row in rows if row.application.tier_id == tier.pk], year, as_of))
            for tier in tiers
        ),
        tuple((kind, _count([row for row in rows if row.kind is kind], year, as_of)) for kind in kinds),
        _goals(queries.goals(session, scheme_id), standing),
    )


def _count(rows: Iterable[ReportRow], year: int, as_of: date) -> Counts:
    mine = [row.application for row in rows]
    granted = [row for row in mine if row.valid_from is not None and _in(row.decided_at, year)]
    return Counts(
        received=sum(_in(row.submitted_at, year) for row in mine),
        granted=len(granted),
        renewed=sum(row.kind is ApplicationKind.RENEWAL for row in granted),
        refused=sum(row.status is ApplicationStatus.REFUSED and _in(row.decided_at, year) for row in mine),
        expired=sum(_expired(row, year) for row in mine),
        in_force=sum(in_force(row, as_of) for row in mine),
    )


def _in(moment: datetime | None, year: int) -> bool:
    return moment is not None and fiscal_year(today(moment)) == year


def _expired(row: Application, year: int) -> bool:
    if row.status is not ApplicationStatus.EXPIRED or row.valid_until is None:
        return False
    return fiscal_year(row.valid_until) == year


def in_force(row: Application, on: date) -> bool:
    """Whether a certificate held on a day, as far as its present status and its term tell."""
    if row.valid_from is None or row.valid_from > on or (row.valid_until is not None and row.valid_until < on):
        return False
    return row.status not in _BROKEN_OFF or today(row.status_since) > on


def _goals(serving: Iterable[tuple[int, int]], standing: set[int]) -> tuple[tuple[int, int], ...]:
    counts = Counter(goal for partner_id, goal in serving if partner_id in standing)
    return tuple(sorted(counts.items()))
