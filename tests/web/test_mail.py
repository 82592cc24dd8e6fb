"""What mail says, how it travels, and what happens to mail that cannot be sent."""

import ast
import re
import smtplib
import socket
from collections.abc import Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from flask import Flask
from sqlmodel import Session, col, select

from matcher import services
from matcher.services import notices, recommendations
from models import LoginCounter, OutboxMessage, SavedForm, Token, UserSession
from models.enums import MailStatus, TokenPurpose
from tests import factories
from tests.factories import NOW
from web import jobs, mailer
from web.app import create_app
from web.settings import Settings, load_settings

TEMPLATES = sorted(path.stem for path in (Path(mailer.__file__).parent / "templates/mail").glob("[!_]*.txt"))


PARAMS: dict[str, Any] = {
    "token": "SECRET-TOKEN",
    "return_to": "/register?saved=x",
    "house": "株式会社<みらい>",
    "registration_id": 7,
    "recommendation_id": 7,
    "challenge_id": 7,
    "application_id": 7,
    "scheme_id": 7,
    "scheme": "SDGs推進パートナー",
    "tier": "認証",
    "number": "2026-001",
    "until": "2029-11-21",
    "step": "suspend",
    "group_id": 7,
    "collaboration_id": 7,
    "collaboration_title": "見守り<script>",
    "paper_id": 7,
    "proposal_id": 7,
    "receipt": "2026-007",
    "title": "見守り<script>",
    "digest": "0" * 64,
    "moment": "2026-11-22 10:00:00",
    "due": "2026-12-05",
    "partner_id": 7,
    "partner": "株式会社<みらい>",
    "partner_name": "株式会社<みらい>",
    "seeker_name": "",
    "municipality": "加賀市",
    "municipality_en": "Kaga",
    "municipality_name": "加賀市",
    "municipality_name_en": "Kaga",
    "challenge_title": "見守り<script>",
    "group": "環境分科会",
    "note": "一行目\n<b>二行目</b>",
    "message": "一行目\n<b>二行目</b>",
    "meeting_id": 7,
    "starts_at": "2026-12-01T14:00:00+09:00",
    "ends_at": "2026-12-01T15:30:00+09:00",
    "day": "2026-12-15",
    "venue": "市役所<b>",
    "online_link": "https://meet.example.jp/1",
    "agenda": "一行目\n<b>二行目</b>",
    "side": "partner",
    "kind": "group",
    "subject_id": 7,
    "about": "見守り<script>",
    "text": "一行目\n<b>二行目</b>",
    "work": [
        {"municipality": "加賀市", "municipality_en": "Kaga", "desks": [{"desk": "review", "red": 1, "amber": 2}]}
    ],
    "entries": [{"template": "interest_shown", "params": {"challenge_title": "見守り<script>", "challenge_id": 7}}],
    "contact": {"name": "秘密 花子"},
}


@pytest.fixture
def settings(app: Flask) -> Settings:
    found: Settings = app.extensions["settings"]
    return found


def queue(store: Session, key: str = "k1", template: str = "confirm", **params: Any) -> int:
    person = factories.user(store)
    message = OutboxMessage(
        key=key,
        template=template,
        to_email=person.email,
        user_id=person.pk,
        params=params or {"token": "SECRET-TOKEN"},
        next_attempt_at=NOW,
    )
    store.add(message)
    store.commit()
    return message.pk


def stored(store: Session, message_id: int) -> OutboxMessage:
    """The row as the database has it now; no transaction stays open."""
    store.rollback()
    message = store.get(OutboxMessage, message_id, populate_existing=True)
    assert message is not None
    store.expunge(message)
    store.rollback()
    return message


def deliver(app: Flask, settings: Settings, now: datetime = NOW) -> int:
    return jobs.deliver_due(app.extensions["engine"], settings, app, now)


