"""How a recommendation's cost grows from Kawasaki's 3,308 partners to 100,000, beside bare FAISS on the same index.

The larger corpora are made of the encoded one, without encoding anything: each further partner is one of those
there are, with a third of its sentences exchanged for other partners' (words and vectors with them), and every vector
moved at random. So words stay as common as they are, and hardly any two vectors are alike. Each size is opened and
asked in a process of its own, as a web process opens it, and its memory is that process's.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from embeddings.query_client import QueryClient
from matcher.engine.arrays import Strings, runs
from matcher.engine.corpus import Corpus
from matcher.engine.frame import Frame, unit
from matcher.engine.lexical import Postings
from matcher.engine.score import POOL
from matcher.engine.types import Floats
from matcher.engine.units import Units
from matcher.services import corpora
from matcher.services.corpora import CHALLENGES, PARTNERS, SEEKERS, Library
from matcher.services.matching import LiveMatchbook
from tests.bench.bench_figures import Figure, Times, percentile
from tests.bench.bench_processes import memory
from tests.bench.bench_site import PARTNERS as KAWASAKI
from tests.bench.bench_site import Site

SIZES = (KAWASAKI, 10_000, 30_000, 100_000)
ASKED, WARM = 100, 5
LIMIT_MS, LIMIT_RATIO = 30.0, 3.0
EXCHANGED = 1 / 3
MOVED = 0.5  # length of what is added to a vector of length 1: cosine .89 with the one that it was
SEED = 20261125


@dataclass(frozen=True)
class Size:
    """What was measured with so many partners: milliseconds by name of the part, and megabytes."""

    partners: int
    passages: int
    clock: Mapping[str, NDArray[np.float64]]
    busy: Mapping[str, NDArray[np.float64]]
    memory: Mapping[str, float]


def measure(site: Site) -> list[Figure]:
    """The curve, and its two ends against their targets."""
    library = site.matchbook().newest()
    assert library is not None
    known = len(library.corpus(PARTNERS))
    measured = [_measured(site, library, count) for count in (known, *(size for size in SIZES if size > known))]
    return [
        *(figure for size in measured for figure in _figures(size)),
        *(_growth(small, large) for small, large in pairwise(measured)),
        _growth(measured[0], measured[-1]),
    ]


def grown(library: Library, count: int) -> Library:
    """The library with `count` partners, and those of them who seek something."""
    draw = np.random.default_rng(SEED)
    partners, seekers = library.corpus(PARTNERS), library.corpus(SEEKERS)
    rows = np.concatenate([np.arange(len(partners)), draw.integers(0, len(partners), count - len(partners))])
    owners = [str(10**6 + place) for place in range(count)]
    seeking = [(owners[place], partners.owners[row]) for place, row in enumerate(rows.tolist())]
    seeking = [(owner, base) for owner, base in seeking if base in seekers]
    larger = {
        PARTNERS.name: _grown(partners, rows, owners, library.frame, draw),
        SEEKERS.name: _grown(
            seekers, seekers.positions(base for _, base in seeking), [o for o, _ in seeking], library.frame, draw
        ),
    }
    return replace(library, corpora=library.corpora | larger)


def _grown(
    corpus: Corpus, rows: NDArray[np.int64], owners: Sequence[str], frame: Frame, draw: np.random.Generator
) -> Corpus:
    units = _mixed(replace(corpus.units.take(rows), owners=Strings.of(owners)), len(corpus), draw)
    words = Postings.build(list(units.bags()), frame.lexicon)
    return Corpus(corpus.role, units, words, None, None)


def _mixed(units: Units, kept: int, draw: np.random.Generator) -> Units:
    """All but the first `kept` documents with other sentences and other vectors; hubness stays with the sentence."""
    first, count = int(units.sentence_starts[kept]), len(units.texts)
    places = np.arange(count)
    chosen = first + np.flatnonzero(draw.random(count - first) < EXCHANGED)
    places[chosen] = draw.permutation(chosen)
    terms, term_starts = runs(units.term_starts, places)
    return replace(
        units,
        passages=_moved(units.passages, int(units.passage_starts[kept]), draw),
        sentences=_moved(units.sentences[places], first, draw),
        sentence_hubness=units.sentence_hubness[places],
        sentence_weights=units.sentence_weights[places],
        texts=units.texts.take(places),
        parts=units.parts.take(places),
        part_ids=units.part_ids.take(places),
        offsets=units.offsets[places],
        terms=units.terms[terms],
        spans=units.spans[terms],
        term_starts=term_starts,
    )


def _moved(vectors: Floats, kept: int, draw: np.random.Generator, chunk: int = 20_000) -> Floats:
    """All but the first `kept` with something random added, of length 1 again; piece by piece, to spare memory."""
    moved = np.array(vectors, np.float32)
    for start in range(kept, len(moved), chunk):
        piece = moved[start : start + chunk]
        piece[:] = unit(piece + MOVED * unit(draw.standard_normal(piece.shape, np.float32)))
    return moved


def _measured(site: Site, library: Library, count: int) -> Size:
    folder = site.data_dir.parent / "growth"
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed
    corpora.write(folder, grown(library, count))
    try:
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            return process.submit(_asked, folder).result()
    finally:
        shutil.rmtree(folder)  # 2.2 GB


def _asked(folder: Path) -> Size:
    """In a process of its own: stored challenges, each with all partners allowed, as a run of the product asks."""
    book = LiveMatchbook(folder, QueryClient(folder / "none.sock"))
    library = book.newest()
    assert library is not None
    bare = library.nearest._index._built.engine
    owners = library.corpus(CHALLENGES).owners[:ASKED]
    everyone = set(map(int, library.corpus(PARTNERS).owners))
    spent = {"whole": Times(), "faiss": Times()}
    with Session() as session:  # what the index holds is not read from a database
        for owner in [*owners[:WARM], *owners]:
            query = library.corpus(CHALLENGES).query(owner)
            spent["faiss"].add(bare.search, corpora._asked(query), 2 * POOL)
            found = spent["whole"].add(
                lambda key: book.partners_for_challenge(session, key, allowed=everyone), int(owner)
            )
            assert found.semantic
            assert found.considered == len(everyone)
            assert found.matches[0].evidence
    return Size(
        len(everyone),
        len(library.corpus(PARTNERS).units.passages),
        {name: np.array(times.wall[WARM:]) for name, times in spent.items()},
        {name: np.array(times.busy[WARM:]) for name, times in spent.items()},
        memory(os.getpid()),
    )


def _figures(size: Size) -> list[Figure]:
    """Processor time for the ratio: both sides are one thread, and what else the machine does is no part of it."""
    p95, bare = percentile(size.clock["whole"], 95), percentile(size.busy["faiss"], 95)
    ratio = percentile(size.busy["whole"], 95) / bare
    target, ok = "", None
    if size.partners <= KAWASAKI:
        target, ok = f"≤ {LIMIT_MS:g} ms", p95 <= LIMIT_MS
    elif size.partners == SIZES[-1]:
        target, ok = f"≤ {LIMIT_RATIO:g} ×", ratio <= LIMIT_RATIO
    return [
        Figure(f"{size.partners:,} partners, {size.passages:,} passages: recommendation, p50",
               percentile(size.clock["whole"], 50), "ms",
               f"bare FAISS search {percentile(size.busy['faiss'], 50):.2f} ms",
               percentile(size.busy["whole"], 50) / percentile(size.busy["faiss"], 50)),
        Figure("… p95", p95, "ms", f"bare FAISS search {bare:.2f} ms", ratio, target, ok),
        Figure("… memory of the process (Rss)", size.memory["rss"], "MB",
               f"of its own {size.memory['anonymous']:,.0f} MB, the rest files that all web processes share"),
    ]  # fmt: skip


def _growth(small: Size, large: Size) -> Figure:
    times = percentile(large.busy["whole"], 95) / percentile(small.busy["whole"], 95)
    more = large.partners / small.partners
    bare = percentile(large.busy["faiss"], 95) / percentile(small.busy["faiss"], 95)
    return Figure(
        f"cost from {small.partners:,} to {large.partners:,} partners, p95",
        times,
        "×",
        f"partners {more:.1f} ×, bare FAISS search {bare:.1f} ×",
        times / more,
    )
