"""Announcements (お知らせ): what a municipality tells a segment of its registered partners by mail."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.policy import Actor
from matcher.services import flow, notices
from matcher.services.partner_data import ABROAD
from models import Announcement, Municipality, Partner, User
from models.enums import NoticeKind, PartnerKind, Rhythm
from models.queries import announcements as queries
from models.queries import notices as settings
from models.queries.announcements import Segment
from models.reference import PREFECTURES

LONGEST_TITLE, LONGEST_BODY = 120, 8_000
GOALS = range(1, 18)


@dataclass(frozen=True)
class Audience:
    """Whom a segment reaches: its partners, the people who will get the mail, and who will not and why."""

    partners: list[Partner]
    people: list[User]
    opted_out: int
    without_account: int


def segment_of(row: Announcement) -> Segment:
    """The segment as it was stored."""
    return Segment(**row.segment)


def write(
    session: Session, actor: Actor, municipality_id: int, title: str, body: str, segment: Segment, *, now: datetime
) -> Announcement:
    """Begin a draft. Raises NotFound or NotAllowed for anybody but the municipality's coordinators, or Invalid."""
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "announcement.make", subject)
    _check(session, municipality_id, title, body, segment)
    row = Announcement(
        municipality_id=municipality_id,
        title=title,
        body=body,
        segment=asdict(segment),
        author_id=actor.user_id,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    flow.record(session, actor, "announcement.written", row, subject, now)
    return row


def rewrite(
    session: Session,
    actor: Actor,
    announcement_id: int,
    title: str,
    body: str,
    segment: Segment,
    *,
    version: int | None,
    now: datetime,
) -> Announcement:
    """Change a draft. Raises as `write`, Conflict, or InvalidTransition once it was sent."""
    row = _draft(session, actor, announcement_id, "edit")
    _check(session, row.municipality_id, title, body, segment)
    flow.check_version(row, version, {"title": title, "body": body})
    row.title, row.body, row.segment, row.updated_at = title, body, asdict(segment), now
    flow.record(session, actor, "announcement.edited", row, flow.of_municipality(row.municipality_id), now)
    return row


def drop(session: Session, actor: Actor, announcement_id: int, *, now: datetime) -> None:
    """Throw a draft away. Raises InvalidTransition once it was sent."""
    row = _draft(session, actor, announcement_id, "drop")
    flow.record(session, actor, "announcement.dropped", row, flow.of_municipality(row.municipality_id), now)
    session.delete(row)
    session.flush()


def send(session: Session, actor: Actor, announcement_id: int, *, version: int | None, now: datetime) -> Announcement:
    """Send a draft to everybody whom its segment reaches at this moment; twice is harmless.

    Raises Invalid when that is nobody, or Conflict when somebody changed it after the preview.
    """
    row = _own(session, actor, announcement_id)
    if row.sent_at is not None:
        return row
    flow.check_version(row, version, {"title": row.title, "body": row.body})
    found = audience(session, actor, row.municipality_id, segment_of(row))
    if not found.people:
        raise Invalid({"segment": "nobody"})
    town = flow.get(session, Municipality, row.municipality_id)
    told = {"title": row.title, "text": row.body, "municipality": town.name, "municipality_en": town.name_en}
    notices.mail_all(session, "announcement", found.people, str(row.pk), now, **told)
    row.sent_at, row.sent_by_id, row.count, row.updated_at = now, actor.user_id, len(found.people), now
    subject = flow.of_municipality(row.municipality_id)
    flow.record(session, actor, "announcement.sent", row, subject, now, people=row.count)
    return row


def audience(session: Session, actor: Actor, municipality_id: int, segment: Segment) -> Audience:
    """Whom a segment reaches now. Raises NotFound or NotAllowed."""
    policy.require(actor, "announcement.make", flow.of_municipality(municipality_id))
    partners = queries.partners(session, municipality_id, segment)
    seats = queries.people(session, [partner.pk for partner in partners])
    people = {user.pk: user for user, _ in seats}
    never = settings.rhythms(session, people, NoticeKind.ANNOUNCEMENT)
    willing = [user for key, user in people.items() if never.get(key) is not Rhythm.NEVER]
    silent = {partner.pk for partner in partners} - {key for _, key in seats}
    return Audience(partners, willing, len(people) - len(willing), len(silent))


def _own(session: Session, actor: Actor, announcement_id: int) -> Announcement:
    row = flow.locked(session, Announcement, announcement_id)
    policy.require(actor, "announcement.make", flow.of_municipality(row.municipality_id))
    return row


def _draft(session: Session, actor: Actor, announcement_id: int, action: str) -> Announcement:
    row = _own(session, actor, announcement_id)
    if row.sent_at is not None:
        raise InvalidTransition("announcement", action, "sent")
    return row


def look(session: Session, actor: Actor, announcement_id: int) -> Announcement:
    """One announcement, for the office that writes it. Raises NotFound."""
    row = flow.get(session, Announcement, announcement_id)
    if not policy.may(actor, "city.work", flow.of_municipality(row.municipality_id)):
        raise NotFound()
    return row


def _check(session: Session, municipality_id: int, title: str, body: str, segment: Segment) -> None:
    wrong = {name: "required" for name, text in (("title", title), ("body", body)) if not text.strip()}
    limits = (("title", title, LONGEST_TITLE), ("body", body, LONGEST_BODY))
    wrong |= {name: "too_long" for name, text, most in limits if len(text) > most}
    known: dict[str, Collection[Any]] = {
        "kinds": {kind.value for kind in PartnerKind},
        "goals": GOALS,
        "prefectures": {ABROAD, *(name for name, _ in PREFECTURES.values())},
        "tiers": {tier.pk for tier, _ in queries.tiers(session, municipality_id)},
        "groups": {group.pk for group in queries.groups(session, municipality_id)},
    }
    wrong |= {name: "unknown" for name, allowed in known.items() if not set(getattr(segment, name)) <= set(allowed)}
    if wrong:
        raise Invalid(wrong)
