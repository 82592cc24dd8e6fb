"""The funnel through its page and files: few questions, what stands in them, and who sees what."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from models import Department, Municipality
from tests import factories
from tests.services.test_funnel import played, published, worked
from tests.web.test_query_counts import MOST, statements

SignIn = Callable[[int], FlaskClient]
PAGES = ("/city/funnel", "/city/funnel?department=0", "/city/funnel?as=xlsx", "/city/funnel?as=xlsx&list=departments")


@pytest.fixture
def town(store: Session) -> Municipality:
    here, there = factories.municipality(store), factories.municipality(store, "431001", "熊本市")
    played(store, here)
    published(store, there, "よその課題", 0)
    store.commit()
    return here


@pytest.fixture
def office(store: Session, town: Municipality, sign_in: SignIn) -> FlaskClient:
    return entered(store, town, sign_in)


def entered(store: Session, town: Municipality, sign_in: SignIn) -> FlaskClient:
    actor = factories.coordinator(store, town)
    store.commit()
    assert actor.user_id is not None
    return sign_in(actor.user_id)


def sheet(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    answer = client.get(path)
    assert answer.status_code == 200
    header, *rows = openpyxl.load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_at_most_twelve_questions(app: Flask, office: FlaskClient, path: str) -> None:
    with statements(app) as seen:
        assert office.get(path).status_code == 200
    assert len(seen) <= MOST, "\n\n".join(seen)


def test_each_step_is_written_with_its_figure_and_days(office: FlaskClient) -> None:
    text = office.get("/city/funnel").text
    assert "公開した課題5件のうち、2件が紹介、1件が連携・実証、1件が社会実装に至りました。" in text
    assert "前の段階から 4日（n＝2）" in text
    assert "公開から 50日（n＝1）" in text
    assert 'width="40.0"' in text  # two of five


def test_figures_of_others_stand_beside_ours_with_their_source(office: FlaskClient) -> None:
    text = office.get("/city/funnel").text
    for words in ("課題5件を公開", "提案17件", "実証2件", "課題68件への提案", "協定12件", "12%", "18%", "未確認"):
        assert words in text


def test_a_department_leads_to_its_challenges(store: Session, office: FlaskClient) -> None:
    key = store.exec(select(Department.id).join(Municipality).where(Municipality.code == "172065")).one()
    assert f"/city/funnel?department={key}" in office.get("/city/funnel").text
    text = office.get(f"/city/funnel?department={key}").text
    assert "先に推薦" in text
    assert "社会実装まで" not in text
    unnamed = office.get("/city/funnel?department=0").text
    assert "社会実装まで" in unnamed
    assert "公開から50日" in unnamed
    assert "下書き" not in unnamed


def test_the_files_say_the_same(office: FlaskClient) -> None:
    rows = {row["件名"]: row for row in sheet(office, "/city/funnel?as=xlsx")}
    assert len(rows) == 5
    assert rows["社会実装まで"]["公開からの日数：紹介"] == 10
    assert rows["公開のみ"]["日付：候補を推薦"] is None
    assert len(sheet(office, "/city/funnel?as=xlsx&department=0")) == 4
    total, named, unnamed = sheet(office, "/city/funnel?as=xlsx&list=departments")
    assert (total["所管課"], total["紹介"], total["前の段階からの日数（中央値）：紹介"]) == ("全体", 2, 4)
    assert (named["所管課"], named["課題を公開"]) == ("政策企画部", 1)
    assert unnamed["課題を公開"] == 4


def test_two_offices_do_not_see_each_others_work(store: Session, town: Municipality, sign_in: SignIn) -> None:
    there = store.exec(select(Municipality).where(Municipality.code == "431001")).one()
    key = store.exec(select(Department.id).where(Department.municipality_id == town.pk)).one()
    client = entered(store, there, sign_in)
    pages = client.get("/city/funnel").text + client.get("/city/funnel?department=0").text
    pages += client.get(f"/city/funnel?department={key}").text
    assert "公開した課題1件のうち、0件が紹介" in pages
    assert "よその課題" in pages
    assert not any(title in pages for title in ("社会実装まで", "紹介まで", "先に推薦", "公開のみ"))
    assert [row["件名"] for row in sheet(client, f"/city/funnel?as=xlsx&department={key}")] == ["よその課題"]


def test_nothing_is_there_yet(store: Session, sign_in: SignIn) -> None:
    client = entered(store, factories.municipality(store), sign_in)
    text = client.get("/city/funnel").text
    assert "公開した課題はまだありません。" in text
    assert "集計する課題がまだありません" in text
    assert all(client.get(path).status_code == 200 for path in (*PAGES, "/city/funnel?department=x"))


def test_work_without_a_challenge_is_said(store: Session, town: Municipality, sign_in: SignIn) -> None:
    worked(store, town, None, 1)
    assert "連携・取組の記録が1件あり、うち0件が社会実装" in entered(store, town, sign_in).get("/city/funnel").text
