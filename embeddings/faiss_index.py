"""The embedded default index: FAISS, flat and exact, replaced as a whole whenever it changes.

FAISS and fork: a search in a process forked after FAISS was used hangs unless OpenMP has one thread. Start with
OMP_NUM_THREADS=1 and build or load indexes after the fork; this module also sets one thread by itself.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple

import faiss
import numpy as np

from embeddings.files import write_atomically
from embeddings.index import NO_ID, Ids, IndexFileError, Vectors

_MAGIC = b"musubi-faiss-1\n"
_DIGEST = hashlib.sha256().digest_size
# The same vector scores differently in the last bit depending on its place in a block: equal means equal to this.
_DECIMALS = 6
_SPARE = 8


class _Built(NamedTuple):
    engine: Any  # faiss.IndexIDMap2
    ids: Ids  # ascending: the position of a vector in the engine is that of its id here


class FaissIndex:
    """IndexIDMap2 over IndexFlatIP, built in the order of ids and never changed after: searches need no lock."""

    def __init__(self, dimension: int) -> None:
        faiss.omp_set_num_threads(1)
        self._write = Lock()
        self._built = _build(np.empty(0, np.int64), np.empty((0, dimension), np.float32))

    @property
    def dimension(self) -> int:
        return int(self._built.engine.d)

    def count(self) -> int:
        return len(self._built.ids)

    def upsert(self, ids: Ids | Sequence[int], vectors: Vectors) -> None:
        new_ids, new_vectors = self._checked(ids, vectors)
        with self._write:
            old_ids, old_vectors = self._built.ids, _vectors(self._built)
            kept = ~np.isin(old_ids, new_ids)
            self._built = _build(
                np.concatenate([old_ids[kept], new_ids]), np.concatenate([old_vectors[kept], new_vectors])
            )

    def remove(self, ids: Ids | Sequence[int]) -> int:
        with self._write:
            kept = ~np.isin(self._built.ids, np.asarray(ids, np.int64))
            if not kept.all():
                self._built = _build(self._built.ids[kept], _vectors(self._built)[kept])
            return int((~kept).sum())

    def search(self, vectors: Vectors, k: int, allowed_ids: Ids | None = None) -> tuple[Vectors, Ids]:
        if k < 1:
            raise ValueError("k must be at least 1")
        queries = _matrix(vectors, self.dimension)
        built = self._built  # a change meanwhile swaps the attribute, not this index
        selected = None if allowed_ids is None else _positions(built.ids, np.asarray(allowed_ids, np.int64))
        available = len(built.ids if selected is None else selected)
        parameters = _parameters(selected, len(built.ids))
        scores = np.full((len(queries), k), -np.inf, np.float32)
        found = np.full((len(queries), k), NO_ID, np.int64)
        for row, query in enumerate(queries if available else []):
            best, positions = _best(built.engine.index, query, min(k, available), available, parameters)
            scores[row, : len(best)], found[row, : len(best)] = best, built.ids[positions]
        return scores, found

    def save(self, path: Path) -> None:
        content = faiss.serialize_index(self._built.engine).tobytes()
        write_atomically(path, _MAGIC + hashlib.sha256(content).digest() + content)

    def load(self, path: Path) -> None:
        content = _verified(path)
        try:
            engine = faiss.deserialize_index(np.frombuffer(content, np.uint8))
        except RuntimeError as error:
            raise IndexFileError(f"{path.name}: {error}") from error
        if not isinstance(engine, faiss.IndexIDMap2) or engine.d != self.dimension:
            raise IndexFileError(f"{path.name}: not an index of dimension {self.dimension}")
        with self._write:
            self._built = _Built(engine, faiss.vector_to_array(engine.id_map))

    def _checked(self, ids: Ids | Sequence[int], vectors: Vectors) -> tuple[Ids, Vectors]:
        checked_ids = np.asarray(ids, np.int64).reshape(-1)
        checked = _matrix(vectors, self.dimension)
        if len(checked_ids) != len(checked):
            raise ValueError(f"{len(checked_ids)} ids for {len(checked)} vectors")
        if len(np.unique(checked_ids)) != len(checked_ids) or (checked_ids < 0).any():
            raise ValueError("ids must be at least 0 and differ from each other")
        return checked_ids, checked


def _matrix(vectors: Vectors, dimension: int) -> Vectors:
    matrix = np.ascontiguousarray(vectors, np.float32)
    if matrix.ndim != 2 or matrix.shape[1] != dimension:
        raise ValueError(f"vectors of shape (n, {dimension}) are needed, not {matrix.shape}")
    if not np.isfinite(matrix).all():
        raise ValueError("vectors must be finite numbers")
    return matrix


def _build(ids: Ids, vectors: Vectors) -> _Built:
    """In the order of ids, so that among equal scores a lower position is a lower id."""
    order = np.argsort(ids)
    engine = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
    engine.add_with_ids(np.ascontiguousarray(vectors[order]), ids[order])
    return _Built(engine, ids[order])


def _vectors(built: _Built) -> Vectors:
    vectors: Vectors = np.empty((len(built.ids), built.engine.d), np.float32)
    if len(vectors):
        built.engine.index.reconstruct_n(0, len(vectors), vectors)
    return vectors


def _positions(ids: Ids, allowed: Ids) -> Ids:
    """Where the allowed ids stand; those that are not in the index are left out."""
    positions: Ids = np.flatnonzero(
        np.isin(ids, allowed)
    )  # for whole numbers a table: np.unique took 240 ms at 344,000
    return positions


def _parameters(selected: Ids | None, count: int) -> Any:
    """A bitmap over positions: exact, and small whatever the ids are."""
    if selected is None:
        return None
    flags = np.zeros(count, np.bool_)
    flags[selected] = True
    bitmap = np.packbits(flags, bitorder="little")
    return faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))  # type: ignore[call-arg,arg-type]


def _best(flat: Any, query: Vectors, k: int, available: int, parameters: Any) -> tuple[Vectors, Ids]:
    """The k best positions, ties by position. Asks for more while a tie may go on behind the last answer."""
    asked = min(k + _SPARE, available)
    while True:
        found_scores, found_positions = flat.search(query[None], asked, params=parameters)
        scores, positions = np.round(found_scores[0], _DECIMALS), found_positions[0]
        if asked == available or scores[-1] < scores[k - 1]:
            order = np.lexsort((positions, -scores))[:k]
            return scores[order], positions[order]
        asked = min(asked * 4, available)


def _verified(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise IndexFileError(f"{path.name}: {error.strerror}") from error
    start = len(_MAGIC) + _DIGEST
    if not data.startswith(_MAGIC) or hashlib.sha256(data[start:]).digest() != data[len(_MAGIC) : start]:
        raise IndexFileError(f"{path.name}: truncated or changed")
    return data[start:]
