"""Where one can go inside an office or inside a partner's rooms: sections, and the rooms of the present one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l

Room = tuple[str, Any]
#: a section's name and its rooms as (endpoint, name); a section of one room is drawn as that room
CITY: tuple[tuple[Any, tuple[Room, ...]], ...] = (
    (_l("Work list"), (("city.worklist", _l("Work list")),)),
    (
        _l("Challenges and proposals"),
        (
            ("city.challenges", _l("Challenges")),
            ("city.proposals", _l("Proposals")),
            ("city.collaborations", _l("Our collaborations")),
            ("city.assignments", _l("Assignments")),
        ),
    ),
    (
        _l("Partners and schemes"),
        (
            ("city.partners", _l("Our partners")),
            ("city.registrations", _l("Applications for registration")),
            ("city.schemes", _l("Schemes we run")),
            ("city.applications", _l("Applications to schemes")),
        ),
    ),
    (_l("Working groups"), (("city.groups", _l("Working groups")),)),
    (
        _l("Figures"),
        (
            ("city.funnel", _l("Progress of challenges")),
            ("city.supply", _l("Supply and demand")),
        ),
    ),
    (
        _l("Notices and data"),
        (
            ("city.announcements", _l("Announcements")),
            ("city.papers", _l("Documents issued")),
            ("city.imports", _l("Import from Excel")),
            ("city.patience", _l("Time limits")),
        ),
    ),
)
PARTNER: tuple[tuple[Any, tuple[Room, ...]], ...] = (
    (_l("Start page"), (("me.home", _l("Start page")),)),
    (
        _l("What we offer"),
        (("me.profile", _l("Profile")), ("me.offerings", _l("Offerings")), ("me.targets", _l("SDGs"))),
    ),
    (
        _l("Finding each other"),
        (
            ("me.invitations", _l("Invitations")),
            ("me.interests", _l("Interest shown")),
            ("me.partners", _l("Possible partners")),
        ),
    ),
    (
        _l("Proposals and pilots"),
        (("me.proposals", _l("Proposals")), ("me.collaborations", _l("Our collaborations"))),
    ),
    (
        _l("Registration and certification"),
        (
            ("me.registrations", _l("Our registrations")),
            ("me.applications", _l("Applications to schemes")),
            ("me.papers", _l("Documents received")),
        ),
    ),
    (_l("Working groups"), (("me.groups", _l("Our working groups")),)),
)


@dataclass(frozen=True)
class Tab:
    """A link of a row; `here` is the one that is shown."""

    name: Any
    url: str
    here: bool


@dataclass(frozen=True)
class Rooms:
    """The row of sections, and the row of rooms in the present section (empty when it has only one)."""

    sections: list[Tab]
    rooms: list[Tab]


def rooms(house: Iterable[tuple[Any, tuple[Room, ...]]], here: str) -> Rooms:
    """The rows for somebody who stands in the room whose endpoint is `here`."""
    known = current_app.view_functions
    sections, inside = [], []
    for name, declared in house:
        there = [(endpoint, words) for endpoint, words in declared if endpoint in known]
        if not there:
            continue
        present = any(endpoint == here for endpoint, _ in there)
        shown = name if len(there) > 1 else there[0][1]
        sections.append(Tab(shown, url_for(there[0][0]), present))
        if present and len(there) > 1:
            inside = [Tab(words, url_for(endpoint), endpoint == here) for endpoint, words in there]
    return Rooms(sections, inside)


def room_at(house: Iterable[tuple[Any, tuple[Room, ...]]], path: str) -> str:
    """The endpoint of the room to which an address belongs: the one whose own address is its longest beginning."""
    known = current_app.view_functions
    declared = [endpoint for _, inside in house for endpoint, _ in inside if endpoint in known]
    fitting = [name for name in declared if path == url_for(name) or path.startswith(f"{url_for(name)}/")]
    return max(fitting, key=lambda name: len(url_for(name)), default="")
