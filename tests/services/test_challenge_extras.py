"""Around a challenge: its versions, the questions about it, and who is told its confidential part."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.services import challenge_questions, challenges, disclosure, texts, versions
from models import ChallengeQuestion, ChallengeVersion, DigestEntry, OutboxMessage, Recommendation
from models.enums import (
    ChallengeQuestionStatus,
    ChallengeStatus,
    EntityType,
    RecommendationSource,
    RecommendationStatus,
    RegistrationStatus,
)
from models.queries import challenge_extras as queries
from tests import factories
from tests.factories import NOW


def _versions(session: Session, challenge_id: int) -> list[dict[str, str]]:
    statement = select(ChallengeVersion.data).where(ChallengeVersion.challenge_id == challenge_id)
    return list(session.exec(statement.order_by(col(ChallengeVersion.number))))


def _edit(session: Session, actor, row, **changes: object) -> None:
    data = replace(challenges.read(session, row), **changes)
    challenges.edit(session, actor, row.pk, data, row.version, now=NOW)


def test_every_change_is_a_version_and_the_first_one_is_what_stood_there_before(session: Session) -> None:
    town = factories.municipality(session)
    actor, row = factories.coordinator(session, town), factories.challenge(session, town)
    _edit(session, actor, row, cause="担い手が退職した。")
    _edit(session, actor, row, cause="担い手が退職し、後任がいない。", needs=("送迎",))
    _edit(session, actor, row)
    said = _versions(session, row.pk)
    assert [version["cause"] for version in said] == ["", "担い手が退職した。", "担い手が退職し、後任がいない。"]
    found = versions.differences(said[1], said[2])
    assert [change.field for change in found] == ["cause", "needs"]
    assert "".join(piece.text for piece in found[0].pieces if piece.change != "del") == said[2]["cause"]
    assert any(piece.change == "" and "担い手が退職し" in piece.text for piece in found[0].pieces)


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_lead_from_one_text_to_the_other(before: str, after: str) -> None:
    found = versions.pieces(before, after)
    assert "".join(piece.text for piece in found if piece.change != "ins") == before
    assert "".join(piece.text for piece in found if piece.change != "del") == after
    assert all(piece.text for piece in found)


def test_a_question_is_public_once_it_is_answered_and_never_says_who_asked(session: Session) -> None:
    town = factories.municipality(session)
    coordinator, row = factories.coordinator(session, town), factories.challenge(session, town)
    house = factories.partner(session, town=town)
    actor = factories.partner_admin(session, house)
    asked = challenge_questions.ask(session, actor, row.pk, house.pk, " 予算はありますか。 ", now=NOW)
    assert queries.readable(session, row.pk) == []
    assert queries.readable(session, row.pk, house.pk) == [asked]
    assert queries.waiting(session, town.pk)[0].title == row.title
    challenge_questions.answer(session, coordinator, asked.pk, "来年度に要求します。", asked.version, now=NOW)
    assert [found.answer for found in queries.readable(session, row.pk)] == ["来年度に要求します。"]
    assert queries.waiting(session, town.pk) == []
    mails = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))).all()
    assert [mail.template for mail in mails] == ["question_asked"]
    told = session.exec(select(DigestEntry)).one()
    assert (told.template, told.user_id) == ("question_answered", actor.user_id)
    assert house.name not in str(mails[0].params)


@pytest.mark.parametrize(
    ("status", "registration", "text", "error"),
    [
        (ChallengeStatus.DRAFT, RegistrationStatus.REGISTERED, "？", NotFound),
        (ChallengeStatus.IN_REVIEW, RegistrationStatus.REGISTERED, "？", NotFound),
        (ChallengeStatus.CLOSED, RegistrationStatus.REGISTERED, "？", InvalidTransition),
        (ChallengeStatus.PUBLISHED, RegistrationStatus.REJECTED, "？", NotAllowed),
        (ChallengeStatus.PUBLISHED, RegistrationStatus.REGISTERED, "  ", Invalid),
        (ChallengeStatus.PUBLISHED, RegistrationStatus.REGISTERED, "長" * 2_001, Invalid),
    ],
)
def test_what_cannot_be_asked(
    session: Session,
    status: ChallengeStatus,
    registration: RegistrationStatus,
    text: str,
    error: type[Exception],
) -> None:
    town = factories.municipality(session)
    house = factories.partner(session, town=town, status=registration)
    row = factories.challenge(session, town, status=status)
    with pytest.raises(error):
        challenge_questions.ask(session, factories.partner_admin(session, house), row.pk, house.pk, text, now=NOW)
    assert session.exec(select(ChallengeQuestion)).all() == []


def test_another_office_does_not_even_learn_of_a_question(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    house, row = factories.partner(session, town=town), factories.challenge(session, town)
    actor = factories.partner_admin(session, house)
    asked = challenge_questions.ask(session, actor, row.pk, house.pk, "？", now=NOW)
    stranger, staff = factories.coordinator(session, other), factories.department_staff(session, town)
    for take in (challenge_questions.hide, challenge_questions.show):
        with pytest.raises(NotFound):
            take(session, stranger, asked.pk, now=NOW)
        with pytest.raises(NotAllowed):
            take(session, staff, asked.pk, now=NOW)
    with pytest.raises(NotFound):
        challenge_questions.answer(session, stranger, asked.pk, "！", None, now=NOW)
    assert queries.waiting(session, other.pk) == []


def test_a_hidden_question_can_be_taken_up_again_with_its_answer(session: Session) -> None:
    town = factories.municipality(session)
    house, row = factories.partner(session, town=town), factories.challenge(session, town)
    coordinator = factories.coordinator(session, town)
    asked = challenge_questions.ask(session, factories.partner_admin(session, house), row.pk, house.pk, "？", now=NOW)
    challenge_questions.answer(session, coordinator, asked.pk, "！", None, now=NOW)
    challenge_questions.hide(session, coordinator, asked.pk, now=NOW)
    assert queries.readable(session, row.pk) == []
    challenge_questions.show(session, coordinator, asked.pk, now=NOW)
    assert (asked.status, asked.answer) == (ChallengeQuestionStatus.ASKED, "！")


@pytest.mark.parametrize("status", RecommendationStatus)
def test_the_confidential_part_is_told_to_accepted_partners_and_the_own_office(
    session: Session, status: RecommendationStatus
) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    row, house = factories.challenge(session, town), factories.partner(session, town=town)
    match = Recommendation(
        municipality_id=town.pk,
        challenge_id=row.pk,
        partner_id=house.pk,
        source=RecommendationSource.INTEREST,
        status=status,
    )
    session.add(match)
    session.flush()
    told = disclosure.may_read(session, factories.partner_admin(session, house), row)
    assert told is (status in {RecommendationStatus.ACCEPTED, RecommendationStatus.INTRODUCED})
    assert disclosure.may_read(session, factories.department_staff(session, town), row)
    assert not disclosure.may_read(session, factories.coordinator(session, other), row)
    assert not disclosure.may_read(session, factories.partner_admin(session, factories.partner(session, "他社")), row)


def test_the_confidential_part_is_in_no_index(session: Session) -> None:
    town = factories.municipality(session)
    row = factories.challenge(session, town)
    row.confidential = "旧第三小学校の鍵は教育委員会が持つ。"
    session.flush()
    assert "鍵" not in str(texts.of_entities(session, EntityType.CHALLENGE, [row.pk]))