def with_smtp(settings: Settings, app_folder: Path, port: int, **more: str) -> Settings:
    return load_settings(
        {"MUSUBI_MODE": "test", "DATA_DIR": str(app_folder), "SMTP_URL": f"smtp://127.0.0.1:{port}", **more}
    )


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_every_mail_can_be_read_in_both_languages(app: Flask, settings: Settings, template: str, language: str) -> None:
    message = OutboxMessage(
        key="k", template=template, language=language, to_email="a@example.jp", params=PARAMS, next_attempt_at=NOW
    )
    rendered = mailer.render(app, settings, message)
    assert "みらい" not in rendered.subject
    assert "見守り" not in rendered.subject
    assert settings.base_url in rendered.text
    assert "<b>二行目" not in rendered.html
    assert "<script>" not in rendered.html
    assert "<みらい>" not in rendered.html
    assert "&lt;" not in rendered.text
    assert "秘密" not in rendered.text + rendered.html
    assert f'lang="{language}"' in rendered.html
    japanese = any("ぁ" <= letter <= "ん" for letter in rendered.subject)
    assert japanese == (language == "ja"), rendered.subject


#: how services call what queues mail, and their own helpers for it
MAILERS = re.compile("mail(_all|_address)?|_?tell_(author|coordinators|partners?|office|members)|to_(office|partner)")


