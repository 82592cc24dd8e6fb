"""Challenges on the portal: what is found, what is hidden, and how a partner raises its hand."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from matcher.services.matchbook import Ranking
from models import Challenge, Interest
from models.enums import ChallengeStatus, Pillar, RegistrationStatus
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from web.listing import NEAREST

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def clock(app: Flask) -> None:
    app.config["CLOCK"] = lambda: NOW


def _row(store: Session, title: str, **changes: object) -> Challenge:
    town = factories.municipality(store, code=f"{len(title):06d}", name=f"{title}市")
    row = factories.challenge(store, town, title=title)
    for name, value in changes.items():
        setattr(row, name, value)
    store.flush()
    return row


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", {"甲", "乙乙", "丙丙丙"}),
        ("municipality=000001", {"甲"}),
        ("goal=3", {"甲", "乙乙", "丙丙丙"}),
        ("goal=4", set()),
        ("pillar=economy", {"乙乙"}),
        ("pillar=economy&pillar=society", {"甲", "乙乙", "丙丙丙"}),
        ("status=closed", {"丙丙丙"}),
        ("partner=npo", {"乙乙"}),
        ("kind=field", set()),
        ("q=%E7%94%B2", {"甲"}),
        ("q=%E7%94%B2&status=closed", set()),
        ("goal=99&pillar=x&status=draft&municipality=%27--&partner=%25&sort=no", {"甲", "乙乙", "丙丙丙"}),
    ],
)
def test_the_list_is_narrowed_down(client: FlaskClient, store: Session, query: str, titles: set[str]) -> None:
    _row(store, "甲")
    _row(store, "乙乙", pillar=Pillar.ECONOMY, wanted_kinds=["npo", "company"])
    _row(store, "丙丙丙", status=ChallengeStatus.CLOSED)
    _row(store, "丁丁丁丁", status=ChallengeStatus.DRAFT)
    store.commit()
    text = client.get(f"/challenges?{query}").text
    assert {title for title in ("甲", "乙乙", "丙丙丙", "丁丁丁丁") if f">{title}</a>" in text} == titles


@pytest.mark.parametrize("page", ["-1", "0", "99999999999999999999", "x", "1.5", "１", "%00"])
@pytest.mark.parametrize("q", ["", "%F0%9F%98%80", "%00%1B%ED%A0%80", "%25_%27%22%3C", "a" * 10_000, "%FF"])
def test_rubbish_in_the_address_is_ignored(client: FlaskClient, store: Session, page: str, q: str) -> None:
    _row(store, "甲")
    store.commit()
    for area in ("challenges", "partners", "collaborations", "groups"):
        assert client.get(f"/{area}?page={page}&q={q}&goal={q}&sort={q}").status_code == 200


def test_orders(client: FlaskClient, store: Session) -> None:
    town = factories.municipality(store)
    for title, published, decision in (("甲", 1, None), ("乙", 2, date(2027, 1, 1)), ("丙", 3, date(2026, 12, 1))):
        row = factories.challenge(store, town, title=title)
        row.published_at, row.decision_date = NOW - timedelta(days=published), decision
    ended = factories.challenge(store, town, title="丁", status=ChallengeStatus.SOLVED)
    ended.decision_date = date(2026, 11, 30)
    store.commit()

    def order(query: str) -> str:
        text = client.get(f"/challenges{query}").text
        return "".join(sorted("甲乙丙丁", key=lambda title: text.index(f">{title}</a>")))

    assert order("") == "甲乙丙丁"
    assert order("?sort=decision") == "丙乙甲丁"


def test_pages_and_chips_keep_the_address(client: FlaskClient, store: Session) -> None:
    town = factories.municipality(store)
    for number in range(45):
        factories.challenge(store, town, title=f"課題{number:02d}")
    store.commit()
    text = client.get("/challenges?goal=3&q=%E8%AA%B2%E9%A1%8C&page=2").text
    assert 'href="/challenges?q=%E8%AA%B2%E9%A1%8C&amp;goal=3&amp;page=3"' in text
    assert 'href="/challenges?goal=3"' in text
    assert 'href="/challenges?q=%E8%AA%B2%E9%A1%8C"' in text
    assert text.count('class="card__title"') == 20
    assert client.get("/challenges?page=9999").text.count('class="card__title"') == 5


def test_typing_gets_only_the_results(client: FlaskClient, store: Session) -> None:
    _row(store, "甲")
    store.commit()
    answer = client.get("/challenges?q=%E7%94%B2&goal=&page=7", headers=PARTIAL)
    assert answer.text.lstrip().startswith('<div id="results"')
    assert answer.headers["HX-Push-Url"] == "/challenges?q=%E7%94%B2"


@pytest.mark.parametrize("status", list(ChallengeStatus))
def test_only_what_was_published_can_be_read(client: FlaskClient, store: Session, status: ChallengeStatus) -> None:
    row = _row(store, "甲", status=status)
    store.commit()
    hidden = status in {ChallengeStatus.DRAFT, ChallengeStatus.IN_REVIEW, ChallengeStatus.DROPPED}
    assert client.get(f"/challenges/{row.pk}").status_code == (404 if hidden else 200)


def test_not_even_its_own_city_reads_a_draft_here(store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    town = factories.municipality(store)
    row = factories.challenge(store, town, status=ChallengeStatus.DRAFT)
    actor = factories.coordinator(store, town)
    store.commit()
    assert sign_in(actor.user_id or 0).get(f"/challenges/{row.pk}").status_code == 404


def test_a_challenge_tells_what_proposers_ask_but_not_who_answers(client: FlaskClient, store: Session) -> None:
    row = _row(store, "甲", cause="見守る人が減った。", affected_count=1200, review_date=date(2026, 11, 1))
    row.problem = "<script>alert(1)</script>異変に気付けない。"
    store.commit()
    text = client.get(f"/challenges/{row.pk}").text
    for words in (
        "異変に気付けない。",
        "見守る人が減った。",
        "1,200",
        "通信費のかからない見守りの方法",
        "3.8",
        "2026年11月1日",
    ):
        assert words in text
    assert "<script>alert" not in text
    assert "窓口 一郎" not in text
    assert "madoguchi@" not in text


@pytest.mark.parametrize("key", ["0", "99999999999999999999", "-1", "x"])
def test_there_is_no_such_challenge(client: FlaskClient, key: str) -> None:
    assert client.get(f"/challenges/{key}").status_code == 404


def test_a_partner_shows_interest_and_withdraws_it(store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    row = _row(store, "甲")
    partner = factories.partner(store, town=store.get(factories.Municipality, row.municipality_id))
    actor = factories.partner_admin(store, partner)
    store.commit()
    client = sign_in(actor.user_id or 0)
    page = client.get(f"/challenges/{row.pk}").text
    assert "<mark>" in page  # why it fits, in the sentences of both
    answer = client.post(f"/challenges/{row.pk}/interest", data={"message": "お話を伺いたいです。"})
    assert (answer.status_code, answer.location) == (303, f"/challenges/{row.pk}")
    assert "お話を伺いたいです。" in client.get(f"/challenges/{row.pk}").text
    client.post(f"/challenges/{row.pk}/interest/withdraw")
    assert store.exec(select(Interest.withdrawn_at)).one() == NOW


def test_a_message_that_is_too_long_stays_in_the_form(store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    row = _row(store, "甲")
    partner = factories.partner(store, town=store.get(factories.Municipality, row.municipality_id))
    actor = factories.partner_admin(store, partner)
    store.commit()
    answer = sign_in(actor.user_id or 0).post(f"/challenges/{row.pk}/interest", data={"message": "長" * 2001})
    assert answer.status_code == 422
    assert "長" * 2001 in answer.text
    assert store.exec(select(Interest)).first() is None


def test_what_was_typed_survives_signing_in(app: Flask, client: FlaskClient, store: Session) -> None:
    row = _row(store, "甲")
    store.commit()
    away = client.post(f"/challenges/{row.pk}/interest", data={"message": "書きかけ"})
    assert away.status_code == 303
    assert f"%2Fchallenges%2F{row.pk}%2Finterest%3Fsaved%3D" in away.location


@pytest.mark.parametrize(
    ("status", "registration", "code"),
    [
        (ChallengeStatus.CLOSED, RegistrationStatus.REGISTERED, 409),
        (ChallengeStatus.DRAFT, RegistrationStatus.REGISTERED, 404),
        (ChallengeStatus.PUBLISHED, RegistrationStatus.WITHDRAWN, 403),
    ],
)
def test_interest_is_refused(
    store: Session,
    sign_in: Callable[[int], FlaskClient],
    status: ChallengeStatus,
    registration: RegistrationStatus,
    code: int,
) -> None:
    row = _row(store, "甲", status=status)
    town = store.get(factories.Municipality, row.municipality_id)
    actor = factories.partner_admin(store, factories.partner(store, town=town, status=registration))
    store.commit()
    assert sign_in(actor.user_id or 0).post(f"/challenges/{row.pk}/interest").status_code == code


def test_what_nothing_answers_shows_what_comes_nearest(
    app: Flask, client: FlaskClient, store: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a question in English, which no Japanese text answers closely."""
    town = factories.municipality(store)
    near = [factories.challenge(store, town, title=f"見守り{n}").title for n in range(8)]
    hidden = factories.challenge(store, town, title="下書き", status=ChallengeStatus.DRAFT).title
    store.commit()
    book = FakeMatchbook()
    monkeypatch.setattr(book, "similar", lambda session, text, kind, **asked: book.search(session, "", kind, **asked))
    app.extensions["matchbook"] = book
    shown = client.get("/challenges?q=watching over").get_data(as_text=True)
    assert [title in shown for title in near] == [True] * NEAREST + [False] * 2
    assert hidden not in shown
    assert "意味の近いもの" in shown


def test_while_the_encoder_warms_up_nothing_is_called_near(
    app: Flask, client: FlaskClient, store: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.challenge(store, factories.municipality(store), title="見守り")
    store.commit()
    book = FakeMatchbook()
    nothing = Ranking((), 0, "fake", {}, 1, semantic=False)
    monkeypatch.setattr(book, "search", lambda *_asked, **_more: nothing)
    app.extensions["matchbook"] = book
    shown = client.get("/challenges?q=watching over").get_data(as_text=True)
    assert "見守り</a>" not in shown
