"""Reads for the yearly report of a scheme: its applications, its tiers, and the goals that its partners serve."""

from dataclasses import dataclass

from sqlmodel import Session, col, select

from models import Application, Partner, PartnerTarget, Scheme, SchemeTier
from models.enums import ApplicationStatus, PartnerKind


@dataclass(frozen=True)
class ReportRow:
    """An application that has been handed in, with the kind of organisation that applied."""

    application: Application
    kind: PartnerKind


def scheme(session: Session, municipality_id: int, scheme_id: int) -> Scheme | None:
    """A scheme of a municipality."""
    statement = select(Scheme).where(Scheme.id == scheme_id, Scheme.municipality_id == municipality_id)
    return session.exec(statement).first()


def tiers(session: Session, scheme_id: int) -> list[SchemeTier]:
    """The ladder of a scheme, from its first rung."""
    statement = select(SchemeTier).where(SchemeTier.scheme_id == scheme_id)
    return list(session.exec(statement.order_by(col(SchemeTier.position), col(SchemeTier.id))))


def applications(session: Session, scheme_id: int) -> list[ReportRow]:
    """Every application of a scheme but drafts, in the order in which they were begun."""
    statement = (
        select(Application, Partner.kind)
        .join(Partner, col(Partner.id) == Application.partner_id)
        .where(Application.scheme_id == scheme_id, Application.status != ApplicationStatus.DRAFT)
        .order_by(col(Application.id))
    )
    return [ReportRow(row, PartnerKind(kind)) for row, kind in session.exec(statement)]


def goals(session: Session, scheme_id: int) -> list[tuple[int, int]]:
    """(partner, goal) for each goal that a partner with an application to the scheme serves; each pair once."""
    statement = (
        select(PartnerTarget.partner_id, PartnerTarget.goal)
        .join(Application, col(Application.partner_id) == PartnerTarget.partner_id)
        .where(Application.scheme_id == scheme_id)
        .distinct()
        .order_by(col(PartnerTarget.partner_id), col(PartnerTarget.goal))
    )
    return [(partner_id, goal) for partner_id, goal in session.exec(statement)]
