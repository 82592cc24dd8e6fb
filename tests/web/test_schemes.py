"""Setting a scheme up on the pages: what is typed stays when something is wrong, and nobody sees it too soon."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session

from models import Municipality, Scheme, SchemeForm, SchemeQuestion, SchemeTier
from models.enums import Role
from tests import factories
from tests.factories import NOW
from tests.web.test_query_counts import statements

SCHEME = {"name": "推進パートナー", "status": "operating", "scope": "municipality", "eligible_kinds": "npo"}
TIER = {
    "name": "認証",
    "level": "certification",
    "intake": "rolling",
    "number_format": "K{number}",
    "renew_from_days": "90",
}


@pytest.fixture(autouse=True)
def clock(app: Flask) -> None:
    app.config["CLOCK"] = lambda: NOW


@pytest.fixture
def town(store: Session) -> Municipality:
    row = factories.municipality(store)
    store.commit()
    return row


@pytest.fixture
def office(store: Session, town: Municipality, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    person = factories.user(store)
    factories.seat(store, person, Role.COORDINATOR, municipality=town)
    store.commit()
    return sign_in(person.pk)


def test_pages_of_the_office_ask_no_more_with_more_rows(
    app: Flask, store: Session, town: Municipality, office: FlaskClient
) -> None:
    office.post("/city/schemes/new", data=SCHEME)
    home = f"/city/schemes/{_only(store, Scheme)}"
    office.post(f"{home}/tiers/new", data=TIER)
    tier = f"{home}/tiers/{_only(store, SchemeTier)}"
    office.post(f"{tier}/form/begin")
    paths = ("/city/schemes", home, tier, f"{tier}/form")
    few = [_asked(app, office, path) for path in paths]
    office.post(f"{tier}/form/items", data={"items": "\n".join(f"項目{n}" for n in range(50)), "level": "basic"})
    for _ in range(8):
        office.post("/city/schemes/new", data=SCHEME)
        office.post(f"{home}/tiers/new", data=TIER)
    assert [_asked(app, office, path) for path in paths] == few


def _asked(app: Flask, client: FlaskClient, path: str) -> int:
    with statements(app) as seen:
        assert client.get(path).status_code == 200
    return len(seen)


def _only(store: Session, model: type) -> int:
    store.rollback()
    key: int = store.query(model).one().pk
    store.rollback()
    return key


def test_from_nothing_to_a_public_scheme(app: Flask, store: Session, office: FlaskClient) -> None:
    assert "まだありません" in office.get("/city/schemes").text
    assert office.post("/city/schemes/new", data=SCHEME | {"name": ""}).status_code == 422
    assert office.post("/city/schemes/new", data=SCHEME).status_code == 303
    home = f"/city/schemes/{_only(store, Scheme)}"
    assert office.post(f"{home}/publish").status_code == 422
    wrong = office.post(f"{home}/tiers/new", data=TIER | {"number_format": "同じ番号"})
    assert wrong.status_code == 422
    assert "同じ番号" in wrong.text
    assert office.post(f"{home}/tiers/new", data=TIER).status_code == 303
    tier = f"{home}/tiers/{_only(store, SchemeTier)}"
    assert office.get(f"{tier}/form").status_code == 404
    assert office.post(f"{tier}/form/begin").status_code == 303
    question = {"label": "省エネ", "kind": "choice", "category": "環境", "weight": "2", "level": ""}
    assert office.post(f"{tier}/form/questions/new", data=question | {"options": "はい | 多"}).status_code == 422
    assert office.post(f"{tier}/form/questions/new", data=question | {"options": "はい | 2\nいいえ"}).status_code == 303
    items = {"items": "節電\n分別\n", "category": "環境", "level": "basic"}
    assert office.post(f"{tier}/form/items", data=items).status_code == 303
    assert office.post(f"{tier}/form/rules", data={"weight-0": "2", "pass-0": "120"}).status_code == 422
    assert (
        office.post(f"{tier}/form/rules", data={"weight-0": "2", "pass-0": "60", "all_basic": "y"}).status_code == 303
    )
    form = office.get(f"{tier}/form").text
    assert "60%以上" in form
    assert office.post(f"{tier}/form/publish").status_code == 303
    visitor = app.test_client()
    scheme = f"/schemes/{_only(store, Scheme)}"
    assert visitor.get(scheme).status_code == 404
    assert office.get(scheme).status_code == 200
    assert office.post(f"{home}/publish").status_code == 303
    assert "推進パートナー" in visitor.get("/schemes").text
    assert visitor.get(scheme).status_code == 200
    assert office.get(tier).status_code == 200


def test_questions_move_and_go(store: Session, office: FlaskClient, town: Municipality) -> None:
    office.post("/city/schemes/new", data=SCHEME)
    home = f"/city/schemes/{_only(store, Scheme)}"
    office.post(f"{home}/tiers/new", data=TIER)
    form = f"{home}/tiers/{_only(store, SchemeTier)}/form"
    office.post(f"{form}/begin")
    office.post(f"{form}/items", data={"items": "一\n二", "level": ""})
    first, second = (row.pk for row in store.query(SchemeQuestion).order_by(SchemeQuestion.id))
    store.rollback()
    assert office.post(f"{form}/questions/{second}/up").status_code == 303
    page = office.get(form).text
    preview = office.get(f"{form}/preview").text
    assert f'href="{form}/preview"' in page
    assert "一" in preview
    assert 'type="checkbox"' in preview
    assert '<form method="post"' not in preview.split("<main")[1]
    assert page.index("二") < page.index("一</a>")
    assert office.post(f"{form}/questions/{first}/remove").status_code == 303
    assert office.get(f"{form}/questions/{first}").status_code == 404
    edit = office.get(f"{form}/questions/{second}").text
    assert 'value="二"' in edit


def test_what_belongs_to_another_scheme_is_not_found_through_this_one(
    store: Session, office: FlaskClient, town: Municipality
) -> None:
    for _ in range(2):
        office.post("/city/schemes/new", data=SCHEME)
    first, second = (row.pk for row in store.query(Scheme).order_by(Scheme.id))
    store.rollback()
    office.post(f"/city/schemes/{first}/tiers/new", data=TIER)
    tier = _only(store, SchemeTier)
    for path in ("", "/edit", "/form"):
        assert office.get(f"/city/schemes/{second}/tiers/{tier}{path}").status_code == 404
    assert store.query(SchemeForm).count() == 0


def test_a_stale_change_is_told_and_nothing_typed_is_lost(store: Session, office: FlaskClient) -> None:
    office.post("/city/schemes/new", data=SCHEME)
    home = f"/city/schemes/{_only(store, Scheme)}"
    office.post(f"{home}/edit", data=SCHEME | {"name": "先の名称", "version": "1"})
    late = office.post(f"{home}/edit", data=SCHEME | {"name": "後の名称", "version": "1"})
    assert late.status_code == 409
    assert "後の名称" in late.text
    assert office.post(f"{home}/edit", data=SCHEME | {"name": "後の名称", "version": "2"}).status_code == 303
