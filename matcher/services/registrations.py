"""A partner's place in a municipality's scheme, from application to decision, and the word to the people concerned.

`note` on a registration is the last word said with a step: the city's when it was decided or returned, the partner's
when it was sent in again or withdrawn.
"""

from datetime import datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid
from matcher.lifecycles import OPEN_INVITATION, RECOMMENDATION, REGISTRATION
from matcher.policy import SYSTEM, Actor, Subject
from matcher.services import flow, notices
from models import Municipality, Partner, Registration, User
from models.enums import EntityType, RegistrationStatus
from models.queries import partner_rooms as queries
from models.queries import recipients

LONGEST_NOTE = 2_000


def apply(
    session: Session,
    actor: Actor,
    partner_id: int,
    municipality_id: int,
    *,
    topic: str = "",
    since: str = "",
    now: datetime,
) -> Registration:
    """Ask a municipality to register a partner; who left or was rejected there asks again.

    Raises Invalid when it has already asked or is registered.
    """
    subject = Subject(partner_ids=frozenset({partner_id}))
    policy.require(actor, "registration.apply", subject)
    flow.get(session, Municipality, municipality_id)
    old = queries.registration_at(session, partner_id, municipality_id)
    if old is not None:
        if old.status not in (RegistrationStatus.WITHDRAWN, RegistrationStatus.REJECTED):
            raise Invalid({"municipality": "already_registered"})
        return reapply(session, actor, old.pk, "", now=now)
    row = Registration(
        partner_id=partner_id,
        municipality_id=municipality_id,
        status=RegistrationStatus.APPLIED,
        applied_at=now,
        updated_at=now,
        topic=topic[:300],
        since=since[:10],
    )
    session.add(row)
    flow.record(session, actor, "registration.applied", row, flow.of_registration(row), now)
    if not actor.is_system:
        _announce(session, row, now)
    return row


def accept(session: Session, actor: Actor, registration_id: int, note: str = "", *, now: datetime) -> Registration:
    """Register the partner: from now on the public sees it and it can be recommended here."""
    row = _decide(session, actor, registration_id, "accept", note, now)
    flow.mark(session, EntityType.PARTNER, row.partner_id, now)
    return row


def return_(session: Session, actor: Actor, registration_id: int, note: str, *, now: datetime) -> Registration:
    """Send the application back with what has to be changed, which must be said."""
    return _decide(session, actor, registration_id, "return", _needed(note), now)


def reject(session: Session, actor: Actor, registration_id: int, note: str, *, now: datetime) -> Registration:
    """Decline the application with the reason, which must be said."""
    return _decide(session, actor, registration_id, "reject", _needed(note), now)


def resubmit(session: Session, actor: Actor, registration_id: int, note: str = "", *, now: datetime) -> Registration:
    """Send a returned application in again."""
    return _ask_again(session, actor, registration_id, "resubmit", note, now)


def reapply(session: Session, actor: Actor, registration_id: int, note: str = "", *, now: datetime) -> Registration:
    """Ask again after having left or having been rejected."""
    return _ask_again(session, actor, registration_id, "reapply", note, now)


def withdraw(session: Session, actor: Actor, registration_id: int, note: str = "", *, now: datetime) -> Registration:
    """Leave the scheme, or take the application back; open invitations of this municipality end with it."""
    row = _move(session, actor, registration_id, "withdraw", note, now)
    for recommendation in queries.open_invitations(session, row.partner_id, row.municipality_id, OPEN_INVITATION):
        subject = flow.of_recommendation(recommendation)
        flow.move(session, SYSTEM, RECOMMENDATION, recommendation, "lapse", subject, now, cause="withdrawn")
    flow.mark(session, EntityType.PARTNER, row.partner_id, now)
    _tell_coordinators(session, "registration_withdrawn", row, now)
    return row


def announce_confirmed(session: Session, user: User, now: datetime) -> None:
    """Tell the coordinators of every application that waited for this person to confirm the e-mail address."""
    partner_ids = queries.partners_of_user(session, user.pk)
    for row in queries.applications(session, partner_ids):
        _tell_coordinators(session, "registration_received", row, now)


def _decide(
    session: Session, actor: Actor, registration_id: int, action: str, note: str, now: datetime
) -> Registration:
    row = _move(session, actor, registration_id, action, note, now)
    row.decided_at, row.decided_by_id = now, actor.user_id
    tell_partner(session, row, now)
    return row


def tell_partner(session: Session, row: Registration, now: datetime) -> None:
    """Tell the partner's people what has become of a registration."""
    town, partner = flow.get(session, Municipality, row.municipality_id), flow.get(session, Partner, row.partner_id)
    people = recipients.people_of_partner(session, row.partner_id)
    template = f"registration_{row.status.value}"
    notices.mail_all(session, template, people, _key(row), now, note=row.note, **_names(row, partner, town))


def _ask_again(
    session: Session, actor: Actor, registration_id: int, action: str, note: str, now: datetime
) -> Registration:
    row = _move(session, actor, registration_id, action, note, now)
    row.applied_at, row.decided_at, row.decided_by_id = now, None, None
    _announce(session, row, now)
    return row


def _move(session: Session, actor: Actor, registration_id: int, action: str, note: str, now: datetime) -> Registration:
    row = flow.get(session, Registration, registration_id)
    policy.require(actor, "registration.view", flow.of_registration(row))
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": "too_long"})
    flow.move(session, actor, REGISTRATION, row, action, flow.of_registration(row), now)
    row.note = note
    session.flush()
    return row


def _needed(note: str) -> str:
    if not note.strip():
        raise Invalid({"note": "required"})
    return note


def _announce(session: Session, row: Registration, now: datetime) -> None:
    """An application is shown to the city once somebody of the partner has confirmed an e-mail address."""
    if recipients.people_of_partner(session, row.partner_id):
        _tell_coordinators(session, "registration_received", row, now)


def _tell_coordinators(session: Session, template: str, row: Registration, now: datetime) -> None:
    town, partner = flow.get(session, Municipality, row.municipality_id), flow.get(session, Partner, row.partner_id)
    people = recipients.coordinators_of(session, row.municipality_id)
    notices.mail_all(session, template, people, _key(row), now, **_names(row, partner, town))


def _key(row: Registration) -> str:
    """Each step of a registration is told once; a later step has a later version."""
    return f"{row.pk}-{row.version}"


def _names(row: Registration, partner: Partner, town: Municipality) -> dict[str, object]:
    return {
        "registration_id": row.pk,
        "partner": partner.name,
        "municipality": town.name,
        "municipality_en": town.name_en,
    }
