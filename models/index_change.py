"""What the search index has still to learn, and the sentences with their vectors, which are the truth behind it."""

from sqlalchemy import LargeBinary, Text, UniqueConstraint
from sqlmodel import Field

from models.base import Row, choice
from models.enums import EntityType, TextRole


class IndexChange(Row, table=True):
    """An entity whose texts or visibility changed; written in the transaction of the change."""

    entity_type: EntityType = Field(sa_type=choice(EntityType))
    entity_id: int


class Passage(Row, table=True):
    """A passage of an entity (`sentence` is −1) or one sentence of it, with its vector: float32, little endian.

    `part` and `part_id` say where the words stand (an offering and its id), `start` at which character of that part.
    Rows of two models may stand side by side while one replaces the other.
    """

    __table_args__ = (
        UniqueConstraint("entity_type", "entity_id", "model", "role", "passage", "sentence"),
        {"sqlite_autoincrement": True},  # ids only grow: a snapshot knows by the last one what it has not seen
    )
    entity_type: EntityType = Field(sa_type=choice(EntityType))
    entity_id: int = Field(index=True)
    role: TextRole = Field(sa_type=choice(TextRole))
    passage: int
    sentence: int
    part: str = Field(default="", max_length=20)
    part_id: str = Field(default="", max_length=20)
    start: int = Field(default=0)
    text: str = Field(sa_type=Text)
    model: str = Field(max_length=200)
    vector: bytes = Field(sa_type=LargeBinary)
