"""A partner's own rooms: what fits and waits, editing with both versions shown, answers, and nobody else's rooms."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from models import (
    Challenge,
    GroupMember,
    IndexChange,
    Interest,
    Introduction,
    Municipality,
    Offering,
    Partner,
    Recommendation,
    Registration,
    User,
)
from models.enums import (
    ChallengeStatus,
    EntityType,
    GroupMemberStatus,
    RecommendationSource,
    RecommendationStatus,
    RegistrationStatus,
    Role,
)
from models.queries import partner_rooms
from tests import factories
from tests.factories import NOW

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}
PROFILE = {
    "name": "株式会社みらい",
    "kind": "company",
    "industry": "G",
    "prefecture": "石川県",
    "profile": "高齢者の見守りセンサーを製造しています。",
    "regions": ["17", "172065"],
    "capacity": "3",
}
OFFERING = {"title": "服薬支援ロボット", "description": "飲み忘れを知らせます。", "stage": "on_sale"}


class House:
    """A municipality with a challenge, a partner registered there, and a browser of its administrator."""

    def __init__(self, store: Session, sign_in: Callable[[int], FlaskClient]) -> None:
        self.store = store
        self.town = factories.municipality(store)
        self.partner = factories.partner(store, town=self.town)
        self.challenge = factories.challenge(store, self.town)
        self.actor = factories.partner_admin(store, self.partner)
        store.commit()
        self.client = sign_in(self.actor.user_id or 0)

    def invite(self, **changes: object) -> Recommendation:
        """An invitation of the partner to the challenge."""
        evidence = [
            {
                "asks": {"text": "見守りたい。", "part": "problem", "part_id": None, "marks": [[0, 3]]},
                "answers": {"text": "見守りセンサー", "part": "offering", "part_id": "1", "marks": [[0, 3]]},
                "strength": 0.8,
            }
        ]
        values = {
            "municipality_id": self.town.pk,
            "challenge_id": self.challenge.pk,
            "partner_id": self.partner.pk,
            "source": RecommendationSource.ENGINE,
            "status": RecommendationStatus.INVITED,
            "evidence": evidence,
            "message": "ぜひお話を伺いたいです。",
            "decided_at": NOW,
        }
        row = Recommendation(**{**values, **changes})
        self.store.add(row)
        self.store.commit()
        return row


@pytest.fixture
def house(store: Session, sign_in: Callable[[int], FlaskClient]) -> House:
    return House(store, sign_in)


def test_home_shows_what_fits_and_why(house: House) -> None:
    group = factories.group(house.store, house.town)
    member = GroupMember(group_id=group.pk, partner_id=house.partner.pk, status=GroupMemberStatus.MEMBER)
    house.store.add(member)
    house.invite()
    page = house.client.get("/me").text
    for words in (
        "ひとり暮らしの高齢者を見守りたい",
        "<mark>見守り</mark>センサー",
        "全国",
        "環境分科会",
        "加賀市",
        "登録",
        f"/me/invitations/{1}",
    ):
        assert words in page, words


def test_home_issues_few_queries(house: House, app: Flask) -> None:
    house.invite()
    said: list[str] = []
    sa.event.listen(app.extensions["engine"], "before_cursor_execute", lambda *args: said.append(args[2]))
    assert house.client.get("/me").status_code == 200
    selects = [statement for statement in said if statement.startswith("SELECT")]
    assert len(selects) <= 12, "\n".join(selects)


def test_home_says_what_to_do_when_nothing_fits(house: House) -> None:
    house.challenge.status = ChallengeStatus.CLOSED
    house.store.commit()
    page = house.client.get("/me").text
    assert 'class="empty"' in page
    assert "/groups" in page


def test_home_says_that_nothing_fits_when_all_is_weak(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes near is there all the same, under its own name."""
    monkeypatch.setattr("web.pages.me.home.FAIR", 4)
    page = house.client.get("/me").text
    assert "まだ合う課題が見つかっていません" in page
    assert "近いものの、適合が弱い課題" in page
    assert house.challenge.title in page
    assert 'href="/me/registrations"' in page


def test_home_waits_for_texts_that_have_not_been_read(house: House) -> None:
    change = IndexChange(entity_type=EntityType.PARTNER, entity_id=house.partner.pk)
    house.store.add(change)
    house.store.commit()
    assert 'hx-get="/me/fits"' in house.client.get("/me").text
    fragment = house.client.get("/me/fits", headers=HTMX).text
    assert "<html" not in fragment
    assert "load delay:2s" in fragment
    house.store.delete(change)
    house.store.commit()
    fragment = house.client.get("/me/fits", headers=HTMX).text
    assert "hx-get" not in fragment
    assert "見守りたい" in fragment
    assert house.client.get("/me/fits").location == "/me"


