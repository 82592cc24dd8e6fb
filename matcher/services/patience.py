"""The time limits of an office: after how many days something on a desk turns amber and red."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Conflict, Invalid
from matcher.policy import Actor
from matcher.services import flow, worklist
from matcher.services.worklist import PATIENCE, Desk
from models import Municipality, TimeLimit
from models.queries import worklist as queries

LONGEST = 365
Limits = Mapping[Desk, tuple[int, int]]


def defaults() -> dict[Desk, tuple[int, int]]:
    """The limits of an office that has set none."""
    return {desk: (amber, red) for desk, (_, amber, red) in PATIENCE.items()}


def stamp(limits: Limits) -> str:
    """What a page carries along, so that it is noticed when somebody else has changed the limits meanwhile."""
    return " ".join(f"{desk.value}:{amber}-{red}" for desk, (amber, red) in limits.items())


def set_limits(
    session: Session, actor: Actor, municipality_id: int, wanted: Limits, *, seen: str, now: datetime
) -> None:
    """Set the limits of an office; a desk with the days that hold for everybody keeps no row.

    Raises NotFound or NotAllowed for anybody but its coordinators, Invalid with the desks that are wrong, or Conflict.
    """
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "city.coordinate", subject)
    wrong = {f"{desk.value}_red": "limits" for desk, (amber, red) in wanted.items() if not 1 <= amber <= red <= LONGEST}
    if wrong:
        raise Invalid(wrong)
    town = flow.locked(session, Municipality, municipality_id)
    before = worklist.time_limits(session, municipality_id)
    if seen != stamp(before):
        raise Conflict(
            [(desk.value, _days(wanted[desk]), _days(now_)) for desk, now_ in before.items() if desk in wanted]
        )
    after = before | dict(wanted)
    if after == before:
        return
    _store(session, municipality_id, after, now)
    changed = [f"{desk.value}:{_days(limits)}" for desk, limits in after.items() if before[desk] != limits]
    flow.record(session, actor, "municipality.limits_set", town, subject, now, limits=changed)


def reset(session: Session, actor: Actor, municipality_id: int, *, seen: str, now: datetime) -> None:
    """Go back to the limits that hold for everybody. Raises as `set_limits`."""
    set_limits(session, actor, municipality_id, defaults(), seen=seen, now=now)


def _store(session: Session, municipality_id: int, limits: Limits, now: datetime) -> None:
    rows = {row.desk: row for row in queries.time_limits(session, municipality_id)}
    usual = defaults()
    for desk, (amber, red) in limits.items():
        row = rows.get(desk.value)
        if (amber, red) == usual[desk]:
            if row is not None:
                session.delete(row)
            continue
        row = row or TimeLimit(municipality_id=municipality_id, desk=desk.value, amber=amber, red=red, created_at=now)
        row.amber, row.red = amber, red
        session.add(row)
    session.flush()


def _days(limits: tuple[int, int]) -> str:
    return f"{limits[0]}-{limits[1]}"
