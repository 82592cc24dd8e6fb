"""The heat map as a table, and the sentence above it: which figures stand in a row, how warm, and what they lead to."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from matcher.services.supply import Line, Overview

LEVELS = 4
MOST_NAMED = 5


@dataclass(frozen=True)
class Column:
    """A figure of every row: `tone` names its colours; `of` reads it; `link` gives where the figure of a goal leads."""

    name: str
    words: str
    tone: str
    of: Callable[[Line], int]
    link: Callable[[str], str] | None = None

    def warmth(self, line: Line) -> int:
        """What the colour shows: the figure, or for a balance how much is missing."""
        return max(0, -self.of(line)) if self.tone == "balance" else self.of(line)


@dataclass(frozen=True)
class Cell:
    """One figure; `level` 0 to 4 is its colour beside the others of its column and kind."""

    column: Column
    value: int
    level: int
    url: str | None


@dataclass(frozen=True)
class Row:
    """A goal, a target of the chosen goal, what names no target, or everything counted once."""

    kind: str
    key: str
    cells: list[Cell]


@dataclass(frozen=True)
class HeatMap:
    """The table: its columns, the goals with the targets of the chosen one below it, and the two last rows."""

    columns: list[Column]
    rows: list[Row]
    foot: list[Row]

    @classmethod
    def of(cls, overview: Overview, goal: int | None, code: str, *, everywhere: bool) -> "HeatMap":
        """Colours compare goals with goals, targets with targets; `code` is our own, for the lists behind figures."""
        columns = _everywhere(code) if everywhere else _ours(code)
        rows: list[Row] = []
        targets = _rows("target", overview.targets, columns)
        for row in _rows("goal", overview.goals, columns):
            rows += [row, *(targets if row.key == str(goal) else [])]
        foot = [*_rows("unnamed", [overview.unnamed], columns), *_rows("total", [overview.total], columns)]
        return cls(columns, rows, foot)


def _rows(kind: str, lines: list[Line], columns: list[Column]) -> list[Row]:
    most = {column.name: max((column.warmth(line) for line in lines), default=0) for column in columns}
    coloured = kind in ("goal", "target")
    return [
        Row(kind, line.key, [_cell(kind, line, column, most[column.name] if coloured else 0) for column in columns])
        for line in lines
    ]


def _cell(kind: str, line: Line, column: Column, most: int) -> Cell:
    value = column.of(line)
    leads = column.link if kind == "goal" and value else None
    return Cell(column, value, level(column.warmth(line), most), leads(line.key) if leads else None)


def level(value: int, most: int) -> int:
    """0 for nothing, else 1 to 4, 4 for the upper quarter up to `most`."""
    return -(-value * LEVELS // most) if value and most else 0


def _ours(here: str) -> list[Column]:
    return [
        Column("ours", _("Open challenges"), "demand", lambda line: line.demand.ours, _challenges(here)),
        Column("served", _("With a candidate"), "supply", lambda line: line.demand.served),
        Column("unserved", _("Without a candidate"), "gap", lambda line: line.unserved, _unserved()),
        Column("unasked", _("Not looked for yet"), "gap", lambda line: line.demand.unasked, _unserved("unasked")),
        Column("here", _("Partners registered with us"), "supply", lambda line: line.supply.here, _partners(here)),
        Column("all", _("Partners registered anywhere"), "supply", lambda line: line.supply.everywhere, _partners()),
        Column("balance", _("Surplus or shortage with us"), "balance", Line.balance),
    ]


def _everywhere(here: str) -> list[Column]:
    demand = _("Open challenges of all municipalities")
    return [
        Column("everywhere", demand, "demand", lambda line: line.demand.everywhere, _challenges()),
        Column("ours", _("Of these ours"), "demand", lambda line: line.demand.ours, _challenges(here)),
        Column("all", _("Partners registered anywhere"), "supply", lambda line: line.supply.everywhere, _partners()),
        Column("here", _("Of these registered with us"), "supply", lambda line: line.supply.here, _partners(here)),
        Column("balance", _("Surplus or shortage"), "balance", lambda line: line.balance(everywhere=True)),
    ]


def _challenges(municipality: str | None = None) -> Callable[[str], str]:
    shown: dict[str, Any] = {"status": ["published", "in_dialogue"], "municipality": municipality}
    return lambda goal: url_for("challenges.index", goal=goal, **shown)


def _partners(municipality: str | None = None) -> Callable[[str], str]:
    return lambda goal: url_for("partners.index", goal=goal, municipality=municipality)


def _unserved(state: str | None = None) -> Callable[[str], str]:
    return lambda goal: url_for("city.unserved", goal=goal, state=state)


def summary(overview: Overview) -> list[str]:
    """What a section chief is told: candidates, shortages, and who has not been called, in whole sentences."""
    total = overview.total
    said = [_candidates(total)]
    if total.demand.unasked:
        number = total.demand.unasked
        text = ngettext(
            "For %(num)s nobody has looked for partners yet.", "For %(num)s nobody has looked for partners yet.", number
        )
        said.append(text)
    said += _shortage([line.key for line in overview.short])
    if total.supply.here:
        text = _(
            "%(silent)s of %(all)s registered partners have not been called yet.",
            silent=format_decimal(overview.silent),
            all=format_decimal(total.supply.here),
        )
        said.append(text)
    return said


def _candidates(total: Line) -> str:
    if not total.demand.ours:
        return _("None of our challenges is open.")
    served, number = format_decimal(total.demand.served), total.demand.ours
    return ngettext(
        "Of %(num)s open challenge, %(served)s has a candidate.",
        "Of %(num)s open challenges, %(served)s have a candidate.",
        number,
        served=served,
    )


def _shortage(keys: list[str]) -> list[str]:
    """The goals that lack most, by number."""
    if not keys:
        return []
    named, more = _(", ").join(keys[:MOST_NAMED]), len(keys) - MOST_NAMED
    if more <= 0:
        return [
            ngettext(
                "Goal %(goals)s is short of partners.", "Goals %(goals)s are short of partners.", len(keys), goals=named
            )
        ]
    return [
        ngettext(
            "Goals %(goals)s and %(num)s other are short of partners.",
            "Goals %(goals)s and %(num)s others are short of partners.",
            more,
            goals=named,
        )
    ]
