"""Other houses' things through every address with a key in it: strangers of four kinds, and keys that do not belong
together."""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlmodel import Session

from models import (
    Assignment,
    Challenge,
    Collaboration,
    CollaborationPartner,
    Department,
    GroupMember,
    Membership,
    Municipality,
    Partner,
    Proposal,
    ProposalPartner,
    Recommendation,
    Scheme,
    Thread,
    UserSession,
    WorkingGroup,
)
from models.enums import (
    AssignmentPurpose,
    AssignmentStatus,
    CollaborationStatus,
    GroupMemberStatus,
    GroupRole,
    ProposalKind,
    ProposalStatus,
    RecommendationSource,
    RecommendationStatus,
    Role,
    ThreadSubject,
)
from models.session import open_session
from tests import factories
from tests.contracts import world as worlds
from tests.contracts.access_list import ACCESS_LIST, ARGUMENTS
from tests.contracts.test_access import METHODS, Place, client_of, outcome
from tests.contracts.world import PEOPLE, World
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from web import db
from web.app import create_app
from web.auth import token_hash
from web.settings import load_settings

SEATLESS, SCREENER, OTHER_DEPARTMENT, LEAVER = "seatless", "screener", "other_department", "leaver"


@pytest.fixture(scope="module")
def place(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("isolation")
    shutil.copy(sqlite_schema, folder / "musubi.db")
    app = create_app(load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(folder)}))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    app.extensions["matchbook"] = FakeMatchbook()
    with open_session(app.extensions["engine"]) as session:
        world = worlds.build(session)
        world.people |= _strangers(session, world)
        twins = _twins(session, world)
        for name, user_id in world.people.items():
            entry = {"user_id": user_id, "last_seen_at": NOW, "expires_at": NOW.replace(year=2099)}
            session.add(UserSession(token_hash=token_hash(name), **entry))
        session.get_one(Proposal, world.ids["proposal"]).confidential = True
        session.commit()
    world.ids |= {f"second {name}": key for name, key in twins.items()}
    yield app, world
    app.extensions["engine"].dispose()


@pytest.fixture(autouse=True)
def nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "SAFE_METHODS", frozenset(METHODS))


def _strangers(session: Session, world: World) -> dict[str, int]:
    """Nobody's person, who screens for another scheme, a department that was not asked, a partner that has left."""
    people = {name: factories.user(session, name).pk for name in (SEATLESS, SCREENER, OTHER_DEPARTMENT, LEAVER)}
    town, group = world.ids["municipality"], world.ids["run_group"]
    roads = Department(municipality_id=town, name="道路課")
    house = factories.partner(session, "株式会社退会者")
    session.add_all([roads, Membership(user_id=people[SCREENER], role=Role.REVIEWER, scheme_id=world.ids["scheme"])])
    session.flush()
    office = {"role": Role.DEPARTMENT, "municipality_id": town, "department_id": roads.pk}
    session.add(Membership(user_id=people[OTHER_DEPARTMENT], **office))
    session.add(Membership(user_id=people[LEAVER], role=Role.PARTNER_ADMIN, partner_id=house.pk))
    session.add(GroupMember(group_id=group, partner_id=house.pk, status=GroupMemberStatus.LEFT, role=GroupRole.CHAIR))
    session.flush()
    return people


def _twins(session: Session, world: World) -> dict[str, int]:
    """Of everything that has things of its own a second one, of the same houses: its key under the same name."""
    town = session.get_one(Municipality, world.ids["municipality"])
    house = session.get_one(Partner, world.ids["partner"])
    second = factories.partner(session, "株式会社もう一つ", town=town)
    person = {"user_id": world.people["partner_admin"], "role": Role.PARTNER_ADMIN, "partner_id": second.pk}
    scheme, challenge = factories.scheme(session, town, "twin"), factories.challenge(session, town)
    tier = factories.tier(session, scheme)
    ours = factories.tier(session, session.get_one(Scheme, world.ids["scheme"]), name="二段目", position=1)
    group = factories.group(session, town, "もう一つの分科会")
    factories.member(session, group, house, GroupRole.CHAIR)
    planned = {"kind": "pilot", "title": "二つ目の計画", "status": CollaborationStatus.PLANNED}
    pilot = Collaboration(municipality_id=town.pk, **planned)
    numbered = {"received_at": NOW, "receipt_year": 2026, "receipt_number": 2, "digest": "0" * 64}
    received = {"kind": ProposalKind.FIELD_TEST, "status": ProposalStatus.RECEIVED, **numbered}
    proposal = Proposal(municipality_id=town.pk, title="二つ目", status_since=NOW, held_since=NOW, **received)
    said = {"name": "冬", "purpose": AssignmentPurpose.EVENT, "wanted": 1, "capacity": 1}
    plan = Assignment(municipality_id=town.pk, status=AssignmentStatus.READY, **said)
    session.add_all([Membership(**person), pilot, proposal, plan])
    session.flush()
    session.add(CollaborationPartner(collaboration_id=pilot.pk, partner_id=house.pk, name=house.name))
    session.add(ProposalPartner(proposal_id=proposal.pk, partner_id=house.pk, lead=True, agreed_at=NOW))
    application = factories.application(session, scheme, tier, house, submitted_at=NOW)
    meeting = factories.meeting(session, session.get_one(WorkingGroup, world.ids["run_group"]))
    invited = _talk(session, world, challenge)
    session.flush()
    return {
        "application": application.pk,
        "assignment": plan.pk,
        "certificate": application.pk,
        "challenge": challenge.pk,
        "group": group.pk,
        "introduced": invited,
        "meeting": meeting.pk,
        "partner": second.pk,
        "planned": pilot.pk,
        "proposal": proposal.pk,
        "run_group": group.pk,
        "scheme": scheme.pk,
        "tier": ours.pk,
        "user": world.people["partner_admin"],
    }


