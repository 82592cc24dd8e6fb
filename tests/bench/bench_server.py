"""The whole installation as it runs: memory of each process, search over HTTP, how soon what is saved is found."""

import os
import signal
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from urllib.parse import quote

from embeddings.encoder import EncoderConfig, open_query_encoder
from embeddings.query_client import QueryClient
from tests.bench import bench_texts
from tests.bench.bench_figures import Figure, Times, percentile, timed
from tests.bench.bench_fresh import freshness
from tests.bench.bench_processes import children, command_of, free_port, holds_model, maps, memory, started, wait_for
from tests.bench.bench_site import Site

WEB_WORKERS, SEARCHES = 4, 60
RATIO, ALLOWANCE_MS = 1.5, 15.0


@dataclass(frozen=True)
class Running:
    """A started installation: where it answers, and the numbers of its processes."""

    port: int
    supervisor: int
    site: Site

    @property
    def worker(self) -> int | None:
        """The background worker, which holds the encoder; None while it is being started again."""
        return next((pid for pid in children(self.supervisor) if command_of(pid).rstrip().endswith(" worker")), None)

    @property
    def master(self) -> int:
        return next(pid for pid in children(self.supervisor) if "gunicorn" in command_of(pid))

    @property
    def web(self) -> list[int]:
        return children(self.master)

    def get(self, path: str) -> tuple[int, str]:
        """Status and text, over a connection of its own."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Accept-Language": "ja"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8")
        finally:
            connection.close()

    def ready(self) -> bool:
        return QueryClient(self.site.socket).status().state == "ready"


def measure(site: Site) -> list[Figure]:
    """Start everything once and measure it one after the other; memory last, when all of it has been used."""
    port = free_port()
    environ = {
        "DATA_DIR": str(site.data_dir),
        "PORT": str(port),
        "WEB_WORKERS": str(WEB_WORKERS),
        "MUSUBI_MODE": "demo",
        "LOG_LEVEL": "ERROR",
    }
    with started(("-m", "flask", "--app", "wsgi", "serve"), environ, site.data_dir / "serve.log") as supervisor:
        running = Running(port, supervisor, site)
        wait_for("the site's first answer", lambda: _answers(running))
        wait_for("the encoder's answer", running.ready)
        wait_for("the index in every web process", lambda: _warmed(running))
        typed = bench_texts.queries(SEARCHES * 4)
        for text in typed[3 * SEARCHES :]:  # the first few searches of a process take longer: it has just started
            running.get(f"/challenges?q={quote(text)}")
        searched = _search(running, typed[:SEARCHES])
        fresh = freshness(running.get, site)
        wait_for("the index in every web process", lambda: _warmed(running))
        held = _memory(running)
        without = _without_encoder(running, typed[SEARCHES : 3 * SEARCHES])
    return [*searched, *without, *fresh, *held]


def _answers(running: Running) -> bool:
    try:
        return running.get("/healthz")[0] == 200
    except OSError:
        return False


def _warmed(running: Running) -> bool:
    """Pages from many connections at once, until every web process has mapped the index."""
    pages = ["/challenges", "/partners", "/challenges/1", f"/partners?q={quote('高齢者の見守り')}"]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(running.get, pages * 4))
    return all(maps(pid, "/index/corpora/") for pid in running.web)


def _search(running: Running, typed: Sequence[str]) -> list[Figure]:
    """Each query is new to the server, and the encoder alone reads it right before."""
    alone = open_query_encoder(EncoderConfig(running.site.data_dir))
    alone.encode_queries(["warm-up"])
    encoder, whole = [], []
    for text in typed:
        encoder.append(timed(alone.encode_queries, [text])[0])
        seconds, (status, _) = timed(running.get, f"/challenges?q={quote(text)}")
        if status != 200:
            raise RuntimeError(f"a search answered {status}")
        whole.append(seconds)
    return [_against_encoder(share, encoder, whole) for share in (50, 95)]


def _against_encoder(share: int, encoder: Sequence[float], whole: Sequence[float]) -> Figure:
    own, took = percentile(encoder, share), percentile(whole, share)
    limit = RATIO * own + ALLOWANCE_MS
    return Figure(
        f"free-text search over HTTP, whole page, p{share}",
        took,
        "ms",
        f"encoder alone {own:.1f} ms",
        took / own,
        f"≤ {RATIO} × + {ALLOWANCE_MS:g} ms = {limit:.1f}",
        took <= limit,
    )


def _without_encoder(running: Running, typed: Sequence[str]) -> list[Figure]:
    """Kill the worker with its encoder; search by words until the supervisor has brought both back."""
    worker = running.worker
    assert worker is not None
    os.kill(worker, signal.SIGKILL)
    began, times, statuses = time.monotonic(), Times(), set()
    for text in typed:
        if running.ready():
            break
        status, _ = times.add(running.get, f"/challenges?q={quote(text)}")
        statuses.add(status)
    wait_for("the encoder's return", running.ready)
    back = time.monotonic() - began
    all_well = statuses == {200}
    return [
        Figure("searches answered 200 by words while the encoder was down", len(times.wall), "searches",
               f"other answers: {sorted(statuses - {200}) or 'none'}", None, "all 200", all_well),
        Figure("… their time, while the worker starts again beside them, p95", percentile(times.wall, 95), "ms"),
        Figure("worker killed until meaning is back", back, "s"),
    ]  # fmt: skip


def _memory(running: Running) -> list[Figure]:
    worker = running.worker
    assert worker is not None
    named = [
        ("supervisor", running.supervisor),
        ("web master", running.master),
        *((f"web process {n}", pid) for n, pid in enumerate(running.web, 1)),
        ("worker with the encoder", worker),
    ]
    figures = [_held(name, pid) for name, pid in named]
    with_model = sum(holds_model(pid) for _, pid in named)
    total = sum(memory(pid)["pss"] for _, pid in named)
    return [
        *figures,
        Figure("all together (Pss)", total, "MB"),
        Figure(
            f"processes that hold a model, with {WEB_WORKERS} web processes",
            with_model,
            "process" if with_model == 1 else "processes",
            "torch or onnxruntime mapped",
            None,
            "1",
            with_model == 1,
        ),
    ]


def _held(name: str, pid: int) -> Figure:
    held = memory(pid)
    said = f"Pss {held['pss']:.0f} MB, private {held['private']:.0f} MB; model: {'yes' if holds_model(pid) else 'no'}"
    return Figure(f"{name} (Rss)", held["rss"], "MB", said)
