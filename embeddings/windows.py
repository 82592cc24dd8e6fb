"""Encodes texts of any length in batches of equal length: what exceeds the model's window is split, never cut off."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.sentences import split_sentences
from embeddings.text import clean_text

Vectors = NDArray[np.float32]
Progress = Callable[[int], None]


@dataclass(frozen=True)
class Windowed:
    """What an engine must tell: its window in tokens, how many a text takes (prompt and ends included), its vectors."""

    limit: int
    dimension: int
    batch: int
    count_tokens: Callable[[str], int]
    encode_batch: Callable[[list[str]], Vectors]

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Unit vectors (n, dimension). Equal texts are encoded once; `progress` hears how many texts are done so far.

        A text over the window is represented by the mean of its parts, weighted by their tokens.
        """
        cleaned = [clean_text(text) for text in texts]
        unique = {text: row for row, text in enumerate(dict.fromkeys(cleaned))}
        vectors = self._encode_unique(list(unique), lambda share: progress and progress(round(share * len(texts))))
        return vectors[[unique[text] for text in cleaned]]

    def _encode_unique(self, texts: list[str], progress: Callable[[float], object]) -> Vectors:
        parts = [(row, part) for row, text in enumerate(texts) for part in self.split(text)]
        parts.sort(key=lambda item: len(item[1]), reverse=True)  # equal lengths together: little padding
        sums = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(parts), self.batch):
            batch = parts[start : start + self.batch]
            vectors = unit(self.encode_batch([part for _, part in batch]))
            weights = np.array([max(1, len(part)) for _, part in batch], np.float32)
            np.add.at(sums, [row for row, _ in batch], vectors * weights[:, None])
            progress((start + len(batch)) / len(parts))
        return unit(sums)

    def split(self, text: str) -> list[str]:
        """`text` itself when it fits, else runs of whole sentences that do."""
        if len(text) <= self.limit // 4 or self.count_tokens(text) <= self.limit:
            return [text]
        windows, current = [], ""
        for sentence in self._fitting_sentences(text):
            joined = f"{current} {sentence}" if current else sentence
            if current and self.count_tokens(joined) > self.limit:
                windows.append(current)
                current = sentence
            else:
                current = joined
        return [*windows, current] if current else (windows or [""])

    def _fitting_sentences(self, text: str, max_chars: int = 200) -> list[str]:
        """Sentences; one that fills more than a window (rare scripts, byte tokens) is divided further."""
        sentences = []
        for sentence in split_sentences(text, max_chars):
            if max_chars > 1 and self.count_tokens(sentence) > self.limit:
                sentences += self._fitting_sentences(sentence, max_chars // 2)
            else:
                sentences.append(sentence)
        return sentences


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """Rows of length 1; a row of zeros stays zeros."""
    rows = np.asarray(vectors, np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: Vectors = rows / np.maximum(lengths, np.float32(1e-12))
    return scaled
