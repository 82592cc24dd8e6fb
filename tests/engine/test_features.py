"""What facts say for and against a pair."""

from dataclasses import fields, replace

import pytest

from matcher.engine.features import MINOR, Reasoner, all_weights, breached
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
        (Profile(past=(Past("131091", "実証", "adopted"),)), {"past_collaboration": True, "past_succeeded": True}),
        (Profile(past=(Past("142034", "実証", "failed"),)), {"past_failed": False}),
        (
            Profile(past=(Past("131091", "実証", "failed"), Past("131091", "協定", "agreement"))),
            {"past_collaboration": True, "past_mixed": True},
        ),
        (Profile(registered=("142034", "172065")), {"registered_here": True}),
        (Profile(registered=("172065",)), {}),
    ],
)
def test_each_fact_has_its_reason(offer: Profile, expected: dict[str, bool]) -> None:
    assert codes(NEED, offer) == expected


def test_nothing_is_concluded_from_what_a_challenge_leaves_open() -> None:
    offer = Profile(kind="bank", serves=frozenset({"13"}), targets=frozenset({"1.1"}))
    assert codes(Profile(), offer) == {}
    assert codes(Profile(accepts_prototypes=True), Profile(stages=frozenset({"concept"}))) == {}


def test_a_field_for_pilots_suits_a_prototype() -> None:
    prototype = Profile(stages=frozenset({"prototype"}))
    assert codes(Profile(accepts_prototypes=True), prototype) == {"field_for_prototype": True}
    strict = Profile(accepts_prototypes=True, required=("stage",))
    assert codes(strict, prototype) == {"prototype_only": False}


@pytest.mark.parametrize(
    ("budget", "stage", "expected"),
    [
        ("secured", "on_sale", {"stage": True, "budget_meets_stage": True}),
        ("requested", "field_tested", {"stage": True, "budget_meets_stage": True}),
        ("secured", "prototype", {"prototype_only": False, "budget_before_stage": False}),
        ("requested", "prototype", {"prototype_only": False}),
        ("", "on_sale", {"stage": True}),
    ],
)
def test_money_that_is_there_wants_something_that_can_be_had(
    budget: str, stage: str, expected: dict[str, bool]
) -> None:
    assert codes(Profile(budget=budget), Profile(stages=frozenset({stage}))) == expected


@pytest.mark.parametrize(
    ("written", "told"), [("2026-10-01", False), ("2024-11-22", False), ("2024-11-20", True), ("2027-01-01", False)]
)
def test_a_profile_grows_old_beside_the_challenge(written: str, told: bool) -> None:
    """Two years before the challenge was written, whatever today is."""
    assert codes(Profile(written="2026-11-22"), Profile(written=written)) == ({"stale_profile": False} if told else {})


def test_what_is_required_is_marked_and_what_is_not_said_is_asked_for() -> None:
    need = Profile(place="142034", wanted_kinds=frozenset({"npo"}), required=("kind", "region", "stage"))
    reasoner = Reasoner(need, Role.NEED, Role.OFFER, DEFAULT.as_dict())
    offer = Profile(kind="bank", serves=frozenset({"13"}))
    told = {s.code: s.params for s in reasoner.signals(reasoner.reasons(offer)[0], offer)}
    assert told["region_not_served"] == {"place": "142034", "regions": ["13"], "required": True}
    assert told["kind_not_wanted"] == {"kind": "bank", "wanted": ["npo"], "required": True}
    assert told["stage_unknown"] == {"required": True}
    assert breached(need, offer) == ("kind", "region")
    assert breached(need, Profile()) == ()
    assert breached(replace(need, required=()), offer) == ()


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
    known = all_weights(DEFAULT.as_dict())
    assert {reason.feature for reason in found} <= {field.name for field in fields(Weights)} | set(MINOR)
    assert added == pytest.approx(sum(r.value * known[r.feature] for r in found))


def test_new_facts_count_less_than_those_that_decide() -> None:
    assert max(MINOR.values()) < min(DEFAULT.region, DEFAULT.kind, DEFAULT.capacity)
    assert all_weights({"fresh": 0.0})["fresh"] == 0.0, "weights that name a fact are obeyed"
