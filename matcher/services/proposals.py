"""Proposals (提案) from the partner's side: writing one, handing it in, taking it back; and who holds one."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.lifecycles import CONSULTATION, OPEN_CHALLENGE, OPEN_PROPOSAL, PROPOSAL
from matcher.policy import Actor, Subject
from matcher.services import flow, notices
from matcher.services import proposal_data as data_of
from matcher.services.challenge_data import JAPAN, today
from matcher.services.interests import STANDING
from matcher.services.proposal_data import ProposalData
from models import Challenge, Municipality, Partner, Proposal, ProposalPartner, ProposalVersion
from models.enums import ConsultationStatus, ProposalHolder, ProposalKind, ProposalStatus, Role
from models.queries import partners as partner_queries
from models.queries import proposals as queries
from models.queries import recipients

MOST_PARTNERS = 10
CHANGEABLE = frozenset(
    {
        ProposalStatus.DRAFT,
        ProposalStatus.RECEIVED,
        ProposalStatus.COORDINATING,
        ProposalStatus.DIALOGUE,
        ProposalStatus.PREPARING,
    }
)


def begin(
    session: Session,
    actor: Actor,
    partner_id: int,
    municipality_id: int,
    data: ProposalData,
    *,
    challenge_id: int | None = None,
    now: datetime,
) -> Proposal:
    """Begin a draft, which nobody but its partners sees; one that names a challenge answers it.

    Raises NotFound for a challenge that is not open there, NotAllowed for a partner without any registration, or
    Invalid.
    """
    policy.require(actor, "proposal.begin", Subject(partner_ids=frozenset({partner_id})))
    if not partner_queries.standings(session, partner_id) & STANDING:
        raise NotAllowed("no_registration")
    if challenge_id is not None:
        check_open(flow.get(session, Challenge, challenge_id), municipality_id)
    if found := data.errors():
        raise Invalid(found)
    row = draft(session, actor, partner_id, municipality_id, data, challenge_id, now)
    flow.record(session, actor, "proposal.begun", row, of_lead(row, partner_id), now)
    return row


def check_open(challenge: Challenge, municipality_id: int) -> None:
    """Raises NotFound for a challenge of another municipality, or one that looks for nobody."""
    if challenge.municipality_id != municipality_id or challenge.status not in OPEN_CHALLENGE:
        raise NotFound()


def draft(
    session: Session,
    actor: Actor,
    partner_id: int,
    municipality_id: int,
    data: ProposalData,
    challenge_id: int | None,
    now: datetime,
) -> Proposal:
    """The rows of a new draft, with the partner that leads."""
    row = Proposal(
        municipality_id=municipality_id,
        kind=ProposalKind.FIELD_TEST if challenge_id is None else ProposalKind.SOLUTION,
        challenge_id=challenge_id,
        author_id=actor.user_id,
        status_since=now,
        held_since=now,
        created_at=now,
        updated_at=now,
        title=data.title,
    )
    data_of.write(row, data)
    session.add(row)
    session.flush()
    session.add(ProposalPartner(proposal_id=row.pk, partner_id=partner_id, lead=True, agreed_at=now, created_at=now))
    session.flush()
    return row


def of_lead(row: Proposal, partner_id: int) -> Subject:
    """A draft belongs to its partners alone; from receipt on, the municipality has its part in it."""
    return Subject(row.municipality_id if row.received_at else None, frozenset({partner_id}))


def subject_of(session: Session, row: Proposal, *, agreed_only: bool = True) -> Subject:
    """A proposal with the partners that stand behind it, or that are asked to."""
    behind = queries.standings(session, row.pk)
    keys = frozenset(each.partner.pk for each in behind if each.row.agreed_at or not agreed_only)
    return Subject(row.municipality_id if row.received_at else None, keys)


def departments_of(actor: Actor, municipality_id: int) -> frozenset[int] | None:
    """The departments for which somebody reads confidential proposals of an office; None for those who read all."""
    at_home = [seat for seat in actor.seats if seat.municipality_id == municipality_id]
    if actor.is_system or any(seat.role is Role.COORDINATOR for seat in at_home):
        return None
    return frozenset(seat.department_id for seat in at_home if seat.department_id is not None)


def view(session: Session, actor: Actor, proposal_id: int) -> Proposal:
    """A proposal that the actor may read.

    A confidential one is read by its partners, the coordinators, and the departments that were asked or are in charge.
    Raises NotFound for everybody else.
    """
    row = flow.get(session, Proposal, proposal_id)
    subject = subject_of(session, row, agreed_only=False)
    policy.require(actor, "proposal.view", subject)
    if not let_in(actor, subject, readers(session, row)):
        raise NotFound()
    return row


def readers(session: Session, row: Proposal) -> frozenset[int] | None:
    """The departments that read a confidential proposal; None where all do."""
    if not row.confidential:
        return None
    in_charge = frozenset() if row.department_id is None else frozenset({row.department_id})
    return queries.concerned(session, row.pk) | in_charge


def let_in(actor: Actor, subject: Subject, readers: frozenset[int] | None) -> bool:
    """Whether `readers` keep nobody out, or not somebody who belongs to a partner, coordinates, or is one of them."""
    if readers is None or actor.partner_ids & subject.partner_ids:
        return True
    departments = departments_of(actor, subject.municipality_id or 0)
    return departments is None or bool(departments & readers)


def held(session: Session, actor: Actor, proposal_id: int, action: str) -> tuple[Proposal, Subject]:
    """A proposal that the actor may read and treat by `action`, held against other writers."""
    row = flow.locked(session, Proposal, proposal_id)
    view(session, actor, proposal_id)
    subject = subject_of(session, row)
    policy.require(actor, action, subject)
    return row, subject


def edit(
    session: Session, actor: Actor, proposal_id: int, data: ProposalData, version: int | None, *, now: datetime
) -> Proposal:
    """Change what a proposal says. After receipt each change is kept as a version with its own digest.

    Raises Conflict for text typed on an older reading, InvalidTransition once the pilot runs, or Invalid.
    """
    row, subject = held(session, actor, proposal_id, "proposal.edit")
    if row.status not in CHANGEABLE:
        raise InvalidTransition("proposal", "edit", row.status)
    said = {name: getattr(data, name) for name in data_of.FIELDS}
    flow.check_version(row, version, said)
    if found := data.errors():
        raise Invalid(found)
    if data_of.typed(row) == data:
        return row
    data_of.write(row, data)
    row.updated_at = now
    if row.received_at is not None:
        if lacking := data_of.missing(row):
            raise Invalid(lacking)
        keep_version(session, actor, row, now)
    flow.record(session, actor, "proposal.edited", row, subject, now)
    return row


def submit(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Hand a draft in: it gets its number and its receipt at once, by mail too.

    Raises InvalidTransition, NotFound when the challenge has closed meanwhile, or Invalid with what is missing.
    """
    row, subject = held(session, actor, proposal_id, "proposal.edit")
    PROPOSAL.find("submit", row.status)
    if row.challenge_id is not None:
        check_open(flow.get(session, Challenge, row.challenge_id), row.municipality_id)
    if lacking := data_of.missing(row):
        raise Invalid(lacking)
    receive(session, actor, row, now)
    moved(session, actor, row, "submit", Subject(row.municipality_id, subject.partner_ids), now)
    tell_receipt(session, row, now)
    return row


