"""Mail: what it says, in the language of whom it goes to, and the two ways out: SMTP, or files when there is none.

A mail is one template `mail/<name>.txt` with the blocks `subject` and `body`. The body is written once, with the macros
`m.p`, `m.quote`, `m.button` and `m.link`, and read twice: as text and as HTML. The template itself is not escaped; the
HTML macros escape what they are given. Params are ids, codes, tokens and titles; links are built from BASE_URL.
The parts of a digest are other templates' subjects and bodies, one below the other.
"""

import re
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from flask import Flask
from flask_babel import force_locale
from jinja2_fragments import render_block

from matcher.services import notices
from models import OutboxMessage
from web import unsubscribing
from web.settings import Settings

#: seconds for each step of a conversation with the mail server; a whole one stays below the first retry
TIMEOUT = 10
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
LAYOUTS = ("txt", "html")
PREFIX = {"ja": "【Musubi】", "en": "[Musubi] "}


@dataclass(frozen=True)
class Rendered:
    """A mail in words."""

    subject: str
    text: str
    html: str


class Transport(Protocol):
    """A way out."""

    def send(self, envelope: EmailMessage) -> None:
        """Hand the mail over, or raise OSError or smtplib.SMTPException."""


def render(app: Flask, settings: Settings, message: OutboxMessage) -> Rendered:
    """The mail in the language of its recipient. Needs no request."""
    with app.app_context(), force_locale(message.language):
        words = dict(message.params) | {
            "url": _links(app, settings),
            "lang": message.language,
            "site_url": settings.base_url,
            "place": _place(message.params, message.language),
            "unsubscribe": unsubscribe_url(settings, message),
        }
        name = f"mail/{message.template}.txt"
        text, html = (
            app.jinja_env.get_template(name).render(**words, **_form(app, form), parts=_parts(app, words, form))
            for form in LAYOUTS
        )
        return Rendered(subject(app, message), _tidy(text), _tidy(html))


def subject(app: Flask, message: OutboxMessage) -> str:
    """The subject line alone, which needs no params and carries nothing personal."""
    with app.app_context(), force_locale(message.language):
        block = render_block(app.jinja_env, f"mail/{message.template}.txt", "subject", **_form(app, "txt"))
        return PREFIX.get(message.language, "") + " ".join(block.split())


def _parts(app: Flask, words: Mapping[str, Any], form: str) -> list[tuple[str, str]]:
    """What a digest bundles: the subject and the body of each mail that it stands for."""

    def block(entry: Mapping[str, Any], name: str) -> str:
        params = entry["params"] | {"url": words["url"], "place": _place(entry["params"], words["lang"])}
        html: str = render_block(app.jinja_env, f"mail/{entry['template']}.txt", name, **params, **_form(app, form))
        return html

    entries = words.get("entries", ())
    return [(" ".join(block(one, "subject").split()), block(one, "body")) for one in entries]


def unsubscribe_url(settings: Settings, message: OutboxMessage) -> str:
    """Where mail of this kind can be ended without signing in; empty for mail that always goes."""
    kind = notices.KINDS.get(message.template)
    if message.user_id is None or (kind is None and message.template != "digest"):
        return ""
    token = unsubscribing.token(settings.secret_key, message.user_id, kind)
    return f"{settings.base_url}/mail/unsubscribe/{token}"


def _tidy(text: str) -> str:
    """At most one blank line in a row, and one line end at the end."""
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def _form(app: Flask, form: str) -> dict[str, Any]:
    return {"layout": f"mail/_layout.{form}", "m": app.jinja_env.get_template(f"mail/_macros.{form}").module}


def _links(app: Flask, settings: Settings) -> Any:
    adapter = app.url_map.bind("mail.invalid")

    def url(endpoint: str, **values: Any) -> str:
        return settings.base_url + adapter.build(endpoint, values)

    return url


def _place(params: Mapping[str, Any], language: str) -> str:
    """The municipality's name in the reader's language, by whichever names the cause has given."""
    names = [str(params.get(key) or "") for key in ("municipality", "municipality_name")]
    english = [str(params.get(f"{key}_en") or "") for key in ("municipality", "municipality_name")]
    return next(filter(None, (english if language == "en" else []) + names), "")


def envelope(settings: Settings, message: OutboxMessage, rendered: Rendered, now: datetime) -> EmailMessage:
    """The mail as it travels. The Message-ID follows from the key, so that a mail sent twice is known as one."""
    mail = EmailMessage()
    mail["Message-ID"] = f"<{message_name(message)}@{urlsplit(settings.base_url).hostname or 'localhost'}>"
    mail["Date"] = format_datetime(now)
    mail["From"] = settings.mail_from
    mail["To"] = message.to_email
    mail["Subject"] = rendered.subject
    mail["Auto-Submitted"] = "auto-generated"
    leave = unsubscribe_url(settings, message)
    if leave:  # RFC 2369 and, for the one click, RFC 8058
        mail["List-Unsubscribe"] = f"<{leave}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(rendered.text)
    mail.add_alternative(rendered.html, subtype="html")
    return mail


def message_name(message: OutboxMessage) -> str:
    """A name for the mail that says nothing about anybody."""
    return sha256(message.key.encode()).hexdigest()[:32]


def transport(settings: Settings) -> Transport:
    """The way out that the settings name."""
    if settings.smtp_url:
        return SmtpTransport.of_url(settings.smtp_url)
    return FileTransport(settings.data_dir / "mail")


@dataclass(frozen=True)
class FileTransport:
    """Writes each mail as an .eml file, which any mail program opens."""

    folder: Path

    def send(self, envelope: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = str(envelope["Message-ID"]).strip("<>").partition("@")[0]
        half = self.folder / f".{name}.part"
        half.touch(0o600)  # a mail may hold a link that lets somebody in
        half.write_bytes(envelope.as_bytes())
        half.replace(self.folder / f"{name}.eml")


@dataclass(frozen=True)
class SmtpTransport:
    """A mail server. Off this machine it must be spoken to in cipher, unless the URL says ``?tls=off``."""

    host: str
    port: int
    user: str = ""
    password: str = ""
    implicit_tls: bool = False
    tls: bool = True

    @classmethod
    def of_url(cls, url: str) -> "SmtpTransport":
        """Read ``smtp://user:password@host:587`` or ``smtps://…:465``. Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
            raise ValueError("SMTP_URL must look like smtp://user:password@host:587 or smtps://user:password@host:465")
        implicit = parts.scheme == "smtps"
        off = parse_qs(parts.query).get("tls") == ["off"] or parts.hostname in LOOPBACK
        if off and not implicit and parts.password and parts.hostname not in LOOPBACK:
            raise ValueError("SMTP_URL: a password is not sent with tls=off")
        return cls(
            parts.hostname,
            parts.port or (465 if implicit else 587),
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            implicit,
            implicit or not off,
        )

    def send(self, envelope: EmailMessage) -> None:
        with self._connect() as server:
            if self.user:
                server.login(self.user, self.password)
            server.send_message(envelope, from_addr=parseaddr(str(envelope["From"]))[1])

    def _connect(self) -> smtplib.SMTP:
        if self.implicit_tls:
            return smtplib.SMTP_SSL(self.host, self.port, timeout=TIMEOUT, context=ssl.create_default_context())
        server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
        if self.tls:
            try:
                server.starttls(context=ssl.create_default_context())
            except BaseException:
                server.close()
                raise
        return server
