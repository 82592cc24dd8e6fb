"""What belongs together: groups into which a challenge could be brought, and partners that a group still lacks."""

from collections.abc import Iterable

from sqlmodel import Session

from matcher import policy
from matcher.engine.lexical import term_hash
from matcher.engine.telling import dull_words
from matcher.engine.tokens import words
from matcher.policy import Actor
from matcher.services import flow, group_seats
from matcher.services.matchbook import Addition, Matchbook
from models import Challenge, WorkingGroup
from models.queries import group_rooms
from models.queries import groups as queries
from models.queries.groups import GroupCard

MOST, MOST_MISSING = 3, 5
LONGEST = 500  # characters of a text that say what it is about


def near(session: Session, challenge: Challenge, goals: Iterable[int]) -> list[GroupCard]:
    """At most MOST active groups, the office's own first among equals.

    Two common words that say something, or one and a common goal, are the least: groups are few and their texts short.
    """
    wanted, served = _telling(challenge.title, challenge.problem, challenge.outcome), frozenset(goals)
    cards = queries.active(session)
    weighed = [(2 * _common(card, wanted) + len(served.intersection(card.group.goals)), card) for card in cards]
    here = challenge.municipality_id
    close = [
        (-weight, card.group.municipality_id != here, card.group.pk, card) for weight, card in weighed if weight > 2
    ]
    return [card for *_, card in sorted(close, key=lambda item: item[:3])[:MOST]]


def missing(session: Session, actor: Actor, group_id: int, matchbook: Matchbook) -> Addition:
    """Partners that cover something of a group's purpose which its present members do not cover.

    Raises NotFound or NotAllowed for anybody but officers and coordinators.
    """
    group = flow.get(session, WorkingGroup, group_id)
    policy.require(actor, "group.run", group_seats.for_officers(session, group))
    members, others = group_rooms.member_ids(session, group_id), group_rooms.could_join(session, group)
    return matchbook.additions(session, group.purpose, members, limit=MOST_MISSING, allowed=others)


def _common(card: GroupCard, wanted: frozenset[str]) -> int:
    return len(wanted & _telling(card.group.name, card.group.purpose))


def _telling(*texts: str) -> frozenset[str]:
    cut = [text[:LONGEST] for text in texts]
    dull = dull_words(cut)
    return frozenset(token.form for text in cut for token in words(text) if term_hash(token.form) not in dull)
