"""``match evaluate-tags``: how good suggested SDG targets are, on challenges whose targets a city has printed."""

import json
from pathlib import Path

import click

from web.cli.match_options import FOLDER


@click.command("evaluate-tags")
@click.option("--data", type=FOLDER, help="also measure goals on challenges.jsonl (sdgs) and its translations in here")
@click.option("--json", "as_json", is_flag=True, help="print the figures as JSON")
def evaluate_tags(data: Path | None, as_json: bool) -> None:
    """How well SDG targets are suggested, next to looking for keywords in the same run.

    Judged on the shipped challenges whose targets are printed in the cities' own documents; confidence and thresholds
    come from the other ones.
    """
    from web.cli import match_tagging, match_work

    with match_work.progress() as bars:
        encoder = match_work.open_encoder(bars.console.print)
        report = match_tagging.measure_tags(encoder, bars, data)
    click.echo(json.dumps(match_tagging.as_json(report), indent=2) if as_json else match_tagging.as_text(report))
