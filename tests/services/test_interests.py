"""Interest: who may raise a hand, for what, and that the city hears of it once."""

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.services import interests
from models import AuditEvent, OutboxMessage
from models.enums import ChallengeStatus, RegistrationStatus
from tests import factories
from tests.factories import NOW


def _mails(session: Session) -> list[str]:
    return list(session.exec(select(OutboxMessage.template).order_by(col(OutboxMessage.id))))


@pytest.mark.parametrize("status", [RegistrationStatus.APPLIED, RegistrationStatus.REGISTERED])
def test_a_partner_shows_interest_and_the_coordinators_hear_of_it(session: Session, status: RegistrationStatus) -> None:
    town = factories.municipality(session)
    factories.coordinator(session, town)
    partner, challenge = factories.partner(session, town=town, status=status), factories.challenge(session, town)
    actor = factories.partner_admin(session, partner)
    row = interests.show(session, actor, challenge.pk, partner.pk, "お話を伺いたいです。", now=NOW)
    assert (row.message, row.user_id, row.withdrawn_at) == ("お話を伺いたいです。", actor.user_id, None)
    assert _mails(session) == ["interest_shown"]


def test_showing_twice_changes_the_message_and_tells_nobody_again(session: Session) -> None:
    town = factories.municipality(session)
    factories.coordinator(session, town)
    partner, challenge = factories.partner(session, town=town), factories.challenge(session, town)
    actor = factories.partner_admin(session, partner)
    row = interests.show(session, actor, challenge.pk, partner.pk, "一度目", now=NOW)
    assert interests.show(session, actor, challenge.pk, partner.pk, "二度目", now=NOW) is row
    assert row.message == "二度目"
    assert _mails(session) == ["interest_shown"]


def test_interest_can_be_withdrawn_and_shown_again(session: Session) -> None:
    town = factories.municipality(session)
    partner, challenge = factories.partner(session, town=town), factories.challenge(session, town)
    actor = factories.partner_admin(session, partner)
    interests.show(session, actor, challenge.pk, partner.pk, "", now=NOW)
    row = interests.withdraw(session, actor, challenge.pk, partner.pk, now=NOW)
    assert row.withdrawn_at == NOW
    interests.withdraw(session, actor, challenge.pk, partner.pk, now=NOW)
    interests.show(session, actor, challenge.pk, partner.pk, "", now=NOW)
    assert row.withdrawn_at is None
    events = list(session.exec(select(AuditEvent.event).order_by(col(AuditEvent.id))))
    assert events == ["interest.shown", "interest.withdrawn", "interest.shown"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (ChallengeStatus.DRAFT, NotFound),
        (ChallengeStatus.IN_REVIEW, NotFound),
        (ChallengeStatus.DROPPED, NotFound),
        (ChallengeStatus.CLOSED, InvalidTransition),
        (ChallengeStatus.SOLVED, InvalidTransition),
    ],
)
def test_only_open_challenges_can_be_answered(
    session: Session, status: ChallengeStatus, error: type[Exception]
) -> None:
    town = factories.municipality(session)
    partner, challenge = factories.partner(session, town=town), factories.challenge(session, town, status=status)
    with pytest.raises(error):
        interests.show(session, factories.partner_admin(session, partner), challenge.pk, partner.pk, "", now=NOW)


def test_who_may_not_show_interest(session: Session) -> None:
    town = factories.municipality(session)
    partner, other = factories.partner(session, town=town), factories.partner(session, "無登録株式会社")
    challenge = factories.challenge(session, town)
    stranger = factories.partner_admin(session, other)
    with pytest.raises(NotAllowed):
        interests.show(session, stranger, challenge.pk, other.pk, "", now=NOW)
    with pytest.raises(NotAllowed):
        interests.show(session, stranger, challenge.pk, partner.pk, "", now=NOW)
    with pytest.raises(NotAllowed):
        interests.show(session, factories.coordinator(session, town), challenge.pk, partner.pk, "", now=NOW)


def test_a_message_has_an_end_and_only_shown_interest_can_be_withdrawn(session: Session) -> None:
    town = factories.municipality(session)
    partner, challenge = factories.partner(session, town=town), factories.challenge(session, town)
    actor = factories.partner_admin(session, partner)
    with pytest.raises(Invalid):
        interests.show(session, actor, challenge.pk, partner.pk, "あ" * 2001, now=NOW)
    with pytest.raises(NotFound):
        interests.withdraw(session, actor, challenge.pk, partner.pk, now=NOW)
