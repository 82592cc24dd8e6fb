"""The front page, the municipalities, the pages beside them, and the language."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from models import Indicator, Scheme, User
from models.enums import ChallengeStatus, Pillar, RegistrationStatus, SchemeStatus
from tests import factories
from web.links import safe_next


def test_the_front_page_counts_what_is_public(client: FlaskClient, store: Session) -> None:
    town = factories.municipality(store)
    factories.challenge(store, town, title="公開の課題")
    factories.challenge(store, town, title="下書きの課題", status=ChallengeStatus.DRAFT)
    factories.partner(store, "登録済株式会社", town=town)
    factories.partner(store, "申請中株式会社", town=town, status=RegistrationStatus.APPLIED)
    store.commit()
    text = client.get("/").text
    assert "公開の課題" in text
    assert "下書きの課題" not in text
    assert text.count('<span class="stat__value">1</span>') == 3


@pytest.mark.parametrize("path", ["/about", "/accessibility", "/privacy", "/municipalities"])
def test_plain_pages_answer_in_both_languages(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200
    client.set_cookie("lang", "en")
    assert '<html lang="en">' in client.get(path).text


def test_a_municipality_shows_what_it_publishes(client: FlaskClient, store: Session) -> None:
    town = factories.municipality(store)
    town.facts = [{"label": "面積", "value": 305.87, "unit": "km2", "as_of": None}]
    factories.challenge(store, town, title="公開の課題")
    factories.challenge(store, town, title="下書きの課題", status=ChallengeStatus.DRAFT)
    factories.group(store, town, "環境分科会")
    store.add(
        Scheme(
            municipality_id=town.pk,
            key="S1",
            name="推進パートナー",
            kind="certification",
            status=SchemeStatus.OPERATING,
            rules=["市が認証する。"],
            counts=[{"label": "登録", "value": 55, "unit": "件", "as_of": "2025-11"}],
        )
    )
    point = {"year": "2021年度", "value": 29.5, "printed": "29.5"}
    store.add(
        Indicator(
            municipality_id=town.pk,
            key="K1",
            name="参加した市民の割合",
            unit="%",
            direction="higher_is_better",
            pillar=Pillar.SOCIETY,
            baseline={**point, "printed": "40.6"},
            actuals=[{"column": "2021年", "year": "2021年度", "value": None, "printed": "－"}],
            target=point,
            rate="-118%",
        )
    )
    store.commit()
    text = client.get(f"/municipalities/{town.code}").text
    for words in ("305.87", "公開の課題", "環境分科会", "推進パートナー", "-118%", "40.6"):
        assert words in text
    assert "下書きの課題" not in text


@pytest.mark.parametrize("code", ["000000", "abc", "１７２０６５", "9" * 5000, "%00"])
def test_there_is_no_such_municipality(client: FlaskClient, code: str) -> None:
    assert client.get(f"/municipalities/{code}").status_code == 404


def test_the_language_is_remembered(app: Flask, store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    person = factories.user(store)
    store.commit()
    client = sign_in(person.pk)
    answer = client.post("/language", data={"lang": "en", "next": "/about?x=1"})
    assert (answer.status_code, answer.location) == (303, "/about?x=1")
    store.expire_all()
    assert store.get(User, person.pk).language == "en"  # type: ignore[union-attr]
    stranger = app.test_client()
    stranger.post("/language", data={"lang": "en"})
    assert '<html lang="en">' in stranger.get("/about").text
    stranger.post("/language", data={"lang": "klingon"})
    assert '<html lang="ja">' in stranger.get("/about").text


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil",
        "/" + "a" * 3000,
    ],
)
def test_nobody_is_sent_elsewhere(text: str | None) -> None:
    assert safe_next(text) == "/"


def test_search_engines_find_public_pages_only(client: FlaskClient, store: Session) -> None:
    town = factories.municipality(store)
    shown = factories.challenge(store, town)
    hidden = factories.challenge(store, town, status=ChallengeStatus.IN_REVIEW)
    waiting = factories.partner(store, town=town, status=RegistrationStatus.APPLIED)
    store.commit()
    answer = client.get("/sitemap.xml")
    assert answer.mimetype == "application/xml"
    assert f"/challenges/{shown.pk}</loc>" in answer.text
    assert f"/challenges/{hidden.pk}</loc>" not in answer.text
    assert f"/partners/{waiting.pk}</loc>" not in answer.text
    assert "Sitemap: http" in client.get("/robots.txt").text


def test_japanese_text_says_so_on_an_english_page(client: FlaskClient, store: Session) -> None:
    row = factories.challenge(store, factories.municipality(store), title="見守りたい")
    store.commit()
    assert "<h1>見守りたい</h1>" in client.get(f"/challenges/{row.pk}").text
    client.set_cookie("lang", "en")
    assert '<h1 lang="ja">見守りたい</h1>' in client.get(f"/challenges/{row.pk}").text
