"""How long from a saved registration until every web process finds it."""

import time
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote

from models.session import open_session
from tests.bench import bench_texts
from tests.bench.bench_figures import Figure, timed
from tests.bench.bench_site import Site, enter_partners

TIMES, LIMIT_S, IN_A_ROW = 3, 5.0, 12
PATIENCE = 60.0
NAMES = ("鸚鵡貝", "孔雀石", "翡翠葛")


def freshness(get: Callable[[str], tuple[int, str]], site: Site) -> list[Figure]:
    """Register partners with a word that nobody else has; ask for it over new connections until all find it."""
    found = [_once(get, site, name) for name in NAMES[:TIMES]]
    waited = max(seconds for seconds, _ in found)
    slowest = max(search for _, search in found)
    return [
        Figure("saved registration until found by all, longest of 3", waited, "s", "", None,
               f"< {LIMIT_S:g} s", waited < LIMIT_S),
        Figure("… slowest search meanwhile (a process opens the new generation)", slowest * 1000, "ms"),
    ]  # fmt: skip


def _once(get: Callable[[str], tuple[int, str]], site: Site, name: str) -> tuple[float, float]:
    """Seconds until the first of many answers in a row that have it, and the slowest answer on the way."""
    engine, (data,) = site.engine(), bench_texts.partners(1)
    with open_session(engine) as session:
        new = replace(data, name=f"{name}工房", profile=f"{name}の細工を小学校に教えています。{data.profile}")
        enter_partners(session, [new])
        session.commit()
    engine.dispose()
    began, since, hits, slowest = time.monotonic(), 0.0, 0, 0.0
    while hits < IN_A_ROW:
        took, (_, page) = timed(get, f"/partners?q={quote(name + 'の細工')}")
        slowest = max(slowest, took)
        hits = hits + 1 if f"{name}工房" in page else 0
        since = since if hits > 1 else time.monotonic() - began
        if time.monotonic() - began > PATIENCE:
            raise TimeoutError(f"{new.name} was not found within {PATIENCE:.0f} s")
    return since, slowest
