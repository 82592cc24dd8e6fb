"""A figure of the bench, what it is compared with and its target; and the table that they are printed as."""

import json
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeVar

import numpy as np

T = TypeVar("T")
HEADER = ("figure", "measured", "against, in this run", "ratio", "target", "")


@dataclass(frozen=True)
class Figure:
    """One line of the report; `ok` is None when nothing was promised."""

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None
    target: str = ""
    ok: bool | None = None

    def cells(self) -> tuple[str, ...]:
        verdict = {None: "", True: "ok", False: "MISSED"}[self.ok]
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return self.name, f"{number(self.value)} {self.unit}", self.against, ratio, self.target, verdict


def number(value: float) -> str:
    """Three digits that count, and thousands apart."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


@dataclass
class Times:
    """What some calls took: seconds on the clock, and of those the seconds in which this thread was at work."""

    wall: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)

    def add(self, function: Callable[..., T], *arguments: object) -> T:
        """Call, and keep what it took."""
        began, worked = time.perf_counter(), time.thread_time()
        result = function(*arguments)
        self.busy.append(time.thread_time() - worked)
        self.wall.append(time.perf_counter() - began)
        return result


def percentile(seconds: Sequence[float], share: float) -> float:
    """In milliseconds."""
    return float(np.percentile(np.asarray(seconds), share)) * 1000


def timed(function: Callable[..., T], *arguments: object) -> tuple[float, T]:
    """How many seconds a call took, and what it gave."""
    began = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - began, result


def below(name: str, times: Times, limit: float | None = None) -> list[Figure]:
    """The median as it is, and the 95th percentile against a limit in milliseconds when there is one.

    Beside each stands the processor's part: what else a machine does makes the clock run, but not that.
    """
    p95 = percentile(times.wall, 95)
    target, ok = (f"< {limit:g} ms", p95 < limit) if limit else ("", None)
    return [
        Figure(f"{name}, p50", percentile(times.wall, 50), "ms", f"processor {percentile(times.busy, 50):.1f} ms"),
        Figure(f"{name}, p95", p95, "ms", f"processor {percentile(times.busy, 95):.1f} ms", None, target, ok),
    ]


def table(sections: Iterable[tuple[str, Sequence[Figure]]]) -> str:
    """All figures as one text, in columns; wide characters count twice."""
    rows = [(title, [figure.cells() for figure in figures]) for title, figures in sections]
    every = [HEADER, *(cells for _, group in rows for cells in group)]
    widths = [max(_width(cells[column]) for cells in every) for column in range(len(HEADER))]
    lines = [_line(HEADER, widths), "─" * (sum(widths) + 2 * len(widths))]
    for title, group in rows:
        lines += ["", title, *(_line(cells, widths) for cells in group)]
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def write_json(path: Path, facts: dict[str, object], sections: Iterable[tuple[str, Sequence[Figure]]]) -> None:
    """The same as the table, for a machine to compare runs by."""
    measured = {title: [asdict(figure) for figure in figures] for title, figures in sections}
    path.write_text(json.dumps(facts | {"sections": measured}, ensure_ascii=False, indent=1), encoding="utf-8")
