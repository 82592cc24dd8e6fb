"""Asks the machine's query encoder for vectors, remembers them, and never asks for the same text twice at once."""

import socket
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from embeddings.server import MAX_REQUEST_CHARS, MAX_TEXTS
from embeddings.text import clean_text
from embeddings.wire import WireError, receive_message, send_message

CACHED_TEXTS = 2_048
State = Literal["ready", "warming", "busy", "down", "timeout"]
Vector = NDArray[np.float32]


class EncoderUnavailable(RuntimeError):
    """No vectors now (`state` says why): answer with words alone, and try again on the next request."""

    def __init__(self, state: State, detail: str = "") -> None:
        super().__init__(f"{state}: {detail}" if detail else state)
        self.state = state


@dataclass(frozen=True)
class Status:
    state: State
    model_id: str = ""
    dimension: int = 0


class QueryClient:
    """One per process, made at any time: it connects only to ask. `timeout` in seconds holds for each step of a reply.

    `model_id` and `dimension` are those of the last answer ("" and 0 before the first): compare with the index's.
    """

    def __init__(self, socket_path: Path, timeout: float = 2.0) -> None:
        self.model_id = ""
        self.dimension = 0
        self._socket_path = socket_path
        self._timeout = timeout
        self._lock = Lock()
        # A finished future is a remembered vector, an unfinished one is being asked for by another thread.
        self._known: OrderedDict[str, Future[Vector]] = OrderedDict()

    def status(self) -> Status:
        """For health pages; raises nothing."""
        try:
            header, _ = self._ask({})
        except EncoderUnavailable as error:
            return Status(error.state)
        return Status("ready", header["model_id"], header["dimension"])

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors (n, dimension), as `Encoder.encode_queries`. Raises EncoderUnavailable."""
        cleaned = [clean_text(text) for text in texts]
        futures, mine = self._claim(cleaned)
        model_before = self.model_id
        try:
            for chunk in _chunks(mine):
                for text, vector in zip(chunk, self._fetch(chunk), strict=True):
                    futures[text].set_result(vector)
        except BaseException as error:
            self._give_up({text: futures[text] for text in mine}, error)
            raise
        vectors = [self._wait(futures[text]) for text in cleaned]
        if model_before and self.model_id != model_before:  # another model answers now: mix nothing
            with self._lock:
                self._known.clear()
            return self.encode_queries(texts)
        return np.stack(vectors) if vectors else np.empty((0, self.dimension), np.float32)

    def _claim(self, texts: list[str]) -> tuple[dict[str, Future[Vector]], list[str]]:
        """A future for each text, and the texts that nobody has asked for: those are this thread's to fetch."""
        mine = []
        with self._lock:
            for text in dict.fromkeys(texts):
                if text not in self._known:
                    self._known[text] = Future()
                    mine.append(text)
                self._known.move_to_end(text)
            futures = {text: self._known[text] for text in texts}
            while len(self._known) > CACHED_TEXTS:
                self._known.popitem(last=False)
        return futures, mine

    def _give_up(self, futures: dict[str, Future[Vector]], error: BaseException) -> None:
        """Failures are not remembered; whoever waits for them hears of it at once."""
        heard = error if isinstance(error, EncoderUnavailable) else EncoderUnavailable("down", repr(error))
        with self._lock:
            for text, future in futures.items():
                if not future.done() and self._known.get(text) is future:
                    del self._known[text]
        for future in futures.values():
            if not future.done():
                future.set_exception(heard)

    def _wait(self, future: Future[Vector]) -> Vector:
        try:
            return future.result(self._timeout)
        except TimeoutError as error:
            raise EncoderUnavailable("timeout") from error

    def _fetch(self, texts: list[str]) -> list[Vector]:
        header, vectors = self._ask({"texts": texts})
        if vectors is None or vectors.shape != (len(texts), header.get("dimension")):
            raise EncoderUnavailable("down", "the answer does not fit the question")
        self.model_id, self.dimension = header["model_id"], header["dimension"]
        return [vector.copy() for vector in vectors]

    def _ask(self, header: dict[str, Any]) -> tuple[dict[str, Any], NDArray[np.float32] | None]:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(self._timeout)
                connection.connect(str(self._socket_path))
                send_message(connection, header)
                answer, vectors = receive_message(connection)
        except TimeoutError as error:
            raise EncoderUnavailable("timeout") from error
        except (OSError, WireError) as error:
            raise EncoderUnavailable("down", str(error)) from error
        if answer.get("status") in ("warming", "busy"):
            raise EncoderUnavailable(answer["status"])
        if answer.get("status") != "ok":
            raise EncoderUnavailable("down", str(answer.get("reason", "")))
        return answer, vectors


def _chunks(texts: list[str]) -> Iterator[list[str]]:
    """Requests that the server accepts, in the order of the texts."""
    chunk: list[str] = []
    for text in texts:
        if chunk and (len(chunk) == MAX_TEXTS or sum(map(len, chunk)) + len(text) > MAX_REQUEST_CHARS):
            yield chunk
            chunk = []
        chunk.append(text)
    if chunk:
        yield chunk
