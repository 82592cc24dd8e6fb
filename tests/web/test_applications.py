"""The pages of applying and screening: whole applications, screeners of one scheme, and what the public sees."""

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import TypeVar

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from matcher.policy import Actor
from models import Application, Municipality, Partner, Scheme, SchemeTier
from models.enums import ApplicationStatus as P
from models.enums import ItemLevel, QuestionKind, SchemeScope
from models.queries import applications as queries
from models.session import open_session
from tests import factories
from tests.factories import NOW
from web import jobs

T = TypeVar("T")
SignIn = Callable[[int], FlaskClient]
QUESTIONS = (
    {"key": "plan", "kind": QuestionKind.LONG_TEXT, "required": True, "section": "計画", "help": "三年間の取組"},
    {"key": "name", "kind": QuestionKind.TEXT, "section": "計画"},
    {"key": "staff", "kind": QuestionKind.NUMBER, "unit": "人", "section": "計画"},
    {"key": "begin", "kind": QuestionKind.DATE, "section": "計画"},
    {"key": "size", "kind": QuestionKind.CHOICE, "options": [{"label": "大"}, {"label": "小"}], "section": "計画"},
    {"key": "paper", "kind": QuestionKind.FILE, "section": "計画"},
    {"key": "b1", "kind": QuestionKind.CHECK, "level": ItemLevel.BASIC, "category": "環境", "section": "自己評価"},
    {"key": "c1", "kind": QuestionKind.CHECK, "level": ItemLevel.CHALLENGE, "category": "環境", "section": "自己評価"},
    {"key": "goals", "kind": QuestionKind.TARGETS, "public": True, "section": "取組"},
    {"key": "clean", "kind": QuestionKind.DECLARATION, "section": "誓約"},
)
RULES = {"categories": [{"name": "環境", "weight": 2.0, "pass_share": 0.5}], "all_basic": True, "min_targets": 1}
ENTERED = {
    "q-plan": "屋上に太陽光を置く。",
    "q-staff": "１，２００",
    "q-size": "小",
    "q-b1": "1",
    "q-goals-7.2": "再エネを増やす。",
    "q-clean": "1",
}


class Place:
    """A municipality with a scheme, its people, and a partner."""

    def __init__(self, app: Flask, store: Session, sign_in: SignIn) -> None:
        self.engine: Engine = app.extensions["engine"]
        self.store, self.sign_in = store, sign_in
        self.town: Municipality = factories.municipality(store)
        self.scheme: Scheme = factories.scheme(store, self.town)
        self.tier: SchemeTier = factories.tier(store, self.scheme, questions=QUESTIONS, rules=RULES)
        self.partner: Partner = factories.partner(store, town=self.town)
        self.partner_actor = factories.partner_admin(store, self.partner)
        self.coordinator = factories.coordinator(store, self.town)
        store.commit()

    def as_(self, actor: Actor) -> FlaskClient:
        self.store.commit()
        return self.sign_in(actor.user_id or 0)

    @property
    def applicant(self) -> FlaskClient:
        return self.as_(self.partner_actor)

    @property
    def office(self) -> FlaskClient:
        return self.as_(self.coordinator)

    def begun(self) -> str:
        """The address of a draft."""
        answer = self.applicant.post(f"/me/applications/new/{self.tier.pk}")
        assert answer.status_code == 303
        return str(answer.location)

    def submitted(self, **entered: str) -> str:
        address = self.begun()
        assert self.applicant.post(address, data={**ENTERED, **entered}).status_code == 303
        assert self.applicant.post(f"{address}/submit").location == address
        return address

    def row(self) -> Application:
        """The application as it is stored now."""
        return self.read(lambda fresh: fresh.exec(select(Application)).one())

    def read(self, ask: Callable[[Session], T]) -> T:
        """What a session of its own finds, which holds nobody up."""
        with open_session(self.engine, write=False) as fresh:
            return ask(fresh)


@pytest.fixture
def place(app: Flask, store: Session, sign_in: SignIn) -> Place:
    return Place(app, store, sign_in)


