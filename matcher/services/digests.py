"""The digest: once a day at most, one mail with everything that could wait for it, and nothing when nothing waits.

It tells what had come by seven in the morning, and what is due once a week by that hour on Monday. The mail, the
entries that it takes along and the key that makes it the only one of its day are one transaction: a worker that is
killed leaves all of it undone, and does it again.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from matcher.policy import Actor
from matcher.services import flow, mail_settings, notices, threads, worklist
from matcher.services.accounts import as_actor
from matcher.services.challenge_data import JAPAN, today
from matcher.services.worklist import Holder, Item
from models import Department, DigestEntry, Membership, Municipality, User
from models.enums import NoticeKind, Rhythm, Role
from models.queries import accounts, outbox
from models.queries import notices as queries

#: until this hour things are collected, and before it nobody is mailed a digest
FROM_HOUR = 7
MONDAY = 0


@dataclass(frozen=True)
class _Reader:
    """Whose digest it is, what they chose, and when they got the last one."""

    user: User
    actor: Actor
    seats: list[Membership]
    rhythms: dict[NoticeKind, Rhythm]
    last: date


def candidates(session: Session, *, now: datetime) -> list[int]:
    """The people for whom there may be a digest at this hour."""
    return queries.perhaps_due(session) if now.astimezone(JAPAN).hour >= FROM_HOUR else []


def send(session: Session, user_id: int, *, now: datetime) -> bool:
    """Put a person's digest of the day into the outbox; tells whether there was anything to say.

    The caller commits. A second call on the same day changes nothing.
    """
    user, day = flow.locked(session, User, user_id), today(now)
    if not user.active or user.email_confirmed_at is None:
        return False
    if outbox.is_queued(session, f"digest:{day.isoformat()}:{user_id}"):
        return False
    reader = _reader(session, user)
    entries, work = _entries(session, reader, now), _work(session, reader, now)
    if entries or work:
        told = [{"template": entry.template, "params": entry.params} for entry in entries]
        notices.mail(session, "digest", user, day.isoformat(), now, entries=told, work=work)
    session.flush()
    return bool(entries or work)


def _reader(session: Session, user: User) -> _Reader:
    seats = accounts.memberships(session, user.pk)
    last = queries.last_digest(session, user.pk)
    chosen = mail_settings.present(session, user.pk)
    return _Reader(user, as_actor(user, seats), seats, chosen, today(last) if last else date.min)


def _entries(session: Session, reader: _Reader, now: datetime) -> list[DigestEntry]:
    """What is due, each conversation once; what is due no more (read, withdrawn, unwanted) is done without a word."""
    morning, monday = _morning(today(now)), _morning(_monday(today(now)))
    told: dict[object, DigestEntry] = {}
    for entry in queries.waiting(session, reader.user.pk):
        rhythm = reader.rhythms[notices.KINDS[entry.template]]
        if entry.created_at >= (monday if rhythm is Rhythm.WEEKLY else morning):
            continue
        entry.done_at = now
        message = entry.params.get("message_id")
        current = message is None or threads.still_new(session, reader.actor, message)
        if rhythm is not Rhythm.NEVER and current:
            told.setdefault(entry.params.get("thread_id") or f"entry {entry.pk}", entry)
    return list(told.values())


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(FROM_HOUR), JAPAN)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _work(session: Session, reader: _Reader, now: datetime) -> list[dict[str, Any]]:
    """What of the work list is amber or red, by office and desk, when some of it is so only since the last time."""
    rhythm = reader.rhythms[NoticeKind.WORK]
    if rhythm is Rhythm.NEVER or (rhythm is Rhythm.WEEKLY and today(now).weekday() != MONDAY):
        return []
    since = reader.last if rhythm is Rhythm.DAILY else today(now) - timedelta(days=7)
    return [
        office
        for seat in reader.seats
        if seat.municipality_id is not None
        for office in [_office(session, reader, seat, seat.municipality_id, since, now)]
        if office["desks"]
    ]


def _office(
    session: Session, reader: _Reader, seat: Membership, municipality_id: int, since: date, now: datetime
) -> dict[str, Any]:
    """Numbers only: a mail does not say what it is that waits."""
    town = flow.get(session, Municipality, municipality_id)
    items = _concerning(session, reader, seat, municipality_id, now)
    turned = any(item.turned > since for item in items)
    desks: dict[str, dict[str, Any]] = {}
    for item in items if turned else ():
        line = desks.setdefault(item.desk.value, {"desk": item.desk.value, "red": 0, "amber": 0})
        line[item.level] += 1
    return {"municipality": town.name, "municipality_en": town.name_en, "desks": list(desks.values())}


def _concerning(session: Session, reader: _Reader, seat: Membership, municipality_id: int, now: datetime) -> list[Item]:
    """What is late: all of it for coordinators, for a department what it holds itself."""
    work = worklist.gather(session, reader.actor, municipality_id, now=now)
    late = [item for items in work.desks.values() for item in items if item.level]
    if seat.role is Role.COORDINATOR:
        return late
    department = session.get(Department, seat.department_id) if seat.department_id is not None else None
    return [
        item
        for item in late
        if item.holder is Holder.DEPARTMENT and (department is None or item.waiting.who == department.name)
    ]
