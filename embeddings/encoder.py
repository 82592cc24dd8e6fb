"""What turns text into vectors: one setting names the model, two functions open it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from embeddings.convert import MODEL_NAME, bundled_folder, read_manifest

BUNDLED = "bundled"


@dataclass(frozen=True)
class EncoderConfig:
    """`model` is "bundled", a hub name or a local sentence-transformers folder; the prompts are that model's own.

    `adapted` False opens the bundled model as it was before our own training, to compare with; torch only.
    `threads` holds for the whole process: several workers with several threads each are slower than with one.
    """

    data_dir: Path
    model: str = BUNDLED
    query_prompt: str = "query: "
    document_prompt: str = "passage: "
    adapted: bool = True
    threads: int = 1


class Encoder(Protocol):
    """Texts of any kind in, L2-normalised float32 (n, dimension) out; safe to call from several threads.

    `model_id` changes whenever vectors would: it is stored beside every vector. Texts are cleaned and capped (see
    `embeddings.text`), long ones split into windows. An empty text gets a vector that means nothing.
    """

    @property
    def model_id(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]: ...

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """`progress` hears, after each batch, how many texts are done so far."""
        ...


def open_encoder(config: EncoderConfig) -> Encoder:
    """For documents in bulk: sentence-transformers. Takes seconds and most of a GB: open once, after any fork.

    Raises NotConverted when the bundled model has not been made yet.
    """
    from embeddings.torch_encoder import TorchEncoder

    return TorchEncoder(config)


def open_query_encoder(config: EncoderConfig) -> Encoder:
    """For short queries: ONNX Runtime int8, without torch, in the same space as `open_encoder`'s vectors.

    Only the bundled model has an ONNX twin; for any other this is `open_encoder`.
    """
    if config.model != BUNDLED:
        return open_encoder(config)
    from embeddings.onnx_encoder import OnnxEncoder

    return OnnxEncoder(config)


def bundled_model_id(config: EncoderConfig) -> str:
    """The id of the bundled model's vectors, without loading it. Raises NotConverted."""
    checksum = read_manifest(bundled_folder(config.data_dir)).checksum
    return model_id_of(MODEL_NAME, checksum if config.adapted else f"{checksum}-as-made", config)


def model_id_of(name: str, checksum: str, config: EncoderConfig) -> str:
    """Name, weights and prompts: whatever a vector depends on, but for numeric precision."""
    return f"{name}@{checksum}?query={quote(config.query_prompt)}&document={quote(config.document_prompt)}"
