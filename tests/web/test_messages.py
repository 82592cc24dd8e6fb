"""Conversations, announcements, mail settings and time limits in pages, and the mail that they lead to."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlmodel import Session, select

from matcher.policy import Actor
from matcher.services import threads
from models import (
    Announcement,
    GroupMember,
    Message,
    Municipality,
    NoticeSetting,
    OutboxMessage,
    Partner,
    Recommendation,
    ThreadRead,
    TimeLimit,
    WorkingGroup,
)
from models.enums import (
    GroupMemberStatus,
    NoticeKind,
    RecommendationSource,
    RecommendationStatus,
    Rhythm,
    ThreadSubject,
)
from tests import factories
from tests.factories import NOW
from web import jobs, mailer, unsubscribing

SignIn = Callable[[int], FlaskClient]
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


class Place:
    """An office and a partner that it has invited, and that sits in one of its groups."""

    def __init__(self, store: Session) -> None:
        self.town: Municipality = factories.municipality(store)
        self.office: Actor = factories.coordinator(store, self.town)
        self.partner: Partner = factories.partner(store, town=self.town)
        self.person: Actor = factories.partner_admin(store, self.partner)
        self.group: WorkingGroup = factories.group(store, self.town)
        self.match = Recommendation(
            municipality_id=self.town.pk,
            challenge_id=factories.challenge(store, self.town).pk,
            partner_id=self.partner.pk,
            source=RecommendationSource.MANUAL,
            status=RecommendationStatus.INVITED,
            decided_at=NOW,
        )
        member = {"group_id": self.group.pk, "partner_id": self.partner.pk}
        store.add_all([self.match, GroupMember(**member, status=GroupMemberStatus.MEMBER)])
        store.commit()


@pytest.fixture
def place(store: Session) -> Place:
    return Place(store)


def test_the_office_and_the_partner_talk_on_their_own_pages(place: Place, store: Session, sign_in: SignIn) -> None:
    office, person = sign_in(place.office.user_id or 0), sign_in(place.person.user_id or 0)
    address = f"/messages/recommendation/{place.match.pk}"
    match, invitation = f"/city/matches/{place.match.pk}", f"/me/invitations/{place.match.pk}"
    assert f'action="{address}"' in office.get(match).text
    answer = office.post(address, data={"text": "見学できますか。", "next": match})
    assert (answer.status_code, answer.location) == (303, f"{match}#talk")
    shown = person.get(invitation).text
    assert "見学できますか。" in shown
    assert "調整 太郎" not in shown
    assert '<span class="count">1' in person.get("/me").text
    again = person.post(address, data={"text": "はい。", "next": invitation}, headers=HTMX)
    assert again.status_code == 200
    assert again.text.lstrip().startswith("<section")
    assert f'value="{invitation}"' in again.text
    assert '<span class="count">1' not in person.get("/me").text
    assert "はい。" in office.get(match).text


def test_what_was_typed_stays_when_it_cannot_be_sent(place: Place, sign_in: SignIn) -> None:
    person = sign_in(place.person.user_id or 0)
    address = f"/messages/group/{place.group.pk}"
    for headers in ({}, HTMX):
        answer = person.post(address, data={"text": "あ" * 4001}, headers=headers)
        assert answer.status_code == 422
        assert "ああああ" in answer.text
    assert person.post(address, data={"text": "x", "next": "https://evil.example/"}).location == f"{address}#talk"


def test_reading_is_noted_by_a_post_only(place: Place, store: Session, sign_in: SignIn) -> None:
    key = place.group.pk
    message = threads.write(store, place.office, ThreadSubject.GROUP, key, "次回は12月です。", now=NOW).pk
    store.commit()
    person = sign_in(place.person.user_id or 0)
    listed = person.get("/messages").text
    assert place.group.name in listed
    page = person.get(f"/messages/group/{key}").text
    assert f'action="/messages/group/{key}/read/{message}"' in page
    read = select(ThreadRead).where(ThreadRead.user_id == place.person.user_id)
    assert store.exec(read).first() is None
    store.rollback()
    assert person.post(f"/messages/group/{key}/read/{message}", headers=HTMX).text == ""
    store.rollback()
    assert store.exec(read).one().message_id == message
    assert "/read/" not in person.get(f"/groups/{key}").text


def test_a_message_is_withdrawn(place: Place, store: Session, sign_in: SignIn) -> None:
    message = threads.write(store, place.office, ThreadSubject.GROUP, place.group.pk, "まちがいです。", now=NOW)
    store.commit()
    office, person = sign_in(place.office.user_id or 0), sign_in(place.person.user_id or 0)
    assert person.post(f"/messages/{message.pk}/withdraw").status_code == 403
    assert office.post(f"/messages/{message.pk}/withdraw", headers=HTMX).status_code == 200
    assert "まちがいです。" not in person.get(f"/groups/{place.group.pk}").text
    store.rollback()
    assert store.exec(select(Message.text)).one() == ""


def test_outsiders_see_the_group_and_not_what_its_members_say(
    place: Place, store: Session, client: FlaskClient, sign_in: SignIn
) -> None:
    threads.write(store, place.office, ThreadSubject.GROUP, place.group.pk, "会員だけの話", now=NOW)
    stranger = factories.partner_admin(store, factories.partner(store, "株式会社よそ", town=place.town))
    elsewhere = factories.coordinator(store, factories.municipality(store, "141305", "川崎市"))
    store.commit()
    for visitor in (client, sign_in(stranger.user_id or 0), sign_in(elsewhere.user_id or 0)):
        page = visitor.get(f"/groups/{place.group.pk}")
        assert page.status_code == 200
        assert 'id="talk"' not in page.text
        assert "会員だけの話" not in page.text
    assert sign_in(stranger.user_id or 0).get(f"/messages/group/{place.group.pk}").status_code == 404
    assert sign_in(elsewhere.user_id or 0).get(f"/messages/group/{place.group.pk}").status_code == 404
    assert sign_in(stranger.user_id or 0).get(f"/messages/proposal/{place.group.pk}").status_code == 404


def test_the_digest_is_one_mail_with_one_click_to_end_it(place: Place, app: Flask, store: Session) -> None:
    engine, settings = app.extensions["engine"], app.extensions["settings"]
    for kind, key in ((ThreadSubject.GROUP, place.group.pk), (ThreadSubject.RECOMMENDATION, place.match.pk)):
        threads.write(store, place.office, kind, key, "本文は載せません。", now=NOW)
    store.commit()
    store.close()
    assert [jobs.send_digests(engine, NOW + timedelta(days=1)) for _ in range(2)] == [1, 0]
    message = store.exec(select(OutboxMessage)).one()
    store.expunge(message)
    store.rollback()
    rendered = mailer.render(app, settings, message)
    assert rendered.subject == "【Musubi】新しいお知らせをまとめてお届けします"
    for text in (rendered.text, rendered.html):
        assert place.group.name in text
        assert "本文は載せません" not in text
        assert f"{settings.base_url}/messages/recommendation/{place.match.pk}" in text
        assert f"{settings.base_url}/mail/unsubscribe/" in text
    envelope = mailer.envelope(settings, message, rendered, NOW)
    assert envelope["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = re.fullmatch(r"<(.*)>", envelope["List-Unsubscribe"])
    assert link is not None
    one_click = app.test_client().post(link[1].removeprefix(settings.base_url), data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    store.rollback()
    rows = store.exec(select(NoticeSetting)).all()
    assert {row.kind for row in rows} == {NoticeKind.MESSAGE, NoticeKind.WORK}


def test_mail_is_ended_without_signing_in(place: Place, app: Flask, store: Session, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True  # the mail server's click has no token of ours
    user_id = place.person.user_id or 0
    token = unsubscribing.token(app.secret_key, user_id, NoticeKind.ANNOUNCEMENT)  # type: ignore[arg-type]
    assert client.get(f"/mail/unsubscribe/{token}").status_code == 200
    assert store.exec(select(NoticeSetting)).all() == []
    store.rollback()
    assert client.post(f"/mail/unsubscribe/{token}").status_code == 200
    row = store.exec(select(NoticeSetting)).one()
    assert (row.user_id, row.kind, row.rhythm) == (user_id, NoticeKind.ANNOUNCEMENT, Rhythm.NEVER)
    store.rollback()
    assert client.post(f"/mail/unsubscribe/{token}x").status_code == 404
    assert client.post("/messages/group/1", data={"text": "x"}).status_code == 303


def test_mail_that_always_goes_carries_no_way_out(app: Flask) -> None:
    settings = app.extensions["settings"]
    message = OutboxMessage(key="k", template="reset", to_email="a@example.jp", user_id=7, next_attempt_at=NOW)
    assert mailer.unsubscribe_url(settings, message) == ""


def test_everybody_chooses_how_often_mail_comes(place: Place, store: Session, sign_in: SignIn) -> None:
    person, office = sign_in(place.person.user_id or 0), sign_in(place.office.user_id or 0)
    assert 'name="work"' not in person.get("/account/mail").text
    assert 'name="announcement"' not in office.get("/account/mail").text
    chosen = dict.fromkeys(("mention", "message", "match", "group", "announcement"), "weekly")
    assert person.post("/account/mail", data=chosen).status_code == 303
    assert 'selected value="weekly"' in person.get("/account/mail").text
    assert person.post("/account/mail", data={**chosen, "mention": "hourly"}).status_code == 422
    store.rollback()
    assert len(store.exec(select(NoticeSetting)).all()) == 5


def test_an_announcement_from_draft_to_mail(place: Place, store: Session, sign_in: SignIn) -> None:
    office = sign_in(place.office.user_id or 0)
    data = {"title": "説明会", "body": "ご案内します。", "kinds": "company"}
    assert office.post("/city/announcements/new", data={**data, "title": ""}).status_code == 422
    address = office.post("/city/announcements/new", data=data).location
    preview = office.get(address).text
    assert place.partner.name in preview
    version = re.search(r'name="version" value="(\d+)"', preview)
    assert version is not None
    assert 'value="説明会"' in office.get(f"{address}/edit").text
    assert office.post(f"{address}/send", data={"version": version[1]}).status_code == 303
    assert office.get(f"{address}/edit").status_code == 303
    store.rollback()
    assert store.exec(select(Announcement.count)).one() == 1
    assert store.exec(select(OutboxMessage.template)).one() == "announcement"
    assert "説明会" in office.get("/city/announcements").text


def test_announcements_of_others_are_hidden(place: Place, store: Session, sign_in: SignIn) -> None:
    row = Announcement(municipality_id=place.town.pk, title="内々の案内", body="本文", segment={})
    elsewhere = factories.coordinator(store, factories.municipality(store, "141305", "川崎市"))
    staff = factories.department_staff(store, place.town)
    store.add(row)
    store.commit()
    stranger = sign_in(elsewhere.user_id or 0)
    assert stranger.get(f"/city/announcements/{row.pk}").status_code == 404
    assert "内々の案内" not in stranger.get("/city/announcements").text
    page = sign_in(staff.user_id or 0).get(f"/city/announcements/{row.pk}")
    assert page.status_code == 200
    assert "/send" not in page.text


def test_an_office_sets_its_limits_and_goes_back(place: Place, store: Session, sign_in: SignIn) -> None:
    office = sign_in(place.office.user_id or 0)
    page = office.get("/city/patience").text
    fields = dict(re.findall(r'name="(\w+_(?:amber|red))"[^>]*value="(\d+)"', page))
    fields |= {name: value for value, name in re.findall(r'value="(\d+)"[^>]*name="(\w+_(?:amber|red))"', page)}
    seen = re.search(r'name="seen"[^>]*value="([^"]+)"', page)
    assert seen is not None
    sent = {**fields, "seen": seen[1], "review_amber": "2", "review_red": "1"}
    assert office.post("/city/patience", data=sent).status_code == 422
    sent["review_red"] = "4"
    assert office.post("/city/patience", data=sent).status_code == 303
    assert office.post("/city/patience", data=sent).status_code == 409
    store.rollback()
    row = store.exec(select(TimeLimit)).one()
    assert (row.desk, row.amber, row.red) == ("review", 2, 4)
    store.rollback()
    now_seen = re.search(r'name="seen"[^>]*value="([^"]+)"', office.get("/city/patience").text)
    assert now_seen is not None
    assert office.post("/city/patience/reset", data={"seen": now_seen[1]}).status_code == 303
    store.rollback()
    assert store.exec(select(TimeLimit)).all() == []


def test_the_department_reads_the_limits(place: Place, store: Session, sign_in: SignIn) -> None:
    staff = factories.department_staff(store, place.town)
    store.commit()
    client = sign_in(staff.user_id or 0)
    page = client.get("/city/patience")
    assert page.status_code == 200
    assert "<input" not in page.text.partition('id="limits"')[2].partition("<table")[2]
    assert client.post("/city/patience/reset").status_code == 403


def test_old_entries_of_digests_are_thrown_away(place: Place, app: Flask, store: Session) -> None:
    engine = app.extensions["engine"]
    threads.write(store, place.office, ThreadSubject.GROUP, place.group.pk, "昔の話", now=NOW)
    store.commit()
    store.close()
    jobs.send_digests(engine, NOW + timedelta(days=1))
    jobs.purge_expired(engine, NOW + timedelta(days=92))
    assert store.exec(select(OutboxMessage.template)).all() == ["digest"]
    assert store.exec(select(threads.Message.text)).one() == "昔の話"
