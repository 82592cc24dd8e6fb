"""Structured reasons for and against a pair: what the facts say, whatever the texts say."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

from matcher.engine.types import Profile, Role, Signal

EVERYWHERE = "00"
ENOUGH_WORK = 3  # past collaborations after which one more says nothing new
STALE_AFTER = 730  # days: two budget years, after which staff and products have changed
_PROVEN = ("on_sale", "field_tested")
_UNPROVEN = ("prototype", "concept")
_FUNDED = ("secured", "requested")
_SUCCESSES = ("adopted", "agreement")

#: What a fact counts that `Weights` does not name: a tie-breaker between texts that fit equally (neighbours
#: in a list are .1 apart on average), never more than what is known to matter (region, kind).
MINOR: Mapping[str, float] = {"budget": 0.03, "seeks": 0.1, "registered": 0.03, "fresh": 0.05, "result": 0.05}

#: What may keep a pair from working at all, however well the texts fit. A person may decide otherwise, with a reason.
HARD = frozenset({"region_not_served", "prototype_only", "concept_only", "no_capacity", "kind_not_wanted"})

#: a feature that a need may require → the signals that break it
BREACHES: Mapping[str, frozenset[str]] = {
    "region": frozenset({"region_not_served"}),
    "kind": frozenset({"kind_not_wanted"}),
    "stage": frozenset({"prototype_only", "concept_only"}),
}


class Reason(NamedTuple):
    """A feature with its value (-1..1, below 0 when it speaks against) and the code of the signal that shows it."""

    feature: str
    value: float
    code: str


def all_weights(weights: Mapping[str, float], minor: Mapping[str, float] = MINOR) -> dict[str, float]:
    """`weights` with those of the facts that they do not name."""
    return {**minor, **weights}


class Reasoner:
    """The reasons that join one profile with many others. Nothing is concluded from what is not stated."""

    def __init__(self, asking: Profile, role: Role, other: Role, weights: Mapping[str, float]) -> None:
        self._asking = asking
        self._flipped = role is Role.OFFER and other is Role.NEED
        # What two documents of one role share is no more than a topic: where they are or what they cost says nothing.
        rules = {"targets": _targets} if role is other else _RULES
        known = all_weights(weights)
        self._rules = [(feature, rule, known[feature]) for feature, rule in rules.items()]

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
        """What a person is shown for these reasons; `required` marks what the need accepts no exception from."""
        need, offer = self._sides(other)
        told = [Signal(r.code, r.value > 0, _params(r, need, offer)) for r in found]
        return told + [Signal(f"{feature}_unknown", False, {"required": True}) for feature in _unknown(need, offer)]

    def _sides(self, other: Profile) -> tuple[Profile, Profile]:
        return (other, self._asking) if self._flipped else (self._asking, other)


def breached(need: Profile, offer: Profile) -> tuple[str, ...]:
    """The required features that an offer is known to break; what it leaves open breaks nothing."""
    verdicts = ((feature, _RULES[feature](need, offer)) for feature in need.required if feature in BREACHES)
    return tuple(feature for feature, verdict in verdicts if verdict and verdict[1] in BREACHES[feature])


def _unknown(need: Profile, offer: Profile) -> tuple[str, ...]:
    """The required features of which an offer says nothing: somebody has to ask."""
    said = {"region": offer.serves or offer.place, "kind": offer.kind, "stage": offer.stages}
    return tuple(feature for feature in need.required if feature in said and not said[feature])


def _params(reason: Reason, need: Profile, offer: Profile) -> dict[str, Any]:
    params = _PARAMS[reason.code](need, offer) if reason.code in _PARAMS else {}
    if reason.feature in need.required and reason.code in BREACHES.get(reason.feature, ()):
        params["required"] = True
    return params


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
    if unproven is None:
        return None
    if need.accepts_prototypes and "stage" not in need.required:
        return (0.5, "field_for_prototype") if unproven == "prototype" else None
    return -1.0, f"{unproven}_only"


def _capacity(need: Profile, offer: Profile) -> Verdict:
    return (-1.0, "no_capacity") if offer.capacity_left is not None and offer.capacity_left <= 0 else None


def _kind(need: Profile, offer: Profile) -> Verdict:
    if not need.wanted_kinds or not offer.kind:
        return None
    return (1.0, "kind_wanted") if offer.kind in need.wanted_kinds else (-1.0, "kind_not_wanted")


def _past(need: Profile, offer: Profile) -> Verdict:
    """What failed is no track record; it is shown by `_result`."""
    worked = [past for past in offer.past if past.result != "failed"]
    if not worked:
        return None
    if need.place and any(past.place == need.place for past in worked):
        return 1.0, "worked_here"
    return min(len(worked), ENOUGH_WORK) / ENOUGH_WORK / 2, "past_collaboration"


def _result(need: Profile, offer: Profile) -> Verdict:
    """One failure among successes is shown beside them, and takes half of what they add.

    Without a place nobody asks but a typed search, which is no occasion to weigh records.
    """
    if not need.place:
        return None
    succeeded = any(past.result in _SUCCESSES for past in offer.past)
    if any(past.result == "failed" for past in offer.past):
        return (0.5, "past_mixed") if succeeded else (-1.0, "past_failed")
    return (1.0, "past_succeeded") if succeeded else None


def _budget(need: Profile, offer: Profile) -> Verdict:
    """Money that must be spent within the year goes to what can be bought. "None yet" is also what nobody filled in."""
    if need.budget not in _FUNDED or not offer.stages:
        return None
    if not offer.stages.isdisjoint(_PROVEN):
        return (1.0 if need.budget == "secured" else 0.5), "budget_meets_stage"
    return (-1.0, "budget_before_stage") if need.budget == "secured" and not need.accepts_prototypes else None


def _registered(need: Profile, offer: Profile) -> Verdict:
    if not need.place or not offer.registered:
        return None
    return (1.0, "registered_here") if need.place in offer.registered else None


def _fresh(need: Profile, offer: Profile) -> Verdict:
    """Measured against the day of the need, not against a clock: the same pair is told the same a year later."""
    if not need.written or not offer.written or need.written <= offer.written:
        return None
    return (-1.0, "stale_profile") if _days_between(offer.written, need.written) > STALE_AFTER else None


_RULES: dict[str, Rule] = {
    "targets": _targets,
    "region": _region,
    "stage": _stage,
    "capacity": _capacity,
    "kind": _kind,
    "past": _past,
    "result": _result,
    "budget": _budget,
    "registered": _registered,
    "fresh": _fresh,
}

_PARAMS: dict[str, Callable[[Profile, Profile], dict[str, Any]]] = {
    "shared_targets": lambda need, offer: {"targets": sorted(need.targets & offer.targets, key=_order)},
    "shared_goals": lambda need, offer: {"goals": sorted(need.all_goals & offer.all_goals)},
    "region": lambda need, offer: {"region": _covering(need, offer)},
    "region_not_served": lambda need, offer: {"place": need.place, "regions": sorted(offer.serves)},
    "stage": lambda need, offer: {"stage": next(stage for stage in _PROVEN if stage in offer.stages)},
    "kind_wanted": lambda need, offer: {"kind": offer.kind},
    "kind_not_wanted": lambda need, offer: {"kind": offer.kind, "wanted": sorted(need.wanted_kinds)},
    "worked_here": lambda need, offer: {
        "title": next(p.title for p in offer.past if p.place == need.place and p.result != "failed")
    },
    "past_collaboration": lambda need, offer: {"count": sum(past.result != "failed" for past in offer.past)},
    "past_succeeded": lambda need, offer: _told(offer, _SUCCESSES),
    "past_failed": lambda need, offer: _told(offer, ("failed",)),
    "past_mixed": lambda need, offer: {
        "succeeded": sum(past.result in _SUCCESSES for past in offer.past),
        "failed": sum(past.result == "failed" for past in offer.past),
    },
    "budget_meets_stage": lambda need, offer: {"budget": need.budget},
    "stale_profile": lambda need, offer: {"written": offer.written},
}


def _told(offer: Profile, results: tuple[str, ...]) -> dict[str, Any]:
    past = next(past for past in offer.past if past.result in results)
    return {"place": past.place, "title": past.title, "result": past.result}


def _covering(need: Profile, offer: Profile) -> str | None:
    """The narrowest area of those the offer serves (or, if it names none, stands in) in which the need lies."""
    served = offer.serves or (offer.place,)
    prefecture = need.place[:2] if need.place.isdigit() else need.place
    return next((area for area in (need.place, prefecture, EVERYWHERE) if area in served), None)


def _days_between(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def _order(target: str) -> tuple[int, bool, int, str]:
    """8.2 before 8.10 before 8.a."""
    goal, _, rest = target.partition(".")
    return int(goal), not rest.isdigit(), int(rest) if rest.isdigit() else 0, rest
