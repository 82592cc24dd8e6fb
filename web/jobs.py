"""What the worker does for people: sends due mail at least once, reminds, and throws away what has had its time."""

import smtplib
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask
from sqlalchemy.engine import Engine
from sqlmodel import col

from matcher.policy import SYSTEM
from matcher.services import certificates, digests, group_life, recommendations
from models import DigestEntry, Exposure, LoginCounter, OutboxMessage, SavedForm, Token, UserSession
from models.enums import MailStatus
from models.queries import outbox
from models.session import open_session
from web import mailer
from web.settings import Settings

#: how long after the first, second … failure it is tried again; after the last one the mail is dead
BACKOFF = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
#: params that a stored mail loses once it has been sent
SECRET = frozenset({"token"})
PRIVATE = SECRET | {"contact"}
#: how long it can be looked up to whom a mail went and what it said
KEEP_MAIL = timedelta(days=90)
#: how long it is known who looked at which list: long enough to learn from a year of decisions
KEEP_EXPOSURES = timedelta(days=400)
#: the longest that any link in a mail is good for
KEEP_TOKENS = timedelta(days=14)

log = structlog.get_logger("musubi.mail")


def deliver_due(engine: Engine, settings: Settings, app: Flask, now: datetime, limit: int = 50) -> int:
    """Send up to `limit` mails that are due; answers how many went out.

    Each mail is claimed by scheduling its next attempt, which commits before it is sent; then the outcome is written
    down. No transaction is open while a mail server takes its time, and a worker killed in between repeats the mail.
    """
    with open_session(engine, write=False) as session:
        due = outbox.due(session, now, limit)
    sent = 0
    for message_id in due:
        message = _claim(engine, message_id, now)
        if message is not None:
            sent += _attempt(engine, settings, app, message, now)
    return sent


def remind(engine: Engine, now: datetime) -> int:
    """Queue a reminder for every invitation that has waited too long; answers how many partners that concerns."""
    with open_session(engine) as session:
        reminded = recommendations.remind_all(session, SYSTEM, now=now)
        session.commit()
        return reminded


def keep_terms(engine: Engine, now: datetime) -> int:
    """Remind partners of terms that come to their end, and end those that are over; answers how many it concerned."""
    with open_session(engine) as session:
        concerned = certificates.remind_all(session, now=now) + certificates.expire_all(session, now=now)
        session.commit()
        return concerned


def tend_groups(engine: Engine, now: datetime) -> int:
    """Warn silent groups and let those rest that stay so; answers how many that concerns."""
    with open_session(engine) as session:
        tended = group_life.tend(session, SYSTEM, now=now)
        session.commit()
        return tended


def send_digests(engine: Engine, now: datetime) -> int:
    """Put together the digests of the day; answers how many. One that fails holds up no other."""
    with open_session(engine, write=False) as session:
        people = digests.candidates(session, now=now)
    return sum(_digest(engine, user_id, now) for user_id in people)


def _digest(engine: Engine, user_id: int, now: datetime) -> bool:
    try:
        with open_session(engine) as session:
            sent = digests.send(session, user_id, now=now)
            session.commit()
            return sent
    except Exception:  # the worker's edge: it is tried again in an hour
        log.exception("digest failed", user=user_id)
        return False


def _claim(engine: Engine, message_id: int, now: datetime) -> OutboxMessage | None:
    """Take a mail for this worker by putting off its next attempt; None if another worker was faster."""
    with open_session(engine) as session:
        message = session.get(OutboxMessage, message_id, with_for_update=True)
        if message is None or message.status is not MailStatus.PENDING or message.next_attempt_at > now:
            return None
        message.next_attempt_at = now + BACKOFF[min(message.attempts, len(BACKOFF) - 1)]
        message.attempts += 1
        session.commit()
        return message


