"""What one ranking was computed from, small enough to keep, and the same computation done again from that alone.

A score never depends on what else is in the corpus (see `frame`), so the query, the ranked documents as they were
placed, the frame and the weights give the same scores and the same evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.learn import weights_of
from matcher.engine.mutual import partners_for_partner
from matcher.engine.rank import rank
from matcher.engine.score import DEFAULT
from matcher.engine.seeking import resembling
from matcher.engine.types import Ranking, Role
from matcher.engine.units import Units

CHALLENGE = "challenge"
OFFERING, SEEKING = "offering", "seeking"
PARTNERS, SEEKERS = "partners", "seekers"


@dataclass(frozen=True, eq=False)
class Trace:
    """The queries (a challenge; or a partner's two sides) and the ranked documents, by name; every weight that counted.

    What partners look for is kept as their texts (SEEKERS): whether it resembles the query is computed again.
    """

    frame: Frame
    weights: Mapping[str, float]
    queries: Mapping[str, Query]
    documents: Mapping[str, Units]


def replay(trace: Trace) -> Ranking:
    """All traced documents in order, with evidence: partners of a challenge, or partners of a partner."""
    partners = _corpus(trace, PARTNERS, Role.OFFER)
    named = weights_of(trace.weights)
    minor = {name: weight for name, weight in trace.weights.items() if name not in named.as_dict()}
    if CHALLENGE in trace.queries:
        query = trace.queries[CHALLENGE]
        return rank(
            query,
            partners,
            trace.frame,
            limit=len(partners),
            weights=named,
            sought=resembling(query, _corpus(trace, SEEKERS, Role.NEED), trace.frame),
            fit_by=DEFAULT,
            minor=minor,
        )
    return partners_for_partner(
        trace.queries.get(OFFERING),
        trace.queries.get(SEEKING),
        partners,
        _corpus(trace, SEEKERS, Role.NEED),
        trace.frame,
        limit=len(partners),
        weights=named,
        minor=minor,
    )


def _corpus(trace: Trace, name: str, role: Role) -> Corpus:
    units = trace.documents.get(name)
    return Corpus.build([], role, trace.frame) if units is None else Corpus._of(units, role, trace.frame, None)
