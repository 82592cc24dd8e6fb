"""One query encoder for all web workers of a machine, behind a Unix socket (`embeddings.query_client` asks it).

Each request is a connection of its own: that costs some 50 µs beside the 5 ms of a query, and leaves nothing to
repair when either side restarts or forks.
"""

import argparse
import logging
import os
import signal
import socketserver
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread
from typing import Any

from embeddings.encoder import Encoder, EncoderConfig, open_query_encoder
from embeddings.files import locked
from embeddings.wire import WireError, receive_message, send_message

MAX_TEXTS = 64
MAX_REQUEST_CHARS = 16_000
WAITING = 64
RETRY_SECONDS = 30.0
REQUEST_SECONDS = 5.0

log = logging.getLogger(__name__)


class AlreadyServed(RuntimeError):
    """Another process serves this socket."""


def serve(socket_path: Path, open: Callable[[], Encoder], stop: Event) -> None:
    """Answer until `stop` is set. Listens at once, and says "warming" until `open` has returned an encoder.

    When `open` fails, that is logged and tried again; until then the answer stays "warming".
    """
    with _sole_server(socket_path), _Server(socket_path) as server:
        Thread(target=_warm_up, args=(server, open, stop), name="encoder-warm-up", daemon=True).start()
        accepting = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, name="encoder-accept")
        accepting.start()
        try:
            stop.wait()
        finally:
            server.shutdown()
            accepting.join()
            socket_path.unlink(missing_ok=True)


def _warm_up(server: "_Server", open: Callable[[], Encoder], stop: Event) -> None:
    while not stop.is_set():
        try:
            encoder = open()
            encoder.encode_queries(["warm-up"])
        except Exception:  # this thread's edge: whatever a model's loading raises, the socket keeps answering
            log.exception("the query encoder could not be opened; trying again in %s s", RETRY_SECONDS)
            stop.wait(RETRY_SECONDS)
        else:
            server.encoder = encoder
            return


@contextmanager
def _sole_server(socket_path: Path) -> Iterator[None]:
    """A lock that dies with its process, unlike the socket's file, tells a running server from a killed one."""
    with ExitStack() as held:
        try:
            held.enter_context(locked(socket_path.with_name(socket_path.name + ".lock"), wait=False))
        except BlockingIOError as error:
            raise AlreadyServed(f"{socket_path} is served by another process") from error
        yield


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = WAITING

    def __init__(self, socket_path: Path) -> None:
        self.encoder: Encoder | None = None
        self.places = BoundedSemaphore(WAITING)
        self.turns = BoundedSemaphore(min(2, os.cpu_count() or 1))
        self._path = socket_path
        super().__init__(str(socket_path), _Handler)

    def server_bind(self) -> None:
        """Under another name first, so that nobody can connect before the file is private."""
        private = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        private.unlink(missing_ok=True)
        self.socket.bind(str(private))
        private.chmod(0o600)
        private.rename(self._path)
        self.server_address = str(self._path)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self.places.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        with suppress(OSError):
            request.settimeout(REQUEST_SECONDS)
            send_message(request, {"status": "busy"})
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self.places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("a query was not answered")


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        self.request.settimeout(REQUEST_SECONDS)
        with suppress(OSError):  # whoever asked has gone
            try:
                header, _ = receive_message(self.request)
            except WireError as error:
                send_message(self.request, {"status": "refused", "reason": str(error)})
            else:
                self._answer(header)

    def _answer(self, header: dict[str, Any]) -> None:
        encoder = self.server.encoder
        if encoder is None:
            send_message(self.request, {"status": "warming"})
            return
        identity = {"status": "ok", "model_id": encoder.model_id, "dimension": encoder.dimension}
        texts = header.get("texts")
        if texts is None:
            send_message(self.request, identity)
        elif not _acceptable(texts):
            send_message(self.request, {"status": "refused", "reason": "too many or too long texts"})
        else:
            with self.server.turns:
                vectors = encoder.encode_queries(texts)
            send_message(self.request, identity, vectors)


def _acceptable(texts: object) -> bool:
    if not isinstance(texts, list) or len(texts) > MAX_TEXTS or not all(isinstance(text, str) for text in texts):
        return False
    return sum(map(len, texts)) <= MAX_REQUEST_CHARS


def main() -> None:
    """`python -m embeddings.server --socket S --data-dir D [--model M --query-prompt P --document-prompt P]`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--data-dir", type=Path, required=True)
    for name in ("model", "query_prompt", "document_prompt", "threads"):
        default = getattr(EncoderConfig, name)
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    options = vars(parser.parse_args())
    socket_path = options.pop("socket")
    config, stop = EncoderConfig(**options), Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    serve(socket_path, lambda: open_query_encoder(config), stop)


if __name__ == "__main__":
    main()
