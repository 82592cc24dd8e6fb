"""Challenges (課題): writing them down, reviewing, publishing and ending them."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session

from matcher import policy
from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed
from matcher.lifecycles import CHALLENGE, OPEN_CHALLENGE
from matcher.policy import Actor
from matcher.services import flow, notices, versions
from matcher.services.challenge_data import (
    PLAIN,
    REVIEW_AFTER_MONTHS,
    ChallengeData,
    errors,
    in_order,
    missing,
    months_later,
    today,
)
from matcher.services.recommendations import lapse_all
from models import Challenge, ChallengeTarget, Department, Need, reference
from models.enums import ChallengeStatus, EntityType, PartnerKind, Requirement, TargetBasis
from models.queries import city as queries
from models.queries import recipients

LONGEST_NOTE = 2_000


def create(session: Session, actor: Actor, municipality_id: int, data: ChallengeData, *, now: datetime) -> Challenge:
    """Write down a new challenge as a draft.

    Raises NotFound for somebody from elsewhere, or Invalid.
    """
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "challenge.create", subject)
    _check(session, municipality_id, data, now)
    row = Challenge(
        municipality_id=municipality_id,
        author_id=actor.user_id,
        status=ChallengeStatus.DRAFT,
        title=data.title,
        kind=data.kind,
        pillar=data.pillar,
        created_at=now,
    )
    _fill(row, data, now)
    session.add(row)
    session.flush()
    _set_needs(session, row.pk, data)
    _set_targets(session, row.pk, data)
    versions.keep(session, actor, row, shown(data), now)
    flow.record(session, actor, "challenge.created", row, subject, now)
    flow.mark(session, EntityType.CHALLENGE, row.pk, now)
    return row


def edit(
    session: Session, actor: Actor, challenge_id: int, data: ChallengeData, version: int | None, *, now: datetime
) -> Challenge:
    """Change what a challenge says; department staff may do so while it is a draft.

    Raises NotFound, NotAllowed, Invalid, or Conflict when it was changed meanwhile.
    """
    row = flow.get(session, Challenge, challenge_id)
    require_edit(actor, row)
    _check(session, row.municipality_id, data, now, row)
    _check_version(session, row, data, version)
    before = shown(read(session, row))
    _fill(row, data, now)
    _set_needs(session, row.pk, data)
    _set_targets(session, row.pk, data)
    versions.keep(session, actor, row, shown(data), now, before)
    flow.record(session, actor, "challenge.edited", row, flow.of_challenge(row), now)
    flow.mark(session, EntityType.CHALLENGE, row.pk, now)
    return row


def may_edit(actor: Actor, row: Challenge) -> bool:
    """Whether `actor` may change the texts of a challenge in its present state."""
    subject = flow.of_municipality(row.municipality_id)
    if not policy.may(actor, "challenge.edit", subject):
        return False
    return row.status is ChallengeStatus.DRAFT or policy.may(actor, "city.coordinate", subject)


def read(session: Session, row: Challenge) -> ChallengeData:
    """A stored challenge as it would be typed."""
    said: dict[str, Any] = {name: getattr(row, name) for name in PLAIN}
    return ChallengeData(
        **said,
        wanted_kinds=tuple(PartnerKind(kind) for kind in row.wanted_kinds),
        required=tuple(Requirement(name) for name in row.required),
        needs=tuple(need.text for need in queries.needs(session, row.pk)),
        targets=tuple((t.target, t.basis) for t in queries.targets(session, row.pk)),
    )


def submit(session: Session, actor: Actor, challenge_id: int, *, note: str = "", now: datetime) -> Challenge:
    """Hand a draft to the coordinators.

    Raises Invalid when something that proposers need is still missing.
    """
    row = _move(session, actor, challenge_id, "submit", now, complete=True)
    row.submitted_at = now
    _tell_coordinators(session, actor, row, now)
    return row


def return_(session: Session, actor: Actor, challenge_id: int, *, note: str = "", now: datetime) -> Challenge:
    """Send a challenge back to its author with a word on what to change.

    Raises Invalid without that word.
    """
    _check_note(note, needed=True)
    row = _move(session, actor, challenge_id, "return", now)
    row.review_note = note
    _tell_author(session, actor, row, "challenge_returned", now, note=note)
    return row


def publish(session: Session, actor: Actor, challenge_id: int, *, note: str = "", now: datetime) -> Challenge:
    """Open a reviewed challenge to everybody, or a closed one again, until its review date.

    Raises Invalid when something that proposers need is missing.
    """
    row = _move(session, actor, challenge_id, "publish", now, complete=True)
    row.published_at, row.review_note = now, ""
    if row.review_date is None or row.review_date <= today(now):
        row.review_date = months_later(today(now), REVIEW_AFTER_MONTHS)
    _tell_author(session, actor, row, "challenge_published", now)
    return row


def unpublish(session: Session, actor: Actor, challenge_id: int, *, note: str = "", now: datetime) -> Challenge:
    """Take a challenge off the portal and back into review; invitations without an answer are withdrawn."""
    row = _end(session, actor, challenge_id, "unpublish", note, now)
    row.submitted_at = now
    return row


def close(session: Session, actor: Actor, challenge_id: int, *, note: str = "", now: datetime) -> Challenge:
    """End the search for partners; invitations without an answer are withdrawn."""
    return _end(session, actor, challenge_id, "close", note, now)


def solve(session: Session, actor: Actor, challenge_id: int, *, note: str = "", now: datetime) -> Challenge:
    """Say that a challenge has been solved; invitations without an answer are withdrawn."""
    return _end(session, actor, challenge_id, "solve", note, now)


def drop(session: Session, actor: Actor, challenge_id: int, *, note: str = "", now: datetime) -> Challenge:
    """Give a challenge up."""
    return _end(session, actor, challenge_id, "drop", note, now)


def keep_open(session: Session, actor: Actor, challenge_id: int, *, note: str = "", now: datetime) -> Challenge:
    """Confirm that an open challenge still stands: its review date moves on by half a year."""
    row = flow.locked(session, Challenge, challenge_id)
    policy.require(actor, "challenge.publish", flow.of_challenge(row))
    if row.status not in OPEN_CHALLENGE:
        raise InvalidTransition(CHALLENGE.name, "keep_open", row.status)
    row.review_date, row.updated_at = months_later(today(now), REVIEW_AFTER_MONTHS), now
    flow.record(session, actor, "challenge.reviewed", row, flow.of_challenge(row), now)
    return row


def _move(
    session: Session, actor: Actor, challenge_id: int, action: str, now: datetime, *, complete: bool = False
) -> Challenge:
    """Take a step; with `complete`, only when nothing is missing. Nothing is changed when it is refused."""
    row = flow.locked(session, Challenge, challenge_id)
    subject = flow.of_challenge(row)
    policy.require(actor, f"challenge.{action}", subject)
    CHALLENGE.find(action, row.status)
    if complete and missing(row):
        raise Invalid(missing(row))
    flow.move(session, actor, CHALLENGE, row, action, subject, now)
    flow.mark(session, EntityType.CHALLENGE, row.pk, now)
    return row


def _end(session: Session, actor: Actor, challenge_id: int, action: str, note: str, now: datetime) -> Challenge:
    _check_note(note)
    row = _move(session, actor, challenge_id, action, now)
    row.review_note = note
    lapse_all(session, actor, row, f"challenge_{action}", now)
    return row


def _check_note(note: str, *, needed: bool = False) -> None:
    if needed and not note:
        raise Invalid({"note": "required"})
    if len(note) > LONGEST_NOTE:
        raise Invalid({"note": "too_long"})


def require_edit(actor: Actor, row: Challenge) -> None:
    """Raises NotFound or NotAllowed for whoever may not change the texts of a challenge in its present state."""
    policy.require(actor, "challenge.edit", flow.of_challenge(row))
    if not may_edit(actor, row):
        raise NotAllowed(action="challenge.edit")


def _check(
    session: Session, municipality_id: int, data: ChallengeData, now: datetime, stored: Challenge | None = None
) -> None:
    found = errors(data, today(now), stored)
    if data.department_id is not None:
        department = session.get(Department, data.department_id)
        if department is None or department.municipality_id != municipality_id:
            found["department_id"] = "unknown"
    if found:
        raise Invalid(found)


def _check_version(session: Session, row: Challenge, data: ChallengeData, version: int | None) -> None:
    """Refuse to write over what somebody else wrote meanwhile; the version stands for needs and targets as well."""
    if version is None or version == row.version:
        return
    mine, theirs = shown(data), shown(read(session, row))
    raise Conflict([(key, mine[key], theirs[key]) for key in mine if mine[key] != theirs[key]], version=row.version)


def shown(data: ChallengeData) -> dict[str, str]:
    """A challenge as text by field, as two versions of it are compared."""
    said = {name: "" if getattr(data, name) is None else str(getattr(data, name)) for name in PLAIN}
    said["wanted_kinds"] = ", ".join(data.wanted_kinds)
    said["required"] = ", ".join(data.required)
    said["needs"] = "\n".join(data.needs)
    said["targets"] = ", ".join(in_order(code for code, _ in data.targets))
    return said


def _fill(row: Challenge, data: ChallengeData, now: datetime) -> None:
    for name in PLAIN:
        setattr(row, name, getattr(data, name))
    row.wanted_kinds = [kind.value for kind in data.wanted_kinds]
    row.required = [name.value for name in Requirement if name in data.required]
    row.updated_at = now
    flag_modified(row, "updated_at")  # the version moves on even when only needs or targets changed


def _set_needs(session: Session, challenge_id: int, data: ChallengeData) -> None:
    old = queries.needs(session, challenge_id)
    if [need.text for need in old] == list(data.needs):
        return
    for need in old:
        session.delete(need)
    session.add_all(Need(challenge_id=challenge_id, position=n, text=text) for n, text in enumerate(data.needs))


def _set_targets(session: Session, challenge_id: int, data: ChallengeData) -> None:
    """What a document states stays stated; what was only inferred is confirmed by whoever saves it."""
    wanted, old = dict(data.targets), {row.target: row for row in queries.targets(session, challenge_id)}
    for code, row in old.items():
        if code not in wanted:
            session.delete(row)
        elif row.basis is TargetBasis.INFERRED:
            row.basis = wanted[code]
    session.add_all(
        ChallengeTarget(challenge_id=challenge_id, goal=reference.goal_of(code), target=code, basis=wanted[code])
        for code in in_order(wanted.keys() - old.keys())
    )


def _tell_coordinators(session: Session, actor: Actor, row: Challenge, now: datetime) -> None:
    people = [user for user in recipients.coordinators_of(session, row.municipality_id) if user.id != actor.user_id]
    notices.mail_all(session, "challenge_submitted", people, _key(row, now), now, **_params(row))


def _tell_author(session: Session, actor: Actor, row: Challenge, template: str, now: datetime, **more: str) -> None:
    author = recipients.author_of(session, row)
    if author is not None and author.id != actor.user_id:
        notices.mail(session, template, author, _key(row, now), now, **_params(row), **more)


def _key(row: Challenge, now: datetime) -> str:
    return f"{row.pk}-{int(now.timestamp())}"


def _params(row: Challenge) -> dict[str, Any]:
    return {"challenge_id": row.pk, "challenge_title": row.title}


#: action → the service that takes it
ACTIONS = {
    "submit": submit,
    "return": return_,
    "publish": publish,
    "unpublish": unpublish,
    "close": close,
    "solve": solve,
    "drop": drop,
    "keep_open": keep_open,
}