def test_from_the_list_to_the_certificate(place: Place, client: FlaskClient) -> None:
    applicant = place.applicant
    assert f"/me/applications/new/{place.tier.pk}" in applicant.get("/me/applications").text
    assert "問1" not in applicant.get(f"/me/applications/new/{place.tier.pk}").text
    address = place.submitted()
    assert applicant.get(f"/me/applications/new/{place.tier.pk}").location == address
    assert "屋上に太陽光を置く。" in applicant.get(address).text
    inside = address.replace("/me/", "/city/")
    office = place.office
    assert place.partner.name in office.get("/city/applications").text
    assert "1,200人" in office.get(inside).text
    for step in ("screen", "grant"):
        assert office.post(f"{inside}/{step}").location == inside
    row = place.row()
    assert (row.status, bool(row.number)) == (P.GRANTED, True)
    text = applicant.get(address).text
    assert f"/verify/{row.verify_key}" in text
    public = client.get(f"/verify/{row.verify_key}").text
    assert "現在、この登録・認証は有効です" in public
    assert "企業 三郎" not in public
    assert "再エネを増やす。" in client.get("/schemes/1/register?goal=7").text
    assert "再エネを増やす。" not in client.get("/schemes/1/register?goal=8").text


def test_a_draft_keeps_what_was_typed(place: Place) -> None:
    address, applicant = place.begun(), place.applicant
    answer = applicant.post(address, data={"q-staff": "十人", "q-begin": "来年", "q-name": "<b>甲</b>"})
    assert answer.location == address
    text = applicant.get(address).text
    assert 'value="十人"' in text
    assert "&lt;b&gt;甲&lt;/b&gt;" in text
    onward = applicant.post(address, data={"q-staff": "十人", "next": "1"})
    assert onward.location == f"{address}/submit"
    missing = applicant.post(onward.location)
    assert missing.status_code == 422
    for words in ("問1", "問3", "問10", "合格基準", "基本項目が未チェックです"):
        assert words in missing.text
    assert place.row().status is P.DRAFT


def test_the_self_assessment_follows_what_is_typed(place: Place) -> None:
    address = place.begun()
    partly = place.applicant.post(f"{address}/assessment", data={"q-c1": "1"}, headers={"HX-Request": "true"}).text
    assert "50%" in partly
    assert "まだ合格基準を満たしていません" in partly
    full = place.applicant.post(f"{address}/assessment", data=ENTERED).text
    assert "合格基準を満たしています" in full
    key = place.row().pk
    assert place.read(lambda store: queries.answers(store, key)) == {}


def test_files_come_in_and_go_out(place: Place) -> None:
    address, applicant = place.begun(), place.applicant
    bad = applicant.post(address, data={"q-plan": "残る文", "q-paper": (BytesIO(b"MZ"), "x.exe")})
    assert bad.status_code == 422
    assert "残る文" in bad.text
    applicant.post(address, data={**ENTERED, "q-paper": (BytesIO(b"%PDF-1.7"), "計画.pdf")})
    key = place.row().pk
    (file,) = place.read(lambda store: queries.files(store, key)).values()
    assert f"{address}/files/{file.pk}" in applicant.get(address).text
    applicant.post(f"{address}/submit")
    inside = address.replace("/me/", "/city/")
    assert place.office.get(f"{inside}/files/{file.pk}").data == b"%PDF-1.7"
    assert place.office.get(f"{inside}/files/{file.pk + 1}").status_code == 404


def test_two_people_who_fill_in_see_both_versions(place: Place) -> None:
    address, applicant = place.begun(), place.applicant
    version = str(place.row().version)
    applicant.post(address, data={**ENTERED, "version": version})
    late = applicant.post(address, data={**ENTERED, "q-plan": "別の文", "version": version})
    assert late.status_code == 409
    assert "別の文" in late.text
    assert "屋上に太陽光を置く。" in late.text


