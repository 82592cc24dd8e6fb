"""The real encoder with a memory on disk, so that only the first run of the bench reads all its texts."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder, EncoderConfig, bundled_model_id, open_encoder

SAVE_EVERY = 4_000
Vectors = NDArray[np.float32]


class RememberingEncoder:
    """`embeddings.encoder.Encoder`, opened only for texts that no run before has encoded under the same model."""

    dimension = 384

    def __init__(self, config: EncoderConfig, folder: Path, report: Callable[[str], None]) -> None:
        self.model_id = bundled_model_id(config)
        self._config, self._report, self._inner = config, report, None
        self._path = folder / f"vectors-{_digest('', self.model_id)[:12]}.npz"
        self._known: dict[str, Vectors] = self._loaded()

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encoded("query", texts)

    def encode_documents(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        return self._encoded("document", texts)

    def learn(self, role: str, texts: Sequence[str]) -> None:
        """Encode what is not known yet, piece by piece, each kept on disk as soon as it is done."""
        missing = list(dict.fromkeys(text for text in texts if _digest(role, text) not in self._known))
        for start in range(0, len(missing), SAVE_EVERY):
            self._report(f"encoding {role} texts: {start:,} of {len(missing):,}")
            piece = missing[start : start + SAVE_EVERY]
            encoder = self._opened()
            encode = encoder.encode_queries if role == "query" else encoder.encode_documents
            self._known |= {_digest(role, text): row for text, row in zip(piece, encode(piece), strict=True)}
            self._save()

    def _encoded(self, role: str, texts: Sequence[str]) -> Vectors:
        self.learn(role, texts)
        return np.stack([self._known[_digest(role, text)] for text in texts])

    def _opened(self) -> Encoder:
        if self._inner is None:
            self._inner = open_encoder(self._config)
        return self._inner

    def _loaded(self) -> dict[str, Vectors]:
        if not self._path.exists():
            return {}
        with np.load(self._path) as stored:
            return dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))

    def _save(self) -> None:
        partial = self._path.with_suffix(".part.npz")
        np.savez(partial, keys=np.array(list(self._known)), vectors=np.stack(list(self._known.values())))
        partial.replace(self._path)


def _digest(role: str, text: str) -> str:
    return hashlib.blake2b(f"{role}\0{text}".encode("utf-8", "replace"), digest_size=16).hexdigest()