def _mailed() -> Iterator[str]:
    """The templates that services name when they queue mail, directly or through a helper of theirs."""
    for path in Path(services.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            if MAILERS.fullmatch(getattr(node.func, "attr", getattr(node.func, "id", ""))):
                named = [ast.literal_eval(arg) for arg in node.args if isinstance(arg, ast.Constant)]
                yield from (name for name in named if isinstance(name, str))


#: what nobody can put off or do without, by the reason
AT_ONCE = {
    "security, and the way in": (
        "account_created already_registered confirm invite_colleague password_changed reset screener_added"
    ),
    "receipts, and what was handed in or taken back": (
        "application_answered application_ended application_receipt application_received change_reported "
        "proposal_receipt proposal_received proposal_withdrawn registration_received registration_withdrawn"
    ),
    "decisions, and the end of what was granted": (
        "application_expired application_expiring application_granted application_refused application_standing "
        "group_approved group_refused paper_issued proposal_completed proposal_declined proposal_dialogue "
        "proposal_reopened proposal_taken_up registration_registered registration_rejected registration_returned"
    ),
    "what waits for an answer, consent or agreement": (
        "application_asked consultation_asked plan_agreed plan_to_agree proposal_consent proposal_consent_refused "
        "proposal_consented proposal_joint"
    ),
    "where to be and when": "meeting_called meeting_cancelled meeting_changed",
    "contacts that were passed on, and harm": "incident_reported introduction",
    "what was put off": "digest",
}


def test_every_mail_has_its_kind_or_a_reason_to_go_at_once() -> None:
    listed = [template for names in AT_ONCE.values() for template in names.split()]
    assert sorted([*listed, *notices.KINDS]) == TEMPLATES


def test_every_mail_that_a_service_sends_exists() -> None:
    assert set(_mailed()) - set(TEMPLATES) == set()


def test_without_a_server_mail_becomes_a_file(app: Flask, store: Session, settings: Settings) -> None:
    message_id = queue(store)
    assert deliver(app, settings) == 1
    assert deliver(app, settings) == 0
    (file,) = (settings.data_dir / "mail").glob("*.eml")
    mail = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert mail["To"] == stored(store, message_id).to_email
    assert mail["Subject"] == "【Musubi】メールアドレスの確認をお願いします"
    assert mail["Auto-Submitted"] == "auto-generated"
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert f"{settings.base_url}/confirm/SECRET-TOKEN" in text.get_content()
    assert f'href="{settings.base_url}/confirm/SECRET-TOKEN"' in html.get_content()


def test_a_sent_mail_keeps_its_words_but_not_its_token(app: Flask, store: Session, settings: Settings) -> None:
    message_id = queue(store, "k1", "introduction", **PARAMS)
    deliver(app, settings)
    message = stored(store, message_id)
    assert (message.status, message.sent_at, message.attempts) == (MailStatus.SENT, NOW, 1)
    assert message.params.keys() == PARAMS.keys() - {"token", "contact"}
    assert "連絡先" in message.body_text


class Server:
    """A mail server in this process that keeps what it is given, or refuses with the answers it is told."""

    def __init__(self) -> None:
        self.kept: list[EmailMessage] = []
        self.answers: list[str] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.kept.append(mail)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[tuple[Server, int]]:
    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


def test_mail_goes_out_by_smtp_and_its_token_is_not_kept(
    app: Flask, store: Session, settings: Settings, server: tuple[Server, int]
) -> None:
    handler, port = server
    message_id = queue(store)
    assert deliver(app, with_smtp(settings, settings.data_dir, port)) == 1
    (mail,) = handler.kept
    message = stored(store, message_id)
    assert mail["To"] == message.to_email
    body = mail.get_body(("plain",))
    assert body is not None
    assert "SECRET-TOKEN" in body.get_content()
    assert (message.params, message.body_text, message.body_html) == ({}, "", "")
    assert message.subject.startswith("【Musubi】")


def test_a_mail_repeated_after_a_crash_is_known_by_its_id(
    app: Flask, store: Session, settings: Settings, server: tuple[Server, int]
) -> None:
    handler, port = server
    message_id = queue(store)
    smtp = with_smtp(settings, settings.data_dir, port)
    engine = app.extensions["engine"]
    assert jobs._claim(engine, message_id, NOW) is not None  # the worker dies here
    assert deliver(app, smtp) == 0  # another one does not send it twice at the same time
    assert deliver(app, smtp, NOW + timedelta(minutes=2)) == 1
    assert stored(store, message_id).attempts == 2
    same = OutboxMessage(key="k1", template="confirm", to_email="a@example.jp", next_attempt_at=NOW)
    assert handler.kept[0]["Message-ID"].startswith(f"<{mailer.message_name(same)}@")


def test_a_server_that_is_away_is_tried_again_until_the_mail_is_dead(
    app: Flask, store: Session, settings: Settings
) -> None:
    message_id = queue(store)
    nowhere = with_smtp(settings, settings.data_dir, 1)
    now = NOW
    for wait in jobs.BACKOFF:
        deliver(app, nowhere, now)
        message = stored(store, message_id)
        assert (message.status, message.next_attempt_at) == (MailStatus.PENDING, now + wait)
        assert deliver(app, nowhere, now + wait - timedelta(seconds=1)) == 0
        now += wait
    deliver(app, nowhere, now)
    message = stored(store, message_id)
    assert (message.status, message.attempts) == (MailStatus.DEAD, 6)
    assert message.last_error.startswith("ConnectionRefusedError")
    assert message.params == {"token": "SECRET-TOKEN"}  # it may still be sent again


def test_an_unknown_recipient_is_given_up_at_once_and_not_named(
    app: Flask, store: Session, settings: Settings, server: tuple[Server, int]
) -> None:
    handler, port = server
    handler.answers = ["550 no such user", "450 try later"]
    gone, later = queue(store, "k1"), queue(store, "k2")
    assert deliver(app, with_smtp(settings, settings.data_dir, port)) == 0
    assert (stored(store, gone).status, stored(store, later).status) == (MailStatus.DEAD, MailStatus.PENDING)
    assert stored(store, gone).last_error == "SMTPRecipientsRefused 550"


def test_one_broken_mail_does_not_hold_up_the_others(app: Flask, store: Session, settings: Settings) -> None:
    broken, good = queue(store, "k1", "no_such_mail"), queue(store, "k2")
    assert deliver(app, settings) == 1
    assert (stored(store, broken).status, stored(store, good).status) == (MailStatus.PENDING, MailStatus.SENT)
    assert stored(store, broken).last_error == "TemplateNotFound"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example.jp", ("mail.example.jp", 587, "", "", False, True)),
        ("smtp://u%40x:p%2F@mail.example.jp:25", ("mail.example.jp", 25, "u@x", "p/", False, True)),
        ("smtps://u:p@mail.example.jp", ("mail.example.jp", 465, "u", "p", True, True)),
        ("smtp://127.0.0.1:2525", ("127.0.0.1", 2525, "", "", False, False)),
        ("smtp://relay.lan:25?tls=off", ("relay.lan", 25, "", "", False, False)),
    ],
)
def test_the_url_of_a_mail_server_is_read(url: str, expected: tuple[Any, ...]) -> None:
    assert mailer.SmtpTransport.of_url(url) == mailer.SmtpTransport(*expected)