def test_asking_back(place: Place) -> None:
    address = place.submitted()
    inside, office = address.replace("/me/", "/city/"), place.office
    office.post(f"{inside}/screen")
    assert office.post(f"{inside}/ask", data={"text": " "}).status_code == 422
    office.post(f"{inside}/ask", data={"text": "規模を教えてください。"})
    applicant = place.applicant
    assert "規模を教えてください。" in applicant.get(address).text
    assert applicant.post(f"{address}/submit", data={"text": ""}).status_code == 422
    applicant.post(address, data={**ENTERED, "q-staff": "15"})
    assert applicant.post(f"{address}/submit", data={"text": "15人です。"}).location == address
    assert "15人です。" in office.get(inside).text
    assert office.post(f"{inside}/refuse", data={"text": "要件外"}).location == inside
    assert "要件外" in applicant.get(address).text


def test_reviewers_of_a_scheme_see_that_scheme_alone(place: Place) -> None:
    address = place.submitted()
    inside = address.replace("/me/", "/city/")
    own = factories.screener(place.store, place.scheme)
    other = factories.screener(place.store, factories.scheme(place.store, place.town, "second", "別の制度"))
    screener = place.as_(own)
    home = screener.get("/").text
    assert "/city/applications" in home
    assert place.partner.name in screener.get("/city/applications").text
    assert "/city/supply" not in screener.get("/city/applications").text
    assert screener.post(f"{inside}/screen").location == inside
    assert screener.post(f"{inside}/note", data={"note": "現地確認済み"}).location == inside
    assert "現地確認済み" in screener.get(inside).text
    assert "現地確認済み" not in place.applicant.get(address).text
    assert screener.post(f"{inside}/grant").status_code == 403
    stranger = place.as_(other)
    assert place.partner.name not in stranger.get("/city/applications").text
    for path in (inside, f"{inside}/note", f"{inside}/files/1"):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"{inside}/screen").status_code == 404
    assert stranger.get("/city").status_code == 403


def test_other_houses_see_nothing(place: Place) -> None:
    address = place.submitted()
    elsewhere = factories.municipality(place.store, "141305", "川崎市")
    office = place.as_(factories.coordinator(place.store, elsewhere))
    assert place.partner.name not in office.get("/city/applications").text
    assert office.get(address.replace("/me/", "/city/")).status_code == 404
    rival = place.as_(factories.partner_admin(place.store, factories.partner(place.store, "よそ")))
    for path in (address, f"{address}/submit", f"{address}/withdraw", f"{address}/report"):
        assert rival.get(path).status_code == 404
    assert rival.post(address, data=ENTERED).status_code == 404


def test_the_office_never_sees_a_draft(place: Place) -> None:
    address = place.begun()
    assert place.partner.name not in place.office.get("/city/applications").text
    assert place.office.get(address.replace("/me/", "/city/")).status_code == 404


def test_who_sits_on_both_sides_does_not_judge(place: Place) -> None:
    address = place.submitted()
    inside = address.replace("/me/", "/city/")
    person = place.store.get_one(factories.User, place.coordinator.user_id)
    factories.seat(place.store, person, factories.Role.PARTNER_MEMBER, partner=place.partner)
    office = place.office
    text = office.get(inside).text
    assert "審査できません" in text
    assert f"{inside}/screen" not in text
    assert office.post(f"{inside}/screen").status_code == 403


def test_the_list_is_narrowed_down_and_saved(place: Place) -> None:
    place.submitted()
    office = place.office
    for query, shown in (
        ("", True),
        ("status=received", True),
        ("status=granted", False),
        (f"scheme={place.scheme.pk}&tier={place.tier.pk}", True),
        ("q=みらい", True),
        ("q=よそ", False),
    ):
        assert (place.partner.name in office.get(f"/city/applications?{query}").text) == shown
    sheet = load_workbook(BytesIO(office.get("/city/applications?as=xlsx&status=received").data)).active
    assert sheet is not None
    lines = list(sheet.values)
    assert len(lines) == 2
    assert lines[1][:3] == ("SDGs推進パートナー", "認証", place.partner.name)
    empty = load_workbook(BytesIO(office.get("/city/applications?as=xlsx&status=granted").data)).active
    assert empty is not None
    assert len(list(empty.values)) == 1


