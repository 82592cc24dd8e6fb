"""Reads of conversations: one with its messages, and everything that a person takes part in."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    Challenge,
    Collaboration,
    CollaborationPartner,
    GroupMember,
    Membership,
    Message,
    MessageMention,
    Municipality,
    Partner,
    Proposal,
    ProposalPartner,
    Recommendation,
    Thread,
    ThreadRead,
    User,
    WorkingGroup,
)
from models.base import UTCDateTime
from models.enums import GroupMemberStatus, Role, ThreadSubject
from models.queries.proposals import readable
from models.queries.recommendations import SHOWN_TO_PARTNER

LONGEST_INBOX = 300


@dataclass(frozen=True)
class Said:
    """A message with who wrote it and for which house."""

    message: Message
    author: User
    house: Municipality | Partner


@dataclass(frozen=True)
class Inbound:
    """A conversation as a list shows it; `unread` counts what others wrote since."""

    thread: Thread
    municipality: Municipality
    last_at: datetime
    messages: int
    unread: int


@dataclass(frozen=True)
class Follower:
    """Whose conversations are asked for: the person, and the houses by what the person does there."""

    user_id: int
    coordinated: frozenset[int]
    worked_at: frozenset[int]
    partners: frozenset[int]
    departments: frozenset[int] = frozenset()


def _invited(partners: Collection[int]) -> Any:
    return sa.exists().where(
        col(Recommendation.id) == Thread.subject_id,
        col(Recommendation.partner_id).in_(partners),
        col(Recommendation.status).in_(SHOWN_TO_PARTNER),
    )


def _member(partners: Collection[int]) -> Any:
    return sa.exists().where(
        col(GroupMember.group_id) == Thread.subject_id,
        col(GroupMember.partner_id).in_(partners),
        col(GroupMember.status) == GroupMemberStatus.MEMBER,
    )


def _behind(partners: Collection[int]) -> Any:
    return sa.exists().where(
        col(ProposalPartner.proposal_id) == Thread.subject_id,
        col(ProposalPartner.partner_id).in_(partners),
        col(ProposalPartner.agreed_at).is_not(None),
    )


def _party(partners: Collection[int]) -> Any:
    return sa.exists().where(
        col(CollaborationPartner.collaboration_id) == Thread.subject_id,
        col(CollaborationPartner.partner_id).in_(partners),
    )


#: kind → whether one of these partners takes part
TAKES_PART: dict[ThreadSubject, Callable[[Collection[int]], Any]] = {
    ThreadSubject.RECOMMENDATION: _invited,
    ThreadSubject.GROUP: _member,
    ThreadSubject.PROPOSAL: _behind,
    ThreadSubject.COLLABORATION: _party,
}


def _matches(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    seeker: Any = sa.orm.aliased(Partner)
    shown: list[Any] = [Recommendation.id, Challenge.title, seeker.name, Partner.name]
    statement = (
        sa.select(*shown)
        .join(Partner, col(Partner.id) == Recommendation.partner_id)
        .outerjoin(Challenge, col(Challenge.id) == Recommendation.challenge_id)
        .outerjoin(seeker, seeker.id == Recommendation.seeker_id)
        .where(col(Recommendation.id).in_(ids))
        .order_by(col(Recommendation.id))
    )
    rows = session.exec(statement)  # type: ignore[call-overload]
    return {key: (title or sought, partner) for key, title, sought, partner in rows}


def _groups(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    statement = select(WorkingGroup.id, WorkingGroup.name).where(col(WorkingGroup.id).in_(ids))
    return {key or 0: (name, "") for key, name in session.exec(statement.order_by(col(WorkingGroup.id)))}


def _proposals(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    statement = (
        select(Proposal.id, Proposal.title, Partner.name)
        .join(ProposalPartner, col(ProposalPartner.proposal_id) == Proposal.id)
        .join(Partner, col(Partner.id) == ProposalPartner.partner_id)
        .where(col(Proposal.id).in_(ids), ProposalPartner.lead)
        .order_by(col(Proposal.id))
    )
    return {key or 0: (title, lead) for key, title, lead in session.exec(statement)}


def _collaborations(session: Session, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    statement = select(Collaboration.id, Collaboration.title).where(col(Collaboration.id).in_(ids))
    return {key or 0: (title, "") for key, title in session.exec(statement.order_by(col(Collaboration.id)))}


#: kind → (what it is called, with which partner, if with one only) by id
TITLES: dict[ThreadSubject, Callable[[Session, Collection[int]], dict[int, tuple[str, str]]]] = {
    ThreadSubject.RECOMMENDATION: _matches,
    ThreadSubject.GROUP: _groups,
    ThreadSubject.PROPOSAL: _proposals,
    ThreadSubject.COLLABORATION: _collaborations,
}


def titles(
    session: Session, subjects: Iterable[tuple[ThreadSubject, int]]
) -> dict[tuple[ThreadSubject, int], tuple[str, str]]:
    """What each thing is called, and the partner that it is about; one query a kind."""
    wanted: dict[ThreadSubject, list[int]] = {}
    for kind, key in subjects:
        wanted.setdefault(kind, []).append(key)
    return {(kind, key): words for kind, ids in wanted.items() for key, words in TITLES[kind](session, ids).items()}


def thread(session: Session, kind: ThreadSubject, subject_id: int) -> Thread | None:
    """The conversation on a thing, if anybody has ever written in it."""
    statement = select(Thread).where(Thread.subject_type == kind, Thread.subject_id == subject_id)
    return session.exec(statement).first()


def said(session: Session, thread_id: int) -> list[Said]:
    """Every message, the oldest first. One query."""
    statement = (
        select(Message, User, Municipality, Partner)
        .join(User, col(User.id) == Message.author_id)
        .outerjoin(Municipality, col(Municipality.id) == Message.municipality_id)
        .outerjoin(Partner, col(Partner.id) == Message.partner_id)
        .where(Message.thread_id == thread_id)
        .order_by(col(Message.id))
    )
    return [Said(message, author, town or partner) for message, author, town, partner in session.exec(statement)]


def mentions(session: Session, thread_id: int) -> dict[int, list[int]]:
    """The people whom each message speaks to."""
    statement = (
        select(MessageMention.message_id, MessageMention.user_id)
        .join(Message, col(Message.id) == MessageMention.message_id)
        .where(Message.thread_id == thread_id)
        .order_by(col(MessageMention.id))
    )
    found: dict[int, list[int]] = {}
    for message_id, user_id in session.exec(statement):
        found.setdefault(message_id, []).append(user_id)
    return found


def people(session: Session, municipality_id: int, partner_ids: Collection[int]) -> list[tuple[User, Membership]]:
    """Everybody who can be written to at a municipality and at these partners, once for each seat."""
    statement = (
        select(User, Membership)
        .join(Membership, col(Membership.user_id) == User.id)
        .where(
            User.active,
            col(User.email_confirmed_at).is_not(None),
            sa.or_(
                col(Membership.municipality_id) == municipality_id,
                col(Membership.partner_id).in_(list(partner_ids)),
            ),
        )
        .order_by(col(User.id), col(Membership.id))
    )
    return list(session.exec(statement))


def followers(session: Session, thread_id: int) -> set[int]:
    """The people who have written in a conversation, opened it, or been spoken to by name."""
    read = select(ThreadRead.user_id).where(ThreadRead.thread_id == thread_id).order_by(col(ThreadRead.id))
    return {*session.exec(read), *(key for keys in mentions(session, thread_id).values() for key in keys)}


def read(session: Session, thread_id: int, user_id: int) -> ThreadRead | None:
    """How far a person has read."""
    statement = select(ThreadRead).where(ThreadRead.thread_id == thread_id, ThreadRead.user_id == user_id)
    return session.exec(statement).first()


def unread_threads(session: Session, who: Follower) -> int:
    """In how many of a person's conversations others have written something new. One query."""
    statement = (
        sa.select(sa.func.count(sa.distinct(col(Thread.id))))
        .select_from(Thread)
        .join(Message, col(Message.thread_id) == Thread.id)
        .outerjoin(ThreadRead, _reading(who))
        .where(_follows(who), _new(who))
    )
    return int(session.execute(statement).scalar_one())


