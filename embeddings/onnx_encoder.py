"""Encodes with ONNX Runtime (int8) and the Rust tokenizer alone: about 5 ms a query, and no torch in memory."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.convert import bundled_folder, read_manifest
from embeddings.encoder import EncoderConfig, bundled_model_id
from embeddings.onnx_export import INPUTS, ONNX_FILE
from embeddings.windows import Windowed

WINDOW = 512


class OnnxEncoder:
    """The bundled model. Sessions and tokenizer are never changed after opening, so threads need no lock."""

    def __init__(self, config: EncoderConfig) -> None:
        folder = bundled_folder(config.data_dir)
        read_manifest(folder)
        self.model_id = bundled_model_id(config)
        self._tokenizer = _open_tokenizer(folder)
        self._session = _open_session(folder / ONNX_FILE, config.threads)
        self.dimension: int = self._session.get_outputs()[0].shape[-1]
        self._queries = self._windowed(config.query_prompt)
        self._documents = self._windowed(config.document_prompt)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return self._queries.encode(texts)

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self._documents.encode(texts, progress)

    def _windowed(self, prompt: str) -> Windowed:
        return Windowed(
            WINDOW,
            self.dimension,
            1,
            lambda text: len(self._tokenizer.encode(prompt + text).ids),
            lambda texts: self._run(prompt + texts[0]),
        )

    def _run(self, text: str) -> NDArray[np.float32]:
        """One text a run: int8 ranges are measured per run, so in a batch a vector would depend on its neighbours."""
        ids = np.array([self._tokenizer.encode(text).ids], np.int64)
        feeds = dict(zip(INPUTS, (ids, np.ones_like(ids)), strict=True))
        vector: NDArray[np.float32] = self._session.run(None, feeds)[0]
        return vector


def _open_tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _open_session(path: Path, threads: int) -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    # Without it one long text would keep its working memory for good.
    options.enable_cpu_mem_arena = False
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
