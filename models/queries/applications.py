"""Reads of applications to schemes: what a partner writes and holds, and what an office screens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Answer,
    Application,
    Attachment,
    ChangeReport,
    Municipality,
    Partner,
    Scheme,
    SchemeForm,
    SchemeQuestion,
    SchemeRound,
    SchemeTier,
    User,
)
from models.enums import ApplicationStatus as P
from models.enums import SchemeStatus

UNFINISHED = (P.DRAFT, P.RECEIVED, P.SCREENING, P.ASKED)
STANDING = (P.GRANTED, P.SUSPENDED)


@dataclass(frozen=True)
class Held:
    """An application with what it is for and whose it is."""

    application: Application
    tier: SchemeTier
    scheme: Scheme
    municipality: Municipality
    partner: Partner


@dataclass(frozen=True)
class OpenTier:
    """A tier that can be applied to; `round` is the one that is open today, where it takes rounds."""

    tier: SchemeTier
    scheme: Scheme
    municipality: Municipality
    round: SchemeRound | None


@dataclass(frozen=True)
class Reach:
    """Whose applications somebody may read: those of a municipality, those of some schemes, or both."""

    municipality_id: int | None = None
    scheme_ids: Sequence[int] = ()

    def condition(self) -> Any:
        """Drafts belong to the partner alone."""
        here = sa.or_(
            col(Application.municipality_id) == self.municipality_id,
            col(Application.scheme_id).in_(self.scheme_ids),
        )
        return sa.and_(here, col(Application.submitted_at).is_not(None))


@dataclass(frozen=True)
class ApplicationFilter:
    """What an office narrows its list down to; an empty field is no condition. `text` is part of a name or number."""

    text: str = ""
    schemes: Sequence[int] = ()
    tiers: Sequence[int] = ()
    rounds: Sequence[int] = ()
    statuses: Sequence[P] = ()


def joined() -> Any:
    """Applications with the columns of `Held`."""
    shown: list[Any] = [Application, SchemeTier, Scheme, Municipality, Partner]
    return (
        sa.select(*shown)
        .join(SchemeTier, col(SchemeTier.id) == Application.tier_id)
        .join(Scheme, col(Scheme.id) == Application.scheme_id)
        .join(Municipality, col(Municipality.id) == Application.municipality_id)
        .join(Partner, col(Partner.id) == Application.partner_id)
    )


def one(session: Session, application_id: int) -> Held | None:
    """An application with what it is for."""
    found = session.exec(joined().where(Application.id == application_id)).first()
    return None if found is None else Held(*found)


def of_partner(session: Session, partner_id: int) -> list[Held]:
    """Everything a partner has applied for, the latest first. One query."""
    statement = joined().where(Application.partner_id == partner_id)
    return [Held(*row) for row in session.exec(statement.order_by(col(Application.id).desc()))]


def unfinished(session: Session, tier_id: int, partner_id: int) -> Application | None:
    """The application to a tier that a partner is writing or that nobody has decided yet; there is at most one."""
    statement = select(Application).where(
        Application.tier_id == tier_id, Application.partner_id == partner_id, col(Application.status).in_(UNFINISHED)
    )
    return session.exec(statement).first()


def standing(session: Session, tier_id: int, partner_id: int) -> Application | None:
    """What a partner holds of a tier, in force or suspended; the latest."""
    statement = (
        select(Application)
        .where(Application.tier_id == tier_id, Application.partner_id == partner_id)
        .where(col(Application.status).in_(STANDING))
        .order_by(col(Application.id).desc())
    )
    return session.exec(statement).first()


def renewal_of(session: Session, application_id: int) -> Application | None:
    """The unfinished renewal of an application."""
    statement = (
        select(Application)
        .where(Application.previous_id == application_id, col(Application.status).in_(UNFINISHED))
        .order_by(col(Application.id).desc())
    )
    return session.exec(statement).first()


def form_in_use(session: Session, tier_id: int) -> SchemeForm | None:
    """The newest published version of a tier's form."""
    statement = (
        select(SchemeForm)
        .where(SchemeForm.tier_id == tier_id, col(SchemeForm.published_at).is_not(None))
        .order_by(col(SchemeForm.number).desc())
    )
    return session.exec(statement).first()


def questions(session: Session, form_id: int) -> list[SchemeQuestion]:
    """The questions of a form in their order."""
    statement = select(SchemeQuestion).where(SchemeQuestion.form_id == form_id)
    return list(session.exec(statement.order_by(col(SchemeQuestion.position), col(SchemeQuestion.id))))


