"""Writes rankings as JSONL, CSV or Excel; a file is put in place only when it is complete."""

import csv
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any

import click

from matcher.engine.types import Candidate, Evidence, Side
from models.reference import neutral

FORMATS = (".jsonl", ".csv", ".xlsx")
SHOWN_PAIRS = 3
#: a spreadsheet takes a cell that begins so for a formula

COLUMNS = (
    *("challenge", "challenge_title", "rank", "partner", "partner_name", "score", "fit"),
    *(f"{side}_{number}" for number in range(1, SHOWN_PAIRS + 1) for side in ("challenge_says", "partner_says")),
)


@dataclass(frozen=True)
class Answer:
    """The partners found for one challenge; `names` are theirs, in the same order."""

    challenge: str
    title: str
    candidates: Sequence[Candidate]
    names: Sequence[str]


def check_target(path: Path, *sources: Path) -> None:
    """Before any work: raises click.ClickException when the answers could not be written there."""
    if path.resolve() in [source.resolve() for source in sources]:
        raise click.ClickException(f"{path} is one of the files to read")
    if path.suffix.lower() not in FORMATS:
        raise click.ClickException(f"{path}: unknown kind of file; use {', '.join(FORMATS)}")
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK):
        raise click.ClickException(f"{path}: the folder does not exist or cannot be written to")


def write_answers(answers: Sequence[Answer], path: Path) -> None:
    """In the format of the path's ending."""
    with NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        fresh = Path(file.name)
    try:
        _WRITERS[path.suffix.lower()](answers, fresh)
        fresh.chmod(0o644)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def write_lines(answers: Sequence[Answer], file: IO[str]) -> None:
    for answer in answers:
        file.write(json.dumps(as_json(answer), ensure_ascii=False) + "\n")


def as_json(answer: Answer) -> dict[str, Any]:
    return {"challenge": answer.challenge, "partners": [_partner_json(candidate) for candidate in answer.candidates]}


def _partner_json(candidate: Candidate) -> dict[str, Any]:
    return {
        "id": candidate.owner,
        "rank": candidate.rank,
        "score": candidate.score,
        "fit": candidate.fit.value,
        "evidence": [_evidence_json(pair) for pair in candidate.evidence],
    }


def _evidence_json(pair: Evidence) -> dict[str, Any]:
    return {
        "challenge": _side_json(pair.asks),
        "partner": _side_json(pair.answers),
        "strength": pair.strength,
        "words": list(pair.words),
    }


def _side_json(side: Side) -> dict[str, Any]:
    part = {"part": side.part} | ({"number": int(side.part_id)} if side.part_id else {})
    return part | {"text": side.text, "start": side.span[0], "end": side.span[1], "marks": side.marks}


def _rows(answers: Sequence[Answer]) -> Iterator[list[str | int | float]]:
    for answer in answers:
        for candidate, name in zip(answer.candidates, answer.names, strict=True):
            said = [text for pair in candidate.evidence for text in (pair.asks.text, pair.answers.text)]
            said = (said + [""] * 2 * SHOWN_PAIRS)[: 2 * SHOWN_PAIRS]
            head = (answer.challenge, answer.title, candidate.rank, candidate.owner, name)
            cells = (*head, candidate.score, candidate.fit.value, *said)
            yield [neutral(cell) if isinstance(cell, str) else cell for cell in cells]


def _write_jsonl(answers: Sequence[Answer], path: Path) -> None:
    with path.open("w", encoding="utf-8") as file:
        write_lines(answers, file)


def _write_csv(answers: Sequence[Answer], path: Path) -> None:
    """UTF-8 with a mark and CRLF: what Excel opens without asking."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(_rows(answers))


def _write_excel(answers: Sequence[Answer], path: Path) -> None:
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("matches")
        sheet.freeze_panes(1, 0)
        for number, cells in enumerate([list(COLUMNS), *_rows(answers)]):
            sheet.write_row(number, 0, cells)


_WRITERS = {".jsonl": _write_jsonl, ".csv": _write_csv, ".xlsx": _write_excel}
