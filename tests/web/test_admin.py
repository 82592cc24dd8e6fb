"""The operator's pages and the command that makes the first operator."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from models import AuditEvent, Membership, Municipality, OutboxMessage, User
from models.enums import MailStatus, Role
from tests import factories
from tests.factories import NOW
from web.pages.admin.paging import PER_PAGE

GOOD = "correct horse battery"


@pytest.fixture
def operator(app: Flask, store: Session, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    app.config["CLOCK"] = lambda: NOW
    return sign_in(factories.user(store, "運営 一郎", is_admin=True).pk)


def text(client: FlaskClient, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.get_data(as_text=True)


@pytest.fixture
def town(store: Session, operator: FlaskClient) -> Municipality:
    row = factories.municipality(store)
    store.commit()
    return row


@pytest.mark.parametrize("url", ["/admin", "/admin/municipalities", "/admin/users", "/admin/mails", "/admin/audit"])
def test_every_room_opens_for_operators_only(
    operator: FlaskClient, store: Session, sign_in: Callable[[int], FlaskClient], url: str
) -> None:
    assert "運営管理" in text(operator, url)
    assert sign_in(factories.user(store).pk).get(url).status_code == 403


def test_a_municipality_is_added_and_corrected(operator: FlaskClient, store: Session) -> None:
    typed = {"code": "143821", "name": "箱根町", "name_en": "Hakone", "kind": "町"}
    assert operator.post("/admin/municipalities/new", data={**typed, "code": "143820"}).status_code == 422
    url = operator.post("/admin/municipalities/new", data=typed).headers["Location"]
    page = text(operator, url)
    version = re.search(r'name="version"[^>]*value="(\d+)"', page)
    assert version is not None
    change = {"name": "箱根町", "kind": "町", "contact_email": "sdgs@example.lg.jp", "version": version[1]}
    assert operator.post(url, data=change).status_code == 303
    assert operator.post(url, data=change).status_code == 409
    assert operator.post(f"{url}/departments", data={"department": "企画課"}).status_code == 303
    assert operator.post(f"{url}/departments", data={"department": "企画課"}).status_code == 422
    assert "企画課" in text(operator, url)


def test_an_account_is_set_up_with_a_seat(operator: FlaskClient, town: Municipality, store: Session) -> None:
    code = town.code
    typed = {"email": "new@example.lg.jp", "name": "新任 五郎", "language": "ja", "role": "coordinator"}
    store.rollback()
    assert operator.post("/admin/users/new", data=typed).status_code == 422
    url = operator.post("/admin/users/new", data={**typed, "municipality": code}).headers["Location"]
    assert "加賀市" in text(operator, url)
    found = text(operator, "/admin/users?q=新任")
    assert "new@example.lg.jp" in found
    assert "メール未確認" in found
    for action in ("resend-link", "grant-admin", "revoke-admin", "disable", "enable"):
        assert operator.post(f"{url}/{action}").status_code == 303, action
    seat = store.exec(select(Membership)).one().pk
    store.rollback()
    assert operator.post(f"{url}/seats/{seat}/take").status_code == 303
    assert operator.post(url, data={"role": "department", "municipality": code}).status_code == 303
    assert operator.post(url, data={"role": "partner_admin", "partner": "999"}).status_code == 422


def test_nobody_changes_their_own_rights(operator: FlaskClient, store: Session) -> None:
    me = store.exec(select(User.id).where(User.is_admin)).one()
    store.rollback()
    for action in ("disable", "revoke-admin"):
        assert operator.post(f"/admin/users/{me}/{action}").status_code == 403


def test_mail_is_read_safely_and_sent_again(operator: FlaskClient, store: Session) -> None:
    mail = OutboxMessage(
        key="k",
        template="invitation",
        to_email="a@example.jp",
        next_attempt_at=NOW,
        status=MailStatus.DEAD,
        subject="打診",
        body_text="<script>alert(1)</script> http://127.0.0.1:8000/me",
        body_html="<p>本文</p>",
        last_error="SMTPRecipientsRefused 550",
    )
    store.add(mail)
    store.commit()
    url = f"/admin/mails/{mail.pk}"
    store.rollback()
    assert "打診" in text(operator, "/admin/mails?status=dead")
    assert "打診" not in text(operator, "/admin/mails?status=sent")
    page = text(operator, url)
    assert "<script>alert" not in page
    assert 'href="http://127.0.0.1:8000/me"' in page
    policy = operator.get(f"{url}/html").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "default-src 'none'" in policy
    assert operator.post(f"{url}/resend").status_code == 303
    assert operator.post(f"{url}/resend").status_code == 409


def test_the_audit_trail_is_filtered_and_paged(operator: FlaskClient, town: Municipality) -> None:
    town_id = town.pk
    for number in range(PER_PAGE + 1):
        operator.post(f"/admin/municipalities/{town_id}/departments", data={"department": f"第{number}課"})
    page = text(operator, f"/admin/audit?municipality={town_id}&event=department.added")
    assert page.count(">所管課 ") == PER_PAGE
    assert "page=2" in page
    assert text(operator, "/admin/audit?event=department.added&page=2").count(">所管課 ") == 1
    for strange in ("page=0", "page=x", "page=99999999999", "municipality=x", "event=nonsense"):
        text(operator, f"/admin/audit?{strange}")


def test_the_audit_trail_says_details_in_words(operator: FlaskClient, town: Municipality, store: Session) -> None:
    details = {
        "recommendation.refused": {"before": "invited", "after": "refused", "reason": "no_capacity"},
        "recommendation.lapsed": {"reason": "challenge_close"},
        "recommendation.run": {"considered": 92, "semantic": True},
        "membership.changed": {"before": "department", "after": "coordinator"},
    }
    for event, detail in details.items():
        subject = {"subject_type": "recommendation", "subject_id": 1, "municipality_id": town.pk}
        store.add(AuditEvent(event=event, detail=detail, created_at=NOW, **subject))
    store.commit()
    shown = text(operator, "/admin/audit")
    for word in (
        "変更前：打診中",
        "変更後：辞退",
        "理由：募集が終了しました",
        "比較した団体数：92",
        "意味での比較：はい",
        "変更後：コーディネーター",
    ):
        assert word in shown, word
    assert "no_capacity" not in shown


def test_the_first_operator_comes_from_the_command_line(app: Flask, store: Session, town: Municipality) -> None:
    run = app.test_cli_runner().invoke
    arguments = ["user", "create", "--email", "ops@example.jp", "--name", "運営 二郎"]
    code = town.code
    store.rollback()
    asked = run(args=[*arguments, "--admin"], input=f"{GOOD}\n{GOOD}\n")
    assert asked.exit_code == 0, asked.output
    assert GOOD not in asked.output
    again = run(args=[*arguments, "--generate-password"])
    assert again.exit_code == 1
    assert "email:" in again.output
    arguments[3] = "city@example.lg.jp"
    made = run(args=[*arguments, "--role", "coordinator", "--municipality", code, "--generate-password"])
    assert made.exit_code == 0, made.output
    password = made.output.strip().rpartition(" ")[2]
    entered = app.test_client().post("/sign-in", data={"email": "city@example.lg.jp", "password": password})
    assert entered.headers["Location"] == "/city"
    store.rollback()
    assert store.exec(select(User.is_admin).where(User.email == "ops@example.jp")).one() is True
    assert store.exec(select(Membership.role)).one() is Role.COORDINATOR


def test_a_role_on_the_command_line_needs_a_house(app: Flask) -> None:
    run = app.test_cli_runner().invoke
    arguments = ["user", "create", "--email", "a@example.jp", "--name", "甲", "--generate-password"]
    assert run(args=[*arguments, "--municipality", "172065"]).exit_code == 2
    refused = run(args=[*arguments, "--role", "partner_admin", "--partner", "7"])
    assert refused.exit_code == 1
    assert "partner:" in refused.output
