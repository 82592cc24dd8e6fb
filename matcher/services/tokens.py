"""Links that are sent by e-mail: random, good for one use, and known to the database only by their SHA-256."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from matcher.errors import NotFound
from models import Token, User
from models.enums import TokenPurpose
from models.queries import accounts as queries

LIFETIMES = {
    TokenPurpose.CONFIRM: timedelta(days=3),
    TokenPurpose.RESET: timedelta(hours=1),
    TokenPurpose.INVITE: timedelta(days=14),
}


def digest(secret: str) -> str:
    """SHA-256 in hex: what the database keeps of a random secret, and of an address that it counts by."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue_token(
    session: Session,
    purpose: TokenPurpose,
    email: str,
    now: datetime,
    *,
    user: User | None = None,
    lifetime: timedelta | None = None,
    **payload: Any,
) -> str:
    """Store a new link for `email` and answer its secret, which is kept nowhere else."""
    secret = secrets.token_urlsafe(32)
    row = Token(
        purpose=purpose,
        token_hash=digest(secret),
        user_id=user.pk if user else None,
        email=email,
        payload=payload,
        expires_at=now + (lifetime or LIFETIMES[purpose]),
        created_at=now,
    )
    session.add(row)
    session.flush()
    return secret


def find_token(session: Session, purpose: TokenPurpose, secret: str, now: datetime) -> Token:
    """The link, if it can still be used.

    Raises NotFound when it is unknown, used or expired: a stranger is not told which.
    """
    row = queries.open_token(session, purpose, digest(secret))
    if row is None or row.used_at is not None or row.expires_at <= now:
        raise NotFound("link_gone")
    return row


def consume_token(session: Session, purpose: TokenPurpose, secret: str, now: datetime) -> Token:
    """Use up the link; of two people who do so at the same moment one gets NotFound."""
    row = find_token(session, purpose, secret, now)
    taken = session.execute(
        sa.update(Token).where(col(Token.id) == row.id, col(Token.used_at).is_(None)).values(used_at=now)
    )
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFound("link_gone")
    session.refresh(row)
    return row


def void_tokens(session: Session, user: User, now: datetime, purpose: TokenPurpose | None = None) -> None:
    """Make the links that were sent to a person useless."""
    open_ones = [col(Token.user_id) == user.pk, col(Token.used_at).is_(None)]
    if purpose is not None:
        open_ones.append(col(Token.purpose) == purpose)
    session.execute(sa.update(Token).where(*open_ones).values(used_at=now))
