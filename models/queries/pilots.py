"""Reads for collaborations that are being run: the lists of an office and of a partner, and everything in one file."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Challenge,
    Collaboration,
    CollaborationNote,
    CollaborationPartner,
    CollaborationTarget,
    Department,
    Municipality,
    Partner,
    PilotPlan,
    Recommendation,
    Registration,
    SuccessCriterion,
    User,
    reference,
)
from models.enums import ChallengeStatus, CollaborationStatus, RecommendationStatus, RegistrationStatus


@dataclass(frozen=True)
class PilotFilter:
    """What an office narrows its list down to; an empty field is no condition. `text` must occur as it stands."""

    statuses: Sequence[str] = ()
    text: str = ""
    departments: Sequence[str] = ()
    partners: Sequence[str] = ()


@dataclass(frozen=True)
class Run:
    """A collaboration as a list shows it; `plan` only when one was laid down."""

    collaboration: Collaboration
    municipality: Municipality
    department: str
    challenge: str
    plan: PilotPlan | None
    partners: tuple[str, ...] = ()


@dataclass(frozen=True)
class Note:
    """A note with who wrote it: the person's name, and the partner's unless it was the office."""

    note: CollaborationNote
    author: str
    partner: str


_ORDERS: dict[str, Any] = {
    "here": lambda: [col(Collaboration.external_key).is_not(None), col(Collaboration.updated_at).desc()],
    "changed": lambda: [col(Collaboration.updated_at).desc()],
    "until": lambda: [col(Collaboration.period_until).is_(None), col(Collaboration.period_until)],
    "title": lambda: [col(Collaboration.title)],
}


def of_office(
    session: Session, municipality_id: int, wanted: PilotFilter, sort: str, *, offset: int, limit: int
) -> list[Run]:
    """One page of an office's collaborations; `sort` is "here", "changed", "until" or "title". Two queries."""
    statement = _runs().where(*_conditions(municipality_id, wanted, with_status=True))
    return _with_partners(
        session, statement.order_by(*_ORDERS[sort](), col(Collaboration.id).desc()).offset(offset).limit(limit)
    )


def of_partner(session: Session, partner_id: int) -> list[Run]:
    """Every collaboration of a partner, the last changed first. Two queries."""
    theirs = select(CollaborationPartner.collaboration_id).where(CollaborationPartner.partner_id == partner_id)
    statement = _runs().where(col(Collaboration.id).in_(theirs))
    return _with_partners(session, statement.order_by(col(Collaboration.updated_at).desc(), col(Collaboration.id)))


def one(session: Session, collaboration_id: int) -> Run | None:
    """One collaboration, whoever's it is. Two queries."""
    statement = _runs().where(col(Collaboration.id) == collaboration_id).order_by(col(Collaboration.id))
    return next(iter(_with_partners(session, statement)), None)


def _runs() -> Any:
    shown: list[Any] = [Collaboration, Municipality, Department.name, Challenge.title, PilotPlan]
    return (
        sa.select(*shown)
        .join(Municipality, col(Municipality.id) == Collaboration.municipality_id)
        .outerjoin(Department, col(Department.id) == Collaboration.department_id)
        .outerjoin(Challenge, col(Challenge.id) == Collaboration.challenge_id)
        .outerjoin(PilotPlan, col(PilotPlan.collaboration_id) == Collaboration.id)
    )


def _with_partners(session: Session, statement: Any) -> list[Run]:
    rows = list(session.exec(statement))
    names = _names(session, [row.pk for row, *_ in rows])
    return [
        Run(row, town, department or "", challenge or "", plan, names.get(row.pk, ()))
        for row, town, department, challenge, plan in rows
    ]


def _names(session: Session, keys: Iterable[int]) -> dict[int, tuple[str, ...]]:
    statement = (
        select(CollaborationPartner.collaboration_id, CollaborationPartner.name)
        .where(col(CollaborationPartner.collaboration_id).in_(list(keys)))
        .order_by(col(CollaborationPartner.collaboration_id), col(CollaborationPartner.id))
    )
    names: dict[int, tuple[str, ...]] = {}
    for key, name in session.exec(statement):
        names[key] = (*names.get(key, ()), name)
    return names


def status_counts(session: Session, municipality_id: int, wanted: PilotFilter) -> dict[CollaborationStatus, int]:
    """How many collaborations stand where, with every other condition of the list in force."""
    statement = (
        select(col(Collaboration.status), sa.func.count())
        .where(*_conditions(municipality_id, wanted, with_status=False))
        .group_by(col(Collaboration.status))
        .order_by(col(Collaboration.status))
    )
    return dict(session.exec(statement).all())


