"""The work list: what waits for whom in a city office, since when, and whether that is too long."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from matcher import policy
from matcher.policy import Actor
from matcher.services import flow
from matcher.services.challenge_data import JAPAN, today
from matcher.services.proposals import departments_of
from models.enums import ChallengeStatus
from models.queries import challenge_extras as extras
from models.queries import proposal_work
from models.queries import worklist as queries
from models.queries.worklist import Waiting


class Desk(StrEnum):
    """What kind of thing waits, in the order in which an office works it off."""

    REGISTRATION = "registration"
    PROPOSAL = "proposal"
    CONSULTATION_OVERDUE = "consultation_overdue"
    CONSULTATION = "consultation"
    PROPOSAL_DIALOGUE = "proposal_dialogue"
    REVIEW = "review"
    RETURNED = "returned"
    QUESTION = "question"
    INTEREST = "interest"
    UNASKED = "unasked"
    UNDECIDED = "undecided"
    GROUP_REQUEST = "group_request"
    INVITATION = "invitation"
    INTRODUCTION = "introduction"
    STALE = "stale"


class Holder(StrEnum):
    """Whose turn it is."""

    COORDINATOR = "coordinator"
    DEPARTMENT = "department"
    PARTNER = "partner"


#: desk → (whose turn, days until amber, days until red)
PATIENCE: dict[Desk, tuple[Holder, int, int]] = {
    Desk.REGISTRATION: (Holder.COORDINATOR, 5, 10),
    Desk.PROPOSAL: (Holder.COORDINATOR, 3, 7),
    Desk.CONSULTATION_OVERDUE: (Holder.DEPARTMENT, 1, 3),
    Desk.CONSULTATION: (Holder.DEPARTMENT, 10, 20),
    Desk.PROPOSAL_DIALOGUE: (Holder.COORDINATOR, 21, 42),
    Desk.REVIEW: (Holder.COORDINATOR, 5, 10),
    Desk.RETURNED: (Holder.DEPARTMENT, 7, 14),
    Desk.QUESTION: (Holder.DEPARTMENT, 3, 7),
    Desk.INTEREST: (Holder.COORDINATOR, 3, 7),
    Desk.UNASKED: (Holder.COORDINATOR, 3, 7),
    Desk.UNDECIDED: (Holder.COORDINATOR, 7, 14),
    Desk.GROUP_REQUEST: (Holder.COORDINATOR, 5, 10),
    Desk.INVITATION: (Holder.PARTNER, 7, 14),
    Desk.INTRODUCTION: (Holder.COORDINATOR, 30, 60),
    Desk.STALE: (Holder.COORDINATOR, 1, 30),
}
SILENT_AFTER = timedelta(days=30)
QUIET_AFTER = timedelta(days=14)


@dataclass(frozen=True)
class Item:
    """One line: `waiting.key` names the row, `level` is "", "amber" or "red"."""

    desk: Desk
    holder: Holder
    waiting: Waiting
    days: int
    level: str


@dataclass(frozen=True)
class Worklist:
    """Everything that waits, by desk; empty desks are left out."""

    desks: dict[Desk, list[Item]]

    @property
    def total(self) -> int:
        return sum(map(len, self.desks.values()))

    @property
    def overdue(self) -> int:
        return sum(item.level == "red" for items in self.desks.values() for item in items)

    def of(self, holder: Holder) -> "Worklist":
        """Only what waits for `holder`."""
        return Worklist({desk: items for desk, items in self.desks.items() if PATIENCE[desk][0] is holder})


def gather(session: Session, actor: Actor, municipality_id: int, *, now: datetime) -> Worklist:
    """The work list of a municipality; ten queries.

    Raises NotFound for somebody from elsewhere.
    """
    policy.require(actor, "city.work", flow.of_municipality(municipality_id))
    on = today(now)
    waiting = {
        Desk.REGISTRATION: queries.registrations(session, municipality_id),
        **_challenges(session, municipality_id, on),
        **_proposals(session, actor, municipality_id, on),
        Desk.QUESTION: extras.waiting(session, municipality_id),
        Desk.INTEREST: queries.interests(session, municipality_id),
        Desk.UNDECIDED: queries.undecided(session, municipality_id),
        Desk.GROUP_REQUEST: queries.group_requests(session, municipality_id),
        Desk.INVITATION: queries.invitations(session, municipality_id),
        Desk.INTRODUCTION: queries.introductions(session, municipality_id, now - SILENT_AFTER),
    }
    return Worklist({desk: _items(desk, waiting[desk], on) for desk in Desk if waiting[desk]})


def _challenges(session: Session, municipality_id: int, on: date) -> dict[Desk, list[Waiting]]:
    """A challenge may stand on two desks: past its review date and without recommendations."""
    desks: dict[Desk, list[Waiting]] = {Desk.REVIEW: [], Desk.RETURNED: [], Desk.STALE: [], Desk.UNASKED: []}
    for row, department, asked in queries.challenges(session, municipality_id, on):
        if row.status is ChallengeStatus.IN_REVIEW:
            since = row.submitted_at or row.updated_at
            desks[Desk.REVIEW].append(Waiting(row.pk, row.title, since, department))
        elif row.status is ChallengeStatus.DRAFT:
            desks[Desk.RETURNED].append(Waiting(row.pk, row.title, row.updated_at, department))
        else:
            if row.review_date is not None and row.review_date < on:
                due = datetime.combine(row.review_date, datetime.min.time(), tzinfo=JAPAN)
                desks[Desk.STALE].append(Waiting(row.pk, row.title, due, department))
            if not asked:
                since = row.published_at or row.updated_at
                desks[Desk.UNASKED].append(Waiting(row.pk, row.title, since, department))
    return desks


def _proposals(session: Session, actor: Actor, municipality_id: int, on: date) -> dict[Desk, list[Waiting]]:
    """Confidential ones stand on the desks of those only whom they concern; a dialogue only once it has gone quiet."""
    departments = departments_of(actor, municipality_id)
    waiting, late = proposal_work.consultations(session, municipality_id, departments, on)
    quiet_since = on - QUIET_AFTER
    further, talks = proposal_work.with_office(session, municipality_id, departments)
    return {
        Desk.PROPOSAL: further,
        Desk.CONSULTATION: waiting,
        Desk.CONSULTATION_OVERDUE: late,
        Desk.PROPOSAL_DIALOGUE: [row for row in talks if today(row.since) <= quiet_since],
    }


def _items(desk: Desk, waiting: Iterable[Waiting], on: date) -> list[Item]:
    holder, amber, red = PATIENCE[desk]
    items = []
    for row in sorted(waiting, key=lambda row: (row.since, row.key)):
        days = max(0, (on - today(row.since)).days)
        items.append(Item(desk, holder, row, days, "red" if days >= red else "amber" if days >= amber else ""))
    return items
