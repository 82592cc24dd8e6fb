"""Assignment under load: exact, quick, greedy and by lot on one problem, each in its own process; and on real scores.

The synthetic fits have what real ones have: topics, a few partners that are good for many, and challenges that are hard
for all. `python -m tests.bench.bench_assign METHOD N M K CAPACITY` prints the figures of one plan.
"""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from matcher.engine.assign import METHODS, Problem
from matcher.engine.assign_problem import Fits
from matcher.services.matching import LiveMatchbook
from models.enums import EntityType
from models.queries import assignments as queries
from models.queries.texts import public_ids
from models.session import open_session
from tests.bench.bench_figures import Figure, timed
from tests.bench.bench_processes import ROOT
from tests.bench.bench_site import Site

SIZE, LARGER = (500, 3_308), (2_000, 20_000)
WANTED, CAPACITY = 5, 2
LIMIT_SECONDS, LIMIT_MEGABYTES, LIMIT_LOSS = 60.0, 4_096.0, 0.02
SEED = 20261122


def fits(challenges: int, partners: int, seed: int = SEED) -> Fits:
    """Values in 0..1."""
    generator = np.random.default_rng(seed)
    topics = generator.normal(size=(challenges, 24)) @ generator.normal(size=(24, partners)) / 24**0.5
    fame = generator.pareto(2.5, partners)
    ease = generator.beta(5, 2, challenges)
    values = (0.6 + 0.4 * ease[:, None]) / (1 + np.exp(-1.3 * (topics - 1.6))) + 0.35 * fame / fame.max()
    return np.asarray(values / values.max())


def measure(site: Site) -> list[Figure]:
    """Every figure on assignment."""
    plans = {method: _apart(method, *SIZE) for method in METHODS}
    tight = _apart("exact", *SIZE, capacity=1)
    larger = _apart("quick", *LARGER)
    return [*_figures(plans), *_tight(tight), *_growth(plans["quick"], larger), *_real(site)]


def _apart(method: str, challenges: int, partners: int, capacity: int = CAPACITY) -> dict[str, Any]:
    """One plan in a fresh process, so that its peak of memory is its own."""
    asked = [method, str(challenges), str(partners), str(WANTED), str(capacity)]
    command = [sys.executable, "-m", "tests.bench.bench_assign", *asked]
    said = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(said.stdout)
    return found


def _figures(plans: dict[str, dict[str, Any]]) -> list[Figure]:
    exact, greedy = plans["exact"], plans["greedy"]
    name = f"{SIZE[0]} × {SIZE[1]:,} × {WANTED}, capacity {CAPACITY}"
    found = [
        Figure(f"exact {name}", exact["seconds"], "s", "proved" if exact["optimal"] else "bounds only", None,
               f"< {LIMIT_SECONDS:g} s", exact["seconds"] < LIMIT_SECONDS),
        Figure("… peak memory", exact["megabytes"], "MB", "", None, f"< {LIMIT_MEGABYTES:g} MB",
               exact["megabytes"] < LIMIT_MEGABYTES),
        Figure("… worst-served", exact["worst"], "", f"greedy {greedy['worst']:.3f}", exact["worst"] / greedy["worst"],
               "≥ greedy", exact["worst"] >= greedy["worst"]),
        Figure("… total", exact["total"], "", f"unconstrained {exact['unconstrained']:.1f}",
               exact["total"] / exact["unconstrained"], "≥ 0.98 ×",
               exact["total"] >= (1 - LIMIT_LOSS) * exact["unconstrained"]),
        Figure("… partners over their capacity", max(p["over"] for p in plans.values()), "", "all four ways", None,
               "none", not any(p["over"] for p in plans.values())),
    ]  # fmt: skip
    for method in ("quick", "greedy", "random"):
        made = plans[method]
        found += [
            Figure(
                f"{method}", made["seconds"], "s", f"exact {exact['seconds']:.2f} s", _ratio(made, exact, "seconds")
            ),
            Figure("… worst-served", made["worst"], "", f"exact {exact['worst']:.3f}", _ratio(made, exact, "worst")),
            Figure("… total", made["total"], "", f"exact {exact['total']:.1f}", _ratio(made, exact, "total")),
        ]
    return found


