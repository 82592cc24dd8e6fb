"""The matcher of a running process: maps the newest corpora, has what is typed encoded, answers with evidence."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from embeddings.query_client import EncoderUnavailable, QueryClient
from matcher.engine.corpus import Corpus, Query
from matcher.engine.rank import rank
from matcher.engine.score import DEFAULT, POOL, Weights
from matcher.engine.types import Candidate, Document, Role
from matcher.engine.types import Evidence as EngineEvidence
from matcher.engine.types import Ranking as EngineRanking
from matcher.engine.types import Side as EngineSide
from matcher.services import corpora, texts
from matcher.services.corpora import CHALLENGES, PARTNERS, PRECEDENTS, SEEKERS, Kind, Library
from matcher.services.matchbook import Evidence, Match, Ranking, Side, Signal, TargetSuggestion
from models.enums import EntityType

#: as one types, pieces of words count as well
SEARCH = replace(DEFAULT, grams=1.0)
SEARCHED = {
    EntityType.PARTNER: PARTNERS,
    EntityType.CHALLENGE: CHALLENGES,
    EntityType.COLLABORATION: PRECEDENTS,
}
LONGEST_TYPED = 2_000
NOTHING = Ranking((), 0, "", {}, 0, semantic=False)
Allowed = Collection[int] | None


def open_matchbook(data_dir: Path, encoder_socket: Path) -> "LiveMatchbook":
    """The matcher over the corpora in `data_dir` and the encoder behind `encoder_socket`; reads nothing yet."""
    return LiveMatchbook(data_dir, QueryClient(encoder_socket))


class LiveMatchbook:
    """See `matchbook.Matchbook`. Safe for several threads; notices a new generation at the next question."""

    def __init__(self, data_dir: Path, client: QueryClient) -> None:
        self._data_dir, self._client = data_dir, client
        self._lock = Lock()
        self._opened: Library | None = None

    def library(self) -> Library | None:
        """The newest generation; None before the first one."""
        newest, opened = corpora.generation_of(self._data_dir), self._opened
        if newest is None or (opened is not None and opened.generation >= newest):
            return opened
        with self._lock:
            if self._opened is None or self._opened.generation < newest:
                self._opened = corpora.open_latest(self._data_dir) or self._opened
            return self._opened

    def partners_for_challenge(
        self, session: Session, challenge_id: int, *, limit: int = 20, allowed: Allowed = None
    ) -> Ranking:
        library = self.library()
        query = library and _stored_query(session, library, CHALLENGES, challenge_id)
        return _partners(library, query, limit, allowed) if library and query else NOTHING

    def challenges_for_partner(
        self, session: Session, partner_id: int, *, limit: int = 20, allowed: Allowed = None
    ) -> Ranking:
        library = self.library()
        query = library and _stored_query(session, library, PARTNERS, partner_id)
        return _ranking(library, query, CHALLENGES, limit, allowed) if library and query else NOTHING

    def partners_for_partner(
        self, session: Session, partner_id: int, *, limit: int = 20, allowed: Allowed = None
    ) -> Ranking:
        """Who offers what this partner seeks and who seeks what it offers; who resembles it, when neither is said."""
        library = self.library()
        if library is None:
            return NOTHING
        others = _without(library.corpus(PARTNERS), allowed, partner_id)
        seeking = _stored_query(session, library, SEEKERS, partner_id)
        offering = _stored_query(session, library, PARTNERS, partner_id)
        answers = []
        if seeking is not None:
            answers.append(_partners(library, seeking, POOL, others))
        if offering is not None and len(library.corpus(SEEKERS)):
            answers.append(_ranking(library, offering, SEEKERS, POOL, others))
        found = _merged([answer for answer in answers if answer.matches], limit)
        if found is not None or offering is None:
            return found or NOTHING
        return _ranking(library, offering, PARTNERS, limit, others)

    def similar(
        self,
        session: Session,
        text: str,
        entity_type: EntityType,
        *,
        limit: int = 5,
        allowed: Allowed = None,
    ) -> Ranking:
        return self._typed(text, SEARCHED[entity_type], limit, allowed, DEFAULT)

    def search(
        self,
        session: Session,
        text: str,
        entity_type: EntityType,
        *,
        limit: int = 200,
        allowed: Allowed = None,
    ) -> Ranking:
        return self._typed(text, SEARCHED[entity_type], limit, allowed, SEARCH)

    def suggest_targets(self, text: str, *, limit: int = 8) -> list[TargetSuggestion]:
        return []

    def _typed(self, text: str, kind: Kind, limit: int, allowed: Allowed, weights: Weights) -> Ranking:
        library = self.library()
        document = texts.of_text(text[:LONGEST_TYPED])
        if library is None or not document.passages:
            return NOTHING
        query = Query.of(self._encoded(document, library.model), Role.NEED, library.frame)
        return _ranking(library, query, kind, limit, allowed, weights)

    def _encoded(self, document: Document, model: str) -> Document:
        """With vectors when the encoder is there and is the one that the index was made with; else without."""
        try:
            vectors = self._client.encode_queries(document.texts())
        except EncoderUnavailable:
            return document
        return document.with_vectors(vectors) if self._client.model_id == model else document


def _stored_query(session: Session, library: Library, kind: Kind, key: int) -> Query | None:
    """A public entity as the corpus holds it, any other from its rows; None when it says nothing."""
    corpus = library.corpus(kind)
    if str(key) in corpus:
        return corpus.query(str(key))
    found = corpora.documents(session, kind, [key], library.model)
    return Query.of(found[0], kind.role, library.frame) if found else None


def _mask(corpus: Corpus, allowed: Allowed) -> NDArray[np.bool_] | None:
    return None if allowed is None else corpus.mask(str(key) for key in allowed)


def _without(corpus: Corpus, allowed: Allowed, key: int) -> set[int]:
    everyone = {int(owner) for owner in corpus.units.owners} if allowed is None else set(allowed)
    return everyone - {key}


def _partners(library: Library, query: Query, limit: int, allowed: Allowed) -> Ranking:
    corpus = library.corpus(PARTNERS)
    mask = _mask(corpus, allowed)
    candidates = library.nearest.candidates(query, max(POOL, limit), mask)
    found = rank(query, corpus, library.frame, limit=limit, allowed=mask, candidates=candidates)
    return _answer(library, found, DEFAULT)


def _ranking(
    library: Library, query: Query, kind: Kind, limit: int, allowed: Allowed, weights: Weights = DEFAULT
) -> Ranking:
    corpus = library.corpus(kind)
    if not len(corpus):
        return NOTHING
    found = rank(query, corpus, library.frame, limit=limit, allowed=_mask(corpus, allowed), weights=weights)
    return _answer(library, found, weights)


def _answer(library: Library, ranking: EngineRanking, weights: Weights) -> Ranking:
    return Ranking(
        tuple(_match(candidate) for candidate in ranking.candidates),
        ranking.considered,
        library.model,
        weights.as_dict(),
        library.generation,
        ranking.semantic,
    )


def _match(candidate: Candidate) -> Match:
    return Match(
        int(candidate.owner),
        candidate.rank,
        candidate.score,
        candidate.fit.level,
        tuple(_evidence(pair) for pair in candidate.evidence),
        tuple(Signal(signal.code, signal.positive, dict(signal.params)) for signal in candidate.signals),
        {name: round(feature.contribution, 5) for name, feature in candidate.features.items()},
    )


def _evidence(pair: EngineEvidence) -> Evidence:
    return Evidence(_side(pair.asks), _side(pair.answers), pair.strength)


def _side(side: EngineSide) -> Side:
    return Side(side.text, side.part, int(side.part_id) if side.part_id.isdigit() else None, side.marks)


def _merged(answers: list[Ranking], limit: int) -> Ranking | None:
    """One list out of both directions: scores add up, the evidence of both is shown."""
    if len(answers) < 2:
        return replace(answers[0], matches=answers[0].matches[:limit]) if answers else None
    totals: dict[int, Match] = {}
    for match in (match for answer in answers for match in answer.matches):
        known = totals.get(match.entity_id)
        totals[match.entity_id] = match if known is None else _both(known, match)
    ordered = sorted(totals.values(), key=lambda match: (-match.score, match.entity_id))[:limit]
    ranked = tuple(replace(match, rank=place) for place, match in enumerate(ordered, 1))
    return replace(answers[0], matches=ranked)


def _both(one: Match, other: Match) -> Match:
    signals = {signal.code: signal for signal in (*one.signals, *other.signals)}
    return replace(
        one,
        score=one.score + other.score,
        fit=max(one.fit, other.fit),
        evidence=one.evidence + other.evidence,
        signals=tuple(signals.values()),
        features={name: one.features.get(name, 0) + other.features.get(name, 0) for name in one.features},
    )
