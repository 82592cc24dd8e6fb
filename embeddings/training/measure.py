"""What the adapter is worth on pairs that no training saw: `python -m embeddings.training.measure`. Two minutes."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embeddings.training.pairs import UNSEEN, Pair, read_pairs

Encode = Callable[[list[str]], NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Found:
    """At which place each need finds its own organisation among all of them and all that only look right."""

    places: NDArray[np.int64]  # 0 is the first

    @property
    def gains(self) -> NDArray[np.float64]:
        """nDCG@10 of each need."""
        return np.asarray((self.places < 10) / np.log2(self.places + 2))

    @property
    def ndcg(self) -> float:
        return float(self.gains.mean())

    def __str__(self) -> str:
        return f"nDCG@10 {self.ndcg:.3f}, first {(self.places == 0).mean():.3f}"


def found(pairs: Sequence[Pair], queries: Encode, documents: Encode) -> Found:
    """With both sides centred, as the engine does it. The encoders add their prompts."""
    needs = _centred(queries([pair.need for pair in pairs]))
    offers = _centred(documents([pair.profile for pair in pairs] + [pair.near for pair in pairs]))
    scores = needs @ offers.T
    return Found((scores > np.diagonal(scores)[:, None]).sum(axis=1))


def _centred(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    moved = rows - rows.mean(axis=0)
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True))


def main() -> None:
    from embeddings.encoder import EncoderConfig, open_encoder

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", type=Path, default=Path("var"))
    data_dir, pairs = parser.parse_args().data_dir, read_pairs(UNSEEN)
    results = {}
    for name, adapted in (("plain", False), ("adapted", True)):
        encoder = open_encoder(EncoderConfig(data_dir, adapted=adapted, threads=2))
        results[name] = found(pairs, encoder.encode_queries, encoder.encode_documents)
        print(f"{name:8} {results[name]} ({len(pairs)} pairs)", flush=True)
    more = results["adapted"].gains - results["plain"].gains
    error = 1.96 * more.std(ddof=1) / np.sqrt(len(more))
    print(f"ahead by {more.mean():+.3f} [{more.mean() - error:+.3f}, {more.mean() + error:+.3f}]")


if __name__ == "__main__":
    main()
