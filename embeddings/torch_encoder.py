"""Encodes with sentence-transformers: any model it can open, in bfloat16 where the processor multiplies it natively."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.adapter import Adapter
from embeddings.convert import bundled_folder, read_manifest
from embeddings.encoder import BUNDLED, EncoderConfig, bundled_model_id, model_id_of
from embeddings.files import sha256_of
from embeddings.windows import Windowed

BATCH = 32


class TorchEncoder:
    """One model in memory. A lock serialises calls: the tokenizer keeps padding and truncation as state."""

    def __init__(self, config: EncoderConfig) -> None:
        self._lock = Lock()
        self._model = _open_model(config)
        self.dimension: int = self._model.get_embedding_dimension()
        self.model_id = _model_id(config, self._model)
        self._queries = self._windowed(self._model.encode_query, config.query_prompt)
        self._documents = self._windowed(self._model.encode_document, config.document_prompt)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._queries.encode(texts)

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self._documents.encode(texts, progress)

    def _windowed(self, encode: Callable[..., Any], prompt: str) -> Windowed:
        def encode_batch(texts: list[str]) -> NDArray[np.float32]:
            with self._lock:
                vectors = encode(texts, prompt=prompt, batch_size=BATCH, show_progress_bar=False)
            return np.asarray(vectors, np.float32)

        limit = self._model.max_seq_length or 512
        return Windowed(limit, self.dimension, BATCH, lambda text: self._count(prompt + text), encode_batch)

    def _count(self, text: str) -> int:
        with self._lock:
            return len(self._model.tokenizer(text, truncation=False, verbose=False)["input_ids"])


def _open_model(config: EncoderConfig) -> Any:
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    torch.set_num_threads(config.threads)
    folder = _folder(config)
    precision = torch.bfloat16 if _multiplies_bfloat16() else torch.float32
    as_made = config.model == BUNDLED and not config.adapted
    model = SentenceTransformer(
        str(folder or config.model),
        device="cpu",
        local_files_only=folder is not None,
        model_kwargs={"dtype": torch.float32 if as_made else precision},
    )
    return _without_adapter(model).to(precision) if as_made else model


def _without_adapter(model: Any) -> Any:
    """The weights as they were before conversion added our own training's difference."""
    import torch

    parameters = dict(model[0].auto_model.named_parameters())
    with torch.no_grad():
        for name, added in Adapter.read().differences().items():
            parameters[name] -= torch.from_numpy(added)
    return model


def _folder(config: EncoderConfig) -> Path | None:
    """The folder the model is read from; None for a hub name."""
    if config.model == BUNDLED:
        folder = bundled_folder(config.data_dir)
        read_manifest(folder)
        return folder
    return Path(config.model) if Path(config.model).is_dir() else None


def _model_id(config: EncoderConfig, model: Any) -> str:
    if config.model == BUNDLED:
        return bundled_model_id(config)
    folder = _folder(config)
    if folder:
        return model_id_of(folder.name, _weights_checksum(folder), config)
    revision = getattr(model[0].config, "_commit_hash", None)
    return model_id_of(config.model, (revision or "unpinned")[:12], config)


def _weights_checksum(folder: Path) -> str:
    weights = sorted([*folder.rglob("*.safetensors"), *folder.rglob("*.bin"), *folder.rglob("tokenizer.json")])
    return hashlib.sha256("".join(map(sha256_of, weights)).encode()).hexdigest()[:12]


def _multiplies_bfloat16() -> bool:
    """Three times faster and .997 of fp32 where the processor knows bfloat16; emulated, and slower, elsewhere."""
    try:
        flags = Path("/proc/cpuinfo").read_text("ascii", "replace").split()
    except OSError:
        return False
    return "amx_bf16" in flags or "avx512_bf16" in flags