def _tight(made: dict[str, Any]) -> list[Figure]:
    """Three partners in four are needed: the floor and the loads are at odds, and the integer programs have work."""
    told = "proved" if made["optimal"] else "bounds only"
    share = made["total"] / made["unconstrained"]
    return [
        Figure("exact, capacity 1", made["seconds"], "s", told, None, f"< {LIMIT_SECONDS:g} s",
               made["seconds"] < LIMIT_SECONDS),
        Figure("… total", made["total"], "", f"unconstrained {made['unconstrained']:.1f}", share, "≥ 0.98 ×",
               share >= 1 - LIMIT_LOSS),
    ]  # fmt: skip


def _growth(small: dict[str, Any], large: dict[str, Any]) -> list[Figure]:
    pairs = LARGER[0] * LARGER[1] / (SIZE[0] * SIZE[1])
    ratio = large["seconds"] / small["seconds"]
    return [
        Figure(f"quick {LARGER[0]:,} × {LARGER[1]:,}", large["seconds"], "s", f"{pairs:.0f} × the pairs", ratio),
        Figure("… total, below its bound by", 100 * (1 - large["total"] / large["total_bound"]), "%"),
        Figure("… worst-served, below its bound by", 100 * (1 - large["worst"] / large["floor_bound"]), "%"),
        Figure("… peak memory", large["megabytes"], "MB", f"{small['megabytes']:.0f} MB", None),
    ]


def _real(site: Site) -> list[Figure]:
    """All challenges of the installation, of whatever municipality, with the matcher's own scores."""
    engine, book = site.engine(), site.matchbook()
    with open_session(engine, write=False) as session:
        keys = public_ids(session, EntityType.CHALLENGE)
        rooms = queries.rooms(session)
        seconds, table = timed(LiveMatchbook.fits_for_challenges, book, session, keys)
    capacity = [min(CAPACITY, rooms.get(key, 0)) for key in table.partner_ids]
    problem = Problem.of(table.worth, WANTED, capacity)
    took, exact = timed(METHODS["exact"], problem)
    greedy = METHODS["greedy"](problem)
    engine.dispose()
    unconstrained = exact.unconstrained or exact.total
    return [
        Figure(f"scores of {len(keys)} challenges against all partners", seconds, "s"),
        Figure("exact plan on these scores", took, "s", "proved" if exact.optimal else "bounds only"),
        Figure("… worst-served", exact.worst, "", f"greedy {greedy.worst:.3f}", None, "≥ greedy",
               exact.worst >= greedy.worst),
        Figure("… total", exact.total, "", f"unconstrained {unconstrained:.1f}", exact.total / unconstrained),
        Figure("… places that stay empty", float(exact.shortfall.sum()), "", f"greedy {greedy.shortfall.sum()}"),
    ]  # fmt: skip


def _ratio(one: dict[str, Any], other: dict[str, Any], name: str) -> float:
    return float(one[name]) / float(other[name])


def _peak() -> float:
    """Of this program alone: getrusage would count what its parent held before it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    method, *numbers = sys.argv[1:]
    challenges, partners, wanted, capacity = map(int, numbers)
    problem = Problem.of(fits(challenges, partners), wanted, capacity)
    began = time.perf_counter()
    plan = METHODS[method](problem)
    seconds = time.perf_counter() - began
    said = {name: getattr(plan, name) for name in ("worst", "total", "floor_bound", "total_bound", "unconstrained")}
    said |= {"optimal": plan.optimal, "over": int((plan.loads > problem.capacity).sum()), "seconds": seconds}
    said["megabytes"] = _peak()
    print(json.dumps(said))


if __name__ == "__main__":
    main()
