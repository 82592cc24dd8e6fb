"""Makes the searchable corpora out of stored vectors and publishes them by generation; opens the newest one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.engine import Engine
from sqlmodel import Session

from embeddings.encoder import Encoder
from embeddings.faiss_index import FaissIndex
from embeddings.snapshot import latest_generation, read_latest, write_snapshot
from matcher.engine.arrays import from_arrays, to_arrays
from matcher.engine.background import foreign_needs
from matcher.engine.calibrate import make_frame
from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import MIN_BACKGROUND, Frame
from matcher.engine.sdg import Example, Tagger, target_document
from matcher.engine.types import Document, Passage, Role, joined_texts, with_vectors
from matcher.services import indexing, texts
from models import reference
from models.enums import EntityType, TextRole
from models.queries import indexing as queries
from models.queries.texts import public_ids
from models.session import open_session

NAME = "corpora"
#: changes whenever what is written changes; a generation of another format is as good as none
FORMAT = 5
FOLDER = "index"
#: documents of each side that the frame of reference is made of
MOST_BACKGROUND = 1_000

Foreign = dict[str, list[Document]]
ROLES = {TextRole.QUERY: Role.NEED, TextRole.DOCUMENT: Role.OFFER}


@dataclass(frozen=True)
class Kind:
    """One corpus: which texts of which entities it holds."""

    name: str
    entity_type: EntityType
    text_role: TextRole

    @property
    def role(self) -> Role:
        return ROLES[self.text_role]


PARTNERS = Kind("partners", EntityType.PARTNER, TextRole.DOCUMENT)
SEEKERS = Kind("seekers", EntityType.PARTNER, TextRole.QUERY)
CHALLENGES = Kind("challenges", EntityType.CHALLENGE, TextRole.QUERY)
PRECEDENTS = Kind("precedents", EntityType.COLLABORATION, TextRole.DOCUMENT)
KINDS = (PARTNERS, SEEKERS, CHALLENGES, PRECEDENTS)


@dataclass(frozen=True, eq=False)
class Library:
    """One generation: the frame of reference and every corpus placed in it. Only public things stand in it.

    `last` is the highest passage id that was read; what is stored above it is not in here yet.
    """

    generation: int
    model: str
    last: int
    frame: Frame
    tagger: Tagger
    corpora: dict[str, Corpus]

    def corpus(self, kind: Kind) -> Corpus:
        return self.corpora[kind.name]

    @cached_property
    def nearest(self) -> "PartnerIndex":
        """The vector index over partners' passages, opened in this process."""
        return PartnerIndex(self.corpus(PARTNERS))


class PartnerIndex:
    """FAISS over passages, by 2cos − h − h: a passage's own hubness h is one more dimension, so the order is exact."""

    def __init__(self, corpus: Corpus) -> None:
        units = corpus.units
        self._starts = np.asarray(units.passage_starts)
        rows = np.hstack([2 * units.passages, -units.passage_hubness[:, None]]).astype(np.float32)
        self._index = FaissIndex(rows.shape[1])
        self._index.upsert(np.arange(len(rows)), rows)

    def candidates(self, query: Query, pool: int, allowed: NDArray[np.bool_] | None = None) -> NDArray[np.int64] | None:
        """Rows of the documents whose passages come nearest; None when the query has no vectors."""
        if not query.semantic or not self._index.count():
            return None
        inside = None if allowed is None else np.flatnonzero(np.repeat(allowed, np.diff(self._starts)))
        _, found = self._index.search(_asked(query), min(pool * 2, self._index.count()), inside)
        rows = np.searchsorted(self._starts, np.unique(found[found >= 0]), side="right") - 1
        return np.unique(rows).astype(np.int64)


def _asked(query: Query) -> NDArray[np.float32]:
    """The query's passages as `PartnerIndex` is asked: with a 1 for the hubness."""
    passages = query.units.passages
    return np.hstack([passages, np.ones((len(passages), 1), np.float32)]).astype(np.float32)


