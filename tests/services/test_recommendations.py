"""From a ranked list to an introduction: what is stored, who decides, and what happens when two people click."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import SYSTEM, Actor
from matcher.services import challenges, recommendations
from matcher.services.introductions import Contact
from models import (
    Challenge,
    IndexChange,
    Interest,
    Introduction,
    Municipality,
    OutboxMessage,
    Partner,
    Recommendation,
    Registration,
)
from models.enums import (
    ChallengeStatus,
    DeclineReason,
    EntityType,
    RecommendationSource,
    RefusalReason,
    RegistrationStatus,
)
from models.enums import RecommendationStatus as R
from models.queries import recommendations as queries
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook

BOOK = FakeMatchbook()


class Office:
    """A municipality with a coordinator, a published challenge and two registered partners; the first has people."""

    def __init__(self, session: Session) -> None:
        self.town: Municipality = factories.municipality(session)
        self.coordinator: Actor = factories.coordinator(session, self.town)
        self.challenge: Challenge = factories.challenge(session, self.town)
        self.first: Partner = factories.partner(session, "株式会社一番", town=self.town)
        self.second: Partner = factories.partner(session, "株式会社二番", town=self.town)
        self.person: Actor = factories.partner_admin(session, self.first)


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def recommended(session: Session, office: Office) -> Recommendation:
    recommendations.run(session, office.coordinator, office.challenge.pk, BOOK, now=NOW)
    session.flush()
    return pair(session, office.challenge, office.first)


def pair(session: Session, challenge: Challenge, partner: Partner) -> Recommendation:
    found = queries.of_pair(session, challenge.pk, partner.pk)
    assert found is not None
    return found


def mails(session: Session, template: str) -> list[OutboxMessage]:
    session.flush()
    return list(session.exec(select(OutboxMessage).where(OutboxMessage.template == template)))


def invited(session: Session, office: Office) -> Recommendation:
    row = recommended(session, office)
    recommendations.approve(session, office.coordinator, row.pk, message="一度お話ししませんか。", now=NOW)
    return row


def test_a_run_keeps_what_made_it(session: Session, office: Office) -> None:
    applying = factories.partner(session, "申請中", town=office.town, status=RegistrationStatus.APPLIED)
    run = recommendations.run(session, office.coordinator, office.challenge.pk, BOOK, now=NOW)
    session.flush()
    rows = queries.of_challenge(session, office.challenge.pk)
    assert [(r.partner_id, r.rank) for r in rows] == [(office.first.pk, 1), (office.second.pk, 2)]
    assert applying.pk not in {r.partner_id for r in rows}
    assert (run.model, run.generation) == ("fake", 1)
    session.expire_all()
    assert rows[0].evidence[0]["asks"]["text"] == "見守りたい。"
    assert rows[0].evidence[0]["asks"]["marks"] == [[0, 3]]
    assert {s["code"] for s in rows[0].signals} == {"region", "thin_profile"}
    assert rows[0].features == {"dense": 0.5, "lexical": 0.1}


def test_a_second_run_leaves_decisions_alone(session: Session, office: Office) -> None:
    declined = recommended(session, office)
    recommendations.decline(session, office.coordinator, declined.pk, DeclineReason.STAGE, "", now=NOW)
    other = pair(session, office.challenge, office.second)
    recommendations.run(session, office.coordinator, office.challenge.pk, BOOK, limit=1, now=NOW + timedelta(days=1))
    session.flush()
    assert (declined.status, declined.rank) == (R.DECLINED, 1)
    assert (other.status, other.rank) == (R.PROPOSED, None)


def test_only_those_registered_here(session: Session, office: Office) -> None:
    elsewhere = factories.municipality(session, "141305", "川崎市")
    far = factories.partner(session, "遠方", town=elsewhere)
    recommendations.run(session, office.coordinator, office.challenge.pk, BOOK, registered_here=True, now=NOW)
    session.flush()
    assert queries.of_pair(session, office.challenge.pk, far.pk) is None
    recommendations.run(session, office.coordinator, office.challenge.pk, BOOK, now=NOW)
    session.flush()
    assert queries.of_pair(session, office.challenge.pk, far.pk) is not None


def test_a_raised_hand_joins_the_list(session: Session, office: Office) -> None:
    session.add(Interest(challenge_id=office.challenge.pk, partner_id=office.second.pk))
    recommendations.run(session, office.coordinator, office.challenge.pk, BOOK, limit=1, now=NOW)
    session.flush()
    row = pair(session, office.challenge, office.second)
    assert (row.source, row.rank) == (RecommendationSource.INTEREST, None)
    recommendations.run(session, office.coordinator, office.challenge.pk, BOOK, now=NOW)
    assert (row.source, row.rank) == (RecommendationSource.ENGINE, 2)


def test_added_by_hand_with_evidence(session: Session, office: Office) -> None:
    add = recommendations.add_by_hand
    row = add(session, office.coordinator, office.challenge.pk, office.second.pk, matchbook=BOOK, now=NOW)
    assert (row.source, row.rank) == (RecommendationSource.MANUAL, None)
    assert row.evidence
    session.flush()
    assert add(session, office.coordinator, office.challenge.pk, office.second.pk, now=NOW) is row
    nowhere = factories.partner(session, "未登録")
    with pytest.raises(NotFound):
        add(session, office.coordinator, office.challenge.pk, nowhere.pk, now=NOW)


def test_approving_twice_invites_once(session: Session, office: Office) -> None:
    row = invited(session, office)
    recommendations.approve(session, office.coordinator, row.pk, message="もう一度", now=NOW)
    assert row.status is R.INVITED
    assert row.message == "一度お話ししませんか。"
    assert [m.user_id for m in mails(session, "invitation")] == [office.person.user_id]
    colleague = factories.coordinator(session, office.town)
    with pytest.raises(InvalidTransition):
        recommendations.approve(session, colleague, row.pk, message="", now=NOW)


def test_a_partner_without_people_can_be_invited_too(session: Session, office: Office) -> None:
    recommended(session, office)
    row = pair(session, office.challenge, office.second)
    recommendations.approve(session, office.coordinator, row.pk, message="", now=NOW)
    assert row.status is R.INVITED
    assert mails(session, "invitation") == []


def test_who_may_not_approve(session: Session, office: Office) -> None:
    row = recommended(session, office)
    approve = recommendations.approve
    with pytest.raises(NotAllowed):
        approve(session, factories.department_staff(session, office.town), row.pk, message="", now=NOW)
    stranger = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    with pytest.raises(NotFound):
        approve(session, stranger, row.pk, message="", now=NOW)
    with pytest.raises(NotFound):
        recommendations.run(session, stranger, office.challenge.pk, BOOK, now=NOW)
    with pytest.raises(Invalid):
        approve(session, office.coordinator, row.pk, message="あ" * 2_001, now=NOW)


def test_no_invitation_to_a_challenge_that_is_not_open(session: Session, office: Office) -> None:
    row = recommended(session, office)
    challenges.unpublish(session, office.coordinator, office.challenge.pk, now=NOW)
    with pytest.raises(InvalidTransition):
        recommendations.approve(session, office.coordinator, row.pk, message="", now=NOW)
    assert row.status is R.PROPOSED


def test_a_partner_that_has_left_is_not_invited(session: Session, office: Office) -> None:
    row = recommended(session, office)
    registration = session.exec(select(Registration).where(Registration.partner_id == office.first.pk)).one()
    registration.status = RegistrationStatus.WITHDRAWN
    with pytest.raises(InvalidTransition):
        recommendations.approve(session, office.coordinator, row.pk, message="", now=NOW)
    assert row.status is R.PROPOSED


def test_setting_aside_and_taking_up_again(session: Session, office: Office) -> None:
    row = recommended(session, office)
    with pytest.raises(Invalid):
        recommendations.decline(session, office.coordinator, row.pk, DeclineReason.OTHER, "", now=NOW)
    recommendations.decline(session, office.coordinator, row.pk, DeclineReason.REGION, "対象外", now=NOW)
    recommendations.decline(session, office.coordinator, row.pk, DeclineReason.REGION, "対象外", now=NOW)
    assert (row.status, row.reason) == (R.DECLINED, "region")
    assert mails(session, "interest_declined") == []
    recommendations.reconsider(session, office.coordinator, row.pk, now=NOW)
    assert (row.status, row.reason, row.reason_note, row.decided_by_id) == (R.PROPOSED, "", "", None)


def test_who_raised_a_hand_hears_of_a_no(session: Session, office: Office) -> None:
    session.add(Interest(challenge_id=office.challenge.pk, partner_id=office.first.pk))
    row = recommended(session, office)
    recommendations.decline(session, office.coordinator, row.pk, DeclineReason.STAGE, "内部のメモ", now=NOW)
    sent = mails(session, "interest_declined")
    assert [m.user_id for m in sent] == [office.person.user_id]
    assert "内部のメモ" not in str(sent[0].params)


def test_accepting_introduces_both_sides(session: Session, office: Office) -> None:
    row = invited(session, office)
    made = recommendations.accept(session, office.person, row.pk, message="来週以降であれば伺えます。", now=NOW)
    session.flush()
    assert row.status is R.INTRODUCED
    assert office.challenge.status is ChallengeStatus.IN_DIALOGUE
    assert made.city_contact["email"] == "madoguchi@example.lg.jp"
    assert made.partner_contact["name"] == "企業 三郎"
    assert made.partner_contact["message"] == "来週以降であれば伺えます。"
    told = {(m.user_id, m.params["side"]) for m in mails(session, "introduction")}
    assert told == {(office.person.user_id, "partner"), (office.coordinator.user_id, "city")}
    assert recommendations.accept(session, office.person, row.pk, message="", now=NOW) is made
    assert len(mails(session, "introduction")) == 2
    colleague = factories.partner_admin(session, office.first)
    with pytest.raises(InvalidTransition):
        recommendations.accept(session, colleague, row.pk, message="", now=NOW)


def test_turning_down_after_accepting_ends_the_introduction(session: Session, office: Office) -> None:
    row = invited(session, office)
    made = recommendations.accept(session, office.person, row.pk, message="", now=NOW)
    session.flush()
    later = NOW + timedelta(days=3)
    recommendations.refuse(session, office.person, row.pk, RefusalReason.BUDGET, "", now=later)
    assert (row.status, made.ended_at) == (R.REFUSED, later)
    assert [m.user_id for m in mails(session, "invitation_refused")] == [office.coordinator.user_id]
    with pytest.raises(InvalidTransition):
        recommendations.accept(session, office.person, row.pk, message="", now=later)


def test_a_partner_knows_nothing_of_what_it_was_not_sent(session: Session, office: Office) -> None:
    row = recommended(session, office)
    with pytest.raises(NotFound):
        recommendations.accept(session, office.person, row.pk, message="", now=NOW)
    assert queries.invitations(session, office.first.pk) == []
    recommendations.decline(session, office.coordinator, row.pk, DeclineReason.STAGE, "", now=NOW)
    with pytest.raises(NotFound):
        recommendations.refuse(session, office.person, row.pk, RefusalReason.BUDGET, "", now=NOW)
    assert queries.invitation(session, row.pk) is None


def test_what_a_partner_reads_of_an_invitation(session: Session, office: Office) -> None:
    row = invited(session, office)
    (shown,) = queries.invitations(session, office.first.pk)
    assert (shown.challenge, shown.municipality, shown.message) == (
        office.challenge,
        office.town,
        "一度お話ししませんか。",
    )
    assert shown.open
    assert not {"score", "fit", "features", "signals"} & set(vars(shown))
    assert queries.invitation(session, row.pk, office.second.pk) is None
    stranger = factories.partner_admin(session, office.second)
    with pytest.raises(NotFound):
        recommendations.accept(session, stranger, row.pk, message="", now=NOW)


def test_taking_an_invitation_back(session: Session, office: Office) -> None:
    row = invited(session, office)
    recommendations.withdraw(session, office.coordinator, row.pk, now=NOW)
    assert (row.status, row.reason) == (R.LAPSED, "withdrawn")
    assert len(mails(session, "invitation_lapsed")) == 1
    recommendations.reconsider(session, office.coordinator, row.pk, now=NOW)
    recommendations.approve(session, office.coordinator, row.pk, message="", now=NOW + timedelta(days=1))
    assert len(mails(session, "invitation")) == 2


def test_partner_to_partner(session: Session, office: Office) -> None:
    """The seeking partner's own person is whom the other one meets."""
    seeker, town = office.first, office.town
    recommendations.run_for_partner(session, office.coordinator, town.pk, seeker.pk, BOOK, now=NOW)
    session.flush()
    (row,) = queries.of_seeker(session, town.pk, seeker.pk)
    assert row.partner_id == office.second.pk
    other = factories.partner_admin(session, office.second)
    recommendations.approve(session, office.coordinator, row.pk, message="", now=NOW)
    made = recommendations.accept(session, other, row.pk, message="", now=NOW)
    session.flush()
    assert made.city_contact["organisation"] == seeker.name
    assert {m.params["side"] for m in mails(session, "introduction")} == {"partner", "city", "seeker"}
    unknown = factories.partner(session, "未登録")
    with pytest.raises(NotFound):
        recommendations.run_for_partner(session, office.coordinator, town.pk, unknown.pk, BOOK, now=NOW)


