"""Reads changed texts into vectors that are stored beside them: idempotent, safe to kill at any moment."""

from collections.abc import Mapping
from datetime import datetime
from itertools import groupby

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from embeddings.encoder import Encoder
from matcher.engine.types import Document, Sentence
from matcher.engine.types import Passage as Group
from matcher.services import texts
from matcher.services.texts import Documents
from models import IndexChange, Passage
from models.enums import EntityType, TextRole
from models.queries import indexing as queries
from models.session import open_session

Vectors = NDArray[np.float32]
Key = tuple[TextRole, str]
Change = tuple[EntityType, int, int]

WHOLE = -1
BATCH = 64


def mark_unread(session: Session, model: str, now: datetime) -> int:
    """Queue every entity that has no vectors under `model`; gives how many. For a first run and a new model."""
    count = 0
    for entity_type in EntityType:
        for key in queries.unread(session, entity_type, model):
            session.add(IndexChange(entity_type=entity_type, entity_id=key, created_at=now))
            count += 1
    return count


def drain(engine: Engine, encoder: Encoder, *, limit: int = BATCH) -> int:
    """Read up to `limit` changed entities: encode outside any write, then store and forget the changes in one.

    Gives how many entities were read. What changes meanwhile is queued again and read next time.
    """
    with open_session(engine, write=False) as session:
        changes = queries.next_changes(session, limit)
        loaded = _load(session, changes)
        known = _known(session, changes, encoder.model_id)
    if not changes:
        return 0
    vectors = known | _encode(encoder, loaded, known)
    with open_session(engine) as session:
        for entity_type, key, last in changes:
            _replace(session, entity_type, key, loaded.get((entity_type, key), {}), vectors, encoder.model_id)
            _forget(session, entity_type, key, last)
        session.commit()
    return len(changes)


def _by_type(changes: list[Change]) -> list[tuple[EntityType, list[int]]]:
    ordered = sorted(changes, key=lambda change: (change[0], change[1]))
    return [(kind, [key for _, key, _ in group]) for kind, group in groupby(ordered, key=lambda change: change[0])]


def _load(session: Session, changes: list[Change]) -> dict[tuple[EntityType, int], Documents]:
    return {
        (kind, key): documents
        for kind, keys in _by_type(changes)
        for key, documents in texts.of_entities(session, kind, keys).items()
    }


def _known(session: Session, changes: list[Change], model: str) -> dict[Key, Vectors]:
    """The vectors of texts that have not changed, by role and text."""
    return {
        (row.role, row.text): np.frombuffer(row.vector, dtype="<f4")
        for kind, keys in _by_type(changes)
        for row in queries.passages(session, kind, keys, model)
    }


def _encode(
    encoder: Encoder, loaded: Mapping[tuple[EntityType, int], Documents], known: Mapping[Key, Vectors]
) -> dict[Key, Vectors]:
    wanted = dict.fromkeys(
        (role, text)
        for documents in loaded.values()
        for role, document in documents.items()
        for text in document.texts()
        if (role, text) not in known
    )
    found: dict[Key, Vectors] = {}
    for role, encode in ((TextRole.QUERY, encoder.encode_queries), (TextRole.DOCUMENT, encoder.encode_documents)):
        words = [text for asked, text in wanted if asked is role]
        if words:
            found |= {(role, text): vector for text, vector in zip(words, encode(words), strict=True)}
    return found


def _replace(
    session: Session,
    entity_type: EntityType,
    entity_id: int,
    documents: Documents,
    vectors: Mapping[Key, Vectors],
    model: str,
) -> None:
    """Put the sentences of one entity in the place of its older ones under the same model."""
    session.execute(
        sa.delete(Passage).where(
            col(Passage.entity_type) == entity_type, col(Passage.entity_id) == entity_id, col(Passage.model) == model
        )
    )
    rows = [
        {
            "entity_type": entity_type,
            "entity_id": entity_id,
            "role": role,
            "passage": number,
            "sentence": place,
            "part": sentence.part,
            "part_id": sentence.part_id,
            "start": sentence.start,
            "text": sentence.text,
            "model": model,
            "vector": vectors[role, sentence.text].astype("<f4").tobytes(),
        }
        for role, document in documents.items()
        for number, group in enumerate(document.passages)
        for place, sentence in enumerate((Sentence(group.text, "", "", 0), *group.sentences), WHOLE)
    ]
    if rows:
        session.execute(sa.insert(Passage), rows)


def _forget(session: Session, entity_type: EntityType, entity_id: int, last: int) -> None:
    session.execute(
        sa.delete(IndexChange).where(
            col(IndexChange.entity_type) == entity_type,
            col(IndexChange.entity_id) == entity_id,
            col(IndexChange.id) <= last,
        )
    )


def forget_other_models(engine: Engine, model: str) -> None:
    """Delete the sentences of models that `model` has replaced."""
    with open_session(engine) as session:
        session.execute(sa.delete(Passage).where(col(Passage.model) != model))
        session.commit()


def forget_vectors(session: Session) -> None:
    """Delete every stored vector, so that all are computed again."""
    session.execute(sa.delete(Passage))


def stored(
    session: Session, entity_type: EntityType, ids: list[int], role: TextRole, model: str
) -> dict[int, tuple[Group, ...]]:
    """The passages of some entities with their vectors, by id, as the engine takes them."""
    rows = [row for row in queries.passages(session, entity_type, ids, model) if row.role is role]
    return {
        key: tuple(_group(list(group)) for _, group in groupby(own, key=lambda row: row.passage))
        for key, own in groupby(rows, key=lambda row: row.entity_id)
    }


def _group(rows: list[Passage]) -> Group:
    whole, *parts = rows
    vectors = np.stack([np.frombuffer(row.vector, dtype="<f4") for row in parts])
    spoken = tuple(Sentence(row.text, row.part, row.part_id, row.start) for row in parts)
    return Group(spoken, np.frombuffer(whole.vector, dtype="<f4"), vectors)


def with_stored(document: Document, groups: tuple[Group, ...] | None) -> Document:
    """`document`'s facts with the passages that are stored for it."""
    return Document(document.owner, groups or (), document.profile)
