"""Keeps what a recommendation was computed from, and computes it again from that alone: the same today and in a year.

What is kept: the query and every partner that competed for a place, as they were placed (sentences, words, vectors;
about 15 kB each, once a version of their text), the frame of reference (a few MB, once a rebuild of the index) and a
recipe of about 10 kB a run that names them by the digest of their content.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, reduce
from hashlib import sha256
from pathlib import Path
from typing import Any

from safetensors.numpy import load, save
from sqlmodel import Session

from matcher.engine import replay as engine
from matcher.engine.arrays import Strings, from_arrays, to_arrays
from matcher.engine.corpus import Query
from matcher.engine.frame import Frame
from matcher.engine.types import Role
from matcher.engine.units import Units
from matcher.services import exposures, matching
from matcher.services.exposures import FairList
from matcher.services.matchbook import Match
from models import Recommendation, RecommendationRun, ReplayRecord
from models.queries import replay as queries

TraceOf = Callable[[Collection[int]], engine.Trace]
#: scores are kept to five decimals, strengths to four; the same sum in another order may round the last one otherwise
SAME_SCORE, SAME_STRENGTH = 1.01e-5, 1.01e-4


@dataclass(frozen=True)
class Difference:
    """What came out otherwise for a partner: place, score, fit, likelihood, parts, evidence or signals."""

    partner_id: int
    what: str
    stored: Any
    computed: Any


@dataclass(frozen=True)
class Verdict:
    """The outcome of computing a run again. `engine_changed` tells that the program has been changed since."""

    compared: int
    differences: tuple[Difference, ...]
    engine_changed: bool
    matches: tuple[Match, ...]

    @property
    def identical(self) -> bool:
        return not self.differences


@dataclass(frozen=True)
class Taken:
    """What an answer was computed from, as it can be stored: a recipe, and the parts that it names by their digests."""

    recipe: dict[str, Any]
    frame: Frame
    parts: dict[str, bytes]


def keep(
    session: Session,
    listed: FairList,
    trace_of: TraceOf,
    candidates: Collection[Match],
    subject: RecommendationRun | Recommendation,
    now: datetime,
) -> ReplayRecord:
    """Keep what `listed` was computed from; `candidates` are all that competed for its places, with their scores."""
    made = taken(listed, trace_of, candidates)
    store(session, made, now)
    of = {"run_id": subject.pk} if isinstance(subject, RecommendationRun) else {"recommendation_id": subject.pk}
    row = ReplayRecord(recipe=made.recipe, created_at=now, **of)
    session.add(row)
    return row


def taken(listed: FairList, trace_of: TraceOf, candidates: Collection[Match]) -> Taken:
    """The same, for whoever stores it later."""
    excluded = listed.ranking.excluded
    competing = (*candidates, *excluded)
    trace = trace_of([match.entity_id for match in competing])
    parts: dict[str, bytes] = {}
    recipe: dict[str, Any] = {
        "engine": engine_version(),
        "frame": _frame_key(trace.frame),
        "weights": dict(trace.weights),
        "queries": {name: _query(query, parts) for name, query in trace.queries.items()},
        "documents": {name: _documents(units, parts) for name, units in trace.documents.items()},
        "margin": listed.ranking.margin if listed.attention else 0.0,
        "attention": {str(key): amount for key, amount in listed.attention.items() if amount},
        "scores": {str(match.entity_id): match.score for match in competing},
        "excluded": [match.entity_id for match in excluded],
        "limit": len(listed.ranking.matches),
    }
    return Taken(recipe, trace.frame, parts)


def store(session: Session, made: Taken, now: datetime) -> None:
    """Add the parts that are not there yet; another process may be adding the same at this moment."""
    frame_key = made.recipe["frame"]
    known = queries.known(session, {frame_key, *made.parts})
    fresh = {key: data for key, data in made.parts.items() if key not in known}
    if frame_key not in known:
        fresh[frame_key] = _bytes(made.frame)
    queries.add_parts(session, fresh, now)


def replay_run(session: Session, run_id: int) -> Verdict | None:
    """Compute a run again and compare it with what is stored; None when nothing was kept to compute it from."""
    run = session.get(RecommendationRun, run_id)
    record = queries.of_run(session, run_id)
    if run is None or record is None:
        return None
    return _verdict(session, record.recipe, queries.explained_by(session, run_id), run.listed)


def replay_recommendation(session: Session, recommendation_id: int) -> Verdict | None:
    """Compute one recommendation again, within its run; None when nothing was kept."""
    row = session.get(Recommendation, recommendation_id)
    if row is None:
        return None
    run = session.get(RecommendationRun, row.run_id) if row.run_id is not None else None
    if run is not None and row.partner_id in (*run.listed, *(out["partner_id"] for out in run.excluded)):
        record, listed = queries.of_run(session, run.pk), run.listed
    else:  # added by hand, or because the partner raised its hand: it was explained alone, if at all
        record, listed = queries.of_recommendation(session, recommendation_id), []
    return _verdict(session, record.recipe, [row], listed) if record else None


@lru_cache(maxsize=1)
def engine_version() -> str:
    """A digest of the engine's own source: when it is the same, the same numbers must come out."""
    digest = sha256()
    for path in sorted(Path(engine.__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _verdict(
    session: Session, recipe: Mapping[str, Any], stored: Sequence[Recommendation], listed: Sequence[int]
) -> Verdict:
    computed = matching.matches_of(engine.replay(_trace(session, recipe)))
    known = {int(key): amount for key, amount in recipe["attention"].items()}
    differences = list(_scores_apart(recipe["scores"], computed))
    ranked = tuple(match for match in computed if match.entity_id not in recipe["excluded"])
    matches = ranked[: recipe["limit"]]
    if recipe["margin"]:
        # The order is settled by the kept scores, so that a last decimal does not swap two that are equal.
        exact = [replace(m, score=recipe["scores"].get(str(m.entity_id), m.score)) for m in ranked]
        matches = exposures.in_order(exact, known, recipe["margin"], recipe["limit"])
    differences += _places_apart(listed, matches)
    by_partner = {match.entity_id: match for match in (*computed, *matches)}
    for row in stored:
        differences += _apart(row, by_partner.get(row.partner_id))
    return Verdict(len(computed), tuple(differences), recipe["engine"] != engine_version(), matches)


def _scores_apart(kept: Mapping[str, float], computed: Sequence[Match]) -> list[Difference]:
    found = {str(match.entity_id): match.score for match in computed}
    return [
        Difference(int(key), "score", score, found.get(key))
        for key, score in kept.items()
        if abs(found.get(key, 1e9) - score) > SAME_SCORE
    ]


def _places_apart(listed: Sequence[int], matches: Sequence[Match]) -> list[Difference]:
    return [
        Difference(key, "place", place, next((m.rank for m in matches if m.entity_id == key), None))
        for place, key in enumerate(listed, 1)
        if place > len(matches) or matches[place - 1].entity_id != key
    ]


def _apart(row: Recommendation, match: Match | None) -> list[Difference]:
    """What is stored with one recommendation against what was computed for its partner now."""
    if match is None:
        return [Difference(row.partner_id, "place", row.rank, None)]
    said = match.as_json()
    pairs = {
        "fit": (row.fit, match.fit),
        "likelihood": (row.likelihood, match.likelihood),
        "parts": (row.features, said["features"]),
        "evidence": (row.evidence, said["evidence"]),
        "signals": (row.signals, said["signals"]),
    }
    return [
        Difference(row.partner_id, what, stored, computed)
        for what, (stored, computed) in pairs.items()
        if not _same(stored, computed)
    ]


def _same(stored: Any, computed: Any, tolerance: float = SAME_SCORE) -> bool:
    """Equal as JSON, numbers up to the last decimal that is kept."""
    if isinstance(stored, dict) and isinstance(computed, dict):
        return stored.keys() == computed.keys() and all(
            _same(stored[key], computed[key], SAME_STRENGTH if key == "strength" else tolerance) for key in stored
        )
    if isinstance(stored, list | tuple) and isinstance(computed, list | tuple):
        pairs = zip(stored, computed, strict=False)
        return len(stored) == len(computed) and all(_same(a, b, tolerance) for a, b in pairs)
    if isinstance(stored, float) or isinstance(computed, float):
        return bool(abs(stored - computed) <= tolerance)
    return bool(stored == computed)


def _query(query: Query, parts: dict[str, bytes]) -> dict[str, str]:
    key, profile = _part(query.units, parts)
    return {"role": query.role.value, "key": key, "profile": profile}


def _documents(units: Units, parts: dict[str, bytes]) -> list[list[str]]:
    return [list(_part(units.take([row]), parts)) for row in range(len(units))]


def _part(units: Units, parts: dict[str, bytes]) -> tuple[str, str]:
    """One document as bytes under their digest, and its facts apart: those change more often than its text."""
    data = _bytes(replace(units, profiles=Strings.of([""])))
    key = _digest(data)
    parts[key] = data
    return key, units.profiles[0]


def _trace(session: Session, recipe: Mapping[str, Any]) -> engine.Trace:
    asked, documents = recipe["queries"], recipe["documents"]
    placed = [row for rows in documents.values() for row in rows]
    parts = queries.parts(session, {recipe["frame"], *(q["key"] for q in asked.values()), *(key for key, _ in placed)})
    frame = from_arrays(Frame, load(parts[recipe["frame"]]))
    return engine.Trace(
        frame,
        recipe["weights"],
        {name: Query(Role(q["role"]), _units(parts[q["key"]], q["profile"])) for name, q in asked.items()},
        {
            name: reduce(Units.joined, (_units(parts[key], profile) for key, profile in rows))
            for name, rows in documents.items()
            if rows
        },
    )


def _units(data: bytes, profile: str) -> Units:
    return replace(from_arrays(Units, load(data)), profiles=Strings.of([profile]))


@lru_cache(maxsize=1)
def _frame_key(frame: Frame) -> str:
    """A frame stays for many runs (it is compared by identity), and hashing it takes some ten milliseconds."""
    return _digest(_bytes(frame))


def _bytes(value: Frame | Units) -> bytes:
    data: bytes = save({name: array.copy(order="C") for name, array in to_arrays(value).items()})
    return data


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:32]