def publish(engine: Engine, data_dir: Path, encoder: Encoder, current: Library | None = None) -> Library | None:
    """Write a generation with everything that is stored by now; only what changed since `current` is computed.

    None while a new model has not read everything yet: the older model's generation then keeps serving.
    """
    current = current or open_latest(data_dir)
    with open_session(engine, write=False) as session:
        replaced = current is not None and current.model != encoder.model_id
        if replaced and queries.waiting(session):
            return None
        last = queries.last_passage(session, encoder.model_id)
        generation = (latest_generation(data_dir / FOLDER, NAME) or 0) + 1
        if current is None or replaced:
            library = _fresh(session, encoder, generation, last)
        else:
            library = _updated(session, current, generation, last)
    write(data_dir, library)
    return library


def rebuild(engine: Engine, data_dir: Path, encoder: Encoder) -> Library:
    """Write a generation from the database alone, frame of reference included."""
    with open_session(engine, write=False) as session:
        generation = (latest_generation(data_dir / FOLDER, NAME) or 0) + 1
        library = _fresh(session, encoder, generation, queries.last_passage(session, encoder.model_id))
    write(data_dir, library)
    return library


def generation_of(data_dir: Path) -> int | None:
    """The newest generation on disk; cheap."""
    return latest_generation(data_dir / FOLDER, NAME)


def open_latest(data_dir: Path) -> Library | None:
    """The newest generation, mapped into memory; None before the first of this format."""
    snapshot = read_latest(data_dir / FOLDER, NAME)
    if snapshot is None or snapshot.manifest.get("format") != FORMAT:
        return None
    # As plain arrays they stay mapped, but a slice costs a tenth of what it costs on a np.memmap.
    arrays = {name.replace("--", "."): np.asarray(array) for name, array in snapshot.arrays.items()}
    corpora = {kind.name: from_arrays(Corpus, _under(arrays, kind.name)) for kind in KINDS}
    facts = snapshot.manifest
    return Library(
        snapshot.generation,
        facts["model_id"],
        facts["last"],
        from_arrays(Frame, _under(arrays, "frame")),
        Tagger.from_arrays(_under(arrays, "tagger")),
        corpora,
    )


def documents(session: Session, kind: Kind, ids: Sequence[int], model: str, *, lexical: bool = True) -> list[Document]:
    """The entities of one corpus with facts and stored vectors, by id; those without a text are left out."""
    loaded = texts.of_entities(session, kind.entity_type, ids)
    passages = indexing.stored(session, kind.entity_type, list(ids), kind.text_role, model)
    found = []
    for key, by_role in sorted(loaded.items()):
        document = by_role[kind.text_role]
        if passages.get(key):
            document = replace(document, passages=passages[key])
        if document.passages and (lexical or document.encoded):
            found.append(document)
    return found


def _fresh(session: Session, encoder: Encoder, generation: int, last: int) -> Library:
    loaded = {k.name: documents(session, k, public_ids(session, k.entity_type), encoder.model_id) for k in KINDS}
    needs, offers = _background(encoder, loaded)
    foreign = _foreign(encoder)
    frame = make_frame(needs, offers, foreign)
    corpora = {k.name: Corpus.build(loaded[k.name], k.role, frame, grams=True) for k in KINDS}
    return Library(generation, encoder.model_id, last, frame, tagger(encoder, needs, foreign), corpora)


def _background(encoder: Encoder, loaded: dict[str, list[Document]]) -> tuple[list[Document], list[Document]]:
    """This installation's own needs and offers when there are enough of both, else those that ship with it."""
    needs = [document for document in loaded[CHALLENGES.name] if document.encoded]
    offers = [document for document in loaded[PARTNERS.name] if document.encoded]
    if len(needs) < MIN_BACKGROUND or len(offers) < MIN_BACKGROUND:
        needs, offers = _bundled(encoder)
    return needs[:MOST_BACKGROUND], offers[:MOST_BACKGROUND]