@pytest.mark.parametrize("url", ["http://mail.example.jp", "smtp://", "smtp://u:p@relay.lan?tls=off"])
def test_an_unsafe_or_strange_url_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="SMTP_URL"):
        mailer.SmtpTransport.of_url(url)


def test_a_server_without_cipher_gets_no_mail(server: tuple[Server, int]) -> None:
    handler, port = server
    mail = EmailMessage()
    mail["From"], mail["To"] = "a@example.jp", "b@example.jp"
    with pytest.raises(smtplib.SMTPNotSupportedError):
        mailer.SmtpTransport("127.0.0.1", port, tls=True).send(mail)
    assert handler.kept == []


def test_what_has_had_its_time_is_thrown_away(app: Flask, store: Session) -> None:
    person = factories.user(store)
    before, after = NOW - timedelta(hours=1), NOW + timedelta(hours=1)
    for number, end in enumerate((before, after)):
        entry = {"token_hash": str(number) * 64, "expires_at": end}
        store.add(Token(purpose=TokenPurpose.RESET, email=person.email, **entry))
        store.add(UserSession(user_id=person.pk, last_seen_at=before, **entry))
        store.add(SavedForm(path="/x", data={}, **entry))
    store.add(LoginCounter(key_hash="a", window_start=NOW - timedelta(days=2)))
    store.add(LoginCounter(key_hash="b", window_start=NOW - timedelta(days=2), locked_until=after))
    store.add(LoginCounter(key_hash="c", window_start=NOW))
    store.commit()
    jobs.purge_expired(app.extensions["engine"], NOW)
    store.rollback()
    for table in (Token, UserSession, SavedForm):
        assert [row.expires_at for row in store.exec(select(table))] == [after]
    assert list(store.exec(select(LoginCounter.key_hash).order_by(LoginCounter.key_hash))) == ["b", "c"]


def test_mail_is_forgotten_after_its_time_but_never_sent_again(app: Flask, store: Session, settings: Settings) -> None:
    sent = queue(store, "k1", "introduction", **PARAMS)
    dead = queue(store, "k2")
    deliver(app, settings)
    store.execute(
        sa.update(OutboxMessage).where(col(OutboxMessage.id) == dead).values(status=MailStatus.DEAD, created_at=NOW)
    )
    store.commit()
    jobs.purge_expired(app.extensions["engine"], NOW + timedelta(days=91))
    for message_id, status in ((sent, MailStatus.SENT), (dead, MailStatus.DEAD)):
        message = stored(store, message_id)
        assert (message.status, message.to_email, message.params, message.body_text) == (status, "", {}, "")
    keys = store.exec(select(OutboxMessage.key).order_by(col(OutboxMessage.id)))
    assert list(keys) == ["k1", "k2"]


def test_production_without_a_server_keeps_no_links_either(app: Flask, store: Session, tmp_path: Path) -> None:
    safe = {
        "MUSUBI_MODE": "production",
        "SECRET_KEY": "kujaku-momiji-0123456789-hotaru-susuki",
        "COOKIE_SECURE": "1",
        "BASE_URL": "https://musubi.example.jp",
        "TRUSTED_HOSTS": "musubi.example.jp",
        "DATA_DIR": str(tmp_path),
    }
    production = load_settings(safe)
    message_id = queue(store)
    assert deliver(create_app(production), production) == 1
    message = stored(store, message_id)
    assert (message.params, message.body_text) == ({}, "")


def test_the_worker_queues_a_reminder_once(app: Flask, store: Session) -> None:
    town = factories.municipality(store)
    coordinator, partner = factories.coordinator(store, town), factories.partner(store, town=town)
    factories.partner_admin(store, partner)
    challenge = factories.challenge(store, town)
    made = recommendations.add_by_hand(store, coordinator, challenge.pk, partner.pk, now=NOW)
    store.flush()
    recommendations.approve(store, coordinator, made.pk, message="", now=NOW)
    store.commit()
    engine, later = app.extensions["engine"], NOW + timedelta(days=8)
    assert [jobs.remind(engine, later) for _hour in range(2)] == [1, 0]
    kept = store.exec(select(OutboxMessage).where(OutboxMessage.template == "invitation_reminder")).all()
    assert [message.params["challenge_title"] for message in kept] == [challenge.title]