def test_changes_are_reported_and_certificates_given_up(place: Place) -> None:
    address = place.submitted()
    inside, office, applicant = address.replace("/me/", "/city/"), place.office, place.applicant
    for step in ("screen", "grant"):
        office.post(f"{inside}/{step}")
    assert applicant.post(f"{address}/report", data={"subject": "", "text": ""}).status_code == 422
    assert applicant.post(f"{address}/report", data={"subject": "代表者", "text": "交代"}).location == address
    assert "変更届：代表者" in office.get(inside).text
    key = place.row().pk
    (report,) = place.read(lambda store: queries.reports(store, key))
    assert office.post(f"{inside}/reports/{report.pk}/noted").location == inside
    assert office.post(f"{inside}/reports/{report.pk + 1}/noted").status_code == 404
    assert applicant.post(f"{address}/give_up", data={"text": ""}).status_code == 422
    assert applicant.post(f"{address}/give_up", data={"text": "閉業"}).location == address
    assert place.row().status is P.ENDED


def test_a_certificate_that_does_not_hold(place: Place, client: FlaskClient) -> None:
    address = place.submitted()
    inside, office = address.replace("/me/", "/city/"), place.office
    for step, data in (("screen", {}), ("grant", {}), ("suspend", {"text": "確認中"})):
        office.post(f"{inside}/{step}", data=data)
    text = client.get(f"/verify/{place.row().verify_key}").text
    assert "有効ではありません" in text
    assert "確認中" not in text
    assert place.partner.name not in client.get("/schemes/1/register").text
    assert client.get("/verify/unknown").status_code == 404
    assert client.get("/schemes/99/register").status_code == 404


def test_a_prefectures_scheme_counts_for_its_cities(place: Place, client: FlaskClient) -> None:
    place.scheme.scope = SchemeScope.PREFECTURE
    for number, city in enumerate(("加賀市", "加賀市", "金沢市")):
        house = factories.partner(place.store, f"団体{number}")
        factories.application(
            place.store, place.scheme, place.tier, house, status=P.GRANTED, locality=city, number=f"{number}"
        )
    place.store.commit()
    text = client.get("/schemes/1/register").text
    assert "うち加賀市の団体" in text
    assert "団体2" not in client.get("/schemes/1/register?city=加賀市").text
    assert "団体2" in client.get("/schemes/1/register?city=金沢市").text


def test_who_may_not_apply_is_told_why(place: Place) -> None:
    place.scheme.eligible_kinds = ["npo"]
    applicant = place.applicant
    address = f"/me/applications/new/{place.tier.pk}"
    assert "貴団体の種別では申請できません" in applicant.get(address).text
    assert applicant.post(address).status_code == 422
    place.scheme.published = False
    place.store.commit()
    assert place.applicant.get(address).status_code == 404


def test_renewing_in_the_browser(app: Flask, place: Place) -> None:
    address = place.submitted()
    inside, office = address.replace("/me/", "/city/"), place.office
    for step in ("screen", "grant"):
        office.post(f"{inside}/{step}")
    assert place.applicant.post(f"{address}/renew").status_code == 409
    row = place.store.exec(select(Application)).one()
    row.valid_from, row.valid_until = date(2023, 12, 1), date(2026, 11, 30)
    place.store.add(row)
    place.store.commit()
    app.config["CLOCK"] = lambda: NOW
    assert f"{address}/renew" in place.applicant.get("/me/applications").text
    renewal = place.applicant.post(f"{address}/renew").location
    assert renewal != address
    assert "屋上に太陽光を置く。" in place.applicant.get(renewal).text


def test_the_worker_reminds_and_ends_terms(app: Flask, place: Place) -> None:
    row = factories.application(
        place.store, place.scheme, place.tier, place.partner, status=P.GRANTED, valid_until=date(2026, 12, 1)
    )
    place.store.commit()
    assert jobs.keep_terms(place.engine, NOW) == 1
    assert jobs.keep_terms(place.engine, NOW) == 0
    assert jobs.keep_terms(place.engine, NOW.replace(month=12, day=22)) == 1
    assert (row.pk, place.row().status) == (place.row().pk, P.EXPIRED)
