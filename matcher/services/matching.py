"""The matcher of a running process: maps the newest corpora, has what is typed encoded, answers with evidence."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from embeddings.query_client import EncoderUnavailable, QueryClient
from matcher.engine import replay
from matcher.engine.corpus import Corpus, Query
from matcher.engine.features import all_weights
from matcher.engine.lacking import lacking
from matcher.engine.mutual import partners_for_partner
from matcher.engine.rank import Sought, margin_of, rank
from matcher.engine.requirements import MOST_EXCLUDED, apart, meeting
from matcher.engine.score import DEFAULT, POOL
from matcher.engine.search import SEARCH, search
from matcher.engine.seeking import resembling
from matcher.engine.teams import Member as TeamMember
from matcher.engine.teams import add, asking_each, propose
from matcher.engine.types import Candidate, Document, Mask, Role
from matcher.engine.types import Evidence as EngineEvidence
from matcher.engine.types import Ranking as EngineRanking
from matcher.engine.types import Side as EngineSide
from matcher.services import corpora, fits, texts
from matcher.services.corpora import CHALLENGES, PARTNERS, PRECEDENTS, SEEKERS, Kind, Library
from matcher.services.matchbook import (
    Addition,
    Evidence,
    FitTable,
    Lack,
    Match,
    Member,
    Ranking,
    Side,
    Signal,
    TargetSuggestion,
    Team,
)
from matcher.services.ranking_models import BUILT_IN, InUse, basis_of, in_use
from models.enums import EntityType

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

    def newest(self) -> Library | None:
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
        library = self.newest()
        query = library and _stored_query(session, library, CHALLENGES, challenge_id)
        return _partners(library, query, limit, allowed, in_use(session)) if library and query else NOTHING

    def challenges_for_partner(
        self, session: Session, partner_id: int, *, limit: int = 20, allowed: Allowed = None
    ) -> Ranking:
        library = self.newest()
        query = library and _stored_query(session, library, PARTNERS, partner_id)
        if not library or not query:
            return NOTHING
        seeking = _stored_query(session, library, SEEKERS, partner_id)
        sought = resembling(seeking, library.corpus(CHALLENGES), library.frame)
        return _ranking(library, query, CHALLENGES, limit, allowed, sought, in_use(session))

    def lacking_for_partner(self, session: Session, partner_id: int, *, allowed: Allowed = None) -> tuple[Lack, ...]:
        library = self.newest()
        query = library and _stored_query(session, library, PARTNERS, partner_id)
        if not library or not query:
            return ()
        needs = library.corpus(CHALLENGES)
        found = lacking(query, library.corpus(PARTNERS), needs, library.frame, allowed=_mask(needs, allowed))
        return tuple(Lack(lack.code, tuple(map(int, lack.owners)), lack.value) for lack in found)

    def precedents_for_challenge(
        self, session: Session, challenge_id: int, *, limit: int = 5, allowed: Allowed = None
    ) -> Ranking:
        library = self.newest()
        query = library and _stored_query(session, library, CHALLENGES, challenge_id)
        return _ranking(library, query, PRECEDENTS, limit, allowed) if library and query else NOTHING

    def partners_for_partner(
        self, session: Session, partner_id: int, *, limit: int = 20, allowed: Allowed = None
    ) -> Ranking:
        """Who offers what this partner seeks and who seeks what it offers; nobody when neither is said."""
        library = self.newest()
        if library is None:
            return NOTHING
        offers = library.corpus(PARTNERS)
        offering = _stored_query(session, library, PARTNERS, partner_id)
        seeking = _stored_query(session, library, SEEKERS, partner_id)
        found = partners_for_partner(
            offering,
            seeking,
            offers,
            library.corpus(SEEKERS),
            library.frame,
            limit=limit,
            allowed=_mask(offers, allowed),
        )
        queries = {replay.OFFERING: offering, replay.SEEKING: seeking}
        return _traced(_answer(library, found, BUILT_IN), library, BUILT_IN, queries, (PARTNERS, SEEKERS))

    def fits_for_challenges(
        self, session: Session, challenge_ids: Sequence[int], *, allowed: Allowed = None
    ) -> FitTable:
        library = self.newest()
        if library is None:
            return fits.nothing(challenge_ids)
        asked = [_stored_query(session, library, CHALLENGES, key) for key in challenge_ids]
        mask = _mask(library.corpus(PARTNERS), allowed)
        return fits.table(library, challenge_ids, asked, mask, in_use(session).weights)

    def similar(
        self,
        session: Session,
        text: str,
        entity_type: EntityType,
        *,
        limit: int = 5,
        allowed: Allowed = None,
    ) -> Ranking:
        asked = self._asked(text)
        return _ranking(*asked, SEARCHED[entity_type], limit, allowed) if asked else NOTHING

    def challenges_like(
        self, session: Session, challenge_id: int, *, limit: int = 5, allowed: Collection[int]
    ) -> Ranking:
        library = self.newest()
        query = library and _stored_query(session, library, CHALLENGES, challenge_id)
        return _alike(session, library, query, limit, allowed) if library and query else NOTHING

    def search(
        self,
        session: Session,
        text: str,
        entity_type: EntityType,
        *,
        limit: int = 200,
        allowed: Allowed = None,
    ) -> Ranking:
        asked = self._asked(text)
        if asked is None:
            return NOTHING
        library, query = asked
        corpus = library.corpus(SEARCHED[entity_type])
        # Lists show what was found, not why: without evidence an answer comes sooner.
        found = search(query, corpus, library.frame, limit=limit, allowed=_mask(corpus, allowed), explained=0)
        return _answer(library, found, InUse(None, SEARCH))

    def suggest_targets(self, text: str, *, limit: int = 8) -> list[TargetSuggestion]:
        """The surest answers to any paragraph: a whole description speaks of too many things to point to one target."""
        library, said = self.newest(), texts.of_text(text)
        if library is None or not said.passages:
            return []
        paragraphs = tuple(p for part in text.split("\n\n") for p in texts.of_text(part).passages)
        read = self._encoded(replace(said, passages=paragraphs), library.model)
        best: dict[str, TargetSuggestion] = {}
        for passage in read.passages:
            for item in library.tagger.suggest(replace(read, passages=(passage,)), limit):
                if item.code not in best or best[item.code].confidence < item.confidence:
                    best[item.code] = TargetSuggestion(item.code, item.confidence, item.words)
        return sorted(best.values(), key=lambda found: -found.confidence)[:limit]

    def team_for_challenge(self, session: Session, challenge_id: int, *, allowed: Allowed = None) -> Team:
        library = self.newest()
        query = library and _stored_query(session, library, CHALLENGES, challenge_id)
        return _team(library, query, allowed) if library and query else Team()

    def additions(
        self, session: Session, text: str, present: Collection[int], *, limit: int = 5, allowed: Collection[int]
    ) -> Addition:
        asked = self._asked(text)
        return _addition(*asked, present, limit, allowed) if asked else Addition()

    def _asked(self, text: str) -> tuple[Library, Query] | None:
        library, document = self.newest(), texts.of_text(text[:LONGEST_TYPED])
        if library is None or not document.passages:
            return None
        return library, Query.of(self._encoded(document, library.model), Role.NEED, library.frame)

    def _encoded(self, document: Document, model: str) -> Document:
        """With vectors when the encoder is there and is the one that the index was made with; else without."""
        asked = document.texts()
        alone = len(asked) == 2  # one sentence says what its passage says: read once
        try:
            vectors = self._client.encode_queries(asked[:1] if alone else asked)
        except EncoderUnavailable:
            return document
        vectors = np.repeat(vectors, 2, axis=0) if alone else vectors
        return document.with_vectors(vectors) if self._client.model_id == model else document


def _stored_query(session: Session, library: Library, kind: Kind, key: int) -> Query | None:
    """A public entity as the corpus holds it, any other from its rows; None when it says nothing."""
    corpus = library.corpus(kind)
    if str(key) in corpus:
        return corpus.query(str(key))
    found = corpora.documents(session, kind, [key], library.model)
    return Query.of(found[0], kind.role, library.frame) if found else None


def _mask(corpus: Corpus, allowed: Allowed) -> NDArray[np.bool_] | None:
    return None if allowed is None else corpus.numbered(allowed)


def _partners(library: Library, query: Query, limit: int, allowed: Allowed, used: InUse) -> Ranking:
    """Those that break what the challenge requires are ranked apart, so that they take nobody's place."""
    corpus = library.corpus(PARTNERS)
    mask, met = _mask(corpus, allowed), meeting(query.profile, corpus)
    if met is None:
        found = _ranked(library, query, limit, mask, used)
    else:
        everyone = np.ones(len(corpus), np.bool_) if mask is None else mask
        listed = _ranked(library, query, limit, everyone & met, used)
        found = apart(listed, _ranked(library, query, MOST_EXCLUDED, everyone & ~met, used), limit)
    return _traced(_answer(library, found, used), library, used, {replay.CHALLENGE: query}, (PARTNERS, SEEKERS))


