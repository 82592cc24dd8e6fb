"""Registering an organisation: the five steps without JavaScript, what survives, look-alikes, and odd input."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlmodel import Session, col, select
from werkzeug.datastructures import MultiDict

from models import Municipality, OutboxMessage, Partner, Registration, SavedForm, User
from models.enums import RegistrationStatus
from models.queries import partner_rooms
from tests import factories

ORGANISATION = {
    "name": "株式会社みまもり技研",
    "corporate_number": "７０００－０１２０－５０００２",
    "kind": "company",
    "industry": "E",
    "prefecture": "石川県",
    "website": "https://www.example.jp/",
    "municipality": "172065",
}
ACTIVITIES = {
    "profile": "高齢者の見守りセンサーを製造しています。",
    "regions": "172065",
    "capacity": "2",
    "seeks": "実証の場",
}
OFFERINGS = {
    "offerings-0-title": "見守りセンサー",
    "offerings-0-description": "異変を知らせます。",
    "offerings-0-stage": "field_tested",
}
CONTACT = {
    "name": "企業 花子",
    "email": "hanako@example.jp",
    "password": "mimamori-sensor-2026",
    "privacy": "y",
    "publish": "y",
}


@pytest.fixture
def town(store: Session) -> Municipality:
    row = factories.municipality(store)
    store.commit()
    return row


def _fill(client: FlaskClient, **changes: dict) -> None:
    """Go through the first four steps."""
    said = {
        "organisation": ORGANISATION,
        "activities": ACTIVITIES,
        "offerings": OFFERINGS,
        "targets": {"targets": "3.8"},
    }
    for step, data in said.items():
        answer = client.post(f"/register/{step}", data=data | changes.get(step, {}))
        assert answer.status_code == 303, answer.text


def test_a_company_registers_without_javascript(client: FlaskClient, store: Session, town: Municipality) -> None:
    assert client.get("/register").status_code == 200
    _fill(client)
    review = client.get("/register/contact").text
    assert "見守りセンサー" in review
    assert "7000012050002" in review
    answer = client.post("/register/contact", data=CONTACT)
    assert answer.location == "/register/sent"
    assert "hanako@example.jp" in client.get("/register/sent").text
    partner = store.exec(select(Partner)).one()
    assert (partner.name, partner.capacity) == ("株式会社みまもり技研", 2)
    assert [t.target for t in partner_rooms.targets(store, partner.pk)] == ["3.8"]
    assert store.exec(select(Registration)).one().status is RegistrationStatus.APPLIED
    assert store.exec(select(OutboxMessage)).one().template == "confirm"
    assert "password" not in str(store.exec(select(SavedForm)).one().data)


def test_a_second_click_shows_the_same_page(client: FlaskClient, store: Session, town: Municipality) -> None:
    _fill(client)
    for _ in range(2):
        assert client.post("/register/contact", data=CONTACT).location == "/register/sent"
    assert len(store.exec(select(Partner)).all()) == 1
    assert client.get("/register/organisation").location == "/register/sent"


def test_a_step_cannot_be_skipped(client: FlaskClient, town: Municipality) -> None:
    assert client.get("/register/contact").location == "/register/organisation"
    client.post("/register/organisation", data=ORGANISATION)
    assert client.get("/register/targets").location == "/register/activities"
    assert client.post("/register/contact", data=CONTACT).location == "/register/activities"


def test_errors_stand_beside_the_fields_and_nothing_is_lost(client: FlaskClient, town: Municipality) -> None:
    wrong = ORGANISATION | {"corporate_number": "1234567890123", "website": "www.example.jp", "industry": ""}
    answer = client.post("/register/organisation", data=wrong)
    assert answer.status_code == 422
    for words in ("industry-error", "株式会社みまもり技研"):
        assert words in answer.text
    assert "1234567890123" in client.get("/register/organisation").text
    answer = client.post("/register/organisation", data=wrong | {"industry": "E"})
    assert "corporate_number-error" in answer.text
    assert "website-error" in answer.text


def test_what_is_typed_survives_going_back_and_another_language(client: FlaskClient, town: Municipality) -> None:
    client.post("/register/organisation", data=ORGANISATION)
    half = ACTIVITIES | {"profile": "書きかけの文"}
    assert client.post("/register/activities/keep", data=half).status_code == 204
    answer = client.post("/register/activities/keep", data=half | {"go": "back"})
    assert answer.location == "/register/organisation"
    assert "書きかけの文" in client.get("/register/activities").text
    more = {"profile": "もう少し書いた文", "lang": "en", "next": "/register/activities"}
    answer = client.post("/register/activities/keep", data=more)
    assert answer.status_code == 307  # the browser sends the same form there
    english = client.post(answer.location, data=more, follow_redirects=True)
    assert english.request.path == "/register/activities"
    assert 'lang="en"' in english.text
    assert "もう少し書いた文" in english.text


def test_offerings_are_added_and_removed_without_javascript(client: FlaskClient, town: Municipality) -> None:
    client.post("/register/organisation", data=ORGANISATION)
    client.post("/register/activities", data=ACTIVITIES)
    client.post("/register/offerings", data=OFFERINGS | {"add_row": "offerings"})
    two = client.get("/register/offerings").text
    assert "offerings-1-title" in two
    typed = OFFERINGS | {"offerings-1-title": "服薬支援", "remove_row": "offerings-0"}
    client.post("/register/offerings", data=typed)
    one = client.get("/register/offerings").text
    assert 'value="服薬支援"' in one
    assert 'value="見守りセンサー"' not in one
    assert client.post("/register/offerings", data={}).status_code == 422


def test_suggested_targets_are_ticked_with_their_words(client: FlaskClient, town: Municipality) -> None:
    for step, data in (("organisation", ORGANISATION), ("activities", ACTIVITIES), ("offerings", OFFERINGS)):
        client.post(f"/register/{step}", data=data)
    page = client.get("/register/targets").text
    assert 'checked id="targets-' in page
    assert "（高齢者）" in page
    client.post("/register/targets", data={})
    assert 'checked id="targets-' not in client.get("/register/targets").text


def test_the_same_number_is_asked_about_and_never_lost(client: FlaskClient, store: Session, town: Municipality) -> None:
    there = factories.partner(store, "みまもり本社", town=town)
    there.corporate_number = "7000012050002"
    store.commit()
    answer = client.post("/register/organisation", data=ORGANISATION)
    assert answer.location == "/register/duplicate"
    page = client.get("/register/duplicate").text
    assert "みまもり本社" in page
    assert client.post("/register/duplicate", data={"answer": "other"}).location == "/register/activities"
    _fill(client)
    client.post("/register/contact", data=CONTACT)
    made = store.exec(select(Partner).where(Partner.name == "株式会社みまもり技研")).one()
    assert made.corporate_number is None
    assert made.provenance["claimed_number"] == "7000012050002"


def test_an_undecided_look_alike_is_not_named(client: FlaskClient, store: Session, town: Municipality) -> None:
    there = factories.partner(store, "みまもり本社", town=town, status=RegistrationStatus.APPLIED)
    there.corporate_number = "7000012050002"
    store.commit()
    client.post("/register/organisation", data=ORGANISATION)
    assert "みまもり本社" not in client.get("/register/duplicate").text


def test_somebody_registers_the_same_organisation_meanwhile(
    client: FlaskClient, store: Session, town: Municipality
) -> None:
    _fill(client)
    factories.partner(store, town=town).corporate_number = "7000012050002"
    store.commit()
    assert client.post("/register/contact", data=CONTACT).location == "/register/duplicate"
    assert client.post("/register/duplicate", data={"answer": "other"}).location == "/register/contact"
    assert client.post("/register/contact", data=CONTACT).location == "/register/sent"


def test_an_address_with_an_account_gets_the_same_page_and_its_owner_goes_on(
    client: FlaskClient, store: Session, town: Municipality, sign_in: Callable[[int], FlaskClient]
) -> None:
    owner = factories.user(store)
    store.commit()
    _fill(client)
    answer = client.post("/register/contact", data=CONTACT | {"email": owner.email})
    assert answer.location == "/register/sent"
    assert store.exec(select(Partner)).all() == []
    mail = store.exec(select(OutboxMessage)).one()
    assert mail.template == "already_registered"
    signed_in = sign_in(owner.pk)
    way_back = mail.params["return_to"]
    assert "株式会社みまもり技研" in signed_in.get(way_back).text
    assert signed_in.post(way_back).status_code == 303
    assert "register.step" not in signed_in.get("/register").text
    answer = signed_in.post("/register/contact", data={"privacy": "y", "publish": "y"})
    assert answer.location == "/me"
    partner = store.exec(select(Partner)).one()
    assert partner_rooms.partners_of_user(store, owner.pk) == [partner.pk]
    assert "見つかりません" in client.get(way_back).text


def test_a_weak_password_is_refused_without_losing_the_rest(
    client: FlaskClient, store: Session, town: Municipality
) -> None:
    _fill(client)
    for _ in range(6):
        answer = client.post("/register/contact", data=CONTACT | {"password": "passwordpassword"})
        assert answer.status_code == 422
    assert "password-error" in answer.text
    assert "hanako@example.jp" in client.get("/register/contact").text
    assert store.exec(select(User)).all() == []
    store.rollback()
    assert client.post("/register/contact", data=CONTACT).location == "/register/sent"


@pytest.mark.parametrize(
    ("profile", "stored"),
    [
        ("ﾊﾝｶｸのｶﾅ", "ハンカクのカナ"),
        ("😀 見守り\x00\x07です\r\n二行目", "😀 見守りです\n二行目"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_odd_input_is_kept_as_it_was_meant(
    client: FlaskClient, store: Session, town: Municipality, profile: str, stored: str
) -> None:
    _fill(client, activities={"profile": profile})
    assert "<script>alert(1)" not in client.get("/register/contact").text
    client.post("/register/contact", data=CONTACT)
    assert store.exec(select(Partner)).one().profile == stored


def test_enormous_and_malformed_input(client: FlaskClient, store: Session, town: Municipality) -> None:
    client.post("/register/organisation", data=ORGANISATION)
    assert client.post("/register/activities", data=ACTIVITIES | {"profile": "あ" * 100_000}).status_code == 422
    assert client.post("/register/activities", data=ACTIVITIES | {"regions": "nowhere"}).status_code == 422
    assert client.post("/register/activities", data=ACTIVITIES | {"capacity": "たくさん"}).status_code == 422
    client.post("/register/activities", data=ACTIVITIES)
    assert client.post("/register/offerings", data={"offerings-²-title": "x"}).status_code == 422
    many = MultiDict((f"offerings-{n}-{k.split('-')[2]}", v) for n in range(30) for k, v in OFFERINGS.items())
    assert client.post("/register/offerings", data=many).status_code == 303
    assert client.post("/register/nowhere", data={}).status_code == 404
    assert store.exec(select(Partner)).all() == []


def test_a_draft_can_be_thrown_away(client: FlaskClient, store: Session, town: Municipality) -> None:
    client.post("/register/organisation", data=ORGANISATION)
    assert store.exec(select(SavedForm).where(col(SavedForm.path) == "/register")).one()
    store.rollback()
    client.post("/register/discard")
    assert store.exec(select(SavedForm)).all() == []
    assert "株式会社みまもり技研" not in client.get("/register/organisation").text


def test_the_municipality_of_the_link_is_chosen(client: FlaskClient, town: Municipality) -> None:
    assert 'selected value="172065"' in client.get("/register/organisation?municipality=172065").text
