"""`python -m tests.bench`: measure everything, print one table; a missed target is said, not an error."""

import argparse
import os
import platform
import time
from collections.abc import Callable
from pathlib import Path

# Before anything numeric is imported: one thread each, as in the product.
os.environ.update(OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE", TOKENIZERS_PARALLELISM="false")
os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")

from tests.bench import bench_assign, bench_growth, bench_import, bench_pages, bench_rankings, bench_server, bench_site
from tests.bench.bench_figures import Figure, table, write_json
from tests.bench.bench_processes import ROOT

SECTIONS: dict[str, tuple[str, Callable[[bench_site.Site], list[Figure]]]] = {
    "rankings": ("Recommendations", bench_rankings.measure),
    "growth": ("Recommendations as partners grow in number", bench_growth.measure),
    "assign": ("Assignment under load", bench_assign.measure),
    "pages": ("Pages, server time", bench_pages.measure),
    "import": ("Import", bench_import.measure),
    "server": ("The running installation", bench_server.measure),
}


def main() -> None:
    options = _options()
    options.home.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0]
    site = bench_site.build(options.home, ROOT / "var", options.partners, cores, _say)
    done = []
    for name in options.only or SECTIONS:
        title, measure = SECTIONS[name]
        _say(f"measuring: {title}")
        done.append((title, measure(site)))
    facts: dict[str, object] = {
        **site.counts,
        "cores": cores,
        "load_before": round(load, 2),
        "python": platform.python_version(),
        "model": site.encoder.model_id,
        "seconds": round(time.monotonic() - began),
    }
    if options.json:
        write_json(options.json, facts, done)
    print(_heading(facts), table(done), _verdict([figure for _, group in done for figure in group]), sep="\n\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "bench", help="folder for all that is written")
    parser.add_argument("--partners", type=int, default=bench_site.PARTNERS, help="fewer for a quick look")
    parser.add_argument("--only", nargs="+", choices=SECTIONS, help="only these parts")
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    return parser.parse_args()


def _say(what: str) -> None:
    print(f"· {what}", flush=True)


def _heading(facts: dict[str, object]) -> str:
    return (
        f"{facts['partners']:,} partners, {facts['challenges']} challenges, {facts['texts']:,} texts; "
        f"{facts['cores']} cores, load {facts['load_before']} before the run; {facts['seconds']} s in all"
    )


def _verdict(figures: list[Figure]) -> str:
    missed = [figure for figure in figures if figure.ok is False]
    if not missed:
        return "Every target was reached."
    return "\n".join(["MISSED:", *(f"  {figure.name}: {figure.cells()[1]}, {figure.target}" for figure in missed)])


if __name__ == "__main__":
    main()
