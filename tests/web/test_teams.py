"""The page of a team proposal: what it shows, to whom, and what a click on it does."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from matcher.services.matchbook import Member, Side, Team
from models import Need
from models.enums import ChallengeStatus
from models.queries import recommendations as reads
from tests import factories
from tests.fakes import FakeMatchbook
from tests.web.test_city import Office
from tests.web.test_query_counts import MOST, statements


@pytest.fixture
def office(store: Session, sign_in: Callable[[int], FlaskClient]) -> Office:
    found = Office(store, sign_in)
    store.commit()
    return found


class Saying(FakeMatchbook):
    """Answers with a team that the test made up."""

    def __init__(self, team: Team) -> None:
        self._team = team

    def team_for_challenge(self, *_args: Any, **_options: Any) -> Team:
        return self._team


def path(office: Office) -> str:
    return f"/city/challenges/{office.challenge.pk}/team"


def listed(office: Office) -> set[int]:
    key = office.challenge.pk
    office.store.commit()
    found = {row.partner_id for row in reads.of_challenge(office.store, key)}
    office.store.commit()  # what only read would otherwise still keep others from writing
    return found


def test_the_table_shows_who_answers_which_need_with_the_words_marked(office: Office) -> None:
    text = office.client.get(path(office)).text
    assert "見守りたい。" in text
    assert "<mark>見守り</mark>センサー" in text
    assert "株式会社一番" in text
    assert "株式会社二番" in text
    assert "3件のニーズのうち2件に応えられます" in text
    assert "株式会社一番の1件が最多です" in text
    assert "応えられるパートナーがいないニーズ" in text


def test_the_matches_lead_there_where_there_are_several_needs(office: Office) -> None:
    matches = f"/city/challenges/{office.challenge.pk}/matches"
    assert f'href="{path(office)}"' not in office.client.get(matches).text
    office.store.add(Need(challenge_id=office.challenge.pk, position=1, text="話し相手"))
    office.store.commit()
    assert f'href="{path(office)}"' in office.client.get(matches).text


def test_one_member_and_then_all_are_added(office: Office) -> None:
    address, first, second = path(office), office.first.pk, office.second.pk
    office.store.commit()
    assert office.client.post(address, data={"partner_id": first}).status_code == 303
    assert listed(office) == {first}
    both = {"partner_id": [first, second]}
    answer = office.client.post(address, data=both, follow_redirects=True)
    assert "1件のパートナーを一覧に加えました" in answer.text
    assert "推薦の一覧にあります" in answer.text
    assert listed(office) == {first, second}


def test_a_department_reads_but_adds_nobody(office: Office) -> None:
    page = office.staff.get(path(office))
    assert page.status_code == 200
    assert 'name="partner_id"' not in page.text
    assert office.staff.post(path(office), data={"partner_id": office.first.pk}).status_code == 403
    assert listed(office) == set()


def test_others_do_not_learn_that_a_challenge_exists(office: Office) -> None:
    draft = factories.challenge(office.store, office.town, title="秘密の下書き", status=ChallengeStatus.DRAFT)
    office.store.commit()
    for key in (draft.pk, office.challenge.pk):
        assert office.outsider.get(f"/city/challenges/{key}/team").status_code == 404
        assert office.outsider.post(f"/city/challenges/{key}/team", data={"partner_id": "1"}).status_code == 404
    assert office.client.get(f"/city/challenges/{draft.pk}/team").status_code == 200


@pytest.mark.parametrize("typed", ["", "x", "-1", "9" * 30, "１２x"])
def test_nonsense_adds_nobody(office: Office, typed: str) -> None:
    assert office.client.post(path(office), data={"partner_id": typed}).status_code == 303
    assert listed(office) == set()


def test_who_is_registered_nowhere_is_not_added(office: Office) -> None:
    nowhere = factories.partner(office.store, "未登録の会社")
    office.store.commit()
    both = {"partner_id": [office.first.pk, nowhere.pk]}
    assert office.client.post(path(office), data=both).status_code == 404
    assert listed(office) == set(), "all or nobody"


def test_a_challenge_that_is_over_offers_no_buttons(office: Office) -> None:
    office.challenge.status = ChallengeStatus.SOLVED
    office.store.commit()
    assert 'name="partner_id"' not in office.client.get(path(office)).text
    assert office.client.post(path(office), data={"partner_id": office.first.pk}).status_code == 409


NEEDS = (Side("見守りたい。", "need", 1), Side("話したい。", "need", 2))


@pytest.mark.parametrize(
    ("team", "said"),
    [
        (Team(), "まだニーズを照合できません"),
        (Team(NEEDS[:1]), "パートナーも1者で足ります"),
        (Team(NEEDS, nobody=(0, 1), considered=5), "ニーズに応えられる登録パートナーが見つかりません"),
        (Team(NEEDS, single=Member(1, 3, (None, None), (0, 1))), "だけで2件のニーズすべてに応えられる"),
        (Team(NEEDS, single=Member(1, 3, (None, None), (0,)), nobody=(1,)), "2件のニーズのうち1件）を上回りません"),
        (Team((Side("困っている。", "problem"), NEEDS[0])), "特徴的な文をニーズとみなして"),
    ],
)
def test_without_a_team_the_page_says_why(app: Flask, office: Office, team: Team, said: str) -> None:
    app.extensions["matchbook"] = Saying(team)
    assert said in office.client.get(path(office)).text


def test_a_partner_who_has_gone_since_breaks_nothing(app: Flask, office: Office) -> None:
    gone = Member(999_999, 3, (None, None), (0,))
    app.extensions["matchbook"] = Saying(Team(NEEDS, (gone, gone), gone))
    assert office.client.get(path(office)).status_code == 200


def test_what_a_partner_writes_is_no_markup(app: Flask, office: Office) -> None:
    evil = Side("<script>alert(1)</script>", "need", 1)
    app.extensions["matchbook"] = Saying(Team((evil, evil), nobody=(0, 1)))
    assert "<script>alert" not in office.client.get(path(office)).text


def test_the_page_asks_the_database_seldom(app: Flask, office: Office) -> None:
    office.store.add_all([Need(challenge_id=office.challenge.pk, position=n, text=f"ニーズ{n}") for n in range(1, 9)])
    office.store.commit()
    with statements(app) as seen:
        assert office.client.get(path(office)).status_code == 200
    assert len(seen) <= MOST


def test_in_english_the_sentences_stand_apart(office: Office) -> None:
    office.client.post("/language", data={"lang": "en"})
    text = office.client.get(path(office)).text
    assert "Together they cover 2 of 3 needs. The best single partner, 株式会社一番, covers 1." in text
