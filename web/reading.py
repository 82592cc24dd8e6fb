"""Reads everything that waits into vectors, with a progress bar: what the worker does, for a person who watches."""

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.engine import Engine

from embeddings.encoder import Encoder
from matcher.services import indexing
from models.queries import indexing as queries
from models.session import open_session

COLUMNS = (TextColumn("{task.description:<18}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())


def read_all(engine: Engine, encoder: Encoder) -> int:
    """Drain until nothing waits; gives how many entities were read."""
    with open_session(engine, write=False) as session:
        waiting = queries.waiting(session)
    done = 0
    with Progress(*COLUMNS, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task("reading texts", total=waiting)
        while read := indexing.drain(engine, encoder):
            done += read
            bars.advance(task, read)
    return done
