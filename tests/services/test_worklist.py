"""The work list: each thing that waits stands on its desk with the right number of days, and leaves it when done."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from matcher.errors import NotFound
from matcher.services import challenges, recommendations, worklist
from matcher.services.worklist import Desk, Holder
from models import Application, ChangeReport, GroupMember, Interest, Municipality
from models.enums import ApplicationStatus, ChallengeStatus, DeclineReason, GroupMemberStatus, RegistrationStatus
from models.queries import recommendations as queries
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook

LATER = NOW + timedelta(days=8)


@pytest.fixture
def town(session: Session) -> Municipality:
    return factories.municipality(session)


def desks(session: Session, town: Municipality, now=LATER) -> dict[Desk, list[tuple[str, int, str]]]:
    actor = factories.coordinator(session, town)
    gathered = worklist.gather(session, actor, town.pk, now=now)
    return {desk: [(i.waiting.title, i.days, i.level) for i in items] for desk, items in gathered.desks.items()}


def test_an_idle_office_has_nothing_waiting(session: Session, town: Municipality) -> None:
    assert desks(session, town) == {}


def test_another_municipality_is_not_asked(session: Session, town: Municipality) -> None:
    stranger = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    with pytest.raises(NotFound):
        worklist.gather(session, stranger, town.pk, now=NOW)


def test_every_desk(session: Session, town: Municipality) -> None:
    coordinator = factories.coordinator(session, town)
    factories.partner(session, "申請中", town=town, status=RegistrationStatus.APPLIED)
    review = factories.challenge(session, town, title="確認を待つ課題", status=ChallengeStatus.IN_REVIEW)
    review.submitted_at = NOW
    returned = factories.challenge(session, town, title="戻した課題", status=ChallengeStatus.IN_REVIEW)
    challenges.return_(session, coordinator, returned.pk, note="補ってください。", now=NOW)
    stale = factories.challenge(session, town, title="古い課題")
    stale.review_date = date(2026, 11, 20)
    open_one = factories.challenge(session, town)
    partner = factories.partner(session, "株式会社一番", town=town)
    session.add(Interest(challenge_id=open_one.pk, partner_id=partner.pk, created_at=NOW))
    group = factories.group(session, town)
    session.add(
        GroupMember(group_id=group.pk, partner_id=partner.pk, status=GroupMemberStatus.REQUESTED, updated_at=NOW)
    )
    recommendations.run(session, coordinator, open_one.pk, FakeMatchbook(), now=NOW)
    session.flush()
    assert desks(session, town) == {
        Desk.REGISTRATION: [("申請中", 8, "amber")],
        Desk.REVIEW: [("確認を待つ課題", 8, "amber")],
        Desk.RETURNED: [("戻した課題", 8, "amber")],
        Desk.INTEREST: [("株式会社一番", 8, "red")],
        Desk.UNASKED: [("古い課題", 8, "red")],
        Desk.UNDECIDED: [("ひとり暮らしの高齢者を見守りたい", 8, "amber")],
        Desk.GROUP_REQUEST: [("株式会社一番", 8, "amber")],
        Desk.STALE: [("古い課題", 10, "amber")],
    }


def test_a_match_moves_from_desk_to_desk(session: Session, town: Municipality) -> None:
    coordinator = factories.coordinator(session, town)
    challenge = factories.challenge(session, town)
    partner = factories.partner(session, "株式会社一番", town=town)
    person = factories.partner_admin(session, partner)
    session.add(Interest(challenge_id=challenge.pk, partner_id=partner.pk, created_at=NOW))
    recommendations.run(session, coordinator, challenge.pk, FakeMatchbook(), now=NOW)
    session.flush()
    row = queries.of_challenge(session, challenge.pk)[0]
    assert set(desks(session, town)) == {Desk.INTEREST, Desk.UNDECIDED}
    recommendations.approve(session, coordinator, row.pk, message="", now=NOW)
    assert desks(session, town) == {Desk.INVITATION: [("株式会社一番", 8, "amber")]}
    recommendations.accept(session, person, row.pk, message="", now=LATER)
    session.flush()
    assert desks(session, town) == {}
    silent = LATER + timedelta(days=31)
    assert desks(session, town, silent) == {Desk.INTRODUCTION: [("株式会社一番", 31, "amber")]}
    recommendations.heard(session, coordinator, row.pk, now=silent)
    session.flush()
    assert desks(session, town, silent) == {}


def test_whose_turn_it_is(session: Session, town: Municipality) -> None:
    coordinator = factories.coordinator(session, town)
    challenge = factories.challenge(session, town)
    factories.partner(session, "株式会社一番", town=town)
    recommendations.run(session, coordinator, challenge.pk, FakeMatchbook(), now=NOW)
    session.flush()
    gathered = worklist.gather(session, coordinator, town.pk, now=LATER)
    assert (gathered.total, gathered.of(Holder.COORDINATOR).total, gathered.of(Holder.PARTNER).total) == (1, 1, 0)
    row = queries.of_challenge(session, challenge.pk)[0]
    recommendations.decline(session, coordinator, row.pk, DeclineReason.STAGE, "", now=LATER)
    session.flush()
    assert worklist.gather(session, coordinator, town.pk, now=LATER).total == 0


def test_applications_to_schemes_stand_on_their_desks(session: Session, town: Municipality) -> None:
    scheme = factories.scheme(session, town)
    for place, (status, more) in enumerate(
        (
            (ApplicationStatus.DRAFT, {}),
            (ApplicationStatus.RECEIVED, {}),
            (ApplicationStatus.SCREENING, {}),
            (ApplicationStatus.ASKED, {}),
            (ApplicationStatus.GRANTED, {"valid_until": date(2026, 12, 20)}),
            (ApplicationStatus.GRANTED, {"valid_until": date(2029, 12, 20)}),
        )
    ):
        tier = factories.tier(session, scheme, position=place)
        house = factories.partner(session, f"団体{place}")
        row = factories.application(session, scheme, tier, house, status=status, **more)
        if place == 5:
            session.add(ChangeReport(application_id=row.pk, subject="住所", text="移転", created_at=NOW))
    session.flush()
    assert desks(session, town) == {
        Desk.APPLICATION: [("団体1", 8, "amber")],
        Desk.SCREENING: [("団体2", 8, "")],
        Desk.CHANGE_REPORT: [("団体5", 8, "amber")],
        Desk.ASKED_BACK: [("団体3", 8, "amber")],
        Desk.ENDING_TERM: [("団体4", 70, "amber")],
    }
    renewed = session.exec(select(Application).where(Application.valid_until == date(2026, 12, 20))).one()
    second = factories.tier(session, scheme, position=9)
    more = {"previous_id": renewed.pk, "submitted_at": NOW}
    factories.application(session, scheme, second, factories.partner(session, "更新"), **more)
    assert Desk.ENDING_TERM not in desks(session, town)
