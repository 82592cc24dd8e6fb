"""Registration, certification and other schemes, as far as they are shown; running them has its own rules."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, choice, foreign
from models.enums import SchemeStatus


class Scheme(Row, table=True):
    """A scheme as its municipality describes it; the national platform belongs to none."""

    municipality_id: int | None = foreign("municipality.id", default=None)
    key: str = Field(max_length=40, unique=True)
    name: str = Field(max_length=200)
    kind: str = Field(max_length=40)
    status: SchemeStatus = Field(sa_type=choice(SchemeStatus))
    operator: str = Field(default="", max_length=200)
    rules: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    stages: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    counts: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