def unread_since(session: Session, thread_id: int, user_id: int) -> int:
    """How many messages of others a person has not read in one conversation."""
    who = Follower(user_id, frozenset(), frozenset(), frozenset())
    statement = (
        sa.select(sa.func.count(col(Message.id)))
        .select_from(Thread)
        .join(Message, col(Message.thread_id) == Thread.id)
        .outerjoin(ThreadRead, _reading(who))
        .where(col(Thread.id) == thread_id, _new(who))
    )
    return int(session.execute(statement).scalar_one())


def inbox(session: Session, who: Follower) -> list[Inbound]:
    """A person's conversations: those with something new first, then the latest. One query."""
    unread = sa.func.count(sa.case((_new(who), col(Message.id))))
    last = sa.func.max(col(Message.created_at), type_=UTCDateTime())
    statement: Any = (
        sa.select(Thread, Municipality, last, sa.func.count(col(Message.id)), unread)
        .join(Municipality, col(Municipality.id) == Thread.municipality_id)
        .join(Message, col(Message.thread_id) == Thread.id)
        .outerjoin(ThreadRead, _reading(who))
        .where(_follows(who))
        .group_by(col(Thread.id), col(Municipality.id))
        .order_by(sa.case((unread > 0, 0), else_=1), last.desc(), col(Thread.id).desc())
        .limit(LONGEST_INBOX)
    )
    return [Inbound(*row) for row in session.exec(statement)]


