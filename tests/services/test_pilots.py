"""Collaborations: begun from an introduction, planned by both sides, run, finished, published; and who may do what."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Conflict, DomainError, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import collaborations, funnel, outcomes, pilots, worklist
from matcher.services.attachments import Upload
from matcher.services.collaborations import CollaborationData
from matcher.services.outcomes import Outcome
from matcher.services.pilots import Criterion, PlanData
from matcher.services.worklist import Desk
from models import (
    AuditEvent,
    Challenge,
    Collaboration,
    CollaborationPartner,
    DigestEntry,
    IndexChange,
    Municipality,
    OutboxMessage,
    Partner,
    Recommendation,
)
from models.enums import (
    AgreementKind,
    CollaborationResult,
    CollaborationStatus,
    NoteKind,
    RecommendationSource,
    Role,
)
from models.enums import RecommendationStatus as R
from models.queries import collaborations as public_queries
from models.queries import pilots as queries
from models.queries.texts import partner_texts
from tests import factories
from tests.factories import NOW

PLAN = PlanData(
    period_from=date(2026, 12, 1),
    period_until=date(2027, 2, 28),
    place="公民館",
    roles="市は場所を用意する。",
    cost_city=100_000,
    cost_partner=0,
    criteria=(Criterion("設置した世帯", "20", "世帯以上"),),
)


@dataclass
class Sides:
    """Both sides of an introduction, and strangers to it."""

    town: Municipality
    house: Partner
    challenge: Challenge
    match: Recommendation
    city: Actor
    staff: Actor
    partner: Actor
    member: Actor
    other_city: Actor
    other_partner: Actor


@pytest.fixture
def sides(session: Session) -> Sides:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    house, other_house = factories.partner(session, town=town), factories.partner(session, "よその会社", town=town)
    challenge = factories.challenge(session, town)
    match = Recommendation(
        municipality_id=town.pk,
        challenge_id=challenge.pk,
        partner_id=house.pk,
        source=RecommendationSource.MANUAL,
        status=R.INTRODUCED,
    )
    session.add(match)
    session.flush()
    member = factories.seat(session, factories.user(session), Role.PARTNER_MEMBER, partner=house)
    return Sides(
        town,
        house,
        challenge,
        match,
        factories.coordinator(session, town),
        factories.department_staff(session, town),
        factories.partner_admin(session, house),
        member,
        factories.coordinator(session, other),
        factories.partner_admin(session, other_house),
    )


def planned(session: Session, sides: Sides, kind: str = "pilot") -> Collaboration:
    return collaborations.from_introduction(session, sides.city, sides.match.pk, title="実証", kind=kind, now=NOW)


def agreed(session: Session, sides: Sides) -> Collaboration:
    row = planned(session, sides)
    pilots.lay_down(session, sides.city, row.pk, PLAN, None, now=NOW)
    pilots.agree(session, sides.city, row.pk, 1, now=NOW)
    pilots.agree(session, sides.partner, row.pk, 1, now=NOW)
    return row


def running(session: Session, sides: Sides) -> Collaboration:
    row = agreed(session, sides)
    return pilots.begin(session, sides.city, row.pk, now=NOW)


def mails(session: Session) -> list[tuple[str, int | None]]:
    rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))
    return [(row.template, row.user_id) for row in rows]


def events(session: Session, row: Collaboration) -> list[str]:
    statement = select(AuditEvent.event).where(
        AuditEvent.subject_type == "collaboration", AuditEvent.subject_id == row.pk
    )
    return [event.partition(".")[2] for event in session.exec(statement.order_by(col(AuditEvent.id)))]


def test_an_introduction_becomes_one_collaboration(session: Session, sides: Sides) -> None:
    row = planned(session, sides)
    assert (row.status, row.recommendation_id, row.challenge_id) == (
        CollaborationStatus.PLANNED,
        sides.match.pk,
        sides.challenge.pk,
    )
    assert public_queries.partner_ids(session, row.pk) == [sides.house.pk]
    assert planned(session, sides) is row, "whoever comes second gets the one that is there"
    assert events(session, row) == ["planned"]
    people = {sides.partner.user_id, sides.member.user_id}
    told = set(session.exec(select(DigestEntry.template, DigestEntry.user_id)))
    assert told == {("collaboration_planned", who) for who in people}


def test_only_introduced_partners_begin_one(session: Session, sides: Sides) -> None:
    sides.match.status = R.INVITED
    with pytest.raises(InvalidTransition):
        planned(session, sides)
    for stranger, error in ((sides.staff, NotAllowed), (sides.other_city, NotFound), (sides.partner, NotFound)):
        with pytest.raises(error):
            collaborations.from_introduction(session, stranger, sides.match.pk, title="実証", now=NOW)


def test_two_partners_that_were_introduced_to_each_other_both_take_part(session: Session, sides: Sides) -> None:
    seeker = factories.partner(session, "探す会社", town=sides.town)
    sides.match.challenge_id, sides.match.seeker_id = None, seeker.pk
    row = planned(session, sides)
    assert public_queries.partner_ids(session, row.pk) == [sides.house.pk, seeker.pk]
    assert row.challenge_id is None


def test_by_hand_with_registered_partners_and_own_challenges(session: Session, sides: Sides) -> None:
    said = {"title": "実証", "challenge_id": None, "department_id": None, "summary": "", "kind": "agreement"}

    def by_hand(*partners: int, **changes: object) -> Collaboration:
        given = {**said, **changes}
        return collaborations.by_hand(
            session,
            sides.city,
            sides.town.pk,
            partner_ids=partners,
            now=NOW,
            **given,  # type: ignore[arg-type]
        )

    assert by_hand(sides.house.pk, challenge_id=sides.challenge.pk).kind == "agreement"
    stranger = factories.partner(session, "未登録の会社")
    for partners, changes, fields in (
        ((), {}, {"partners": "required"}),
        ((stranger.pk,), {}, {"partners": "unknown"}),
        ((sides.house.pk,), {"title": " ", "kind": "x"}, {"title": "required", "kind": "unknown"}),
    ):
        with pytest.raises(Invalid) as refused:
            by_hand(*partners, **changes)
        assert refused.value.fields == fields
    elsewhere = factories.challenge(session, factories.municipality(session, "141305", "川崎市"))
    with pytest.raises(NotFound):
        by_hand(sides.house.pk, challenge_id=elsewhere.pk)


def test_a_pilot_begins_only_when_both_sides_agree(session: Session, sides: Sides) -> None:
    row = planned(session, sides)
    for step, reason in (
        (lambda: None, "plan_missing"),
        (lambda: pilots.lay_down(session, sides.staff, row.pk, replace(PLAN, criteria=()), 0, now=NOW), "plan_missing"),
        (lambda: pilots.lay_down(session, sides.staff, row.pk, PLAN, 1, now=NOW), "plan_not_agreed"),
        (lambda: pilots.agree(session, sides.city, row.pk, 2, now=NOW), "plan_not_agreed"),
    ):
        step()
        with pytest.raises(Invalid) as refused:
            pilots.begin(session, sides.city, row.pk, now=NOW)
        assert refused.value.fields == {"plan": reason}
    pilots.agree(session, sides.partner, row.pk, 2, now=NOW)
    assert pilots.begin(session, sides.city, row.pk, now=NOW).status is CollaborationStatus.RUNNING
    assert "collaboration_begun" in session.exec(select(DigestEntry.template)).all()


def test_an_agreement_needs_no_plan(session: Session, sides: Sides) -> None:
    row = planned(session, sides, "agreement")
    assert pilots.begin(session, sides.city, row.pk, now=NOW).status is CollaborationStatus.RUNNING


def test_changing_the_plan_takes_the_agreements_back(session: Session, sides: Sides) -> None:
    row = agreed(session, sides)
    plan = pilots.lay_down(session, sides.city, row.pk, replace(PLAN, place="学校"), 1, now=NOW)
    assert (plan.edition, plan.agreed, plan.agreed_by_city_id, row.place) == (2, False, None, "学校")
    with pytest.raises(Conflict):
        pilots.agree(session, sides.partner, row.pk, 1, now=NOW)
    with pytest.raises(Conflict):
        pilots.lay_down(session, sides.city, row.pk, PLAN, 1, now=NOW)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"period_until": date(2026, 11, 1)}, {"period_until": "ends_before_it_begins"}),
        ({"cost_city": -1, "cost_partner": 10**13}, {"cost_city": "yen", "cost_partner": "yen"}),
        ({"criteria": (Criterion("世帯", ""),)}, {"criteria": "criterion_incomplete"}),
        ({"criteria": (Criterion("世帯", "1"),) * 11}, {"criteria": "too_many"}),
        ({"roles": "あ" * 4001, "place": "あ" * 201}, {"roles": "too_long", "place": "too_long"}),
    ],
)
def test_a_plan_must_make_sense(
    session: Session, sides: Sides, changes: dict[str, object], fields: dict[str, str]
) -> None:
    row = planned(session, sides)
    with pytest.raises(Invalid) as refused:
        pilots.lay_down(session, sides.city, row.pk, replace(PLAN, **changes), None, now=NOW)  # type: ignore[arg-type]
    assert refused.value.fields == fields


def test_who_agrees_to_a_plan(session: Session, sides: Sides) -> None:
    row = planned(session, sides)
    second = factories.partner(session, "二番目の会社", town=sides.town)
    session.add(CollaborationPartner(collaboration_id=row.pk, partner_id=second.pk, name=second.name))
    pilots.lay_down(session, sides.city, row.pk, PLAN, None, now=NOW)
    for actor, error in (
        (sides.staff, NotAllowed),
        (sides.member, NotAllowed),
        (factories.partner_admin(session, second), NotAllowed),
        (sides.other_city, NotFound),
        (sides.other_partner, NotFound),
    ):
        with pytest.raises(error):
            pilots.agree(session, actor, row.pk, 1, now=NOW)
    with pytest.raises(NotAllowed):
        pilots.note_agreement(session, sides.city, row.pk, "電話で伺った。", 1, now=NOW)


def test_the_office_records_the_agreement_of_a_partner_without_an_account(session: Session, sides: Sides) -> None:
    silent = factories.partner(session, "口座のない会社", town=sides.town)
    row = collaborations.plan(session, sides.city, sides.town.pk, title="実証", partner_ids=[silent.pk], now=NOW)
    pilots.lay_down(session, sides.city, row.pk, PLAN, None, now=NOW)
    with pytest.raises(Invalid):
        pilots.note_agreement(session, sides.city, row.pk, " ", 1, now=NOW)
    plan = pilots.note_agreement(session, sides.city, row.pk, "電話で伺った。", 1, now=NOW)
    assert (plan.agreed_by_partner_at, plan.partner_note) == (NOW, "電話で伺った。")


def test_both_sides_write_notes_and_an_incident_reaches_the_other_side(session: Session, sides: Sides) -> None:
    row = running(session, sides)
    before = len(mails(session))
    said = (date(2026, 11, 20), "電池が切れた。")
    pilots.write_note(session, sides.staff, row.pk, NoteKind.PROGRESS, *said, shared=False, now=NOW)
    pilots.write_note(session, sides.member, row.pk, NoteKind.LESSON, *said, shared=False, now=NOW)
    assert len(mails(session)) == before
    pilots.write_note(session, sides.member, row.pk, NoteKind.INCIDENT, *said, now=NOW)
    assert mails(session)[before:] == [("incident_reported", sides.city.user_id)]
    later = NOW + timedelta(days=1)
    incident = pilots.write_note(session, sides.city, row.pk, NoteKind.INCIDENT, *said, shared=False, now=later)
    assert incident.shared, "an incident is never kept from the other side"
    assert {who for _, who in mails(session)[before + 1 :]} == {sides.partner.user_id, sides.member.user_id}
    assert [note.note.shared for note in queries.notes(session, row.pk, shared_only=False)] == [True, True, True, False]
    assert len(queries.notes(session, row.pk, shared_only=True)) == 3
    with pytest.raises(Invalid) as refused:
        pilots.write_note(session, sides.city, row.pk, NoteKind.PROGRESS, date(2027, 1, 1), " ", now=NOW)
    assert refused.value.fields == {"text": "required", "happened_on": "date_future"}


def test_a_result_with_criteria_lessons_and_targets(session: Session, sides: Sides) -> None:
    row = running(session, sides)
    (criterion,) = queries.criteria(session, row.pk)
    said = Outcome(
        CollaborationResult.PROCUREMENT,
        "24世帯で気付けた。",
        "説明会が要る。",
        "",
        ["3.8", "11.1"],
        [(criterion.pk, "24世帯", True), (10**6, "よその基準", True)],
    )
    with pytest.raises(Invalid) as refused:
        outcomes.finish(session, sides.city, row.pk, said, now=NOW)
    assert refused.value.fields == {"next_step_reason": "required"}, "procurement says why by this procedure"
    outcomes.finish(session, sides.city, row.pk, replace(said, next_step_reason="公募型とする。"), now=NOW)
    assert (row.status, row.result, row.learned) == (
        CollaborationStatus.DONE,
        CollaborationResult.PROCUREMENT,
        "説明会が要る。",
    )
    assert (criterion.result, criterion.met) == ("24世帯", True)
    assert [target.target for target in queries.targets(session, row.pk)] == ["3.8", "11.1"]
    with pytest.raises(Conflict):
        outcomes.finish(session, sides.city, row.pk, Outcome(CollaborationResult.ENDED, "終了"), 1, now=NOW)
    assert events(session, row)[-2:] == ["finished", "result_said"]


def test_what_never_began_only_ends_or_fails(session: Session, sides: Sides) -> None:
    row = planned(session, sides)
    with pytest.raises(Invalid) as refused:
        outcomes.finish(session, sides.city, row.pk, Outcome(CollaborationResult.ADOPTED), now=NOW)
    assert refused.value.fields == {"result": "not_begun"}
    outcomes.finish(session, sides.city, row.pk, Outcome(CollaborationResult.FAILED, "体制が整わなかった。"), now=NOW)
    assert row.status is CollaborationStatus.DONE


def test_a_precedent_is_public_and_nothing_else(session: Session, sides: Sides) -> None:
    row = running(session, sides)
    with pytest.raises(Invalid):
        outcomes.publish(session, sides.city, row.pk, now=NOW)
    data = CollaborationData(
        title="見守りの実証",
        summary="20世帯で試した。",
        agreement_kind=AgreementKind.PILOT,
        agreement_date=date(2026, 10, 1),
        agreement_topic="見守り",
    )
    collaborations.edit(session, sides.staff, row.pk, data, row.version, NOW)
    outcomes.publish(session, sides.city, row.pk, now=NOW)
    assert (row.published, row.published_at, row.date) == (True, NOW, "2026-10-01")
    assert partner_texts(session, [sides.house.pk])[0].past == [("172065", "見守りの実証", "")]
    with pytest.raises(NotAllowed):
        collaborations.edit(session, sides.staff, row.pk, data, None, NOW)
    with pytest.raises(NotAllowed):
        pilots.lay_down(session, sides.staff, row.pk, PLAN, None, now=NOW)
    marked = len(session.exec(select(IndexChange)).all())
    outcomes.unpublish(session, sides.city, row.pk, now=NOW)
    assert len(session.exec(select(IndexChange)).all()) == marked + 2
    assert partner_texts(session, [sides.house.pk])[0].past == []


def test_what_is_only_planned_is_not_published(session: Session, sides: Sides) -> None:
    row = planned(session, sides)
    row.summary = "予定"
    with pytest.raises(InvalidTransition):
        outcomes.publish(session, sides.city, row.pk, now=NOW)


def test_reopening_takes_the_result_back(session: Session, sides: Sides) -> None:
    row = running(session, sides)
    outcomes.finish(session, sides.city, row.pk, Outcome(CollaborationResult.ADOPTED, "導入した。"), now=NOW)
    assert partner_texts(session, [sides.house.pk])[0].busy == 0, "free again for others"
    outcomes.reopen(session, sides.city, row.pk, now=NOW)
    assert (row.status, row.result, row.outcome) == (CollaborationStatus.RUNNING, None, "導入した。")
    assert partner_texts(session, [sides.house.pk])[0].busy == 1


STEPS = {
    "agree": lambda session, actor, key: pilots.agree(session, actor, key, None, now=NOW),
    "begin": lambda session, actor, key: pilots.begin(session, actor, key, now=NOW),
    "lay_down": lambda session, actor, key: pilots.lay_down(session, actor, key, PLAN, None, now=NOW),
    "finish": lambda session, actor, key: outcomes.finish(
        session, actor, key, Outcome(CollaborationResult.ENDED, "終了"), now=NOW
    ),
    "reopen": lambda session, actor, key: outcomes.reopen(session, actor, key, now=NOW),
    "publish": lambda session, actor, key: outcomes.publish(session, actor, key, now=NOW),
    "unpublish": lambda session, actor, key: outcomes.unpublish(session, actor, key, now=NOW),
    "edit": lambda session, actor, key: collaborations.edit(
        session, actor, key, CollaborationData(title="改題"), None, NOW
    ),
    "note": lambda session, actor, key: pilots.write_note(
        session, actor, key, NoteKind.PROGRESS, date(2026, 11, 1), "進捗", now=NOW
    ),
    "file": lambda session, actor, key: pilots.add_file(session, actor, key, Upload("a.txt", b"a"), now=NOW),
}
ALLOWED = {
    CollaborationStatus.PLANNED: {"agree", "begin", "lay_down", "finish", "unpublish", "edit", "note", "file"},
    CollaborationStatus.RUNNING: {"agree", "lay_down", "finish", "publish", "unpublish", "edit", "note", "file"},
    CollaborationStatus.DONE: {"finish", "reopen", "publish", "unpublish", "edit", "note", "file"},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", CollaborationStatus)
def test_each_state_and_step(session: Session, sides: Sides, status: CollaborationStatus, step: str) -> None:
    row = agreed(session, sides)
    row.status, row.summary = status, "試した。"
    session.flush()
    if step in ALLOWED[status]:
        STEPS[step](session, sides.city, row.pk)
    else:
        with pytest.raises(InvalidTransition):
            STEPS[step](session, sides.city, row.pk)


@pytest.mark.parametrize("step", STEPS)
def test_strangers_do_not_learn_that_it_exists(session: Session, sides: Sides, step: str) -> None:
    row = agreed(session, sides)
    for stranger in (sides.other_city, sides.other_partner):
        with pytest.raises(NotFound):
            STEPS[step](session, stranger, row.pk)


@pytest.mark.parametrize("step", sorted(set(STEPS) - {"agree", "note", "file"}))
def test_a_partner_reads_agrees_and_writes_notes_only(session: Session, sides: Sides, step: str) -> None:
    row = agreed(session, sides)
    with pytest.raises(NotAllowed):
        STEPS[step](session, sides.partner, row.pk)


def test_what_waits_stands_in_the_work_list(session: Session, sides: Sides) -> None:
    def desks(days: float) -> dict[Desk, list[int]]:
        found = worklist.gather(session, sides.city, sides.town.pk, now=NOW + timedelta(days=days)).desks
        ours = (Desk.PLAN_OURS, Desk.PLAN_THEIRS, Desk.PILOT_OVER, Desk.PILOT_SILENT)
        return {desk: [item.waiting.key for item in found[desk]] for desk in ours if desk in found}

    row = planned(session, sides)
    assert desks(0) == {}
    pilots.lay_down(session, sides.city, row.pk, PLAN, None, now=NOW)
    assert desks(0) == {Desk.PLAN_OURS: [row.pk]}
    pilots.agree(session, sides.city, row.pk, 1, now=NOW)
    assert desks(0) == {Desk.PLAN_THEIRS: [row.pk]}
    pilots.agree(session, sides.partner, row.pk, 1, now=NOW)
    pilots.begin(session, sides.city, row.pk, now=NOW)
    assert desks(59) == {}
    assert desks(61) == {Desk.PILOT_SILENT: [row.pk]}
    noted = NOW + timedelta(days=40)
    pilots.write_note(session, sides.partner, row.pk, NoteKind.PROGRESS, date(2026, 12, 20), "順調です。", now=noted)
    assert desks(61) == {}
    assert desks(110) == {Desk.PILOT_OVER: [row.pk]}
    outcomes.finish(session, sides.city, row.pk, Outcome(CollaborationResult.ENDED, "終了"), now=NOW)
    assert desks(110) == {}


def test_the_funnel_counts_what_began_by_its_day(session: Session, sides: Sides) -> None:
    for event, subject in (("challenge.published", sides.challenge), ("recommendation.introduced", sides.match)):
        given = {"subject_type": str(subject.__tablename__), "subject_id": subject.pk, "event": event}
        session.add(AuditEvent(municipality_id=sides.town.pk, created_at=NOW, **given))
    row = agreed(session, sides)

    def reached() -> tuple[int | None, int | None]:
        (journey,) = funnel.progress(session, sides.city, sides.town.pk).total.journeys
        first = journey.reached.published
        return tuple(funnel.days_between(first, when) for when in journey.reached[4:])  # type: ignore[return-value]

    assert reached() == (None, None), "what is planned has not begun"
    pilots.begin(session, sides.city, row.pk, now=NOW + timedelta(days=5))
    assert reached() == (5, None)
    done = Outcome(CollaborationResult.ADOPTED, "導入した。")
    outcomes.finish(session, sides.city, row.pk, done, now=NOW + timedelta(days=50))
    assert reached() == (5, 50)
    outcomes.reopen(session, sides.city, row.pk, now=NOW + timedelta(days=60))
    assert reached() == (5, None)


def test_what_failed_before_it_began_never_began(session: Session, sides: Sides) -> None:
    given = {"subject_type": "challenge", "subject_id": sides.challenge.pk, "event": "challenge.published"}
    session.add(AuditEvent(municipality_id=sides.town.pk, created_at=NOW, **given))
    row = planned(session, sides)
    outcomes.finish(session, sides.city, row.pk, Outcome(CollaborationResult.FAILED, "見送った。"), now=NOW)
    (journey,) = funnel.progress(session, sides.city, sides.town.pk).total.journeys
    assert journey.reached.begun is None


def test_files_are_kept_by_both_and_taken_away_by_the_office(session: Session, sides: Sides) -> None:
    row = planned(session, sides)
    file = pilots.add_file(session, sides.member, row.pk, Upload("協定書.pdf", b"%PDF-1.7"), now=NOW)
    with pytest.raises(DomainError):
        pilots.remove_file(session, sides.partner, row.pk, file.pk, now=NOW)
    pilots.remove_file(session, sides.staff, row.pk, file.pk, now=NOW)
    assert events(session, row) == ["planned", "added", "removed"]
