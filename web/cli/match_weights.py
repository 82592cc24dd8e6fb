"""Reads weights that somebody wants to try from a JSON file."""

import json
from dataclasses import fields
from pathlib import Path

import click

from matcher.engine.score import DEFAULT, Weights


def read_weights(path: Path | None) -> Weights:
    """The engine's own weights, with those that the JSON file names replaced: {"words": 2.5, …}."""
    if path is None:
        return DEFAULT
    try:
        values = json.loads(path.read_text("utf-8"))
    except (ValueError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path}: is not valid JSON ({error})") from error
    names = [field.name for field in fields(Weights)]
    if not isinstance(values, dict) or not all(_number(value) for value in values.values()):
        raise click.ClickException(f'{path}: must be an object of numbers like {{"words": 2.5}}')
    if unknown := sorted(set(values) - set(names)):
        raise click.ClickException(f"{path}: unknown weights {', '.join(unknown)}; known are {', '.join(names)}")
    return Weights(**{**DEFAULT.as_dict(), **{name: float(value) for name, value in values.items()}})


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e6
