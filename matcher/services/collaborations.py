"""Collaborations (連携案件): from an introduction, a proposal or by hand; what is said of them, who is told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotFound
from matcher.lifecycles import RECOMMENDATION, SHARED_CONTACTS
from matcher.policy import Actor, Subject
from matcher.services import flow, notices
from models import (
    Challenge,
    Collaboration,
    CollaborationPartner,
    CollaborationTarget,
    Department,
    Municipality,
    Partner,
    Recommendation,
    User,
    reference,
)
from models.enums import AgreementKind, CollaborationStatus, EntityType
from models.queries import collaborations as queries
from models.queries import pilots as pilot_queries
from models.queries import recipients

LONGEST = 4_000
LONGEST_TITLE = 300
PILOT = "pilot"
#: what an office begins here; documents know more kinds
KINDS = (PILOT, "agreement", "joint_research", "collaborative_project")


@dataclass(frozen=True, kw_only=True)
class CollaborationData:
    """What an office says about a collaboration, its plan apart."""

    title: str
    kind: str = PILOT
    summary: str = ""
    department_id: int | None = None
    agreement_kind: AgreementKind | None = None
    agreement_date: date | None = None
    agreement_topic: str = ""
    targets: Sequence[str] = ()

    def errors(self) -> dict[str, str]:
        """What is wrong with it: field → code."""
        found = {"title": "required"} if not self.title.strip() else {}
        found |= too_long({"title": self.title, "agreement_topic": self.agreement_topic}, LONGEST_TITLE)
        found |= too_long({"summary": self.summary}, LONGEST)
        if self.kind not in KINDS:
            found["kind"] = "unknown"
        if not all(map(reference.is_target, self.targets)):
            found["targets"] = "unknown"
        return found


def too_long(texts: dict[str, str], most: int) -> dict[str, str]:
    return {name: "too_long" for name, text in texts.items() if len(text) > most}


def subject_of(session: Session, row: Collaboration) -> Subject:
    """A collaboration belongs to its municipality and its partners; the public reads it once it is a precedent."""
    partners = frozenset(queries.partner_ids(session, row.pk))
    return Subject(municipality_id=row.municipality_id, partner_ids=partners, public=row.published)


def held(session: Session, actor: Actor, collaboration_id: int, action: str) -> tuple[Collaboration, Subject]:
    """A collaboration, held against other writers, for somebody who may take `action` on it.

    Raises NotFound or NotAllowed.
    """
    row = flow.locked(session, Collaboration, collaboration_id)
    subject = subject_of(session, row)
    policy.require(actor, action, subject)
    return row, subject


def plan(
    session: Session,
    actor: Actor,
    municipality_id: int,
    *,
    title: str,
    partner_ids: Sequence[int],
    challenge_id: int | None = None,
    recommendation_id: int | None = None,
    department_id: int | None = None,
    summary: str = "",
    kind: str = PILOT,
    now: datetime,
) -> Collaboration:
    """Begin a collaboration that is not public yet, out of an accepted match or proposal or by itself.

    The first of `partner_ids` leads. Raises NotFound or NotAllowed for anybody but the coordinators, or Invalid.
    """
    subject = flow.of_municipality(municipality_id)
    policy.require(actor, "collaboration.make", subject)
    found = CollaborationData(title=title, kind=kind, summary=summary).errors()
    found |= {"partners": "required"} if not partner_ids else {}
    if found:
        raise Invalid(found)
    challenge = _own_challenge(session, challenge_id, municipality_id)
    if department_id is None and challenge is not None:
        department_id = challenge.department_id
    row = Collaboration(
        municipality_id=municipality_id,
        challenge_id=challenge_id,
        recommendation_id=recommendation_id,
        department_id=_own_department(session, department_id, municipality_id),
        kind=kind,
        title=title.strip(),
        summary=summary,
        status=CollaborationStatus.PLANNED,
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    for partner_id in dict.fromkeys(partner_ids):
        name = flow.get(session, Partner, partner_id).name
        session.add(CollaborationPartner(collaboration_id=row.pk, partner_id=partner_id, name=name, created_at=now))
    flow.record(session, actor, "collaboration.planned", row, subject, now, challenge=challenge_id)
    return row


def _own_challenge(session: Session, challenge_id: int | None, municipality_id: int) -> Challenge | None:
    if challenge_id is None:
        return None
    challenge = flow.get(session, Challenge, challenge_id)
    if challenge.municipality_id != municipality_id:
        raise NotFound()
    return challenge


def _own_department(session: Session, department_id: int | None, municipality_id: int) -> int | None:
    if department_id is not None and flow.get(session, Department, department_id).municipality_id != municipality_id:
        raise NotFound()
    return department_id


def from_introduction(
    session: Session,
    actor: Actor,
    recommendation_id: int,
    *,
    title: str,
    summary: str = "",
    kind: str = PILOT,
    now: datetime,
) -> Collaboration:
    """Begin a collaboration from an introduction, once: whoever comes second gets the one that is there.

    Raises NotFound, NotAllowed, Invalid, or InvalidTransition when nobody has been introduced.
    """
    source = flow.locked(session, Recommendation, recommendation_id)
    policy.require(actor, "collaboration.make", flow.of_municipality(source.municipality_id))
    known = pilot_queries.from_recommendation(session, source.pk)
    if known is not None:
        return known
    if source.status not in SHARED_CONTACTS:
        raise InvalidTransition(RECOMMENDATION.name, "begin_collaboration", source.status.value)
    partners = [source.partner_id, source.seeker_id]
    row = plan(
        session,
        actor,
        source.municipality_id,
        title=title,
        partner_ids=[key for key in partners if key is not None],
        challenge_id=source.challenge_id,
        recommendation_id=source.pk,
        summary=summary,
        kind=kind,
        now=now,
    )
    tell_partners(session, row, "collaboration_planned", now)
    return row


def by_hand(
    session: Session,
    actor: Actor,
    municipality_id: int,
    *,
    title: str,
    partner_ids: Sequence[int],
    challenge_id: int | None,
    department_id: int | None,
    summary: str,
    kind: str,
    now: datetime,
) -> Collaboration:
    """Begin a collaboration with partners that are registered with the office. Raises as `plan` does."""
    allowed = pilot_queries.registered(session, municipality_id)
    if not set(partner_ids) <= {partner.pk for partner in allowed}:
        policy.require(actor, "collaboration.make", flow.of_municipality(municipality_id))
        raise Invalid({"partners": "unknown"})
    row = plan(
        session,
        actor,
        municipality_id,
        title=title,
        partner_ids=partner_ids,
        challenge_id=challenge_id,
        department_id=department_id,
        summary=summary,
        kind=kind,
        now=now,
    )
    tell_partners(session, row, "collaboration_planned", now)
    return row


def held_to_change(session: Session, actor: Actor, collaboration_id: int) -> tuple[Collaboration, Subject]:
    """A collaboration whose words are about to change; once they are public, the coordinators change them.

    Raises NotFound or NotAllowed.
    """
    row, subject = held(session, actor, collaboration_id, "collaboration.edit")
    if row.published:
        policy.require(actor, "collaboration.publish", subject)
    return row, subject


def edit(
    session: Session, actor: Actor, collaboration_id: int, data: CollaborationData, expected: int | None, now: datetime
) -> Collaboration:
    """Change what is said about a collaboration.

    Raises NotFound, NotAllowed, Invalid, or Conflict when somebody saved in between.
    """
    row, subject = held_to_change(session, actor, collaboration_id)
    found = data.errors()
    if data.kind == row.kind:
        found.pop("kind", None)
    if found:
        raise Invalid(found)
    said = {name: getattr(data, name) for name in _SAID}
    flow.check_version(row, expected, said)
    _own_department(session, data.department_id, row.municipality_id)
    for name, value in said.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)
    row.updated_at = now
    serve(session, row, data.targets, now)
    flow.record(session, actor, "collaboration.edited", row, subject, now)
    mark(session, row, now)
    return row


_SAID = ("title", "kind", "summary", "department_id", "agreement_kind", "agreement_date", "agreement_topic")


def serve(session: Session, row: Collaboration, targets: Collection[str], now: datetime) -> None:
    """Set the SDG targets that a collaboration serves."""
    known = {target.target: target for target in pilot_queries.targets(session, row.pk)}
    for code in known.keys() - set(targets):
        session.delete(known[code])
    for code in dict.fromkeys(targets):
        if code not in known:
            goal = reference.goal_of(code)
            session.add(CollaborationTarget(collaboration_id=row.pk, goal=goal, target=code, created_at=now))


def mark(session: Session, row: Collaboration, now: datetime) -> None:
    flow.mark(session, EntityType.COLLABORATION, row.pk, now)
    for partner_id in queries.partner_ids(session, row.pk):
        flow.mark(session, EntityType.PARTNER, partner_id, now)


def tell_partners(session: Session, row: Collaboration, template: str, now: datetime) -> None:
    """Queue a mail to everybody who signs in for one of the partners."""
    people = {
        user.pk: user
        for partner_id in queries.partner_ids(session, row.pk)
        for user in recipients.people_of_partner(session, partner_id)
    }
    _tell(session, row, template, [people[key] for key in sorted(people)], "partner", now)


def tell_office(session: Session, row: Collaboration, template: str, now: datetime) -> None:
    """Queue a mail to the coordinators of the municipality."""
    _tell(session, row, template, recipients.coordinators_of(session, row.municipality_id), "city", now)


def _tell(
    session: Session, row: Collaboration, template: str, people: Sequence[User], side: str, now: datetime
) -> None:
    town = flow.get(session, Municipality, row.municipality_id)
    notices.mail_all(
        session,
        template,
        people,
        f"{row.pk}-{int(now.timestamp())}",
        now,
        collaboration_id=row.pk,
        collaboration_title=row.title,
        municipality_name=town.name,
        municipality_name_en=town.name_en,
        side=side,
    )