def _ranked(library: Library, query: Query, limit: int, mask: Mask | None, used: InUse) -> EngineRanking:
    corpus = library.corpus(PARTNERS)
    if mask is not None and not mask.any():
        return EngineRanking((), 0, query.semantic)
    candidates = library.nearest.candidates(query, max(POOL, limit), mask)
    # The fit is always measured with the built-in weights: its words then mean the same under every model.
    return rank(
        query,
        corpus,
        library.frame,
        limit=limit,
        allowed=mask,
        candidates=candidates,
        weights=used.weights,
        sought=resembling(query, library.corpus(SEEKERS), library.frame),
        fit_by=DEFAULT,
    )


def _ranking(
    library: Library,
    query: Query,
    kind: Kind,
    limit: int,
    allowed: Allowed,
    sought: Sought | None = None,
    used: InUse = BUILT_IN,
) -> Ranking:
    corpus = library.corpus(kind)
    found = rank(
        query,
        corpus,
        library.frame,
        limit=limit,
        allowed=_mask(corpus, allowed),
        weights=used.weights,
        sought=sought,
        fit_by=DEFAULT,
    )
    return _answer(library, found, used)


def _alike(session: Session, library: Library, query: Query, limit: int, allowed: Collection[int]) -> Ranking:
    """Public challenges out of the corpus, others from their rows; a score does not depend on who else is there."""
    public = _ranking(library, query, CHALLENGES, limit, allowed)
    rest = [key for key in allowed if str(key) not in library.corpus(CHALLENGES)]
    written = corpora.documents(session, CHALLENGES, rest, library.model)
    if not written:
        return public
    drafts = rank(query, Corpus.build(written, CHALLENGES.role, library.frame), library.frame, limit=limit)
    both = sorted((*public.matches, *matches_of(drafts)), key=lambda match: (-match.score, match.entity_id))
    placed = tuple(replace(match, rank=place) for place, match in enumerate(both[:limit], 1))
    return replace(public, matches=placed, considered=public.considered + drafts.considered)


