"""When nobody fits, what stands against a match, and what goes on paper."""

import re
from collections.abc import Callable

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from matcher.services import recommendations
from models import Challenge, Collaboration, CollaborationPartner, OutboxMessage, Recommendation, RecommendationRun
from models.enums import ChallengeStatus, CollaborationResult, CollaborationStatus
from models.enums import RecommendationStatus as R
from models.queries import recommendations as reads
from tests import factories
from tests.factories import NOW
from tests.web.test_city import TYPED, Office
from tests.web.test_query_counts import MOST

BROKEN = {
    "code": "region_not_served",
    "positive": False,
    "params": {"place": "172065", "regions": ["13"], "required": True},
}


@pytest.fixture
def office(app: Flask, store: Session, sign_in: Callable[[int], FlaskClient]) -> Office:
    app.config["CLOCK"] = lambda: NOW
    built = Office(store, sign_in)
    store.commit()
    return built


def weak(office: Office) -> Recommendation:
    row = office.run()
    for found in reads.of_challenge(office.store, office.challenge.pk):
        found.fit = 1
    office.store.commit()
    return row


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_nobody_fits_and_the_nearest_are_written_to_once(office: Office) -> None:
    weak(office)
    address = f"/city/challenges/{office.challenge.pk}"
    page = office.client.get(f"{address}/matches").text
    assert "まだ良い相手が見つかっていません" in page
    assert "今のところ近い相手" in page
    assert office.client.post(f"{address}/ask").status_code == 303
    page = office.client.get(f"{address}/matches").text
    assert "1者にメールを送りました。" in page
    assert "依頼済み" in page
    assert f'action="{address}/ask"' not in page
    office.client.post(f"{address}/ask")
    assert len(office.rows(select(OutboxMessage).where(OutboxMessage.template == "say_more"))) == 1
    history = office.client.get(f"/city/matches/{reads.of_pair(office.store, 1, office.first.pk).pk}").text
    assert "取組を詳しく書くよう依頼" in history


def test_an_open_door_is_not_said_to_be_closed(office: Office) -> None:
    office.run()
    assert "まだ良い相手" not in office.client.get(f"/city/challenges/{office.challenge.pk}/matches").text


def test_department_staff_see_the_routes_without_the_buttons(office: Office) -> None:
    weak(office)
    page = office.staff.get(f"/city/challenges/{office.challenge.pk}/matches?here=1").text
    assert "まだ良い相手が見つかっていません" in page
    for action in ("ask", "run"):
        assert f'action="/city/challenges/{office.challenge.pk}/{action}"' not in page
    assert "/city/groups/new" not in page


def test_who_has_no_fit_at_all_is_folded_away(office: Office) -> None:
    office.run()
    second = reads.of_pair(office.store, office.challenge.pk, office.second.pk)
    assert second is not None
    second.fit = 0
    office.store.commit()
    page = office.client.get(f"/city/challenges/{office.challenge.pk}/matches").text
    assert "ほかに、該当なしの相手 1者" in page


def test_a_group_is_founded_on_a_challenge(office: Office) -> None:
    form = office.client.get(f"/city/groups/new?challenge={office.challenge.pk}").text
    assert f'value="{office.challenge.title}"' in form
    assert "異変に気付くのが遅れている。" in form
    for key in ("999", "x", "", "99999999999"):
        assert office.client.get(f"/city/groups/new?challenge={key}").text.count("異変") == 0
    assert office.challenge.title not in office.outsider.get(f"/city/groups/new?challenge={office.challenge.pk}").text


def test_the_request_sheet_holds_what_was_said(office: Office) -> None:
    page = office.client.get(f"/city/papers/new/request_sheet/{office.challenge.pk}").text
    for words in (office.challenge.title, "通信費のかからない見守りの方法", "窓口 一郎", "3.8"):
        assert words in page
    assert office.outsider.get(f"/city/papers/new/request_sheet/{office.challenge.pk}").status_code == 404


