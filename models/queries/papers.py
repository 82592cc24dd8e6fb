"""Reads of issued documents, and of what stands in those about applications and schemes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Answer,
    Application,
    Attachment,
    IssuedPaper,
    Municipality,
    PaperSettings,
    Partner,
    Scheme,
    SchemeQuestion,
    SchemeTier,
    User,
)
from models.enums import ApplicationStatus, PaperKind, QuestionKind


@dataclass(frozen=True)
class PaperFilter:
    """What a register is narrowed down to; an empty field is no condition."""

    text: str = ""
    kinds: Sequence[str] = ()
    years: Sequence[int] = ()


@dataclass(frozen=True)
class RegisterRow:
    """A document as the register lists it; `issued_by` is empty when nobody is known."""

    paper: IssuedPaper
    issued_by: str


@dataclass(frozen=True)
class ApplicationFile:
    """An application with what its documents name; `answers` hold each question of its form with what was said."""

    application: Application
    partner: Partner
    scheme: Scheme
    tier: SchemeTier
    answers: tuple[tuple[SchemeQuestion, Any], ...]


def settings(session: Session, municipality_id: int) -> PaperSettings | None:
    """How a municipality numbers and signs its documents; None while nobody has said so."""
    return session.exec(select(PaperSettings).where(PaperSettings.municipality_id == municipality_id)).first()


def set_up_in(session: Session) -> list[str]:
    """The codes of the municipalities that have said how their documents are numbered and signed."""
    statement = select(Municipality.code).join(PaperSettings, col(PaperSettings.municipality_id) == Municipality.id)
    return list(session.exec(statement.order_by(col(Municipality.code))))


def last_number(session: Session, municipality_id: int, fiscal_year: int) -> int:
    """The highest number given in a fiscal year; 0 before the first."""
    statement = select(sa.func.max(IssuedPaper.number)).where(
        IssuedPaper.municipality_id == municipality_id, IssuedPaper.fiscal_year == fiscal_year
    )
    return session.exec(statement).one() or 0


def ids(session: Session, municipality_id: int, wanted: PaperFilter) -> list[int]:
    """The keys of the documents that `wanted` lets through, the latest first."""
    statement = (
        select(col(IssuedPaper.id))
        .where(IssuedPaper.municipality_id == municipality_id, *_conditions(wanted))
        .order_by(col(IssuedPaper.fiscal_year).desc(), col(IssuedPaper.number).desc())
    )
    return [key for key in session.exec(statement) if key is not None]


def _conditions(wanted: PaperFilter) -> list[Any]:
    columns = (col(IssuedPaper.title), col(IssuedPaper.addressee), col(IssuedPaper.reference))
    conditions: list[Any] = [
        sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in wanted.text.split()[:8]
    ]
    if wanted.kinds:
        conditions.append(col(IssuedPaper.kind).in_(wanted.kinds))
    if wanted.years:
        conditions.append(col(IssuedPaper.fiscal_year).in_(wanted.years))
    return conditions


def register(session: Session, keys: Sequence[int]) -> list[RegisterRow]:
    """The documents with these keys, without what they say, the latest first."""
    statement = (
        select(IssuedPaper, User.name)
        .outerjoin(User, col(User.id) == IssuedPaper.issued_by_id)
        .where(col(IssuedPaper.id).in_(keys))
        .options(sa.orm.defer(col(IssuedPaper.body)))  # type: ignore[arg-type]
        .order_by(col(IssuedPaper.fiscal_year).desc(), col(IssuedPaper.number).desc())
    )
    return [RegisterRow(paper, name or "") for paper, name in session.exec(statement)]


def years(session: Session, municipality_id: int) -> list[int]:
    """The fiscal years in which documents were issued, the latest first."""
    statement = select(IssuedPaper.fiscal_year).where(IssuedPaper.municipality_id == municipality_id).distinct()
    return sorted(session.exec(statement), reverse=True)


def issued(session: Session, municipality_id: int, paper_id: int) -> RegisterRow | None:
    """One document of a municipality."""
    statement = (
        select(IssuedPaper, User.name)
        .outerjoin(User, col(User.id) == IssuedPaper.issued_by_id)
        .where(IssuedPaper.id == paper_id, IssuedPaper.municipality_id == municipality_id)
    )
    found = session.exec(statement).first()
    return None if found is None else RegisterRow(found[0], found[1] or "")


def about(
    session: Session, municipality_id: int, kind: PaperKind, subject_type: str, subject_id: int
) -> list[IssuedPaper]:
    """The documents of one kind that were issued about something, the latest first."""
    statement = (
        select(IssuedPaper)
        .where(
            IssuedPaper.municipality_id == municipality_id,
            IssuedPaper.kind == kind,
            IssuedPaper.subject_type == subject_type,
            IssuedPaper.subject_id == subject_id,
        )
        .options(sa.orm.defer(col(IssuedPaper.body)))  # type: ignore[arg-type]
        .order_by(col(IssuedPaper.id).desc())
    )
    return list(session.exec(statement))


def of_application(session: Session, row: Application) -> list[IssuedPaper]:
    """What was issued to the applicant about an application, the latest first."""
    statement = (
        select(IssuedPaper)
        .where(
            IssuedPaper.municipality_id == row.municipality_id,
            IssuedPaper.partner_id == row.partner_id,
            IssuedPaper.subject_type == "application",
            IssuedPaper.subject_id == row.pk,
        )
        .options(sa.orm.defer(col(IssuedPaper.body)))  # type: ignore[arg-type]
        .order_by(col(IssuedPaper.id).desc())
    )
    return list(session.exec(statement))


def received(session: Session, partner_id: int) -> list[tuple[IssuedPaper, Municipality]]:
    """The documents addressed to a partner with who issued them, the latest first."""
    statement = (
        select(IssuedPaper, Municipality)
        .join(Municipality, col(Municipality.id) == IssuedPaper.municipality_id)
        .where(IssuedPaper.partner_id == partner_id)
        .options(sa.orm.defer(col(IssuedPaper.body)))  # type: ignore[arg-type]
        .order_by(col(IssuedPaper.issued_on).desc(), col(IssuedPaper.id).desc())
    )
    return [(paper, town) for paper, town in session.exec(statement)]


def application(session: Session, municipality_id: int, application_id: int) -> ApplicationFile | None:
    """An application to a municipality that has been handed in, with its answers in the order of the form."""
    return _file(session, Application.municipality_id == municipality_id, application_id, drafts=False)


def own_application(session: Session, partner_id: int, application_id: int) -> ApplicationFile | None:
    """An application of a partner, also one that it is still writing."""
    return _file(session, Application.partner_id == partner_id, application_id, drafts=True)


def _file(session: Session, whose: Any, application_id: int, *, drafts: bool) -> ApplicationFile | None:
    statement = (
        select(Application, Partner, Scheme, SchemeTier)
        .join(Partner, col(Partner.id) == Application.partner_id)
        .join(Scheme, col(Scheme.id) == Application.scheme_id)
        .join(SchemeTier, col(SchemeTier.id) == Application.tier_id)
        .where(Application.id == application_id, whose)
    )
    found = session.exec(statement).first()
    if found is None or (found[0].status is ApplicationStatus.DRAFT and not drafts):
        return None
    row, partner, scheme, tier = found
    return ApplicationFile(row, partner, scheme, tier, _answers(session, row))


def _answers(session: Session, row: Application) -> tuple[tuple[SchemeQuestion, Any], ...]:
    statement = (
        select(SchemeQuestion, Answer.value)
        .outerjoin(Answer, sa.and_(col(Answer.question_id) == SchemeQuestion.id, col(Answer.application_id) == row.id))
        .where(SchemeQuestion.form_id == row.form_id)
        .order_by(col(SchemeQuestion.position), col(SchemeQuestion.id))
    )
    return tuple((question, value) for question, value in session.exec(statement))


def files_of(session: Session, found: ApplicationFile) -> dict[int, str]:
    """The files that answer a form, by key, with the name each was handed in under."""
    keys = [value for question, value in found.answers if question.kind is QuestionKind.FILE]
    statement = select(Attachment.id, Attachment.name).where(
        col(Attachment.id).in_([key for key in keys if isinstance(key, int)]),
        Attachment.subject_type == "application",
        Attachment.subject_id == found.application.pk,
    )
    return {key: name for key, name in session.exec(statement.order_by(col(Attachment.id))) if key is not None}
