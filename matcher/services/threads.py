"""Conversations: reading and writing one, speaking to people by name, and who is told."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import flow, notices, topics
from matcher.services.accounts import as_actor
from matcher.services.topics import Topic
from models import Membership, Message, MessageMention, Municipality, Partner, Thread, ThreadRead, User
from models.enums import Role, ThreadSubject
from models.queries import threads as queries
from models.queries.accounts import House
from models.queries.threads import Follower, Inbound

LONGEST_MESSAGE = 4_000
MOST_MENTIONS = 20
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Line:
    """A message as one reader sees it: `author` is empty where the sides do not know each other's people yet."""

    message: Message
    author: str
    house: Municipality | Partner
    own: bool
    new: bool
    mentioned: tuple[str, ...]


@dataclass(frozen=True)
class Conversation:
    """A thing's conversation as one reader sees it; `people` are those whom the reader can speak to by name."""

    kind: ThreadSubject
    subject_id: int
    topic: Topic
    lines: list[Line]
    people: list[User]
    unread: int

    @property
    def last_id(self) -> int:
        return self.lines[-1].message.pk if self.lines else 0


@dataclass(frozen=True)
class Person:
    """Somebody who takes part, with the seats by which they do."""

    user: User
    seats: tuple[Membership, ...]

    @property
    def coordinates(self) -> bool:
        return any(seat.role is Role.COORDINATOR for seat in self.seats)

    @property
    def houses(self) -> frozenset[House]:
        return frozenset(House.of(seat) for seat in self.seats)


def look(session: Session, actor: Actor, kind: ThreadSubject, subject_id: int) -> Conversation:
    """The conversation on a thing, for somebody who takes part. Raises NotFound for everybody else."""
    topic = topics.topic(session, actor, kind, subject_id)
    thread = queries.thread(session, kind, subject_id)
    said = queries.said(session, thread.pk) if thread else []
    people = _people(session, topic)
    lines = _lines(session, actor, topic, thread, said, people) if thread else []
    known = _known_by_name(actor, topic, people, {one.author.pk for one in said})
    return Conversation(kind, subject_id, topic, lines, known, sum(line.new for line in lines))


def _lines(
    session: Session,
    actor: Actor,
    topic: Topic,
    thread: Thread,
    said: Iterable[queries.Said],
    people: Iterable[Person],
) -> list[Line]:
    row = queries.read(session, thread.pk, actor.user_id or 0)
    read_to, mentions = row.message_id if row else 0, queries.mentions(session, thread.pk)
    names = {person.user.pk: person.user.name for person in people}
    lines = []
    for one in said:
        message, own = one.message, one.message.author_id == actor.user_id
        shown = topic.named or _at_home(actor, message)
        spoken_to = tuple(names[key] for key in mentions.get(message.pk, ()) if key in names)
        new = not own and message.withdrawn_at is None and message.pk > read_to
        lines.append(Line(message, one.author.name if shown else "", one.house, own, new, spoken_to if shown else ()))
    return lines


def _at_home(actor: Actor, message: Message) -> bool:
    return message.municipality_id in actor.municipality_ids or message.partner_id in actor.partner_ids


def _people(session: Session, topic: Topic) -> list[Person]:
    """Everybody who takes part now."""
    found: dict[int, tuple[User, list[Membership]]] = {}
    subject = topic.subject
    for user, seat in queries.people(session, subject.municipality_id or 0, subject.partner_ids):
        found.setdefault(user.pk, (user, []))[1].append(seat)
    return [Person(user, tuple(seats)) for user, seats in found.values() if topics.reads(as_actor(user, seats), topic)]


def _known_by_name(actor: Actor, topic: Topic, people: Iterable[Person], authors: Collection[int]) -> list[User]:
    """One's own colleagues and, where the sides know each other, whoever has written: nobody's name is given away."""
    homes = {House(municipality_id=key) for key in actor.municipality_ids}
    homes |= {House(partner_id=key) for key in actor.partner_ids}
    return [
        person.user
        for person in people
        if person.user.pk != actor.user_id and (person.houses & homes or (topic.named and person.user.pk in authors))
    ]


