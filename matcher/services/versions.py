"""Versions of a challenge: what it said after each change, and what differs from one to the next."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

from sqlmodel import Session

from matcher.policy import Actor
from models import Challenge, ChallengeVersion
from models.queries import challenge_extras as queries

#: what is compared as a whole: a run of letters or digits, or one other character, as Japanese puts no blanks
_PIECE = re.compile(r"[A-Za-z0-9]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Piece:
    """A stretch of text: `change` is "" where nothing changed, "ins" for new words, "del" for what is gone."""

    change: str
    text: str


@dataclass(frozen=True)
class Difference:
    """What changed in one field, as pieces in reading order."""

    field: str
    pieces: tuple[Piece, ...]


def keep(
    session: Session,
    actor: Actor,
    row: Challenge,
    said: Mapping[str, str],
    now: datetime,
    before: Mapping[str, str] | None = None,
) -> None:
    """Keep what a challenge says from now on; `before` becomes the first version where there was none yet."""
    newest = queries.newest_version(session, row.pk)
    if newest is None and before is not None and before != said:
        newest = ChallengeVersion(challenge_id=row.pk, number=1, data=dict(before), created_at=row.created_at)
        newest.author_id = row.author_id
        session.add(newest)
    if newest is not None and newest.data == said:
        return
    number = 1 if newest is None else newest.number + 1
    session.add(
        ChallengeVersion(challenge_id=row.pk, number=number, author_id=actor.user_id, data=dict(said), created_at=now)
    )


def differences(older: Mapping[str, str], newer: Mapping[str, str]) -> list[Difference]:
    """Every field in which two versions differ, in the order of the newer one."""
    names = [*newer, *(name for name in older if name not in newer)]
    pairs = [(name, older.get(name, ""), newer.get(name, "")) for name in names]
    return [Difference(name, pieces(before, after)) for name, before, after in pairs if before != after]


def pieces(before: str, after: str) -> tuple[Piece, ...]:
    """The way from one text to the other: what stayed, what went, what came."""
    old, new = _PIECE.findall(before), _PIECE.findall(after)
    found: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            found.append(Piece("", "".join(old[i:j])))
            continue
        gone, come = "".join(old[i:j]), "".join(new[k:m])
        found += [Piece(change, text) for change, text in (("del", gone), ("ins", come)) if text]
    return tuple(found)
