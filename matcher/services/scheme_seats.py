"""Screeners from outside the office (共同事務局・審査員): who may screen the applications to one scheme."""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid
from matcher.policy import Actor
from matcher.services import flow, notices
from matcher.services.schemes import of_scheme
from models import Membership, Scheme
from models.enums import Role
from models.queries import accounts
from models.queries import schemes as queries


def give(session: Session, actor: Actor, scheme_id: int, email: str, *, now: datetime) -> Membership:
    """Let somebody with an account screen for a scheme; twice is harmless. They are told by mail.

    Raises NotFound or NotAllowed for anybody but the coordinators, or Invalid when nobody has this address.
    """
    scheme = flow.locked(session, Scheme, scheme_id)
    policy.require(actor, "scheme.edit", of_scheme(scheme))
    user = accounts.user_by_email(session, email.strip().casefold())
    if user is None or not user.active:
        raise Invalid({"email": "no_account"})
    for screener in queries.screeners(session, scheme_id):
        if screener.user.pk == user.pk:
            return screener.seat
    row = Membership(user_id=user.pk, role=Role.REVIEWER, scheme_id=scheme_id, created_at=now)
    session.add(row)
    flow.record(session, actor, "screener.added", row, of_scheme(scheme), now, scheme=scheme_id, user=user.pk)
    notices.mail(session, "screener_added", user, str(row.pk), now, scheme_id=scheme_id, scheme=scheme.name)
    return row


def take(session: Session, actor: Actor, scheme_id: int, membership_id: int, *, now: datetime) -> None:
    """End a screener's seat. Raises NotFound or NotAllowed."""
    scheme = flow.locked(session, Scheme, scheme_id)
    policy.require(actor, "scheme.edit", of_scheme(scheme))
    found = [one.seat for one in queries.screeners(session, scheme_id) if one.seat.pk == membership_id]
    for row in found:
        flow.record(session, actor, "screener.removed", row, of_scheme(scheme), now, scheme=scheme_id, user=row.user_id)
        session.delete(row)
    session.flush()