def receive(session: Session, actor: Actor, row: Proposal, now: datetime) -> None:
    """Give a proposal its number within the municipality's fiscal year, and freeze what it says."""
    flow.locked(session, Municipality, row.municipality_id)
    year = fiscal_year(today(now))
    number = queries.last_number(session, row.municipality_id, year) + 1
    row.received_at, row.receipt_year, row.receipt_number = now, year, number
    row.digest = keep_version(session, actor, row, now).digest


def fiscal_year(day: date) -> int:
    """The Japanese fiscal year (年度) of a day: from April to March."""
    return day.year if day.month >= 4 else day.year - 1


def receipt(row: Proposal) -> str:
    """The number on the receipt, as 2024-003; "" for a draft."""
    return f"{row.receipt_year}-{row.receipt_number:03}" if row.receipt_number else ""


def keep_version(session: Session, actor: Actor, row: Proposal, now: datetime) -> ProposalVersion:
    """Freeze what a proposal says now."""
    behind = [each.partner.name for each in queries.standings(session, row.pk) if each.row.agreed_at]
    town = flow.get(session, Municipality, row.municipality_id)
    said = data_of.content(row, town.name, behind, now)
    kept = ProposalVersion(
        proposal_id=row.pk,
        number=len(queries.versions(session, row.pk)) + 1,
        data=said,
        digest=data_of.digest(said),
        author_id=actor.user_id,
        created_at=now,
    )
    session.add(kept)
    session.flush()
    return kept


