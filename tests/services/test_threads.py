"""Conversations: who takes part, who is told, who is called by name, and what nobody else gets to see."""

from collections.abc import Callable

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import groups, recommendations, threads, topics
from models import (
    AuditEvent,
    DigestEntry,
    GroupMember,
    MessageMention,
    Municipality,
    OutboxMessage,
    Partner,
    Recommendation,
    WorkingGroup,
)
from models.enums import GroupMemberStatus, GroupStatus, RecommendationSource, RefusalReason, Role, ThreadSubject
from models.enums import RecommendationStatus as R
from tests import factories
from tests.factories import NOW

MATCH, GROUP = ThreadSubject.RECOMMENDATION, ThreadSubject.GROUP


@pytest.fixture
def town(session: Session) -> Municipality:
    return factories.municipality(session)


def _match(session: Session, town: Municipality, partner: Partner, status: R = R.INVITED) -> Recommendation:
    row = Recommendation(
        municipality_id=town.pk,
        challenge_id=factories.challenge(session, town).pk,
        partner_id=partner.pk,
        source=RecommendationSource.MANUAL,
        status=status,
    )
    session.add(row)
    session.flush()
    return row


def _member(session: Session, group: WorkingGroup, partner: Partner) -> None:
    session.add(GroupMember(group_id=group.pk, partner_id=partner.pk, status=GroupMemberStatus.MEMBER))
    session.flush()


def _colleague(session: Session, partner: Partner, name: str) -> Actor:
    return factories.seat(session, factories.user(session, name), Role.PARTNER_MEMBER, partner=partner)


def _texts(session: Session, actor: Actor, kind: ThreadSubject, key: int) -> list[str]:
    return [line.message.text for line in threads.look(session, actor, kind, key).lines]


def _waiting(session: Session) -> list[tuple[str, int]]:
    rows = session.exec(select(DigestEntry).order_by(col(DigestEntry.id)))
    return [(row.template, row.user_id) for row in rows]


