"""What stands against inviting somebody: warnings, which a reason overrides, and what the challenge requires."""

from typing import Any

from matcher.engine.features import BREACHES, HARD
from models import Challenge, Recommendation


def hard(row: Recommendation) -> list[dict[str, Any]]:
    """The stored signals that may keep the pair from working at all."""
    return [signal for signal in row.signals if not signal["positive"] and signal["code"] in HARD]


def breaches(row: Recommendation, challenge: Challenge | None) -> list[dict[str, Any]]:
    """The stored signals that break what the challenge requires at present: nobody overrides those.

    The department takes the requirement back, or the partner changes what it says and is recommended again.
    """
    required = challenge.required if challenge is not None else []
    codes = frozenset().union(*(BREACHES[name] for name in required if name in BREACHES))
    return [signal for signal in row.signals if not signal["positive"] and signal["code"] in codes]
