"""Who takes part when the demonstration is played."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from matcher.policy import Actor
from matcher.services.demo_data import ACCOUNTS
from matcher.services.matchbook import Matchbook
from models.enums import Role


@dataclass(frozen=True)
class Cast:
    """Everybody and everything that takes part, by the keys of the demonstration files."""

    session: Session
    matchbook: Matchbook
    now: datetime
    challenges: dict[str, int]
    partners: dict[str, int]
    groups: dict[str, int]
    people: dict[str, Actor]

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def of_partner(self, key: str) -> Actor:
        """The partner's administrator."""
        email = next(a.email for a in ACCOUNTS if a.house == key and a.role is Role.PARTNER_ADMIN)
        return self.people[email]
