"""The rooms of groups: pages for members, officers and offices, and what of them the public never reads."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import TypeVar

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, SQLModel, select

from models import (
    Attachment,
    GroupInvitation,
    GroupMeeting,
    GroupMember,
    GroupResult,
    GroupTask,
    MeetingAttendance,
    Municipality,
    Partner,
    WorkingGroup,
)
from models.enums import GroupMemberStatus, GroupRole, GroupStatus, JoinRule, MeetingStatus, TaskStatus
from tests import factories
from tests.factories import NOW
from tests.web.test_query_counts import statements

Row = TypeVar("Row", bound=SQLModel)
SignIn = Callable[[int], FlaskClient]
SECRET = "会員だけの議事録です。"
GROUP = {
    "name": "再エネ分科会",
    "kind": "subcommittee",
    "purpose": "再生可能エネルギーを広げる。",
    "join_rule": "open",
    "dormant_after_days": "180",
    "needs_registration": "y",
}
MEETING = {
    "title": "第1回会議",
    "starts_at": "2026-12-01T14:00",
    "ends_at": "2026-12-01T15:30",
    "place": "市役所",
    "agenda": "進め方",
}


def _row(store: Session, model: type[Row], **where: object) -> Row:
    """The row as the application left it; no transaction stays open."""
    store.expunge_all()
    store.rollback()
    row = store.exec(select(model).filter_by(**where)).one()
    store.expunge_all()
    store.rollback()
    return row


@pytest.fixture
def town(store: Session) -> Municipality:
    return factories.municipality(store)


@pytest.fixture
def group(store: Session, town: Municipality) -> WorkingGroup:
    return factories.group(store, town)


@pytest.fixture
def house(store: Session, town: Municipality, group: WorkingGroup) -> Partner:
    partner = factories.partner(store, "会員の会社", town=town)
    factories.member(store, group, partner)
    return partner


@pytest.fixture
def held(store: Session, group: WorkingGroup, house: Partner) -> GroupMeeting:
    """A meeting that was held, with minutes and a paper for members only, and an unpublished result."""
    row = factories.meeting(store, group, starts_at=NOW - timedelta(days=3))
    row.status, row.minutes, row.online_link = MeetingStatus.HELD, SECRET, "https://meet.example.jp/secret"
    store.add(GroupResult(group_id=group.pk, title="内部の成果", text=SECRET, achieved_on=NOW.date()))
    store.add(GroupTask(group_id=group.pk, title="内部のタスク", assignee_id=house.pk))
    store.commit()
    return row


def test_members_only_minutes_leak_nowhere(
    store: Session, sign_in: SignIn, client: FlaskClient, town: Municipality, held: GroupMeeting, house: Partner
) -> None:
    group_id = held.group_id
    stranger = factories.partner_admin(store, factories.partner(store, "よその会社", town=town))
    elsewhere = factories.coordinator(store, factories.municipality(store, "141305", "川崎市"))
    inside = [factories.partner_admin(store, house), factories.department_staff(store, town)]
    store.commit()
    address = f"/groups/{group_id}"
    public = (address, "/groups", f"/partners/{house.pk}", f"/municipalities/{town.code}", "/sitemap.xml")
    hidden = (f"{address}/room", f"{address}/meetings/{held.pk}")
    for reader in (client, sign_in(stranger.user_id or 0), sign_in(elsewhere.user_id or 0)):
        texts = [reader.get(path).text for path in (*public, *hidden)]
        for secret in (SECRET, "内部の成果", "内部のタスク", "meet.example.jp"):
            assert not any(secret in text for text in texts), secret
        assert all(reader.get(path).status_code in (303, 403) for path in hidden)
    assert sign_in(elsewhere.user_id or 0).get(f"/city/groups/{group_id}/meetings.xlsx").status_code == 404
    for actor in inside:
        reader = sign_in(actor.user_id or 0)
        assert SECRET in reader.get(hidden[1]).text
        assert "内部の成果" in reader.get(hidden[0]).text


def test_published_minutes_and_results_are_read_by_everybody(
    store: Session, client: FlaskClient, held: GroupMeeting
) -> None:
    held.minutes_published, held.minutes = True, "公開の議事録です。"
    store.add(
        GroupResult(group_id=held.group_id, title="手引き", text="公開の成果", achieved_on=NOW.date(), published=True)
    )
    store.commit()
    text = client.get(f"/groups/{held.group_id}").text
    assert "公開の議事録です。" in text
    assert "手引き" in text
    assert "meet.example.jp" not in text
    assert "進め方について" not in text, "the agenda is for members"


def test_papers_are_for_members(
    store: Session, sign_in: SignIn, town: Municipality, held: GroupMeeting, house: Partner
) -> None:
    coordinator = sign_in(factories.coordinator(store, town).user_id or 0)
    address = f"/groups/{held.group_id}/meetings/{held.pk}/files"

    def send(name: str, data: bytes) -> int:
        return coordinator.post(address, data={"file": (BytesIO(data), name)}).status_code

    assert (send("資料.exe", b"a"), send("空.txt", b""), send("資料.txt", b"papers")) == (422, 422, 303)
    assert coordinator.post(address).status_code == 422
    paper = _row(store, Attachment)
    member = sign_in(factories.partner_admin(store, house).user_id or 0)
    answer = member.get(f"{address}/{paper.pk}")
    assert (answer.data, answer.headers["Cache-Control"]) == (b"papers", "private, no-store")
    other = factories.meeting(store, factories.group(store, town, "別の分科会"))
    store.commit()
    assert coordinator.get(f"/groups/{other.group_id}/meetings/{other.pk}/files/{paper.pk}").status_code == 404
    assert coordinator.get(f"/groups/{held.group_id}/meetings/{other.pk}").status_code == 404
    assert member.post(f"{address}/{paper.pk}/remove").status_code == 403
    coordinator.post(f"{address}/{paper.pk}/remove")
    assert member.get(f"{address}/{paper.pk}").status_code == 404


def test_a_partner_founds_and_the_office_decides(store: Session, sign_in: SignIn, town: Municipality) -> None:
    partner = factories.partner(store, town=town)
    asking = sign_in(factories.partner_admin(store, partner).user_id or 0)
    office = sign_in(factories.coordinator(store, town).user_id or 0)
    wrong = asking.post("/me/groups/new", data={**GROUP, "municipality": town.code, "dormant_after_days": "3"})
    assert wrong.status_code == 422
    assert GROUP["purpose"] in wrong.text, "what was typed stays"
    assert asking.post("/me/groups/new", data={**GROUP, "municipality": town.code}).location == "/me/groups"
    row = _row(store, WorkingGroup)
    assert asking.get(f"/groups/{row.pk}").status_code == 200
    assert asking.get(f"/groups/{row.pk}/room").status_code in (403, 404)
    assert GROUP["name"] in office.get("/city").text
    assert office.post(f"/city/groups/{row.pk}/refuse", data={"note": ""}).status_code == 422
    office.post(f"/city/groups/{row.pk}/refuse", data={"note": "範囲を絞ってください。"})
    assert "範囲を絞ってください。" in asking.get("/me/groups").text
    asking.post(f"/me/groups/{row.pk}/again", data={**GROUP, "purpose": "小水力に絞る。"})
    office.post(f"/city/groups/{row.pk}/approve")
    row = _row(store, WorkingGroup)
    assert (row.status, row.purpose) == (GroupStatus.ACTIVE, "小水力に絞る。")
    assert asking.get(f"/groups/{row.pk}/meetings/new").status_code == 200, "the founder takes the chair"


@pytest.mark.parametrize("status", [GroupStatus.PROPOSED, GroupStatus.REFUSED])
def test_what_was_not_founded_is_hidden(
    store: Session, client: FlaskClient, sign_in: SignIn, town: Municipality, group: WorkingGroup, status: GroupStatus
) -> None:
    group.status = status
    stranger = sign_in(factories.partner_admin(store, factories.partner(store, town=town)).user_id or 0)
    elsewhere = sign_in(factories.coordinator(store, factories.municipality(store, "141305", "川崎市")).user_id or 0)
    office = sign_in(factories.coordinator(store, town).user_id or 0)
    for reader in (client, stranger, elsewhere):
        assert reader.get(f"/groups/{group.pk}").status_code == 404
        assert group.name not in reader.get("/groups").text
        assert group.name not in reader.get(f"/groups?status={status}").text
        assert group.name not in reader.get(f"/municipalities/{town.code}").text
        assert f"/groups/{group.pk}<" not in reader.get("/sitemap.xml").text
    assert stranger.post(f"/groups/{group.pk}/join").status_code == 404
    assert office.get(f"/city/groups/{group.pk}").status_code == 200


def test_a_meeting_from_the_call_to_the_answer(
    store: Session, sign_in: SignIn, town: Municipality, group: WorkingGroup, house: Partner
) -> None:
    office = sign_in(factories.coordinator(store, town).user_id or 0)
    member = sign_in(factories.partner_admin(store, house).user_id or 0)
    address = f"/groups/{group.pk}/meetings"
    late = office.post(f"{address}/new", data={**MEETING, "ends_at": "2026-12-01T13:00"})
    assert (late.status_code, "終了は開始より後" in late.text) == (422, True)
    office.post(f"{address}/new", data=MEETING)
    row = _row(store, GroupMeeting)
    assert row.starts_at.isoformat() == "2026-12-01T05:00:00+00:00", "typed in Japan's time"
    assert 'value="2026-12-01T14:00"' in office.get(f"{address}/{row.pk}/edit").text
    member.post(f"{address}/{row.pk}/come")
    assert _row(store, MeetingAttendance).comes
    changed = {**MEETING, "place": "公民館", "version": str(row.version)}
    assert office.post(f"{address}/{row.pk}/edit", data=changed).status_code == 303
    assert office.post(f"{address}/{row.pk}/edit", data={**changed, "place": "別"}).status_code == 409
    early = office.post(f"{address}/{row.pk}/minutes", data={"minutes": "早い"})
    assert early.status_code in (303, 422), "depends on the day on which the test runs"
    assert member.post(f"{address}/{row.pk}/cancel").status_code == 403


def test_tasks_and_results(
    store: Session, sign_in: SignIn, town: Municipality, group: WorkingGroup, house: Partner
) -> None:
    office = sign_in(factories.coordinator(store, town).user_id or 0)
    member = sign_in(factories.partner_admin(store, house).user_id or 0)
    address = f"/groups/{group.pk}"
    assert office.post(f"{address}/tasks", data={"title": ""}).status_code == 422
    office.post(f"{address}/tasks", data={"title": "案内を送る", "assignee_id": str(house.pk), "due": "2026-11-01"})
    task = _row(store, GroupTask)
    assert "案内を送る" in office.get("/city").text, "it is overdue"
    assert member.post(f"{address}/tasks/{task.pk}/drop").status_code == 403
    member.post(f"{address}/tasks/{task.pk}/finish")
    assert _row(store, GroupTask).status is TaskStatus.DONE
    said = {"title": "手引き", "text": "作りました。", "achieved_on": "2026-11-01"}
    assert office.post(f"{address}/results/new", data={**said, "text": ""}).status_code == 422
    office.post(f"{address}/results/new", data=said)
    result = _row(store, GroupResult)
    assert "手引き" not in member.get(address).text
    office.post(f"{address}/results/{result.pk}", data={**said, "published": "y", "version": str(result.version)})
    assert "手引き" in member.get(address).text


def test_officers_admit_give_roles_and_invite(
    store: Session, sign_in: SignIn, town: Municipality, group: WorkingGroup, house: Partner
) -> None:
    group.join_rule = JoinRule.APPROVAL
    seat = store.exec(select(GroupMember)).one()
    seat.role = GroupRole.CHAIR
    other, missing = (factories.partner(store, name, town=town) for name in ("申し込む会社", "足りない会社"))
    asking, chair = factories.partner_admin(store, other), factories.partner_admin(store, house)
    store.commit()
    sign_in(asking.user_id or 0).post(f"/groups/{group.pk}/join")
    officer = sign_in(chair.user_id or 0)
    row = _row(store, GroupMember, partner_id=other.pk)
    assert "申し込む会社" in officer.get(f"/groups/{group.pk}/room").text
    officer.post(f"/groups/{group.pk}/members/{row.pk}/admit")
    officer.post(f"/groups/{group.pk}/roles", data={"member_id": str(row.pk), "role": "secretary"})
    row = _row(store, GroupMember, partner_id=other.pk)
    assert (row.status, row.role) == (GroupMemberStatus.MEMBER, GroupRole.SECRETARY)
    assert officer.post(f"/groups/{group.pk}/roles", data={"member_id": str(row.pk), "role": "king"}).status_code == 404
    assert "足りない会社" in officer.get(f"/groups/{group.pk}/missing").text
    officer.post(f"/groups/{group.pk}/missing", data={"partner_id": str(missing.pk)})
    assert _row(store, GroupInvitation).partner_id == missing.pk
    invited = sign_in(factories.partner_admin(store, missing).user_id or 0)
    assert group.name in invited.get("/me/groups").text
    invited.post(f"/groups/{group.pk}/join")
    assert store.exec(select(GroupInvitation)).all() == []


def test_a_group_rests_wakes_ends_and_goes_on(
    store: Session, sign_in: SignIn, town: Municipality, group: WorkingGroup
) -> None:
    office = sign_in(factories.coordinator(store, town).user_id or 0)
    address = f"/city/groups/{group.pk}"
    for step, status in (("rest", GroupStatus.DORMANT), ("wake", GroupStatus.ACTIVE)):
        office.post(f"{address}/{step}")
        assert _row(store, WorkingGroup).status is status
    assert office.post(f"{address}/close", data={"note": " "}).status_code == 422
    office.post(f"{address}/close", data={"note": "目的を果たしました。"})
    assert "目的を果たしました。" in office.get(f"/groups/{group.pk}").text
    assert office.post(f"{address}/rest").status_code == 409
    office.post(f"{address}/reopen")
    assert office.post(f"{address}/edit", data={**GROUP, "version": "1"}).status_code == 409
    version = str(_row(store, WorkingGroup).version)
    assert office.post(f"{address}/edit", data={**GROUP, "version": version}).status_code == 303


def test_members_and_meetings_as_excel(
    store: Session, sign_in: SignIn, town: Municipality, group: WorkingGroup, held: GroupMeeting
) -> None:
    office = sign_in(factories.coordinator(store, town).user_id or 0)

    def rows(what: str) -> list[tuple[object, ...]]:
        answer = office.get(f"/city/groups/{group.pk}/{what}.xlsx")
        return list(openpyxl.load_workbook(BytesIO(answer.data)).active.iter_rows(values_only=True))

    assert [row[:2] for row in rows("members")] == [("名称", "役職"), ("会員の会社", "会員")]
    (header, meeting) = rows("meetings")
    assert (header[0], meeting[0], meeting[3:6]) == ("件名", "第1回会議", ("10:00", "11:30", "市役所"))
    assert SECRET in meeting


@pytest.mark.parametrize("path", ["/groups/{}/room", "/me/groups", "/groups/{}"])
def test_more_rows_ask_no_more_questions(
    app: Flask, store: Session, sign_in: SignIn, town: Municipality, group: WorkingGroup, house: Partner, path: str
) -> None:
    client = sign_in(factories.partner_admin(store, house).user_id or 0)
    address, counts = path.format(group.pk), []
    for number in range(2):
        for more in range(1 + 9 * number):
            factories.meeting(store, group, starts_at=NOW + timedelta(days=400 + more))
            store.add(GroupTask(group_id=group.pk, title=f"タスク{more}", assignee_id=house.pk))
            factories.member(store, group, factories.partner(store, f"会員{number}{more}", town=town))
        store.commit()
        with statements(app) as seen:
            assert client.get(address).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1], counts
