"""What a partner lacks to fit more: one change at a time is tried out, and told only when the ranking answers it.

A fit is won by texts (`fit`), and kept from working by facts (`features.HARD`). So facts are changed where the texts
fit already, and an offering is added where they come near. The offering tried is a real one of another partner, that
which answers the uncovered need best: what can be offered is taken from what is offered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.engine.corpus import Corpus, Query
from matcher.engine.explain import strength, thin
from matcher.engine.features import HARD, Reasoner, all_weights
from matcher.engine.fit import fit_of
from matcher.engine.frame import Frame
from matcher.engine.score import DEFAULT, Rows, Scored, score
from matcher.engine.types import Fit, Ints, Mask, Profile, Role

MOST = 5
MOST_GROUPS = 6  # how many kinds of uncovered need are tried out
ALIKE = 0.45  # cosine of placed sentences from which two needs count as one
COVERED = 1 / 3  # strength of a pair: one of ten unrelated ones is as near
NEED = "need"  # the part in which a challenge says what it needs


@dataclass(frozen=True)
class Lack:
    """One change and the needs that it would turn into a fit that works; for a thin profile, those that come near.

    `code`: thin, region, stage, capacity, registration (with `value`, a place) or topic (with `value`, a sentence).
    """

    code: str
    owners: tuple[str, ...]
    value: str = ""


def lacking(
    offer: Query, offers: Corpus, needs: Corpus, frame: Frame, *, allowed: Mask | None = None, limit: int = MOST
) -> tuple[Lack, ...]:
    """At most `limit` changes, a thin profile before all, then what opens most. `allowed` masks `needs`."""
    if not offer.semantic or not len(needs):
        return ()
    bench = _Bench(offer, offers, needs, frame, score(offer, needs, frame, allowed=allowed))
    if thin(offer.units, 0):
        first: list[Lack] = [Lack("thin", bench.names(bench.near))]
        topics: list[Lack] = []  # from two sentences nobody knows what else is there
    else:
        first, topics = [], list(bench.topics())
    opened = sorted([*bench.facts(), *topics], key=lambda lack: (-len(lack.owners), lack.code, lack.value))
    registrations = sorted(bench.registrations(), key=lambda lack: (-len(lack.owners), lack.value))
    return tuple([*first, *_adding(opened), *registrations][:limit])


class _Bench:
    """One partner against the needs, as it stands and as it would stand."""

    def __init__(self, offer: Query, offers: Corpus, needs: Corpus, frame: Frame, scored: Scored) -> None:
        self._offer, self._offers, self._needs, self._frame, self._scored = offer, offers, needs, frame, scored
        fits = [fit_of(float(text), frame.match_scale, True) for text in scored.text_scores(DEFAULT)]
        free = self._works(offer.profile)
        self._fitting = [i for i, fit in enumerate(fits) if fit.level >= Fit.FAIR.level]
        self._blocked = [i for i in self._fitting if not free[i]]
        self._open = [i for i in self._fitting if free[i]]
        self.near = [i for i, fit in enumerate(fits) if fit is Fit.WEAK and free[i]]

    def names(self, places: Sequence[int]) -> tuple[str, ...]:
        return tuple(self._needs.owners[int(self._scored.rows[i])] for i in places)

    def facts(self) -> Iterator[Lack]:
        """What a changed fact would free of all that keeps it from working."""
        for code, value, changed in self._changes(self._offer.profile):
            free = self._works(changed)
            opened = [i for i in self._blocked if free[i]]
            if opened:
                yield Lack(code, self.names(opened), value)

    def registrations(self) -> Iterator[Lack]:
        """Where a fit that works is asked for by an office with which the partner is not registered."""
        known = self._offer.profile.registered
        places = [self._profile(i).place for i in self._open]
        for place in sorted(set(places) - {"", *known}):
            yield Lack(
                "registration", self.names([i for i, p in zip(self._open, places, strict=True) if p == place]), place
            )

    def topics(self) -> Iterator[Lack]:
        """Needs left open in challenges of which the partner answers others, as far as an offering lifts them."""
        asked = self._uncovered()
        columns = np.array(list(asked), np.int64)
        groups = sorted(grouped(self._needs.units.sentences[columns]), key=lambda group: -len(group))[:MOST_GROUPS]
        for group in groups:
            centre = int(columns[group[0]])
            near = {asked[int(columns[i])] for i in group}
            changed = self._best_offering(centre)
            lifted = self._lifted_by(changed, sorted(near)) if changed else ()
            if lifted:
                yield Lack("topic", lifted, self._needs.units.texts[centre])

    def _changes(self, now: Profile) -> Iterator[tuple[str, str, Profile]]:
        for area in sorted({area for i in self._blocked for area in _areas(self._profile(i).place)}):
            if now.serves:
                yield "region", area, replace(now, serves=now.serves | {area})
        yield "stage", "", replace(now, stages=now.stages | {"field_tested"})
        if now.capacity_left is not None:
            yield "capacity", "", replace(now, capacity_left=max(1, now.capacity_left))

    def _works(self, profile: Profile) -> list[bool]:
        """For each scored need whether no hard reason speaks against the pair."""
        reasoner = Reasoner(profile, Role.OFFER, Role.NEED, all_weights(DEFAULT.as_dict()))
        found = (reasoner.reasons(self._profile(i))[0] for i in range(len(self._scored.rows)))
        return [HARD.isdisjoint(reason.code for reason in reasons) for reasons in found]

    def _profile(self, i: int) -> Profile:
        return self._needs.profile(int(self._scored.rows[i]))

    def _uncovered(self) -> dict[int, int]:
        """Sentences of near challenges that say a need which the partner does not answer → the challenge's place."""
        pairs = self._scored.pairs
        if pairs is None or not len(pairs.gains):
            return {}
        found: dict[int, int] = {}
        for i in self.near:
            start, end = int(pairs.starts[i]), int(pairs.starts[i + 1])
            best = pairs.gains[:, start:end].max(axis=0)
            tried = len(pairs.gains)
            covered = [strength(self._frame.pair_scale.exceeds(float(gain)), tried) >= COVERED for gain in best]
            asking = [c for c in range(end - start) if self._needs.units.parts[int(pairs.columns[start + c])] == NEED]
            if any(covered):
                found |= {int(pairs.columns[start + c]): i for c in asking if not covered[c]}
        return found

    def _best_offering(self, sentence: int) -> Query | None:
        """The partner with the passage added in which another one answers this need best; None without another."""
        units = self._offers.units
        gains = 2 * (units.sentences @ self._needs.units.sentences[sentence]) - units.sentence_hubness
        own = self._offers.positions([self._offer.owner])
        for row in own.tolist():
            gains[int(units.sentence_starts[row]) : int(units.sentence_starts[row + 1])] = -np.inf
        if not np.isfinite(gains).any():
            return None
        return Query(Role.OFFER, self._offer.units.extended(units.passage_of(int(gains.argmax()))))

    def _lifted_by(self, changed: Query, near: Sequence[int]) -> tuple[str, ...]:
        names = self.names(near)
        again = score(changed, self._needs, self._frame, allowed=self._needs.mask(names))
        texts = again.text_scores(DEFAULT)
        rows: Rows = again.rows
        fair = {
            self._needs.owners[row]
            for row, text in zip(rows.tolist(), texts.tolist(), strict=True)
            if fit_of(text, self._frame.match_scale, True).level >= Fit.FAIR.level
        }
        return tuple(name for name in names if name in fair)


def grouped(vectors: np.ndarray) -> list[list[int]]:
    """Rows that say nearly the same, the most central first in each group; the widest group is taken out first."""
    alike = vectors @ vectors.T
    left = np.ones(len(vectors), np.bool_)
    groups: list[list[int]] = []
    while left.any():
        near = (alike >= ALIKE) & left
        widest = int(np.where(left, near.sum(axis=1), -1).argmax())
        members: Ints = np.flatnonzero(near[widest] | (np.arange(len(vectors)) == widest)).astype(np.int32)
        rest = [int(i) for i in members if i != widest]
        groups.append([widest, *rest])
        left[members] = False
    return groups


def _areas(place: str) -> tuple[str, ...]:
    return (place, place[:2]) if place.isdigit() else (place,) if place else ()


def _adding(lacks: Sequence[Lack]) -> Iterator[Lack]:
    """Each that opens something which none before it with the same code opens; a municipality before its prefecture."""
    told: dict[str, set[str]] = {}
    for lack in sorted(lacks, key=lambda lack: (-len(lack.owners), -len(lack.value) if lack.code == "region" else 0)):
        before = told.setdefault(lack.code, set())
        if not before.issuperset(lack.owners):
            before.update(lack.owners)
            yield lack
