"""The recommendation model on the operator's page, lists that were seen, and a recommendation computed again."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from matcher.policy import Actor
from models import Exposure, RankingModel, RecommendationRun
from models.enums import RankingModelStatus, ShownList
from tests import factories
from tests.factories import NOW
from tests.services.test_learning import Decisions
from tests.web.test_city import Office
from tests.web.test_query_counts import MOST, statements


@pytest.fixture
def decisions(app: Flask, store: Session) -> Decisions:
    app.config["CLOCK"] = lambda: NOW
    person = factories.user(store, "運営 一郎", is_admin=True)
    return Decisions(store, Actor(person.pk, (), is_admin=True))


@pytest.fixture
def operator(decisions: Decisions, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(decisions.operator.user_id or 0)


@pytest.fixture
def office(app: Flask, store: Session, sign_in: Callable[[int], FlaskClient]) -> Office:
    app.config["CLOCK"] = lambda: NOW
    built = Office(store, sign_in)
    store.commit()
    return built


def text(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


def models(store: Session) -> list[RankingModel]:
    found = list(
        store.exec(select(RankingModel).order_by(col(RankingModel.id)).execution_options(populate_existing=True))
    )
    store.commit()
    return found


def test_without_decisions_the_page_says_what_is_needed(operator: FlaskClient) -> None:
    page = text(operator, "/admin/model")
    assert "標準の重み" in page
    assert "60件の一覧に150件以上の判断が必要です" in page
    assert "/admin/model/train" not in page
    answer = operator.post("/admin/model/train", follow_redirects=True)
    assert "学習に必要な件数の判断が、まだありません。" in answer.get_data(as_text=True)


def test_learn_bring_into_use_and_go_back(
    app: Flask, operator: FlaskClient, decisions: Decisions, store: Session
) -> None:
    decisions.make(90)
    store.commit()
    assert operator.post("/admin/model/train").status_code == 303
    (row,) = models(store)
    page = text(operator, "/admin/model")
    assert "偶然とは言えない差で優れています" in page
    assert f"/admin/model/{row.pk}/activate" in page
    assert "標準より重く見る" in page
    assert operator.post(f"/admin/model/{row.pk}/activate").status_code == 303
    assert models(store)[0].status is RankingModelStatus.ACTIVE
    with statements(app) as seen:
        page = text(operator, "/admin/model")
    assert len(seen) <= MOST, "\n\n".join(seen)
    assert "運営 者" in page or "運営 一郎" in page
    assert "2026-" in page, "decisions by month"
    assert operator.post(f"/admin/model/{row.pk}/activate").status_code == 409
    assert "標準の重みに戻しました" in operator.post("/admin/model/roll-back", follow_redirects=True).get_data(True)
    assert models(store)[0].status is RankingModelStatus.RETIRED
    assert operator.post("/admin/model/roll-back").status_code == 409
    assert "推薦モデルの使用開始" in text(operator, "/admin/audit")


def test_a_model_that_is_not_better_has_no_button_and_no_way_round(
    operator: FlaskClient, decisions: Decisions, store: Session
) -> None:
    decisions.make(90, by_chance=True)
    store.commit()
    operator.post("/admin/model/train")
    (row,) = models(store)
    page = text(operator, "/admin/model")
    assert "使用できません" in page
    assert f"/admin/model/{row.pk}/activate" not in page
    answer = operator.post(f"/admin/model/{row.pk}/activate", follow_redirects=True)
    assert "使用を始めませんでした" in answer.get_data(as_text=True)
    assert models(store)[0].status is RankingModelStatus.CANDIDATE
    operator.post(f"/admin/model/{row.pk}/dismiss")
    assert models(store)[0].status is RankingModelStatus.RETIRED


def test_in_english(operator: FlaskClient, decisions: Decisions, store: Session) -> None:
    decisions.make(90)
    store.commit()
    operator.post("/language", data={"lang": "en"})
    operator.set_cookie("lang", "en")
    operator.post("/admin/model/train")
    assert operator.get("/admin/model").status_code == 200


def test_how_far_a_list_was_read_is_noted(office: Office) -> None:
    office.run()
    (run,) = office.rows(select(RecommendationRun))
    page = text(office.staff, f"/city/challenges/{office.challenge.pk}/matches")
    assert f'data-seen="/city/runs/{run.pk}/seen"' in page
    assert 'data-place="1"' in page
    assert len(office.rows(select(Exposure))) == 1, "looking writes nothing"
    for depth in ("2", "1", "nonsense"):
        assert office.staff.post(f"/city/runs/{run.pk}/seen", data={"depth": depth}).status_code == 204
    rows = office.rows(select(Exposure).where(Exposure.viewer_id == office.department.user_id))
    assert [(row.depth, row.run_id) for row in rows] == [(2, run.pk)]
    assert office.outsider.post(f"/city/runs/{run.pk}/seen", data={"depth": "1"}).status_code == 404


def test_the_challenges_that_a_partner_saw(office: Office, sign_in: Callable[[int], FlaskClient]) -> None:
    client = sign_in(office.person.user_id or 0)
    page = text(client, "/me")
    token = page.split('data-seen-list="')[1].split('"')[0]
    client.post("/me/seen", data={"list": token, "depth": "1"})
    client.post("/me/seen", data={"list": token + "x", "depth": "1"})
    (row,) = office.rows(select(Exposure))
    assert (row.kind, row.listed, row.depth) == (ShownList.CHALLENGES, [office.challenge.pk], 1)


def test_computed_again_says_when_nothing_was_kept(office: Office) -> None:
    row = office.run()
    assert f"/city/matches/{row.pk}/replay" in text(office.client, f"/city/matches/{row.pk}")
    assert "再計算できません" in text(office.client, f"/city/matches/{row.pk}/replay")
    assert office.outsider.get(f"/city/matches/{row.pk}/replay").status_code == 404
