"""Supply and demand by SDG goal and target: where partners are missing, and whom an office has never called."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from matcher import policy
from matcher.policy import Actor
from matcher.services import flow
from matcher.services.challenge_data import today
from models import reference
from models.queries import silent as silent_queries
from models.queries import supply as queries
from models.queries.silent import Silent
from models.queries.supply import Demand, Supply

#: how long ago a partner was registered → from how many years ago, up to how many
REGISTERED: dict[str, tuple[int | None, int | None]] = {"1": (1, None), "3": (3, 1), "longer": (None, 3)}
ORDERS = ("fit", "longest", "name")


@dataclass(frozen=True)
class Line:
    """One goal ("11") or target ("11.2") with both sides; the key is "" for what names no target, and for the total."""

    key: str
    demand: Demand
    supply: Supply

    @property
    def unserved(self) -> int:
        """Our open challenges for which the matcher was asked and found no candidate."""
        return self.demand.ours - self.demand.served - self.demand.unasked

    def balance(self, everywhere: bool = False) -> int:
        """Registered partners less open challenges: here, or of all municipalities together."""
        if everywhere:
            return self.supply.everywhere - self.demand.everywhere
        return self.supply.here - self.demand.ours


@dataclass(frozen=True)
class Overview:
    """The heat map: every goal, the targets of the chosen one, what names no target, and everything counted once."""

    goals: list[Line]
    targets: list[Line]
    unnamed: Line
    total: Line
    silent: int

    @property
    def short(self) -> list[Line]:
        """The goals with more of our open challenges than partners registered with us, the greatest gap first."""
        return sorted(
            (line for line in self.goals if line.balance() < 0), key=lambda line: (line.balance(), int(line.key))
        )


def overview(session: Session, actor: Actor, municipality_id: int, goal: int | None = None) -> Overview:
    """The heat map of an office with the targets of `goal`; five queries, seven with a goal.

    Raises NotFound for somebody from elsewhere.
    """
    policy.require(actor, "city.work", flow.of_municipality(municipality_id))
    goals = [str(known.number) for known in reference.goals()]
    by_goal = _lines(goals, queries.demand(session, municipality_id), queries.supply(session, municipality_id))
    demand, demand_unnamed = queries.demand_at_all(session, municipality_id)
    supply, supply_unnamed = queries.supply_at_all(session, municipality_id)
    return Overview(
        by_goal,
        _targets(session, municipality_id, goal) if goal is not None else [],
        Line("", demand_unnamed, supply_unnamed),
        Line("", demand, supply),
        silent_queries.count(session, municipality_id),
    )


def every_target(session: Session, actor: Actor, municipality_id: int) -> list[Line]:
    """All 169 targets in the order of the 2030 Agenda; two queries.

    Raises NotFound for somebody from elsewhere.
    """
    policy.require(actor, "city.work", flow.of_municipality(municipality_id))
    return _targets(session, municipality_id, None)


def _targets(session: Session, municipality_id: int, goal: int | None) -> list[Line]:
    codes = [target.code for target in reference.targets() if goal in (None, target.goal)]
    demand = queries.demand(session, municipality_id, goal, by_target=True)
    return _lines(codes, demand, queries.supply(session, municipality_id, goal, by_target=True))


def _lines(keys: Sequence[str], demand: Mapping[str, Demand], supply: Mapping[str, Supply]) -> list[Line]:
    return [Line(key, demand.get(key, Demand()), supply.get(key, Supply())) for key in keys]


def silent(
    session: Session,
    actor: Actor,
    municipality_id: int,
    *,
    goals: Sequence[int] = (),
    kinds: Sequence[str] = (),
    registered: str = "",
    order: str = "fit",
    now: datetime,
) -> list[int]:
    """The partners of an office that nobody has called; `registered` is a key of REGISTERED, `order` one of ORDERS.

    Raises NotFound for somebody from elsewhere.
    """
    policy.require(actor, "city.work", flow.of_municipality(municipality_id))
    found = silent_queries.silent(session, municipality_id, goals, kinds)
    if registered in REGISTERED:
        first, last = (_years_before(years, today(now)) for years in REGISTERED[registered])
        found = [row for row in found if first <= _since(row) and (not last or _since(row) < last)]
    if order == "fit":
        found.sort(key=lambda row: -row.fit)
    elif order == "longest":
        found.sort(key=_since)
    return [row.partner_id for row in found]


def _since(row: Silent) -> str:
    """Since when a partner is registered, as far as is known: "2018", "2018-03" or "2018-03-09"."""
    return row.since or today(row.entered_at).isoformat()


def _years_before(years: int | None, day: date) -> str:
    return "" if years is None else f"{day.year - years}{day.isoformat()[4:]}"
