"""The one place that says who may do what: an actor, an action, and the houses that the subject belongs to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from matcher.errors import NotAllowed, NotFound
from matcher.lifecycles import (
    CHALLENGE,
    CHALLENGE_QUESTION,
    CITY,
    COLLABORATION,
    COORDINATOR,
    GROUP,
    GROUP_TASK,
    LIFECYCLES,
    MEETING,
    PARTNER,
    PARTNER_ADMIN,
    RANKING_MODEL,
    SCREENERS,
)
from models.enums import Role


@dataclass(frozen=True)
class Seat:
    """A role at one municipality, one partner or one scheme."""

    role: Role
    municipality_id: int | None = None
    partner_id: int | None = None
    department_id: int | None = None
    scheme_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """Who acts: nobody (`ANONYMOUS`), a person with seats, or the worker (`SYSTEM`)."""

    user_id: int | None = None
    seats: tuple[Seat, ...] = ()
    is_admin: bool = False
    is_system: bool = False
    name: str = field(default="", compare=False)

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held anywhere."""
        held = {seat.role for seat in self.seats}
        held |= {Role.ADMIN} if self.is_admin else set()
        held |= {Role.SYSTEM} if self.is_system else set()
        return frozenset(held or {Role.ANONYMOUS})

    @property
    def municipality_ids(self) -> frozenset[int]:
        return frozenset(s.municipality_id for s in self.seats if s.municipality_id is not None)

    @property
    def partner_ids(self) -> frozenset[int]:
        return frozenset(s.partner_id for s in self.seats if s.partner_id is not None)

    def roles_at(self, subject: "Subject") -> frozenset[Role]:
        """The roles held at the municipality, at a partner or in the scheme of `subject`."""
        held = {
            seat.role
            for seat in self.seats
            if (seat.municipality_id is not None and seat.municipality_id == subject.municipality_id)
            or (seat.partner_id is not None and seat.partner_id in subject.partner_ids)
            or (seat.scheme_id is not None and seat.scheme_id == subject.scheme_id)
        }
        return frozenset(held | ({Role.SYSTEM} if self.is_system else set()))


ANONYMOUS = Actor()
SYSTEM = Actor(is_system=True)


@dataclass(frozen=True)
class Subject:
    """What an action is about: whose it is, and whether the public may read it."""

    municipality_id: int | None = None
    partner_ids: frozenset[int] = frozenset()
    public: bool = False
    scheme_id: int | None = None


Rule = Callable[[Actor, Subject], bool]


def _at(roles: frozenset[Role]) -> Rule:
    return lambda actor, subject: bool(actor.roles_at(subject) & roles)


def _signed_in(actor: Actor, subject: Subject) -> bool:
    return actor.signed_in


def _admin(actor: Actor, subject: Subject) -> bool:
    return actor.is_admin


def _either(*rules: Rule) -> Rule:
    return lambda actor, subject: any(rule(actor, subject) for rule in rules)


def _public(actor: Actor, subject: Subject) -> bool:
    return subject.public


def _holds(roles: frozenset[Role]) -> Rule:
    """Holding one of `roles` anywhere is enough."""
    return lambda actor, subject: bool(actor.roles & roles)


ANY_CITY = _holds(CITY)
BY_ITSELF = frozenset({Role.SYSTEM})
REVIEWER = frozenset({Role.REVIEWER})