def write(
    session: Session,
    actor: Actor,
    kind: ThreadSubject,
    subject_id: int,
    text: str,
    *,
    mentioned: Collection[int] = (),
    partner_id: int | None = None,
    now: datetime,
) -> Message:
    """Say something for one's house (for `partner_id`, where somebody sits in several) and tell those who take part.

    Raises NotFound for who does not take part, Invalid, or InvalidTransition once nothing more is written here.
    """
    topic = topics.topic(session, actor, kind, subject_id, lock=True)
    _check(text)
    if not topic.open:
        raise InvalidTransition("thread", "write", "closed")
    thread = _thread(session, topic, kind, subject_id, now)
    house = _house(actor, topic, partner_id)
    row = Message(
        thread_id=thread.pk,
        author_id=actor.user_id or 0,
        municipality_id=house.municipality_id,
        partner_id=house.partner_id,
        text=text,
        created_at=now,
    )
    session.add(row)
    flow.record(session, actor, "message.written", row, topic.subject, now)
    _read_to(session, thread.pk, actor.user_id or 0, row.pk, now)
    _tell(session, actor, topic, thread, row, mentioned, now)
    return row


def _check(text: str) -> None:
    if not text.strip():
        raise Invalid({"text": "required"})
    if len(text) > LONGEST_MESSAGE:
        raise Invalid({"text": "too_long"})


def _thread(session: Session, topic: Topic, kind: ThreadSubject, subject_id: int, now: datetime) -> Thread:
    found = queries.thread(session, kind, subject_id)
    if found is None:
        town = topic.subject.municipality_id or 0
        found = Thread(subject_type=kind, subject_id=subject_id, municipality_id=town, created_at=now)
        session.add(found)
        session.flush()
    return found


def _house(actor: Actor, topic: Topic, partner_id: int | None) -> House:
    """For whom the actor speaks: the office before a partner."""
    if topic.subject.municipality_id in actor.municipality_ids:
        return House(municipality_id=topic.subject.municipality_id)
    held = actor.partner_ids & topic.subject.partner_ids
    if not held:
        raise NotAllowed(action="thread.write")
    return House(partner_id=partner_id if partner_id in held else min(held))


def _tell(
    session: Session,
    actor: Actor,
    topic: Topic,
    thread: Thread,
    row: Message,
    mentioned: Collection[int],
    now: datetime,
) -> None:
    """Whom the message speaks to by name hears of it in one way, the others who follow along in another."""
    people = _people(session, topic)
    authors = {one.author.pk for one in queries.said(session, thread.pk)}
    known = _known_by_name(actor, topic, people, authors)
    called = {*mentioned, *_named(row.text, known)}
    spoken_to = [user for user in known if user.pk in called][:MOST_MENTIONS]
    session.add_all([MessageMention(message_id=row.pk, user_id=user.pk, created_at=now) for user in spoken_to])
    following = queries.followers(session, thread.pk)
    addressed = {user.pk for user in spoken_to} | {row.author_id}
    others = [
        person.user
        for person in people
        if person.user.pk not in addressed and (_hears(person, topic) or person.user.pk in following)
    ]
    told = _told(session, topic, thread, row)
    notices.mail_all(session, "mentioned", spoken_to, str(row.pk), now, **told)
    notices.mail_all(session, "message_posted", others, str(row.pk), now, **told)


def _hears(person: Person, topic: Topic) -> bool:
    """Coordinators and the people of the partners hear of every message, a department of what it follows."""
    return person.coordinates or any(seat.partner_id in topic.subject.partner_ids for seat in person.seats)