def test_news_of_an_introduction(session: Session, office: Office) -> None:
    row = invited(session, office)
    with pytest.raises(InvalidTransition):
        recommendations.heard(session, office.coordinator, row.pk, now=NOW)
    recommendations.accept(session, office.person, row.pk, message="", now=NOW)
    session.flush()
    recommendations.heard(session, office.coordinator, row.pk, now=NOW)
    assert session.exec(select(Introduction)).one().ended_at is None


def test_the_coordinator_stands_in_where_a_challenge_names_nobody(session: Session, office: Office) -> None:
    office.challenge.contact_email = office.challenge.contact_phone = ""
    row = invited(session, office)
    made = recommendations.accept(session, office.person, row.pk, message="", now=NOW)
    assert made.city_contact["name"] == "調整 太郎"
    assert replace(queries.invitation(session, row.pk), message="").contact_shared  # type: ignore[type-var]


def test_the_index_hears_when_a_partner_becomes_busier_or_free(session: Session, office: Office) -> None:
    """An open invitation takes up capacity, and the index holds what is left."""

    def heard() -> int:
        session.flush()
        marks = session.exec(select(IndexChange).where(IndexChange.entity_type == EntityType.PARTNER)).all()
        found = sum(mark.entity_id == office.first.pk for mark in marks)
        for mark in marks:
            session.delete(mark)
        return found

    row = recommended(session, office)
    heard()
    recommendations.approve(session, office.coordinator, row.pk, message="", now=NOW)
    assert heard() == 1
    recommendations.withdraw(session, office.coordinator, row.pk, now=NOW)
    assert heard() == 1
    recommendations.reconsider(session, office.coordinator, row.pk, now=NOW)
    recommendations.approve(session, office.coordinator, row.pk, message="", now=NOW)
    recommendations.accept(session, office.person, row.pk, message="", now=NOW)
    heard()
    recommendations.refuse(session, office.person, row.pk, RefusalReason.NO_CAPACITY, "", now=NOW)
    assert heard() == 1


