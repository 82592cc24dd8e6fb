"""Reads of what is in force: a certificate behind its QR code, and the register of a scheme as the public sees it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import Answer, Application, Municipality, Partner, Scheme, SchemeQuestion, SchemeTier
from models.enums import ApplicationStatus as P
from models.queries.applications import Held, joined


@dataclass(frozen=True)
class RegisterFilter:
    """What a visitor narrows a scheme's register down to."""

    scheme_id: int
    on: date
    text: str = ""
    tiers: Sequence[int] = ()
    goals: Sequence[int] = ()
    localities: Sequence[str] = ()


@dataclass(frozen=True)
class Certified:
    """A line of a register with the answers that its tier publishes, as (question, value)."""

    application: Application
    tier: SchemeTier
    partner: Partner
    answers: tuple[tuple[SchemeQuestion, Any], ...] = field(default=())


def by_verify_key(session: Session, key: str) -> Held | None:
    """The certificate whose QR code carries this key."""
    found = session.exec(joined().where(Application.verify_key == key)).first()
    return None if found is None else Held(*found)


def published_scheme(session: Session, scheme_id: int) -> tuple[Scheme, Municipality] | None:
    """A scheme that the public may read about, with whose it is."""
    statement = (
        select(Scheme, Municipality)
        .join(Municipality, col(Municipality.id) == Scheme.municipality_id)
        .where(Scheme.id == scheme_id, col(Scheme.published))
    )
    return session.exec(statement).first()


def tiers(session: Session, scheme_id: int) -> list[SchemeTier]:
    """The ladder of a scheme."""
    statement = select(SchemeTier).where(SchemeTier.scheme_id == scheme_id)
    return list(session.exec(statement.order_by(col(SchemeTier.position), col(SchemeTier.id))))


def _valid(on: date) -> list[Any]:
    endless = sa.or_(col(Application.valid_until).is_(None), col(Application.valid_until) >= on)
    return [Application.status == P.GRANTED, endless]


def localities(session: Session, scheme_id: int, on: date) -> list[tuple[str, int]]:
    """How many partners of each city hold something in force in a scheme: the most first."""
    number = sa.func.count(sa.distinct(col(Application.partner_id)))
    statement = (
        select(Application.locality, number)
        .where(Application.scheme_id == scheme_id, *_valid(on))
        .group_by(col(Application.locality))
        .order_by(number.desc(), col(Application.locality))
    )
    return [(name, count) for name, count in session.exec(statement)]


def registered(session: Session, scheme_id: int, on: date, locality: str | None = None) -> int:
    """How many partners hold something in force in a scheme, all over or in one city."""
    statement = select(sa.func.count(sa.distinct(col(Application.partner_id)))).where(
        Application.scheme_id == scheme_id, *_valid(on)
    )
    if locality is not None:
        statement = statement.where(Application.locality == locality)
    return session.exec(statement).one()


def register_ids(session: Session, wanted: RegisterFilter) -> list[int]:
    """The keys of everything in force in a scheme that a filter lets through: the latest rung and number first."""
    conditions: list[Any] = [Application.scheme_id == wanted.scheme_id, *_valid(wanted.on)]
    if wanted.tiers:
        conditions.append(col(Application.tier_id).in_(wanted.tiers))
    if wanted.localities:
        conditions.append(col(Application.locality).in_(wanted.localities))
    for word in wanted.text.split()[:8]:
        conditions.append(col(Partner.name).icontains(word, autoescape=True))
    if wanted.goals:
        conditions.append(sa.or_(*(_serves(goal) for goal in wanted.goals)))
    statement = (
        select(Application.id)
        .join(Partner, col(Partner.id) == Application.partner_id)
        .join(SchemeTier, col(SchemeTier.id) == Application.tier_id)
        .where(*conditions)
        .order_by(col(SchemeTier.position).desc(), col(Partner.name_key), col(Application.id))
    )
    return [key for key in session.exec(statement) if key is not None]


def _serves(goal: int) -> Any:
    """Whether a published answer names a target of `goal`; in JSON a quote inside a text is escaped."""
    text = sa.cast(col(Answer.value), sa.Text)
    return sa.exists().where(
        col(Answer.application_id) == Application.id,
        col(SchemeQuestion.id) == Answer.question_id,
        col(SchemeQuestion.public),
        col(SchemeTier.publishes_actions),
        text.contains(f'"target": "{goal}.'),
    )


def register_rows(session: Session, keys: Sequence[int]) -> list[Certified]:
    """Lines of a register in the order of `keys`, with what their tiers publish; two queries."""
    statement = (
        select(Application, SchemeTier, Partner)
        .join(SchemeTier, col(SchemeTier.id) == Application.tier_id)
        .join(Partner, col(Partner.id) == Application.partner_id)
        .where(col(Application.id).in_(keys))
        .order_by(col(Application.id))
    )
    said = _published(session, keys)
    found = {
        row.pk: Certified(row, tier, partner, said.get(row.pk, ()) if tier.publishes_actions else ())
        for row, tier, partner in session.exec(statement)
    }
    return [found[key] for key in keys if key in found]


def _published(session: Session, keys: Sequence[int]) -> dict[int, tuple[tuple[SchemeQuestion, Any], ...]]:
    statement = (
        select(Answer.application_id, SchemeQuestion, Answer.value)
        .join(SchemeQuestion, col(SchemeQuestion.id) == Answer.question_id)
        .where(col(Answer.application_id).in_(keys), col(SchemeQuestion.public))
        .order_by(col(Answer.application_id), col(SchemeQuestion.position), col(SchemeQuestion.id))
    )
    found: dict[int, tuple[tuple[SchemeQuestion, Any], ...]] = {}
    for key, question, value in session.exec(statement):
        found[key] = (*found.get(key, ()), (question, value))
    return found
