"""The first page of a partner: what would open more challenges, in words, with the place where it is changed."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session

from matcher.services.matchbook import Lack
from models.enums import ChallengeStatus
from tests import factories
from tests.fakes import FakeMatchbook

Open = Callable[..., str]


@pytest.fixture
def page(store: Session, sign_in: Callable[[int], FlaskClient], monkeypatch: pytest.MonkeyPatch) -> Open:
    """Opens the page of a partner that lacks something for one published challenge and, were that possible, a draft."""
    town = factories.municipality(store)
    partner = factories.partner(store, town=town)
    challenge = factories.challenge(store, town, title="避難所の混雑を知らせたい")
    draft = factories.challenge(store, town, title="まだ秘密の課題", status=ChallengeStatus.DRAFT)
    actor = factories.partner_admin(store, partner)
    store.commit()
    keys = (challenge.pk, draft.pk)

    def opened(code: str, value: str = "", language: str = "ja") -> str:
        found = (Lack(code, keys, value),)
        monkeypatch.setattr(FakeMatchbook, "lacking_for_partner", lambda *args, **kwargs: found)
        client = sign_in(actor.user_id or 0)
        client.post("/language", data={"lang": language})
        return client.get("/me").text

    return opened


@pytest.mark.parametrize(
    ("code", "value", "ja", "en", "link"),
    [
        ("thin", "", "もう少し詳しく", "Write more about what you do", "/me/profile#profile"),
        (
            "topic",
            "<b>混雑</b>",
            "「&lt;b&gt;混雑&lt;/b&gt;」を求める課題が、あと1件",
            "1 more challenge wants",
            "/me/offerings/new",
        ),
        ("region", "17", "石川県にも対応できれば", "if you also worked in Ishikawa", "/me/profile#regions"),
        ("stage", "", "実証済みのもの", "tested in the field", "/me/offerings"),
        ("capacity", "", "余力があれば", "another pilot", "/me/profile#capacity"),
        ("registration", "431001", "登録がまだ", "not registered there", "/me/registrations"),
    ],
)
def test_each_change_is_said_and_leads_to_its_place(
    page: Open, code: str, value: str, ja: str, en: str, link: str
) -> None:
    japanese, english = page(code, value), page(code, value, "en")
    assert "あと一歩で合う課題" in japanese
    assert ja in japanese
    assert en in english
    assert f'href="{link}"' in japanese
    assert "避難所の混雑を知らせたい" in japanese
    assert "まだ秘密の課題" not in japanese


def test_a_registration_that_has_been_applied_for_is_not_advised(page: Open) -> None:
    assert "あと一歩で合う課題" not in page("registration", "172065")


def test_the_links_lead_to_fields_that_exist(store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    partner = factories.partner(store, town=factories.municipality(store))
    actor = factories.partner_admin(store, partner)
    store.commit()
    form = sign_in(actor.user_id or 0).get("/me/profile").text
    for field in ("profile", "regions", "capacity"):
        assert f'id="{field}"' in form, field


def test_nothing_is_said_when_nothing_is_lacking(store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
    partner = factories.partner(store, town=factories.municipality(store))
    actor = factories.partner_admin(store, partner)
    store.commit()
    assert "あと一歩で合う課題" not in sign_in(actor.user_id or 0).get("/me").text
