"""``match evaluate``: how good the matches are, on files with known pairs or on the installation's own decisions."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
from flask.cli import with_appcontext

from web.cli import match_read
from web.cli.match_options import FILE, FOLDER, TARGET, given, known_pairs, read_both, translations


@click.command("evaluate")
@click.option("--data", type=FOLDER, help="folder with the three files")
@click.option("--partners", type=FILE, help="[default: organizations.jsonl in --data]")
@click.option("--challenges", type=FILE, help="[default: challenges.jsonl in --data]")
@click.option("--pairs", type=FILE, help="challenge, organization [default: pairs.jsonl in --data]")
@click.option("--weights", type=FILE, help="JSON with weights to measure instead of the engine's own")
@click.option("--against", type=FILE, help="JSON with weights to compare with (paired)")
@click.option("--ablate", is_flag=True, help="switch each part off in turn")
@click.option("--languages", is_flag=True, help="measure challenges_<language>.jsonl in --data too")
@click.option("--history", is_flag=True, help="measure on the decisions stored in this installation instead")
@click.option("--municipality", help="with --history: only the office with this code")
@click.option("--html", type=TARGET, help="write a report with charts, in Japanese and English")
@click.option("--json", "as_json", is_flag=True, help="print the figures as JSON")
def evaluate(
    data: Path | None, html: Path | None, history: bool, municipality: str | None, as_json: bool, **options: Any
) -> None:
    """How well the engine finds the partners that cities in fact chose, next to three baselines in the same run."""
    if history:
        _refuse_with_history(data, html, options)
        return _history(options["weights"], options["against"], municipality, as_json)
    if data is None:
        raise click.UsageError("--data is needed, or --history")
    if municipality is not None:
        raise click.UsageError("--municipality goes with --history")
    if html is not None and not html.absolute().parent.is_dir():
        raise click.ClickException(f"{html}: the folder does not exist")
    return _files(data, html, as_json, **options)


def _files(
    data: Path,
    html: Path | None,
    as_json: bool,
    *,
    partners: Path | None,
    challenges: Path | None,
    pairs: Path | None,
    weights: Path | None,
    against: Path | None,
    ablate: bool,
    languages: bool,
) -> None:
    from web.cli import match_ablate, match_measure, match_report, match_text, match_work
    from web.cli.match_weights import read_weights

    chosen, other = read_weights(weights), read_weights(against)
    offered, asked, _ = read_both(given(partners, data, "organizations"), given(challenges, data, "challenges"))
    relevant = known_pairs(match_read.read_table(given(pairs, data, "pairs")), offered, asked)
    translated = translations(data) if languages else {}
    with match_work.progress() as bars:
        ours = match_work.open_encoder(bars.console.print)
        plain = match_work.open_plain_encoder(ours, bars.console.print)
        study = match_measure.Study(ours, bars, offered, asked, relevant, plain=plain, weights=chosen)
        report = match_measure.report_of(study)
        if against is not None:
            report = match_measure.compared(study, report, other)
        if ablate:
            report = match_ablate.ablate(study, report)
        measured = {name: match_measure.measure_language(study, records) for name, records in translated.items()}
        report = replace(report, languages={name: found for name, found in measured.items() if found is not None})
    if html is not None:
        html.write_text(match_report.as_html(report), encoding="utf-8")
    figures = match_measure.as_json(report)
    click.echo(json.dumps(figures, indent=2) if as_json else match_text.as_text(report))


def _refuse_with_history(data: Path | None, html: Path | None, options: dict[str, Any]) -> None:
    files = {"--data": data, "--html": html} | {
        f"--{name}": options[name] for name in ("partners", "challenges", "pairs")
    }
    switches = {f"--{name}": options[name] for name in ("ablate", "languages")}
    if given_too := [name for name, value in (files | switches).items() if value]:
        raise click.UsageError(f"--history does not go with {', '.join(given_too)}")


@with_appcontext
def _history(weights: Path | None, against: Path | None, municipality: str | None, as_json: bool) -> None:
    """From the database and the newest index of this installation."""
    from flask import current_app

    from matcher.services import corpora
    from models.session import open_session
    from web.cli import match_history
    from web.cli.match_weights import read_weights

    library = corpora.open_latest(current_app.extensions["settings"].data_dir)
    if library is None:
        raise click.ClickException("there is no index yet: run `flask --app wsgi index rebuild`")
    other = read_weights(against) if against else None
    with open_session(current_app.extensions["engine"], write=False) as session:
        try:
            found = match_history.measure_history(session, library, read_weights(weights), other, municipality)
        except match_history.TooFew as error:
            raise click.ClickException(f"not enough history yet: {error}") from error
    figures = match_history.as_json(found)
    click.echo(json.dumps(figures, indent=2) if as_json else match_history.as_text(found))
