"""Who was shown which list, and how far down it was read: needed to learn fairly and to share attention fairly."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field

from models.base import Row, choice, foreign
from models.enums import ShownList


class Exposure(Row, table=True):
    """One person has had one list before their eyes on one day.

    For a list of partners `run_id` says which one; its places stand in the run. A list of challenges is not stored
    elsewhere, so `listed` keeps their keys in order. `depth` is the deepest place that came into view, 0 if unknown.
    """

    __table_args__ = (
        sa.UniqueConstraint("viewer_id", "list_key", "day"),
        sa.CheckConstraint("(municipality_id IS NULL) <> (partner_id IS NULL)", name="one_house"),
        sa.CheckConstraint("(kind = 'partners') = (run_id IS NOT NULL)", name="run_or_list"),
    )
    kind: ShownList = Field(sa_type=choice(ShownList))
    viewer_id: int = foreign("user_account.id", index=False)
    municipality_id: int | None = foreign("municipality.id", default=None)
    partner_id: int | None = foreign("partner.id", default=None)
    run_id: int | None = foreign("recommendationrun.id", default=None)
    list_key: str = Field(max_length=80)
    day: date = Field(index=True)
    listed: list[int] = Field(default_factory=list, sa_type=sa.JSON)
    depth: int = 0
