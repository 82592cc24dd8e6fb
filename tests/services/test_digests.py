"""Digests: one mail a day at most, everything in it once, and nothing when nothing waits."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session, col, select

from matcher.policy import Actor
from matcher.services import digests, mail_settings, patience, recommendations, threads, worklist
from models import DigestEntry, GroupMember, Municipality, OutboxMessage, User, WorkingGroup
from models.enums import (
    ChallengeStatus,
    GroupMemberStatus,
    NoticeKind,
    RegistrationStatus,
    Rhythm,
    Role,
    ThreadSubject,
)
from tests import factories
from tests.factories import NOW

GROUP = ThreadSubject.GROUP
#: Sunday, ten in the morning in Japan; the next day is a Monday
SUNDAY = NOW
EARLY = NOW - timedelta(hours=6)
DAY = timedelta(days=1)


@pytest.fixture
def town(session: Session) -> Municipality:
    return factories.municipality(session)


@pytest.fixture
def group(session: Session, town: Municipality) -> WorkingGroup:
    return factories.group(session, town)


@pytest.fixture
def member(session: Session, town: Municipality, group: WorkingGroup) -> Actor:
    partner = factories.partner(session, town=town)
    session.add(GroupMember(group_id=group.pk, partner_id=partner.pk, status=GroupMemberStatus.MEMBER))
    return factories.partner_admin(session, partner)


def _send(session: Session, actor: Actor, now: datetime) -> bool:
    return digests.send(session, actor.user_id or 0, now=now)


def _digests(session: Session) -> list[OutboxMessage]:
    statement = select(OutboxMessage).where(OutboxMessage.template == "digest").order_by(col(OutboxMessage.id))
    return list(session.exec(statement))


def _choose(session: Session, actor: Actor, kind: NoticeKind, rhythm: Rhythm) -> None:
    mail_settings.choose(session, actor, {kind: rhythm}, now=NOW)


def test_nothing_is_sent_when_nothing_waits(session: Session, town: Municipality, member: Actor) -> None:
    office = factories.coordinator(session, town)
    assert not _send(session, office, SUNDAY)
    assert not _send(session, member, SUNDAY)
    assert _digests(session) == []


def test_a_conversation_is_told_once_however_much_was_written(
    session: Session, town: Municipality, group: WorkingGroup, member: Actor
) -> None:
    office = factories.coordinator(session, town)
    for text in ("一つ目", "二つ目"):
        threads.write(session, office, GROUP, group.pk, text, now=EARLY)
    assert _send(session, member, SUNDAY)
    (mail,) = _digests(session)
    assert [entry["template"] for entry in mail.params["entries"]] == ["message_posted"]
    assert "一つ目" not in str(mail.params)


def test_at_most_one_mail_a_day(session: Session, town: Municipality, group: WorkingGroup, member: Actor) -> None:
    office = factories.coordinator(session, town)
    threads.write(session, office, GROUP, group.pk, "朝", now=EARLY)
    assert _send(session, member, SUNDAY)
    threads.write(session, office, GROUP, group.pk, "昼", now=NOW)
    assert not _send(session, member, SUNDAY + timedelta(hours=3))
    assert _send(session, member, SUNDAY + DAY)
    assert not _send(session, member, SUNDAY + 2 * DAY)
    assert len(_digests(session)) == 2


def test_a_worker_that_is_killed_leaves_nothing_half_done(
    session: Session, town: Municipality, group: WorkingGroup, member: Actor
) -> None:
    threads.write(session, factories.coordinator(session, town), GROUP, group.pk, "朝", now=EARLY)
    with session.begin_nested() as killed:
        assert _send(session, member, SUNDAY)
        killed.rollback()
    session.expire_all()
    assert _digests(session) == []
    assert [_send(session, member, SUNDAY) for _ in range(3)] == [True, False, False]
    assert len(_digests(session)) == 1


def test_what_was_read_or_withdrawn_meanwhile_is_not_mailed(
    session: Session, town: Municipality, group: WorkingGroup, member: Actor
) -> None:
    office = factories.coordinator(session, town)
    read = threads.write(session, office, GROUP, group.pk, "読まれる", now=EARLY)
    threads.mark_read(session, member, GROUP, group.pk, read.pk, now=NOW)
    gone = threads.write(session, office, GROUP, group.pk, "取り消される", now=EARLY)
    threads.withdraw(session, office, gone.pk, now=NOW)
    assert not _send(session, member, SUNDAY)
    assert session.exec(select(DigestEntry.done_at)).all() == [SUNDAY, SUNDAY]


def test_who_has_left_hears_no_more(session: Session, town: Municipality, group: WorkingGroup, member: Actor) -> None:
    threads.write(session, factories.coordinator(session, town), GROUP, group.pk, "会員へ", now=EARLY)
    session.exec(select(GroupMember)).one().status = GroupMemberStatus.LEFT
    assert not _send(session, member, SUNDAY)


def test_the_weekly_mail_goes_out_on_monday(
    session: Session, town: Municipality, group: WorkingGroup, member: Actor
) -> None:
    _choose(session, member, NoticeKind.MESSAGE, Rhythm.WEEKLY)
    office = factories.coordinator(session, town)
    threads.write(session, office, GROUP, group.pk, "日曜の話", now=EARLY)
    assert not _send(session, member, SUNDAY)
    assert _send(session, member, SUNDAY + DAY)
    threads.write(session, office, GROUP, group.pk, "月曜の話", now=SUNDAY + DAY)
    assert not _send(session, member, SUNDAY + 7 * DAY)
    assert _send(session, member, SUNDAY + 9 * DAY)  # the worker stood still on Monday


def test_who_wants_no_mail_gets_none(session: Session, town: Municipality, group: WorkingGroup, member: Actor) -> None:
    office = factories.coordinator(session, town)
    threads.write(session, office, GROUP, group.pk, "前", now=EARLY)
    _choose(session, member, NoticeKind.MESSAGE, Rhythm.NEVER)
    threads.write(session, office, GROUP, group.pk, "後", now=EARLY)
    assert not _send(session, member, SUNDAY)
    assert len(session.exec(select(DigestEntry).where(DigestEntry.user_id == member.user_id)).all()) == 1


def test_an_invitation_can_be_bundled_and_contacts_cannot(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    person = factories.partner_admin(session, partner)
    _choose(session, person, NoticeKind.MATCH, Rhythm.DAILY)
    from tests.services.test_threads import _match

    row = _match(session, town, partner, recommendations.R.PROPOSED)
    recommendations.approve(session, office, row.pk, message="ぜひ。", now=EARLY)
    assert session.exec(select(OutboxMessage)).all() == []
    recommendations.accept(session, person, row.pk, message="", now=NOW)
    assert set(session.exec(select(OutboxMessage.template))) == {"introduction"}
    assert _send(session, person, SUNDAY)
    assert _digests(session)[0].params["entries"][0]["template"] == "invitation"


def _late(session: Session, town: Municipality) -> None:
    factories.partner(session, "申請中", town=town, status=RegistrationStatus.APPLIED)
    review = factories.challenge(session, town, title="確認を待つ課題", status=ChallengeStatus.IN_REVIEW)
    review.submitted_at = NOW
    session.flush()


def test_the_office_is_reminded_when_something_turns(session: Session, town: Municipality) -> None:
    office = factories.coordinator(session, town)
    _late(session, town)
    told = [_send(session, office, NOW + days * DAY) for days in range(1, 13)]
    assert [days for days, sent in enumerate(told, 1) if sent] == [5, 10]
    first, second = (mail.params["work"] for mail in _digests(session))
    assert first[0]["desks"] == [
        {"desk": "registration", "red": 0, "amber": 1},
        {"desk": "review", "red": 0, "amber": 1},
    ]
    assert [line["red"] for line in second[0]["desks"]] == [1, 1]
    assert "申請中" not in str(first)


def test_the_limits_of_the_office_decide_when(session: Session, town: Municipality) -> None:
    office = factories.coordinator(session, town)
    _late(session, town)
    limits = worklist.time_limits(session, town.pk)
    sooner = limits | {worklist.Desk.REVIEW: (2, 3)}
    patience.set_limits(session, office, town.pk, sooner, seen=patience.stamp(limits), now=NOW)
    assert _send(session, office, NOW + 2 * DAY)
    assert _digests(session)[0].params["work"][0]["desks"] == [{"desk": "review", "red": 0, "amber": 1}]


def test_a_department_is_reminded_of_its_own_only(session: Session, town: Municipality) -> None:
    staff = factories.department_staff(session, town)
    _late(session, town)
    returned = factories.challenge(session, town, title="戻した課題", status=ChallengeStatus.DRAFT)
    returned.review_note, returned.updated_at = "補ってください。", NOW
    session.flush()
    assert not _send(session, staff, NOW + 6 * DAY)
    assert _send(session, staff, NOW + 7 * DAY)
    assert _digests(session)[0].params["work"][0]["desks"] == [{"desk": "returned", "red": 0, "amber": 1}]


def test_the_reminder_once_a_week_tells_of_the_whole_week(session: Session, town: Municipality) -> None:
    office = factories.coordinator(session, town)
    _choose(session, office, NoticeKind.WORK, Rhythm.WEEKLY)
    _late(session, town)
    told = [_send(session, office, NOW + days * DAY) for days in range(1, 17)]
    assert [days for days, sent in enumerate(told, 1) if sent] == [8, 15]


def test_nobody_is_mailed_at_night(session: Session, town: Municipality) -> None:
    office = factories.coordinator(session, town)
    night, morning = datetime(2026, 11, 22, 21, 59, tzinfo=UTC), datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    assert digests.candidates(session, now=night) == []
    assert digests.candidates(session, now=morning) == [office.user_id]
    assert morning.astimezone(digests.JAPAN).date() == date(2026, 11, 23)


def test_who_cannot_be_written_to_gets_no_digest(session: Session, town: Municipality) -> None:
    _late(session, town)
    person: User = factories.user(session, confirmed=False)
    office = factories.seat(session, person, Role.COORDINATOR, municipality=town)
    assert not _send(session, office, NOW + 6 * DAY)
