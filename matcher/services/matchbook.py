"""What the rest of the product asks of the matcher, and what it answers: plain values, most of which become JSON."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session

from models.enums import EntityType

if TYPE_CHECKING:  # the engine is loaded with the first question, not with the first page
    from matcher.engine.replay import Trace


@dataclass(frozen=True)
class Side:
    """One sentence of a pair: where it stands and which character spans [start, end) to highlight."""

    text: str
    part: str
    part_id: int | None = None
    marks: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Evidence:
    """A sentence that asks and the sentence that answers it; `strength` is 0..1 within this ranking."""

    asks: Side
    answers: Side
    strength: float


@dataclass(frozen=True)
class Signal:
    """A structured reason: `code` with parameters, for (`positive`) or against the match."""

    code: str
    positive: bool
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Match:
    """One ranked entity. `fit` is 0 none, 1 weak, 2 fair, 3 strong; `features` maps names to contributions.

    `inputs` are the same parts before weighting. `likelihood` is 0..1 what `fit` says in words, None where no curve was
    measured.
    """

    entity_id: int
    rank: int
    score: float
    fit: int
    evidence: tuple[Evidence, ...] = ()
    signals: tuple[Signal, ...] = ()
    features: dict[str, float] = field(default_factory=dict)
    inputs: dict[str, float] = field(default_factory=dict)
    likelihood: float | None = None

    def as_json(self) -> dict[str, Any]:
        """Everything as JSON values, as it is stored with a recommendation."""
        return asdict(self)


@dataclass(frozen=True)
class Ranking:
    """Matches in rank order with what made them; `semantic` is False when only words could be compared.

    `excluded` would stand among the matches, but break a condition that the challenge marks as required.
    `ranking_model` is the learned model in use, None for the built-in weights. `basis` tells which inputs may be
    compared, `margin` from which difference on one score is better than another. `trace`, given the owners to keep,
    answers what these were computed from.
    """

    matches: tuple[Match, ...]
    considered: int
    model: str
    weights: dict[str, float]
    generation: int
    semantic: bool = True
    excluded: tuple[Match, ...] = ()
    ranking_model: int | None = None
    basis: str = ""
    margin: float = 0.0
    trace: "Callable[[Collection[int]], Trace] | None" = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class TargetSuggestion:
    """An SDG target that a text seems to serve, with confidence 0..1 and the words that caused it."""

    target: str
    confidence: float
    words: tuple[str, ...]


@dataclass(frozen=True)
class Lack:
    """One change that would open challenges to a partner; see `engine.lacking.Lack` for `code` and `value`."""

    code: str
    challenge_ids: tuple[int, ...]
    value: str = ""


@dataclass(frozen=True, eq=False)
class FitTable:
    """How well partners (columns) fit challenges (rows), all on one scale; NaN where there is no match.

    `worth` is 0 or more and may be added up.
    """

    challenge_ids: tuple[int, ...]
    partner_ids: tuple[int, ...]
    worth: NDArray[np.float32]
    model: str
    weights: dict[str, float]
    generation: int
    semantic: bool = True


@dataclass(frozen=True)
class Member:
    """A partner of a team; `answers` has a place for each need, None where it says nothing near enough to count.

    `covers` are the places of the needs to which its connection is strong.
    """

    partner_id: int
    fit: int
    answers: tuple[Evidence | None, ...]
    covers: tuple[int, ...]


@dataclass(frozen=True)
class Team:
    """Who together covers the needs of a challenge: no `members` when one partner alone covers as many.

    `nobody` are the places of the needs that no partner covers; `coverage` and `single_coverage` 0..1 compare the
    team with the best single partner. No `needs` when they could not be compared.
    """

    needs: tuple[Side, ...] = ()
    members: tuple[Member, ...] = ()
    single: Member | None = None
    nobody: tuple[int, ...] = ()
    coverage: float = 0.0
    single_coverage: float = 0.0
    considered: int = 0

    @property
    def covered(self) -> frozenset[int]:
        """The needs that the members cover together."""
        return frozenset(need for member in self.members for need in member.covers)


@dataclass(frozen=True)
class Addition:
    """Who would add to partners that work together already; `covered` are the places of the needs that they cover.

    No `needs` when they could not be compared.
    """

    needs: tuple[Side, ...] = ()
    covered: tuple[int, ...] = ()
    members: tuple[Member, ...] = ()


class Matchbook(Protocol):
    """The matcher as the services and pages see it. `allowed` limits the answer to these ids."""

    def partners_for_challenge(
        self, session: Session, challenge_id: int, *, limit: int = 20, allowed: Collection[int] | None = None
    ) -> Ranking: ...

    def challenges_for_partner(
        self, session: Session, partner_id: int, *, limit: int = 20, allowed: Collection[int] | None = None
    ) -> Ranking: ...

    def lacking_for_partner(
        self, session: Session, partner_id: int, *, allowed: Collection[int] | None = None
    ) -> tuple[Lack, ...]:
        """What a partner would have to change for more of the allowed challenges to fit it."""
        ...

    def partners_for_partner(
        self, session: Session, partner_id: int, *, limit: int = 20, allowed: Collection[int] | None = None
    ) -> Ranking: ...

    def precedents_for_challenge(
        self, session: Session, challenge_id: int, *, limit: int = 5, allowed: Collection[int] | None = None
    ) -> Ranking:
        """Collaborations that resemble a stored challenge."""
        ...

    def fits_for_challenges(
        self, session: Session, challenge_ids: Sequence[int], *, allowed: Collection[int] | None = None
    ) -> FitTable:
        """Scores of many challenges at once, without evidence: for planning, not for showing."""
        ...

    def similar(
        self,
        session: Session,
        text: str,
        entity_type: EntityType,
        *,
        limit: int = 5,
        allowed: Collection[int] | None = None,
    ) -> Ranking:
        """Challenges or precedents (collaborations) that resemble a text that need not be stored yet."""
        ...

    def challenges_like(
        self, session: Session, challenge_id: int, *, limit: int = 5, allowed: Collection[int]
    ) -> Ranking:
        """Challenges that resemble a stored one; drafts too, so `allowed` must name what the asker may read."""
        ...

    def search(
        self,
        session: Session,
        text: str,
        entity_type: EntityType,
        *,
        limit: int = 200,
        allowed: Collection[int] | None = None,
    ) -> Ranking:
        """Free-text search by meaning and words together; words alone while the encoder warms up."""
        ...

    def suggest_targets(self, text: str, *, limit: int = 8) -> list[TargetSuggestion]: ...

    def team_for_challenge(
        self, session: Session, challenge_id: int, *, allowed: Collection[int] | None = None
    ) -> Team:
        """Two to four partners who together cover the needs of a challenge, against the best single one."""
        ...

    def additions(
        self, session: Session, text: str, present: Collection[int], *, limit: int = 5, allowed: Collection[int]
    ) -> Addition:
        """Who among the allowed covers something of what a text wants that those present do not cover."""
        ...
