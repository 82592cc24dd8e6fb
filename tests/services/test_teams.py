"""Teams: who may be put together for a challenge, and what happens when they are put forward."""

import pytest
from sqlmodel import Session, select

from matcher.errors import InvalidTransition, NotAllowed, NotFound
from matcher.services import recommendations, teams
from models import AuditEvent, Recommendation
from models.enums import ChallengeStatus, DeclineReason, RecommendationSource, RegistrationStatus
from models.enums import RecommendationStatus as R
from models.queries import recommendations as queries
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from tests.services.test_recommendations import Office

BOOK = FakeMatchbook()


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def test_the_team_is_made_of_registered_partners(session: Session, office: Office) -> None:
    factories.partner(session, "申請中の会社", town=office.town, status=RegistrationStatus.APPLIED)
    team = teams.propose(session, office.coordinator, office.challenge.pk, BOOK)
    assert [member.partner_id for member in team.members] == [office.first.pk, office.second.pk]
    assert team.considered == 2
    assert team.covered == {0, 1}


@pytest.mark.parametrize("status", R)
def test_whoever_is_closed_for_this_challenge_is_in_no_team(session: Session, office: Office, status: R) -> None:
    recommendations.run(session, office.coordinator, office.challenge.pk, BOOK, now=NOW)
    row = queries.of_pair(session, office.challenge.pk, office.first.pk)
    assert row is not None
    row.status = status
    session.flush()
    team = teams.propose(session, office.coordinator, office.challenge.pk, BOOK)
    assert (office.first.pk in {m.partner_id for m in team.members}) is (status not in teams.CLOSED)


def test_a_decline_for_another_challenge_says_nothing_about_this_one(session: Session, office: Office) -> None:
    other = factories.challenge(session, office.town, title="別の課題")
    row = recommendations.add_by_hand(session, office.coordinator, other.pk, office.first.pk, now=NOW)
    session.flush()
    recommendations.decline(session, office.coordinator, row.pk, DeclineReason.REGION, "", now=NOW)
    team = teams.propose(session, office.coordinator, office.challenge.pk, BOOK)
    assert office.first.pk in {member.partner_id for member in team.members}


def test_members_are_put_forward_with_their_evidence_and_a_trail(session: Session, office: Office) -> None:
    both = [office.first.pk, office.second.pk]
    ask = {"matchbook": BOOK, "now": NOW}
    assert teams.put_forward(session, office.coordinator, office.challenge.pk, both, **ask) == 2
    session.flush()
    assert teams.put_forward(session, office.coordinator, office.challenge.pk, both, **ask) == 0
    rows = queries.of_challenge(session, office.challenge.pk)
    assert {row.partner_id for row in rows} == set(both)
    assert all(row.source is RecommendationSource.MANUAL and row.evidence for row in rows)
    session.flush()
    events = session.exec(select(AuditEvent).where(AuditEvent.event == "recommendation.added")).all()
    assert {event.subject_id for event in events} >= {row.pk for row in rows}


def test_only_the_coordinator_puts_forward_and_only_here(session: Session, office: Office) -> None:
    staff = factories.department_staff(session, office.town)
    stranger = factories.coordinator(session, factories.municipality(session, "431001", "熊本市"))
    assert teams.propose(session, staff, office.challenge.pk, BOOK).members
    with pytest.raises(NotAllowed):
        teams.put_forward(session, staff, office.challenge.pk, [office.first.pk], now=NOW)
    with pytest.raises(NotFound):
        teams.propose(session, stranger, office.challenge.pk, BOOK)
    with pytest.raises(NotFound):
        teams.put_forward(session, stranger, office.challenge.pk, [office.first.pk], now=NOW)
    assert session.exec(select(Recommendation).where(Recommendation.challenge_id == office.challenge.pk)).all() == []


def test_nobody_is_added_to_a_challenge_that_is_over_or_from_nowhere(session: Session, office: Office) -> None:
    nowhere = factories.partner(session, "未登録の会社")
    with pytest.raises(NotFound):
        teams.put_forward(session, office.coordinator, office.challenge.pk, [nowhere.pk], now=NOW)
    office.challenge.status = ChallengeStatus.SOLVED
    session.flush()
    with pytest.raises(InvalidTransition):
        teams.put_forward(session, office.coordinator, office.challenge.pk, [office.first.pk], now=NOW)
