"""Structured reasons for and against a pair: what the facts say, whatever the texts say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from matcher.engine.types import Profile, Role, Signal

EVERYWHERE = "00"
ENOUGH_WORK = 3  # past collaborations after which one more says nothing new
_PROVEN = ("on_sale", "field_tested")
_UNPROVEN = ("prototype", "concept")


@dataclass(frozen=True)
class Reason:
    """A feature's name, its value (-1..1, below 0 when it speaks against), and the signal that shows it."""

    feature: str
    value: float
    signal: Signal


Rule = Callable[[Profile, Profile], Iterator[Reason]]
FactsOf = Callable[[Profile], Any]
Reasons = tuple[list[Reason], float]


class Reasoner:
    """The reasons that join one profile with many others. Nothing is concluded from what is not stated.

    Each rule is asked once for each distinct set of facts it looks at: hundreds of candidates share few of them.
    """

    def __init__(self, asking: Profile, role: Role, other: Role, weights: Mapping[str, float]) -> None:
        self._asking, self._weights = asking, weights
        self._flipped = role is Role.OFFER and other is Role.NEED
        rules = _LIKENESS if role is other else _MATCH
        self._rules: list[tuple[Rule, FactsOf, dict[Any, Reasons]]] = [(*rule, {}) for rule in rules]

    def reasons(self, other: Profile) -> Reasons:
        """The reasons, and what they add to the score."""
        found: list[Reason] = []
        total = 0.0
        for rule, facts_of, known in self._rules:
            facts = facts_of(other)
            if facts not in known:
                known[facts] = self._judged(rule, other)
            found += known[facts][0]
            total += known[facts][1]
        return found, total

    def _judged(self, rule: Rule, other: Profile) -> Reasons:
        need, offer = (other, self._asking) if self._flipped else (self._asking, other)
        found = list(rule(need, offer))
        return found, sum(reason.value * self._weights[reason.feature] for reason in found)


def _targets(need: Profile, offer: Profile) -> Iterator[Reason]:
    targets = need.targets & offer.targets
    goals = need.all_goals & offer.all_goals
    if targets:
        share = len(targets) / len(need.targets)
        yield Reason("targets", share, Signal("shared_targets", True, {"targets": sorted(targets, key=_order)}))
    elif goals:
        share = len(goals) / len(need.all_goals) / 2
        yield Reason("targets", share, Signal("shared_goals", True, {"goals": sorted(goals)}))


def _region(need: Profile, offer: Profile) -> Iterator[Reason]:
    if not need.place:
        return
    covering = [area for area in sorted(offer.serves, reverse=True) if within(need.place, area)]
    if covering:
        yield Reason("region", 1.0, Signal("region", True, {"region": covering[0]}))
    elif offer.serves:
        yield Reason("region", -1.0, Signal("region_not_served", False, {"regions": sorted(offer.serves)}))
    elif offer.place and within(need.place, offer.place):
        yield Reason("region", 1.0, Signal("region", True, {"region": offer.place}))


def _stage(need: Profile, offer: Profile) -> Iterator[Reason]:
    proven = next((stage for stage in _PROVEN if stage in offer.stages), None)
    if proven:
        yield Reason("stage", 1.0, Signal("stage", True, {"stage": proven}))
        return
    unproven = next((stage for stage in _UNPROVEN if stage in offer.stages), None)
    if unproven and not need.accepts_prototypes:
        yield Reason("stage", -1.0, Signal(f"{unproven}_only", False, {"stage": unproven}))


def _capacity(need: Profile, offer: Profile) -> Iterator[Reason]:
    if offer.capacity_left is not None and offer.capacity_left <= 0:
        yield Reason("capacity", -1.0, Signal("no_capacity", False))


def _kind(need: Profile, offer: Profile) -> Iterator[Reason]:
    if need.wanted_kinds and offer.kind:
        wanted = offer.kind in need.wanted_kinds
        code = "kind_wanted" if wanted else "kind_not_wanted"
        yield Reason("kind", 1.0 if wanted else -1.0, Signal(code, wanted, {"kind": offer.kind}))


def _past(need: Profile, offer: Profile) -> Iterator[Reason]:
    here = next((past for past in offer.past if past.place == need.place), None) if need.place else None
    if here:
        yield Reason("past", 1.0, Signal("worked_here", True, {"title": here.title}))
    elif offer.past:
        value = min(len(offer.past), ENOUGH_WORK) / ENOUGH_WORK / 2
        yield Reason("past", value, Signal("past_collaboration", True, {"count": len(offer.past)}))


# Each rule with the facts it looks at, on either side.
_MATCH: tuple[tuple[Rule, FactsOf], ...] = (
    (_targets, attrgetter("targets", "goals")),
    (_region, attrgetter("serves", "place")),
    (_stage, attrgetter("stages", "accepts_prototypes")),
    (_capacity, attrgetter("capacity_left")),
    (_kind, attrgetter("kind", "wanted_kinds")),
    (_past, attrgetter("past", "place")),
)
_LIKENESS = _MATCH[:1]


def within(place: str, area: str) -> bool:
    """Whether a place lies in an area: everywhere, a prefecture's code (142034 in 14), the same code or name."""
    if area == EVERYWHERE:
        return True
    return place == area or (len(area) == 2 and area.isdigit() and place.startswith(area))


def _order(target: str) -> tuple[int, bool, int, str]:
    """8.2 before 8.10 before 8.a."""
    goal, _, rest = target.partition(".")
    return int(goal), not rest.isdigit(), int(rest) if rest.isdigit() else 0, rest
