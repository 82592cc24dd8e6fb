"""How complete a partner's description is, and what would help the matcher most: pure, in the order of worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import Partner
from models.queries.partner_rooms import Said

#: characters
ENOUGH_PROFILE, ENOUGH_OFFERING = 80, 40


@dataclass(frozen=True)
class Step:
    """One thing that a complete description has; `code` is put into words by the page."""

    code: str
    done: bool


def steps(partner: Partner, said: Said) -> list[Step]:
    """Everything that makes a description complete, and whether it is there."""
    return [
        Step("offering", said.offering),
        Step("profile", len(partner.profile) >= ENOUGH_PROFILE),
        Step("offering_text", said.offering and not said.thin),
        Step("track_record", said.track_record),
        Step("regions", said.regions),
        Step("targets", said.targets),
        Step("seeks", bool(partner.seeks)),
        Step("asks", said.asks),
        Step("website", bool(partner.website)),
    ]


def percent(found: Sequence[Step]) -> int:
    """How much of it is there, 0..100."""
    return round(100 * sum(step.done for step in found) / len(found))
