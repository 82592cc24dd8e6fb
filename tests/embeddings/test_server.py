"""One encoder answers many threads; whoever cannot be answered hears why, at once."""

import socket
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from threading import Event, Lock, Thread

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings import query_client, server
from embeddings.encoder import Encoder, EncoderConfig
from embeddings.query_client import EncoderUnavailable, QueryClient
from embeddings.server import AlreadyServed, serve
from embeddings.windows import unit

GATE_SECONDS = 20.0


class LetterEncoder:
    """A small real encoder: a text's vector is its letters' code points, so equal texts have equal vectors."""

    dimension = 8

    def __init__(self, model_id: str = "letters@1") -> None:
        self.model_id = model_id
        self.asked: list[str] = []
        self.gate = Event()
        self.gate.set()
        self._lock = Lock()

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.gate.wait(GATE_SECONDS)
        with self._lock:
            self.asked += texts
        rows = [[ord(letter) % 97 + 1 for letter in text.ljust(8)[:8]] for text in texts]
        return unit(np.array(rows, np.float32))

    def encode_documents(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self.encode_queries(texts)


Serving = Callable[..., AbstractContextManager[Path]]


@pytest.fixture
def serving(tmp_path_factory: pytest.TempPathFactory) -> Serving:
    folder = tmp_path_factory.mktemp("s")  # short: a Unix socket's path ends at 107 bytes

    @contextmanager
    def run(open: Callable[[], Encoder]) -> Iterator[Path]:
        path, stop = folder / "q.sock", Event()
        thread = Thread(target=serve, args=(path, open, stop))
        thread.start()
        _until(path.exists)
        try:
            yield path
        finally:
            stop.set()
            thread.join()

    return run


def _until(condition: Callable[[], bool]) -> None:
    pause = Event()
    for _ in range(2_000):
        if condition():
            return
        pause.wait(0.01)
    pytest.fail("what was waited for did not happen")


def _ready(path: Path) -> QueryClient:
    client = QueryClient(path, GATE_SECONDS)
    _until(lambda: client.status().state == "ready")
    return client


def test_vectors_travel_unchanged(serving: Serving) -> None:
    encoder = LetterEncoder()
    with serving(lambda: encoder) as path:
        client = _ready(path)
        vectors = client.encode_queries(["空き家", "b", "空き家"])
        assert np.array_equal(vectors, encoder.encode_queries(["空き家", "b", "空き家"]))
        assert client.encode_queries([]).shape == (0, 8)
        assert (client.model_id, client.status().dimension) == ("letters@1", 8)


def test_the_socket_is_private_and_leaves_with_the_server(serving: Serving) -> None:
    with serving(LetterEncoder) as path:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()
    with pytest.raises(EncoderUnavailable) as caught:
        QueryClient(path).encode_queries(["a"])
    assert caught.value.state == "down"


def test_a_loading_model_says_so(serving: Serving) -> None:
    loaded = Event()

    def open() -> Encoder:
        loaded.wait(GATE_SECONDS)
        return LetterEncoder()

    with serving(open) as path:
        client = QueryClient(path)
        with pytest.raises(EncoderUnavailable) as caught:
            client.encode_queries(["a"])
        assert caught.value.state == client.status().state == "warming"
        loaded.set()
        assert _ready(path).encode_queries(["a"]).shape == (1, 8)


def test_a_model_that_cannot_be_opened_is_tried_again(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "RETRY_SECONDS", 0.01)
    failures = [OSError("no model yet")] * 2

    def open() -> Encoder:
        if failures:
            raise failures.pop()
        return LetterEncoder()

    with serving(open) as path:
        assert _ready(path).encode_queries(["a"]).shape == (1, 8)


def test_concurrent_equal_texts_are_encoded_once(serving: Serving) -> None:
    encoder = LetterEncoder()
    with serving(lambda: encoder) as path, ThreadPoolExecutor(16) as threads:
        client = _ready(path)
        encoder.asked.clear()
        encoder.gate.clear()
        answers = [threads.submit(client.encode_queries, ["同じ", f"text {number % 2}"]) for number in range(16)]
        encoder.gate.set()
        assert all(np.array_equal(answer.result()[0], answers[0].result()[0]) for answer in answers)
        client.encode_queries(["同じ"])
    assert sorted(encoder.asked) == ["text 0", "text 1", "同じ"]


def test_who_waits_for_a_failed_text_hears_of_it_and_the_next_one_is_asked_again(serving: Serving) -> None:
    encoder = LetterEncoder()
    with serving(lambda: encoder) as path, ThreadPoolExecutor(2) as threads:
        _ready(path)
        hasty = QueryClient(path, timeout=0.05)
        encoder.gate.clear()
        both = [threads.submit(hasty.encode_queries, ["a"]) for _ in range(2)]
        assert {type(answer.exception()) for answer in both} == {EncoderUnavailable}
        encoder.gate.set()
        _until(lambda: hasty.status().state == "ready")
        assert hasty.encode_queries(["a"]).shape == (1, 8)


def test_many_texts_are_asked_for_in_requests_of_a_bearable_size(serving: Serving) -> None:
    encoder = LetterEncoder()
    with serving(lambda: encoder) as path:
        texts = [f"{number:05}" for number in range(200)] + ["長" * 10_000, "い" * 10_000]
        assert np.array_equal(_ready(path).encode_queries(texts)[:200], encoder.encode_queries(texts[:200]))


def test_the_cache_forgets_the_oldest(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_client, "CACHED_TEXTS", 2)
    encoder = LetterEncoder()
    with serving(lambda: encoder) as path:
        client = _ready(path)
        encoder.asked.clear()
        for text in ["a", "b", "a", "c", "a", "b"]:
            client.encode_queries([text])
    assert encoder.asked == ["a", "b", "c", "b"]


def test_vectors_of_two_models_are_never_mixed(serving: Serving) -> None:
    first, second = LetterEncoder("letters@1"), LetterEncoder("letters@2")
    with serving(lambda: first) as path:
        client = _ready(path)
        client.encode_queries(["a"])
    with serving(lambda: second) as path:
        _ready(path)
        second.asked.clear()
        client.encode_queries(["a", "b"])
        assert client.model_id == "letters@2"
    assert "a" in second.asked


NONSENSE = [
    b"",
    b"\x00",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x02[]",
    b'\x00\x00\x00\x0e{"bytes": 1e9}',
    b"GET / HTTP/1.1\r\n\r\n",
]


@pytest.mark.parametrize("message", NONSENSE)
def test_nonsense_is_refused_and_the_next_one_served(serving: Serving, message: bytes) -> None:
    with serving(LetterEncoder) as path:
        client = _ready(path)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(GATE_SECONDS)
            connection.connect(str(path))
            connection.sendall(message)
            connection.shutdown(socket.SHUT_WR)
            assert b"refused" in connection.recv(1_000)
        assert client.encode_queries(["a"]).shape == (1, 8)


def test_requests_over_the_caps_are_refused(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(LetterEncoder) as path:
        client = _ready(path)
        monkeypatch.setattr(query_client, "MAX_TEXTS", 1_000)  # a client that does not keep to them
        with pytest.raises(EncoderUnavailable, match="too many"):
            client.encode_queries([str(number) for number in range(100)])


def test_a_full_queue_answers_busy(serving: Serving, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "WAITING", 2)
    with serving(LetterEncoder) as path, ExitStack() as idle:
        client = _ready(path)

        def full() -> bool:
            idle.enter_context(socket.socket(socket.AF_UNIX)).connect(str(path))
            return client.status().state == "busy"

        _until(full)
        idle.close()
        _until(lambda: _answers(client))


def _answers(client: QueryClient) -> bool:
    """The last of those who hung up may still stand in the queue."""
    try:
        return client.encode_queries(["a"]).shape == (1, 8)
    except EncoderUnavailable:
        return False


def test_a_second_server_is_refused_and_a_killed_ones_socket_replaced(serving: Serving) -> None:
    with serving(LetterEncoder) as path:
        with pytest.raises(AlreadyServed):
            serve(path, LetterEncoder, Event())
        assert _ready(path).encode_queries(["a"]).shape == (1, 8)
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(path))
    with serving(LetterEncoder):
        assert _ready(path).encode_queries(["a"]).shape == (1, 8)


@pytest.mark.encoder
def test_the_bundled_model_serves_as_a_process_of_its_own(
    encoder_config: EncoderConfig, query_encoder: Encoder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("s") / "q.sock"
    command = [sys.executable, "-m", "embeddings.server", "--socket", path, "--data-dir", encoder_config.data_dir]
    process = subprocess.Popen(command)
    try:
        client = QueryClient(path, GATE_SECONDS)
        _until(lambda: client.status().state == "ready")
        assert np.array_equal(client.encode_queries(["空き家の活用"]), query_encoder.encode_queries(["空き家の活用"]))
        assert client.model_id == query_encoder.model_id
    finally:
        process.terminate()
        assert process.wait(GATE_SECONDS) == 0
    assert not path.exists()
