"""Reads what offices and partners have decided on recommendations, as examples of what fits and what does not."""

from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import Municipality, Recommendation
from models.enums import DeclineReason, RefusalReason
from models.enums import RecommendationStatus as R

#: reasons that say nothing about whether the two would fit
ASIDE = (DeclineReason.ALREADY_WORKING.value, DeclineReason.CONFLICT_OF_INTEREST.value)
AGREED = (R.APPROVED, R.INVITED, R.ACCEPTED, R.INTRODUCED)


class Decision(NamedTuple):
    """A challenge, a partner, whether people found that they fit, and the score that was shown at the time, if any."""

    challenge_id: int
    partner_id: int
    fits: bool
    score: float | None


def decisions(session: Session, municipality_code: str | None = None) -> list[Decision]:
    """Every decided recommendation for a challenge, of one office or of all.

    It fits when the office approved it, even if the partner then had no time or money; not when the office declined
    it or the partner said that this is not its field. What lapsed, and what was declined for reasons that lie outside
    the match, is left out.
    """
    declined = sa.and_(col(Recommendation.status) == R.DECLINED, col(Recommendation.reason).not_in(ASIDE))
    query = (
        select(Recommendation)
        .where(col(Recommendation.challenge_id).is_not(None))
        .where(sa.or_(col(Recommendation.status).in_((*AGREED, R.REFUSED)), declined))
        .order_by(col(Recommendation.challenge_id), col(Recommendation.partner_id))
    )
    if municipality_code is not None:
        query = query.join(Municipality, col(Municipality.id) == col(Recommendation.municipality_id))
        query = query.where(col(Municipality.code) == municipality_code)
    return [_decision(row) for row in session.exec(query)]


def _decision(row: Recommendation) -> Decision:
    unfit = row.status is R.DECLINED or (row.status is R.REFUSED and row.reason == RefusalReason.NOT_OUR_FIELD.value)
    return Decision(row.challenge_id or 0, row.partner_id, not unfit, row.score)