def invited_by_telephone(session: Session, office: Office) -> Recommendation:
    """The second partner has nobody who signs in."""
    recommended(session, office)
    row = pair(session, office.challenge, office.second)
    recommendations.approve(session, office.coordinator, row.pk, message="", now=NOW)
    return row


TOLD = Contact(name="電話 太郎", title="総務課", phone="0761-00-0000")


def test_the_office_notes_that_a_partner_without_account_accepts(session: Session, office: Office) -> None:
    row = invited_by_telephone(session, office)
    note = recommendations.note_acceptance
    made = note(session, office.coordinator, row.pk, TOLD, "電話で伺いました。", now=NOW)
    session.flush()
    assert (row.status, row.reason_note) == (R.INTRODUCED, "電話で伺いました。")
    assert (row.answered_by_id, row.answered_at) == (office.coordinator.user_id, NOW)
    assert made.partner_contact == {
        "organisation": office.second.name,
        "name": "電話 太郎",
        "title": "総務課",
        "email": "",
        "phone": "0761-00-0000",
    }
    assert office.challenge.status is ChallengeStatus.IN_DIALOGUE
    assert {m.params["side"] for m in mails(session, "introduction")} == {"city"}
    assert note(session, office.coordinator, row.pk, TOLD, "もう一度", now=NOW) is made


