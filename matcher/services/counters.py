"""Counts attempts in the database, by hashed address and hashed network, and closes the door for a while."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from matcher.errors import Locked
from matcher.services.tokens import digest
from models import LoginCounter
from models.queries import doors


@dataclass(frozen=True)
class Limit:
    """After `attempts` within `window` the door stays closed for `pause`."""

    name: str
    attempts: int
    window: timedelta
    pause: timedelta

    def key(self, value: str) -> str:
        return digest(f"{self.name}:{value}")


QUARTER = timedelta(minutes=15)
#: wrong passwords for one address; a whole office may share one network, hence the second, wider limit
ADDRESS = Limit("address", 10, QUARTER, QUARTER)
NETWORK = Limit("network", 60, QUARTER, QUARTER)
#: mail that anybody can have sent to an address by typing it in
MAIL_ADDRESS = Limit("mail-address", 5, timedelta(hours=1), timedelta(hours=1))
MAIL_NETWORK = Limit("mail-network", 40, timedelta(hours=1), timedelta(hours=1))
#: forms of strangers that are kept for them; each may be large
KEPT_NETWORK = Limit("kept-network", 120, timedelta(hours=1), timedelta(hours=1))

Counted = Sequence[tuple[Limit, str]]


def enter(session: Session, counted: Counted, now: datetime) -> None:
    """Take the counters of an attempt, so that parallel attempts wait for each other.

    Raises Locked when one of them has closed the door.
    """
    seconds = 0.0
    for _limit, row in _take(session, counted, now):
        if row.locked_until is not None and row.locked_until > now:
            seconds = max(seconds, (row.locked_until - now).total_seconds())
    if seconds:
        raise Locked(ceil(seconds))


def count(session: Session, counted: Counted, now: datetime) -> None:
    """Count one attempt, and close the door when it was the last one allowed."""
    for limit, row in _take(session, counted, now):
        if row.window_start + limit.window <= now:
            row.failures, row.window_start, row.locked_until = 0, now, None
        row.failures += 1
        if row.failures >= limit.attempts:
            row.locked_until = now + limit.pause
            row.failures, row.window_start = 0, now
    session.flush()


def forget(session: Session, limit: Limit, value: str) -> None:
    """Start counting anew, after the right password."""
    session.execute(sa.delete(LoginCounter).where(col(LoginCounter.key_hash) == limit.key(value)))


def _take(session: Session, counted: Counted, now: datetime) -> list[tuple[Limit, LoginCounter]]:
    """The counter rows, made where missing and locked in one order, so that no two attempts wait in a circle."""
    limits = {limit.key(value): limit for limit, value in counted}
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    fresh = [{"key_hash": key, "failures": 0, "window_start": now, "created_at": now} for key in sorted(limits)]
    session.execute(dialect.insert(LoginCounter).values(fresh).on_conflict_do_nothing())  # type: ignore[attr-defined]
    return [(limits[row.key_hash], row) for row in doors.counters(session, limits)]
