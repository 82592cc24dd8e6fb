"""Offerings (シーズ) of a partner: adding, changing, ordering and taking them away, each marked for the index."""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Conflict, Invalid, NotFound
from matcher.policy import Actor, Subject
from matcher.services import flow
from matcher.services.partner_data import MOST_OFFERINGS, OfferingData, offering_errors
from models import Offering
from models.enums import EntityType
from models.queries import partner_rooms as queries

FIELDS = ("title", "description", "audience", "stage", "track_record", "asks")


def add(session: Session, actor: Actor, partner_id: int, data: OfferingData, *, now: datetime) -> Offering:
    """Put one more offering at the end. Raises Invalid, also when there are too many."""
    policy.require(actor, "partner.edit", _of(partner_id))
    there = queries.offerings(session, partner_id)
    errors = offering_errors(data) or ({"title": "too_many"} if len(there) >= MOST_OFFERINGS else {})
    if errors:
        raise Invalid(errors)
    row = offering_row(partner_id, max((o.position for o in there), default=-1) + 1, data)
    row.created_at = row.updated_at = now
    session.add(row)
    _record(session, actor, "offering.added", row, now)
    return row


def update(
    session: Session,
    actor: Actor,
    partner_id: int,
    offering_id: int,
    data: OfferingData,
    *,
    version: int | None,
    now: datetime,
) -> Offering:
    """Change an offering. Raises Invalid, or Conflict when it was changed meanwhile to something else."""
    row = _own(session, actor, partner_id, offering_id)
    errors = offering_errors(data)
    if errors:
        raise Invalid(errors)
    changes = [(f, str(getattr(data, f)), str(getattr(row, f))) for f in FIELDS if getattr(data, f) != getattr(row, f)]
    if version is not None and version != row.version and changes:
        raise Conflict(changes, version=row.version)
    for name, _, _ in changes:
        setattr(row, name, getattr(data, name))
    row.updated_at = now
    _record(session, actor, "offering.updated", row, now)
    return row


def remove(session: Session, actor: Actor, partner_id: int, offering_id: int, *, now: datetime) -> None:
    """Take an offering away. Raises NotFound for one of another partner."""
    row = _own(session, actor, partner_id, offering_id)
    _record(session, actor, "offering.removed", row, now)
    session.delete(row)


def move(session: Session, actor: Actor, partner_id: int, offering_id: int, step: int, *, now: datetime) -> None:
    """Move an offering up (`step` −1) or down (1); at the end of the list nothing happens."""
    row = _own(session, actor, partner_id, offering_id)
    ordered = queries.offerings(session, partner_id)
    old = ordered.index(row)
    new = max(0, min(len(ordered) - 1, old + step))
    ordered.insert(new, ordered.pop(old))
    for position, offering in enumerate(ordered):
        if offering.position != position:
            offering.position, offering.updated_at = position, now
    _record(session, actor, "offering.moved", row, now)


def offering_row(partner_id: int, position: int, data: OfferingData) -> Offering:
    """The row for an offering that has been checked."""
    return Offering(partner_id=partner_id, position=position, **{name: getattr(data, name) for name in FIELDS})


def _own(session: Session, actor: Actor, partner_id: int, offering_id: int) -> Offering:
    policy.require(actor, "partner.edit", _of(partner_id))
    row = flow.get(session, Offering, offering_id)
    if row.partner_id != partner_id:
        raise NotFound()
    return row


def _of(partner_id: int) -> Subject:
    return Subject(partner_ids=frozenset({partner_id}))


def _record(session: Session, actor: Actor, event: str, row: Offering, now: datetime) -> None:
    flow.record(session, actor, event, row, _of(row.partner_id), now)
    flow.mark(session, EntityType.PARTNER, row.partner_id, now)