def _reading(who: Follower) -> Any:
    return sa.and_(col(ThreadRead.thread_id) == Thread.id, col(ThreadRead.user_id) == who.user_id)


def _new(who: Follower) -> Any:
    return sa.and_(
        col(Message.author_id) != who.user_id,
        col(Message.withdrawn_at).is_(None),
        col(Message.id) > sa.func.coalesce(col(ThreadRead.message_id), 0),
    )


def _follows(who: Follower) -> Any:
    """Coordinators follow all of their municipality, a department what it has opened, partners what is theirs."""
    spoken_to = (
        sa.select(col(MessageMention.id))
        .join(Message, col(Message.id) == MessageMention.message_id)
        .where(col(Message.thread_id) == Thread.id, col(MessageMention.user_id) == who.user_id)
        .correlate(Thread)
    )
    opened = sa.select(col(ThreadRead.id)).where(_reading(who)).correlate(Thread)
    at_city = sa.and_(
        col(Thread.municipality_id).in_(who.worked_at), sa.or_(opened.exists(), spoken_to.exists()), _open_to(who)
    )
    ways = [col(Thread.municipality_id).in_(who.coordinated), at_city]
    ways += [
        sa.and_(col(Thread.subject_type) == kind, takes_part(who.partners)) for kind, takes_part in TAKES_PART.items()
    ]
    return sa.or_(*ways)


def _open_to(who: Follower) -> Any:
    """A conversation on a proposal that has become confidential is left to the departments that it concerns."""
    read = sa.exists().where(col(Proposal.id) == Thread.subject_id, readable(who.departments)).correlate(Thread)
    return sa.or_(col(Thread.subject_type) != ThreadSubject.PROPOSAL, read)


def follower(user_id: int, seats: Iterable[Any]) -> Follower:
    """A person by their seats."""
    held = list(seats)

    def towns(role: Role) -> frozenset[int]:
        return frozenset(s.municipality_id for s in held if s.role is role and s.municipality_id is not None)

    partners = frozenset(s.partner_id for s in held if s.partner_id is not None)
    departments = frozenset(s.department_id for s in held if s.department_id is not None)
    return Follower(user_id, towns(Role.COORDINATOR), towns(Role.DEPARTMENT), partners, departments)