def answers(session: Session, application_id: int) -> dict[str, Any]:
    """What an application says, by the keys of the questions."""
    statement = (
        select(SchemeQuestion.key, Answer.value)
        .join(SchemeQuestion, col(SchemeQuestion.id) == Answer.question_id)
        .where(Answer.application_id == application_id)
        .order_by(col(SchemeQuestion.position), col(SchemeQuestion.id))
    )
    return dict(session.exec(statement).all())


def answer_rows(session: Session, application_id: int) -> dict[int, Answer]:
    """The stored answers by question."""
    statement = select(Answer).where(Answer.application_id == application_id).order_by(col(Answer.id))
    return {row.question_id: row for row in session.exec(statement)}


def open_round(session: Session, tier_id: int, on: date) -> SchemeRound | None:
    """The round of a tier that takes applications on a day."""
    statement = (
        select(SchemeRound)
        .where(SchemeRound.tier_id == tier_id, SchemeRound.opens <= on, SchemeRound.closes >= on)
        .order_by(col(SchemeRound.closes), col(SchemeRound.id))
    )
    return session.exec(statement).first()


def tiers_with_forms(session: Session, on: date) -> list[OpenTier]:
    """Every tier of a published scheme that has a form, by municipality, scheme and rung. One query."""
    published = sa.exists().where(col(SchemeForm.tier_id) == SchemeTier.id, col(SchemeForm.published_at).is_not(None))
    round_today = (
        sa.select(sa.func.min(col(SchemeRound.id)))
        .where(col(SchemeRound.tier_id) == SchemeTier.id, col(SchemeRound.opens) <= on, col(SchemeRound.closes) >= on)
        .correlate(SchemeTier)
        .scalar_subquery()
    )
    shown: list[Any] = [SchemeTier, Scheme, Municipality, SchemeRound]
    statement = (
        sa.select(*shown)
        .join(Scheme, col(Scheme.id) == SchemeTier.scheme_id)
        .join(Municipality, col(Municipality.id) == Scheme.municipality_id)
        .outerjoin(SchemeRound, col(SchemeRound.id) == round_today)
        .where(col(Scheme.published), col(Scheme.status) != SchemeStatus.ENDED, published)
        .order_by(col(Municipality.code), col(Scheme.name), col(Scheme.id), col(SchemeTier.position))
    )
    return [OpenTier(*row) for row in session.exec(statement)]  # type: ignore[call-overload]


def numbered(session: Session, tier_id: int, since: datetime | None) -> int:
    """How many certificates of a tier have a number, counted from a moment on."""
    statement = select(sa.func.count(col(Application.id))).where(
        Application.tier_id == tier_id, col(Application.number).is_not(None)
    )
    if since is not None:
        statement = statement.where(col(Application.decided_at) >= since)
    return session.exec(statement).one()


def has_number(session: Session, tier_id: int, number: str) -> bool:
    """Whether a certificate of the tier bears this number."""
    statement = select(Application.id).where(Application.tier_id == tier_id, Application.number == number)
    return session.exec(statement.order_by(col(Application.id))).first() is not None


def matching(session: Session, reach: Reach, wanted: ApplicationFilter) -> int:
    """How many applications a filter lets through."""
    statement = (
        select(sa.func.count(col(Application.id)))
        .join(Partner, col(Partner.id) == Application.partner_id)
        .where(*_conditions(reach, wanted))
    )
    return session.exec(statement).one()


def counts(session: Session, reach: Reach, wanted: ApplicationFilter) -> dict[P, int]:
    """How many applications stand in each status, whatever statuses are wanted."""
    anywhere = ApplicationFilter(wanted.text, wanted.schemes, wanted.tiers, wanted.rounds)
    statement = (
        select(Application.status, sa.func.count(col(Application.id)))
        .join(Partner, col(Partner.id) == Application.partner_id)
        .where(*_conditions(reach, anywhere))
        .group_by(col(Application.status))
        .order_by(col(Application.status))
    )
    return {P(status): number for status, number in session.exec(statement)}


def listed(
    session: Session, reach: Reach, wanted: ApplicationFilter, sort: str, *, offset: int, limit: int
) -> list[Held]:
    """A part of the list: what has waited longest, what was decided last, or what ends first, comes first."""
    orders: dict[str, Any] = {
        "waiting": col(Application.status_since),
        "newest": col(Application.submitted_at).desc(),
        "until": sa.func.coalesce(col(Application.valid_until), date(9999, 12, 31)),
        "name": col(Partner.name_key),
    }
    statement = joined().where(*_conditions(reach, wanted)).order_by(orders[sort], col(Application.id))
    return [Held(*row) for row in session.exec(statement.offset(offset).limit(limit))]


