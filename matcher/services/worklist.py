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
from models.enums import ApplicationStatus, ChallengeStatus
from models.queries import challenge_extras as extras
from models.queries import proposal_work
from models.queries import worklist as queries
from models.queries.worklist import Waiting


class Desk(StrEnum):
    """What kind of thing waits, in the order in which an office works it off."""

    REGISTRATION = "registration"
    APPLICATION = "application"
    SCREENING = "screening"
    CHANGE_REPORT = "change_report"
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
    GROUP_FOUNDING = "group_founding"
    GROUP_REQUEST = "group_request"
    GROUP_TASK = "group_task"
    GROUP_DORMANT = "group_dormant"
    INVITATION = "invitation"
    ASKED_BACK = "asked_back"
    ENDING_TERM = "ending_term"
    INTRODUCTION = "introduction"
    PLAN_OURS = "plan_ours"
    PLAN_THEIRS = "plan_theirs"
    PILOT_OVER = "pilot_over"
    PILOT_SILENT = "pilot_silent"
    STALE = "stale"


class Holder(StrEnum):
    """Whose turn it is."""

    COORDINATOR = "coordinator"
    DEPARTMENT = "department"
    PARTNER = "partner"


#: desk → (whose turn, days until amber, days until red); a municipality may set other days
PATIENCE: dict[Desk, tuple[Holder, int, int]] = {
    Desk.REGISTRATION: (Holder.COORDINATOR, 5, 10),
    Desk.APPLICATION: (Holder.COORDINATOR, 5, 10),
    Desk.SCREENING: (Holder.COORDINATOR, 14, 30),
    Desk.CHANGE_REPORT: (Holder.COORDINATOR, 5, 10),
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
    Desk.GROUP_FOUNDING: (Holder.COORDINATOR, 7, 14),
    Desk.GROUP_REQUEST: (Holder.COORDINATOR, 5, 10),
    Desk.GROUP_TASK: (Holder.PARTNER, 1, 14),
    Desk.GROUP_DORMANT: (Holder.COORDINATOR, 30, 90),
    Desk.INVITATION: (Holder.PARTNER, 7, 14),
    Desk.ASKED_BACK: (Holder.PARTNER, 7, 14),
    Desk.ENDING_TERM: (Holder.PARTNER, 60, 83),
    Desk.INTRODUCTION: (Holder.COORDINATOR, 30, 60),
    Desk.PLAN_OURS: (Holder.COORDINATOR, 7, 14),
    Desk.PLAN_THEIRS: (Holder.PARTNER, 7, 14),
    Desk.PILOT_OVER: (Holder.COORDINATOR, 14, 30),
    Desk.PILOT_SILENT: (Holder.COORDINATOR, 60, 90),
    Desk.STALE: (Holder.COORDINATOR, 1, 30),
}
SILENT_AFTER = timedelta(days=30)
#: how long before its end a term comes onto the work list
ENDING = timedelta(days=90)
PILOT_SILENT_AFTER = timedelta(days=60)
QUIET_AFTER = timedelta(days=14)


@dataclass(frozen=True)
class Item:
    """One line: `waiting.key` names the row; `level` is "", "amber" or "red", and it came to that on `turned`."""

    desk: Desk
    holder: Holder
    waiting: Waiting
    days: int
    level: str
    turned: date


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
    """The work list of a municipality, by the time limits that it has set.

    Raises NotFound for somebody from elsewhere.
    """
    policy.require(actor, "city.work", flow.of_municipality(municipality_id))
    on = today(now)
    waiting = {
        Desk.REGISTRATION: queries.registrations(session, municipality_id),
        **_applications(session, municipality_id, on),
        **_challenges(session, municipality_id, on),
        **_proposals(session, actor, municipality_id, on),
        Desk.QUESTION: extras.waiting(session, municipality_id),
        Desk.INTEREST: queries.interests(session, municipality_id),
        Desk.UNDECIDED: queries.undecided(session, municipality_id),
        Desk.GROUP_FOUNDING: queries.group_foundings(session, municipality_id),
        Desk.GROUP_REQUEST: queries.group_requests(session, municipality_id),
        Desk.GROUP_TASK: _tasks(session, municipality_id, on),
        Desk.GROUP_DORMANT: queries.dormant_groups(session, municipality_id),
        Desk.INVITATION: queries.invitations(session, municipality_id),
        Desk.INTRODUCTION: queries.introductions(session, municipality_id, now - SILENT_AFTER),
        Desk.PLAN_OURS: queries.plans(session, municipality_id, by_city=True),
        Desk.PLAN_THEIRS: queries.plans(session, municipality_id, by_city=False),
        **_pilots(session, municipality_id, now),
    }
    limits = time_limits(session, municipality_id)
    return Worklist({desk: _items(desk, waiting[desk], on, limits[desk]) for desk in Desk if waiting[desk]})


