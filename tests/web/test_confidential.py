"""One confidential proposal with everything around it, and every door behind which somebody else might find it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from matcher.policy import Actor
from matcher.services import consultations, joint_proposals, proposal_steps, proposals, threads, topics
from matcher.services.proposal_data import ProposalData
from models import Challenge, DigestEntry, IndexChange, Membership, OutboxMessage, Passage, Proposal, UserSession
from models.enums import ConsultationStatus, ThreadSubject
from models.session import open_session
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from tests.services.test_proposals import Lab
from web import mailer
from web.app import create_app
from web.auth import token_hash
from web.settings import load_settings

#: looked for in every answer; a list is searched for the other word of the same texts, which it may repeat
MARK, SOUGHT = "標識の語", "探す言葉"
TEXTS = ("title", "summary", "solution", "field", "asks", "schedule", "cost")
STRANGERS = (
    "anonymous",
    "seatless",
    "operator",
    "other department",
    "other office",
    "other partner",
    "partner that left",
    "screener",
)


@dataclass
class Place:
    """The application, the keys of what stands around the proposal, and who may read it."""

    app: Flask
    keys: dict[str, int]
    code: str


@pytest.fixture(scope="module")
def place(sqlite_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("confidential")
    shutil.copy(sqlite_schema, folder / "musubi.db")
    app = create_app(load_settings({"MUSUBI_MODE": "test", "DATA_DIR": str(folder)}))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, CLOCK=lambda: NOW)
    app.extensions["matchbook"] = FakeMatchbook()
    with open_session(app.extensions["engine"]) as session:
        keys, code = _lay_out(session)
        session.commit()
    yield Place(app, keys, code)
    app.extensions["engine"].dispose()


def _lay_out(session: Session) -> tuple[dict[str, int], str]:
    lab = Lab(session)
    for department, staff in ((lab.care, lab.care_staff), (lab.roads, lab.roads_staff)):
        session.exec(select(Membership).where(Membership.user_id == staff.user_id)).one().department_id = department.pk
    challenge = factories.challenge(session, lab.town)
    row = _proposal(lab, challenge)
    people = _strangers(session, lab) | {"office": lab.office.user_id or 0, "partner": lab.partner.user_id or 0}
    people |= {"other department": lab.roads_staff.user_id or 0, "partner that left": _left(lab, row)}
    for name, user_id in people.items():
        entry = {"user_id": user_id, "last_seen_at": NOW, "expires_at": NOW.replace(year=2099)}
        session.add(UserSession(token_hash=token_hash(name), **entry))
    about = {"proposal": row.pk, "challenge": challenge.pk, "partner": lab.house.pk}
    return about | {"collaboration": row.collaboration_id or 0}, lab.town.code


def _proposal(lab: Lab, challenge: Challenge) -> Proposal:
    """Said, asked about, answered, talked about, and taken up under a title that gives nothing away."""
    words = f"{MARK}、{SOUGHT}"
    row = lab.drafted(ProposalData(**dict.fromkeys(TEXTS, words), confidential=True), challenge)
    proposals.submit(lab.session, lab.partner, row.pk, now=NOW)
    asked = consultations.ask(lab.session, lab.office, row.pk, [lab.care.pk], words, NOW.date(), now=NOW)
    consultations.answer(lab.session, lab.care_staff, asked[0].pk, ConsultationStatus.QUESTION, words, now=NOW)
    proposal_steps.begin_dialogue(lab.session, lab.office, row.pk, now=NOW)
    proposal_steps.note(lab.session, lab.office, row.pk, words, NOW.date(), now=NOW)
    proposal_steps.note(lab.session, lab.office, row.pk, words, NOW.date(), shared=False, now=NOW)
    proposal_steps.note(lab.session, lab.partner, row.pk, words, NOW.date(), partner_id=lab.house.pk, now=NOW)
    if ThreadSubject.PROPOSAL in topics.TOPICS:
        threads.write(lab.session, lab.office, ThreadSubject.PROPOSAL, row.pk, words, now=NOW)
    proposal_steps.prepare(lab.session, lab.office, row.pk, "実証の準備", now=NOW)
    return row


def _left(lab: Lab, row: Proposal) -> int:
    """A partner that stood behind the proposal for a while."""
    house = factories.partner(lab.session, "株式会社離脱", town=lab.town)
    person = factories.partner_admin(lab.session, house)
    joint_proposals.ask(lab.session, lab.partner, row.pk, house.name, now=NOW)
    joint_proposals.agree(lab.session, person, row.pk, house.pk, now=NOW)
    joint_proposals.leave(lab.session, person, row.pk, house.pk, now=NOW)
    return person.user_id or 0


def _strangers(session: Session, lab: Lab) -> dict[str, int]:
    there = factories.municipality(session, "141305", "川崎市")
    people: dict[str, Actor] = {
        "other office": factories.coordinator(session, there),
        "other partner": factories.partner_admin(session, factories.partner(session, "株式会社よそ", town=there)),
        "screener": factories.screener(session, factories.scheme(session, lab.town)),
    }
    plain = {"seatless": factories.user(session), "operator": factories.user(session, "運営", is_admin=True)}
    return {name: actor.user_id or 0 for name, actor in people.items()} | {k: row.pk for k, row in plain.items()}


def client_of(place: Place, who: str) -> FlaskClient:
    client = place.app.test_client()
    if who != "anonymous":
        with client.session_transaction() as cookie:
            cookie.update({"_user_id": who, "_fresh": True})
    return client


def said(client: FlaskClient, path: str) -> str:
    """What an address answers, an Excel file unpacked."""
    data = client.get(path).data
    if data.startswith(b"PK"):
        with ZipFile(BytesIO(data)) as packed:
            data = b"".join(packed.read(name) for name in packed.namelist())
    return data.decode(errors="replace")


def pages(place: Place) -> list[str]:
    """Every address without a key, and the pages of what stands around the proposal."""
    rules = place.app.url_map.iter_rules()
    plain = sorted(rule.rule for rule in rules if not rule.arguments and "GET" in (rule.methods or ()))
    around = ("/challenges/{challenge}", "/city/challenges/{challenge}", "/city/challenges/{challenge}/matches")
    around += ("/partners/{partner}", "/city/partners/{partner}/matches")
    around += ("/collaborations/{collaboration}", "/city/collaborations/{collaboration}")
    around += ("/me/collaborations/{collaboration}", "/messages/collaboration/{collaboration}")
    around += ("/city/proposals/{proposal}", "/me/proposals/{proposal}", "/me/proposals/{proposal}/receipt")
    around += ("/me/proposals/{proposal}/record", "/messages/proposal/{proposal}")
    around += ("/city/papers/new/proposal_receipt/{proposal}", "/city/papers/new/pilot_plan/{collaboration}")
    return [*plain, f"/municipalities/{place.code}", *(path.format(**place.keys) for path in around)]


LISTS = (
    *("/challenges", "/partners", "/collaborations", "/groups", "/schemes", "/me/partners"),
    *("/city/challenges", "/city/partners", "/city/proposals", "/city/papers", "/city/collaborations"),
    *("/city/applications", "/city/groups", "/city/registrations", "/city/funnel", "/city/supply"),
    *("/admin/audit", "/admin/mails", "/admin/users"),
)


def test_the_mark_is_found_by_those_whom_it_concerns(place: Place) -> None:
    address = f"proposals/{place.keys['proposal']}"
    assert MARK in said(client_of(place, "office"), f"/city/{address}")
    assert MARK in said(client_of(place, "office"), f"/city/proposals?q={SOUGHT}&as=xlsx")
    assert MARK in said(client_of(place, "partner"), f"/me/{address}")


@pytest.mark.parametrize("who", STRANGERS)
def test_no_page_shows_it_to_a_stranger(place: Place, who: str) -> None:
    client = client_of(place, who)
    assert [path for path in pages(place) if MARK in said(client, path)] == []


@pytest.mark.parametrize("who", STRANGERS)
def test_no_search_and_no_file_finds_it_for_a_stranger(place: Place, who: str) -> None:
    client = client_of(place, who)
    asked = [f"{path}?q={SOUGHT}{more}" for path in LISTS for more in ("", "&as=xlsx", "&as=csv")]
    assert [path for path in asked if MARK in said(client, path)] == []


def test_the_rooms_that_all_of_the_office_read_show_the_title_that_was_given(place: Place) -> None:
    page = said(client_of(place, "other department"), f"/city/collaborations/{place.keys['collaboration']}")
    assert "実証の準備" in page


def test_no_mail_says_what_it_says(place: Place) -> None:
    """Not even to those who may read it: mail is passed on."""
    with open_session(place.app.extensions["engine"]) as session:
        found = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
        waiting = session.exec(select(DigestEntry).order_by(col(DigestEntry.id))).all()
        told = {message.template for message in (*found, *waiting)}
        assert {"proposal_receipt", "consultation_asked", "proposal_noted", "proposal_taken_up"} <= told
        assert all(MARK not in str(entry.params) for entry in waiting)
        for message in found:
            mail = mailer.render(place.app, place.app.extensions["settings"], message)
            assert MARK not in mail.subject + mail.text + mail.html, message.template
            assert MARK not in str(message.params), message.template


def test_no_index_takes_it_in(place: Place) -> None:
    with open_session(place.app.extensions["engine"]) as session:
        assert not [row for row in session.exec(select(Passage)) if MARK in row.text]
        assert not [row for row in session.exec(select(IndexChange)) if MARK in str(row.model_dump())]
        # of a planned pilot nothing is indexed either
        assert not [row for row in session.exec(select(IndexChange)) if row.entity_type.value == "collaboration"]