def test_the_profile_is_edited(house: House) -> None:
    form = house.client.get("/me/profile").text
    assert 'name="version"' in form
    answer = house.client.post("/me/profile", data=PROFILE | {"version": str(house.partner.version)})
    assert answer.status_code == 303
    house.store.refresh(house.partner)
    assert house.partner.prefecture == "石川県"
    assert partner_rooms.regions(house.store, house.partner.pk) == ["17", "172065"]
    house.store.rollback()
    wrong = PROFILE | {"corporate_number": "1", "website": "x", "name": "", "regions": []}
    answer = house.client.post("/me/profile", data=wrong)
    assert answer.status_code == 422
    assert "name-error" in answer.text
    answer = house.client.post("/me/profile", data=PROFILE | {"corporate_number": "1", "website": "x"})
    assert "corporate_number-error" in answer.text


def test_two_people_edit_the_profile_at_once(house: House) -> None:
    read = str(house.partner.version)
    house.client.post("/me/profile", data=PROFILE | {"version": read, "seeks": "先に保存した内容"})
    answer = house.client.post(
        "/me/profile", data=PROFILE | {"version": read, "seeks": "後から書いた内容", "kind": "npo"}
    )
    assert answer.status_code == 409
    for words in ("先に保存した内容", "後から書いた内容", "企業", "NPO"):
        assert words in answer.text
    house.store.refresh(house.partner)
    assert f'value="{house.partner.version}"' in answer.text
    version = str(house.partner.version)
    house.store.rollback()
    answer = house.client.post("/me/profile", data=PROFILE | {"version": version, "seeks": "後から書いた内容"})
    assert answer.status_code == 303


def test_a_name_that_is_there_already_is_asked_about(house: House) -> None:
    other = factories.partner(house.store, "株式会社あかり", town=house.town)
    other.name_key, other.prefecture = "あかり", "石川県"
    house.store.commit()
    answer = house.client.post("/me/profile", data=PROFILE | {"name": "（株）あかり"})
    assert answer.status_code == 422
    assert 'name="allow_duplicate"' in answer.text
    again = PROFILE | {"name": "（株）あかり", "allow_duplicate": "y"}
    assert house.client.post("/me/profile", data=again).status_code == 303


def test_offerings_are_added_edited_ordered_and_deleted(house: House) -> None:
    assert house.client.post("/me/offerings/new", data={"title": ""}).status_code == 422
    assert house.client.post("/me/offerings/new", data=OFFERING).status_code == 303
    rows = partner_rooms.offerings(house.store, house.partner.pk)
    second, keys = rows[1], [row.pk for row in rows]
    house.store.rollback()
    url = f"/me/offerings/{keys[1]}"
    assert "服薬支援ロボット" in house.client.get(url).text
    house.client.post(f"{url}/move", data={"step": "up"})
    answer = house.client.post(url, data=OFFERING | {"title": "新しい名前", "version": "0"})
    assert answer.status_code == 409
    assert "新しい名前" in answer.text
    house.store.refresh(second)
    version = str(second.version)
    house.store.rollback()
    assert house.client.post(url, data=OFFERING | {"title": "新しい名前", "version": version}).status_code == 303
    assert house.client.get(f"/me/offerings/{keys[0]}/delete").status_code == 200
    house.client.post(f"/me/offerings/{keys[0]}/delete")
    assert [o.title for o in partner_rooms.offerings(house.store, house.partner.pk)] == ["新しい名前"]


def test_targets_are_suggested_and_chosen(house: House) -> None:
    page = house.client.get("/me/targets").text
    assert "（高齢者）" in page
    answer = house.client.post("/me/targets", data={"targets": ["3.8", "8.10"], "version": "1"})
    assert answer.status_code == 303
    assert [t.target for t in partner_rooms.targets(house.store, house.partner.pk)] == ["3.8", "8.10"]
    house.store.rollback()
    assert house.client.post("/me/targets", data={"targets": ["8.99"]}).status_code == 422
    answer = house.client.post("/me/targets", data={"targets": ["1.1"], "version": "1"})
    assert answer.status_code == 409
    assert "is-different" in answer.text


