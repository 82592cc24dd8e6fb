"""Versions, files, questions and the confidential part of a challenge as pages: who sees what."""

from collections.abc import Callable
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from models import Attachment, Challenge, ChallengeQuestion, Membership, Municipality, Recommendation
from models.enums import RecommendationSource, RecommendationStatus, Role
from tests import factories
from tests.factories import NOW

Enter = Callable[..., FlaskClient]
SECRET = "旧第三小学校の鍵は教育委員会が持つ。"


@pytest.fixture(autouse=True)
def clock(app: Flask) -> None:
    app.config["CLOCK"] = lambda: NOW


@pytest.fixture
def row(store: Session) -> Challenge:
    found = factories.challenge(store, factories.municipality(store))
    found.confidential = SECRET
    store.commit()
    return found


@pytest.fixture
def as_role(store: Session, sign_in: Callable[[int], FlaskClient]) -> Enter:
    def enter(role: Role, *, municipality: int | None = None, partner: int | None = None) -> FlaskClient:
        person = factories.user(store)
        store.add(Membership(user_id=person.pk, role=role, municipality_id=municipality, partner_id=partner))
        store.commit()
        return sign_in(person.pk)

    return enter


def _upload(client: FlaskClient, row: Challenge, name: str, data: bytes, **more: str) -> int:
    form = {"file": (BytesIO(data), name), **more}
    url = f"/city/challenges/{row.pk}/files"
    return client.post(url, data=form, content_type="multipart/form-data").status_code


def test_files_are_read_by_those_for_whom_they_are(app: Flask, store: Session, row: Challenge, as_role: Enter) -> None:
    office = as_role(Role.COORDINATOR, municipality=row.municipality_id)
    assert _upload(office, row, "地図.pdf", b"%PDF-1.7") == 303
    assert _upload(office, row, "間取り.pdf", b"%PDF-1.7", confidential="y") == 303
    assert _upload(office, row, "run.exe", b"MZ") == 422
    assert _upload(office, row, "", b"") == 422
    public, hidden = store.query(Attachment).order_by(Attachment.id).all()
    visitor = app.test_client()
    page = visitor.get(f"/challenges/{row.pk}").text
    assert "地図.pdf" in page
    assert "間取り.pdf" not in page
    assert SECRET not in page
    answer = visitor.get(f"/challenges/{row.pk}/files/{public.pk}")
    assert answer.data == b"%PDF-1.7"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert visitor.get(f"/challenges/{row.pk}/files/{hidden.pk}").status_code == 404
    row.status = "draft"
    store.commit()
    assert visitor.get(f"/challenges/{row.pk}/files/{public.pk}").status_code == 404


def test_an_accepted_partner_reads_the_confidential_part(store: Session, row: Challenge, as_role: Enter) -> None:
    house = factories.partner(store)
    store.commit()
    client = as_role(Role.PARTNER_ADMIN, partner=house.pk)
    assert SECRET not in client.get(f"/challenges/{row.pk}").text
    pair = {"municipality_id": row.municipality_id, "challenge_id": row.pk, "partner_id": house.pk}
    accepted = {"source": RecommendationSource.INTEREST, "status": RecommendationStatus.INTRODUCED}
    store.add(Recommendation(**pair, **accepted))
    store.commit()
    assert SECRET in client.get(f"/challenges/{row.pk}").text


def test_a_partner_asks_and_the_office_answers(app: Flask, store: Session, row: Challenge, as_role: Enter) -> None:
    town = row.municipality_id
    house = factories.partner(store, "株式会社質問", town=store.get_one(Municipality, town))
    store.commit()
    partner, office = as_role(Role.PARTNER_ADMIN, partner=house.pk), as_role(Role.DEPARTMENT, municipality=town)
    url = f"/challenges/{row.pk}/questions"
    assert partner.post(url, data={"question": " "}).status_code == 422
    assert partner.post(url, data={"question": "予算はありますか。"}).status_code == 303
    assert "予算はありますか。" in partner.get(f"/challenges/{row.pk}").text
    assert "予算はありますか。" not in app.test_client().get(f"/challenges/{row.pk}").text
    asked = store.query(ChallengeQuestion).one()
    asked_id, version = asked.pk, asked.version
    store.rollback()
    assert "株式会社質問" in office.get(f"/city{url}").text
    answer = {"answer": "", "version": version}
    assert office.post(f"/city{url}/{asked_id}/answer", data=answer).status_code == 422
    answer["answer"] = "来年度に要求します。"
    assert office.post(f"/city{url}/{asked_id}/answer", data=answer).status_code == 303
    public = app.test_client().get(f"/challenges/{row.pk}").text
    assert "来年度に要求します。" in public
    assert "株式会社質問" not in public


def test_versions_show_words_instead_of_codes(store: Session, row: Challenge, as_role: Enter) -> None:
    office = as_role(Role.COORDINATOR, municipality=row.municipality_id)
    form = {
        "title": row.title,
        "kind": "field",
        "pillar": "society",
        "budget_stage": "secured",
        "problem": "異変に気付くのが遅れている。",
        "version": row.version,
    }
    assert office.post(f"/city/challenges/{row.pk}/edit", data=form).status_code == 303
    page = office.get(f"/city/challenges/{row.pk}/versions").text
    assert "<ins>" in page
    assert "secured" not in page
    assert "<del>" in page
