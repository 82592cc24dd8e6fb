"""How complete a partner's description is, and what would help the matcher most: pure, in the order of worth."""

from collections.abc import Sequence
from dataclasses import dataclass

from models import Offering, Partner

ENOUGH_PROFILE, ENOUGH_OFFERING = 80, 40


@dataclass(frozen=True)
class Step:
    """One thing that a complete description has; `code` is put into words by the page."""

    code: str
    done: bool


def steps(partner: Partner, offerings: Sequence[Offering], *, regions: bool, targets: bool) -> list[Step]:
    """Everything that makes a description complete, and whether it is there.

    `regions` and `targets` say whether any was chosen.
    """
    return [
        Step("offering", bool(offerings)),
        Step("profile", len(partner.profile) >= ENOUGH_PROFILE),
        Step("offering_text", bool(offerings) and all(len(o.description) >= ENOUGH_OFFERING for o in offerings)),
        Step("track_record", any(o.track_record for o in offerings)),
        Step("regions", regions),
        Step("targets", targets),
        Step("seeks", bool(partner.seeks)),
        Step("asks", any(o.asks for o in offerings)),
        Step("website", bool(partner.website)),
    ]


def percent(found: Sequence[Step]) -> int:
    """How much of it is there, 0..100."""
    return round(100 * sum(step.done for step in found) / len(found))
