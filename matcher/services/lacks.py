"""What would open more challenges to a partner, as far as it can still do something about it."""

from collections.abc import Collection

from sqlmodel import Session

from matcher.services.matchbook import Lack, Matchbook
from models.queries import partner_rooms as queries

REGISTRATION = "registration"


def told(session: Session, book: Matchbook, partner_id: int, challenge_ids: Collection[int]) -> list[Lack]:
    """Each change that was found to open at least one of these challenges.

    Where the partner has applied to a municipality already, whatever came of it, it is not told to register there.
    """
    found = book.lacking_for_partner(session, partner_id, allowed=challenge_ids)
    if not any(lack.code == REGISTRATION for lack in found):
        return list(found)
    asked = {town.code for _row, town in queries.registrations(session, partner_id)}
    return [lack for lack in found if lack.code != REGISTRATION or lack.value not in asked]