def _attempt(engine: Engine, settings: Settings, app: Flask, message: OutboxMessage, now: datetime) -> bool:
    try:
        rendered = mailer.render(app, settings, message)
        mailer.transport(settings).send(mailer.envelope(settings, message, rendered, now))
    except Exception as error:  # the worker's edge: one mail that cannot be sent does not hold up the others
        _failed(engine, message, error)
        return False
    _update(engine, message.pk, _as_sent(settings, message, rendered, now))
    log.info("mail sent", message=message.pk, template=message.template, attempts=message.attempts)
    return True


def _as_sent(settings: Settings, message: OutboxMessage, rendered: mailer.Rendered, now: datetime) -> dict[str, Any]:
    """What is kept of a sent mail: a link that lets somebody in stays only where mail has nowhere else to go."""
    readable = not SECRET & message.params.keys() or (settings.mode != "production" and not settings.smtp_url)
    return {
        "status": MailStatus.SENT,
        "sent_at": now,
        "last_error": "",
        "subject": rendered.subject[:300],
        "params": {name: value for name, value in message.params.items() if name not in PRIVATE},
        "body_text": rendered.text if readable else "",
        "body_html": rendered.html if readable else "",
    }


def _failed(engine: Engine, message: OutboxMessage, error: Exception) -> None:
    dead = message.attempts > len(BACKOFF) or _is_final(error)
    changes = {"last_error": _name(error), "status": MailStatus.DEAD if dead else MailStatus.PENDING}
    _update(engine, message.pk, changes)
    log.warning("mail failed", message=message.pk, template=message.template, error=_name(error), dead=dead)


def _is_final(error: Exception) -> bool:
    """The server knows the recipient and will never take mail for them."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(
        code >= 500 for code, _words in error.recipients.values()
    )


def _name(error: Exception) -> str:
    """What went wrong without the words of the server, which may repeat the address."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = sorted({code for code, _words in error.recipients.values()})
        return f"SMTPRecipientsRefused {', '.join(map(str, codes))}"
    code = getattr(error, "smtp_code", None) or getattr(error, "errno", None)
    return f"{type(error).__name__} {code or ''}".strip()


def _update(engine: Engine, message_id: int, changes: dict[str, Any]) -> None:
    with open_session(engine) as session:
        session.execute(sa.update(OutboxMessage).where(col(OutboxMessage.id) == message_id).values(**changes))
        session.commit()


def purge_expired(engine: Engine, now: datetime) -> None:
    """Delete links, sessions, saved forms and counters whose time is over, and what mail says about people."""
    day = timedelta(days=1)
    with open_session(engine) as session:
        session.execute(sa.delete(Token).where(col(Token.expires_at) < now))
        session.execute(sa.delete(UserSession).where(col(UserSession.expires_at) < now))
        session.execute(sa.delete(SavedForm).where(col(SavedForm.expires_at) < now))
        unlocked = sa.or_(col(LoginCounter.locked_until).is_(None), col(LoginCounter.locked_until) < now)
        session.execute(sa.delete(LoginCounter).where(col(LoginCounter.window_start) < now - day, unlocked))
        session.execute(sa.delete(Exposure).where(col(Exposure.day) < (now - KEEP_EXPOSURES).date()))
        session.execute(sa.delete(DigestEntry).where(col(DigestEntry.done_at) < now - KEEP_MAIL))
        _forget_mail(session, now)
        session.commit()


def _forget_mail(session: Any, now: datetime) -> None:
    """The row stays, because its key keeps the mail from being sent again; what it says about a person goes."""
    nothing = {"params": {}, "body_text": "", "body_html": ""}
    old = sa.and_(col(OutboxMessage.status) == MailStatus.SENT, col(OutboxMessage.sent_at) < now - KEEP_MAIL)
    written = sa.update(OutboxMessage).where(old, col(OutboxMessage.to_email) != "")
    session.execute(written.values(to_email="", **nothing))
    stale = sa.and_(col(OutboxMessage.status) == MailStatus.DEAD, col(OutboxMessage.created_at) < now - KEEP_TOKENS)
    session.execute(sa.update(OutboxMessage).where(stale).values(to_email="", **nothing))
