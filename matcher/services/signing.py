"""Signing in and out, the sessions of a person, and the password by which they come in."""

import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from matcher.errors import Invalid, NotAllowed, NotFound
from matcher.policy import Actor, Subject
from matcher.services import accounts, counters, flow, notices, passwords
from matcher.services.tokens import consume_token, digest, find_token, issue_token, void_tokens
from models import User, UserSession
from models.enums import TokenPurpose
from models.queries import accounts as queries

SESSION_LIFETIME = timedelta(hours=12)
#: even a session in constant use ends
SESSION_LONGEST = timedelta(days=7)
#: a write within this time of the last one does not extend the session again
SESSION_STEP = timedelta(minutes=5)


def sign_in(session: Session, email: str, password: str, network: str, now: datetime) -> User:
    """The person behind an address and a password. Commit even when this refuses: failures are counted.

    Raises Locked after too many failures, Invalid when address and password do not belong together (whether or not the
    address is known), and NotAllowed("unconfirmed") when they do but the address has not been confirmed.
    """
    address = accounts.fold_email(email)
    counted = [(counters.ADDRESS, address), (counters.NETWORK, network)]
    counters.enter(session, counted, now)
    user = queries.user_by_email(session, address)
    known_hash = user.password_hash if user is not None and user.active else None
    if not passwords.verify(known_hash, password) or user is None:
        counters.count(session, counted, now)
        raise Invalid({"password": "credentials"})
    counters.forget(session, counters.ADDRESS, address)
    if user.email_confirmed_at is None:
        raise NotAllowed("unconfirmed")
    if known_hash is not None and passwords.outdated(known_hash):
        user.password_hash = passwords.hash_password(password)
    return user


def start_session(
    session: Session, user: User, now: datetime, *, user_agent: str = "", replaces: str | None = None
) -> str:
    """Let a person in with a new random token, for the cookie alone; the session that it `replaces` ends."""
    if replaces is not None:
        end_session(session, replaces)
    token = secrets.token_urlsafe(32)
    row = UserSession(
        token_hash=digest(token),
        user_id=user.pk,
        last_seen_at=now,
        expires_at=now + SESSION_LIFETIME,
        user_agent=user_agent[:200],
        created_at=now,
    )
    session.add(row)
    flow.record(session, accounts.person_of(user), "user.signed_in", user, Subject(), now)
    return token


def extend_session(session: Session, token: str, now: datetime) -> None:
    """Somebody is at work: their session lasts longer, up to a limit."""
    session.execute(
        sa.update(UserSession)
        .where(
            col(UserSession.token_hash) == digest(token),
            col(UserSession.last_seen_at) < now - SESSION_STEP,
            col(UserSession.created_at) > now - SESSION_LONGEST,
        )
        .values(last_seen_at=now, expires_at=now + SESSION_LIFETIME)
    )


def end_session(session: Session, token: str) -> None:
    """Sign out the browser that holds this token."""
    session.execute(sa.delete(UserSession).where(col(UserSession.token_hash) == digest(token)))


def end_own_session(session: Session, actor: Actor, session_id: int, now: datetime) -> None:
    """Sign out one of one's own browsers. Raises NotFound for anybody else's."""
    user = accounts.own(session, actor)
    row = flow.get(session, UserSession, session_id)
    if row.user_id != user.pk:
        raise NotFound()
    session.delete(row)
    flow.record(session, actor, "user.session_ended", user, Subject(), now)


def end_all_sessions(session: Session, user: User, *, but: str | None = None) -> None:
    """Sign a person out everywhere, but in the browser that holds the token `but`."""
    ended = sa.delete(UserSession).where(col(UserSession.user_id) == user.pk)
    session.execute(ended if but is None else ended.where(col(UserSession.token_hash) != digest(but)))


def prove(session: Session, user: User, password: str, now: datetime, field: str = "current_password") -> None:
    """Somebody who is signed in shows that they still know the password. Commit even when this refuses.

    Raises Locked after too many failures, Invalid for `field` when it is wrong.
    """
    counted = [(counters.ADDRESS, user.email)]
    counters.enter(session, counted, now)
    if not passwords.verify(user.password_hash, password):
        counters.count(session, counted, now)
        raise Invalid({field: "password_wrong"})
    counters.forget(session, counters.ADDRESS, user.email)


def change_password(session: Session, actor: Actor, current: str, new: str, now: datetime) -> User:
    """Choose another password; every session ends, so that the caller has to start a new one.

    Raises Locked, or Invalid for ``current_password`` or ``new_password``.
    """
    user = accounts.own(session, actor)
    prove(session, user, current, now)
    if current == new:
        raise Invalid({"new_password": "password_same"})
    _require_good(user, new)
    _set_password(session, user, new, now)
    flow.record(session, actor, "user.password_changed", user, Subject(), now)
    return user


def _require_good(user: User, password: str) -> None:
    weak = passwords.problem(password, user.email, user.name)
    if weak:
        raise Invalid({"new_password": weak})


def _set_password(session: Session, user: User, password: str, now: datetime) -> None:
    """All sessions and reset links end; the owner hears of it, in case it was somebody else."""
    first = user.password_hash is None
    user.password_hash, user.updated_at = passwords.hash_password(password), now
    end_all_sessions(session, user)
    void_tokens(session, user, now, TokenPurpose.RESET)
    if not first:
        notices.mail(session, "password_changed", user, f"{now.timestamp()}", now)


def forgot_password(session: Session, email: str, network: str, now: datetime) -> None:
    """Mail a link for choosing a new password if the address has an account; nobody can tell from here.

    Raises Invalid for something that is no address, Locked after too many mails.
    """
    address = accounts.valid_email(email)
    accounts.limit_mail(session, address, network, now)
    user = queries.user_by_email(session, address)
    if user is None or not user.active:
        issue_token(session, TokenPurpose.RESET, digest(address), now)  # as much work, leading nowhere
        return
    token = issue_token(session, TokenPurpose.RESET, address, now, user=user)
    notices.mail(session, "reset", user, digest(token)[:16], now, token=token)


def resetting(session: Session, secret: str, now: datetime) -> User:
    """The person whom a reset link concerns. Raises NotFound when the link leads nowhere."""
    row = find_token(session, TokenPurpose.RESET, secret, now)
    user = session.get(User, row.user_id) if row.user_id is not None else None
    if user is None or not user.active:
        raise NotFound("link_gone")
    return user


def reset_password(session: Session, secret: str, password: str, now: datetime) -> User:
    """Choose a password by a link from one's mailbox, which also confirms the address and lifts a lock-out.

    Raises NotFound when the link leads nowhere, Invalid for ``new_password``.
    """
    user = resetting(session, secret, now)
    _require_good(user, password)
    consume_token(session, TokenPurpose.RESET, secret, now)
    _set_password(session, user, password, now)
    accounts.mark_confirmed(session, user, now)
    counters.forget(session, counters.ADDRESS, user.email)
    flow.record(session, accounts.person_of(user), "user.password_reset", user, Subject(), now)
    return user