def test_the_office_notes_that_a_partner_without_account_declines(session: Session, office: Office) -> None:
    row = invited_by_telephone(session, office)
    note = recommendations.note_refusal
    note(session, office.coordinator, row.pk, RefusalReason.TIMING, "来年度ならとのことでした。", now=NOW)
    assert (row.status, row.reason, row.reason_note) == (R.REFUSED, "timing", "来年度ならとのことでした。")
    assert len(mails(session, "invitation_refused")) == 1
    assert note(session, office.coordinator, row.pk, RefusalReason.TIMING, "もう一度", now=NOW) is row


def test_the_office_notes_that_an_introduction_by_telephone_has_ended(session: Session, office: Office) -> None:
    row = invited_by_telephone(session, office)
    made = recommendations.note_acceptance(session, office.coordinator, row.pk, TOLD, "電話", now=NOW)
    session.flush()
    recommendations.note_refusal(session, office.coordinator, row.pk, RefusalReason.BUDGET, "電話", now=NOW)
    assert (row.status, made.ended_at) == (R.REFUSED, NOW)


@pytest.mark.parametrize(
    ("told", "note", "wrong"),
    [
        (TOLD, "", {"note"}),
        (TOLD, "あ" * 2_001, {"note"}),
        (Contact(name="", phone="0761"), "電話", {"contact_name"}),
        (Contact(name="電話 太郎"), "電話", {"contact_phone"}),
        (Contact(name="電話 太郎", email="nowhere"), "電話", {"contact_email"}),
        (Contact(name="あ" * 101, phone="0" * 41), "電話", {"contact_name", "contact_phone"}),
    ],
)
def test_a_noted_answer_says_how_and_by_whom(
    session: Session, office: Office, told: Contact, note: str, wrong: set[str]
) -> None:
    row = invited_by_telephone(session, office)
    with pytest.raises(Invalid) as error:
        recommendations.note_acceptance(session, office.coordinator, row.pk, told, note, now=NOW)
    assert set(error.value.fields) == wrong
    if wrong == {"note"}:
        with pytest.raises(Invalid):
            recommendations.note_refusal(session, office.coordinator, row.pk, RefusalReason.TIMING, note, now=NOW)
    assert row.status is R.INVITED


