"""People: accounts, the seats they hold, their sessions, and the counters that slow an attacker down."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, UTCDateTime, Versioned, choice, foreign
from models.enums import Role, TokenPurpose


class User(Versioned, table=True):
    """One person. `email` is stored case-folded; `password_hash` is argon2id, absent until chosen."""

    __tablename__ = "user_account"
    email: str = Field(max_length=254, unique=True)
    name: str = Field(max_length=100)
    password_hash: str | None = Field(default=None, max_length=200)
    language: str = Field(default="ja", max_length=5)
    is_admin: bool = Field(default=False)
    is_demo: bool = Field(default=False)
    active: bool = Field(default=True)
    phone: str = Field(default="", max_length=40)
    title: str = Field(default="", max_length=100)
    email_confirmed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Membership(Row, table=True):
    """A seat: a role at one municipality, at one partner or in the screening of one scheme."""

    __table_args__ = (
        sa.CheckConstraint(
            "(municipality_id IS NOT NULL AND partner_id IS NULL AND scheme_id IS NULL)"
            " OR (municipality_id IS NULL AND partner_id IS NOT NULL AND scheme_id IS NULL)"
            " OR (municipality_id IS NULL AND partner_id IS NULL AND scheme_id IS NOT NULL)",
            name="one_house",
        ),
        sa.CheckConstraint(
            "(municipality_id IS NOT NULL AND role IN ('coordinator','department'))"
            " OR (partner_id IS NOT NULL AND role IN ('partner_admin','partner_member'))"
            " OR (scheme_id IS NOT NULL AND role = 'reviewer')",
            name="role_fits_house",
        ),
        sa.UniqueConstraint("user_id", "municipality_id"),
        sa.UniqueConstraint("user_id", "partner_id"),
        sa.UniqueConstraint("user_id", "scheme_id"),
    )
    user_id: int = foreign("user_account.id", cascade=True)
    role: Role = Field(sa_type=choice(Role))
    municipality_id: int | None = foreign("municipality.id", default=None)
    department_id: int | None = foreign("department.id", default=None, index=False)
    partner_id: int | None = foreign("partner.id", default=None)
    scheme_id: int | None = foreign("scheme.id", cascade=True, default=None, index=False)


class UserSession(Row, table=True):
    """A signed-in browser; the cookie holds a random token, this row only its SHA-256."""

    token_hash: str = Field(max_length=64, unique=True)
    user_id: int = foreign("user_account.id", cascade=True)
    last_seen_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    user_agent: str = Field(default="", max_length=200)


class Token(Row, table=True):
    """A link sent by e-mail, good for one use; only its SHA-256 is stored."""

    purpose: TokenPurpose = Field(sa_type=choice(TokenPurpose))
    token_hash: str = Field(max_length=64, unique=True)
    user_id: int | None = foreign("user_account.id", cascade=True, default=None)
    email: str = Field(max_length=254)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class LoginCounter(Row, table=True):
    """Failed attempts by hashed address or network, kept in the database so that every worker counts together."""

    key_hash: str = Field(max_length=64, unique=True)
    failures: int = Field(default=0)
    window_start: datetime = Field(sa_type=UTCDateTime)
    locked_until: datetime | None = Field(default=None, sa_type=UTCDateTime)


class SavedForm(Row, table=True):
    """What somebody had typed when their session ended, so that nothing is lost by signing in again."""

    token_hash: str = Field(max_length=64, unique=True)
    path: str = Field(max_length=500)
    data: dict[str, Any] = Field(sa_type=sa.JSON)
    expires_at: datetime = Field(sa_type=UTCDateTime)
