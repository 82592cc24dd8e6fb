"""What facts say for and against a pair."""

from dataclasses import fields

import pytest

from matcher.engine.features import Reasoner
from matcher.engine.score import DEFAULT, Weights
from matcher.engine.types import Past, Profile, Role

NEED = Profile(place="142034", targets=frozenset({"8.3", "11.2"}), wanted_kinds=frozenset({"company", "npo"}))


def codes(need: Profile, offer: Profile) -> dict[str, bool]:
    reasoner = Reasoner(need, Role.NEED, Role.OFFER, DEFAULT.as_dict())
    found, _ = reasoner.reasons(offer)
    return {signal.code: signal.positive for signal in reasoner.signals(found, offer)}


@pytest.mark.parametrize(
    ("offer", "expected"),
    [
        (Profile(), {}),
        (Profile(targets=frozenset({"8.3", "8.10"})), {"shared_targets": True}),
        (Profile(targets=frozenset({"8.10"})), {"shared_goals": True}),
        (Profile(goals=frozenset({1})), {}),
        (Profile(serves=frozenset({"00"})), {"region": True}),
        (Profile(serves=frozenset({"14"})), {"region": True}),
        (Profile(serves=frozenset({"142034"})), {"region": True}),
        (Profile(serves=frozenset({"13", "141003"})), {"region_not_served": False}),
        (Profile(place="14"), {"region": True}),
        (Profile(place="13"), {}),
        (Profile(stages=frozenset({"prototype", "on_sale"})), {"stage": True}),
        (Profile(stages=frozenset({"prototype", "concept"})), {"prototype_only": False}),
        (Profile(stages=frozenset({"concept"})), {"concept_only": False}),
        (Profile(capacity_left=0), {"no_capacity": False}),
        (Profile(capacity_left=2), {}),
        (Profile(kind="npo"), {"kind_wanted": True}),
        (Profile(kind="bank"), {"kind_not_wanted": False}),
        (Profile(past=(Past("142034", "見守り実証"),)), {"worked_here": True}),
        (Profile(past=(Past("131091", "協定"),)), {"past_collaboration": True}),
    ],
)
def test_each_fact_has_its_reason(offer: Profile, expected: dict[str, bool]) -> None:
    assert codes(NEED, offer) == expected


def test_nothing_is_concluded_from_what_a_challenge_leaves_open() -> None:
    offer = Profile(kind="bank", serves=frozenset({"13"}), targets=frozenset({"1.1"}))
    assert codes(Profile(), offer) == {}
    assert codes(Profile(accepts_prototypes=True), Profile(stages=frozenset({"concept"}))) == {}


def test_reasons_are_the_same_from_either_side() -> None:
    offer = Profile(kind="bank", serves=frozenset({"14"}), targets=frozenset({"8.3"}), capacity_left=0)
    weights = DEFAULT.as_dict()
    assert Reasoner(offer, Role.OFFER, Role.NEED, weights).reasons(NEED) == Reasoner(
        NEED, Role.NEED, Role.OFFER, weights
    ).reasons(offer)


def test_targets_are_named_in_their_own_order() -> None:
    many = frozenset({"8.10", "8.2", "8.a", "17.1"})
    reasoner = Reasoner(Profile(targets=many), Role.NEED, Role.OFFER, DEFAULT.as_dict())
    found, added = reasoner.reasons(Profile(targets=many))
    assert reasoner.signals(found, Profile(targets=many))[0].params == {"targets": ["8.2", "8.10", "8.a", "17.1"]}
    assert added == pytest.approx(DEFAULT.targets)


def test_every_feature_has_a_weight() -> None:
    offer = Profile(
        "bank",
        "",
        "14",
        frozenset({"14"}),
        frozenset({"concept"}),
        frozenset({"8.3"}),
        frozenset(),
        0,
        (Past("x", "y"),),
    )
    found, added = Reasoner(NEED, Role.NEED, Role.OFFER, DEFAULT.as_dict()).reasons(offer)
    assert {reason.feature for reason in found} <= {field.name for field in fields(Weights)}
    assert added == pytest.approx(sum(r.value * getattr(DEFAULT, r.feature) for r in found))
