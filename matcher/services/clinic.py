"""The clinic for challenges (課題クリニック): what proposers will ask of a draft, and who asks for the same already."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlmodel import Session

from matcher import policy
from matcher.lifecycles import PUBLIC_CHALLENGE
from matcher.policy import Actor
from matcher.services import flow
from matcher.services.matchbook import Match, Matchbook
from models import Challenge, Municipality
from models.enums import STRONG, BudgetStage, ChallengeKind
from models.queries import city as queries

#: characters of a cause that says more than that there is one
ENOUGH_CAUSE = 30
MOST = 4
_DATA = re.compile(
    "データ|統計|台帳|記録|ログ|CSV|GIS|アンケート|調査結果|実績|data|statistic|record|survey|figures", re.IGNORECASE
)
_MONEY = re.compile("予算|費用|経費|補助|交付金|budget|cost|grant|expense", re.IGNORECASE)
_EVERYWHERE = re.compile(
    "本?[市区町村県]?内?の?(全域|全体|一円|各地)?|(the )?(whole|entire) (municipality|city|town|ward|village)",
    re.IGNORECASE,
)


class State(StrEnum):
    """How much a draft says about a point."""

    THERE = "there"
    THIN = "thin"
    MISSING = "missing"


@dataclass(frozen=True)
class Point:
    """One thing that proposers ask; `field` of the form is where to write it. The page puts `code` into words."""

    code: str
    state: State
    field: str


@dataclass(frozen=True)
class Resembling:
    """A challenge that asks for nearly the same, and whose it is: an own one may be a draft, no other's ever is."""

    challenge: Challenge
    municipality: Municipality
    department: str
    match: Match


@dataclass(frozen=True)
class Neighbours:
    """What resembles a draft; `compared` is False while the draft has not been read for its meaning."""

    compared: bool
    found: Sequence[Resembling] = ()


def points(row: Challenge, town: Municipality, today: date) -> list[Point]:
    """Everything that proposers ask, in the order of the form; a field for pilots has no cause."""
    asked = [] if row.kind is ChallengeKind.FIELD else [_cause(row)]
    return [*asked, _affected(row), _data(row), _budget(row), _place(row, town), _decision(row, today), _contact(row)]


def neighbours(session: Session, actor: Actor, book: Matchbook, row: Challenge) -> Neighbours:
    """What others have published, and what the own office has written, that asks for nearly the same.

    Raises NotFound for somebody from elsewhere.
    """
    here = row.municipality_id
    policy.require(actor, "city.work", flow.of_municipality(here))
    allowed = queries.readable_challenges(session, here, PUBLIC_CHALLENGE) - {row.pk}
    ranking = book.challenges_like(session, row.pk, limit=MOST, allowed=allowed)
    near = [match for match in ranking.matches if match.fit >= STRONG]
    rows = queries.with_department(session, [match.entity_id for match in near])
    found = [Resembling(*rows[match.entity_id], match) for match in near if match.entity_id in rows]
    return Neighbours(ranking.semantic, found)


def _cause(row: Challenge) -> Point:
    return Point("cause", _told(row.cause, len(row.cause) >= ENOUGH_CAUSE), "cause")


def _affected(row: Challenge) -> Point:
    counted = row.affected_count is not None
    said = row.affected or ("counted" if counted else "")
    enough = bool(row.affected) and (counted or any(map(str.isdigit, row.affected)))
    return Point("affected", _told(said, enough), "affected_count" if row.affected else "affected")


def _data(row: Challenge) -> Point:
    return Point("data", _told(row.resources, bool(_DATA.search(row.resources))), "resources")


def _budget(row: Challenge) -> Point:
    """A form that nobody touched says "none yet" as well: it counts when the text speaks of money."""
    said = row.budget_stage is not BudgetStage.NONE or _MONEY.search(f"{row.constraints} {row.resources}")
    return Point("budget", State.THERE if said else State.THIN, "budget_stage")


def _place(row: Challenge, town: Municipality) -> Point:
    rest = row.place
    for name in (town.prefecture, town.name, town.name_en):
        rest = rest.replace(name, "") if name else rest
    return Point("place", _told(row.place, not _EVERYWHERE.fullmatch(rest.strip())), "place")


def _decision(row: Challenge, today: date) -> Point:
    said = row.decision_date
    return Point("decision", _told(said or "", said is not None and said >= today), "decision_date")


def _contact(row: Challenge) -> Point:
    """A person, a way to reach them, and the department behind them."""
    said = {
        "contact_name": row.contact_name,
        "contact_email": row.contact_email or row.contact_phone,
        "department_id": row.department_id,
    }
    empty = [name for name, value in said.items() if not value]
    reachable = row.contact_name or said["contact_email"]
    return Point("contact", _told(reachable or "", not empty), (empty or ["contact_name"])[0])


def _told(said: object, enough: bool) -> State:
    if not said:
        return State.MISSING
    return State.THERE if enough else State.THIN