def test_an_invitation_is_accepted_and_both_sides_are_known(house: House) -> None:
    key = house.invite().pk
    assert "ひとり暮らし" in house.client.get("/me/invitations").text
    page = house.client.get(f"/me/invitations/{key}").text
    for words in ("ぜひお話を伺いたいです。", "<mark>見守り</mark>センサー", "受諾して紹介を受ける"):
        assert words in page
    assert "madoguchi@example.lg.jp" not in page
    assert house.client.post(f"/me/invitations/{key}/accept", data={"message": "あ" * 2001}).status_code == 422
    for _ in range(2):
        answer = house.client.post(f"/me/invitations/{key}/accept", data={"message": "よろしくお願いします。"})
        assert answer.status_code == 303
    page = house.client.get(f"/me/invitations/{key}").text
    for words in ("madoguchi@example.lg.jp", "企業 三郎", "よろしくお願いします。"):
        assert words in page
    answer = house.client.post(f"/me/invitations/{key}/refuse", data={"reason": "budget"})
    assert answer.status_code == 303
    page = house.client.get(f"/me/invitations/{key}").text
    assert "madoguchi@example.lg.jp" not in page
    assert house.store.exec(select(Introduction)).one().ended_at is not None


def test_an_invitation_is_declined_with_a_reason(house: House) -> None:
    key = house.invite().pk
    assert house.client.post(f"/me/invitations/{key}/refuse", data={"reason": ""}).status_code == 422
    answer = house.client.post(f"/me/invitations/{key}/refuse", data={"reason": "other"})
    assert answer.status_code == 422
    assert "note-error" in answer.text
    data = {"reason": "other", "note": "体制が整いません。"}
    assert house.client.post(f"/me/invitations/{key}/refuse", data=data).status_code == 303
    assert "体制が整いません。" in house.client.get(f"/me/invitations/{key}").text
    assert house.client.post(f"/me/invitations/{key}/accept", data={}).status_code == 409


def test_an_invitation_to_an_unpublished_challenge_cannot_be_answered(house: House) -> None:
    key = house.invite().pk
    house.challenge.status = ChallengeStatus.IN_REVIEW
    house.store.commit()
    page = house.client.get(f"/me/invitations/{key}").text
    assert "異変に気付く" not in page
    assert "受諾して紹介を受ける" not in page
    assert house.client.post(f"/me/invitations/{key}/accept", data={}).status_code == 409


def test_a_partner_is_invited_to_another_partner(house: House, sign_in: Callable[[int], FlaskClient]) -> None:
    seeker = factories.partner(house.store, "求める会社", town=house.town)
    seeker.seeks = "見守りの技術を探しています。"
    key = house.invite(challenge_id=None, seeker_id=seeker.pk).pk
    assert "見守りの技術を探しています。" in house.client.get(f"/me/invitations/{key}").text
    assert house.client.post(f"/me/invitations/{key}/accept", data={}).status_code == 303
    actor = factories.partner_admin(house.store, seeker)
    house.store.commit()
    page = sign_in(actor.user_id).get("/me/partners").text
    assert "紹介の記録" in page
    assert house.partner.name in page
    assert "紹介の記録" not in house.client.get("/me/partners").text


def test_nobody_is_introduced_to_a_partner_that_has_left(house: House) -> None:
    seeker = factories.partner(house.store, "去った会社", town=house.town, status=RegistrationStatus.WITHDRAWN)
    key = house.invite(challenge_id=None, seeker_id=seeker.pk).pk
    assert house.client.post(f"/me/invitations/{key}/accept", data={}).status_code == 409


def test_other_rooms_are_shown(house: House) -> None:
    other = factories.partner(house.store, "株式会社あかり", town=house.town)
    house.store.add(Interest(challenge_id=house.challenge.pk, partner_id=house.partner.pk, message="関心があります。"))
    house.store.commit()
    assert other.name in house.client.get("/me/partners").text
    page = house.client.get("/me/interests").text
    assert "関心があります。" in page
    assert f"/challenges/{house.challenge.pk}/interest/withdraw" in page


