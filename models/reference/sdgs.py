"""The 17 goals and 169 targets; codes are text everywhere, because 8.10 is not 8.1. Labels are our own summaries."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).with_name("sdg_targets.jsonl")


@dataclass(frozen=True)
class Goal:
    """A goal with its official short names and colour (#RRGGBB)."""

    number: int
    name_ja: str
    name_en: str
    color: str


@dataclass(frozen=True)
class Target:
    """A target with a short label and the words by which a municipal text betrays it."""

    code: str
    goal: int
    label_ja: str
    label_en: str
    keywords_ja: tuple[str, ...]


@cache
def goals() -> tuple[Goal, ...]:
    """All goals by number."""
    return tuple(Goal(r["goal"], r["name_ja"], r["name_en"], r["color"]) for r in _rows() if r["type"] == "goal")


@cache
def targets() -> tuple[Target, ...]:
    """All targets in the order of the 2030 Agenda."""
    return tuple(
        Target(r["code"], r["goal"], r["label_ja"], r["label_en"], tuple(r["keywords_ja"]))
        for r in _rows()
        if r["type"] == "target"
    )


@cache
def _by_code() -> dict[str, Target]:
    return {target.code: target for target in targets()}


def target(code: str) -> Target:
    """The target with this code; KeyError when there is none."""
    return _by_code()[code]


def is_target(code: str) -> bool:
    return code in _by_code()


def goal_of(code: str) -> int:
    """The goal that a target code such as "8.10" belongs to; KeyError when there is no such target."""
    return _by_code()[code].goal


@cache
def _places() -> dict[str, int]:
    return {target.code: place for place, target in enumerate(targets())}


def target_place(code: str) -> int:
    """Where a target stands in the 2030 Agenda, in which 8.2 comes before 8.10 and 8.a; unknown ones come last."""
    return _places().get(code, len(_places()))


@cache
def _rows() -> tuple[dict[str, Any], ...]:
    return tuple(json.loads(line) for line in _FILE.read_text(encoding="utf-8").splitlines())
