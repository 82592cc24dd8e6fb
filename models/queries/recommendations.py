"""Reads of recommendations: for the office that decides, and, cut down, for the partner that was invited."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from models import (
    AuditEvent,
    Challenge,
    Interest,
    Introduction,
    Membership,
    Municipality,
    Partner,
    Recommendation,
    RecommendationRun,
    Registration,
    User,
)
from models.enums import OPEN_CHALLENGES, UNDER_WAY, RegistrationStatus
from models.enums import RecommendationSource as Source
from models.enums import RecommendationStatus as R

REMINDED = "recommendation.reminded"
SHOWN_TO_PARTNER = (R.INVITED, R.ACCEPTED, R.REFUSED, R.INTRODUCED, R.LAPSED)


@dataclass(frozen=True)
class Invitation:
    """What an invited partner may see of a recommendation: no score, no features, no notes of the office.

    Either `challenge` or `seeker` is set. `reason` and `reason_note` are the partner's own, after a refusal.
    `contact_shared` tells that there is an introduction whose record holds both contacts.
    """

    recommendation_id: int
    partner_id: int
    status: R
    municipality: Municipality
    challenge: Challenge | None
    seeker: Partner | None
    message: str
    evidence: list[dict[str, Any]]
    invited_at: datetime | None
    answered_at: datetime | None
    reason: str
    reason_note: str

    @property
    def open(self) -> bool:
        """Whether the partner can still answer."""
        return self.status is R.INVITED

    @property
    def contact_shared(self) -> bool:
        return self.status is R.INTRODUCED


@dataclass(frozen=True)
class Candidate:
    """A recommended partner as the office sees it in a list."""

    recommendation: Recommendation
    partner: Partner
    registered: bool
    registered_here: bool
    has_account: bool
    interested: bool


def candidates(session: Session, municipality_id: int | None = None) -> set[int]:
    """Partners that are registered anywhere, or only those registered with one municipality."""
    statement = (
        select(col(Registration.partner_id))
        .where(Registration.status == RegistrationStatus.REGISTERED)
        .order_by(col(Registration.partner_id))
    )
    if municipality_id is not None:
        statement = statement.where(Registration.municipality_id == municipality_id)
    return set(session.exec(statement))


def registered(session: Session, partner_id: int) -> bool:
    """Whether a partner is registered anywhere."""
    statement = select(Registration.id).where(
        Registration.partner_id == partner_id, Registration.status == RegistrationStatus.REGISTERED
    )
    return session.exec(statement.limit(1)).first() is not None


def registered_with(session: Session, partner_id: int) -> list[Municipality]:
    """The municipalities with which a partner is registered, by code."""
    statement = (
        select(Municipality)
        .join(Registration, col(Registration.municipality_id) == Municipality.id)
        .where(Registration.partner_id == partner_id, Registration.status == RegistrationStatus.REGISTERED)
        .order_by(col(Municipality.code))
    )
    return list(session.exec(statement))


def of_challenge(session: Session, challenge_id: int) -> list[Recommendation]:
    """Every recommendation for a challenge, in the order in which they were made."""
    statement = select(Recommendation).where(Recommendation.challenge_id == challenge_id)
    return list(session.exec(statement.order_by(col(Recommendation.id))))


def of_seeker(session: Session, municipality_id: int, partner_id: int) -> list[Recommendation]:
    """Every recommendation that an office keeps for a partner that looks for partners."""
    statement = select(Recommendation).where(
        Recommendation.municipality_id == municipality_id, Recommendation.seeker_id == partner_id
    )
    return list(session.exec(statement.order_by(col(Recommendation.id))))


def of_pair(session: Session, challenge_id: int, partner_id: int) -> Recommendation | None:
    """The recommendation of one partner for one challenge."""
    statement = select(Recommendation).where(
        Recommendation.challenge_id == challenge_id, Recommendation.partner_id == partner_id
    )
    return session.exec(statement).first()


def open_invitations(session: Session, challenge_id: int) -> list[Recommendation]:
    """Recommendations whose partner has been approached and has not answered."""
    statement = select(Recommendation).where(
        Recommendation.challenge_id == challenge_id, col(Recommendation.status).in_((R.APPROVED, R.INVITED))
    )
    return list(session.exec(statement.order_by(col(Recommendation.id))))


def unreminded(session: Session, before: datetime) -> list[Recommendation]:
    """Invitations since `before` or longer that can still be answered, and whose partner was not reminded of them."""
    reminded = sa.exists().where(
        col(AuditEvent.subject_type) == Recommendation.__tablename__,
        col(AuditEvent.subject_id) == Recommendation.id,
        col(AuditEvent.event) == REMINDED,
        col(AuditEvent.created_at) >= Recommendation.decided_at,
    )
    statement = (
        select(Recommendation)
        .outerjoin(Challenge, col(Challenge.id) == Recommendation.challenge_id)
        .where(
            Recommendation.status == R.INVITED,
            col(Recommendation.decided_at) <= before,
            sa.or_(col(Challenge.id).is_(None), col(Challenge.status).in_(OPEN_CHALLENGES)),
            ~reminded,
        )
        .order_by(col(Recommendation.decided_at), col(Recommendation.id))
    )
    return list(session.exec(statement))


def interest(session: Session, challenge_id: int, partner_id: int) -> Interest | None:
    """The raised hand of one partner, unless it was withdrawn."""
    statement = select(Interest).where(
        Interest.challenge_id == challenge_id,
        Interest.partner_id == partner_id,
        col(Interest.withdrawn_at).is_(None),
    )
    return session.exec(statement).first()


def interested(session: Session, challenge_id: int) -> list[tuple[Interest, Partner]]:
    """Who raised a hand for a challenge and has not withdrawn it, the first one first."""
    statement = (
        select(Interest, Partner)
        .join(Partner, col(Partner.id) == Interest.partner_id)
        .where(Interest.challenge_id == challenge_id, col(Interest.withdrawn_at).is_(None))
        .order_by(col(Interest.created_at), col(Interest.id))
    )
    return list(session.exec(statement))


def latest_run(
    session: Session, municipality_id: int, *, challenge_id: int | None = None, partner_id: int | None = None
) -> RecommendationRun | None:
    """The last pass of the matcher for a challenge, or for a seeking partner."""
    statement = select(RecommendationRun).where(
        RecommendationRun.municipality_id == municipality_id,
        RecommendationRun.challenge_id == challenge_id,
        RecommendationRun.partner_id == partner_id,
    )
    return session.exec(statement.order_by(col(RecommendationRun.id).desc()).limit(1)).first()


def unasked(session: Session, municipality_id: int, limit: int) -> list[int]:
    """Open challenges for which the matcher was never asked, the oldest publication first."""
    asked = sa.exists().where(col(RecommendationRun.challenge_id) == Challenge.id)
    statement = (
        select(col(Challenge.id))
        .where(
            Challenge.municipality_id == municipality_id,
            col(Challenge.status).in_(OPEN_CHALLENGES),
            ~asked,
        )
        .order_by(col(Challenge.published_at), col(Challenge.id))
        .limit(limit)
    )
    return [key for key in session.exec(statement) if key is not None]


def run(session: Session, run_id: int) -> RecommendationRun | None:
    """One pass of the matcher."""
    return session.get(RecommendationRun, run_id)


def made_and_decided(session: Session, recommendation_id: int) -> tuple[RecommendationRun | None, str]:
    """The pass of the matcher that a recommendation comes from, and the name of who decided on it, if anybody did."""
    statement = (
        select(RecommendationRun, User.name)
        .select_from(Recommendation)
        .outerjoin(RecommendationRun, col(RecommendationRun.id) == Recommendation.run_id)
        .outerjoin(User, col(User.id) == Recommendation.decided_by_id)
        .where(Recommendation.id == recommendation_id)
    )
    found = session.exec(statement).first()
    return (found[0], found[1] or "") if found is not None else (None, "")


def standing() -> Any:
    """Whether a recommendation still stands: under way, found by the latest run, or put forward by somebody."""
    found = sa.or_(col(Recommendation.rank).is_not(None), col(Recommendation.source) != Source.ENGINE)
    proposed = sa.and_(col(Recommendation.status) == R.PROPOSED, found)
    return sa.or_(col(Recommendation.status).in_(UNDER_WAY), proposed)


def listed(
    session: Session,
    municipality_id: int,
    *,
    challenge_id: int | None = None,
    seeker_id: int | None = None,
    recommendation_id: int | None = None,
) -> list[Candidate]:
    """The recommendations of an office for one challenge or seeker, ranked ones first; one query."""
    here = col(Registration.municipality_id) == municipality_id
    shown: list[Any] = [Recommendation, Partner, _registered(), _registered(here), _has_account(), _interested()]
    wanted = {"challenge_id": challenge_id, "seeker_id": seeker_id, "id": recommendation_id}
    statement = (
        sa.select(*shown)
        .join(Partner, col(Partner.id) == Recommendation.partner_id)
        .where(col(Recommendation.municipality_id) == municipality_id)
        .where(*(getattr(Recommendation, name) == value for name, value in wanted.items() if value is not None))
        .order_by(col(Recommendation.rank).is_(None), col(Recommendation.rank), col(Recommendation.id))
    )
    return [Candidate(*row) for row in session.exec(statement)]  # type: ignore[call-overload]


def _registered(*conditions: Any) -> Any:
    return sa.exists().where(
        col(Registration.partner_id) == Recommendation.partner_id,
        col(Registration.status) == RegistrationStatus.REGISTERED,
        *conditions,
    )


def _has_account() -> Any:
    return sa.exists().where(
        col(Membership.partner_id) == Recommendation.partner_id,
        col(Membership.user_id) == User.id,
        col(User.active),
        col(User.email_confirmed_at).is_not(None),
    )


def _interested() -> Any:
    return sa.exists().where(
        col(Interest.partner_id) == Recommendation.partner_id,
        col(Interest.challenge_id) == Recommendation.challenge_id,
        col(Interest.withdrawn_at).is_(None),
    )


def counts(session: Session, challenge_ids: Collection[int]) -> dict[int, dict[R, int]]:
    """How many recommendations stand where, by challenge."""
    statement = (
        select(col(Recommendation.challenge_id), col(Recommendation.status), sa.func.count())
        .where(col(Recommendation.challenge_id).in_(challenge_ids))
        .group_by(col(Recommendation.challenge_id), col(Recommendation.status))
        .order_by(col(Recommendation.challenge_id), col(Recommendation.status))
    )
    found: dict[int, dict[R, int]] = {}
    for challenge_id, status, number in session.exec(statement):
        found.setdefault(challenge_id or 0, {})[status] = number
    return found


def invitations(session: Session, partner_id: int) -> list[Invitation]:
    """What a partner was invited to, the newest first; never a mere proposal or what an office set aside."""
    return _invitations(session, Recommendation.partner_id == partner_id)


def invitation(session: Session, recommendation_id: int, partner_id: int | None = None) -> Invitation | None:
    """One invitation, of one partner when `partner_id` is given."""
    mine = () if partner_id is None else (Recommendation.partner_id == partner_id,)
    return next(iter(_invitations(session, Recommendation.id == recommendation_id, *mine)), None)


def _invitations(session: Session, *conditions: Any) -> list[Invitation]:
    statement = (
        select(Recommendation, Municipality, Challenge, Partner)
        .join(Municipality, col(Municipality.id) == Recommendation.municipality_id)
        .outerjoin(Challenge, col(Challenge.id) == Recommendation.challenge_id)
        .outerjoin(Partner, col(Partner.id) == Recommendation.seeker_id)
        .where(*conditions, col(Recommendation.status).in_(SHOWN_TO_PARTNER))
        .order_by(col(Recommendation.decided_at).desc(), col(Recommendation.id).desc())
    )
    return [_cut_down(*row) for row in session.exec(statement)]


def _cut_down(row: Recommendation, town: Municipality, challenge: Challenge, seeker: Partner) -> Invitation:
    own = row.status is R.REFUSED
    return Invitation(
        row.pk,
        row.partner_id,
        row.status,
        town,
        challenge,
        seeker,
        row.message,
        row.evidence,
        row.decided_at,
        row.answered_at,
        row.reason if own else "",
        row.reason_note if own else "",
    )


def introduction(session: Session, recommendation_id: int) -> Introduction | None:
    """The record of an introduction, with both contacts as they stood then."""
    return session.exec(select(Introduction).where(Introduction.recommendation_id == recommendation_id)).first()


def introductions_of_seeker(session: Session, partner_id: int) -> list[tuple[Introduction, Partner]]:
    """The living introductions that a partner owes to what it seeks, with whom, the newest first."""
    statement = (
        select(Introduction, Partner)
        .join(Recommendation, col(Recommendation.id) == Introduction.recommendation_id)
        .join(Partner, col(Partner.id) == Recommendation.partner_id)
        .where(
            Recommendation.seeker_id == partner_id,
            Recommendation.status == R.INTRODUCED,
            col(Introduction.ended_at).is_(None),
        )
        .order_by(col(Introduction.id).desc())
    )
    return list(session.exec(statement))
