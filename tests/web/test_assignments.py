"""Assignments through the pages: ticking, planning, locking, forbidding, proposing, the file, and who sees nothing."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from matcher.services import planning
from models import Assignment, AssignmentPair, AssignmentRule, Recommendation
from models.enums import AssignmentStatus, RecommendationSource
from models.session import open_session
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from tests.web.test_query_counts import MOST, statements

SignIn = Callable[[int], FlaskClient]


@pytest.fixture
def office(store: Session, sign_in: SignIn) -> FlaskClient:
    """A coordinator of a town with thirty challenges and as many partners."""
    town = factories.municipality(store)
    for number in range(30):
        factories.challenge(store, town, title=f"課題{number:02}")
        factories.partner(store, f"団体{number:02}", town=town)
    actor = factories.coordinator(store, town)
    store.commit()
    assert actor.user_id is not None
    return sign_in(actor.user_id)


def kept(app: Flask, statement: Any) -> list[Any]:
    """What is stored, read without holding a lock afterwards."""
    with open_session(app.extensions["engine"], write=False) as session:
        return list(session.exec(statement))


BATCH = {"name": "秋の交流会", "purpose": "event", "wanted": "2", "capacity": "3"}


def create(office: FlaskClient, challenges: list[str]) -> str:
    answer = office.post("/city/assignments/new", data=BATCH | {"challenges": challenges})
    assert answer.status_code == 303
    return answer.headers["Location"]


def plan(app: Flask, office: FlaskClient, address: str) -> str:
    assert office.post(f"{address}/ask").status_code == 303
    assert planning.work(app.extensions["engine"], FakeMatchbook(), lambda: NOW) == 1
    return office.get(address).text


def test_ticks_survive_narrowing_and_buttons_store_nothing(app: Flask, office: FlaskClient) -> None:
    new = "/city/assignments/new"
    assert "課題07" in office.get(new).text
    narrowed = office.post(new, data=BATCH | {"challenges": ["1"], "q": "課題07", "narrow": "1"}).text
    assert "課題08" not in narrowed
    assert '<input type="hidden" name="challenges" value="1">' in narrowed
    ticked = office.post(new, data=BATCH | {"challenges": ["1"], "q": "課題07", "tick_shown": "1"}).text
    assert ticked.count("checked") - ticked.count('name="purpose"') <= 2
    assert "2件を選択中" in ticked
    assert "0件を選択中" in office.post(new, data={"challenges": ["1"], "untick_all": "1"}).text
    assert kept(app, select(Assignment)) == []


def test_what_is_missing_is_said_beside_the_field(office: FlaskClient) -> None:
    answer = office.post("/city/assignments/new", data={"name": "", "wanted": "0", "capacity": "x"})
    assert answer.status_code == 422
    for words in ("1から20までの整数", "入力してください"):
        assert words in answer.text
    answer = office.post("/city/assignments/new", data=BATCH)
    assert answer.status_code == 422
    assert "課題を一つ以上" in answer.text


def test_from_ticks_to_recommendations(app: Flask, office: FlaskClient) -> None:
    address = create(office, [str(key) for key in range(1, 31)])
    assert "割り当て案はまだありません" in office.get(address).text
    office.post(f"{address}/ask")
    assert 'hx-trigger="load delay:2s"' in office.get(address).text
    part = {"HX-Request": "true", "HX-Request-Type": "partial"}
    assert "順番待ち" in office.get(f"{address}?state=1", headers=part).text
    assert planning.work(app.extensions["engine"], FakeMatchbook(), lambda: NOW) == 1
    done = office.get(f"{address}?state=1", headers=part)
    assert (done.status_code, done.headers["HX-Redirect"]) == (204, address)
    shown = office.get(address).text
    assert "60／60" in shown
    assert "最適であることを確認済み" in shown
    assert "?page=2" in shown
    assert "割り当て／受入可能数" in office.get(f"{address}?by=partner").text
    pair = kept(app, select(AssignmentPair).order_by(col(AssignmentPair.id)))[0]
    assert office.post(f"{address}/propose", data={"pair": [str(pair.pk)]}).status_code == 303
    (made,) = kept(app, select(Recommendation))
    assert (made.challenge_id, made.partner_id) == (pair.challenge_id, pair.partner_id)
    assert made.source is RecommendationSource.ASSIGNMENT
    office.post(f"{address}/propose", data={"all": "1"})
    assert len(kept(app, select(Recommendation.id))) == 60
    assert "一括割り当てから" in office.get(f"/city/challenges/{pair.challenge_id}/matches").text


def test_locking_and_forbidding_with_a_reason(app: Flask, office: FlaskClient) -> None:
    address = create(office, ["1", "2"])
    plan(app, office, address)
    refused = office.post(f"{address}/forbid", data={"challenge_id": "1", "partner_id": "1"})
    assert refused.status_code == 422
    assert "入力してください" in refused.text
    said = {"challenge_id": "1", "partner_id": "1", "reason": "already_working", "note": "協定あり"}
    assert office.post(f"{address}/forbid", data=said).status_code == 303
    assert office.post(f"{address}/lock", data={"challenge_id": "2", "partner_id": "29"}).status_code == 303
    shown = office.get(address).text
    for words in ("協定あり", "固定", "除外", "案を作ったあとに変更がありました"):
        assert words in shown
    plan(app, office, address)
    keys = {(pair.challenge_id, pair.partner_id) for pair in kept(app, select(AssignmentPair))}
    assert (1, 1) not in keys
    assert (2, 29) in keys
    rule = kept(app, select(AssignmentRule))[0]
    assert office.post(f"{address}/release/{rule.pk}").status_code == 303
    assert "団体28" in office.get(f"{address}?challenge=1&q=団体28").text


def test_an_impossible_lock_is_explained(app: Flask, office: FlaskClient) -> None:
    address = create(office, [str(key) for key in range(1, 6)])
    for key in range(1, 5):
        office.post(f"{address}/lock", data={"challenge_id": str(key), "partner_id": "7"})
    shown = plan(app, office, address)
    assert "受入可能数を超える課題が固定" in shown
    assert "団体06" in shown
    assert kept(app, select(Assignment))[0].status is AssignmentStatus.FAILED


def test_the_plan_as_a_file(app: Flask, office: FlaskClient) -> None:
    address = create(office, ["1", "2"])
    plan(app, office, address)
    book = openpyxl.load_workbook(BytesIO(office.get(f"{address}?as=xlsx").data), read_only=True)
    rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0][:2] == ("課題番号", "課題名")
    assert len(rows) == 5


def test_changing_the_settings_and_putting_away(app: Flask, office: FlaskClient) -> None:
    address = create(office, ["1", "2"])
    changed = BATCH | {"name": "冬の交流会", "challenges": ["2", "3"], "version": "1"}
    assert "秋の交流会" in office.get(f"{address}/edit").text
    assert office.post(f"{address}/edit", data=changed).status_code == 303
    stale = office.post(f"{address}/edit", data=changed | {"name": "春の交流会"})
    assert stale.status_code == 409
    assert "ほかの人がこの一括割り当てを変更しました" in stale.text
    office.post(f"{address}/close")
    assert kept(app, select(Assignment))[0].status is AssignmentStatus.CLOSED
    assert office.post(f"{address}/lock", data={"challenge_id": "2", "partner_id": "1"}).status_code == 409
    office.post(f"{address}/reopen")
    assert "冬の交流会" in office.get("/city/assignments").text


@pytest.mark.parametrize("page", ["", "?by=partner", "/edit", "?challenge=1&q=団体"])
def test_pages_ask_little_of_the_database(app: Flask, office: FlaskClient, page: str) -> None:
    address = create(office, [str(key) for key in range(1, 31)])
    plan(app, office, address)
    for path in (f"{address}{page}", "/city/assignments"):
        with statements(app) as asked:
            assert office.get(path).status_code == 200
        assert len(asked) <= MOST, "\n".join(asked)


def test_other_municipalities_find_nothing(office: FlaskClient, store: Session, sign_in: SignIn) -> None:
    address = create(office, ["1"])
    stranger = factories.coordinator(store, factories.municipality(store, "431001", "熊本市"))
    store.commit()
    assert stranger.user_id is not None
    other = sign_in(stranger.user_id)
    assert "秋の交流会" not in other.get("/city/assignments").text
    for path in ("", "/edit", "?as=xlsx", "?by=partner"):
        assert other.get(f"{address}{path}").status_code == 404
    for path in ("/ask", "/close", "/propose", "/lock", "/forbid", "/release/1", "/edit"):
        assert other.post(f"{address}{path}").status_code == 404
