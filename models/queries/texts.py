"""Reads all that the index needs to know about many entities at once: rows, offerings, regions, targets, past."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Challenge,
    ChallengeTarget,
    Collaboration,
    CollaborationPartner,
    Municipality,
    Need,
    Offering,
    Partner,
    PartnerRegion,
    PartnerTarget,
    Recommendation,
    Registration,
)
from models.enums import ChallengeStatus, CollaborationStatus, EntityType, RecommendationStatus, RegistrationStatus

AT_ONCE = 500
PUBLIC = (ChallengeStatus.PUBLISHED, ChallengeStatus.IN_DIALOGUE, ChallengeStatus.CLOSED, ChallengeStatus.SOLVED)
BUSY = (RecommendationStatus.INVITED, RecommendationStatus.INTRODUCED)


@dataclass
class PartnerText:
    """A partner with all that is said about it."""

    partner: Partner
    offerings: list[Offering] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)
    past: list[tuple[str, str, str]] = field(default_factory=list)
    registered: list[str] = field(default_factory=list)
    busy: int = 0


@dataclass
class ChallengeText:
    """A challenge with its needs, its targets and the code of its municipality."""

    challenge: Challenge
    municipality_code: str = ""
    needs: list[Need] = field(default_factory=list)
    targets: list[str] = field(default_factory=list)


def chunks(ids: Iterable[int]) -> Iterable[list[int]]:
    """`ids` in order, in pieces that fit the parameter limit of every database."""
    ordered = sorted(set(ids))
    return (ordered[i : i + AT_ONCE] for i in range(0, len(ordered), AT_ONCE))


def _children(session: Session, model: type[Any], key: Any, ids: Sequence[int], *order: Any) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in session.exec(select(model).where(key.in_(ids)).order_by(*order, col(model.id))):
        found[getattr(row, key.key)].append(row)
    return found


def partner_texts(session: Session, ids: Iterable[int]) -> list[PartnerText]:
    """The partners with these ids, by id; seven queries for every 500."""
    return [text for piece in chunks(ids) for text in _partner_texts(session, piece)]


def _partner_texts(session: Session, ids: list[int]) -> list[PartnerText]:
    partners = session.exec(select(Partner).where(col(Partner.id).in_(ids)).order_by(col(Partner.id))).all()
    offerings = _children(session, Offering, Offering.partner_id, ids, col(Offering.position))
    regions = _children(session, PartnerRegion, PartnerRegion.partner_id, ids)
    targets = _children(session, PartnerTarget, PartnerTarget.partner_id, ids)
    past, registered, busy = _past(session, ids), _registered(session, ids), _busy(session, ids)
    return [
        PartnerText(
            row,
            offerings[row.pk],
            [r.region for r in regions[row.pk]],
            [t.target for t in targets[row.pk]],
            past[row.pk],
            registered[row.pk],
            busy.get(row.pk, 0),
        )
        for row in partners
    ]


def _past(session: Session, ids: list[int]) -> dict[int, list[tuple[str, str, str]]]:
    """Published collaborations of each partner, newest first: the municipality's code, the title and the result."""
    statement = (
        select(CollaborationPartner.partner_id, Municipality.code, Collaboration.title, Collaboration.result)
        .join(Collaboration, col(Collaboration.id) == CollaborationPartner.collaboration_id)
        .join(Municipality, col(Municipality.id) == Collaboration.municipality_id)
        .where(col(CollaborationPartner.partner_id).in_(ids), Collaboration.published)
        .order_by(col(Collaboration.date).desc(), col(CollaborationPartner.id))
    )
    found: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    for partner_id, code, title, result in session.exec(statement):
        if partner_id is not None:
            found[partner_id].append((code, title, str(result or "")))
    return found


def _registered(session: Session, ids: list[int]) -> dict[int, list[str]]:
    """The codes of the municipalities with which each partner is registered."""
    statement = (
        select(Registration.partner_id, Municipality.code)
        .join(Municipality, col(Municipality.id) == Registration.municipality_id)
        .where(col(Registration.partner_id).in_(ids), Registration.status == RegistrationStatus.REGISTERED)
        .order_by(col(Registration.partner_id), col(Municipality.code))
    )
    found: dict[int, list[str]] = defaultdict(list)
    for partner_id, code in session.exec(statement):
        found[partner_id].append(code)
    return found


def _busy(session: Session, ids: list[int]) -> dict[int, int]:
    over = sa.exists().where(
        col(Collaboration.recommendation_id) == Recommendation.id,
        col(Collaboration.status) == CollaborationStatus.DONE,
    )
    statement = (
        select(Recommendation.partner_id, sa.func.count())
        .where(col(Recommendation.partner_id).in_(ids), col(Recommendation.status).in_(BUSY), ~over)
        .group_by(col(Recommendation.partner_id))
    )
    return dict(session.exec(statement).all())


def challenge_texts(session: Session, ids: Iterable[int]) -> list[ChallengeText]:
    """The challenges with these ids, by id; four queries for every 500."""
    return [text for piece in chunks(ids) for text in _challenge_texts(session, piece)]


def _challenge_texts(session: Session, ids: list[int]) -> list[ChallengeText]:
    statement = (
        select(Challenge, Municipality.code)
        .join(Municipality, col(Municipality.id) == Challenge.municipality_id)
        .where(col(Challenge.id).in_(ids))
        .order_by(col(Challenge.id))
    )
    needs = _children(session, Need, Need.challenge_id, ids, col(Need.position))
    targets = _children(session, ChallengeTarget, ChallengeTarget.challenge_id, ids)
    return [
        ChallengeText(row, code, needs[row.pk], [t.target for t in targets[row.pk]])
        for row, code in session.exec(statement)
    ]


def collaborations(session: Session, ids: Iterable[int]) -> list[Collaboration]:
    """The collaborations with these ids, by id."""
    key = col(Collaboration.id)
    return [
        row for piece in chunks(ids) for row in session.exec(select(Collaboration).where(key.in_(piece)).order_by(key))
    ]


def public_ids(session: Session, entity_type: EntityType) -> list[int]:
    """What everybody may find: registered partners, challenges shown in public, published collaborations; by id."""
    statement = {
        EntityType.PARTNER: select(Registration.partner_id)
        .where(Registration.status == RegistrationStatus.REGISTERED)
        .distinct()
        .order_by(col(Registration.partner_id)),
        EntityType.CHALLENGE: select(Challenge.id).where(col(Challenge.status).in_(PUBLIC)).order_by(col(Challenge.id)),
        EntityType.COLLABORATION: select(Collaboration.id)
        .where(Collaboration.published)
        .order_by(col(Collaboration.id)),
    }[entity_type]
    return [key for key in session.exec(statement) if key is not None]