def _conditions(municipality_id: int, wanted: PilotFilter, *, with_status: bool) -> list[Any]:
    conditions: list[Any] = [col(Collaboration.municipality_id) == municipality_id]
    if with_status and wanted.statuses:
        conditions.append(col(Collaboration.status).in_(wanted.statuses))
    columns = (col(Collaboration.title), col(Collaboration.summary), col(Collaboration.outcome))
    conditions += [
        sa.or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in wanted.text.split()[:8]
    ]
    if wanted.departments:
        conditions.append(col(Collaboration.department_id).in_([int(key) for key in wanted.departments]))
    if wanted.partners:
        theirs = select(CollaborationPartner.collaboration_id).where(
            col(CollaborationPartner.partner_id).in_([int(key) for key in wanted.partners])
        )
        conditions.append(col(Collaboration.id).in_(theirs))
    return conditions


def partners(session: Session, municipality_id: int) -> list[Partner]:
    """The partners that take part in a collaboration of an office, by name."""
    parts = (
        select(CollaborationPartner.partner_id)
        .join(Collaboration, col(Collaboration.id) == CollaborationPartner.collaboration_id)
        .where(Collaboration.municipality_id == municipality_id)
    )
    return list(
        session.exec(select(Partner).where(col(Partner.id).in_(parts)).order_by(col(Partner.name), col(Partner.id)))
    )


def registered(session: Session, municipality_id: int) -> list[Partner]:
    """The partners that are registered with an office, by name."""
    statement = (
        select(Partner)
        .join(Registration, col(Registration.partner_id) == Partner.id)
        .where(Registration.municipality_id == municipality_id, Registration.status == RegistrationStatus.REGISTERED)
        .order_by(col(Partner.name), col(Partner.id))
    )
    return list(session.exec(statement))


def challenges(session: Session, municipality_id: int) -> list[tuple[int, str]]:
    """The challenges of an office that have not been given up, by title: key and title."""
    statement = (
        select(Challenge.id, Challenge.title)
        .where(Challenge.municipality_id == municipality_id, Challenge.status != ChallengeStatus.DROPPED)
        .order_by(col(Challenge.title), col(Challenge.id))
    )
    return [(key or 0, title) for key, title in session.exec(statement)]


def introduced(session: Session, challenge_id: int, partner_id: int) -> Recommendation | None:
    """The recommendation by which a partner was introduced for a challenge."""
    return session.exec(
        select(Recommendation).where(
            Recommendation.challenge_id == challenge_id,
            Recommendation.partner_id == partner_id,
            Recommendation.status == RecommendationStatus.INTRODUCED,
        )
    ).first()


def from_recommendation(session: Session, recommendation_id: int) -> Collaboration | None:
    """The collaboration that began with an introduction."""
    return session.exec(select(Collaboration).where(Collaboration.recommendation_id == recommendation_id)).first()


def plan(session: Session, collaboration_id: int) -> PilotPlan | None:
    """The plan of a collaboration, as it stands now."""
    statement = select(PilotPlan).where(PilotPlan.collaboration_id == collaboration_id)
    return session.exec(statement.execution_options(populate_existing=True)).first()


def seats(session: Session, collaboration_id: int, partner_id: int) -> list[CollaborationPartner]:
    """As what a partner takes part in a collaboration; nothing when it does not."""
    statement = select(CollaborationPartner).where(
        CollaborationPartner.collaboration_id == collaboration_id, CollaborationPartner.partner_id == partner_id
    )
    return list(session.exec(statement.order_by(col(CollaborationPartner.id))))


def criteria(session: Session, collaboration_id: int) -> list[SuccessCriterion]:
    """The criteria of a collaboration, in their order."""
    statement = select(SuccessCriterion).where(SuccessCriterion.collaboration_id == collaboration_id)
    return list(session.exec(statement.order_by(col(SuccessCriterion.position), col(SuccessCriterion.id))))


def targets(session: Session, collaboration_id: int) -> list[CollaborationTarget]:
    """The targets that a collaboration serves, in the order of the 2030 Agenda."""
    statement = select(CollaborationTarget).where(CollaborationTarget.collaboration_id == collaboration_id)
    found = session.exec(statement.order_by(col(CollaborationTarget.id)))
    return sorted(found, key=lambda row: reference.target_place(row.target))


def notes(session: Session, collaboration_id: int, *, shared_only: bool) -> list[Note]:
    """What was written down, the latest first; a partner reads what is shared."""
    statement = (
        select(CollaborationNote, User.name, Partner.name)
        .outerjoin(User, col(User.id) == CollaborationNote.author_id)
        .outerjoin(Partner, col(Partner.id) == CollaborationNote.partner_id)
        .where(CollaborationNote.collaboration_id == collaboration_id)
        .order_by(col(CollaborationNote.happened_on).desc(), col(CollaborationNote.id).desc())
    )
    if shared_only:
        statement = statement.where(col(CollaborationNote.shared))
    return [Note(note, author or "", partner or "") for note, author, partner in session.exec(statement)]
