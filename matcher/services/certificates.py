"""What a granted application gives: its number and term, and what becomes of it until the term is over."""

import secrets
from datetime import date, datetime, timedelta

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid
from matcher.lifecycles import APPLICATION, IN_FORCE
from matcher.policy import SYSTEM, Actor
from matcher.services import flow, letters
from matcher.services.challenge_data import JAPAN, today
from models import Application, SchemeTier
from models.enums import ApplicationStatus
from models.queries import applications as queries

#: how many days before the end a reminder goes out
REMIND_BEFORE = (90, 30, 7)
FISCAL_MONTH = 4


def is_valid(row: Application, on: date) -> bool:
    """Whether a certificate holds on a day."""
    return row.status in IN_FORCE and not _over(row, on)


def standing(row: Application, on: date) -> ApplicationStatus:
    """What has become of a certificate on a day, also when nobody has noted yet that its term is over."""
    return ApplicationStatus.EXPIRED if row.status in queries.STANDING and _over(row, on) else row.status


def _over(row: Application, on: date) -> bool:
    return row.valid_until is not None and row.valid_until < on


def declare(session: Session, row: Application, now: datetime) -> None:
    """Grant a declaration (宣言), which nobody screens."""
    issue(session, row, now)
    flow.move(session, SYSTEM, APPLICATION, row, "declare", flow.of_application(row), now)
    granted(session, row, now)


def issue(session: Session, row: Application, now: datetime) -> None:
    """Give an application its number, its key and its term.

    The tier is held until the transaction ends, so that two who grant at once give two numbers.
    """
    tier = flow.locked(session, SchemeTier, row.tier_id)
    row.number, row.verify_key = _number(session, tier, now), secrets.token_urlsafe(16)
    row.valid_from = today(now)
    row.valid_until = _until(session, row, tier)
    row.decided_at = now


def granted(session: Session, row: Application, now: datetime) -> None:
    """What follows when an application has come into force: the former one ends, and the partner is told."""
    row.status_since = now
    session.flush()
    if row.previous_id is not None:
        _supersede(session, flow.locked(session, Application, row.previous_id), now)
    letters.to_partner(session, "application_granted", row, now, number=row.number)


def _supersede(session: Session, former: Application, now: datetime) -> None:
    if former.status in queries.STANDING:
        flow.move(session, SYSTEM, APPLICATION, former, "supersede", flow.of_application(former), now)
        former.status_since = now


def fiscal_year(on: date) -> int:
    """The Japanese fiscal year (年度) of a day."""
    return on.year if on.month >= FISCAL_MONTH else on.year - 1


def _number(session: Session, tier: SchemeTier, now: datetime) -> str:
    """The next number that is free; a format with a year counts anew each fiscal year."""
    year = fiscal_year(today(now))
    begun = datetime(year, FISCAL_MONTH, 1, tzinfo=JAPAN) if "{year" in tier.number_format else None
    serial = queries.numbered(session, tier.pk, begun) + 1
    while queries.has_number(session, tier.pk, found := tier.number_format.format(year=year, number=serial)):
        serial += 1
    return found


def _until(session: Session, row: Application, tier: SchemeTier) -> date | None:
    """The last day, or the end of its fiscal year; a renewal adds its term to what is left of the former one."""
    if tier.term_years is None or row.valid_from is None:
        return None
    start = row.valid_from
    if row.previous_id is not None:
        former = flow.get(session, Application, row.previous_id).valid_until
        start = max(start, former + timedelta(days=1)) if former else start
    last = _years_on(start, tier.term_years) - timedelta(days=1)
    return date(fiscal_year(last) + 1, FISCAL_MONTH, 1) - timedelta(days=1) if tier.term_to_fiscal_year_end else last


def _years_on(day: date, years: int) -> date:
    """The same day years later; 29 February becomes 1 March, as the Civil Code counts."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def give_up(session: Session, actor: Actor, application_id: int, reason: str, *, now: datetime) -> Application:
    """Hand a certificate back (返上); twice is harmless. The office is told why."""
    row = flow.locked(session, Application, application_id)
    policy.require(actor, "application.give_up", flow.of_application(row))
    if row.status is ApplicationStatus.ENDED:
        return row
    if not reason.strip():
        raise Invalid({"text": "required"})
    flow.move(session, actor, APPLICATION, row, "give_up", flow.of_application(row), now)
    row.reason, row.status_since = reason.strip(), now
    session.flush()
    letters.to_office(session, "application_ended", row, now, step="give_up", note=row.reason)
    return row


def remind_all(session: Session, *, now: datetime) -> int:
    """Remind partners of the end of a term: once at each of the marks; gives how many were reminded."""
    on, renewing = today(now), queries.renewing(session)
    reminded = 0
    for held in queries.ending(session, on + timedelta(days=max(REMIND_BEFORE))):
        row = flow.locked(session, Application, held.application.pk)
        due = _due(row, on)
        if due is None or row.status not in IN_FORCE or row.pk in renewing:
            continue
        row.reminded_for = due
        flow.record(session, SYSTEM, "application.reminded", row, flow.of_application(row), now)
        session.flush()
        letters.to_partner(session, "application_expiring", row, now, until=row.valid_until.isoformat())  # type: ignore[union-attr]
        reminded += 1
    return reminded


def _due(row: Application, on: date) -> date | None:
    """The mark that was passed last, when nobody was reminded at it; None otherwise or when the term is over."""
    if row.valid_until is None or row.valid_until < on:
        return None
    passed = [mark for days in REMIND_BEFORE if (mark := row.valid_until - timedelta(days=days)) <= on]
    if not passed or (row.reminded_for is not None and row.reminded_for >= max(passed)):
        return None
    return max(passed)


def expire_all(session: Session, *, now: datetime) -> int:
    """End everything whose term is over, and tell the partners; gives how many ended."""
    ended = 0
    for key in queries.over(session, today(now)):
        row = flow.locked(session, Application, key)
        if row.status not in queries.STANDING:
            continue
        flow.move(session, SYSTEM, APPLICATION, row, "expire", flow.of_application(row), now)
        row.status_since = now
        session.flush()
        letters.to_partner(session, "application_expired", row, now)
        ended += 1
    return ended