def _answer(library: Library, ranking: EngineRanking, used: InUse) -> Ranking:
    return Ranking(
        matches_of(ranking),
        ranking.considered,
        library.model,
        all_weights(used.weights.as_dict()),
        library.generation,
        ranking.semantic,
        tuple(_match(candidate) for candidate in ranking.excluded),
        ranking_model=used.model_id,
        basis=basis_of(library.model) if ranking.semantic else "",
    )


def _traced(
    ranking: Ranking,
    library: Library,
    used: InUse,
    queries: Mapping[str, Query | None],
    kinds: Sequence[Kind],
) -> Ranking:
    """With what is needed to share attention and to compute it again."""

    def trace(keys: Collection[int]) -> replay.Trace:
        documents = {}
        for kind in kinds:
            corpus = library.corpus(kind)
            documents[kind.name] = corpus.units.take(corpus.positions(map(str, keys)))
        asked = {name: query for name, query in queries.items() if query is not None}
        return replay.Trace(library.frame, all_weights(used.weights.as_dict()), asked, documents)

    return replace(ranking, margin=margin_of(library.frame.match_scale), trace=trace)


def matches_of(ranking: EngineRanking) -> tuple[Match, ...]:
    """The engine's candidates as the product keeps them."""
    return tuple(_match(candidate) for candidate in ranking.candidates)


def _match(candidate: Candidate) -> Match:
    return Match(
        int(candidate.owner),
        candidate.rank,
        candidate.score,
        candidate.fit.level,
        tuple(_evidence(pair) for pair in candidate.evidence),
        tuple(Signal(signal.code, signal.positive, dict(signal.params)) for signal in candidate.signals),
        {name: round(feature.contribution, 5) for name, feature in candidate.features.items()},
        {name: round(feature.value, 5) for name, feature in candidate.features.items()},
        candidate.likelihood,
    )


def _evidence(pair: EngineEvidence) -> Evidence:
    return Evidence(_side(pair.asks), _side(pair.answers), pair.strength)


def _side(side: EngineSide) -> Side:
    return Side(side.text, side.part, int(side.part_id) if side.part_id.isdigit() else None, side.marks)


def _team(library: Library, query: Query, allowed: Allowed) -> Team:
    """Whoever breaks what the challenge requires is in no team. Each need looks for its own partners in the index."""
    corpus = library.corpus(PARTNERS)
    mask, met = _mask(corpus, allowed), meeting(query.profile, corpus)
    if met is not None:
        mask = met if mask is None else mask & met
    proposed = propose(query, corpus, library.frame, allowed=mask, candidates=_near_each(library, query, mask))
    single = proposed.single
    return Team(
        tuple(_side(side) for side in proposed.needs),
        tuple(_member(member) for member in proposed.members),
        None if single is None else _member(single),
        proposed.nobody,
        proposed.coverage,
        proposed.single_coverage,
        proposed.considered,
    )


def _addition(
    library: Library, query: Query, present: Collection[int], limit: int, allowed: Collection[int]
) -> Addition:
    """Each sentence of the text looks for its own partners in the index; those present are always compared."""
    corpus = library.corpus(PARTNERS)
    mask, here = _mask(corpus, {*allowed, *present}), _mask(corpus, present)
    near = _near_each(library, query, mask)
    if near is not None and here is not None:
        near = np.union1d(near, np.flatnonzero(here))
    owners = [str(key) for key in present]
    found = add(query, corpus, library.frame, owners, limit, allowed=mask, candidates=near)
    return Addition(tuple(map(_side, found.needs)), found.covered, tuple(map(_member, found.members)))


def _near_each(library: Library, query: Query, mask: NDArray[np.bool_] | None) -> NDArray[np.int64] | None:
    """Who comes near the whole or one of its needs; None where everybody is to be looked at."""
    found = [library.nearest.candidates(asking, POOL, mask) for asking in (query, asking_each(query))]
    near = [rows for rows in found if rows is not None]
    return np.unique(np.concatenate(near)) if near else None


def _member(member: TeamMember) -> Member:
    answers = tuple(None if answer is None else _evidence(answer) for answer in member.answers)
    return Member(int(member.owner), member.fit.level, answers, member.covers)