def test_who_may_note_an_answer_and_for_whom(session: Session, office: Office) -> None:
    row = invited_by_telephone(session, office)
    staff = factories.department_staff(session, office.town)
    stranger = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    for actor, refusal in ((staff, NotAllowed), (stranger, NotFound)):
        with pytest.raises(refusal):
            recommendations.note_acceptance(session, actor, row.pk, TOLD, "電話", now=NOW)
        with pytest.raises(refusal):
            recommendations.note_refusal(session, actor, row.pk, RefusalReason.TIMING, "電話", now=NOW)
    own = pair(session, office.challenge, office.first)
    recommendations.approve(session, office.coordinator, own.pk, message="", now=NOW)
    with pytest.raises(InvalidTransition):
        recommendations.note_acceptance(session, office.coordinator, own.pk, TOLD, "電話", now=NOW)
    with pytest.raises(InvalidTransition):
        recommendations.note_refusal(session, office.coordinator, own.pk, RefusalReason.TIMING, "電話", now=NOW)
    assert own.status is R.INVITED


def test_an_answer_by_telephone_to_a_closed_challenge_is_not_noted(session: Session, office: Office) -> None:
    row = invited_by_telephone(session, office)
    office.challenge.status = ChallengeStatus.CLOSED
    with pytest.raises(InvalidTransition):
        recommendations.note_acceptance(session, office.coordinator, row.pk, TOLD, "電話", now=NOW)


def test_a_partner_is_reminded_once_of_an_invitation_that_waits(session: Session, office: Office) -> None:
    row = invited(session, office)
    silent = pair(session, office.challenge, office.second)
    recommendations.approve(session, office.coordinator, silent.pk, message="", now=NOW)
    session.flush()
    week = NOW + recommendations.REMIND_AFTER
    assert recommendations.remind_all(session, SYSTEM, now=week - timedelta(hours=1)) == 0
    assert recommendations.remind_all(session, SYSTEM, now=week) == 1
    session.flush()
    assert recommendations.remind_all(session, SYSTEM, now=week + timedelta(days=30)) == 0
    assert [m.user_id for m in mails(session, "invitation_reminder")] == [office.person.user_id]
    recommendations.withdraw(session, office.coordinator, row.pk, now=week)
    recommendations.reconsider(session, office.coordinator, row.pk, now=week)
    later = week + timedelta(days=1)
    recommendations.approve(session, office.coordinator, row.pk, message="", now=later)
    session.flush()
    assert recommendations.remind_all(session, SYSTEM, now=later + recommendations.REMIND_AFTER) == 1


def test_nobody_is_reminded_of_what_cannot_be_answered(session: Session, office: Office) -> None:
    row = invited(session, office)
    office.challenge.status = ChallengeStatus.CLOSED
    session.flush()
    assert recommendations.remind_all(session, SYSTEM, now=NOW + timedelta(days=8)) == 0
    office.challenge.status = ChallengeStatus.PUBLISHED
    recommendations.accept(session, office.person, row.pk, message="", now=NOW)
    session.flush()
    assert recommendations.remind_all(session, SYSTEM, now=NOW + timedelta(days=8)) == 0


def test_only_the_worker_reminds(session: Session, office: Office) -> None:
    invited(session, office)
    session.flush()
    with pytest.raises(NotFound):
        recommendations.remind_all(session, office.person, now=NOW + timedelta(days=8))
