"""Reads of what was done before: by a partner, and about something that resembles a challenge."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import Collaboration, CollaborationPartner, Municipality
from models.enums import CollaborationStatus

MOST = 12


@dataclass(frozen=True)
class Precedent:
    """A collaboration that an office may read; `own` when the partner in question took part in it."""

    row: Collaboration
    municipality: Municipality
    parties: tuple[str, ...]
    own: bool


def told(
    session: Session, municipality_id: int, similar: Collection[int], partner_id: int | None = None
) -> list[Precedent]:
    """The collaborations `similar`, in their order, after those of the partner, the newest first; one query."""
    theirs = select(CollaborationPartner.collaboration_id).where(CollaborationPartner.partner_id == partner_id)
    own = sa.and_(
        col(Collaboration.municipality_id) == municipality_id, col(Collaboration.status) != CollaborationStatus.PLANNED
    )
    readable = sa.or_(own, col(Collaboration.published))
    statement = (
        select(Collaboration, Municipality, CollaborationPartner)
        .join(Municipality, col(Municipality.id) == Collaboration.municipality_id)
        .outerjoin(CollaborationPartner, col(CollaborationPartner.collaboration_id) == Collaboration.id)
        .where(readable, sa.or_(col(Collaboration.id).in_(list(similar)), col(Collaboration.id).in_(theirs)))
        .order_by(col(Collaboration.date).desc(), col(Collaboration.id), col(CollaborationPartner.id))
    )
    rows: dict[int, tuple[Collaboration, Municipality]] = {}
    parties: dict[int, list[CollaborationPartner]] = defaultdict(list)
    for row, town, party in session.exec(statement):
        rows[row.pk] = (row, town)
        parties[row.pk] += [party] if party is not None else []
    place = {key: number for number, key in enumerate(similar)}
    found = [_precedent(row, town, parties[key], partner_id) for key, (row, town) in rows.items()]
    return sorted(found, key=lambda item: (not item.own, place.get(item.row.pk, -1)))[:MOST]


def _precedent(
    row: Collaboration, town: Municipality, parties: Sequence[CollaborationPartner], partner_id: int | None
) -> Precedent:
    own = partner_id is not None and any(party.partner_id == partner_id for party in parties)
    return Precedent(row, town, tuple(party.name for party in parties), own)