def test_the_record_of_a_match_opens_as_pdf_too(office: Office) -> None:
    row = office.run()
    assert "?as=pdf" in office.client.get(f"/city/matches/{row.pk}/print").text
    answer = office.client.get(f"/city/matches/{row.pk}/print?as=pdf")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(answer.data))
    assert office.first.name in text
    assert "ログアウト" not in text


def test_the_bars_of_a_fit_are_filled_on_paper(office: Office, store: Session) -> None:
    row = office.run()
    blue = []
    for fit in (0, 1, 3):
        row.fit = fit
        store.add(row)
        store.commit()
        data = office.client.get(f"/city/matches/{row.pk}/print?as=pdf").data
        picture = pypdfium2.PdfDocument(data)[0].render(scale=2).to_pil().convert("RGB")
        blue.append(sum(r < 60 and b > 150 for r, _green, b in picture.getdata()))
    assert blue[0] < blue[1] < blue[2]


def test_a_warning_asks_for_a_reason(office: Office) -> None:
    row = office.run()
    row.signals = [{"code": "no_capacity", "positive": False, "params": {}}]
    office.store.commit()
    address = f"/city/matches/{row.pk}/approve"
    assert f'id="override-{row.pk}"' in office.client.get(f"/city/matches/{row.pk}").text
    answer = office.client.post(address, data={"message": "", "override": ""})
    assert answer.status_code == 422
    assert "それでも打診する理由をお書きください" in answer.text
    office.client.post(address, data={"override": "来月から空きます。"})
    assert (office.fresh(row).status, row.override_note) == (R.INVITED, "来月から空きます。")
    assert "来月から空きます。" in office.client.get(f"/city/matches/{row.pk}").text


def test_without_a_warning_no_reason_is_asked_for(office: Office) -> None:
    row = office.run()
    assert 'name="override"' not in office.client.get(f"/city/matches/{row.pk}").text


def test_what_is_required_stands_apart_and_cannot_be_approved(office: Office) -> None:
    row = office.run()
    office.challenge.required, row.signals, row.rank = ["region"], [BROKEN], None
    run = office.store.get_one(RecommendationRun, row.run_id)
    run.excluded = [{"partner_id": office.first.pk, "score": 1.0, "fit": 2, "signals": [BROKEN]}]
    office.store.commit()
    page = office.client.get(f"/city/challenges/{office.challenge.pk}/matches").text
    assert "必須条件で外れた候補（1）" in page
    assert "必須：加賀市は対応地域に入っていません（対応地域：東京都）" in page
    assert "前回の推薦では見つからなかった" not in page
    shown = office.client.get(f"/city/matches/{row.pk}").text
    assert f'action="/city/matches/{row.pk}/approve"' not in shown
    answer = office.client.post(f"/city/matches/{row.pk}/approve", data={"override": "どうしても"})
    assert answer.status_code == 422
    assert "必須条件を満たしていません" in answer.text


def test_a_department_ticks_what_is_required(office: Office) -> None:
    form = office.staff.get("/city/challenges/new").text
    assert form.count('name="required"') == 3
    answer = office.staff.post("/city/challenges/new", data={**TYPED, "required": ["kind"]})
    assert answer.status_code == 422
    assert "一つ以上選ぶか、必須を外してください。" in answer.text
    data = {**TYPED, "required": ["kind", "stage"], "wanted_kinds": ["npo"]}
    answer = office.staff.post("/city/challenges/new", data=data)
    page = office.staff.get(answer.location).text
    assert "希望する種類の団体である" in page
    assert "実証済み、または販売中のものがある" in page
    made = office.rows(select(Challenge).where(Challenge.title == TYPED["title"]))[0]
    assert made.required == ["kind", "stage"]
    assert office.staff.get(f"/city/challenges/{made.pk}/edit").text.count('name="required" type="checkbox" value') == 3


