"""The clinic for challenges on the pages of the office: what it says, where it leads, and whom it never shows."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from models import Challenge, Department
from models.enums import ChallengeStatus
from tests import factories
from tests.factories import NOW

PANEL = 'id="clinic"'


@pytest.fixture(autouse=True)
def clock(app: Flask) -> None:
    app.config["CLOCK"] = lambda: NOW


@pytest.fixture
def draft(store: Session) -> Challenge:
    """Beside one of the same title that another city has published, and one that it has not."""
    here, there = factories.municipality(store), factories.municipality(store, "431001", "熊本市")
    row = factories.challenge(store, here, status=ChallengeStatus.DRAFT)
    public = factories.challenge(store, there)
    factories.challenge(store, there, status=ChallengeStatus.DRAFT)
    department = Department(municipality_id=there.pk, name="地域包括支援課")
    store.add(department)
    store.flush()
    public.department_id, public.contact_name = department.pk, "熊本 花子"
    store.commit()
    return row


@pytest.fixture
def staff(draft: Challenge, store: Session, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    town = store.get_one(factories.Municipality, draft.municipality_id)
    return sign_in(factories.department_staff(store, town).user_id or 0)


@pytest.fixture
def coordinator(draft: Challenge, store: Session, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    town = store.get_one(factories.Municipality, draft.municipality_id)
    return sign_in(factories.coordinator(store, town).user_id or 0)


def test_the_panel_says_what_to_write_and_leads_to_the_field(staff: FlaskClient, draft: Challenge) -> None:
    text = staff.get(f"/city/challenges/{draft.pk}").text
    form = staff.get(f"/city/challenges/{draft.pk}/edit").text
    assert PANEL in text
    assert "課題クリニック：補いたい項目が7件あります。" in "".join(form.split("\n"))
    for field in ("cause", "affected", "resources", "budget_stage-0", "place", "decision_date", "department_id"):
        assert f'href="/city/challenges/{draft.pk}/edit#{field}"' in text
        assert f'href="#{field}"' in form
        assert f'id="{field}"' in form
    assert "なぜ起きているのか、これまで何を試したのかを書いてください。" in text
    assert "記入例：" in text


def test_what_is_nearly_the_same_is_shown_with_whom_to_talk_to(staff: FlaskClient, draft: Challenge) -> None:
    text = staff.get(f"/city/challenges/{draft.pk}").text
    assert "よく似た課題が1件あります。" in text
    assert "相談先：熊本市 地域包括支援課" in text
    assert "熊本 花子" not in text, "only its own office reads who answers"
    assert "<mark>" in text


def test_no_draft_of_another_municipality_appears(staff: FlaskClient, draft: Challenge, store: Session) -> None:
    for row in store.exec(select(Challenge).where(Challenge.municipality_id != draft.municipality_id)):
        row.status = ChallengeStatus.DRAFT
    store.commit()
    text = staff.get(f"/city/challenges/{draft.pk}").text
    assert "熊本市" not in text
    assert "よく似た課題は見当たりません" in text


def test_gaps_do_not_keep_a_draft_from_review_and_the_reviewer_sees_them(
    staff: FlaskClient, coordinator: FlaskClient, draft: Challenge
) -> None:
    assert staff.post(f"/city/challenges/{draft.pk}/steps/submit").status_code == 303
    reviewed = coordinator.get(f"/city/challenges/{draft.pk}").text
    assert "補いたい項目が7件あります。" in reviewed
    assert f'href="/city/challenges/{draft.pk}/edit#cause"' in reviewed
    waiting = staff.get(f"/city/challenges/{draft.pk}").text
    assert PANEL in waiting
    assert "/edit#" not in waiting, "while it is reviewed its author cannot change it"
    assert coordinator.post(f"/city/challenges/{draft.pk}/steps/publish").status_code == 303
    assert PANEL not in coordinator.get(f"/city/challenges/{draft.pk}").text


def test_a_new_challenge_has_nothing_to_check_yet(staff: FlaskClient) -> None:
    assert "課題クリニック" not in staff.get("/city/challenges/new").text
