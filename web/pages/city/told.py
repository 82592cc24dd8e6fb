"""What a recommendation is explained with beside its evidence: the parts of its score in words, and precedents."""

from dataclasses import dataclass
from typing import Any

from models import RecommendationRun
from models.queries import precedents as reads
from models.queries.precedents import Precedent
from models.queries.recommendations import Candidate
from web.auth import municipality_id
from web.db import db
from web.feature_words import FEATURES

MOST = 2  # precedents of either sort


@dataclass(frozen=True)
class Told:
    """A precedent beside the pair of sentences for which it resembles the challenge, where there is one."""

    precedent: Precedent
    evidence: list[dict[str, Any]]


def precedents(candidate: Candidate, run: RecommendationRun | None) -> list[Told]:
    """What this partner did before, and what others did about something like it, as it was found by the run."""
    stored = {item["id"]: item["evidence"] for item in (run.precedents if run else [])}
    found = reads.told(db(), municipality_id(), list(stored), candidate.partner.pk)
    chosen = [item for own in (True, False) for item in [p for p in found if p.own is own][:MOST]]
    return [Told(item, stored.get(item.row.pk, [])) for item in chosen]


def features(stored: dict[str, float]) -> list[tuple[str, Any, float]]:
    """The parts of a score, each by its code and in words, the heaviest first."""
    parts = [(code, FEATURES.get(code, code), value) for code, value in stored.items()]
    return sorted(parts, key=lambda part: -abs(part[2]))
