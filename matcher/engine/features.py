"""Structured reasons for and against a pair: what the facts say, whatever the texts say."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from matcher.engine.types import Profile, Role, Signal

EVERYWHERE = "00"
ENOUGH_WORK = 3  # past collaborations after which one more says nothing new
_PROVEN = ("on_sale", "field_tested")
_UNPROVEN = ("prototype", "concept")


class Reason(NamedTuple):
    """A feature with its value (-1..1, below 0 when it speaks against) and the code of the signal that shows it."""

    feature: str
    value: float
    code: str


class Reasoner:
    """The reasons that join one profile with many others. Nothing is concluded from what is not stated."""

    def __init__(self, asking: Profile, role: Role, other: Role, weights: Mapping[str, float]) -> None:
        self._asking = asking
        self._flipped = role is Role.OFFER and other is Role.NEED
        # What two documents of one role share is no more than a topic: where they are or what they cost says nothing.
        rules = {"targets": _targets} if role is other else _RULES
        self._rules = [(feature, rule, weights[feature]) for feature, rule in rules.items()]

    def reasons(self, other: Profile) -> tuple[list[Reason], float]:
        """The reasons, and what they add to the score. Asked of hundreds of candidates: signals are made later."""
        need, offer = self._sides(other)
        found: list[Reason] = []
        total = 0.0
        for feature, rule, weight in self._rules:
            verdict = rule(need, offer)
            if verdict is not None:
                found.append(Reason(feature, *verdict))
                total += weight * verdict[0]
        return found, total

    def signals(self, found: list[Reason], other: Profile) -> list[Signal]:
        """What a person is shown for these reasons."""
        need, offer = self._sides(other)
        return [Signal(r.code, r.value > 0, _PARAMS[r.code](need, offer) if r.code in _PARAMS else {}) for r in found]

    def _sides(self, other: Profile) -> tuple[Profile, Profile]:
        return (other, self._asking) if self._flipped else (self._asking, other)


Verdict = tuple[float, str] | None
Rule = Callable[[Profile, Profile], Verdict]


def _targets(need: Profile, offer: Profile) -> Verdict:
    targets = need.targets & offer.targets
    if targets:
        return len(targets) / len(need.targets), "shared_targets"
    goals = need.all_goals & offer.all_goals
    return (len(goals) / len(need.all_goals) / 2, "shared_goals") if goals else None


def _region(need: Profile, offer: Profile) -> Verdict:
    if not need.place or not (offer.serves or offer.place):
        return None
    if _covering(need, offer):
        return 1.0, "region"
    return (-1.0, "region_not_served") if offer.serves else None


def _stage(need: Profile, offer: Profile) -> Verdict:
    if not offer.stages:
        return None
    if not offer.stages.isdisjoint(_PROVEN):
        return 1.0, "stage"
    unproven = next((stage for stage in _UNPROVEN if stage in offer.stages), None)
    return (-1.0, f"{unproven}_only") if unproven and not need.accepts_prototypes else None


def _capacity(need: Profile, offer: Profile) -> Verdict:
    return (-1.0, "no_capacity") if offer.capacity_left is not None and offer.capacity_left <= 0 else None


def _kind(need: Profile, offer: Profile) -> Verdict:
    if not need.wanted_kinds or not offer.kind:
        return None
    return (1.0, "kind_wanted") if offer.kind in need.wanted_kinds else (-1.0, "kind_not_wanted")


def _past(need: Profile, offer: Profile) -> Verdict:
    if not offer.past:
        return None
    if need.place and any(past.place == need.place for past in offer.past):
        return 1.0, "worked_here"
    return min(len(offer.past), ENOUGH_WORK) / ENOUGH_WORK / 2, "past_collaboration"


_RULES: dict[str, Rule] = {
    "targets": _targets,
    "region": _region,
    "stage": _stage,
    "capacity": _capacity,
    "kind": _kind,
    "past": _past,
}

_PARAMS: dict[str, Callable[[Profile, Profile], dict[str, Any]]] = {
    "shared_targets": lambda need, offer: {"targets": sorted(need.targets & offer.targets, key=_order)},
    "shared_goals": lambda need, offer: {"goals": sorted(need.all_goals & offer.all_goals)},
    "region": lambda need, offer: {"region": _covering(need, offer)},
    "region_not_served": lambda need, offer: {"regions": sorted(offer.serves)},
    "stage": lambda need, offer: {"stage": next(stage for stage in _PROVEN if stage in offer.stages)},
    "kind_wanted": lambda need, offer: {"kind": offer.kind},
    "kind_not_wanted": lambda need, offer: {"kind": offer.kind},
    "worked_here": lambda need, offer: {"title": next(p.title for p in offer.past if p.place == need.place)},
    "past_collaboration": lambda need, offer: {"count": len(offer.past)},
}


def _covering(need: Profile, offer: Profile) -> str | None:
    """The narrowest area of those the offer serves (or, if it names none, stands in) in which the need lies."""
    served = offer.serves or (offer.place,)
    prefecture = need.place[:2] if need.place.isdigit() else need.place
    return next((area for area in (need.place, prefecture, EVERYWHERE) if area in served), None)


def _order(target: str) -> tuple[int, bool, int, str]:
    """8.2 before 8.10 before 8.a."""
    goal, _, rest = target.partition(".")
    return int(goal), not rest.isdigit(), int(rest) if rest.isdigit() else 0, rest
