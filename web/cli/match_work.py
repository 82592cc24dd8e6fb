"""Encodes two lists of documents and ranks one against the other, without a database; progress on stderr."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from embeddings.encoder import Encoder
from matcher.engine.background import foreign_needs
from matcher.engine.calibrate import make_frame
from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import MIN_BACKGROUND, Frame
from matcher.engine.rank import rank
from matcher.engine.score import DEFAULT, Weights
from matcher.engine.types import Document, Ranking, Role, joined_texts, with_vectors
from web.cli import match_records
from web.cli.match_read import Row, Table
from web.settings import ROOT, load_settings

DEMO = ROOT / "models" / "demo"
BATCH = 256
Advance = Callable[[int], None]


@contextmanager
def progress() -> Iterator[Progress]:
    columns = (TextColumn("{task.description:<22}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield bars


def open_encoder(say: Callable[[str], None], *, adapted: bool = True) -> Encoder:
    """The configured encoder; the bundled model is unpacked first when that has not been done yet.

    `adapted` False: the bundled model without what our own training added.

    One thread: on a machine with other work two threads that wait for each other took three times as long.
    """
    from embeddings import convert, encoder

    settings = load_settings()
    if settings.encoder_model == encoder.BUNDLED:
        convert.convert_bundled(settings.data_dir, say)
    return encoder.open_encoder(
        encoder.EncoderConfig(
            data_dir=settings.data_dir,
            model=settings.encoder_model,
            query_prompt=settings.encoder_query_prompt,
            document_prompt=settings.encoder_document_prompt,
            adapted=adapted,
        )
    )


def open_plain_encoder(ours: Encoder, say: Callable[[str], None]) -> Encoder:
    """The encoder that baselines are measured with: as published, without what was trained for this product."""
    from embeddings.encoder import BUNDLED

    return open_encoder(say, adapted=False) if load_settings().encoder_model == BUNDLED else ours


class Desk:
    """Partners laid out in a frame of reference, ready to be asked."""

    def __init__(self, encoder: Encoder, partners: Sequence[Document], bars: Progress) -> None:
        self._encoder, self._bars = encoder, bars
        self._offers = self.encoded(partners, Role.OFFER, "reading partners")
        self.background: tuple[list[Document], list[Document]] = ([], [])  # needs and offers, encoded
        self.frame = self._frame()
        self.corpus = Corpus.build(self._offers, Role.OFFER, self.frame)

    def framed(self, frame: Frame) -> "Desk":
        """The same partners in another frame of reference."""
        other = copy(self)
        other.frame, other.corpus = frame, Corpus.build(self._offers, Role.OFFER, frame)
        return other

    def encoded(self, documents: Sequence[Document], role: Role, title: str) -> list[Document]:
        """The documents with vectors, a batch at a time."""
        encode = self._encoder.encode_queries if role is Role.NEED else self._encoder.encode_documents
        task = self._bars.add_task(title, total=len(documents))
        done: list[Document] = []
        for start in range(0, len(documents), BATCH):
            batch = documents[start : start + BATCH]
            done += with_vectors(batch, encode(joined_texts(batch)))
            self._bars.advance(task, len(batch))
        return done

    def rank(
        self,
        challenges: Sequence[Document],
        limit: int,
        explained: int | None = None,
        weights: Weights = DEFAULT,
    ) -> list[Ranking]:
        """For each encoded challenge the best `limit` partners, all of them considered."""
        task = self._bars.add_task("matching", total=len(challenges))
        rankings = []
        for challenge in challenges:
            query = Query.of(challenge, Role.NEED, self.frame)
            found = rank(query, self.corpus, self.frame, limit=limit, explained=explained, weights=weights)
            rankings.append(found)
            self._bars.advance(task)
        return rankings

    def _frame(self) -> Frame:
        """From the challenges that ship with the product and the partners given, who are joined by shipped ones if few.

        So an answer depends on the partners, but never on which other challenges are in the file.
        """
        foreign = [document for group in foreign_needs().values() for document in group]
        needs = [*_shipped("challenges", match_records.challenges), *foreign]
        encoded = self.encoded(needs, Role.NEED, "reading background")
        offers = list(self._offers)
        if len(offers) < MIN_BACKGROUND:
            offers += self.encoded(_shipped("organizations", match_records.partners), Role.OFFER, "reading background")
        own = encoded[: len(encoded) - len(foreign)]
        self.background = (own, offers)
        return make_frame(own, offers, {"en": encoded[len(own) :]})


def _shipped(name: str, make: Callable[[Table], list[match_records.Record]]) -> list[Document]:
    path = DEMO / f"{name}.jsonl"
    table = Table(path, [Row(n, json.loads(line)) for n, line in enumerate(path.read_text("utf-8").splitlines(), 1)])
    return [record.document for record in make(table)]
