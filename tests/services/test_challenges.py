"""Challenges from the first draft to the end: who may do what, what must be said, and what happens to invitations."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, select

from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import challenges, recommendations
from matcher.services.challenge_data import ChallengeData, months_later
from models import AuditEvent, Challenge, IndexChange, Municipality, OutboxMessage, Recommendation
from models.enums import (
    BudgetStage,
    ChallengeKind,
    ChallengeStatus,
    PartnerKind,
    Pillar,
    RecommendationStatus,
    TargetBasis,
)
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook

DATA = ChallengeData(
    title="空き家を若い世帯の住まいに",
    kind=ChallengeKind.PROBLEM,
    pillar=Pillar.SOCIETY,
    problem="駅の北側で空き家が増えている。",
    outcome="五年で三十戸を住める状態に戻す。",
    affected_count=1_200,
    budget_stage=BudgetStage.STUDYING,
    wanted_kinds=(PartnerKind.COMPANY, PartnerKind.NPO),
    needs=("改修費を抑える工法", "所有者との交渉"),
    targets=(("11.1", TargetBasis.CONFIRMED), ("11.3", TargetBasis.INFERRED)),
    contact_name="窓口 一郎",
    contact_email="madoguchi@example.lg.jp",
)


@pytest.fixture
def town(session: Session) -> Municipality:
    return factories.municipality(session)


@pytest.fixture
def coordinator(session: Session, town: Municipality) -> Actor:
    return factories.coordinator(session, town)


@pytest.fixture
def department(session: Session, town: Municipality) -> Actor:
    return factories.department_staff(session, town)


def events(session: Session, challenge: Challenge) -> list[str]:
    statement = select(AuditEvent.event).where(AuditEvent.subject_type == "challenge")
    return list(session.exec(statement.where(AuditEvent.subject_id == challenge.id).order_by(AuditEvent.id)))


def mails(session: Session, template: str) -> list[OutboxMessage]:
    session.flush()
    return list(session.exec(select(OutboxMessage).where(OutboxMessage.template == template)))


def test_what_is_typed_is_what_is_read_back(session: Session, town: Municipality, department: Actor) -> None:
    row = challenges.create(session, department, town.pk, DATA, now=NOW)
    session.flush()
    assert challenges.read(session, row) == DATA
    assert row.status is ChallengeStatus.DRAFT
    assert row.author_id == department.user_id
    assert events(session, row) == ["challenge.created"]
    assert session.exec(select(IndexChange.entity_id)).first() == row.pk


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"title": ""}, "title", "required"),
        ({"title": "あ" * 101}, "title", "too_long"),
        ({"problem": "あ" * 4_001}, "problem", "too_long"),
        ({"needs": ("あ" * 201,)}, "needs-0", "too_long"),
        ({"needs": ("一行",) * 21}, "needs", "too_many"),
        ({"targets": (("8.99", TargetBasis.CONFIRMED),)}, "targets", "unknown"),
        ({"affected_count": -1}, "affected_count", "count"),
        ({"contact_email": "窓口"}, "contact_email", "email"),
        ({"decision_date": date(2026, 11, 1)}, "decision_date", "date_past"),
        ({"department_id": 99_999}, "department_id", "unknown"),
    ],
)
def test_input_that_breaks_a_rule_is_refused_by_field(
    session: Session, town: Municipality, coordinator: Actor, wrong: dict[str, object], field: str, code: str
) -> None:
    with pytest.raises(Invalid) as refused:
        challenges.create(session, coordinator, town.pk, replace(DATA, **wrong), now=NOW)
    assert refused.value.fields == {field: code}


def test_another_municipality_does_not_know_of_a_draft(session: Session, town: Municipality, department: Actor) -> None:
    row = challenges.create(session, department, town.pk, DATA, now=NOW)
    elsewhere = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    for action in challenges.ACTIONS.values():
        with pytest.raises(NotFound):
            action(session, elsewhere, row.pk, note="なし", now=NOW)
    with pytest.raises(NotFound):
        challenges.edit(session, elsewhere, row.pk, DATA, row.version, now=NOW)
    with pytest.raises(NotFound):
        challenges.create(session, elsewhere, town.pk, DATA, now=NOW)


def test_a_stale_version_shows_both_and_changes_nothing(
    session: Session, town: Municipality, department: Actor
) -> None:
    row = challenges.create(session, department, town.pk, DATA, now=NOW)
    session.flush()
    read = row.version
    challenges.edit(session, department, row.pk, replace(DATA, needs=("所有者との交渉",)), read, now=NOW)
    session.flush()
    with pytest.raises(Conflict) as refused:
        challenges.edit(session, department, row.pk, replace(DATA, title="別の題名"), read, now=NOW)
    assert refused.value.differences == [
        ("title", "別の題名", DATA.title),
        ("needs", "改修費を抑える工法\n所有者との交渉", "所有者との交渉"),
    ]
    assert refused.value.version == row.version
    assert row.title == DATA.title


def test_saving_confirms_inferred_targets_and_keeps_stated_ones(
    session: Session, town: Municipality, coordinator: Actor
) -> None:
    first = replace(DATA, targets=(("11.1", TargetBasis.STATED), ("11.3", TargetBasis.INFERRED)))
    row = challenges.create(session, coordinator, town.pk, first, now=NOW)
    session.flush()
    saved = tuple((code, TargetBasis.CONFIRMED) for code in ("11.1", "11.3", "8.10", "8.2"))
    challenges.edit(session, coordinator, row.pk, replace(DATA, targets=saved), row.version, now=NOW)
    session.flush()
    read = challenges.read(session, row).targets
    assert dict(read)["11.1"] is TargetBasis.STATED
    assert dict(read)["11.3"] is TargetBasis.CONFIRMED
    assert [code for code, _ in read] == ["8.2", "8.10", "11.1", "11.3"]


def test_department_staff_write_and_submit_drafts_only(session: Session, town: Municipality, department: Actor) -> None:
    row = challenges.create(session, department, town.pk, DATA, now=NOW)
    challenges.submit(session, department, row.pk, now=NOW)
    assert row.status is ChallengeStatus.IN_REVIEW
    with pytest.raises(NotAllowed):
        challenges.edit(session, department, row.pk, DATA, row.version, now=NOW)
    with pytest.raises(NotAllowed):
        challenges.publish(session, department, row.pk, now=NOW)


def test_an_incomplete_draft_is_not_submitted(session: Session, town: Municipality, department: Actor) -> None:
    bare = ChallengeData(title="題名だけ", kind=ChallengeKind.FIELD, pillar=Pillar.ECONOMY)
    row = challenges.create(session, department, town.pk, bare, now=NOW)
    with pytest.raises(Invalid) as refused:
        challenges.submit(session, department, row.pk, now=NOW)
    assert set(refused.value.fields) == {"problem", "outcome", "contact_name", "contact_email"}


def test_review_return_and_publication(
    session: Session, town: Municipality, department: Actor, coordinator: Actor
) -> None:
    row = challenges.create(session, department, town.pk, DATA, now=NOW)
    challenges.submit(session, department, row.pk, now=NOW)
    assert [m.user_id for m in mails(session, "challenge_submitted")] == [coordinator.user_id]
    with pytest.raises(Invalid):
        challenges.return_(session, coordinator, row.pk, note="", now=NOW)
    challenges.return_(session, coordinator, row.pk, note="対象の世帯数を入れてください。", now=NOW)
    assert row.status is ChallengeStatus.DRAFT
    assert row.review_note
    assert [m.user_id for m in mails(session, "challenge_returned")] == [department.user_id]
    challenges.submit(session, department, row.pk, now=NOW + timedelta(hours=1))
    challenges.publish(session, coordinator, row.pk, now=NOW + timedelta(hours=2))
    assert row.status is ChallengeStatus.PUBLISHED
    assert row.published_at == NOW + timedelta(hours=2)
    assert row.review_date == date(2027, 5, 22)
    assert row.review_note == ""
    assert len(mails(session, "challenge_published")) == 1
    with pytest.raises(InvalidTransition):
        challenges.publish(session, coordinator, row.pk, now=NOW)


def test_a_closed_challenge_opens_again_and_one_that_stands_is_kept_open(
    session: Session, town: Municipality, coordinator: Actor
) -> None:
    row = factories.challenge(session, town)
    row.review_date = date(2026, 10, 1)
    challenges.keep_open(session, coordinator, row.pk, now=NOW)
    assert row.review_date == date(2027, 5, 22)
    challenges.close(session, coordinator, row.pk, now=NOW)
    with pytest.raises(InvalidTransition):
        challenges.keep_open(session, coordinator, row.pk, now=NOW)
    challenges.publish(session, coordinator, row.pk, now=NOW)
    challenges.close(session, coordinator, row.pk, now=NOW)
    challenges.solve(session, coordinator, row.pk, note="見守りの輪が広がった。", now=NOW)
    assert row.status is ChallengeStatus.SOLVED


@pytest.mark.parametrize("action", ["unpublish", "close"])
def test_what_is_no_longer_open_takes_its_invitations_back(
    session: Session, town: Municipality, coordinator: Actor, action: str
) -> None:
    row = factories.challenge(session, town)
    partner = factories.partner(session, town=town)
    person = factories.partner_admin(session, partner)
    recommendations.run(session, coordinator, row.pk, FakeMatchbook(), now=NOW)
    session.flush()
    made = session.exec(select(Recommendation).where(Recommendation.partner_id == partner.pk)).one()
    recommendations.approve(session, coordinator, made.pk, message="", now=NOW)
    challenges.ACTIONS[action](session, coordinator, row.pk, note="", now=NOW)
    assert made.status is RecommendationStatus.LAPSED
    assert [m.user_id for m in mails(session, "invitation_lapsed")] == [person.user_id]
    with pytest.raises(InvalidTransition):
        recommendations.accept(session, person, made.pk, message="", now=NOW)


def test_months_end_where_they_end() -> None:
    assert months_later(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert months_later(date(2026, 6, 30), 6) == date(2026, 12, 30)
    assert months_later(date(2026, 7, 1), 6) == date(2027, 1, 1)
