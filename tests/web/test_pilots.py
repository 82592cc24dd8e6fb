"""The rooms in which collaborations are run: the office's and the partner's, and what the public reads of them."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from models import Collaboration, Introduction, PilotPlan, Recommendation
from models.enums import CollaborationStatus, NoteKind, RecommendationSource, RecommendationStatus, Role
from models.queries import pilots as queries
from tests import factories

PLAN = {
    "period_from": "2026-11-01",
    "period_until": "2026-12-31",
    "place": "第一公民館",
    "roles": "役割の秘密",
    "data": "",
    "safety": "",
    "cost_city": "100000",
    "cost_partner": "0",
    "criteria-0-measure": "設置した世帯",
    "criteria-0-target": "20",
    "criteria-0-unit": "世帯",
    "version": "0",
}


@dataclass
class Rooms:
    """An introduction with both sides at their browsers."""

    store: Session
    match: Recommendation
    city: FlaskClient
    staff: FlaskClient
    partner: FlaskClient
    member: FlaskClient
    outsider: FlaskClient

    def begin(self) -> str:
        """Begin a pilot; gives its address in the office."""
        data = {"title": "見守りの実証", "kind": "pilot", "summary": "20世帯で試す。"}
        return str(self.city.post(f"/city/matches/{self.match.pk}/collaboration", data=data).location)

    def row(self) -> Collaboration:
        """The collaboration as it is stored; no transaction stays open."""
        found = self.store.exec(select(Collaboration).order_by(col(Collaboration.id))).one()
        self.store.refresh(found)
        self.store.expunge_all()
        self.store.rollback()
        return found


@pytest.fixture
def rooms(store: Session, sign_in: Callable[[int], FlaskClient]) -> Rooms:
    town, other = factories.municipality(store), factories.municipality(store, "431001", "熊本市")
    house, challenge = factories.partner(store, town=town), factories.challenge(store, town)
    match = Recommendation(
        municipality_id=town.pk,
        challenge_id=challenge.pk,
        partner_id=house.pk,
        source=RecommendationSource.MANUAL,
        status=RecommendationStatus.INTRODUCED,
    )
    store.add(match)
    store.flush()
    person = {"name": "窓口 一郎", "email": "a@example.jp"}
    store.add(
        Introduction(recommendation_id=match.pk, municipality_id=town.pk, city_contact=person, partner_contact=person)
    )
    member = factories.seat(store, factories.user(store), Role.PARTNER_MEMBER, partner=house)
    people = (
        factories.coordinator(store, town),
        factories.department_staff(store, town),
        factories.partner_admin(store, house),
        member,
        factories.coordinator(store, other),
    )
    store.commit()
    return Rooms(store, match, *(sign_in(person.user_id or 0) for person in people))


def test_the_whole_line(rooms: Rooms, client: FlaskClient) -> None:
    address = rooms.begin()
    mine = address.replace("/city/", "/me/")
    assert rooms.city.post(f"/city/matches/{rooms.match.pk}/collaboration", data={"title": "二"}).location == address
    assert rooms.city.post(f"{address}/steps/begin").status_code == 422
    assert rooms.staff.post(f"{address}/plan", data=PLAN).status_code == 303
    assert rooms.city.post(f"{address}/agree", data={"edition": "1"}).status_code == 303
    assert 'name="edition" value="1"' in rooms.partner.get(mine).text
    assert f"{mine}/agree" not in rooms.member.get(mine).text
    assert rooms.partner.post(f"{mine}/agree", data={"edition": "1"}).status_code == 303
    assert rooms.city.post(f"{address}/steps/begin").status_code == 303
    note = {"kind": "progress", "happened_on": "2026-11-10", "text": "庁内の話", "private": "y"}
    assert rooms.staff.post(f"{address}/notes", data=note).status_code == 303
    shared = {"kind": "progress", "happened_on": "2026-11-11", "text": "設置を終えました。"}
    assert rooms.member.post(f"{mine}/notes", data=shared).status_code == 303
    assert "庁内の話" in rooms.city.get(address).text
    assert "庁内の話" not in rooms.partner.get(mine).text
    row = rooms.row()
    key = queries.criteria(rooms.store, row.pk)[0].pk
    rooms.store.rollback()
    result = {"result": "adopted", "outcome": "導入した。", "learned": "説明会が要る。", "targets": ["3.8"]}
    judged = {"criteria-0-key": str(key), "criteria-0-result": "24", "criteria-0-met": "yes"}
    assert rooms.city.post(f"{address}/result", data={**result, **judged}).status_code == 303
    assert f'href="/city/challenges/{row.challenge_id}"' in rooms.city.get(address).text
    public = address.replace("/city/", "/")
    assert client.get(public).status_code == 404
    assert rooms.city.post(f"{address}/steps/publish").status_code == 303
    text = client.get(public).text
    for words in ("見守りの実証", "20世帯で試す。", "説明会が要る。", "設置した世帯", "24", "第一公民館"):
        assert words in text
    for words in ("役割の秘密", "庁内の話", "設置を終えました。", "100,000"):
        assert words not in text
    assert rooms.city.post(f"{address}/steps/unpublish").status_code == 303
    assert client.get(public).status_code == 404


def test_what_was_typed_stays_and_is_told_apart(rooms: Rooms) -> None:
    address = rooms.begin()
    wrong = {**PLAN, "period_until": "2026-10-01", "criteria-0-target": ""}
    answer = rooms.city.post(f"{address}/plan", data=wrong)
    assert answer.status_code == 422
    assert "役割の秘密" in answer.text
    added = rooms.city.post(f"{address}/plan", data={**PLAN, "add_row": "criteria"})
    assert (added.status_code, "criteria-1-measure" in added.text) == (200, True)
    assert rooms.city.post(f"{address}/notes", data={"text": "文", "kind": "x", "happened_on": ""}).status_code == 422
    assert rooms.city.post(f"{address}/files", data={}).status_code == 422
    assert rooms.city.post(f"{address}/result", data={"result": "adopted"}).status_code == 422
    assert rooms.row().status is CollaborationStatus.PLANNED


def test_a_stale_change_is_shown_beside_what_was_saved(rooms: Rooms) -> None:
    address = rooms.begin()
    version = rooms.row().version
    said = {"title": "題", "kind": "pilot", "summary": "先に保存", "agreement_kind": "", "version": version}
    assert rooms.city.post(f"{address}/edit", data=said).status_code == 303
    late = rooms.staff.post(f"{address}/edit", data={**said, "summary": "後から保存"})
    assert late.status_code == 409
    assert "先に保存" in late.text
    assert "後から保存" in late.text
    rooms.city.post(f"{address}/plan", data=PLAN)
    assert rooms.staff.post(f"{address}/plan", data=PLAN).status_code == 409
    assert rooms.partner.post(f"{address.replace('/city/', '/me/')}/agree", data={"edition": "0"}).status_code == 409


def test_files_reach_both_sides_and_nobody_else(rooms: Rooms) -> None:
    address = rooms.begin()
    mine = address.replace("/city/", "/me/")
    sent = {"file": (BytesIO(b"%PDF-1.7 x"), "協定書.pdf")}
    assert rooms.partner.post(f"{mine}/files", data=sent, content_type="multipart/form-data").status_code == 303
    file = f"{address}/files/1"
    assert rooms.city.get(file).data == b"%PDF-1.7 x"
    assert rooms.member.get(f"{mine}/files/1").status_code == 200
    assert rooms.outsider.get(file).status_code == 404
    assert rooms.city.get(f"{address}/files/2").status_code == 404
    assert rooms.staff.post(f"{file}/remove").status_code == 303
    assert rooms.city.get(file).status_code == 404


def test_another_office_and_another_partner_find_nothing(
    rooms: Rooms, store: Session, sign_in: Callable[[int], FlaskClient]
) -> None:
    address = rooms.begin()
    rooms.city.post(f"{address}/plan", data=PLAN)
    stranger = sign_in(factories.partner_admin(store, factories.partner(store, "よその会社")).user_id or 0)
    for path in ("", "/plan", "/edit", "/result"):
        assert rooms.outsider.get(f"{address}{path}").status_code == 404
    assert stranger.get(address.replace("/city/", "/me/")).status_code == 404
    assert "見守りの実証" not in rooms.outsider.get("/city/collaborations").text
    assert "見守りの実証" not in stranger.get("/me/collaborations").text
    rooms.city.post(f"{address}/told", data={"note": "電話"})
    assert store.exec(select(PilotPlan.agreed_by_partner_at)).one() is None


def test_the_list_is_narrowed_down_and_taken_along(rooms: Rooms) -> None:
    rooms.begin()
    row = rooms.row()
    partner = queries.partners(rooms.store, row.municipality_id)[0]
    for query, shown in (("", True), ("status=done", False), (f"partner={partner.pk}", True), ("q=なし", False)):
        assert ("見守りの実証</a>" in rooms.staff.get(f"/city/collaborations?{query}").text) is shown
    book = openpyxl.load_workbook(BytesIO(rooms.city.get("/city/collaborations?as=xlsx").data))
    lines = list(book.active.iter_rows(values_only=True))
    assert lines[1][1] == "見守りの実証"
    assert len(lines[0]) == len(lines[1])


def test_one_by_hand(rooms: Rooms) -> None:
    partner = rooms.match.partner_id
    data = {
        "title": "包括連携協定",
        "kind": "agreement",
        "partners-0": str(partner),
        "challenge_id": "",
        "department_id": "",
    }
    assert rooms.staff.get("/city/collaborations/new").status_code == 403
    assert rooms.city.post("/city/collaborations/new", data={**data, "partners-0": ""}).status_code == 422
    added = rooms.city.post("/city/collaborations/new", data={**data, "add_row": "partners"})
    assert (added.status_code, "partners-1" in added.text) == (200, True)
    address = rooms.city.post("/city/collaborations/new", data=data).location
    assert rooms.city.post(f"{address}/steps/begin").status_code == 303
    assert rooms.row().status is CollaborationStatus.RUNNING


def test_words_of_every_kind_of_note(rooms: Rooms) -> None:
    text = rooms.city.get(rooms.begin()).text
    assert all(f'value="{kind.value}"' in text for kind in NoteKind)