def test_both_sides_of_an_invitation_talk(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    person, row = factories.partner_admin(session, partner), _match(session, town, partner)
    threads.write(session, office, MATCH, row.pk, "見学できますか。", now=NOW)
    threads.write(session, person, MATCH, row.pk, "はい、来週以降なら。", now=NOW)
    assert _texts(session, person, MATCH, row.pk) == ["見学できますか。", "はい、来週以降なら。"]
    assert _waiting(session) == [("message_posted", person.user_id), ("message_posted", office.user_id)]
    assert session.exec(select(AuditEvent.event).order_by(col(AuditEvent.id))).all() == ["message.written"] * 2


def test_nobody_is_named_to_the_other_side_before_the_introduction(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    person, row = factories.partner_admin(session, partner), _match(session, town, partner)
    colleague = _colleague(session, partner, "企業 四郎")
    threads.write(session, person, MATCH, row.pk, "ご質問があれば。", now=NOW)
    seen = threads.look(session, office, MATCH, row.pk)
    assert ([line.author for line in seen.lines], seen.people) == ([""], [])
    assert [line.author for line in threads.look(session, colleague, MATCH, row.pk).lines] == ["企業 三郎"]
    row.status = R.INTRODUCED
    seen = threads.look(session, office, MATCH, row.pk)
    assert [line.author for line in seen.lines] == ["企業 三郎"]
    assert [user.pk for user in seen.people] == [person.user_id]


def test_before_an_invitation_there_is_nothing_to_write_in(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    person, row = factories.partner_admin(session, partner), _match(session, town, partner, R.PROPOSED)
    with pytest.raises(InvalidTransition):
        threads.write(session, office, MATCH, row.pk, "庁内だけの話", now=NOW)
    with pytest.raises(NotFound):
        threads.look(session, person, MATCH, row.pk)


def test_after_a_refusal_both_still_read_and_nobody_writes(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    person, row = factories.partner_admin(session, partner), _match(session, town, partner)
    threads.write(session, office, MATCH, row.pk, "いかがでしょうか。", now=NOW)
    recommendations.refuse(session, person, row.pk, RefusalReason.TIMING, "", now=NOW)
    for actor in (office, person):
        assert _texts(session, actor, MATCH, row.pk) == ["いかがでしょうか。"]
        with pytest.raises(InvalidTransition):
            threads.write(session, actor, MATCH, row.pk, "もう一言", now=NOW)


def _strangers(session: Session, town: Municipality) -> list[Actor]:
    other = factories.municipality(session, "141305", "川崎市")
    admin = factories.user(session, is_admin=True)
    stranger = factories.partner(session, "株式会社よそ", town=town)
    return [
        factories.coordinator(session, other),
        factories.partner_admin(session, stranger),
        Actor(admin.pk, (), is_admin=True),
        Actor(),
    ]


@pytest.mark.parametrize("kind", [MATCH, GROUP])
def test_nobody_else_learns_that_there_is_a_conversation(
    session: Session, town: Municipality, kind: ThreadSubject
) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    group, row = factories.group(session, town), _match(session, town, partner)
    _member(session, group, partner)
    key = row.pk if kind is MATCH else group.pk
    message = threads.write(session, office, kind, key, "内々の話です。", now=NOW)
    for stranger in _strangers(session, town):
        acts: list[Callable[[], object]] = [
            lambda who=stranger: threads.look(session, who, kind, key),  # type: ignore[misc]
            lambda who=stranger: threads.write(session, who, kind, key, "こんにちは", now=NOW),  # type: ignore[misc]
            lambda who=stranger: threads.withdraw(session, who, message.pk, now=NOW),  # type: ignore[misc]
            lambda who=stranger: threads.mark_read(session, who, kind, key, message.pk, now=NOW),  # type: ignore[misc]
        ]
        for act in acts:
            with pytest.raises(NotFound):
                act()
        if stranger.signed_in:
            assert (threads.inbox(session, stranger), threads.unread(session, stranger)) == ([], 0)


def test_who_leaves_a_group_reads_no_further(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    person, group = factories.partner_admin(session, partner), factories.group(session, town)
    _member(session, group, partner)
    threads.write(session, office, GROUP, group.pk, "次回は12月です。", now=NOW)
    assert threads.unread(session, person) == 1
    groups.leave(session, person, group.pk, partner.pk, now=NOW)
    assert threads.unread(session, person) == 0
    with pytest.raises(NotFound):
        threads.look(session, person, GROUP, group.pk)
    threads.write(session, office, GROUP, group.pk, "会場は市役所です。", now=NOW)
    assert len([user for _, user in _waiting(session) if user == person.user_id]) == 1


def test_a_closed_group_is_only_read(session: Session, town: Municipality) -> None:
    office, group = factories.coordinator(session, town), factories.group(session, town)
    group.status = GroupStatus.CLOSED
    with pytest.raises(InvalidTransition):
        threads.write(session, office, GROUP, group.pk, "終わりました。", now=NOW)


@pytest.mark.parametrize(("text", "code"), [("  ", "required"), ("あ" * 4001, "too_long")])
def test_a_message_needs_words_and_not_too_many(session: Session, town: Municipality, text: str, code: str) -> None:
    office, group = factories.coordinator(session, town), factories.group(session, town)
    with pytest.raises(Invalid) as refused:
        threads.write(session, office, GROUP, group.pk, text, now=NOW)
    assert refused.value.fields == {"text": code}


@pytest.mark.parametrize("text", ["@企業四郎 さん、いかがですか。", "＠企業 四郎さん、いかがですか。"])
def test_who_is_called_by_name_hears_at_once(session: Session, town: Municipality, text: str) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    group, person = factories.group(session, town), factories.partner_admin(session, partner)
    colleague = _colleague(session, partner, "企業 四郎")
    _colleague(session, partner, "企業")
    _member(session, group, partner)
    message = threads.write(session, person, GROUP, group.pk, text, now=NOW)
    named = session.exec(select(MessageMention.user_id).where(MessageMention.message_id == message.pk)).all()
    assert named == [colleague.user_id]
    mails = session.exec(select(OutboxMessage)).all()
    assert [(mail.template, mail.user_id) for mail in mails] == [("mentioned", colleague.user_id)]
    assert text not in str(mails[0].params)
    assert ("message_posted", office.user_id) in _waiting(session)


def test_only_people_whose_name_one_may_know_can_be_called(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    group, person = factories.group(session, town), factories.partner_admin(session, partner)
    _member(session, group, partner)
    outsider = factories.user(session, "部外 五郎")
    tried = [person.user_id or 0, outsider.pk]
    threads.write(session, office, GROUP, group.pk, "@企業三郎 @部外五郎 どうですか。", mentioned=tried, now=NOW)
    assert session.exec(select(MessageMention)).all() == []
    threads.write(session, person, GROUP, group.pk, "はい。", now=NOW)
    threads.write(session, office, GROUP, group.pk, "ありがとうございます。", mentioned=tried, now=NOW)
    assert session.exec(select(MessageMention.user_id)).all() == [person.user_id]


def test_a_message_is_withdrawn_by_its_author_only(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    person, row = factories.partner_admin(session, partner), _match(session, town, partner)
    message = threads.write(session, office, MATCH, row.pk, "誤って書きました。", now=NOW)
    with pytest.raises(NotAllowed):
        threads.withdraw(session, person, message.pk, now=NOW)
    for _ in range(2):
        threads.withdraw(session, office, message.pk, now=NOW)
    session.flush()
    assert (message.text, message.withdrawn_at) == ("", NOW)
    assert threads.unread(session, person) == 0


def test_what_is_read_is_new_no_more(session: Session, town: Municipality) -> None:
    office, partner = factories.coordinator(session, town), factories.partner(session, town=town)
    person, row = factories.partner_admin(session, partner), _match(session, town, partner)
    first = threads.write(session, office, MATCH, row.pk, "一つ目", now=NOW)
    second = threads.write(session, office, MATCH, row.pk, "二つ目", now=NOW)
    assert [(found.unread, title) for found, title, _ in threads.inbox(session, person)] == [
        (2, "ひとり暮らしの高齢者を見守りたい")
    ]
    threads.mark_read(session, person, MATCH, row.pk, second.pk, now=NOW)
    threads.mark_read(session, person, MATCH, row.pk, first.pk, now=NOW)
    assert (threads.unread(session, person), threads.unread(session, office)) == (0, 0)
    other = _match(session, town, factories.partner(session, "二番", town=town))
    with pytest.raises(NotFound):
        threads.mark_read(session, office, MATCH, other.pk, first.pk, now=NOW)


def test_a_department_follows_what_it_has_opened(session: Session, town: Municipality) -> None:
    staff, partner = factories.department_staff(session, town), factories.partner(session, town=town)
    person, row = factories.partner_admin(session, partner), _match(session, town, partner)
    first = threads.write(session, person, MATCH, row.pk, "一つ目", now=NOW)
    assert (threads.unread(session, staff), threads.inbox(session, staff)) == (0, [])
    threads.mark_read(session, staff, MATCH, row.pk, first.pk, now=NOW)
    threads.write(session, person, MATCH, row.pk, "二つ目", now=NOW)
    assert threads.unread(session, staff) == 1
    assert ("message_posted", staff.user_id) in _waiting(session)


def test_somebody_with_two_partners_speaks_for_the_one_they_work_for(session: Session, town: Municipality) -> None:
    group = factories.group(session, town)
    first, second = factories.partner(session, "一番", town=town), factories.partner(session, "二番", town=town)
    user = factories.user(session)
    seats = [factories.seat(session, user, Role.PARTNER_ADMIN, partner=house).seats[0] for house in (first, second)]
    for house in (first, second):
        _member(session, group, house)
    actor = Actor(user.pk, tuple(seats))
    said = threads.write(session, actor, GROUP, group.pk, "二番からです。", partner_id=second.pk, now=NOW)
    assert said.partner_id == second.pk


def test_every_kind_that_is_talked_about_has_its_reads() -> None:
    assert set(topics.TOPICS) == set(threads.queries.TAKES_PART) == set(threads.queries.TITLES)