def _talk(session: Session, world: World, challenge: Challenge) -> int:
    """Another introduction with a conversation."""
    pair = {"challenge_id": challenge.pk, "partner_id": world.ids["partner"]}
    town, status = world.ids["municipality"], RecommendationStatus.INTRODUCED
    row = Recommendation(municipality_id=town, source=RecommendationSource.MANUAL, status=status, **pair)
    session.add(row)
    session.flush()
    session.add(Thread(municipality_id=town, subject_type=ThreadSubject.RECOMMENDATION, subject_id=row.pk))
    session.flush()
    return row.pk


@pytest.fixture(scope="module")
def keyed(place: Place) -> list[tuple[str, str]]:
    """Every route with a key of something in its address."""
    return [(endpoint, method) for endpoint, method in sorted(ACCESS_LIST) if _keys(place[0], endpoint)]


def _keys(app: Flask, endpoint: str) -> list[str]:
    """The names of the keys in an address, from left to right."""
    rule = next(app.url_map.iter_rules(endpoint))
    return [piece.partition(">")[0] for piece in rule.rule.split("<int:")[1:]]


def _reached(place: Place, keyed: list[tuple[str, str]], who: str) -> set[tuple[str, str]]:
    return {route for route in keyed if outcome(place, *route, who) == "Y"}


def _listed(keyed: list[tuple[str, str]], who: str) -> set[tuple[str, str]]:
    """What the access list lets one of its own people reach."""
    return {route for route in keyed if ACCESS_LIST[route][PEOPLE.index(who)] == "Y"}


def test_whoever_sits_nowhere_reads_what_the_public_reads(place: Place, keyed: list[tuple[str, str]]) -> None:
    assert _reached(place, keyed, SEATLESS) == _listed(keyed, "anonymous")


def test_screeners_of_another_scheme_reach_their_scheme_alone(place: Place, keyed: list[tuple[str, str]]) -> None:
    beyond = _reached(place, keyed, SCREENER) - _listed(keyed, "anonymous")
    assert beyond == {("schemes.detail", "GET")}


def test_a_seat_at_a_scheme_opens_the_list_of_applications_and_no_other_room(place: Place) -> None:
    rooms = sorted(route for route in ACCESS_LIST if not _keys(place[0], route[0]))
    beyond = _reached(place, rooms, SCREENER) - _reached(place, rooms, SEATLESS)
    assert beyond == {("city.applications", "GET")}


def test_a_seat_at_a_scheme_is_named_where_seats_are_listed_and_can_be_taken(place: Place) -> None:
    app, world = place
    screener, operator = world.people[SCREENER], client_of(app, "admin")
    assert "推進パートナー" in client_of(app, SCREENER).get("/account/organisations").text
    assert "推進パートナー" in operator.get("/admin/users").text
    page = operator.get(f"/admin/users/{screener}").text
    assert "推進パートナー" in page
    taken = re.search(rf'action="(/admin/users/{screener}/seats/\d+/take)"', page)
    assert taken is not None
    assert operator.post(taken[1]).status_code == 303


def test_a_department_that_was_not_asked_reaches_all_but_the_confidential_proposal(
    place: Place, keyed: list[tuple[str, str]]
) -> None:
    about = {route for route in keyed if {"proposal_id", "consultation_id"} & set(_keys(place[0], route[0]))}
    assert about & _listed(keyed, "department")
    assert _reached(place, keyed, OTHER_DEPARTMENT) == _listed(keyed, "department") - about


def test_a_partner_that_has_left_is_a_stranger(place: Place, keyed: list[tuple[str, str]]) -> None:
    assert _reached(place, keyed, LEAVER) <= _listed(keyed, "other_partner")


#: a GET that only leads back to the page of the first key, and a step that finds nothing to take
SAY_NOTHING = {
    ("city.application_report_noted", "GET"),
    ("city.assignment_release", "GET"),
    ("city.collaboration_file_remove", "GET"),
    ("city.screener_remove", "POST"),
    ("groups.file_remove", "GET"),
}


def _nested(app: Flask) -> list[tuple[str, str, str]]:
    """(route, method, name of a key that another one stands behind)."""
    routes = [route for route in sorted(ACCESS_LIST) if route not in SAY_NOTHING]
    return [(*route, name) for route in routes for name in _keys(app, route[0])[:-1]]


def _holder(endpoint: str) -> str:
    """Somebody who holds everything that an address of this area names."""
    return {"admin": "admin", "city": "coordinator"}.get(endpoint.partition(".")[0], "partner_admin")


def test_a_thing_is_not_reached_through_another_one(place: Place) -> None:
    """Whoever holds both reaches neither through the other: the key that stands first is exchanged."""
    app, world = place
    reached = []
    for endpoint, method, name in _nested(app):
        key = ARGUMENTS.get(endpoint, {}).get(name, name.removesuffix("_id"))
        turned = replace(world, ids=world.ids | {key: world.ids[f"second {key}"]})
        if outcome((app, turned), endpoint, method, _holder(endpoint)) not in "HN":
            reached.append(f"{method} {endpoint} with another {name}")
    assert not reached