#: action → (who may do it, who may at least know of the subject; others get 404)
RULES: dict[str, tuple[Rule, Rule]] = {
    "site.work": (_signed_in, _signed_in),
    "admin.work": (_admin, _admin),
    "partner.view": (
        _either(_public, _at(PARTNER | CITY), _admin, ANY_CITY),
        _either(_public, _at(PARTNER | CITY), _admin, ANY_CITY),
    ),
    "partner.edit": (_at(PARTNER_ADMIN), _either(_public, _at(PARTNER | CITY))),
    "partner.work": (_at(PARTNER), _at(PARTNER)),
    "partner.add": (_either(_admin, _at(BY_ITSELF)), _either(_admin, _at(BY_ITSELF))),
    "catalogue.enter": (_either(_admin, _at(BY_ITSELF)), _either(_admin, _at(BY_ITSELF))),
    "registration.apply": (_at(PARTNER_ADMIN | BY_ITSELF), _at(PARTNER | BY_ITSELF)),
    "registration.view": (_either(_at(PARTNER), _at(CITY)), _either(_at(PARTNER), _at(CITY))),
    "challenge.view": (_either(_public, _at(CITY)), _either(_public, _at(CITY))),
    "challenge.create": (_at(CITY), _at(CITY)),
    "challenge.edit": (_at(CITY), _either(_public, _at(CITY))),
    "recommendation.view": (_at(CITY), _at(CITY)),
    "recommendation.run": (_at(COORDINATOR), _at(CITY)),
    "recommendation.add": (_at(COORDINATOR), _at(CITY)),
    "recommendation.ask": (_at(COORDINATOR), _at(CITY)),
    "recommendation.remind": (_at(BY_ITSELF), _at(BY_ITSELF)),
    "assignment.view": (_at(CITY), _at(CITY)),
    "assignment.make": (_at(COORDINATOR), _at(CITY)),
    "invitation.view": (_at(PARTNER), _at(PARTNER)),
    "interest.show": (_at(PARTNER), _either(_public, _at(PARTNER))),
    "city.work": (_at(CITY), _at(CITY)),
    "city.coordinate": (_at(COORDINATOR), _at(CITY)),
    "group.view": (_either(_public, _at(CITY | PARTNER)), _either(_public, _at(CITY | PARTNER))),
    "group.maintain": (_at(BY_ITSELF), _at(BY_ITSELF)),
    "group.join": (_at(PARTNER), _either(_public, _at(PARTNER))),
    "collaboration.say_result": (_at(COORDINATOR), _either(_public, _at(CITY | PARTNER))),
    "collaboration.view": (_either(_public, _at(CITY | PARTNER)), _either(_public, _at(CITY | PARTNER))),
    "collaboration.make": (_at(COORDINATOR), _at(CITY)),
    "collaboration.edit": (_at(CITY), _either(_public, _at(CITY | PARTNER))),
    "collaboration.agree": (_at(COORDINATOR | PARTNER_ADMIN), _either(_public, _at(CITY | PARTNER))),
    "collaboration.publish": (_at(COORDINATOR), _either(_public, _at(CITY | PARTNER))),
    "collaboration.work": (_at(CITY | PARTNER), _either(_public, _at(CITY | PARTNER))),
    "scheme.view": (_either(_public, _at(CITY | REVIEWER)), _either(_public, _at(CITY | REVIEWER))),
    "scheme.make": (_at(COORDINATOR), _at(CITY)),
    "scheme.edit": (_at(COORDINATOR), _either(_public, _at(CITY | REVIEWER))),
    "application.begin": (_at(PARTNER), _either(_public, _at(PARTNER))),
    "application.view": (_at(PARTNER | CITY | REVIEWER), _at(PARTNER | CITY | REVIEWER)),
    "application.fill": (_at(PARTNER), _at(PARTNER | CITY | REVIEWER)),
    "application.judge": (_at(SCREENERS), _at(PARTNER | CITY | REVIEWER)),
    "proposal.begin": (_at(PARTNER), _either(_public, _at(PARTNER))),
    "proposal.view": (_at(PARTNER | CITY), _at(PARTNER | CITY)),
    "proposal.edit": (_at(PARTNER), _at(PARTNER | CITY)),
    "proposal.coordinate": (_at(COORDINATOR), _at(PARTNER | CITY)),
    "proposal.note": (_at(PARTNER | CITY), _at(PARTNER | CITY)),
    "group.propose": (_at(PARTNER_ADMIN), _either(_public, _at(PARTNER))),
    "group.run": (_at(COORDINATOR | PARTNER), _either(_public, _at(CITY | PARTNER))),
    "group.work": (_at(CITY | PARTNER), _either(_public, _at(CITY | PARTNER))),
    "challenge.ask": (_at(PARTNER), _either(_public, _at(PARTNER))),
    "import.make": (_at(COORDINATOR), _at(CITY)),
    "announcement.make": (_at(COORDINATOR), _at(CITY)),
    "ranking_model.train": (_either(_admin, _at(BY_ITSELF)), _either(_admin, _at(BY_ITSELF))),
    "colleague.invite": (_at(PARTNER_ADMIN | COORDINATOR), _at(PARTNER | CITY)),
}

_SEEN_BY_ALL = (CHALLENGE, CHALLENGE_QUESTION, COLLABORATION, GROUP, MEETING, GROUP_TASK)
for _cycle in LIFECYCLES:
    if _cycle is RANKING_MODEL:
        continue
    for _transition in _cycle.transitions:
        _name = f"{_cycle.name}.{_transition.action}"
        _house = _at(CITY | PARTNER | REVIEWER)
        _known = _either(_house, _public) if _cycle in _SEEN_BY_ALL else _house
        RULES[_name] = (_at(_cycle.roles(_transition.action)), _known)

for _transition in RANKING_MODEL.transitions:  # the operator's, whatever municipality
    RULES[f"{RANKING_MODEL.name}.{_transition.action}"] = RULES["ranking_model.train"]


def may(actor: Actor, action: str, subject: Subject) -> bool:
    """Whether `actor` may take `action` on `subject`: what a page asks before it draws a button."""
    return RULES[action][0](actor, subject)


def require(actor: Actor, action: str, subject: Subject) -> None:
    """Let `actor` pass or refuse.

    Raises NotFound when the actor may not even know of the subject, NotAllowed when it may see but not do.
    """
    allowed, known = RULES[action]
    if allowed(actor, subject):
        return
    if known(actor, subject):
        raise NotAllowed(action=action)
    raise NotFound()