def _foreign(encoder: Encoder) -> Foreign:
    """What needs in other languages look like."""
    groups = foreign_needs().items()
    return {language: with_vectors(group, encoder.encode_queries(joined_texts(group))) for language, group in groups}


def tagger(encoder: Encoder, needs: Sequence[Document], foreign: Foreign) -> Tagger:
    """The SDG targets, placed among this installation's needs; how sure it may be is learned from shipped examples.

    Those are the demonstration's challenges without targets printed in their source; the others are kept to measure.
    """
    targets = [target_document(t.code, t.label_ja, t.keywords_ja) for t in reference.targets()]
    encoded = with_vectors(targets, encoder.encode_documents(joined_texts(targets)))
    rows = [row for row in _demo("challenges") if not row["sdg_targets_stated"]]
    read = _encoded_needs(encoder, rows)
    examples = [Example(document, frozenset(row["sdg_targets"])) for document, row in zip(read, rows, strict=True)]
    return Tagger.build(needs, encoded, foreign, examples)


def _bundled(encoder: Encoder) -> tuple[list[Document], list[Document]]:
    """The demonstration texts, as background only."""
    offers = [_document(row, ("profile", "profile")) for row in _demo("organizations")]
    needs = _encoded_needs(encoder, _demo("challenges"))
    return needs, with_vectors(offers, encoder.encode_documents(joined_texts(offers)))


def _encoded_needs(encoder: Encoder, rows: Sequence[dict[str, Any]]) -> list[Document]:
    needs = [_document(row, ("title", "title"), ("description", "problem")) for row in rows]
    return with_vectors(needs, encoder.encode_queries(joined_texts(needs)))


def _demo(name: str) -> list[dict[str, Any]]:
    path = Path(texts.__file__).parents[2] / "models" / "demo" / f"{name}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _document(row: dict[str, Any], *fields: tuple[str, str]) -> Document:
    spoken = tuple(sentence for field, part in fields for sentence in texts.sentences(row[field], part))
    return Document(row["id"], (Passage(spoken),))


def _updated(session: Session, current: Library, generation: int, last: int) -> Library:
    corpora = {kind.name: _updated_corpus(session, current, kind) for kind in KINDS}
    return replace(current, generation=generation, last=last, corpora=corpora)


def _updated_corpus(session: Session, current: Library, kind: Kind) -> Corpus:
    corpus = current.corpus(kind)
    public = set(public_ids(session, kind.entity_type))
    present = {int(owner) for owner in corpus.units.owners}
    written = set(queries.written_since(session, kind.entity_type, current.model, current.last))
    unknown = public - present
    if unknown:  # most partners seek nothing: they will never be present among those who do
        unknown -= queries.silent(session, kind.entity_type, kind.text_role, current.model)
    changed = sorted((written & public) | unknown)
    fresh = documents(session, kind, changed, current.model)
    gone = (present - public) | (set(changed) & present)
    if not fresh and not gone:
        return corpus
    return corpus.updated(fresh, [str(key) for key in gone], current.frame)


def write(data_dir: Path, library: Library) -> None:
    """As a generation of the index; its number must be newer than those there are."""
    arrays = {f"frame.{name}": array for name, array in to_arrays(library.frame).items()}
    arrays |= {f"tagger.{name}": array for name, array in library.tagger.to_arrays().items()}
    for kind, corpus in library.corpora.items():
        arrays |= {f"{kind}.{name}": array for name, array in corpus.to_arrays().items()}
    facts = {
        "format": FORMAT,
        "model_id": library.model,
        "dimension": int(library.frame.passages.need_means.shape[1]),
        "last": library.last,
        "counts": {kind: len(corpus) for kind, corpus in library.corpora.items()},
    }
    named = {name.replace(".", "--"): array for name, array in arrays.items()}
    write_snapshot(data_dir / FOLDER, NAME, library.generation, named, facts)


def _under(arrays: dict[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    start = prefix + "."
    return {name[len(start) :]: array for name, array in arrays.items() if name.startswith(start)}
