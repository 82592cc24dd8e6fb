"""Leaving: an account is closed by its owner, and everything personal goes with it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from matcher.errors import Invalid
from matcher.policy import Actor, Subject
from matcher.services import accounts, flow, signing
from models import DigestEntry, MessageMention, NoticeSetting, OutboxMessage, ThreadRead, Token, User, UserSession
from models.enums import MailStatus
from models.queries import accounts as queries


def close_account(session: Session, actor: Actor, password: str, now: datetime) -> None:
    """The seats, links, sessions and everything personal go; what was done stays, without a name.

    Raises Locked, Invalid for ``current_password``, or Invalid for ``seat`` while a house or the platform would be left
    without anybody.
    """
    user = accounts.own(session, actor)
    signing.prove(session, user, password, now)
    held = queries.memberships(session, user.pk)
    for row in held:
        accounts.require_other_keeper(session, row)
    if user.is_admin and all(other.pk == user.pk for other in queries.admins(session)):
        raise Invalid({"seat": "last_admin"})
    flow.record(session, actor, "user.closed", user, Subject(), now, seats=len(held))
    for row in held:
        session.delete(row)
    _erase(session, user, now)


def _erase(session: Session, user: User, now: datetime) -> None:
    session.execute(sa.delete(UserSession).where(col(UserSession.user_id) == user.pk))
    session.execute(sa.delete(Token).where(col(Token.user_id) == user.pk))
    session.execute(sa.delete(DigestEntry).where(col(DigestEntry.user_id) == user.pk))
    session.execute(sa.delete(NoticeSetting).where(col(NoticeSetting.user_id) == user.pk))
    session.execute(sa.delete(ThreadRead).where(col(ThreadRead.user_id) == user.pk))
    session.execute(sa.delete(MessageMention).where(col(MessageMention.user_id) == user.pk))
    mails = col(OutboxMessage.user_id) == user.pk
    session.execute(sa.delete(OutboxMessage).where(mails, col(OutboxMessage.status) == MailStatus.PENDING))
    session.execute(sa.update(OutboxMessage).where(mails).values(to_email="", params={}, body_text="", body_html=""))
    user.email, user.name = accounts.closed_email(user), "―"
    user.password_hash, user.title, user.phone = None, "", ""
    user.active, user.is_admin, user.updated_at = False, False, now
    session.flush()
