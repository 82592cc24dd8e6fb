"""The rooms of a city office: what waits, what is written, what is decided, and what each of it costs the database."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlmodel import Session, select

from matcher.policy import Actor
from matcher.services import groups, recommendations
from matcher.services.matchbook import Ranking
from models import Challenge, GroupMember, Interest, Municipality, Need, Partner, Recommendation, Registration
from models.enums import ChallengeStatus, GroupMemberStatus, RegistrationStatus
from models.enums import RecommendationStatus as R
from models.queries import recommendations as reads
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from tests.web.test_query_counts import MOST
from web.sheets import XLSX

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
TYPED = {
    "title": "空き家を若い世帯の住まいに",
    "kind": "problem",
    "pillar": "society",
    "budget_stage": "none",
    "problem": "ひとり暮らしの高齢者の家が空き家になっている。",
    "outcome": "五年で三十戸を住める状態に戻す。",
    "needs-0": "改修費を抑える工法",
    "targets": ["11.1"],
    "contact_name": "窓口 一郎",
    "contact_email": "madoguchi@example.lg.jp",
}


class Office:
    """Kaga with a coordinator, an open challenge and two registered partners; the first one has people."""

    def __init__(self, store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
        self.store = store
        self.town: Municipality = factories.municipality(store)
        self.coordinator: Actor = factories.coordinator(store, self.town)
        self.department: Actor = factories.department_staff(store, self.town)
        self.challenge: Challenge = factories.challenge(store, self.town)
        self.first: Partner = factories.partner(store, "株式会社一番", town=self.town)
        self.second: Partner = factories.partner(store, "株式会社二番", town=self.town)
        self.person: Actor = factories.partner_admin(store, self.first)
        self.client = sign_in(self.coordinator.user_id or 0)
        self.staff = sign_in(self.department.user_id or 0)
        self.outsider = sign_in(factories.coordinator(store, factories.municipality(store, "141305", "川崎市")).user_id)

    def run(self) -> Recommendation:
        """The first partner, recommended."""
        recommendations.run(self.store, self.coordinator, self.challenge.pk, FakeMatchbook(), now=NOW)
        self.store.commit()
        found = reads.of_pair(self.store, self.challenge.pk, self.first.pk)
        self.store.commit()
        assert found is not None
        return found

    def rows(self, statement: Any) -> list[Any]:
        """What the application has stored; the transaction ends, so that the application can write again."""
        found = list(self.store.exec(statement.execution_options(populate_existing=True)))
        self.store.commit()
        return found

    def fresh(self, row: Any) -> Any:
        self.store.refresh(row)
        self.store.commit()
        return row


@pytest.fixture
def office(app: Flask, store: Session, sign_in: Callable[[int], FlaskClient]) -> Office:
    app.config["CLOCK"] = lambda: NOW
    built = Office(store, sign_in)
    store.commit()
    return built


# Who comes in ---------------------------------------------------------------


def test_others_stay_outside(office: Office, client: FlaskClient, sign_in: Callable[[int], FlaskClient]) -> None:
    row = office.run()
    draft = factories.challenge(office.store, office.town, status=ChallengeStatus.DRAFT)
    registration = office.rows(select(Registration))[0]
    office.store.commit()
    addresses = (
        f"/city/challenges/{draft.pk}",
        f"/city/challenges/{office.challenge.pk}",
        f"/city/challenges/{draft.pk}/edit",
        f"/city/challenges/{office.challenge.pk}/matches",
        f"/city/matches/{row.pk}",
        f"/city/registrations/{registration.pk}",
        f"/city/partners/{office.first.pk}/matches",
    )
    for address in addresses:
        assert office.client.get(address).status_code == 200, address
        assert office.outsider.get(address).status_code == 404, address
        assert client.get(address).status_code == 303
        assert sign_in(office.person.user_id or 0).get(address).status_code == 403
    assert office.outsider.post(f"/city/matches/{row.pk}/approve").status_code == 404
    assert office.fresh(row).status is R.PROPOSED


def test_department_staff_read_matches_and_decide_nothing(office: Office) -> None:
    row = office.run()
    page = office.staff.get(f"/city/challenges/{office.challenge.pk}/matches").text
    assert "株式会社一番" in page
    assert "/approve" not in page
    assert office.staff.post(f"/city/matches/{row.pk}/approve").status_code == 403
    assert office.staff.post(f"/city/challenges/{office.challenge.pk}/run").status_code == 403
    assert office.staff.get("/city/groups/new").status_code == 403


# The work list ----------------------------------------------------------------


def test_the_work_list(office: Office) -> None:
    factories.partner(office.store, "申請した団体", town=office.town, status=RegistrationStatus.APPLIED)
    office.store.commit()
    page = office.client.get("/city").text
    assert "申請した団体" in page
    assert f"/city/challenges/{office.challenge.pk}/matches" in page
    only = office.client.get("/city?for=partner").text
    assert "申請した団体" not in only


def test_nothing_waits(office: Office) -> None:
    office.challenge.status = ChallengeStatus.CLOSED
    office.store.commit()
    assert 'class="empty"' in office.client.get("/city").text


def test_partners_are_sought_for_everything_at_once(office: Office) -> None:
    factories.challenge(office.store, office.town, title="二つ目の課題")
    office.store.commit()
    assert "/city/run-all" in office.client.get("/city").text
    assert office.client.post("/city/run-all").status_code == 303
    assert len(office.rows(select(Recommendation))) == 4
    assert "/city/run-all" not in office.client.get("/city").text


# Challenges -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"甲の課題", "乙の課題", "ひとり暮らしの高齢者を見守りたい"}),
        ("status=draft", {"甲の課題"}),
        ("q=乙の", {"乙の課題"}),
        ("q=気付ける&sort=title", {"甲の課題", "乙の課題", "ひとり暮らしの高齢者を見守りたい"}),
        ("pillar=economy", set()),
        ("stale=1", {"乙の課題"}),
        ("status=nonsense&department=abc&page=99&sort=relevance", None),
    ],
)
def test_the_list_is_narrowed_down(office: Office, query: str, titles: set[str] | None) -> None:
    factories.challenge(office.store, office.town, title="甲の課題", status=ChallengeStatus.DRAFT)
    stale = factories.challenge(office.store, office.town, title="乙の課題")
    stale.review_date = (NOW - timedelta(days=3)).date()
    office.store.commit()
    everything = {"甲の課題", "乙の課題", "ひとり暮らしの高齢者を見守りたい"}
    page = office.client.get(f"/city/challenges?{query}")
    assert page.status_code == 200
    assert {title for title in everything if f">{title}</a>" in page.text} == (everything if titles is None else titles)


def test_a_challenge_is_written_and_handed_over(office: Office) -> None:
    answer = office.staff.post("/city/challenges/new", data={**TYPED, "submit": "1"})
    assert answer.status_code == 303
    row = office.rows(select(Challenge).where(Challenge.title == TYPED["title"]))[0]
    assert row.status is ChallengeStatus.IN_REVIEW
    assert [need.text for need in office.rows(select(Need).where(Need.challenge_id == row.pk))] == [
        "改修費を抑える工法"
    ]
    published = office.client.post(f"/city/challenges/{row.pk}/steps/publish")
    assert published.status_code == 303
    assert "公開中" in office.client.get(f"/city/challenges/{row.pk}").text


def test_what_is_wrong_stands_beside_its_field(office: Office) -> None:
    answer = office.staff.post("/city/challenges/new", data={**TYPED, "title": "", "contact_email": "窓口"})
    assert answer.status_code == 422
    assert 'id="title-error"' in answer.text
    late = office.staff.post("/city/challenges/new", data={**TYPED, "decision_date": "2026-01-01"})
    assert late.status_code == 422
    assert 'id="decision_date-error"' in late.text
    half = office.staff.post("/city/challenges/new", data={**TYPED, "outcome": "", "submit": "1"})
    assert half.status_code == 422
    assert 'id="outcome-error"' in half.text
    assert len(office.rows(select(Challenge))) == 1


def test_the_form_answers_while_one_writes(office: Office) -> None:
    other = factories.municipality(office.store, "131091", "品川区")
    factories.challenge(office.store, other, title="ひとり暮らしの方の買い物を支えたい")
    factories.challenge(office.store, other, title="ひとり暮らしの方の下書き", status=ChallengeStatus.DRAFT)
    office.store.commit()
    data = {**TYPED, "title": "ひとり暮らしの", "problem": "", "outcome": "", "needs-0": "高齢者", "check": "1"}
    office.client.application.extensions["matchbook"].similar = _by_title
    answer = office.staff.post("/city/challenges/new", data=data, headers=PARTIAL)
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="targets"')
    assert 'value="3.8"' in answer.text
    assert "高齢者" in answer.text
    assert 'hx-swap-oob="true"' in answer.text
    assert "ひとり暮らしの方の買い物を支えたい" in answer.text
    assert "下書き" not in answer.text
    page = office.staff.post("/city/challenges/new", data=data)
    assert "<html" in page.text
    assert "ひとり暮らしの方の買い物を支えたい" in page.text
    assert len(office.rows(select(Challenge))) == 3


def _by_title(session, text, entity_type, *, limit=5, allowed=None) -> Ranking:  # type: ignore[no-untyped-def]
    return FakeMatchbook().search(session, "ひとり暮らしの方", entity_type, limit=limit, allowed=allowed)


def test_rows_and_targets_without_javascript(office: Office) -> None:
    more = office.staff.post("/city/challenges/new", data={**TYPED, "add_row": "needs"})
    assert more.status_code == 200
    assert 'name="needs-1"' in more.text
    two = {**TYPED, "needs-1": "所有者との交渉"}
    fewer = office.staff.post("/city/challenges/new", data={**two, "remove_row": "needs-0"}).text
    assert "所有者との交渉" in fewer
    assert "改修費を抑える工法" not in fewer
    picked = office.staff.post("/city/challenges/new", data={**TYPED, "add_target": "8.10", "check": "1"}).text
    assert 'name="targets" value="8.10" checked' in picked
    assert 'name="targets" value="11.1" checked' in picked


def test_what_was_suggested_stays_while_something_else_is_wrong(office: Office) -> None:
    answer = office.staff.post("/city/challenges/new", data={**TYPED, "kind": ""})
    assert answer.status_code == 422
    assert 'value="3.8"' in answer.text, "高齢者 points to 3.8"


def test_two_people_at_once_see_both_versions(office: Office) -> None:
    office.client.post("/city/challenges/new", data=TYPED)
    row = office.rows(select(Challenge).where(Challenge.title == TYPED["title"]))[0]
    address = f"/city/challenges/{row.pk}/edit"
    assert (
        office.staff.post(address, data={**TYPED, "version": row.version, "title": "先に保存した題名"}).status_code
        == 303
    )
    late = office.client.post(address, data={**TYPED, "version": row.version, "problem": "後から書いた本文"})
    assert late.status_code == 409
    for words in ("先に保存した題名", TYPED["title"], "後から書いた本文"):
        assert words in late.text
    (version,) = re.findall(r'name="version"[^>]* value="(\d+)"', late.text)
    assert office.client.post(address, data={**TYPED, "version": version}).status_code == 303


def test_returning_needs_a_word(office: Office) -> None:
    row = factories.challenge(office.store, office.town, status=ChallengeStatus.IN_REVIEW)
    office.store.commit()
    address = f"/city/challenges/{row.pk}/steps/return"
    assert office.client.post(address, data={"note": ""}).status_code == 422
    assert office.client.post(address, data={"note": "人数を補ってください。"}).status_code == 303
    assert "人数を補ってください。" in office.staff.get(f"/city/challenges/{row.pk}/edit").text
    assert office.client.get(address).status_code == 200
    assert office.client.post(address, data={"note": "もう一度"}).status_code == 409


# Matches --------------------------------------------------------------------


def test_matches_show_their_evidence(office: Office) -> None:
    address = f"/city/challenges/{office.challenge.pk}"
    assert "推薦はまだありません" in office.client.get(f"{address}/matches").text
    assert office.client.post(f"{address}/run", data={"limit": "20"}).status_code == 303
    page = office.client.get(f"{address}/matches").text
    assert "<mark>見守り</mark>センサー" in page
    assert "全国" in page
    assert page.index("株式会社一番") < page.index("株式会社二番")


def test_asking_for_more_and_only_those_registered_here(office: Office) -> None:
    far = factories.partner(office.store, "遠方の会社", town=factories.municipality(office.store, "131091", "品川区"))
    office.store.commit()
    address = f"/city/challenges/{office.challenge.pk}"
    office.client.post(f"{address}/run", data={"limit": "1"})
    assert len(office.rows(select(Recommendation))) == 1
    office.client.post(f"{address}/run", data={"limit": "21"})
    assert far.name in office.client.get(f"{address}/matches").text
    assert far.name not in office.client.get(f"{address}/matches?here=1").text


def test_approving_with_htmx_answers_the_decision_alone(office: Office) -> None:
    row = office.run()
    address = f"/city/matches/{row.pk}/approve"
    for _click in range(2):
        answer = office.client.post(address, data={"message": "ぜひお話を。", "back": "list"}, headers=PARTIAL)
        assert answer.status_code == 200
        assert "<html" not in answer.text
        assert f'id="decision-{row.pk}"' in answer.text
        assert "打診中" in answer.text
    assert (office.fresh(row).status, row.message) == (R.INVITED, "ぜひお話を。")


def by_telephone(office: Office) -> Recommendation:
    """The second partner, which has no account, invited."""
    office.run()
    row = reads.of_pair(office.store, office.challenge.pk, office.second.pk)
    assert row is not None
    recommendations.approve(office.store, office.coordinator, row.pk, message="", now=NOW)
    office.store.commit()
    return row


def test_an_answer_by_telephone_is_recorded(office: Office) -> None:
    row = by_telephone(office)
    page = f"/city/matches/{row.pk}"
    assert "回答を記録する" in office.client.get(f"/city/challenges/{office.challenge.pk}/matches").text
    shown = office.client.get(page).text
    assert f'action="{page}/acceptance"' in shown
    assert f'action="{page}/refusal"' in shown
    assert "/acceptance" not in office.staff.get(page).text, "a department reads"
    answer = office.client.post(f"{page}/acceptance", data={"contact_name": "電話 太郎", "note": "電話で伺いました。"})
    assert answer.status_code == 422
    assert 'id="contact_phone-error"' in answer.text
    typed = {"contact_name": "電話 太郎", "contact_phone": "0761-00-0000", "note": "電話で伺いました。"}
    answer = office.client.post(f"{page}/acceptance", data=typed)
    assert (answer.status_code, answer.location) == (303, page)
    shown = office.client.get(page).text
    assert "電話 太郎" in shown
    assert "電話で伺いました。" in shown
    assert office.fresh(row).status is R.INTRODUCED
    answer = office.client.post(f"{page}/refusal", data={"reason": "timing", "note": "見送るとの電話がありました。"})
    assert answer.status_code == 303
    assert office.fresh(row).status is R.REFUSED


def test_who_has_an_account_answers_there(office: Office) -> None:
    row = office.run()
    recommendations.approve(office.store, office.coordinator, row.pk, message="", now=NOW)
    office.store.commit()
    page = f"/city/matches/{row.pk}"
    assert "/acceptance" not in office.client.get(page).text
    answer = office.client.post(f"{page}/refusal", data={"reason": "timing", "note": "電話"})
    assert answer.status_code == 409
    assert office.fresh(row).status is R.INVITED


def test_approving_without_javascript_goes_back_to_the_list(office: Office) -> None:
    row = office.run()
    answer = office.client.post(f"/city/matches/{row.pk}/approve", data={"back": "list"})
    assert answer.status_code == 303
    assert answer.location.endswith(f"/city/challenges/{office.challenge.pk}/matches#rec-{row.pk}")


def test_somebody_else_was_faster(office: Office) -> None:
    row = office.run()
    colleague = factories.coordinator(office.store, office.town)
    recommendations.approve(office.store, colleague, row.pk, message="", now=NOW)
    office.store.commit()
    answer = office.client.post(f"/city/matches/{row.pk}/approve", headers=PARTIAL)
    assert answer.status_code == 409
    assert "打診中" in answer.text


def test_setting_aside_needs_a_reason(office: Office) -> None:
    row = office.run()
    address = f"/city/matches/{row.pk}/decline"
    assert office.client.post(address, data={"reason": ""}, headers=PARTIAL).status_code == 422
    assert office.client.post(address, data={"reason": "other", "note": ""}).status_code == 422
    assert office.client.post(address, data={"reason": "stage", "note": "内部のメモ"}).status_code == 303
    assert office.fresh(row).status is R.DECLINED
    assert "内部のメモ" in office.client.get(f"/city/matches/{row.pk}").text
    office.client.post(f"/city/matches/{row.pk}/reconsider")
    assert office.fresh(row).status is R.PROPOSED


def test_a_session_that_ended_at_the_button_loses_nothing(office: Office, client: FlaskClient) -> None:
    row = office.run()
    answer = client.post(f"/city/matches/{row.pk}/approve", data={"message": "書きかけの文章"})
    assert answer.status_code == 303
    saved = answer.location.split("saved%3D")[1]
    assert "書きかけの文章" in office.client.get(f"/city/matches/{row.pk}/approve?saved={saved}").text


def test_adding_by_hand_and_raised_hands(office: Office) -> None:
    address = f"/city/challenges/{office.challenge.pk}"
    hits = office.client.get(f"{address}/matches?q=二番").text
    assert f'name="partner_id" value="{office.second.pk}"' in hits
    answer = office.client.post(f"{address}/add", data={"partner_id": office.second.pk})
    assert "#rec-" in answer.location
    office.store.add(Interest(challenge_id=office.challenge.pk, partner_id=office.first.pk, message="やりたいです。"))
    office.store.commit()
    page = office.client.get(f"{address}/matches").text
    assert f'name="partner_id" value="{office.first.pk}"' in page
    assert "やりたいです。" in office.client.get(address).text
    assert office.client.post(f"{address}/add", data={"partner_id": "x"}).status_code == 303
    assert office.client.post(f"{address}/add", data={"partner_id": "999999"}).status_code == 404


def test_no_good_match_leads_somewhere(office: Office, app: Flask) -> None:
    row = office.run()
    for found in reads.of_challenge(office.store, office.challenge.pk):
        found.fit = 1
    office.store.commit()
    page = office.client.get(f"/city/challenges/{office.challenge.pk}/matches?here=1").text
    key = row.challenge_id
    for address in (
        f"/city/groups/new?challenge={key}",
        f"/city/papers/new/request_sheet/{key}",
        f"/city/challenges/{key}/edit",
    ):
        assert f'href="{address}"' in page
    assert f'action="/city/challenges/{key}/ask"' in page
    assert f'action="/city/challenges/{key}/run"' in page, "with one click the others are included"


def test_an_introduction_shows_both_contacts(office: Office) -> None:
    row = office.run()
    recommendations.approve(office.store, office.coordinator, row.pk, message="", now=NOW)
    recommendations.accept(office.store, office.person, row.pk, message="伺います。", now=NOW)
    office.store.commit()
    page = office.client.get(f"/city/matches/{row.pk}").text
    for words in ("madoguchi@example.lg.jp", "企業 三郎", "伺います。"):
        assert words in page
    assert office.client.post(f"/city/matches/{row.pk}/heard").status_code == 303


def test_partner_to_partner(office: Office) -> None:
    address = f"/city/partners/{office.first.pk}"
    assert office.client.post(f"{address}/run").status_code == 303
    assert "株式会社二番" in office.client.get(f"{address}/matches").text
    row = office.rows(select(Recommendation))[0]
    assert (row.seeker_id, row.partner_id) == (office.first.pk, office.second.pk)
    answer = office.client.post(f"/city/matches/{row.pk}/approve", data={"back": "list"})
    assert answer.location.endswith(f"{address}/matches#rec-{row.pk}")


def test_lists_go_into_excel(office: Office) -> None:
    office.run()
    office.challenge.title = "=1+1"
    office.store.commit()
    for address in ("challenges", "partners", f"challenges/{office.challenge.pk}/matches"):
        answer = office.client.get(f"/city/{address}?as=xlsx")
        assert answer.mimetype == XLSX
        head, *rows = _cells(answer.data)
        assert all(head)
        assert rows
        assert all(cell is None or not str(cell).startswith("=") for row in rows for cell in row)
    assert [row[1] for row in _cells(office.client.get("/city/challenges?as=xlsx").data)[1:]] == ["'=1+1"]
    assert office.outsider.get(f"/city/challenges/{office.challenge.pk}/matches?as=xlsx").status_code == 404


def _cells(data: bytes) -> list[tuple[Any, ...]]:
    return list(load_workbook(BytesIO(data), read_only=True).active.iter_rows(values_only=True))


# Registrations and groups -----------------------------------------------------


def test_screening(office: Office) -> None:
    partner = factories.partner(office.store, "申請した団体", town=office.town, status=RegistrationStatus.APPLIED)
    double = factories.partner(office.store, "同じ名前の団体", town=office.town)
    double.name_key = partner.name_key
    office.store.commit()
    row = office.rows(select(Registration).where(Registration.partner_id == partner.pk))[0]
    assert "申請した団体" in office.client.get("/city/registrations").text
    page = office.client.get(f"/city/registrations/{row.pk}").text
    assert "同じ名前の団体" in page
    assert office.client.post(f"/city/registrations/{row.pk}/return", data={"note": ""}).status_code == 422
    assert office.staff.post(f"/city/registrations/{row.pk}/accept").status_code == 403
    assert office.client.post(f"/city/registrations/{row.pk}/accept", data={"note": ""}).status_code == 303
    assert office.fresh(row).status is RegistrationStatus.REGISTERED
    assert office.client.post(f"/city/registrations/{row.pk}/reject", data={"note": "遅い"}).status_code == 409
    assert "申請した団体" in office.client.get("/city/partners").text


def test_founding_a_group_and_admitting_a_partner(office: Office) -> None:
    wrong = office.client.post("/city/groups/new", data={"name": ""})
    assert wrong.status_code == 422
    data = {
        "name": "脱炭素分科会",
        "kind": "subcommittee",
        "purpose": "進める。",
        "join_rule": "approval",
        "dormant_after_days": "180",
        "goals": ["13"],
    }
    made = office.client.post("/city/groups/new", data=data)
    assert made.status_code == 303
    group_id = int(made.location.rsplit("/", 1)[1])
    member = groups.join(office.store, office.person, group_id, office.first.pk, now=NOW)
    office.store.commit()
    assert "株式会社一番" in office.client.get(made.location).text
    step = f"/city/groups/{group_id}/members/{member.pk}"
    assert office.outsider.post(f"{step}/admit").status_code == 404
    assert office.client.post(f"{step}/admit").status_code == 303
    assert office.fresh(member).status is GroupMemberStatus.MEMBER
    assert office.rows(select(GroupMember))[0].joined_at is not None


# What it costs ----------------------------------------------------------------


#: the work list asks once for each kind of thing that can wait, however many of them do
WORK_LIST = 25


def test_no_page_asks_more_than_its_share_of_questions(office: Office, app: Flask) -> None:
    row = office.run()
    office.store.add(Interest(challenge_id=office.challenge.pk, partner_id=office.first.pk))
    applied = factories.partner(office.store, "申請中", town=office.town, status=RegistrationStatus.APPLIED)
    registration = office.rows(select(Registration).where(Registration.partner_id == applied.pk))[0]
    group = factories.group(office.store, office.town)
    recommendations.approve(office.store, office.coordinator, row.pk, message="", now=NOW)
    recommendations.accept(office.store, office.person, row.pk, message="", now=NOW)
    office.store.commit()
    said: list[str] = []
    sa.event.listen(app.extensions["engine"], "before_cursor_execute", lambda *args: said.append(args[2]))
    for address in (
        "/city",
        "/city/challenges",
        "/city/challenges/new",
        f"/city/challenges/{office.challenge.pk}",
        f"/city/challenges/{office.challenge.pk}/edit",
        f"/city/challenges/{office.challenge.pk}/matches?q=番",
        f"/city/matches/{row.pk}",
        "/city/registrations",
        f"/city/registrations/{registration.pk}",
        "/city/partners?q=見守り",
        f"/city/partners/{office.first.pk}/matches",
        "/city/groups",
        f"/city/groups/{group.pk}",
    ):
        said.clear()
        assert office.client.get(address).status_code == 200, address
        selects = [statement for statement in said if statement.startswith("SELECT")]
        most = WORK_LIST if address == "/city" else MOST
        assert len(selects) <= most, f"{address}: {len(selects)}\n" + "\n".join(selects)
