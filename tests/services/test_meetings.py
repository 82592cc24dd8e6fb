"""Meetings, minutes, papers, tasks and results of a group, and who reads them."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import attachments, group_tasks, meetings, near_groups
from matcher.services.attachments import Upload
from matcher.services.group_data import MeetingData, ResultData, TaskData
from matcher.services.matchbook import Member
from models import DigestEntry, MeetingAttendance, Municipality, OutboxMessage, Partner, WorkingGroup
from models.enums import GroupRole, GroupStatus, MeetingStatus, PartnerKind, TaskStatus
from models.queries import group_rooms as queries
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook

LATER = NOW + timedelta(days=7)
DATA = MeetingData(title="第1回会議", starts_at=LATER, ends_at=LATER + timedelta(hours=1), place="市役所")
RESULT = ResultData(title="手引き", text="手引きを作りました。", achieved_on=date(2026, 11, 1))


@pytest.fixture
def town(session: Session) -> Municipality:
    return factories.municipality(session)


@pytest.fixture
def group(session: Session, town: Municipality) -> WorkingGroup:
    return factories.group(session, town)


@pytest.fixture
def chair(session: Session, town: Municipality, group: WorkingGroup) -> Actor:
    partner = factories.partner(session, "部会長の会社", town=town)
    factories.member(session, group, partner, GroupRole.CHAIR)
    return factories.partner_admin(session, partner)


@pytest.fixture
def house(session: Session, town: Municipality, group: WorkingGroup) -> Partner:
    partner = factories.partner(session, "会員の会社", town=town)
    factories.member(session, group, partner)
    return partner


@pytest.fixture
def member(session: Session, house: Partner) -> Actor:
    return factories.partner_admin(session, house)


def _mails(session: Session) -> list[str]:
    return list(session.exec(select(OutboxMessage.template).order_by(col(OutboxMessage.id))))


def test_officers_call_and_members_answer(
    session: Session, group: WorkingGroup, chair: Actor, member: Actor, house: Partner
) -> None:
    row = meetings.call(session, chair, group.pk, DATA, now=NOW)
    assert _mails(session) == ["meeting_called"] * 2
    meetings.answer(session, member, row.pk, house.pk, comes=True, now=NOW)
    meetings.answer(session, member, row.pk, house.pk, comes=False, now=NOW)
    assert [answer.comes for answer in session.exec(select(MeetingAttendance))] == [False]
    assert queries.comers(session, group.pk) == {}
    meetings.answer(session, member, row.pk, house.pk, comes=True, now=NOW)
    assert queries.comers(session, group.pk) == {row.pk: 1}
    (ahead,) = queries.meetings_of(session, house.pk, NOW)
    assert (ahead.meeting.pk, ahead.group.pk, ahead.comes) == (row.pk, group.pk, True)
    with pytest.raises(NotAllowed):
        meetings.call(session, member, group.pk, DATA, now=NOW)


def test_another_time_is_told_and_asks_anew(
    session: Session, group: WorkingGroup, chair: Actor, member: Actor, house: Partner
) -> None:
    row = meetings.call(session, chair, group.pk, DATA, now=NOW)
    meetings.answer(session, member, row.pk, house.pk, comes=True, now=NOW)
    seen = row.version
    reworded = MeetingData(**{**vars(DATA), "agenda": "予算"})
    meetings.change(session, chair, row.pk, reworded, version=seen, now=NOW)
    assert len(_mails(session)) == 2, "an agenda alone is no news"
    moved = MeetingData(**{**vars(DATA), "ends_at": LATER + timedelta(hours=2)})
    with pytest.raises(Conflict):
        meetings.change(session, chair, row.pk, moved, version=seen, now=NOW)
    meetings.change(session, chair, row.pk, moved, now=NOW)
    assert _mails(session)[2:] == ["meeting_changed"] * 2
    assert queries.attendances(session, row.pk) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"ends_at": LATER}, "ends_at"),
        ({"place": ""}, "place"),
        ({"online_link": "javascript:1"}, "online_link"),
        ({"agenda": "あ" * 4001}, "agenda"),
    ],
)
def test_a_meeting_needs_sound_words(
    session: Session, group: WorkingGroup, chair: Actor, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        meetings.call(session, chair, group.pk, MeetingData(**{**vars(DATA), **changes}), now=NOW)
    assert list(refused.value.fields) == [field]


def test_minutes_record_that_it_was_held(session: Session, group: WorkingGroup, chair: Actor, member: Actor) -> None:
    row = meetings.call(session, chair, group.pk, DATA, now=NOW)
    with pytest.raises(Invalid):
        meetings.minute(session, chair, row.pk, "早すぎる", published=True, now=NOW)
    with pytest.raises(NotAllowed):
        meetings.minute(session, member, row.pk, "会員が書く", published=True, now=LATER)
    meetings.minute(session, chair, row.pk, "話し合った。", published=False, now=LATER)
    assert (row.status, row.minutes_published) == (MeetingStatus.HELD, False)
    meetings.minute(session, chair, row.pk, "直した。", published=True, version=row.version, now=LATER)
    assert (row.minutes, row.minutes_published) == ("直した。", True)
    with pytest.raises(InvalidTransition):
        meetings.cancel(session, chair, row.pk, now=LATER)


def test_a_meeting_that_was_called_off_stays_so(
    session: Session, group: WorkingGroup, chair: Actor, member: Actor, house: Partner
) -> None:
    row = meetings.call(session, chair, group.pk, DATA, now=NOW)
    meetings.cancel(session, chair, row.pk, now=NOW)
    assert _mails(session)[2:] == ["meeting_cancelled"] * 2
    for again in (
        lambda: meetings.minute(session, chair, row.pk, "議事録", published=True, now=LATER),
        lambda: meetings.change(session, chair, row.pk, DATA, now=NOW),
        lambda: meetings.cancel(session, chair, row.pk, now=NOW),
        lambda: meetings.answer(session, member, row.pk, house.pk, comes=True, now=NOW),
    ):
        with pytest.raises(InvalidTransition):
            again()


@pytest.mark.parametrize("status", [GroupStatus.PROPOSED, GroupStatus.REFUSED, GroupStatus.CLOSED])
def test_only_a_running_group_meets(
    session: Session, town: Municipality, group: WorkingGroup, status: GroupStatus
) -> None:
    group.status = status
    coordinator = factories.coordinator(session, town)
    with pytest.raises(InvalidTransition):
        meetings.call(session, coordinator, group.pk, DATA, now=NOW)
    with pytest.raises(InvalidTransition):
        group_tasks.give(session, coordinator, group.pk, TaskData(title="案内を送る"), now=NOW)


def test_a_meeting_wakes_a_dormant_group(session: Session, group: WorkingGroup, chair: Actor) -> None:
    group.status = GroupStatus.DORMANT
    meetings.call(session, chair, group.pk, DATA, now=NOW)
    assert (group.status, group.last_active_on) == (GroupStatus.ACTIVE, date(2026, 11, 22))


def test_papers_are_added_by_officers(session: Session, group: WorkingGroup, chair: Actor, member: Actor) -> None:
    row = meetings.call(session, chair, group.pk, DATA, now=NOW)
    with pytest.raises(NotAllowed):
        meetings.add_file(session, member, row.pk, Upload("a.txt", b"a"), now=NOW)
    with pytest.raises(Invalid):
        meetings.add_file(session, chair, row.pk, Upload("a.exe", b"a"), now=NOW)
    paper = meetings.add_file(session, chair, row.pk, Upload("a.txt", b"a"), now=NOW)
    assert attachments.content(session, paper.pk, row)[1] == b"a"
    assert not paper.public
    meetings.remove_file(session, chair, row.pk, paper.pk, now=NOW)
    with pytest.raises(NotFound):
        attachments.content(session, paper.pk, row)


def test_tasks_are_given_done_and_dropped(
    session: Session, group: WorkingGroup, chair: Actor, member: Actor, house: Partner, town: Municipality
) -> None:
    data = TaskData(title="案内を送る", assignee_id=house.pk, due=date(2026, 11, 1))
    row = group_tasks.give(session, chair, group.pk, data, now=NOW)
    assert session.exec(select(DigestEntry.template)).all() == ["group_task_given"]
    assert [task.pk for task, _group in queries.tasks_of(session, house.pk)] == [row.pk]
    assert group_tasks.steps(session, member, group, [row]) == [["finish"]]
    assert group_tasks.steps(session, chair, group, [row]) == [["finish", "drop"]]
    with pytest.raises(NotAllowed):
        group_tasks.step(session, member, row.pk, "drop", now=NOW)
    group_tasks.step(session, member, row.pk, "finish", now=NOW)
    assert row.status is TaskStatus.DONE
    with pytest.raises(InvalidTransition):
        group_tasks.step(session, chair, row.pk, "drop", now=NOW)
    group_tasks.step(session, factories.coordinator(session, town), row.pk, "reopen", now=NOW)
    group_tasks.step(session, chair, row.pk, "drop", now=NOW)
    stranger = factories.partner(session, "よそ", town=town)
    with pytest.raises(Invalid):
        group_tasks.give(session, chair, group.pk, TaskData(title="任せる", assignee_id=stranger.pk), now=NOW)


def test_results_are_published_also_after_the_end(
    session: Session, group: WorkingGroup, chair: Actor, member: Actor
) -> None:
    row = group_tasks.add_result(session, chair, group.pk, RESULT, now=NOW)
    assert queries.results(session, group.pk, published=True) == []
    group.status = GroupStatus.CLOSED
    public = ResultData(**{**vars(RESULT), "published": True})
    seen = row.version
    group_tasks.change_result(session, chair, row.pk, public, version=seen, now=NOW)
    assert queries.results(session, group.pk, published=True) == [row]
    with pytest.raises(Conflict):
        group_tasks.change_result(session, chair, row.pk, RESULT, version=seen, now=NOW)
    with pytest.raises(NotAllowed):
        group_tasks.add_result(session, member, group.pk, RESULT, now=NOW)


def test_another_town_and_another_group_run_nothing_here(
    session: Session, group: WorkingGroup, chair: Actor, town: Municipality
) -> None:
    meeting = meetings.call(session, chair, group.pk, DATA, now=NOW)
    task = group_tasks.give(session, chair, group.pk, TaskData(title="案内を送る"), now=NOW)
    result = group_tasks.add_result(session, chair, group.pk, RESULT, now=NOW)
    other_town = factories.municipality(session, "141305", "川崎市")
    elsewhere = factories.partner(session, "よその部会長", town=town)
    factories.member(session, factories.group(session, town, "別の分科会"), elsewhere, GroupRole.CHAIR)
    for actor in (factories.coordinator(session, other_town), factories.partner_admin(session, elsewhere)):
        for act in (
            lambda actor=actor: meetings.call(session, actor, group.pk, DATA, now=NOW),
            lambda actor=actor: meetings.change(session, actor, meeting.pk, DATA, now=NOW),
            lambda actor=actor: meetings.cancel(session, actor, meeting.pk, now=NOW),
            lambda actor=actor: meetings.minute(session, actor, meeting.pk, "x", published=True, now=LATER),
            lambda actor=actor: meetings.add_file(session, actor, meeting.pk, Upload("a.txt", b"a"), now=NOW),
            lambda actor=actor: group_tasks.step(session, actor, task.pk, "finish", now=NOW),
            lambda actor=actor: group_tasks.change_result(session, actor, result.pk, RESULT, now=NOW),
            lambda actor=actor: near_groups.missing(session, actor, group.pk, FakeMatchbook()),
        ):
            with pytest.raises((NotAllowed, NotFound)):
                act()
    with pytest.raises(NotFound):
        meetings.answer(
            session, factories.partner_admin(session, elsewhere), meeting.pk, elsewhere.pk, comes=True, now=NOW
        )


def test_who_is_missing_are_others_of_a_welcome_kind(
    session: Session, group: WorkingGroup, chair: Actor, house: Partner, town: Municipality
) -> None:
    fitting = factories.partner(session, "足りない会社", town=town)
    factories.partner(session, "無登録の会社")
    npo = factories.partner(session, "NPO", town=town)
    npo.kind, group.kinds = PartnerKind.NPO, [PartnerKind.COMPANY.value]
    session.flush()
    found: tuple[Member, ...] = near_groups.missing(session, chair, group.pk, FakeMatchbook()).members
    assert [one.partner_id for one in found] == [fitting.pk]
