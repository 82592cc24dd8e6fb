"""Teams: two to four partners who together answer the several needs of one challenge, against the best single one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.engine.corpus import Corpus, Query
from matcher.engine.cover import LEAST, Cover, Values, best_single, best_team, greedy, in_order_of_needs
from matcher.engine.explain import Explainer, strength
from matcher.engine.fit import fit_of
from matcher.engine.frame import Frame
from matcher.engine.score import DEFAULT, POOL, Rows, Scored, Weights, score
from matcher.engine.types import Evidence, Fit, Floats, Mask, Side

NEED, INSTEAD = "need", ("problem", "cause", "outcome", "need", "text")
MOST_NEEDS = 8
TELLING = 0.5  # of the weight of the most specific sentence, for one that stands in for a need
COUNTS = 0.33  # a weaker connection is what one unrelated partner in ten has: it covers nothing
COVERED = 0.66  # from here on a connection is called strong, and the need covered
MIDDLE, STEEPNESS = 0.6, 12.0  # a little short of strong is half a cover; how strong beyond that hardly matters
OUTSIDE = 0.8  # of a cover by a partner that does not fit the whole: it may answer the words of a need only


@dataclass(frozen=True)
class Member:
    """A partner with its answer to each need; None where no sentence of it comes near enough to count."""

    owner: str
    fit: Fit
    answers: tuple[Evidence | None, ...]

    @property
    def covers(self) -> tuple[int, ...]:
        return tuple(n for n, answer in enumerate(self.answers) if answer and answer.strength >= COVERED)


@dataclass(frozen=True)
class Proposal:
    """The members, none when a single partner covers as much; `nobody` are the needs that no partner covers.

    `coverage` and `single_coverage` are 0..1: what the team, and the best single partner, cover of all needs.
    """

    needs: tuple[Side, ...]
    members: tuple[Member, ...] = ()
    single: Member | None = None
    nobody: tuple[int, ...] = ()
    coverage: float = 0.0
    single_coverage: float = 0.0
    considered: int = 0


@dataclass(frozen=True)
class Addition:
    """Who would add to those present, the one who adds most first; `covered` are the needs that those present cover."""

    needs: tuple[Side, ...]
    covered: tuple[int, ...] = ()
    members: tuple[Member, ...] = ()


def needs_of(query: Query) -> list[int]:
    """The sentences to be covered: its needs, or, where fewer than two are written, what else says most.

    None without vectors: words alone do not tell whether a need is covered.
    """
    if not query.semantic:
        return []
    parts, weights = list(query.units.parts), query.units.sentence_weights
    rows = [row for row, part in enumerate(parts) if part == NEED]
    if len(rows) < 2:
        rows = [row for row, part in enumerate(parts) if part in INSTEAD]
        least = TELLING * max((float(weights[row]) for row in rows), default=0.0)
        rows = [row for row in rows if weights[row] >= least]
    heaviest = sorted(rows, key=lambda row: (-float(weights[row]), row))
    return sorted(heaviest[:MOST_NEEDS])


def asking_each(query: Query) -> Query:
    """The same query with each need as a passage of its own: finds in an index who answers one of them only."""
    rows, units = needs_of(query), query.units
    vectors, hubness = units.sentences[rows], units.sentence_hubness[rows]
    starts = np.array([0, len(rows)], np.int64)
    return replace(query, units=replace(units, passages=vectors, passage_hubness=hubness, passage_starts=starts))


def propose(
    query: Query,
    corpus: Corpus,
    frame: Frame,
    *,
    allowed: Mask | None = None,
    candidates: Rows | None = None,
    weights: Weights = DEFAULT,
) -> Proposal:
    """Who together covers the query's needs. `allowed` and `candidates` as in `score`; without the latter all are read.

    Eligible is who fits the whole challenge at least weakly, or covers one need: a specialist need not know the rest.
    """
    needs = needs_of(query)
    asked = tuple(_need(query, row) for row in needs)
    considered = len(corpus) if allowed is None else int(allowed.sum())
    if not needs or not considered:
        return Proposal(asked, nobody=tuple(range(len(needs))), considered=considered)
    pool = len(corpus) if candidates is None else len(candidates) + POOL
    scored = score(query, corpus, frame, weights, allowed=allowed, candidates=candidates, pool=pool)
    return _Board(query, corpus, frame, scored, weights, needs).proposal(asked, considered)


def add(
    query: Query,
    corpus: Corpus,
    frame: Frame,
    present: Sequence[str],
    size: int,
    *,
    allowed: Mask | None = None,
    candidates: Rows | None = None,
) -> Addition:
    """At most `size` partners beyond those `present` (by owner), each of whom covers a need better than they do.

    `allowed` and `candidates`, which must hold those present, are as in `propose`.
    """
    needs = needs_of(query)
    asked = tuple(_need(query, row) for row in needs)
    if not needs or not len(corpus):
        return Addition(asked)
    pool = len(corpus) if candidates is None else len(candidates) + POOL
    scored = score(query, corpus, frame, DEFAULT, allowed=allowed, candidates=candidates, pool=pool)
    return _Board(query, corpus, frame, scored, DEFAULT, needs).addition(asked, frozenset(present), size)


def _need(query: Query, row: int) -> Side:
    said = query.units.sentence(row)
    return Side(said.text, said.part, said.part_id, (said.start, said.start + len(said.text)))


class _Board:
    """Partners × needs: who covers what, by the strength that evidence has everywhere else."""

    def __init__(
        self, query: Query, corpus: Corpus, frame: Frame, scored: Scored, weights: Weights, needs: list[int]
    ) -> None:
        self._corpus, self._scored, self._needs = corpus, scored, needs
        self._explainer = Explainer(query, corpus, frame, scored, weights)
        self._fits = [fit_of(float(text), frame.match_scale, True) for text in scored.text_scores(weights)]
        self._fitting = np.array([fit is not Fit.NONE for fit in self._fits], np.bool_)
        gains = scored.pairs.best()[needs].T if scored.pairs is not None else np.zeros((0, len(needs)), np.float32)
        strengths = _strengths(gains, frame, len(needs))
        self._nobody = np.flatnonzero((strengths < COVERED).all(axis=0)).tolist()
        self._eligible = self._ordered(strengths)
        weighed = query.units.sentence_weights[needs].astype(np.float64)
        values = _values(strengths, self._fitting)[self._eligible]
        self._cover = Cover(values, (strengths >= COVERED)[self._eligible], weighed / weighed.sum())

    def _ordered(self, strengths: Values) -> list[int]:
        """Who may be a member, by owner, so that equals are told apart in the same way each time."""
        rows = np.flatnonzero(self._fitting | (strengths >= COVERED).any(axis=1)).tolist()
        return sorted(rows, key=self._owner)

    def proposal(self, needs: tuple[Side, ...], considered: int) -> Proposal:
        single, team = best_single(self._cover), best_team(self._cover)
        return Proposal(
            needs,
            tuple(self._member(row) for row in in_order_of_needs(self._cover, team)),
            None if single is None else self._member(single),
            tuple(self._nobody),
            round(self._cover.of(team), 4),
            round(0.0 if single is None else self._cover.of([single]), 4),
            considered,
        )

    def addition(self, needs: tuple[Side, ...], present: frozenset[str], size: int) -> Addition:
        here = [row for row, at in enumerate(self._eligible) if self._owner(at) in present]
        covered = self._cover.covers[here].any(axis=0)
        useful: list[int] = []
        for row in greedy(self._cover, size, here):
            gain = self._cover.of([*here, *useful, row]) - self._cover.of([*here, *useful])
            if gain >= LEAST and (self._cover.covers[row] & ~covered).any():
                useful.append(row)
        return Addition(needs, tuple(np.flatnonzero(covered).tolist()), tuple(map(self._member, useful)))

    def _member(self, row: int) -> Member:
        at = self._eligible[row]
        answers = (self._explainer.answer(at, need, len(self._needs)) for need in self._needs)
        counting = tuple(answer if answer and answer.strength >= COUNTS else None for answer in answers)
        return Member(self._owner(at), self._fits[at], counting)

    def _owner(self, at: int) -> str:
        return self._corpus.owners[int(self._scored.rows[at])]


def _values(strengths: Values, fitting: Mask) -> Values:
    """How much of a need a connection of this strength covers, 0..1."""
    covered = np.where(strengths >= COUNTS, 1 / (1 + np.exp(-STEEPNESS * (strengths - MIDDLE))), 0)
    return covered * np.where(fitting, 1, OUTSIDE)[:, None]


def _strengths(gains: Floats, frame: Frame, tried: int) -> Values:
    """(partners, needs): see `explain.strength`."""
    told = [[strength(frame.pair_scale.exceeds(gain), tried) for gain in row] for row in gains.tolist()]
    return np.array(told, np.float64).reshape(gains.shape)
