"""Reads of schemes: the ladder with the form in use, rounds, questions, and who screens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Application,
    Membership,
    Municipality,
    Scheme,
    SchemeForm,
    SchemeQuestion,
    SchemeRound,
    SchemeTier,
    User,
)
from models.enums import ApplicationStatus

#: kinds of schemes in which organisations are registered or certified; funds, awards and councils are run otherwise
RUNNABLE = ("registration", "certification")


@dataclass(frozen=True)
class TierCard:
    """A tier with the form that new applications fill in, and the version that is being written, if any."""

    tier: SchemeTier
    form: SchemeForm | None
    draft: SchemeForm | None
    rounds: tuple[SchemeRound, ...]

    def open_on(self, today: date) -> bool:
        """Whether somebody can apply on this day."""
        if self.form is None:
            return False
        return self.tier.intake == "rolling" or any(row.opens <= today <= row.closes for row in self.rounds)


@dataclass(frozen=True)
class SchemeCard:
    """A scheme as a list shows it, with how many hold one of its tiers and how many wait for a decision."""

    scheme: Scheme
    municipality: Municipality
    tiers: int
    held: int
    waiting: int


@dataclass(frozen=True)
class SchemeFilter:
    """What a visitor narrows the list down to; an empty field is no condition."""

    text: str = ""
    municipalities: Sequence[str] = ()
    levels: Sequence[str] = ()


@dataclass(frozen=True)
class Screener:
    """Somebody from outside the office who screens for one scheme."""

    seat: Membership
    user: User


def next_number(session: Session, code: str) -> int:
    """The number that the next scheme of a municipality gets in its key."""
    keys = session.exec(select(Scheme.key).where(col(Scheme.key).startswith(f"{code}-", autoescape=True)))
    return max((int(key.rpartition("-")[2]) for key in keys), default=0) + 1


def scheme(session: Session, scheme_id: int) -> tuple[Scheme, Municipality] | None:
    """A scheme with the municipality that runs it; None also for one that no municipality runs."""
    statement = (
        select(Scheme, Municipality)
        .join(Municipality, col(Municipality.id) == Scheme.municipality_id)
        .where(Scheme.id == scheme_id)
    )
    return session.exec(statement).first()


def ladder(session: Session, scheme_id: int) -> list[TierCard]:
    """The tiers from the lowest up, with forms and rounds; three queries."""
    tiers = session.exec(
        select(SchemeTier)
        .where(SchemeTier.scheme_id == scheme_id)
        .order_by(col(SchemeTier.position), col(SchemeTier.id))
    ).all()
    keys = [tier.pk for tier in tiers]
    forms = session.exec(
        select(SchemeForm).where(col(SchemeForm.tier_id).in_(keys)).order_by(col(SchemeForm.tier_id), _newest())
    ).all()
    rounds = session.exec(
        select(SchemeRound)
        .where(col(SchemeRound.tier_id).in_(keys))
        .order_by(col(SchemeRound.opens), col(SchemeRound.id))
    ).all()
    return [
        TierCard(
            tier,
            next((f for f in forms if f.tier_id == tier.id and f.published_at is not None), None),
            next((f for f in forms if f.tier_id == tier.id and f.published_at is None), None),
            tuple(row for row in rounds if row.tier_id == tier.id),
        )
        for tier in tiers
    ]


def _newest() -> Any:
    return col(SchemeForm.number).desc()


def form_in_use(session: Session, tier_id: int) -> SchemeForm | None:
    """The newest published version of a tier's form."""
    statement = select(SchemeForm).where(SchemeForm.tier_id == tier_id, col(SchemeForm.published_at).is_not(None))
    return session.exec(statement.order_by(_newest())).first()


def newest_form(session: Session, tier_id: int) -> SchemeForm | None:
    """The newest version of a tier's form, published or being written."""
    return session.exec(select(SchemeForm).where(SchemeForm.tier_id == tier_id).order_by(_newest())).first()


def questions(session: Session, form_id: int) -> list[SchemeQuestion]:
    """The questions of one version, in their order."""
    statement = select(SchemeQuestion).where(SchemeQuestion.form_id == form_id)
    return list(session.exec(statement.order_by(col(SchemeQuestion.position), col(SchemeQuestion.id))))


