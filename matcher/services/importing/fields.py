"""What the cells of a line mean: each field with how it is read, and the words that stand for codes."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from models import reference
from models.enums import ImportOutcome

_APART = re.compile(r"[、,，;；\n]+")
_WESTERN = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_ERA = re.compile(r"(令和|平成|昭和|r|h|s)\.?(\d{1,2}|元)[年.](\d{1,2})[月.](\d{1,2})日?")
_ERAS = {"令和": 2018, "r": 2018, "平成": 1988, "h": 1988, "昭和": 1925, "s": 1925}


class Sort(StrEnum):
    """How a cell is read."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    PART_OF_DAY = "part_of_day"
    CHOICE = "choice"
    OPEN_CHOICE = "open_choice"
    CHOICES = "choices"
    REGIONS = "regions"
    TARGETS = "targets"
    LINES = "lines"


@dataclass(frozen=True)
class Column:
    """A field that a column can fill. `words` names the list of words that a choice is taken from."""

    name: str
    sort: Sort = Sort.TEXT
    words: str = ""
    required: bool = False


@dataclass(frozen=True)
class Vocabulary:
    """The words of both languages: field → how its column may be headed, list of words → folded word → code."""

    headers: Mapping[str, Collection[str]]
    values: Mapping[str, Mapping[str, str]]


@dataclass
class Line:
    """A line on its way in: what it says, what is wrong with it, and what becomes of it."""

    number: int
    given: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    outcome: ImportOutcome | None = None
    note: str = ""
    entity_id: int | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)

    def refuse(self, name: str, code: str) -> None:
        self.errors.append((name, code))


def fold(text: str) -> str:
    """A word as it is looked up: half-width, lower case, without blanks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def guess(header: Sequence[str], remembered: Mapping[str, str], vocabulary: Vocabulary) -> list[str]:
    """The field of each column: as remembered, else by its heading; no field twice, "" for the others."""
    known = {fold(word): name for name, words in vocabulary.headers.items() for word in words} | dict(remembered)
    found: list[str] = []
    for words in header:
        name = known.get(fold(words)[:200], "")
        found.append("" if name in found else name)
    return found


def understand(
    number: int,
    cells: Sequence[str],
    mapping: Sequence[str],
    columns: Mapping[str, Column],
    vocabulary: Vocabulary,
    *,
    check: Callable[[dict[str, Any]], Mapping[str, str]],
) -> Line:
    """A line with the values of its cells; an empty cell says nothing."""
    line = Line(number)
    for name, cell in zip(mapping, cells, strict=False):
        if not name or not cell.strip():
            continue
        if cell.startswith("="):
            line.refuse(name, "formula")
            continue
        text = reference.clean(reference.plain(cell))
        try:
            value = _READERS[columns[name].sort](text, vocabulary.values.get(columns[name].words, {}))
        except ValueError as error:
            line.refuse(name, str(error))
            continue
        if value not in ("", []):
            line.given[name] = value
    refused = {name for name, _ in line.errors}
    line.errors += [(name, code) for name, code in check(line.given).items() if name not in refused]
    return line


def _number(text: str, _words: Mapping[str, str]) -> int:
    digits = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    if not re.fullmatch(r"\d{1,9}", digits):
        raise ValueError("whole_number")
    return int(digits)


def _day(text: str, _words: Mapping[str, str]) -> str:
    """A day in ISO form, out of western or Japanese years."""
    plain = fold(text)
    western, era = _WESTERN.fullmatch(plain), _ERA.fullmatch(plain)
    try:
        if western:
            return date(*map(int, western.groups())).isoformat()
        if era:
            year = 1 if era[2] == "元" else int(era[2])
            return date(_ERAS[era[1]] + year, int(era[3]), int(era[4])).isoformat()
    except ValueError:
        pass
    raise ValueError("day")


def _part_of_day(text: str, words: Mapping[str, str]) -> str:
    """A day, a month or a year."""
    plain = fold(text)
    month = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})月?", plain)
    if month and 1 <= int(month[2]) <= 12:
        return f"{month[1]}-{int(month[2]):02d}"
    year = re.fullmatch(r"(\d{4})年?", plain)
    return year[1] if year else _day(text, words)


def _choice(text: str, words: Mapping[str, str]) -> str:
    if fold(text) not in words:
        raise ValueError("unknown_choice")
    return words[fold(text)]


def _open_choice(text: str, words: Mapping[str, str]) -> str:
    return words.get(fold(text), text)


def _choices(text: str, words: Mapping[str, str]) -> list[str]:
    """One on each line, or with commas between them; some have a comma in them."""
    found: list[str] = []
    for line in text.split("\n"):
        whole = words.get(fold(line))
        found += [whole] if whole else [_choice(part, words) for part in _parts(line)]
    return list(dict.fromkeys(found))


def _regions(text: str, words: Mapping[str, str]) -> list[str]:
    """Names or codes; a code that Excel took for a number has its leading zero again."""
    return list(dict.fromkeys(_region(part, words) for part in _parts(text)))


def _region(part: str, words: Mapping[str, str]) -> str:
    folded = fold(part)
    if folded.isdecimal():
        return folded.zfill(2 if len(folded) < 3 else 6)
    return _choice(part, words)


def _targets(text: str, _words: Mapping[str, str]) -> list[str]:
    codes = [fold(part).removeprefix("sdgs").removeprefix("sdg") for part in _parts(text)]
    if not all(map(reference.is_target, codes)):
        raise ValueError("target")
    return list(dict.fromkeys(codes))


def _lines(text: str, _words: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in text.split("\n") if part.strip()))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _APART.split(text) if part.strip()]


_READERS: dict[Sort, Callable[[str, Mapping[str, str]], Any]] = {
    Sort.TEXT: lambda text, _words: text,
    Sort.NUMBER: _number,
    Sort.DAY: _day,
    Sort.PART_OF_DAY: _part_of_day,
    Sort.CHOICE: _choice,
    Sort.OPEN_CHOICE: _open_choice,
    Sort.CHOICES: _choices,
    Sort.REGIONS: _regions,
    Sort.TARGETS: _targets,
    Sort.LINES: _lines,
}
