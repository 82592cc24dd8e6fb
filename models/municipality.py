"""The tenants: municipalities and their departments."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, Versioned, foreign


class Municipality(Versioned, table=True):
    """A municipality by its six-digit 全国地方公共団体コード."""

    code: str = Field(max_length=6, unique=True)
    name: str = Field(max_length=50)
    name_kana: str = Field(default="", max_length=100)
    name_en: str = Field(default="", max_length=100)
    kind: str = Field(default="市", max_length=20)
    prefecture: str = Field(max_length=10)
    prefecture_en: str = Field(default="", max_length=30)
    population: int | None = None
    slogan: str = Field(default="", max_length=300)
    sdgs_status: str = Field(default="", max_length=500)
    project_title: str = Field(default="", max_length=200)
    facts: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    provenance: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    contact_email: str = Field(default="", max_length=254)


class Department(Row, table=True):
    """所管課."""

    __table_args__ = (sa.UniqueConstraint("municipality_id", "name"),)
    municipality_id: int = foreign("municipality.id")
    name: str = Field(max_length=100)