def _conditions(reach: Reach, wanted: ApplicationFilter) -> list[Any]:
    conditions: list[Any] = [reach.condition()]
    for column, values in (
        (Application.scheme_id, wanted.schemes),
        (Application.tier_id, wanted.tiers),
        (Application.round_id, wanted.rounds),
        (Application.status, wanted.statuses),
    ):
        if values:
            conditions.append(col(column).in_(values))
    for word in wanted.text.split()[:8]:
        columns = (col(Partner.name), col(Application.number))
        conditions.append(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    return conditions


def schemes_of(session: Session, reach: Reach) -> list[tuple[SchemeTier, Scheme]]:
    """The tiers within reach, by scheme and rung."""
    statement = (
        select(SchemeTier, Scheme)
        .join(Scheme, col(Scheme.id) == SchemeTier.scheme_id)
        .where(
            sa.or_(
                col(Scheme.municipality_id) == reach.municipality_id,
                col(Scheme.id).in_(reach.scheme_ids),
            )
        )
        .order_by(col(Scheme.name), col(Scheme.id), col(SchemeTier.position), col(SchemeTier.id))
    )
    return list(session.exec(statement))


def rounds_of(session: Session, reach: Reach) -> list[tuple[SchemeRound, SchemeTier]]:
    """The rounds within reach, the latest first."""
    statement = (
        select(SchemeRound, SchemeTier)
        .join(SchemeTier, col(SchemeTier.id) == SchemeRound.tier_id)
        .join(Scheme, col(Scheme.id) == SchemeTier.scheme_id)
        .where(
            sa.or_(
                col(Scheme.municipality_id) == reach.municipality_id,
                col(Scheme.id).in_(reach.scheme_ids),
            )
        )
        .order_by(col(SchemeRound.opens).desc(), col(SchemeRound.id).desc())
    )
    return list(session.exec(statement))


def within(session: Session, reach: Reach, application_id: int) -> Held | None:
    """An application that somebody with this reach may read; None for drafts and for those of others."""
    found = session.exec(joined().where(Application.id == application_id, reach.condition())).first()
    return None if found is None else Held(*found)


def reports(session: Session, application_id: int) -> list[ChangeReport]:
    """The change reports on an application, the latest first."""
    statement = select(ChangeReport).where(ChangeReport.application_id == application_id)
    return list(session.exec(statement.order_by(col(ChangeReport.id).desc())))


def names(session: Session, user_ids: Iterable[int | None]) -> dict[int, str]:
    """The names behind some accounts."""
    wanted = sorted({key for key in user_ids if key is not None})
    rows = session.exec(select(User.id, User.name).where(col(User.id).in_(wanted)).order_by(col(User.id)))
    return {key: name for key, name in rows if key is not None}


def files(session: Session, application_id: int) -> dict[int, Attachment]:
    """The files of an application by their keys."""
    statement = select(Attachment).where(
        Attachment.subject_type == Application.__tablename__, Attachment.subject_id == application_id
    )
    return {row.pk: row for row in session.exec(statement.order_by(col(Attachment.id)))}


def ending(session: Session, by: date) -> list[Held]:
    """What is in force and ends on `by` or earlier, the earliest first."""
    statement = joined().where(Application.status == P.GRANTED, col(Application.valid_until) <= by)
    return [Held(*row) for row in session.exec(statement.order_by(col(Application.valid_until), col(Application.id)))]


def over(session: Session, on: date) -> list[int]:
    """The keys of what was granted and ended before `on`."""
    statement = select(Application.id).where(col(Application.status).in_(STANDING), col(Application.valid_until) < on)
    rows = session.exec(statement.order_by(col(Application.valid_until), col(Application.id)))
    return [key for key in rows if key is not None]


def renewing(session: Session) -> frozenset[int]:
    """The keys of certificates whose renewal has been handed in and is not decided yet."""
    statement = (
        select(Application.previous_id)
        .where(col(Application.previous_id).is_not(None), col(Application.status).in_(UNFINISHED[1:]))
        .order_by(col(Application.id))
    )
    return frozenset(key for key in session.exec(statement) if key is not None)
