"""``match``: matching two files without a database, and measuring how good the matches are."""

import time
from pathlib import Path

import click

from web.cli import match_evaluate, match_tags, match_write
from web.cli.match_options import FILE, TARGET, read_both
from web.cli.match_records import Record
from web.cli.match_replay import replay


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
    partners, challenges, skipped = read_both(partners_file, challenges_file)
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


commands.add_command(match_evaluate.evaluate)
commands.add_command(match_tags.evaluate_tags)
