"""Compares the newest published corpora with the database, document by document."""

from dataclasses import dataclass

import numpy as np
from sqlmodel import Session

from matcher.engine.corpus import Corpus
from matcher.services import corpora
from matcher.services.corpora import KINDS, Kind, Library
from models.enums import EntityType
from models.queries import indexing as queries
from models.queries.texts import public_ids

NEAR = 1e-4


@dataclass(frozen=True)
class Finding:
    """One corpus against the database: ids that are missing in it, do not belong in it, or differ in it."""

    kind: str
    documents: int
    missing: tuple[int, ...]
    foreign: tuple[int, ...]
    different: tuple[int, ...]
    waiting: int

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.foreign or self.different)


def verify(session: Session, library: Library) -> list[Finding]:
    """What differs, for each corpus; entities whose change still waits for the worker are not held against it."""
    return [_compare(session, library, kind) for kind in KINDS]


def _compare(session: Session, library: Library, kind: Kind) -> Finding:
    held = library.corpus(kind)
    loaded = corpora.documents(session, kind, public_ids(session, kind.entity_type), library.model)
    fresh = Corpus.build(loaded, kind.role, library.frame)
    pending = queries.waiting_ids(session, kind.entity_type)
    inside, outside = {int(o) for o in held.units.owners}, {int(o) for o in fresh.units.owners}
    both = sorted((inside & outside) - pending)
    return Finding(
        kind.name,
        len(held),
        tuple(sorted(outside - inside - pending)),
        tuple(sorted(inside - outside - pending)),
        tuple(key for key in both if not _same(held, fresh, str(key))),
        len(pending),
    )


def _same(held: Corpus, fresh: Corpus, owner: str) -> bool:
    one, other = held.query(owner).units, fresh.query(owner).units
    if list(one.texts) != list(other.texts) or one.profiles[0] != other.profiles[0]:
        return False
    pairs = ((one.passages, other.passages), (one.sentences, other.sentences))
    return all(a.shape == b.shape and np.allclose(a, b, atol=NEAR) for a, b in pairs)


def unread(session: Session, model: str) -> dict[EntityType, int]:
    """How many entities have no sentence under `model`."""
    return {kind: len(queries.unread(session, kind, model)) for kind in EntityType}
