"""Announcements: whom a segment reaches, who is left in peace, and that they go out once."""

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import announcements, mail_settings
from models import Announcement, AuditEvent, GroupMember, Municipality, OutboxMessage, Partner, PartnerTarget
from models.enums import GroupMemberStatus, NoticeKind, PartnerKind, RegistrationStatus, Rhythm, TargetBasis
from models.queries.announcements import Segment
from tests import factories
from tests.factories import NOW


@pytest.fixture
def town(session: Session) -> Municipality:
    return factories.municipality(session)


@pytest.fixture
def partners(session: Session, town: Municipality) -> list[Partner]:
    """Three registered ones, of which the last has no account, and two who are not to be told."""
    names = ("一番", "二番", "三番")
    found = [factories.partner(session, name, town=town) for name in names]
    for partner in found[:2]:
        factories.partner_admin(session, partner)
    found[1].kind, found[1].prefecture = PartnerKind.UNIVERSITY, "石川県"
    session.add(PartnerTarget(partner_id=found[0].pk, goal=3, target="3.8", basis=TargetBasis.CONFIRMED))
    applied = factories.partner(session, "申請中", town=town, status=RegistrationStatus.APPLIED)
    elsewhere = factories.partner(session, "よそ", town=factories.municipality(session, "141305", "川崎市"))
    for partner in (applied, elsewhere):
        factories.partner_admin(session, partner)
    session.flush()
    return found


def _write(session: Session, actor: Actor, town: Municipality, **changes: object) -> Announcement:
    given: dict[str, object] = {"title": "説明会", "body": "ご案内します。", "segment": Segment()}
    return announcements.write(session, actor, town.pk, **{**given, **changes}, now=NOW)  # type: ignore[arg-type]


def _reached(session: Session, actor: Actor, town: Municipality, segment: Segment) -> list[str]:
    return [p.name for p in announcements.audience(session, actor, town.pk, segment).partners]


def test_a_segment_takes_in_registered_partners_only(
    session: Session, town: Municipality, partners: list[Partner]
) -> None:
    office, group = factories.coordinator(session, town), factories.group(session, town)
    session.add(GroupMember(group_id=group.pk, partner_id=partners[2].pk, status=GroupMemberStatus.MEMBER))
    session.add(GroupMember(group_id=group.pk, partner_id=partners[0].pk, status=GroupMemberStatus.LEFT))
    session.flush()
    assert sorted(_reached(session, office, town, Segment())) == ["一番", "三番", "二番"]
    assert _reached(session, office, town, Segment(kinds=["university"])) == ["二番"]
    assert _reached(session, office, town, Segment(goals=[3, 4])) == ["一番"]
    assert _reached(session, office, town, Segment(prefectures=["石川県"])) == ["二番"]
    assert _reached(session, office, town, Segment(groups=[group.pk])) == ["三番"]
    assert _reached(session, office, town, Segment(goals=[3], kinds=["university"])) == []
    assert _reached(session, office, town, Segment(tiers=[1])) == []


def test_it_goes_out_once(session: Session, town: Municipality, partners: list[Partner]) -> None:
    office = factories.coordinator(session, town)
    row = _write(session, office, town)
    session.flush()
    for _ in range(2):
        announcements.send(session, office, row.pk, version=row.version, now=NOW)
    assert (row.sent_at, row.count) == (NOW, 2)
    mails = session.exec(select(OutboxMessage)).all()
    assert [mail.template for mail in mails] == ["announcement"] * 2
    assert {mail.params["title"] for mail in mails} == {"説明会"}
    events = session.exec(select(AuditEvent.event).order_by(col(AuditEvent.id))).all()
    assert events == ["announcement.written", "announcement.sent"]


def test_who_wants_none_is_left_in_peace(session: Session, town: Municipality, partners: list[Partner]) -> None:
    office, person = factories.coordinator(session, town), factories.partner_admin(session, partners[0])
    mail_settings.choose(session, person, {NoticeKind.ANNOUNCEMENT: Rhythm.NEVER}, now=NOW)
    found = announcements.audience(session, office, town.pk, Segment())
    assert (len(found.people), found.opted_out, found.without_account) == (2, 1, 1)
    assert person.user_id not in {user.pk for user in found.people}


def test_nobody_to_tell_is_said_before_anything_goes_out(session: Session, town: Municipality) -> None:
    office = factories.coordinator(session, town)
    row = _write(session, office, town)
    session.flush()
    with pytest.raises(Invalid):
        announcements.send(session, office, row.pk, version=row.version, now=NOW)
    assert row.sent_at is None


def test_what_was_sent_stands(session: Session, town: Municipality, partners: list[Partner]) -> None:
    office = factories.coordinator(session, town)
    row = _write(session, office, town)
    session.flush()
    version = row.version
    announcements.rewrite(session, office, row.pk, "説明会2", "本文", Segment(), version=version, now=NOW)
    session.flush()
    for act in (announcements.rewrite, announcements.send):
        args = ("別", "別", Segment()) if act is announcements.rewrite else ()
        with pytest.raises(Conflict):
            act(session, office, row.pk, *args, version=version, now=NOW)  # type: ignore[operator]
    announcements.send(session, office, row.pk, version=row.version, now=NOW)
    with pytest.raises(InvalidTransition):
        announcements.rewrite(session, office, row.pk, "後", "から", Segment(), version=None, now=NOW)
    with pytest.raises(InvalidTransition):
        announcements.drop(session, office, row.pk, now=NOW)


def test_only_the_coordinators_of_the_office(session: Session, town: Municipality) -> None:
    office = factories.coordinator(session, town)
    other = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    row = _write(session, office, town)
    session.flush()
    with pytest.raises(NotFound):
        announcements.look(session, other, row.pk)
    with pytest.raises(NotFound):
        announcements.send(session, other, row.pk, version=row.version, now=NOW)
    with pytest.raises(NotAllowed):
        _write(session, factories.department_staff(session, town), town)
    announcements.drop(session, office, row.pk, now=NOW)
    assert session.exec(select(Announcement)).all() == []


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"title": " ", "body": ""}, {"title": "required", "body": "required"}),
        ({"title": "あ" * 121, "body": "あ" * 8001}, {"title": "too_long", "body": "too_long"}),
        ({"segment": Segment(kinds=["alien"], goals=[18], prefectures=["火星"])}, {"kinds", "goals", "prefectures"}),
        ({"segment": Segment(groups=[99], tiers=[99])}, {"groups", "tiers"}),
    ],
)
def test_an_announcement_needs_sound_words_and_recipients(
    session: Session, town: Municipality, changes: dict[str, object], wrong: object
) -> None:
    with pytest.raises(Invalid) as refused:
        _write(session, factories.coordinator(session, town), town, **changes)
    assert refused.value.fields == wrong or set(refused.value.fields) == wrong


def test_the_group_of_another_office_is_no_segment(session: Session, town: Municipality) -> None:
    other = factories.municipality(session, "141305", "川崎市")
    theirs = factories.group(session, other)
    with pytest.raises(Invalid):
        _write(session, factories.coordinator(session, town), town, segment=Segment(groups=[theirs.pk]))
