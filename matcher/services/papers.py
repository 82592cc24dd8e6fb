"""Issuing documents (発行文書): the next number of the fiscal year, what was said kept, and the register."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid
from matcher.policy import Actor, Subject
from matcher.services import flow, notices
from matcher.services.challenge_data import today
from models import IssuedPaper, Municipality, PaperSettings
from models.enums import PaperKind
from models.queries import papers as queries
from models.queries import recipients

LARGEST = 400_000
LONGEST = {"prefix": 20, "issuer_title": 60, "issuer_name": 60, "seal_note": 40, "contact": 200}
LONGEST_FORM = 60
MARCH = 3


@dataclass(frozen=True)
class Head:
    """What stands above a document: its number, its day, and who signs; the number is empty on a draft."""

    reference: str
    day: date
    issuer_title: str
    issuer_name: str
    seal_note: str
    contact: str
    form: str


@dataclass(frozen=True)
class About:
    """What a document is about: its kind and subject, to whom it goes, and the title by which the register knows it."""

    kind: PaperKind
    subject_type: str
    subject_id: int
    title: str
    addressee: str = ""
    partner_id: int | None = None


def fiscal_year(day: date) -> int:
    """The year in which the fiscal year (会計年度, from 1 April) began."""
    return day.year if day.month > MARCH else day.year - 1


def set_up(
    session: Session,
    actor: Actor,
    municipality_id: int,
    said: Mapping[str, str],
    forms: Mapping[str, str],
    *,
    version: int | None = None,
    now: datetime,
) -> PaperSettings:
    """Say how documents are numbered and signed; `said` has the fields of `LONGEST`, `forms` a 様式 for each kind.

    Raises Invalid, or Conflict when somebody else has changed it since `version`.
    """
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "city.coordinate", subject)
    _check(said, forms)
    row = queries.settings(session, municipality_id)
    if row is None:
        row = PaperSettings(municipality_id=municipality_id, prefix="", issuer_title="", created_at=now, updated_at=now)
        session.add(row)
    else:
        flow.check_version(row, version, dict(said))
    for name in LONGEST:
        setattr(row, name, said.get(name, "").strip())
    row.forms = {kind.value: forms[kind].strip() for kind in PaperKind if forms.get(kind, "").strip()}
    row.updated_at = now
    flow.record(session, actor, "paper.set_up", row, subject, now)
    return row


def _check(said: Mapping[str, str], forms: Mapping[str, str]) -> None:
    found = {name: "required" for name in ("prefix", "issuer_title") if not said.get(name, "").strip()}
    found |= {name: "too_long" for name, longest in LONGEST.items() if len(said.get(name, "")) > longest}
    found |= {f"form_{kind}": "too_long" for kind, text in forms.items() if len(text) > LONGEST_FORM}
    if found:
        raise Invalid(found)


def head(settings: PaperSettings | None, kind: PaperKind, day: date, reference: str = "") -> Head:
    """The head of a document as the municipality has set it up; without settings, nobody signs yet."""
    if settings is None:
        return Head(reference, day, "", "", "", "", "")
    return Head(
        reference,
        day,
        settings.issuer_title,
        settings.issuer_name,
        settings.seal_note,
        settings.contact,
        settings.forms.get(kind.value, ""),
    )


def issue(
    session: Session,
    actor: Actor,
    municipality_id: int,
    about: About,
    write: Callable[[Head], str],
    *,
    language: str,
    now: datetime,
) -> IssuedPaper:
    """Give a document the next number and keep what `write` says under it; the partner it is addressed to is told.

    Two people who issue at once wait for each other at the settings, so that no number is given twice or left out.
    Raises Invalid({"paper": …}) with `paper_not_set_up` or `paper_long`.
    """
    subject = Subject(municipality_id, frozenset({about.partner_id} - {None}))  # type: ignore[arg-type]
    policy.require(actor, "city.coordinate", subject)
    known = queries.settings(session, municipality_id)
    if known is None:
        raise Invalid({"paper": "paper_not_set_up"})
    settings = flow.locked(session, PaperSettings, known.pk)
    year = fiscal_year(today(now))
    number = queries.last_number(session, municipality_id, year) + 1
    above = head(settings, about.kind, today(now), f"{settings.prefix}第{number}号")
    body = write(above)
    if len(body) > LARGEST:
        raise Invalid({"paper": "paper_long"})
    row = IssuedPaper(
        **asdict(about),
        municipality_id=municipality_id,
        form=above.form,
        fiscal_year=year,
        number=number,
        reference=above.reference,
        issued_on=above.day,
        language=language,
        body=body,
        digest=digest(body),
        issued_by_id=actor.user_id,
        created_at=now,
    )
    session.add(row)
    flow.record(session, actor, "paper.issued", row, subject, now, kind=about.kind.value, about=about.subject_type)
    _tell(session, row, now)
    return row


def digest(body: str) -> str:
    """The SHA-256 of what a document says, as it is kept with it."""
    return hashlib.sha256(body.encode()).hexdigest()


def _tell(session: Session, row: IssuedPaper, now: datetime) -> None:
    if row.partner_id is None:
        return
    town = flow.get(session, Municipality, row.municipality_id)
    people = recipients.people_of_partner(session, row.partner_id)
    said = {"paper_id": row.pk, "municipality": town.name, "municipality_en": town.name_en}
    notices.mail_all(session, "paper_issued", people, str(row.pk), now, **said)
