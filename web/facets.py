"""The filters that several lists share."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from flask_babel import gettext as _

from models import reference
from models.queries import site as queries
from web.db import db
from web.labels import goal_name, label, municipality_name
from web.listing import Facet


def municipality(words: str | None = None) -> Facet:
    """Every municipality by its code; one query."""
    towns = {row.code: municipality_name(row) for row in queries.municipalities(db())}
    return Facet("municipality", words or _("Municipality"), towns, single=True)


def goal() -> Facet:
    """The 17 goals."""
    goals = {str(g.number): f"{g.number} {goal_name(g.number)}" for g in reference.goals()}
    return Facet("goal", _("SDG goal"), goals, single=True)


def of(name: str, words: Any, members: Iterable[Enum], *, single: bool = False) -> Facet:
    """The members of an enum, in their order."""
    return Facet(name, words, {member.value: label(member) for member in members}, single)