def next_position(session: Session, scheme_id: int) -> int:
    """The place above all tiers of a scheme."""
    top = session.exec(select(sa.func.max(col(SchemeTier.position))).where(SchemeTier.scheme_id == scheme_id)).one()
    return 0 if top is None else top + 1


def in_use(session: Session, tier_id: int) -> bool:
    """Whether anybody has applied to a tier, or another tier requires it."""
    applied = select(Application.id).where(Application.tier_id == tier_id).limit(1)
    required = select(SchemeTier.id).where(SchemeTier.requires_id == tier_id).limit(1)
    return session.exec(applied).first() is not None or session.exec(required).first() is not None


def round_in_use(session: Session, round_id: int) -> bool:
    """Whether anybody has applied in a round."""
    return session.exec(select(Application.id).where(Application.round_id == round_id).limit(1)).first() is not None


def of_municipality(session: Session, municipality_id: int) -> list[SchemeCard]:
    """The schemes for which organisations can be registered in an office, by name, set up or only described."""
    has_tiers = col(Scheme.id).in_(select(SchemeTier.scheme_id))
    run = sa.or_(col(Scheme.kind).in_(RUNNABLE), has_tiers)
    return _cards(session, Scheme.municipality_id == municipality_id, run)


def ids(session: Session, wanted: SchemeFilter) -> list[int]:
    """The keys of every published scheme that `wanted` lets through, by municipality and name. One query."""
    conditions: list[Any] = [col(Scheme.published)]
    if wanted.municipalities:
        conditions.append(col(Municipality.code).in_(wanted.municipalities))
    if wanted.levels:
        tiers = select(SchemeTier.scheme_id).where(col(SchemeTier.level).in_(wanted.levels))
        conditions.append(col(Scheme.id).in_(tiers))
    columns = (col(Scheme.name), col(Scheme.summary), col(Municipality.name))
    for word in wanted.text.split()[:8]:
        conditions.append(sa.or_(*(column.icontains(word, autoescape=True) for column in columns)))
    statement = (
        select(col(Scheme.id))
        .join(Municipality, col(Municipality.id) == Scheme.municipality_id)
        .where(*conditions)
        .order_by(col(Municipality.code), col(Scheme.name), col(Scheme.id))
    )
    return [key for key in session.exec(statement) if key is not None]


def cards(session: Session, keys: Iterable[int]) -> list[SchemeCard]:
    """Cards for `keys`, in their order. One query."""
    wanted = list(keys)
    found = {card.scheme.pk: card for card in _cards(session, col(Scheme.id).in_(wanted))} if wanted else {}
    return [found[key] for key in wanted if key in found]


def published_of(session: Session, municipality_id: int) -> list[Scheme]:
    """The schemes of a municipality to which people can apply, by name."""
    statement = select(Scheme).where(Scheme.municipality_id == municipality_id, Scheme.published)
    return list(session.exec(statement.order_by(col(Scheme.name), col(Scheme.id))))


def _cards(session: Session, *conditions: Any) -> list[SchemeCard]:
    here = col(Application.scheme_id) == col(Scheme.id)
    waiting = [ApplicationStatus.RECEIVED, ApplicationStatus.SCREENING, ApplicationStatus.ASKED]
    held = sa.select(sa.func.count(sa.distinct(col(Application.partner_id)))).where(
        here, col(Application.status) == ApplicationStatus.GRANTED
    )
    undecided = sa.select(sa.func.count(col(Application.id))).where(here, col(Application.status).in_(waiting))
    tiers = sa.select(sa.func.count(col(SchemeTier.id))).where(col(SchemeTier.scheme_id) == col(Scheme.id))
    statement: Any = (
        sa.select(Scheme, Municipality, tiers.scalar_subquery(), held.scalar_subquery(), undecided.scalar_subquery())
        .join(Municipality, col(Municipality.id) == Scheme.municipality_id)
        .where(*conditions)
        .order_by(col(Scheme.name), col(Scheme.id))
    )
    return [SchemeCard(*row) for row in session.exec(statement)]


def screeners(session: Session, scheme_id: int) -> list[Screener]:
    """Who screens for a scheme from outside the office, by name."""
    statement = (
        select(Membership, User)
        .join(User, col(User.id) == Membership.user_id)
        .where(Membership.scheme_id == scheme_id)
        .order_by(col(User.name), col(Membership.id))
    )
    return [Screener(*row) for row in session.exec(statement)]
