"""The working groups into which a challenge could be brought: they speak of the same things, or serve its goals."""

from collections.abc import Iterable

from sqlmodel import Session

from matcher.engine.lexical import term_hash
from matcher.engine.telling import dull_words
from matcher.engine.tokens import words
from models import Challenge
from models.queries import groups as queries
from models.queries.groups import GroupCard

MOST = 3
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


def _common(card: GroupCard, wanted: frozenset[str]) -> int:
    return len(wanted & _telling(card.group.name, card.group.purpose))


def _telling(*texts: str) -> frozenset[str]:
    cut = [text[:LONGEST] for text in texts]
    dull = dull_words(cut)
    return frozenset(token.form for text in cut for token in words(text) if term_hash(token.form) not in dull)