def _named(text: str, people: Iterable[User]) -> set[int]:
    """The people whom a text calls by “@” and their name; the longer name is meant before the shorter one in it."""
    left, found = _BLANKS.sub("", text.replace("＠", "@")), set()
    for user in sorted(people, key=lambda user: (-len(user.name), user.pk)):
        called = f"@{_BLANKS.sub('', user.name)}"
        if called in left:
            found.add(user.pk)
            left = left.replace(called, " ")
    return found


def _told(session: Session, topic: Topic, thread: Thread, row: Message) -> dict[str, object]:
    """What a mail says of a message: where it stands and which house wrote it; never what it says.

    `about` is empty for what is confidential.
    """
    hidden = topic.departments is not None
    town = flow.get(session, Municipality, thread.municipality_id)
    house = flow.get(session, Partner, row.partner_id) if row.partner_id is not None else town
    return {
        "message_id": row.pk,
        "thread_id": thread.pk,
        "kind": thread.subject_type.value,
        "subject_id": thread.subject_id,
        "about": "" if hidden else topics.title(session, thread.subject_type, thread.subject_id),
        "house": house.name,
        "municipality": town.name,
        "municipality_en": town.name_en,
    }


def withdraw(session: Session, actor: Actor, message_id: int, *, now: datetime) -> tuple[Message, Thread]:
    """Take back one's own message: its words are deleted, that there was one stays. Twice is harmless.

    Raises NotFound for who does not take part, NotAllowed for the messages of others.
    """
    row = flow.locked(session, Message, message_id)
    thread = flow.get(session, Thread, row.thread_id)
    topic = topics.topic(session, actor, thread.subject_type, thread.subject_id)
    if row.author_id != actor.user_id:
        raise NotAllowed(action="message.withdraw")
    if row.withdrawn_at is None:
        row.text, row.withdrawn_at = "", now
        flow.record(session, actor, "message.withdrawn", row, topic.subject, now)
    return row, thread


def mark_read(
    session: Session, actor: Actor, kind: ThreadSubject, subject_id: int, message_id: int, *, now: datetime
) -> None:
    """Note that a conversation has been read as far as a message that it holds. Raises NotFound."""
    topics.topic(session, actor, kind, subject_id)
    thread = queries.thread(session, kind, subject_id)
    row = session.get(Message, message_id)
    if thread is None or row is None or row.thread_id != thread.pk:
        raise NotFound()
    _read_to(session, thread.pk, actor.user_id or 0, message_id, now)


def _read_to(session: Session, thread_id: int, user_id: int, message_id: int, now: datetime) -> None:
    row = queries.read(session, thread_id, user_id)
    if row is None:
        session.add(ThreadRead(thread_id=thread_id, user_id=user_id, message_id=message_id, created_at=now))
    else:
        row.message_id = max(row.message_id, message_id)
    session.flush()


def still_new(session: Session, actor: Actor, message_id: int) -> bool:
    """Whether a message is worth telling somebody of: it stands, they take part, and they have not read it."""
    row = session.get(Message, message_id)
    if row is None or row.withdrawn_at is not None:
        return False
    thread = flow.get(session, Thread, row.thread_id)
    try:
        topics.topic(session, actor, thread.subject_type, thread.subject_id)
    except NotFound:
        return False
    seen = queries.read(session, thread.pk, actor.user_id or 0)
    return seen is None or seen.message_id < message_id


def inbox(session: Session, actor: Actor) -> list[tuple[Inbound, str, str]]:
    """A person's conversations, each with what it is about and the partner that it is held with, if it is one."""
    rows = queries.inbox(session, _follower(actor))
    titles = queries.titles(session, [(row.thread.subject_type, row.thread.subject_id) for row in rows])
    return [(row, *titles.get((row.thread.subject_type, row.thread.subject_id), ("", ""))) for row in rows]


def unread(session: Session, actor: Actor) -> int:
    """In how many conversations something new waits; no query for somebody without a house."""
    if not actor.municipality_ids and not actor.partner_ids:
        return 0
    return queries.unread_threads(session, _follower(actor))


def _follower(actor: Actor) -> Follower:
    return queries.follower(actor.user_id or 0, actor.seats)