def test_a_record_for_the_approval(office: Office, app: Flask) -> None:
    work = Collaboration(
        municipality_id=office.town.pk,
        kind="pilot",
        title="見守りの実証",
        status=CollaborationStatus.DONE,
        result=CollaborationResult.FAILED,
        outcome="電波が届かなかった。",
        published=True,
    )
    office.store.add(work)
    office.store.flush()
    office.store.add(CollaborationPartner(collaboration_id=work.pk, partner_id=office.first.pk, name="株式会社一番"))
    office.store.commit()
    row = office.run()
    recommendations.approve(office.store, office.coordinator, row.pk, message="お話ししませんか。", now=NOW)
    office.store.commit()
    said: list[str] = []
    sa.event.listen(app.extensions["engine"], "before_cursor_execute", lambda *args: said.append(args[2]))
    page = text_of(office.client.get(f"/city/matches/{row.pk}/print").text)
    assert len([statement for statement in said if statement.startswith("SELECT")]) <= MOST
    for words in (
        f"推薦番号 第{row.pk}号",
        office.challenge.title,
        "株式会社一番",
        "見守りセンサー（実証済）",
        "適合 強い",
        "つながり 強い",
        "この相手との取組",
        "不調に終わった",
        "電波が届かなかった。",
        "調整 太郎（2026年11月22日",
        "お話ししませんか。",
        "fake",
        "採否は職員が判断します。",
    ):
        assert words in page, words
    assert "加賀市は、この相手と" in text_of(office.client.get(f"/city/matches/{row.pk}").text)
    assert office.outsider.get(f"/city/matches/{row.pk}/print").status_code == 404


def test_a_record_of_partners_for_a_partner(office: Office) -> None:
    made = office.client.post(f"/city/partners/{office.first.pk}/run", data={})
    assert made.status_code == 303
    row = office.rows(select(Recommendation).where(Recommendation.seeker_id == office.first.pk))[0]
    page = text_of(office.client.get(f"/city/matches/{row.pk}/print").text)
    assert "1 相手を探しているパートナー" in page


def test_a_result_is_recorded_and_shown(office: Office, client: FlaskClient) -> None:
    work = Collaboration(
        municipality_id=office.town.pk, kind="pilot", title="実証", status=CollaborationStatus.RUNNING, published=True
    )
    office.store.add(work)
    office.store.commit()
    address = f"/city/collaborations/{work.pk}/result"
    assert f'href="/city/collaborations/{work.pk}"' in office.client.get(f"/collaborations/{work.pk}").text
    assert f'href="{address}"' in office.client.get(f"/city/collaborations/{work.pk}").text
    assert address not in client.get(f"/collaborations/{work.pk}").text
    answer = office.client.post(address, data={"result": "failed", "outcome": ""})
    assert (answer.status_code, "入力してください" in answer.text) == (422, True)
    assert office.client.post(address, data={}).status_code == 422
    assert office.client.post(address, data={"result": "failed", "outcome": "人手が足りなかった。"}).status_code == 303
    page = client.get(f"/collaborations/{work.pk}").text
    assert "不調に終わった" in page
    assert "人手が足りなかった。" in page
    assert office.outsider.get(address).status_code == 404


def test_no_page_of_these_asks_more_than_its_share_of_questions(office: Office, app: Flask) -> None:
    row = weak(office)
    run = office.store.get_one(RecommendationRun, row.run_id)
    run.excluded = [{"partner_id": office.second.pk, "score": 1.0, "fit": 2, "signals": [BROKEN]}]
    for number in range(5):
        factories.group(office.store, office.town, f"見守り高齢者分科会{number}")
    office.challenge.status = ChallengeStatus.IN_DIALOGUE
    office.store.commit()
    said: list[str] = []
    sa.event.listen(app.extensions["engine"], "before_cursor_execute", lambda *args: said.append(args[2]))
    for address in (
        f"/city/challenges/{office.challenge.pk}/matches",
        f"/city/challenges/{office.challenge.pk}/matches?here=1",
        f"/city/challenges/{office.challenge.pk}/matches?q=番",
        f"/city/papers/new/request_sheet/{office.challenge.pk}",
        f"/city/matches/{row.pk}",
        f"/city/matches/{row.pk}/print",
        "/city/groups/new?challenge=1",
    ):
        said.clear()
        assert office.client.get(address).status_code == 200, address
        selects = [statement for statement in said if statement.startswith("SELECT")]
        assert len(selects) <= MOST, f"{address}: {len(selects)}\n" + "\n".join(s[:150] for s in selects)