def time_limits(session: Session, municipality_id: int) -> dict[Desk, tuple[int, int]]:
    """After how many days each desk turns amber and red here: as the municipality says, else by PATIENCE."""
    said = {row.desk: (row.amber, row.red) for row in queries.time_limits(session, municipality_id)}
    return {desk: said.get(desk.value, (amber, red)) for desk, (_, amber, red) in PATIENCE.items()}


def _applications(session: Session, municipality_id: int, on: date) -> dict[Desk, list[Waiting]]:
    """Applications to schemes, what partners report, and terms that come to their end: these wait since their mark."""
    undecided = queries.applications(session, municipality_id)
    ending = queries.ending_terms(session, municipality_id, on + ENDING)
    return {
        Desk.APPLICATION: undecided[ApplicationStatus.RECEIVED],
        Desk.SCREENING: undecided[ApplicationStatus.SCREENING],
        Desk.ASKED_BACK: undecided[ApplicationStatus.ASKED],
        Desk.CHANGE_REPORT: queries.change_reports(session, municipality_id),
        Desk.ENDING_TERM: [
            Waiting(row.pk, partner, _morning(row.valid_until - ENDING), partner, about)
            for row, partner, about in ending
            if row.valid_until is not None
        ],
    }


def _morning(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=JAPAN)


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
                desks[Desk.STALE].append(Waiting(row.pk, row.title, _morning(row.review_date), department))
            if not asked:
                since = row.published_at or row.updated_at
                desks[Desk.UNASKED].append(Waiting(row.pk, row.title, since, department))
    return desks


def _pilots(session: Session, municipality_id: int, now: datetime) -> dict[Desk, list[Waiting]]:
    """A pilot past its end waits for its result; one that still runs is silent when nobody wrote for a long time."""
    desks: dict[Desk, list[Waiting]] = {Desk.PILOT_OVER: [], Desk.PILOT_SILENT: []}
    for row, last, who in queries.running(session, municipality_id):
        if row.period_until is not None and row.period_until < today(now):
            over = _morning(row.period_until)
            desks[Desk.PILOT_OVER].append(Waiting(row.pk, row.title, over, who))
        elif last < now - PILOT_SILENT_AFTER:
            desks[Desk.PILOT_SILENT].append(Waiting(row.pk, row.title, last, who))
    return desks


def _tasks(session: Session, municipality_id: int, on: date) -> list[Waiting]:
    """Tasks of groups that are past their day, since that day; `key` is the group's."""
    overdue = queries.overdue_tasks(session, municipality_id, on)
    return [Waiting(group.pk, row.title, _morning(row.due or on), name, group.name) for row, group, name in overdue]


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


def _items(desk: Desk, waiting: Iterable[Waiting], on: date, limits: tuple[int, int]) -> list[Item]:
    holder, (amber, red) = PATIENCE[desk][0], limits
    items = []
    for row in sorted(waiting, key=lambda row: (row.since, row.key)):
        days = max(0, (on - today(row.since)).days)
        level, after = ("red", red) if days >= red else ("amber", amber) if days >= amber else ("", 0)
        items.append(Item(desk, holder, row, days, level, today(row.since) + timedelta(days=after)))
    return items
