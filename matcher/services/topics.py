"""What people can talk about, and with whom: each thing says itself who takes part and until when.

A kind of thing comes in by one line of TOPICS here, and by one of TAKES_PART and of TITLES in the reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from matcher import policy
from matcher.errors import NotFound
from matcher.lifecycles import OPEN_PROPOSAL
from matcher.policy import Actor, Subject
from matcher.services import flow, proposals
from models import Collaboration, Proposal, Recommendation, WorkingGroup
from models.enums import GroupStatus, ProposalStatus, ThreadSubject
from models.enums import RecommendationStatus as R
from models.queries import groups, threads
from models.queries.collaborations import partner_ids
from models.queries.recommendations import SHOWN_TO_PARTNER

#: while an invitation stands or an introduction lasts
TALKING = frozenset({R.INVITED, R.ACCEPTED, R.INTRODUCED})
#: from the dialogue on, both sides deal with each other's people
DEALING = frozenset({ProposalStatus.DIALOGUE, ProposalStatus.PREPARING, ProposalStatus.PILOT, ProposalStatus.COMPLETED})


@dataclass(frozen=True)
class Topic:
    """A thing as its conversation sees it: whoever may take one of `actions` on `subject` reads along.

    `open` while something can still be written; `named` when both sides may know each other's people by name.
    Of a confidential thing only coordinators and the people of `departments` read at the office, and no mail names it.
    """

    subject: Subject
    actions: tuple[str, ...]
    open: bool
    named: bool
    departments: frozenset[int] | None = None


def _recommendation(session: Session, row: Recommendation) -> Topic:
    """The office and the partner it invited. After a refusal or a withdrawal both still read, and nobody writes.

    Before the invitation there is no conversation: what an office wrote then, the partner would read later.
    """
    shown = frozenset({row.partner_id}) if row.status in SHOWN_TO_PARTNER else frozenset[int]()
    actions = ("recommendation.view", "invitation.view")
    return Topic(Subject(row.municipality_id, shown), actions, row.status in TALKING, row.status is R.INTRODUCED)


def _group(session: Session, row: WorkingGroup) -> Topic:
    """The office and the present members; who leaves does not read on."""
    members = frozenset(groups.member_ids(session, row.pk))
    running = row.status in (GroupStatus.ACTIVE, GroupStatus.DORMANT)
    return Topic(Subject(row.municipality_id, members), ("group.work",), running, named=True)


def _proposal(session: Session, row: Proposal) -> Topic:
    """The office and the partners that stand behind it, from receipt until its end.

    Raises NotFound for a draft, which no office knows of.
    """
    if row.received_at is None:
        raise NotFound()
    subject, departments = proposals.subject_of(session, row), proposals.readers(session, row)
    return Topic(subject, ("proposal.note",), row.status in OPEN_PROPOSAL, row.status in DEALING, departments)


def _collaboration(session: Session, row: Collaboration) -> Topic:
    """The office and the partners to the collaboration, also after its end: what becomes of it is talked about then."""
    subject = Subject(row.municipality_id, frozenset(partner_ids(session, row.pk)))
    return Topic(subject, ("collaboration.work",), open=True, named=True)


#: kind → (its table, how a row of it becomes a topic)
TOPICS: dict[ThreadSubject, tuple[type[Any], Callable[[Session, Any], Topic]]] = {
    ThreadSubject.RECOMMENDATION: (Recommendation, _recommendation),
    ThreadSubject.GROUP: (WorkingGroup, _group),
    ThreadSubject.PROPOSAL: (Proposal, _proposal),
    ThreadSubject.COLLABORATION: (Collaboration, _collaboration),
}


def reads(actor: Actor, topic: Topic) -> bool:
    """Whether somebody takes part in a conversation."""
    takes_part = any(policy.may(actor, action, topic.subject) for action in topic.actions)
    return takes_part and proposals.let_in(actor, topic.subject, topic.departments)


def topic(session: Session, actor: Actor, kind: ThreadSubject, subject_id: int, *, lock: bool = False) -> Topic:
    """The thing for somebody who takes part; `lock` holds it against others until the transaction ends.

    Raises NotFound for everybody else.
    """
    if kind not in TOPICS:
        raise NotFound()
    model, read = TOPICS[kind]
    row = flow.locked(session, model, subject_id) if lock else flow.get(session, model, subject_id)
    found = read(session, row)
    if not reads(actor, found):
        raise NotFound()
    return found


def title(session: Session, kind: ThreadSubject, subject_id: int) -> str:
    """What the thing is called."""
    return threads.titles(session, [(kind, subject_id)]).get((kind, subject_id), ("", ""))[0]