def withdraw(session: Session, actor: Actor, proposal_id: int, *, now: datetime) -> Proposal:
    """Take a proposal back; departments that were asked need not answer any more."""
    row, subject = held(session, actor, proposal_id, "proposal.edit")
    was_received = row.received_at is not None
    moved(session, actor, row, "withdraw", subject, now)
    if was_received:
        tell_office(session, "proposal_withdrawn", row, now)
    return row


def moved(
    session: Session, actor: Actor, row: Proposal, action: str, subject: Subject, now: datetime, **detail: Any
) -> None:
    """Take a step of the lifecycle, note since when it stands there, and who holds it from now on."""
    flow.move(session, actor, PROPOSAL, row, action, subject, now, **detail)
    row.status_since = now
    if row.status not in OPEN_PROPOSAL:
        _close_consultations(session, actor, row, now)
    settle(session, row, now)


def _close_consultations(session: Session, actor: Actor, row: Proposal, now: datetime) -> None:
    """Whoever ends a proposal ends what departments were asked about it, a partner that withdraws too."""
    close = CONSULTATION.find("close", ConsultationStatus.WAITING)
    for found in (asked.row for asked in queries.consultations(session, row.pk)):
        if found.status in close.sources:
            before, found.status, found.updated_at = found.status, ConsultationStatus.CLOSED, now
            subject = Subject(row.municipality_id)
            flow.record(session, actor, close.event, found, subject, now, before=str(before), after=str(found.status))


def settle(session: Session, row: Proposal, now: datetime) -> None:
    """Say whose turn it is: a department that has to answer, the partner that was asked something, or the office."""
    holder = _holder(session, row)
    if holder is not row.holder:
        row.holder, row.held_since = holder, now
    session.flush()


def _holder(session: Session, row: Proposal) -> ProposalHolder | None:
    if row.status is ProposalStatus.DRAFT:
        return ProposalHolder.PARTNER
    if row.status not in OPEN_PROPOSAL:
        return None
    if any(asked.row.status is ConsultationStatus.WAITING for asked in queries.consultations(session, row.pk)):
        return ProposalHolder.DEPARTMENT
    last = queries.last_shared(session, row.pk)
    if (last is not None and last.asks) or (row.forward_asked_at and not row.forward_consented_at):
        return ProposalHolder.PARTNER
    return ProposalHolder.DEPARTMENT if row.department_id is not None else ProposalHolder.SECRETARIAT


def names(session: Session, row: Proposal) -> dict[str, Any]:
    """What mails say about a proposal; of a confidential one only its number."""
    town = flow.get(session, Municipality, row.municipality_id)
    return {
        "proposal_id": row.pk,
        "receipt": receipt(row),
        "title": "" if row.confidential else row.title,
        "municipality": town.name,
        "municipality_en": town.name_en,
    }


def key_of(row: Proposal) -> str:
    """Each step is told once; a later step has a later version."""
    return f"{row.pk}-{row.version}"


def tell_office(session: Session, template: str, row: Proposal, now: datetime, **more: Any) -> None:
    """Write to the coordinators."""
    session.flush()
    people = recipients.coordinators_of(session, row.municipality_id)
    notices.mail_all(session, template, people, key_of(row), now, **names(session, row), **more)


def tell_partners(session: Session, template: str, row: Proposal, now: datetime, **more: Any) -> None:
    """Write to everybody who signs in for a partner that stands behind the proposal."""
    session.flush()
    for partner_id in sorted(subject_of(session, row).partner_ids):
        people = recipients.people_of_partner(session, partner_id)
        notices.mail_all(session, template, people, key_of(row), now, **names(session, row), **more)


def tell_receipt(session: Session, row: Proposal, now: datetime) -> None:
    """The confirmation to the partners, and the news to the office."""
    assert row.received_at is not None
    moment = row.received_at.astimezone(JAPAN).strftime("%Y-%m-%d %H:%M:%S")
    tell_partners(session, "proposal_receipt", row, now, digest=row.digest, moment=moment)
    tell_office(session, "proposal_received", row, now)


def partner_named(session: Session, words: str) -> Partner:
    """The registered partner with exactly this name or corporate number.

    Raises Invalid({"partner": …}) with `required`, `unknown_partner` or `several_partners`.
    """
    found = queries.partners_called(session, words.strip()) if words.strip() else []
    if len(found) != 1:
        code = "required" if not words.strip() else "several_partners" if found else "unknown_partner"
        raise Invalid({"partner": code})
    return found[0]
