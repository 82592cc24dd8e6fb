"""Recommendations: with and without the database, and the engine against bare FAISS and bare BM25 on the same data."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import bm25s
import faiss
import numpy as np
from sqlmodel import Session

from matcher.engine.corpus import Query
from matcher.engine.rank import rank
from matcher.engine.score import POOL, Rows
from matcher.engine.types import Ranking
from matcher.services import demo_data, recommendations
from matcher.services.corpora import CHALLENGES, PARTNERS, Library
from matcher.services.matching import LiveMatchbook
from models import Challenge
from models.base import utcnow
from models.enums import EntityType
from models.queries.texts import public_ids
from models.session import open_session
from tests.bench.bench_figures import Figure, Times, below, percentile
from tests.bench.bench_site import Site

ASKED, WARM = 200, 10
LIMIT_MS, LIMIT_RATIO = 50.0, 10.0


def measure(site: Site) -> list[Figure]:
    """Every figure on recommendations."""
    book, engine = site.matchbook(), site.engine()
    with open_session(engine, write=False) as session:
        asked = public_ids(session, EntityType.CHALLENGE)[:ASKED]
    with open_session(engine, write=False) as session:
        fresh = _each(asked, lambda key: _recommended(session, book, key))
    with open_session(engine) as session:
        kept = _each(asked, lambda key: _kept(session, book, key))
        session.rollback()
    library = book.newest()
    assert library is not None
    figures = [
        *below("recommendation for a stored challenge, with evidence", fresh, LIMIT_MS),
        *below("… and stored with its run (service, no commit)", kept, LIMIT_MS),
        *_engine(library, [str(key) for key in asked]),
    ]
    engine.dispose()
    return figures


def _each(keys: Sequence[int], ask: Callable[[int], object]) -> Times:
    """What each call takes after a few that warm up."""
    for key in keys[:WARM]:
        ask(key)
    times = Times()
    for key in keys:
        times.add(ask, key)
    return times


def _recommended(session: Session, book: LiveMatchbook, key: int) -> None:
    session.expunge_all()  # each question reads the database itself, as each request does
    ranking = book.partners_for_challenge(session, key)
    assert ranking.semantic
    assert ranking.matches[0].evidence


def _kept(session: Session, book: LiveMatchbook, key: int) -> None:
    session.expunge_all()
    challenge = session.get(Challenge, key)
    assert challenge is not None
    recommendations.run(session, demo_data.office(challenge.municipality_id), key, book, now=utcnow())
    session.flush()


def _engine(library: Library, owners: Sequence[str]) -> list[Figure]:
    """One challenge after the other through all, so that whatever else the machine does hits them alike."""
    queries = [library.corpus(CHALLENGES).query(owner) for owner in owners]
    flat, words, corpus = _flat(library), _words(library), library.corpus(PARTNERS)

    def ranked(query: Query, candidates: Rows | None) -> Ranking:
        return rank(query, corpus, library.frame, candidates=candidates)

    spent = {name: Times() for name in ("nearest", "rank", "faiss", "bm25")}
    for query in [*queries[:WARM], *queries]:
        spent["faiss"].add(flat.search, query.units.passages, POOL)
        spent["bm25"].add(words.get_scores_from_ids, _ids(words, query))
        candidates = spent["nearest"].add(library.nearest.candidates, query, POOL)
        found = spent["rank"].add(ranked, query, candidates)
        assert found.candidates[0].evidence
    # Processor time: all sides are one thread, and what else the machine does is no part of the comparison.
    kept = {name: np.array(times.busy[WARM:]) for name, times in spent.items()}
    return _compared(kept["nearest"] + kept["rank"], kept["rank"], kept["faiss"] + kept["bm25"], kept)


def _compared(whole: np.ndarray, ranked: np.ndarray, bare: np.ndarray, parts: dict[str, np.ndarray]) -> list[Figure]:
    ratio = percentile(whole, 50) / percentile(bare, 50)
    against = (
        f"{percentile(bare, 50):.2f} ms: flat search {percentile(parts['faiss'], 50):.2f}"
        f" + BM25 {percentile(parts['bm25'], 50):.2f}"
    )
    high = percentile(whole, 95) / percentile(bare, 95)
    return [
        Figure("engine: candidates, scores, evidence, p50", percentile(whole, 50), "ms", against, ratio,
               f"≤ {LIMIT_RATIO:g} ×", ratio <= LIMIT_RATIO),
        Figure("engine: candidates, scores, evidence, p95", percentile(whole, 95), "ms",
               f"{percentile(bare, 95):.2f} ms", high, f"≤ {LIMIT_RATIO:g} ×", high <= LIMIT_RATIO),
        Figure("… of which scores and evidence (rank), p50", percentile(ranked, 50), "ms"),
    ]  # fmt: skip


def _flat(library: Library) -> faiss.IndexFlatIP:
    passages = np.ascontiguousarray(library.corpus(PARTNERS).units.passages, np.float32)
    index = faiss.IndexFlatIP(passages.shape[1])
    index.add(passages)
    return index


def _words(library: Library) -> bm25s.BM25:
    """BM25 over the very words that the engine compares, one document a partner."""
    units = library.corpus(PARTNERS).units
    ends = units.term_starts[units.sentence_starts]
    documents = [units.terms[start:end].tolist() for start, end in pairwise(ends)]
    vocabulary = {term: number for number, term in enumerate(sorted({t for d in documents for t in d}))}
    retriever = bm25s.BM25()
    corpus = bm25s.tokenization.Tokenized(
        ids=[[vocabulary[term] for term in document] for document in documents], vocab=vocabulary
    )
    retriever.index(corpus, show_progress=False)
    return retriever


def _ids(words: bm25s.BM25, query: Query) -> np.ndarray:
    vocabulary = words.vocab_dict
    return np.array([vocabulary[term] for term in query.units.terms.tolist() if term in vocabulary], np.int64)
