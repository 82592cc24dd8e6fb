"""A light encoder that is always there and a heavy one that is opened for bulk work only; both share one space."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder

BULK = 400


class PairedEncoder:
    """Few documents go to the light encoder (at once, no torch in memory), many to the heavy one (twice as fast).

    `light` and `heavy` open them when they are first needed.
    """

    def __init__(self, light: Callable[[], Encoder], heavy: Callable[[], Encoder], bulk: int = BULK) -> None:
        self._open_light, self._open_heavy, self._bulk = light, heavy, bulk

    @cached_property
    def light(self) -> Encoder:
        return self._open_light()

    @cached_property
    def heavy(self) -> Encoder:
        return self._open_heavy()

    @property
    def model_id(self) -> str:
        return self.light.model_id

    @property
    def dimension(self) -> int:
        return self.light.dimension

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._for(texts).encode_queries(texts)

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self._for(texts).encode_documents(texts, progress)

    def _for(self, texts: Sequence[str]) -> Encoder:
        opened = "heavy" in self.__dict__
        return self.heavy if opened or len(texts) > self._bulk else self.light
