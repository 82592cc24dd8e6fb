"""``match``: matching two files without a database, and measuring how good the matches are."""

import json
import time
from pathlib import Path

import click

from web.cli import match_read, match_records, match_write
from web.cli.match_read import Table
from web.cli.match_records import Record
from web.cli.match_replay import replay

SHOWN = 50  # sentences on bad rows
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
TARGET = click.Path(dir_okay=False, path_type=Path)


@click.group("match")
def commands() -> None:
    """Match partners with challenges from files; measure the quality of matches."""


commands.add_command(replay)


@commands.command("files")
@click.option("--partners", "partners_file", type=FILE, required=True, help="id, name, profile [offerings, kind …]")
@click.option("--challenges", "challenges_file", type=FILE, required=True, help="id, title, description [municipality]")
@click.option("--top", type=click.IntRange(1, 1_000), default=20, show_default=True, help="partners a challenge")
@click.option("--out", type=TARGET, help=".jsonl, .csv or .xlsx; without it JSONL goes to standard output")
def files(partners_file: Path, challenges_file: Path, top: int, out: Path | None) -> None:
    """For each challenge of one file the partners of another that fit it, with evidence.

    Both files may be JSONL, CSV (UTF-8 or CP932) or Excel. A bad row is reported and left out.
    """
    started = time.monotonic()
    if out is not None:
        match_write.check_target(out, partners_file, challenges_file)
    partners, challenges, skipped = _read(partners_file, challenges_file)
    answers = _answers(partners, challenges, top)
    if out is None:
        with click.open_file("-", "w", encoding="utf-8") as standard_output:
            match_write.write_lines(answers, standard_output)
    else:
        match_write.write_answers(answers, out)
    took = time.monotonic() - started
    click.echo(
        f"{len(challenges):,} challenges matched with {len(partners):,} partners in {took:.0f} s; "
        f"rows skipped: {skipped:,}.",
        err=True,
    )


@commands.command("evaluate")
@click.option("--data", type=FOLDER, required=True, help="folder with the three files")
@click.option("--partners", type=FILE, help="[default: organizations.jsonl in --data]")
@click.option("--challenges", type=FILE, help="[default: challenges.jsonl in --data]")
@click.option("--pairs", type=FILE, help="challenge, organization [default: pairs.jsonl in --data]")
@click.option("--json", "as_json", is_flag=True, help="print the figures as JSON")
def evaluate(data: Path, partners: Path | None, challenges: Path | None, pairs: Path | None, as_json: bool) -> None:
    """How well the engine finds the partners that cities in fact chose, next to three baselines in the same run."""
    offered, asked, _ = _read(_given(partners, data, "organizations"), _given(challenges, data, "challenges"))
    relevant = _relevant(match_read.read_table(_given(pairs, data, "pairs")), offered, asked)
    from web.cli import match_measure, match_work

    with match_work.progress() as bars:
        encoder = match_work.open_encoder(bars.console.print)
        report = match_measure.measure_systems(encoder, bars, offered, asked, relevant)
    click.echo(json.dumps(match_measure.as_json(report), indent=2) if as_json else match_measure.as_text(report))


def _answers(partners: list[Record], challenges: list[Record], top: int) -> list[match_write.Answer]:
    from matcher.engine.types import Role
    from web.cli import match_work

    names = {record.document.owner: record.name for record in partners}
    with match_work.progress() as bars:
        desk = match_work.Desk(match_work.open_encoder(bars.console.print), [r.document for r in partners], bars)
        asking = desk.encoded([record.document for record in challenges], Role.NEED, "reading challenges")
        rankings = desk.rank(asking, top)
    return [
        match_write.Answer(
            record.document.owner, record.name, ranking.candidates, [names[c.owner] for c in ranking.candidates]
        )
        for record, ranking in zip(challenges, rankings, strict=True)
    ]


def _read(partners_file: Path, challenges_file: Path) -> tuple[list[Record], list[Record], int]:
    """The good rows of both files and how many were bad; each bad one is reported."""
    offered = match_read.read_table(partners_file, ("id", "name", "profile"))
    asked = match_read.read_table(challenges_file, ("id", "title", "description"))
    partners, challenges = match_records.partners(offered), match_records.challenges(asked)
    _report([*offered.problems, *asked.problems], "skipped")
    _report([*offered.remarks, *asked.remarks], "note")
    for table, records in ((offered, partners), (asked, challenges)):
        if not records:
            raise click.ClickException(f"{table.path}: no usable row")
    return partners, challenges, len(offered.problems) + len(asked.problems)


def _report(sentences: list[str], kind: str) -> None:
    for sentence in sentences[:SHOWN]:
        click.echo(f"{kind}: {sentence}", err=True)
    if len(sentences) > SHOWN:
        click.echo(f"{kind}: {len(sentences) - SHOWN:,} more", err=True)


def _given(path: Path | None, data: Path, name: str) -> Path:
    found = path or data / f"{name}.jsonl"
    if not found.is_file():
        raise click.ClickException(f"{found} does not exist")
    return found


def _relevant(table: Table, partners: list[Record], challenges: list[Record]) -> dict[str, set[str]]:
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
    _report(table.problems, "skipped")
    if not relevant:
        raise click.ClickException(f"{table.path}: no usable pair")
    return relevant
