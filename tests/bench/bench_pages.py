"""Server time of the lists that everybody opens, with and without a text, through the real application."""

from collections.abc import Iterable
from urllib.parse import quote

from flask.testing import FlaskClient

from embeddings.query_client import QueryClient
from models.enums import EntityType
from models.queries.texts import public_ids
from models.session import open_session
from tests.bench import bench_texts
from tests.bench.bench_figures import Figure, Times, below
from tests.bench.bench_processes import started, wait_for
from tests.bench.bench_site import Site

REPEATED, LIMIT_MS = 60, 60.0
FILTERS = ("", "?page=2", "?goal=11", "?pillar=society", "?sort=decision", "?kind=problem&page=2")


def measure(site: Site) -> list[Figure]:
    """Each page as a visitor without an account gets it."""
    from web.app import create_app
    from web.settings import load_settings

    app = create_app(load_settings({"DATA_DIR": str(site.data_dir), "LOG_LEVEL": "ERROR"}))
    client, typed = app.test_client(), bench_texts.queries(REPEATED * 2)
    server = ("-m", "embeddings.server", "--socket", str(site.socket), "--data-dir", str(site.data_dir))
    with started(server, {}, site.data_dir / "encoder.log"):
        asking = QueryClient(site.socket)
        wait_for("the encoder's answer", lambda: asking.status().state == "ready")
        plain = [FILTERS[place % len(FILTERS)] for place in range(REPEATED)]
        asked = [f"?q={quote(text)}" for text in typed]
        with open_session(app.extensions["engine"], write=False) as session:
            public = [str(key) for key in public_ids(session, EntityType.CHALLENGE)]
        figures = [
            *_page("challenge list", client, "/challenges", plain, LIMIT_MS),
            *_page("challenge list, free text", client, "/challenges", asked[:REPEATED], LIMIT_MS),
            *_page("partner list", client, "/partners", ["", "?page=3"] * (REPEATED // 2)),
            *_page("partner list, free text", client, "/partners", asked[REPEATED:]),
            *_page("a challenge's page (similar ones, precedents)", client, "/challenges/", public[:REPEATED]),
        ]
    app.extensions["engine"].dispose()
    return figures


def _page(
    name: str, client: FlaskClient, path: str, addresses: Iterable[str], limit: float | None = None
) -> list[Figure]:
    times = Times()
    client.get(path if not path.endswith("/") else "/")
    for address in addresses:
        answer = times.add(client.get, path + address)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}{address} answered {answer.status_code}")
    return below(name, times, limit)
