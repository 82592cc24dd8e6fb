"""Puts mail into the outbox, in the transaction that causes it, or keeps it for a digest, as each person wants it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlmodel import Session

from models import DigestEntry, OutboxMessage, User
from models.enums import NoticeKind, Rhythm
from models.queries import notices as queries
from models.queries import outbox

#: Template → the kind by which people choose how often. One without a kind always goes at once: security, what was
#: handed in, decisions, what waits for an agreement by a date, and contacts that were passed on are not for anybody to
#: miss (tests/web/test_mail.py lists them).
KINDS: dict[str, NoticeKind] = {
    "mentioned": NoticeKind.MENTION,
    "message_posted": NoticeKind.MESSAGE,
    "change_noted": NoticeKind.MESSAGE,
    "collaboration_begun": NoticeKind.MESSAGE,
    "collaboration_finished": NoticeKind.MESSAGE,
    "collaboration_planned": NoticeKind.MESSAGE,
    "collaboration_published": NoticeKind.MESSAGE,
    "consultation_answered": NoticeKind.MESSAGE,
    "group_task_given": NoticeKind.MESSAGE,
    "proposal_noted": NoticeKind.MESSAGE,
    "proposal_noted_by_city": NoticeKind.MESSAGE,
    "question_answered": NoticeKind.MESSAGE,
    "announcement": NoticeKind.ANNOUNCEMENT,
    "invitation": NoticeKind.MATCH,
    "invitation_lapsed": NoticeKind.MATCH,
    "invitation_refused": NoticeKind.MATCH,
    "invitation_reminder": NoticeKind.MATCH,
    "interest_declined": NoticeKind.MATCH,
    "interest_shown": NoticeKind.MATCH,
    "interest_withdrawn": NoticeKind.MATCH,
    "say_more": NoticeKind.MATCH,
    "challenge_published": NoticeKind.CHALLENGE,
    "challenge_returned": NoticeKind.CHALLENGE,
    "challenge_submitted": NoticeKind.CHALLENGE,
    "question_asked": NoticeKind.CHALLENGE,
    "group_admitted": NoticeKind.GROUP,
    "group_closed": NoticeKind.GROUP,
    "group_declined": NoticeKind.GROUP,
    "group_idle": NoticeKind.GROUP,
    "group_invited": NoticeKind.GROUP,
    "group_joined": NoticeKind.GROUP,
    "group_left": NoticeKind.GROUP,
    "group_proposed": NoticeKind.GROUP,
    "group_requested": NoticeKind.GROUP,
}
#: the rhythm of a kind for people who have chosen none
RHYTHMS = dict.fromkeys(NoticeKind, Rhythm.AT_ONCE) | dict.fromkeys((NoticeKind.MESSAGE, NoticeKind.WORK), Rhythm.DAILY)


def mail(session: Session, template: str, user: User, key: str, now: datetime, **params: Any) -> None:
    """Tell one person; `key` makes it happen once however often the cause is repeated."""
    mail_all(session, template, [user], key, now, **params)


def mail_all(session: Session, template: str, users: Iterable[User], key: str, now: datetime, **params: Any) -> None:
    """Tell several people, each in their own rhythm; three queries at most, however many they are."""
    people = {f"{template}:{key}:{user.pk}": user for user in users}
    kind = KINDS.get(template)
    known = outbox.queued(session, people) if people else set()
    wanted: dict[int, Rhythm] = {}
    if kind is not None and people:
        known |= queries.kept(session, people)
        wanted = dict.fromkeys((user.pk for user in people.values()), RHYTHMS[kind])
        wanted |= queries.rhythms(session, wanted, kind)
    for unique, user in people.items():
        if unique not in known:
            _hand_on(session, template, user, unique, now, params, wanted.get(user.pk, Rhythm.AT_ONCE))


def _hand_on(
    session: Session, template: str, user: User, unique: str, now: datetime, params: dict[str, Any], rhythm: Rhythm
) -> None:
    if rhythm is Rhythm.AT_ONCE:
        _queue(session, template, user.email, user.language, unique, now, params, user.pk)
    elif rhythm is not Rhythm.NEVER:
        session.add(DigestEntry(key=unique, user_id=user.pk, template=template, params=params, created_at=now))


def mail_address(
    session: Session, template: str, email: str, language: str, key: str, now: datetime, **params: Any
) -> None:
    """Queue `template` for an address behind which there may be no account yet."""
    unique = f"{template}:{key}"
    if not outbox.is_queued(session, unique):
        _queue(session, template, email, language, unique, now, params)


def _queue(
    session: Session,
    template: str,
    email: str,
    language: str,
    unique: str,
    now: datetime,
    params: dict[str, Any],
    user_id: int | None = None,
) -> None:
    session.add(
        OutboxMessage(
            key=unique,
            template=template,
            language=language,
            to_email=email,
            user_id=user_id,
            params=params,
            next_attempt_at=now,
            created_at=now,
        )
    )
