"""Supply and demand through the pages: the heat map, both lists, their files, few questions, and who sees what."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, col, select

from models import Challenge, Municipality, Partner, PartnerTarget, Recommendation, RecommendationRun
from models.enums import ChallengeStatus, PartnerKind, TargetBasis
from tests import factories
from tests.services.test_supply import asking, recommended, run_of, serving
from tests.web.test_query_counts import MOST, statements

SignIn = Callable[[int], FlaskClient]
PAGES = (
    "/city/supply",
    "/city/supply?goal=11&demand=all",
    "/city/supply?as=xlsx",
    "/city/supply/challenges",
    "/city/supply/challenges?state=unasked&goal=3",
    "/city/supply/partners",
    "/city/supply/partners?q=%E8%A6%8B%E5%AE%88%E3%82%8A&goal=3&kind=company&registered=1&sort=longest",
    "/city/supply/partners?as=xlsx",
)


@pytest.fixture
def town(store: Session) -> Municipality:
    """Forty open challenges: ten with a candidate, ten without, the others never run; forty partners, one called."""
    here, there = factories.municipality(store), factories.municipality(store, "431001", "熊本市")
    houses = [serving(store, factories.partner(store, f"団体{n:02}", town=here), "3.8") for n in range(40)]
    factories.partner(store, "よその団体", town=there)
    for number in range(40):
        row = asking(store, factories.challenge(store, here, title=f"課題{number:02}"), "11.2")
        if number < 20:
            run_of(store, row)
            recommended(store, row, houses[number], 3 if number < 10 else 1)
    factories.challenge(store, here, title="下書きの課題", status=ChallengeStatus.DRAFT)
    factories.challenge(store, there, title="よその下書き", status=ChallengeStatus.DRAFT)
    factories.challenge(store, there, title="よその課題")
    houses[0].kind = PartnerKind.NPO
    store.commit()
    return here


@pytest.fixture
def office(store: Session, town: Municipality, sign_in: SignIn) -> FlaskClient:
    actor = factories.coordinator(store, town)
    store.commit()
    assert actor.user_id is not None
    return sign_in(actor.user_id)


def sheet(client: FlaskClient, path: str) -> list[tuple[Any, ...]]:
    answer = client.get(path)
    assert answer.status_code == 200
    return list(openpyxl.load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_asks_at_most_twelve_questions(app: Flask, office: FlaskClient, path: str) -> None:
    with statements(app) as seen:
        assert office.get(path).status_code == 200
    assert len(seen) <= MOST, "\n\n".join(seen)


def test_the_summary_comes_first_and_says_what_the_chief_asks(office: FlaskClient) -> None:
    text = office.get("/city/supply").text
    assert "募集中の課題40件のうち、10件に候補がいます。20件は候補をまだ探していません。" in text
    assert "目標11で担い手が不足しています。登録パートナー40団体のうち、40団体にまだ声をかけていません。" in text


def test_a_goal_unfolds_into_its_targets_and_its_figures_lead_on(office: FlaskClient) -> None:
    text = office.get("/city/supply?goal=11").text
    assert "誰もが使える公共交通" in text
    assert "/challenges?goal=11&amp;status=published&amp;status=in_dialogue&amp;municipality=172065" in text
    assert "/city/supply/challenges?goal=11&amp;state=unasked" in text
    assert "誰もが使える公共交通" not in office.get("/city/supply").text
    for nonsense in ("?goal=18", "?goal=x", "?goal=&demand=x"):
        assert office.get(f"/city/supply{nonsense}").status_code == 200


def test_candidates_of_others_are_not_counted_when_all_are_shown(office: FlaskClient) -> None:
    text = office.get("/city/supply?demand=all").text
    assert "全自治体の募集中の課題" in text
    assert "うち候補あり" not in text


def test_every_target_stands_in_the_file(office: FlaskClient) -> None:
    header, *rows = sheet(office, "/city/supply?as=xlsx")
    assert len(rows) == 169
    care = dict(zip(header, next(row for row in rows if row[2] == "3.8"), strict=True))
    assert (care["募集中の課題"], care["うち候補あり"], care["うち候補なし"]) == (40, 10, 10)
    assert (care["候補をまだ探していない"], care["過不足（本自治体）"]) == (20, 0)
    assert care["全自治体の募集中の課題"] == 41
    assert [row[2] for row in rows if row[0] == 8][-3:] == ["8.10", "8.a", "8.b"]


def test_challenges_without_a_candidate(office: FlaskClient) -> None:
    text = office.get("/city/supply/challenges").text
    assert all((f"課題{n:02}" in text) == (10 <= n < 20) for n in range(40))
    assert "通信費のかからない見守りの方法" in text
    assert "#no-match" in text
    assert "登録パートナーなし" in text  # nobody names 11.2
    unasked = office.get("/city/supply/challenges?state=unasked").text
    assert all((f"課題{n:02}" in unasked) == (n >= 20) for n in range(40))
    assert "すべての課題について候補を探す" in unasked
    assert "下書き" not in text + unasked
    assert len(sheet(office, "/city/supply/challenges?goal=11&as=xlsx")) == 1 + 10
    assert len(sheet(office, "/city/supply/challenges?state=unasked&as=xlsx")) == 1 + 20
    assert len(sheet(office, "/city/supply/challenges?goal=13&as=xlsx")) == 1


def test_the_list_and_the_match_page_tell_the_same_story(store: Session, office: FlaskClient) -> None:
    gone = store.exec(select(Recommendation).where(Recommendation.fit == 3)).first()
    assert gone is not None
    gone.rank = None  # a later run no longer found it
    store.commit()
    listed = office.get("/city/supply/challenges").text
    for row in store.exec(select(Challenge).where(col(Challenge.title).in_([f"課題{n:02}" for n in range(8, 12)]))):
        weak = 'id="no-match"' in office.get(f"/city/challenges/{row.pk}/matches").text
        assert weak == (row.title in listed)
    assert "課題00" in listed


def test_partners_not_called(office: FlaskClient) -> None:
    text = office.get("/city/supply/partners").text
    assert "団体00" in text
    assert "よその団体" not in text
    assert "課題00" in text  # the best fit of the first partner
    second = office.get("/city/supply/partners?page=2").text
    assert "団体39" in second
    assert "団体00" not in second
    rows = sheet(office, "/city/supply/partners?kind=npo&goal=3&as=xlsx")
    assert len(rows) == 2
    assert (rows[1][0], rows[1][9], rows[1][10]) == ("団体00", "課題00", "適合 強い")


def test_nothing_is_there_yet(store: Session, sign_in: SignIn) -> None:
    actor = factories.coordinator(store, factories.municipality(store))
    store.commit()
    assert actor.user_id is not None
    client = sign_in(actor.user_id)
    assert "募集中の課題はありません。" in client.get("/city/supply").text
    assert "すべてのパートナーに声をかけています" in client.get("/city/supply/partners").text
    assert "候補のいない課題はありません" in client.get("/city/supply/challenges").text
    assert "候補をまだ探していない課題はありません" in client.get("/city/supply/challenges?state=unasked").text


def test_two_offices_do_not_see_each_others_work(store: Session, town: Municipality, sign_in: SignIn) -> None:
    there = store.query(Municipality).filter_by(code="431001").one()
    house = store.query(Partner).filter_by(name="よその団体").one()
    store.add(PartnerTarget(partner_id=house.pk, goal=3, target="3.8", basis=TargetBasis.STATED))
    actor = factories.coordinator(store, there)
    store.commit()
    assert actor.user_id is not None
    client = sign_in(actor.user_id)
    pages = "".join(client.get(path).text for path in PAGES if "xlsx" not in path)
    assert not any(f"課題{n:02}" in pages or f"団体{n:02}" in pages for n in range(40))
    assert "募集中の課題1件のうち、0件に候補がいます。" in pages
    assert store.query(RecommendationRun).filter_by(municipality_id=there.pk).count() == 0
    header, *rows = sheet(client, "/city/supply?as=xlsx")
    care = dict(zip(header, next(row for row in rows if row[2] == "3.8"), strict=True))
    assert (care["募集中の課題"], care["うち候補あり"], care["全自治体の登録パートナー"]) == (1, 0, 41)


def test_department_staff_may_read_but_not_ask_for_all(store: Session, town: Municipality, sign_in: SignIn) -> None:
    actor = factories.department_staff(store, town)
    store.commit()
    assert actor.user_id is not None
    text = sign_in(actor.user_id).get("/city/supply/challenges?state=unasked").text
    assert "課題20" in text
    assert "すべての課題について候補を探す" not in text
