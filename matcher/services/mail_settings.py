"""How often a person is written to, kind by kind: chosen in the account, or ended by a link in any such mail."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session

from matcher.errors import Invalid, NotFound
from matcher.policy import Actor, Subject
from matcher.services import accounts, flow
from matcher.services.notices import RHYTHMS
from models import NoticeSetting, User
from models.enums import NoticeKind, Rhythm, Role
from models.queries import notices as queries

CITY_ROLES = frozenset({Role.COORDINATOR, Role.DEPARTMENT})
OF_CITY = frozenset({NoticeKind.CHALLENGE, NoticeKind.WORK})
OF_PARTNER = frozenset({NoticeKind.ANNOUNCEMENT})
#: the reminder of what waits is itself a digest
BUNDLED = (Rhythm.DAILY, Rhythm.WEEKLY)


def kinds_for(actor: Actor) -> list[NoticeKind]:
    """The kinds of mail that reach somebody with these seats, in their order."""
    hidden = set() if actor.roles & CITY_ROLES else OF_CITY
    hidden = hidden | (set() if actor.partner_ids else OF_PARTNER)
    return [kind for kind in NoticeKind if kind not in hidden]


def rhythms_of(kind: NoticeKind) -> list[Rhythm]:
    """What can be chosen for a kind."""
    return [rhythm for rhythm in Rhythm if not (kind is NoticeKind.WORK and rhythm is Rhythm.AT_ONCE)]


def present(session: Session, user_id: int) -> dict[NoticeKind, Rhythm]:
    """The rhythm of every kind as it holds for a person."""
    return RHYTHMS | {kind: row.rhythm for kind, row in queries.choices(session, user_id).items()}


def choose(session: Session, actor: Actor, wanted: Mapping[NoticeKind, Rhythm], *, now: datetime) -> None:
    """Set one's own rhythms. Raises Invalid for a rhythm that a kind does not know."""
    user = accounts.own(session, actor)
    wrong = {kind.value: "unknown" for kind, rhythm in wanted.items() if rhythm not in rhythms_of(kind)}
    if wrong:
        raise Invalid(wrong)
    _set(session, actor, user, wanted, now)


def stop(session: Session, user_id: int, kind: NoticeKind | None, *, now: datetime) -> User:
    """No more mail of this kind, or without one no more digests, for whoever holds the link; twice is harmless.

    Raises NotFound for an account that has been closed.
    """
    user = flow.get(session, User, user_id)
    if not user.active:
        raise NotFound()
    bundled = [key for key, rhythm in present(session, user_id).items() if rhythm in BUNDLED]
    stopped = [kind] if kind is not None else bundled
    _set(session, Actor(user.pk), user, dict.fromkeys(stopped, Rhythm.NEVER), now)
    return user


def _set(session: Session, actor: Actor, user: User, wanted: Mapping[NoticeKind, Rhythm], now: datetime) -> None:
    chosen, before = queries.choices(session, user.pk), present(session, user.pk)
    changed = {kind: rhythm for kind, rhythm in wanted.items() if before[kind] is not rhythm}
    for kind, rhythm in changed.items():
        row = chosen.get(kind) or NoticeSetting(user_id=user.pk, kind=kind, rhythm=rhythm, created_at=now)
        row.rhythm = rhythm
        session.add(row)
    if changed:
        told = {kind.value: rhythm.value for kind, rhythm in changed.items()}
        flow.record(
            session, actor, "user.mail_chosen", user, Subject(), now, mails=[f"{k}={r}" for k, r in told.items()]
        )
