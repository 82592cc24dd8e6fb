"""Exhausts every state machine: each state × action × role is either declared or refused."""

from enum import StrEnum

import pytest

from matcher import policy
from matcher.errors import InvalidTransition, NotAllowed, NotFound
from matcher.lifecycles import LIFECYCLES, RANKING_MODEL, Lifecycle
from matcher.policy import ANONYMOUS, SYSTEM, Actor, Seat, Subject
from models.enums import Role

TOWN, OTHER_TOWN, HOUSE, OTHER_HOUSE, SCHEME, OTHER_SCHEME = 1, 2, 10, 20, 100, 200
SUBJECT = Subject(municipality_id=TOWN, partner_ids=frozenset({HOUSE}), scheme_id=SCHEME)

ACTORS: dict[str, Actor] = {
    "coordinator": Actor(1, (Seat(Role.COORDINATOR, municipality_id=TOWN),)),
    "department": Actor(2, (Seat(Role.DEPARTMENT, municipality_id=TOWN),)),
    "partner_admin": Actor(3, (Seat(Role.PARTNER_ADMIN, partner_id=HOUSE),)),
    "partner_member": Actor(4, (Seat(Role.PARTNER_MEMBER, partner_id=HOUSE),)),
    "other coordinator": Actor(5, (Seat(Role.COORDINATOR, municipality_id=OTHER_TOWN),)),
    "other department": Actor(6, (Seat(Role.DEPARTMENT, municipality_id=OTHER_TOWN),)),
    "other partner": Actor(7, (Seat(Role.PARTNER_ADMIN, partner_id=OTHER_HOUSE),)),
    "reviewer": Actor(9, (Seat(Role.REVIEWER, scheme_id=SCHEME),)),
    "other reviewer": Actor(10, (Seat(Role.REVIEWER, scheme_id=OTHER_SCHEME),)),
    "admin": Actor(8, (), is_admin=True),
    "anonymous": ANONYMOUS,
    "system": SYSTEM,
}

CASES = [
    (cycle, state, action, who)
    for cycle in LIFECYCLES
    for state in cycle.states
    for action in sorted({t.action for t in cycle.transitions})
    for who in ACTORS
]


def _held(actor: Actor, cycle: Lifecycle) -> frozenset[Role]:
    """What the operator alone may do belongs to no municipality."""
    return actor.roles if cycle is RANKING_MODEL else actor.roles_at(SUBJECT)


def _name(case: tuple[Lifecycle, StrEnum, str, str]) -> str:
    cycle, state, action, who = case
    return f"{cycle.name}-{state}-{action}-{who}"


@pytest.mark.parametrize("case", CASES, ids=_name)
def test_every_state_action_and_role_is_allowed_or_refused(case: tuple[Lifecycle, StrEnum, str, str]) -> None:
    cycle, state, action, who = case
    actor = ACTORS[who]
    declared_roles = cycle.roles(action)
    declared = [t for t in cycle.transitions if t.action == action and state in t.sources]
    if _held(actor, cycle) & declared_roles:
        policy.require(actor, f"{cycle.name}.{action}", SUBJECT)
    else:
        with pytest.raises((NotAllowed, NotFound)):
            policy.require(actor, f"{cycle.name}.{action}", SUBJECT)
    if declared:
        assert cycle.find(action, state) == declared[0]
        assert len(declared) == 1, "one action leads from one state to one other"
    else:
        with pytest.raises(InvalidTransition):
            cycle.find(action, state)


@pytest.mark.parametrize(
    "who", ["other coordinator", "other department", "other partner", "other reviewer", "anonymous", "admin"]
)
@pytest.mark.parametrize("cycle", LIFECYCLES, ids=lambda cycle: cycle.name)
def test_strangers_do_not_even_learn_that_the_thing_exists(cycle: Lifecycle, who: str) -> None:
    for action in {t.action for t in cycle.transitions}:
        if _held(ACTORS[who], cycle) & cycle.roles(action):
            continue
        with pytest.raises(NotFound):
            policy.require(ACTORS[who], f"{cycle.name}.{action}", SUBJECT)


@pytest.mark.parametrize("cycle", LIFECYCLES, ids=lambda cycle: cycle.name)
def test_every_state_can_be_reached_and_events_are_past_tense(cycle: Lifecycle) -> None:
    reached = set(cycle.initial)
    for _ in cycle.states:
        reached |= {t.target for t in cycle.transitions if t.sources & reached}
    assert reached == set(cycle.states)
    assert all(t.event.startswith(f"{cycle.name}.") for t in cycle.transitions)


def test_an_unknown_action_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        LIFECYCLES[0].find("fly", next(iter(LIFECYCLES[0].states)))
