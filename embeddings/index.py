"""What finds the vectors nearest to a vector, whichever engine does it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]

NO_ID = -1
"""Fills the rows of a search that found fewer than k; its score is -inf."""


class IndexFileError(ValueError):
    """A saved index that is truncated, tampered with, or not an index: rebuild it from the database."""


class VectorIndex(Protocol):
    """Inner products over unit vectors, keyed by ids ≥ 0. Searching and changing at the same time is safe."""

    @property
    def dimension(self) -> int: ...

    def upsert(self, ids: Ids | Sequence[int], vectors: Vectors) -> None:
        """Add, or replace what has the same id. An id given twice in one call is a ValueError, as is NaN."""
        ...

    def remove(self, ids: Ids | Sequence[int]) -> int:
        """How many of `ids` were there and are gone."""
        ...

    def search(self, vectors: Vectors, k: int, allowed_ids: Ids | None = None) -> tuple[Vectors, Ids]:
        """Scores and ids, (n, k) each, best first, equal scores by id; only among `allowed_ids` when given."""
        ...

    def count(self) -> int: ...

    def save(self, path: Path) -> None:
        """Atomic: a reader sees the old file or the new one."""
        ...

    def load(self, path: Path) -> None:
        """Replace the content by a saved one. Raises IndexFileError, and keeps what it has then."""
        ...
