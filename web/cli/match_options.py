"""What the ``match`` commands are given: files of partners, challenges and pairs, each bad row reported once."""

from pathlib import Path

import click

from web.cli import match_read, match_records
from web.cli.match_read import Table
from web.cli.match_records import Record

SHOWN = 50  # sentences on bad rows
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
TARGET = click.Path(dir_okay=False, path_type=Path)


def read_both(partners_file: Path, challenges_file: Path) -> tuple[list[Record], list[Record], int]:
    """The good rows of both files and how many were bad; each bad one is reported."""
    offered = match_read.read_table(partners_file, ("id", "name", "profile"))
    asked = match_read.read_table(challenges_file, ("id", "title", "description"))
    partners, challenges = match_records.partners(offered), match_records.challenges(asked)
    report([*offered.problems, *asked.problems], "skipped")
    report([*offered.remarks, *asked.remarks], "note")
    for table, records in ((offered, partners), (asked, challenges)):
        if not records:
            raise click.ClickException(f"{table.path}: no usable row")
    return partners, challenges, len(offered.problems) + len(asked.problems)


def report(sentences: list[str], kind: str) -> None:
    """At most SHOWN of them, on stderr."""
    for sentence in sentences[:SHOWN]:
        click.echo(f"{kind}: {sentence}", err=True)
    if len(sentences) > SHOWN:
        click.echo(f"{kind}: {len(sentences) - SHOWN:,} more", err=True)


def given(path: Path | None, data: Path, name: str) -> Path:
    """The file that was named, else the folder's own; raises click.ClickException when there is none."""
    found = path or data / f"{name}.jsonl"
    if not found.is_file():
        raise click.ClickException(f"{found} does not exist")
    return found


def known_pairs(table: Table, partners: list[Record], challenges: list[Record]) -> dict[str, set[str]]:
    """For each challenge that has any, the partners that are known to be right."""
    offered = {record.document.owner for record in partners}
    asked = {record.document.owner for record in challenges}
    relevant: dict[str, set[str]] = {}
    for row in table.rows:
        challenge = str(row.values.get("challenge", ""))
        partner = str(row.values.get("organization") or row.values.get("partner") or "")
        if challenge in asked and partner in offered:
            relevant.setdefault(challenge, set()).add(partner)
        else:
            table.refuse(row.number, f"unknown challenge {challenge!r} or organization {partner!r}")
    report(table.problems, "skipped")
    if not relevant:
        raise click.ClickException(f"{table.path}: no usable pair")
    return relevant


def translations(data: Path) -> dict[str, list[Record]]:
    """The folder's challenges_<language>.jsonl, by language."""
    found = {}
    for path in sorted(data.glob("challenges_*.jsonl")):
        table = match_read.read_table(path)
        found[path.stem.removeprefix("challenges_")] = match_records.challenges(table)
        report(table.problems, "skipped")
    return found
