"""Indicators of a municipality's plan, with the printed figures; the sheet that calculates with them comes later."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, choice, foreign
from models.enums import Pillar


class Indicator(Row, table=True):
    """A KPI row as printed: baseline, yearly actuals, target, the printed rate and the method that explains it."""

    municipality_id: int = foreign("municipality.id")
    key: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=300)
    unit: str = Field(default="", max_length=40)
    direction: str = Field(max_length=20)
    pillar: Pillar = Field(sa_type=choice(Pillar))
    baseline: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    actuals: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    target: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    rate: str = Field(default="", max_length=20)
    method: str = Field(default="", max_length=40)
    repeats_key: str | None = Field(default=None, max_length=40)
    targets: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
