"""What the search index has still to learn, and the passages with their vectors, which are the truth behind it."""

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from models.base import Row, choice
from models.enums import EntityType, TextRole


class IndexChange(Row, table=True):
    """An entity whose texts or visibility changed; written in the transaction of the change."""

    entity_type: EntityType = Field(sa_type=choice(EntityType))
    entity_id: int


class Passage(Row, table=True):
    """One sentence of an entity with its tokens and its vector (float32, little endian, `dimension` values)."""

    __table_args__ = (UniqueConstraint("entity_type", "entity_id", "position", "model"),)
    entity_type: EntityType = Field(sa_type=choice(EntityType))
    entity_id: int = Field(index=True)
    position: int
    role: TextRole = Field(sa_type=choice(TextRole))
    part: str = Field(max_length=20)
    part_id: int | None = None
    text: str = Field(sa_type=Text)
    tokens: str = Field(default="", sa_type=Text)
    model: str = Field(max_length=200)
    dimension: int
    vector: bytes = Field(sa_type=LargeBinary)
