"""What anyone would build in a day: BM25 over character pairs, rank fusion with plain cosine, tagging by keywords."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from matcher.engine.lexical import K1, B
from matcher.engine.tokens import bigrams, normalise
from matcher.engine.types import Floats

RRF_K = 60


def bm25(queries: Sequence[str], passages: Sequence[str]) -> Floats:
    """(queries, passages) of Okapi BM25 over character bigrams."""
    documents = [Counter(bigrams(text)) for text in passages]
    lengths = np.array([document.total() for document in documents], np.float64)
    norms = K1 * (1 - B + B * lengths / max(lengths.mean(), 1e-9))
    frequency = Counter(term for document in documents for term in document)
    scores = np.zeros((len(queries), len(passages)), np.float32)
    for row, query in enumerate(queries):
        for term in bigrams(query):
            if term in frequency:
                counts = np.array([document[term] for document in documents])
                rarity = np.log1p((len(documents) - frequency[term] + 0.5) / (frequency[term] + 0.5))
                scores[row] += rarity * counts * (K1 + 1) / (counts + norms)
    return scores


def fused(*scores: Floats) -> Floats:
    """Reciprocal rank fusion (Cormack et al. 2009) with k = 60."""
    return np.asarray(sum(1 / (RRF_K + 1 + _ranks(rows)) for rows in scores), np.float32)


def _ranks(scores: Floats) -> Floats:
    order = np.argsort(-scores, axis=1, kind="stable")
    return np.argsort(order, axis=1).astype(np.float32)


def in_order(scores: Floats, owners: Sequence[str]) -> list[list[str]]:
    """For each query all owners, best first; equal scores in the given order."""
    return [[owners[i] for i in row] for row in np.argsort(-scores, axis=1, kind="stable")]


def keyword_hits(text: str, keywords: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """For each label how many of its keywords stand in the text, letter by letter; labels without any are left out."""
    spoken = normalise(text)
    hits = {label: sum(normalise(word) in spoken for word in words) for label, words in keywords.items()}
    return {label: count for label, count in hits.items() if count}
