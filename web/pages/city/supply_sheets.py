"""Supply and demand as Excel files: the heat map by target, the challenges without a candidate, the silent partners."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from flask import Response
from flask_babel import gettext as _

from matcher.services.challenge_data import today
from matcher.services.supply import Line
from models import reference
from models.queries.silent import SilentRow
from models.queries.supply import Unserved
from web.labels import fit_label, goal_name, industry, label, target_name
from web.sheets import answer


def targets(lines: Iterable[Line]) -> Response:
    """Every target on a line, with the figures of this municipality and of all."""
    header = (
        *(_("Goal"), _("Name of the goal"), _("Target"), _("Name of the target"), _("Open challenges")),
        *(_("With a candidate"), _("Without a candidate"), _("Not looked for yet")),
        *(_("Partners registered with us"), _("Surplus or shortage with us")),
        *(_("Open challenges of all municipalities"), _("Partners registered anywhere")),
        _("Surplus or shortage of all municipalities"),
    )
    return answer(_("Supply and demand by SDG target"), header, map(_target, lines))


def _target(line: Line) -> tuple[Any, ...]:
    goal, demand, supply = reference.goal_of(line.key), line.demand, line.supply
    return (
        *(goal, goal_name(goal), line.key, target_name(line.key), demand.ours),
        *(demand.served, line.unserved, demand.unasked),
        *(supply.here, line.balance(), demand.everywhere, supply.everywhere, line.balance(everywhere=True)),
    )


def unserved(rows: Iterable[Unserved], offered: Collection[str], on: date) -> Response:
    """The open challenges without a candidate, one per line."""
    header = (
        *(_("Number"), _("Title"), _("Department"), _("Published on"), _("Days since"), _("Last looked for")),
        *(_("Best fit so far"), _("Partners approached all the same"), _("What is needed"), _("SDG targets")),
        _("Targets that no partner of ours names"),
    )
    name = _("Challenges without a candidate")
    return answer(name, header, (_unserved(row, offered, on) for row in rows))


def _unserved(row: Unserved, offered: Collection[str], on: date) -> tuple[Any, ...]:
    return (
        *(row.challenge_id, row.title, row.department, row.published_at),
        (on - today(row.published_at)).days if row.published_at else None,
        *(row.asked_at, fit_label(row.best) if row.asked_at else None, row.approached, "\n".join(row.needs)),
        *(_named(row.targets), _named(code for code in row.targets if code not in offered)),
    )


def _named(codes: Iterable[str]) -> str:
    return "\n".join(f"{code} {target_name(code)}" for code in codes)


def silent(rows: Iterable[SilentRow]) -> Response:
    """The partners that nobody has called, one per line."""
    header = (
        *(_("Name"), _("Kind of organisation"), _("Industry"), _("Prefecture"), _("Registered since")),
        *(_("Entered on Musubi on"), _("Account"), _("Offerings"), _("SDG goals"), _("Best-fitting open challenge")),
        _("Fit"),
    )
    return answer(_("Partners not called yet"), header, map(_silent, rows))


def _silent(row: SilentRow) -> tuple[Any, ...]:
    return (
        *(row.name, label(row.kind), industry(row.industry), row.prefecture, row.since, row.entered_at),
        *(_("yes") if row.has_account else _("no"), "\n".join(row.offerings)),
        "\n".join(f"{goal} {goal_name(goal)}" for goal in row.goals),
        *((row.best.title, fit_label(row.best.fit)) if row.best else (None, None)),
    )
