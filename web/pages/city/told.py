"""What a recommendation is explained with beside its evidence: the parts of its score in words, and precedents."""

from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from models import RecommendationRun
from models.queries import precedents as reads
from models.queries.precedents import Precedent
from models.queries.recommendations import Candidate
from web.auth import municipality_id
from web.db import db

#: part of a score → what it is in words
FEATURES = {
    "passage": _l("Meaning of the texts as a whole"),
    "sentence": _l("Meaning, sentence by sentence"),
    "words": _l("Words in common"),
    "grams": _l("Pieces of words in common"),
    "targets": _l("SDG targets in common"),
    "region": _l("Region"),
    "stage": _l("Stage of the offering"),
    "capacity": _l("Capacity"),
    "kind": _l("Kind of partner"),
    "past": _l("Past collaborations"),
    "result": _l("What came of past collaborations"),
    "budget": _l("Budget and stage"),
    "registered": _l("Registration with us"),
    "fresh": _l("How recent the profile is"),
    "seeks": _l("What the partner is looking for"),
    "sought": _l("What is looked for"),
    "seeking": _l("What the other side is looking for"),
}
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
