"""Ranks the documents of a corpus for a query, in any direction, and says why: text scores, facts, evidence."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from matcher.engine.corpus import Corpus, Query
from matcher.engine.explain import Explainer, thin
from matcher.engine.exposure import MARGIN
from matcher.engine.features import MINOR, Reason, Reasoner, all_weights
from matcher.engine.fit import fit_of, likelihood, likeness_of
from matcher.engine.frame import QUANTILES, Frame, Scale
from matcher.engine.score import DEFAULT, POOL, Rows, Scored, Weights, score
from matcher.engine.types import Candidate, Feature, Floats, Mask, Ranking, Role, Signal

#: the owners that were scored → how much each of those that look for such a thing looks for it, 0..1
Sought = Callable[[Sequence[str]], Mapping[str, float]]


def rank(
    query: Query,
    corpus: Corpus,
    frame: Frame,
    *,
    limit: int = 20,
    allowed: Mask | None = None,
    candidates: Rows | None = None,
    weights: Weights = DEFAULT,
    pool: int = POOL,
    explained: int | None = None,
    keep: Callable[[Scored], Mask] | None = None,
    sought: Sought | None = None,
    fit_by: Weights | None = None,
    minor: Mapping[str, float] = MINOR,
) -> Ranking:
    """The best `limit` documents; which way the match goes follows from the roles:

    need → offers (challenge → partners), offer → needs (partner → challenges), like → like (precedents, duplicates).
    `allowed` limits what is considered; see `score` for `candidates` and `pool`. Evidence comes with the first
    `explained` (None: with all). `keep` says which of the scored documents belong in the answer at all, `sought`
    which of the partners look for what this pair is about. `fit_by` are the weights to measure the fit with when not
    those of the order: the frame's scales belong to the default ones. `minor` are the weights of the facts that
    `weights` does not name.
    """
    scored = score(query, corpus, frame, weights, allowed=allowed, candidates=candidates, pool=max(pool, limit))
    ranker = _Ranker(query, corpus, frame, scored, weights, fit_by or weights, minor, sought)
    considered = len(corpus) if allowed is None else int(allowed.sum())
    kept = np.arange(len(scored.rows)) if keep is None else np.flatnonzero(keep(scored))
    best = ranker.best(kept.tolist(), limit, limit if explained is None else explained)
    return Ranking(tuple(best), considered, query.semantic)


class _Ranker:
    """Adds the facts to the text scores of one query, puts the documents in order and describes the best."""

    def __init__(
        self,
        query: Query,
        corpus: Corpus,
        frame: Frame,
        scored: Scored,
        weights: Weights,
        fit_by: Weights,
        minor: Mapping[str, float],
        sought: Sought | None = None,
    ) -> None:
        self._query, self._corpus, self._scored = query, corpus, scored
        self._weights = all_weights(weights.as_dict(), minor)
        self._scale = frame.likeness_scale if scored.sense.symmetric else frame.match_scale
        self._fit = likeness_of if scored.sense.symmetric else fit_of
        self._explainer = Explainer(query, corpus, frame, scored, weights)
        self._reasoner = Reasoner(query.profile, query.role, corpus.role, self._weights)
        self._reasons = [self._reasoner.reasons(corpus.profile(row)) for row in scored.rows.tolist()]
        if sought is not None:
            self._add_sought(sought)
        self._texts = scored.text_scores(fit_by)
        self._totals = scored.text_scores(weights) + np.array([added for _, added in self._reasons], np.float32)

    def _add_sought(self, sought: Sought) -> None:
        owners = [self._corpus.owners[row] for row in self._scored.rows.tolist()]
        likeness = sought(owners)
        for i, owner in enumerate(owners):
            if owner in likeness:
                reasons, added = self._reasons[i]
                reason = Reason("seeks", likeness[owner], "seeks_this")
                self._reasons[i] = ([*reasons, reason], added + self._weights["seeks"] * reason.value)

    def best(self, kept: Sequence[int], limit: int, explained: int) -> list[Candidate]:
        owners = [self._corpus.owners[int(self._scored.rows[i])] for i in kept]
        order = in_order(self._totals[kept], owners, limit)
        return [self._candidate(kept[i], place, place <= explained) for place, i in enumerate(order, 1)]

    def _candidate(self, i: int, place: int, explained: bool) -> Candidate:
        row = int(self._scored.rows[i])
        return Candidate(
            owner=self._corpus.owners[row],
            rank=place,
            score=round(float(self._totals[i]), 5),
            fit=self._fit(float(self._texts[i]), self._scale, self._query.semantic),
            likelihood=self._likelihood(i),
            features=self._features(i),
            evidence=self._explainer.evidence(i) if explained else (),
            signals=self._signals(i, row),
        )

    def _likelihood(self, i: int) -> float | None:
        if self._scored.sense.symmetric or not self._query.semantic:
            return None
        return round(likelihood(float(self._texts[i]), self._scale), 3)

    def _features(self, i: int) -> dict[str, Feature]:
        values = {name: round(float(value[i]), 5) for name, value in self._scored.values.items()}
        values |= {reason.feature: reason.value for reason in self._reasons[i][0]}
        return {name: Feature(value, self._weights[name]) for name, value in values.items()}

    def _signals(self, i: int, row: int) -> tuple[Signal, ...]:
        """What the facts say, and what makes a score less certain than it looks."""
        signals = self._reasoner.signals(self._reasons[i][0], self._corpus.profile(row))
        if self._corpus.role is Role.OFFER and thin(self._corpus.units, row):
            signals.append(Signal("thin_profile", False))
        return tuple(signals)


def in_order(totals: Sequence[float] | Floats, owners: Sequence[str], limit: int) -> list[int]:
    """Best first; equal to five decimals goes by owner, so that the order does not hang on rounding."""
    rounded = np.round(np.asarray(totals, np.float64), 5).tolist()
    return sorted(range(len(owners)), key=lambda i: (-rounded[i], owners[i]))[:limit]


def margin_of(scale: Scale) -> float:
    """The difference in score below which two candidates count as practically equal."""
    return MARGIN * (float(np.interp(0.9, QUANTILES, scale.values)) - scale.median)
