"""Makes a complete frame: reference means and background, and the scales that turn scores into honest words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from matcher.engine.corpus import Corpus
from matcher.engine.frame import Frame, Scale
from matcher.engine.score import DEFAULT, Scored, Weights, score
from matcher.engine.types import Document, Floats, Role

MOST = 512  # documents of each side that the scales are measured on


def make_frame(
    needs: Sequence[Document],
    offers: Sequence[Document],
    foreign_needs: Mapping[str, Sequence[Document]] | None = None,
    *,
    weights: Weights = DEFAULT,
    seed: int = 0,
) -> Frame:
    """A frame from encoded background documents (see `Frame.build`), with its scales measured on all their pairs.

    Some of those pairs do fit, so a scale is slightly strict. Raises ValueError without a text of either role.
    """
    needs, offers = [n for n in needs if n.encoded], [o for o in offers if o.encoded]
    if not needs or not offers:
        raise ValueError("a frame needs encoded texts of both roles")
    frame = Frame.build(needs, offers, foreign_needs, seed)
    generator = np.random.default_rng(seed)
    asking = Corpus.build(_some(needs, generator), Role.NEED, frame)
    answering = Corpus.build(_some(offers, generator), Role.OFFER, frame)
    matches, pairs = _scores(asking, answering, frame, weights)
    likeness, _ = _scores(asking, asking, frame, weights)
    return replace(frame, match_scale=Scale.of(matches), likeness_scale=Scale.of(likeness), pair_scale=Scale.of(pairs))


def _scores(asking: Corpus, answering: Corpus, frame: Frame, weights: Weights) -> tuple[Floats, Floats]:
    """Text scores of all pairs of different documents, and the gain of each asking sentence's best answer in them."""
    texts, pairs = [], []
    for row, owner in enumerate(asking.units.owners):
        others = np.ones(len(answering), np.bool_)
        others[row : row + 1] = asking is not answering
        scored = score(asking.query(owner), answering, frame, weights, allowed=others, pool=len(answering))
        texts.append(scored.text_scores(weights))
        pairs.append(_best_gains(scored))
    return np.concatenate(texts), np.concatenate(pairs)


def _best_gains(scored: Scored) -> Floats:
    if scored.pairs is None or not scored.pairs.gains.size:
        return np.zeros(0, np.float32)
    filled = scored.pairs.starts[1:] > scored.pairs.starts[:-1]
    return np.maximum.reduceat(scored.pairs.gains, scored.pairs.starts[:-1][filled], axis=1).ravel()


def _some(documents: Sequence[Document], generator: np.random.Generator) -> list[Document]:
    """At most MOST of them, renamed: background texts may come from several places."""
    rows = range(len(documents))
    chosen = rows if len(rows) <= MOST else np.sort(generator.choice(len(rows), MOST, replace=False))
    return [replace(documents[row], owner=str(row)) for row in chosen]