def test_registrations_are_applied_for_returned_and_left(house: House) -> None:
    factories.municipality(house.store, "141305", "川崎市")
    house.store.commit()
    assert house.client.post("/me/registrations", data={"municipality": "999999"}).status_code == 422
    assert house.client.post("/me/registrations", data={"municipality": "141305"}).status_code == 303
    row = house.store.exec(select(Registration).order_by(sa.desc(Registration.id))).first()
    assert row is not None
    row.status, row.note = RegistrationStatus.RETURNED, "実績をお書きください。"
    house.store.commit()
    assert "実績をお書きください。" in house.client.get("/me/registrations").text
    url = f"/me/registrations/{row.pk}"
    assert house.client.get(f"{url}/resubmit").status_code == 200
    assert house.client.post(f"{url}/resubmit", data={"note": "あ" * 2001}).status_code == 422
    assert house.client.post(f"{url}/resubmit", data={"note": "書きました。"}).status_code == 303
    assert house.client.post(f"{url}/resubmit", data={}).status_code == 409
    assert house.client.post(f"{url}/withdraw", data={}).status_code == 303
    house.store.refresh(row)
    assert row.status is RegistrationStatus.WITHDRAWN


def test_another_partners_rooms_do_not_exist(house: House, sign_in: Callable[[int], FlaskClient]) -> None:
    stranger = factories.partner_admin(house.store, factories.partner(house.store, "別会社"))
    key, offering = house.invite().pk, partner_rooms.offerings(house.store, house.partner.pk)[0].pk
    registration = house.store.exec(select(Registration.id)).first()
    house.store.rollback()
    client = sign_in(stranger.user_id or 0)
    for url in (
        f"/me/invitations/{key}",
        f"/me/offerings/{offering}",
        f"/me/offerings/{offering}/delete",
        f"/me/registrations/{registration}/withdraw",
    ):
        assert client.get(url).status_code == 404, url
        assert client.post(url, data=OFFERING).status_code in (404, 405), url
    for step in ("accept", "refuse"):
        assert client.post(f"/me/invitations/{key}/{step}", data={"reason": "budget"}).status_code == 404
    assert client.post(f"/me/offerings/{offering}/move", data={"step": "up"}).status_code == 404
    assert house.store.get(Offering, offering) is not None


def test_members_read_and_administrators_write(house: House, sign_in: Callable[[int], FlaskClient]) -> None:
    person = factories.user(house.store)
    factories.seat(house.store, person, Role.PARTNER_MEMBER, partner=house.partner)
    house.store.commit()
    client = sign_in(person.pk)
    for url in ("/me", "/me/profile", "/me/offerings", "/me/offerings/new", "/me/targets", "/me/registrations"):
        page = client.get(url)
        assert page.status_code == 200, url
        assert 'form method="post" class="form"' not in page.text, url
    assert client.post("/me/profile", data=PROFILE).status_code == 403
    assert client.post("/me/offerings/new", data=OFFERING).status_code == 403
    assert client.post("/me/targets", data={}).status_code == 403
    key = house.invite().pk
    assert client.post(f"/me/invitations/{key}/accept", data={}).status_code == 303


def test_somebody_with_two_partners_switches(house: House) -> None:
    second = factories.partner(house.store, "二つ目の会社")
    person = house.store.get_one(User, house.actor.user_id)
    factories.seat(house.store, person, Role.PARTNER_ADMIN, partner=second)
    house.store.commit()
    key = second.pk
    assert f"/account/organisations/partner/{key}/work" in house.client.get("/me").text
    house.client.post(f"/account/organisations/partner/{key}/work")
    assert '<p class="page-header__eyebrow">二つ目の会社</p>' in house.client.get("/me").text


def test_strangers_and_cities_have_no_rooms_here(client: FlaskClient, house: House, sign_in: Callable) -> None:
    assert client.get("/me").status_code in (302, 303)
    city = factories.coordinator(house.store, house.town)
    house.store.commit()
    assert sign_in(city.user_id).get("/me").status_code == 403


def test_an_expired_session_loses_nothing(app: Flask, house: House) -> None:
    key = house.invite().pk
    answer = app.test_client().post(f"/me/invitations/{key}/accept", data={"message": "書いた言葉"})
    assert answer.status_code == 303
    saved = answer.location.split("next=")[1]
    from urllib.parse import unquote

    assert "書いた言葉" in house.client.get(unquote(saved)).text


@pytest.mark.parametrize("model", [Partner, Challenge, Municipality])
def test_html_is_shown_as_text(house: House, model: type) -> None:
    house.partner.name = house.challenge.title = "<img src=x onerror=alert(1)>"
    house.town.name = "<img src=x onerror=alert(1)>"
    house.store.commit()
    for url in ("/me", "/me/profile", "/me/registrations", "/me/partners"):
        assert "<img src=x" not in house.client.get(url).text
