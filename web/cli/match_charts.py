"""Draws figures with their intervals as SVG on the server: a title, a description, and no colour that alone tells."""

from collections.abc import Sequence
from math import ceil, floor
from typing import NamedTuple

from markupsafe import Markup, escape

from matcher.engine.evaluate import Estimate

ROW, TOP, BOTTOM, RIGHT, WIDTH = 30, 14, 34, 90, 760
LEAST_LEFT, WIDE, NARROW = 120, 14.5, 8.5  # room for labels: at least, a Japanese and a Latin letter of 14 px
INK, LINE, GRID, OURS, OTHER = "#1a1a1c", "#595959", "#d8d8db", "#0017c1", "#595959"
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25, 0.5, 1.0)
MOST_TICKS = 6


class Mark(NamedTuple):
    """One row of a chart; `strong` marks what the chart is about."""

    label: str
    value: Estimate
    strong: bool = False


class Axis(NamedTuple):
    """From the lowest to the highest value, with a line at each step; labels stand left of `left`."""

    low: float
    high: float
    step: float
    left: float

    @classmethod
    def of(cls, marks: Sequence[Mark]) -> "Axis":
        """Holds every interval, and 0."""
        values = [mark.value for mark in marks]
        left = max(LEAST_LEFT, *(_width(mark.label) + 24 for mark in marks))
        low = min(0.0, *(value.low for value in values))
        high = max(0.0, *(value.high for value in values))
        step = next((step for step in STEPS if (high - low) / step <= MOST_TICKS), 2.0)
        return cls(floor(low / step) * step, max(ceil(high / step), 1) * step, step, left)

    def x(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return self.left + (inside - self.low) / (self.high - self.low) * (WIDTH - self.left - RIGHT)

    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [round(self.low + number * self.step, 4) for number in range(count + 1)]


def intervals(name: str, title: str, description: str, marks: Sequence[Mark], signed: bool = False) -> Markup:
    """A dot with its interval for each mark, on one axis; `name` is unique on the page.

    `signed` writes + and - before differences. The numbers stand in the chart, so it can be read without its table.
    """
    axis = Axis.of(marks)
    height = TOP + ROW * len(marks) + BOTTOM
    pieces = [_tick(axis, tick, height, signed) for tick in axis.ticks()]
    pieces += [_row(axis, mark, TOP + ROW * (number + 0.5), signed) for number, mark in enumerate(marks)]
    return Markup(
        '<svg role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-labelledby="{n}-title {n}-desc">'
        '<title id="{n}-title">{title}</title><desc id="{n}-desc">{desc}</desc>{pieces}</svg>'
    ).format(w=WIDTH, h=height, n=name, title=title, desc=description, pieces=Markup("").join(pieces))


def _width(text: str) -> float:
    return sum(WIDE if letter > "\u2e7f" else NARROW for letter in text)


def _tick(axis: Axis, tick: float, height: int, signed: bool) -> Markup:
    x, bottom = axis.x(tick), height - BOTTOM
    return Markup(
        '<line x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}" stroke="{colour}" stroke-width="{width}"/>'
        '<text x="{x:.1f}" y="{below}" text-anchor="middle" font-size="13" fill="{ink}">{label}</text>'
    ).format(
        x=x,
        top=TOP,
        bottom=bottom,
        colour=LINE if tick == 0 else GRID,
        width=2 if tick == 0 else 1,
        below=bottom + 20,
        ink=INK,
        label=f"{tick:+g}" if signed and tick else f"{tick:g}",
    )


def _row(axis: Axis, mark: Mark, y: float, signed: bool) -> Markup:
    value, colour = mark.value, OURS if mark.strong else OTHER
    return Markup(
        '<text x="{left}" y="{text_y:.1f}" text-anchor="end" font-size="14" font-weight="{weight}" fill="{ink}">{label}'
        "</text>"
        '<line x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}" stroke-width="3"/>'
        '<circle cx="{mean:.1f}" cy="{y:.1f}" r="6" fill="{colour}"/>'
        '<text x="{right}" y="{text_y:.1f}" font-size="14" font-weight="{weight}" fill="{ink}">{number}</text>'
    ).format(
        left=axis.left - 12,
        right=WIDTH - RIGHT + 14,
        text_y=y + 5,
        y=y,
        weight=700 if mark.strong else 400,
        ink=INK,
        label=escape(mark.label),
        low=axis.x(value.low),
        high=axis.x(value.high),
        mean=axis.x(value.mean),
        colour=colour,
        number=f"{value.mean:+.3f}" if signed else f"{value.mean:.3f}",
    )
