"""Proposals: receipt, coordination between departments, dialogue, pilot, no, and passing on; and who reads them."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor, Seat
from matcher.services import (
    consultations,
    forwarding,
    joint_proposals,
    outcomes,
    pilots,
    proposal_steps,
    proposals,
    taken_up,
    worklist,
)
from matcher.services import proposal_data as data_of
from matcher.services.outcomes import Outcome
from matcher.services.pilots import Criterion, PlanData
from matcher.services.proposal_data import ProposalData
from models import (
    AuditEvent,
    Challenge,
    Collaboration,
    CollaborationPartner,
    Consultation,
    Department,
    IndexChange,
    Municipality,
    OutboxMessage,
    Proposal,
)
from models.enums import (
    ChallengeStatus,
    CollaborationResult,
    CollaborationStatus,
    ConsultationStatus,
    ProposalDecline,
    ProposalHolder,
    ProposalKind,
    ProposalStatus,
    RegistrationStatus,
    Role,
)
from models.queries import proposals as queries
from tests import factories
from tests.factories import NOW

SAID = ProposalData("見守りの実証", "居間のセンサーで気付く。", "十世帯で三か月試す。", field="集合住宅", cost="50万円")
DUE = date(2026, 12, 5)


class Lab:
    """A town with a coordinator, two departments and their people, and a partner with its people."""

    def __init__(self, session: Session, code: str = "172065") -> None:
        self.session = session
        self.town = factories.municipality(session, code)
        self.office = factories.coordinator(session, self.town)
        self.house = factories.partner(session, town=self.town)
        self.partner = factories.partner_admin(session, self.house)
        self.care, self.roads = self._department("長寿課"), self._department("道路課")
        self.care_staff, self.roads_staff = self._staff(self.care), self._staff(self.roads)

    def _department(self, name: str) -> Department:
        row = Department(municipality_id=self.town.pk, name=name)
        self.session.add(row)
        self.session.flush()
        return row

    def _staff(self, department: Department) -> Actor:
        person = factories.department_staff(self.session, self.town)
        return Actor(person.user_id, (Seat(Role.DEPARTMENT, self.town.pk, department_id=department.pk),))

    def drafted(self, data: ProposalData = SAID, challenge: Challenge | None = None) -> Proposal:
        key = challenge.pk if challenge else None
        return proposals.begin(self.session, self.partner, self.house.pk, self.town.pk, data, challenge_id=key, now=NOW)

    def received(self, **changes: Any) -> Proposal:
        row = self.drafted(ProposalData(**{**SAID.__dict__, **changes}))
        return proposals.submit(self.session, self.partner, row.pk, now=NOW)

    def asked(self, row: Proposal, *departments: Department) -> list[Consultation]:
        keys = [each.pk for each in departments]
        return consultations.ask(self.session, self.office, row.pk, keys, "場所はありますか。", DUE, now=NOW)


@pytest.fixture
def lab(session: Session) -> Lab:
    return Lab(session)


def events(session: Session) -> list[str]:
    return list(session.exec(select(AuditEvent.event).order_by(col(AuditEvent.id))))


def mails(session: Session) -> list[str]:
    return list(session.exec(select(OutboxMessage.template).order_by(col(OutboxMessage.id))))


def test_a_draft_belongs_to_its_partners_alone(lab: Lab, session: Session) -> None:
    row = lab.drafted()
    assert (row.kind, row.status, row.holder) == (
        ProposalKind.FIELD_TEST,
        ProposalStatus.DRAFT,
        ProposalHolder.PARTNER,
    )
    with pytest.raises(NotFound):
        proposals.view(session, lab.office, row.pk)
    assert proposals.view(session, lab.partner, row.pk) is row


def test_a_proposal_that_names_a_challenge_is_a_solution(lab: Lab, session: Session) -> None:
    challenge = factories.challenge(session, lab.town)
    assert lab.drafted(challenge=challenge).kind is ProposalKind.SOLUTION
    closed = factories.challenge(session, lab.town, status=ChallengeStatus.CLOSED)
    with pytest.raises(NotFound):
        lab.drafted(challenge=closed)
    elsewhere = factories.challenge(session, factories.municipality(session, "141305", "川崎市"))
    with pytest.raises(NotFound):
        lab.drafted(challenge=elsewhere)


def test_a_partner_without_any_registration_waits(lab: Lab, session: Session) -> None:
    house = factories.partner(session, "却下の会社", town=lab.town, status=RegistrationStatus.REJECTED)
    actor = factories.partner_admin(session, house)
    with pytest.raises(NotAllowed):
        proposals.begin(session, actor, house.pk, lab.town.pk, SAID, now=NOW)
    with pytest.raises(NotFound):
        proposals.begin(session, actor, lab.house.pk, lab.town.pk, SAID, now=NOW)


def test_a_receipt_says_who_had_the_idea_and_when(lab: Lab, session: Session) -> None:
    first, second = lab.received(), lab.received()
    assert (proposals.receipt(first), proposals.receipt(second)) == ("2026-001", "2026-002")
    assert (first.received_at, first.holder) == (NOW, ProposalHolder.SECRETARIAT)
    [kept] = queries.versions(session, first.pk)
    assert kept.data["partners"] == [lab.house.name]
    assert kept.data["said_at"] == "2026-11-22T10:00:00+09:00"
    assert first.digest == kept.digest == data_of.digest(kept.data)
    assert mails(session) == ["proposal_receipt", "proposal_received"] * 2
    assert events(session)[:2] == ["proposal.begun", "proposal.received"]


def test_receipts_are_numbered_by_fiscal_year_and_town(lab: Lab, session: Session) -> None:
    lab.received()
    row = lab.drafted()
    proposals.submit(session, lab.partner, row.pk, now=NOW.replace(year=2027, month=4))
    assert proposals.receipt(row) == "2027-001"
    assert proposals.fiscal_year(date(2025, 3, 31)) == 2024


def test_what_is_missing_is_said(lab: Lab, session: Session) -> None:
    row = lab.drafted(ProposalData("題名だけ"))
    with pytest.raises(Invalid) as refused:
        proposals.submit(session, lab.partner, row.pk, now=NOW)
    assert refused.value.fields == dict.fromkeys(("summary", "solution", "field"), "required")
    with pytest.raises(Invalid) as refused:
        lab.drafted(ProposalData(" ", cost="円" * 4001))
    assert refused.value.fields == {"title": "required", "cost": "too_long"}


def test_each_change_after_receipt_is_a_version(lab: Lab, session: Session) -> None:
    row = lab.received()
    before = row.digest
    changed = ProposalData(**{**SAID.__dict__, "cost": "80万円"})
    proposals.edit(session, lab.partner, row.pk, changed, row.version, now=NOW + timedelta(days=1))
    first, second = queries.versions(session, row.pk)
    assert (first.data["cost"], second.data["cost"], row.digest) == ("50万円", "80万円", before)
    with pytest.raises(Conflict):
        proposals.edit(session, lab.partner, row.pk, SAID, row.version - 1, now=NOW)
    with pytest.raises(NotAllowed):
        proposals.edit(session, lab.office, row.pk, SAID, None, now=NOW)


def test_departments_answer_and_the_proposal_goes_round(lab: Lab, session: Session) -> None:
    row = lab.received()
    care, roads = lab.asked(row, lab.care, lab.roads)
    assert (row.status, row.holder) == (ProposalStatus.COORDINATING, ProposalHolder.DEPARTMENT)
    assert queries.row(session, row, NOW.date()).holders == ("長寿課", "道路課")
    later = NOW + timedelta(days=3)
    with pytest.raises(NotAllowed):
        consultations.answer(session, lab.roads_staff, care.pk, ConsultationStatus.YES, "", now=later)
    consultations.answer(session, lab.care_staff, care.pk, ConsultationStatus.YES, "", now=later)
    assert row.holder is ProposalHolder.DEPARTMENT
    with pytest.raises(Invalid):
        consultations.answer(session, lab.roads_staff, roads.pk, ConsultationStatus.NO, " ", now=later)
    consultations.answer(session, lab.roads_staff, roads.pk, ConsultationStatus.QUESTION, "電源は。", now=later)
    assert (row.holder, row.held_since) == (ProposalHolder.SECRETARIAT, later)
    lab.asked(row, lab.roads)
    assert (roads.status, row.holder) == (ConsultationStatus.WAITING, ProposalHolder.DEPARTMENT)


@pytest.mark.parametrize(
    ("question", "due", "departments", "wrong"),
    [
        ("", DUE, True, {"question": "required"}),
        ("問", date(2026, 11, 1), True, {"due": "date_past"}),
        ("問", DUE, False, {"departments": "required"}),
    ],
)
def test_a_question_to_departments_is_complete(
    lab: Lab, session: Session, question: str, due: date, departments: bool, wrong: dict[str, str]
) -> None:
    row = lab.received()
    keys = [lab.care.pk] if departments else []
    with pytest.raises(Invalid) as refused:
        consultations.ask(session, lab.office, row.pk, keys, question, due, now=NOW)
    assert refused.value.fields == wrong


def test_departments_of_other_towns_are_not_asked(lab: Lab, session: Session) -> None:
    other = factories.municipality(session, "141305", "川崎市")
    there = session.exec(select(Department).where(Department.municipality_id == other.pk)).one()
    with pytest.raises(Invalid):
        lab.asked(lab.received(), there)


def test_a_note_that_asks_waits_for_the_partner(lab: Lab, session: Session) -> None:
    row = lab.received()
    proposal_steps.begin_dialogue(session, lab.office, row.pk, now=NOW)
    on = NOW.date()
    proposal_steps.note(session, lab.office, row.pk, "内部の話", on, shared=False, asks=True, now=NOW)
    assert row.holder is ProposalHolder.SECRETARIAT
    proposal_steps.note(session, lab.office, row.pk, "費用の内訳は。", on, asks=True, now=NOW)
    assert row.holder is ProposalHolder.PARTNER
    proposal_steps.note(session, lab.partner, row.pk, "別紙の通り。", on, partner_id=lab.house.pk, now=NOW)
    assert row.holder is ProposalHolder.SECRETARIAT
    assert [each.row.text for each in queries.notes(session, row.pk, shared_only=True)] == [
        "別紙の通り。",
        "費用の内訳は。",
    ]
    with pytest.raises(Invalid):
        proposal_steps.note(session, lab.office, row.pk, "", on + timedelta(days=9), now=NOW)
    with pytest.raises(NotFound):
        proposal_steps.note(session, lab.partner, row.pk, "市のふり", on, now=NOW)


def test_a_department_is_put_in_charge(lab: Lab, session: Session) -> None:
    row = lab.received()
    proposal_steps.hand_over(session, lab.office, row.pk, lab.care.pk, now=NOW)
    assert queries.row(session, row, NOW.date()).holders == ("長寿課",)
    proposal_steps.hand_over(session, lab.office, row.pk, None, now=NOW)
    assert row.holder is ProposalHolder.SECRETARIAT


def taken_up_by(lab: Lab, row: Proposal) -> Collaboration:
    proposal_steps.begin_dialogue(lab.session, lab.office, row.pk, now=NOW)
    proposal_steps.prepare(lab.session, lab.office, row.pk, "見守りの実証", now=NOW)
    return lab.session.get_one(Collaboration, row.collaboration_id)


def agreed(lab: Lab, planned: Collaboration) -> None:
    """A plan to which both sides agree."""
    plan = PlanData(criteria=(Criterion("世帯", "20"),))
    pilots.lay_down(lab.session, lab.office, planned.pk, plan, None, now=NOW)
    pilots.agree(lab.session, lab.office, planned.pk, None, now=NOW)
    pilots.agree(lab.session, lab.partner, planned.pk, None, now=NOW)


def ended(session: Session, lab: Lab, planned: Collaboration, result: CollaborationResult) -> None:
    outcomes.finish(session, lab.office, planned.pk, Outcome(result, "来年度から実施"), now=NOW)


def test_from_dialogue_to_a_published_result(lab: Lab, session: Session) -> None:
    challenge = factories.challenge(session, lab.town)
    row = lab.drafted(challenge=challenge)
    proposals.submit(session, lab.partner, row.pk, now=NOW)
    planned = taken_up_by(lab, row)
    assert (planned.challenge_id, planned.summary) == (challenge.pk, row.summary)
    assert session.exec(select(CollaborationPartner.partner_id)).all() == [lab.house.pk]
    with pytest.raises(Invalid):
        pilots.begin(session, lab.office, planned.pk, now=NOW)
    assert row.status is ProposalStatus.PREPARING, "nothing begins without a plan to which both agree"
    agreed(lab, planned)
    pilots.begin(session, lab.office, planned.pk, now=NOW)
    assert (row.status, planned.status) == (ProposalStatus.PILOT, CollaborationStatus.RUNNING)
    ended(session, lab, planned, CollaborationResult.ADOPTED)
    outcomes.publish(session, lab.office, planned.pk, now=NOW)
    assert (row.status, row.holder, planned.published) == (ProposalStatus.COMPLETED, None, True)
    ours = select(AuditEvent).where(col(AuditEvent.event).in_(["proposal.pilot_begun", "proposal.completed"]))
    assert {(each.actor_id, each.detail["collaboration"]) for each in session.exec(ours)} == {(None, planned.pk)}
    assert planned.result is CollaborationResult.ADOPTED
    assert queries.outcomes(session, [lab.town.pk]) == {lab.town.pk: (1, 1)}
    with pytest.raises(InvalidTransition):
        proposals.edit(session, lab.partner, row.pk, SAID, None, now=NOW)


def test_a_decline_has_a_reason_and_can_be_taken_back(lab: Lab, session: Session) -> None:
    row = lab.received()
    [care] = lab.asked(row, lab.care)
    with pytest.raises(Invalid):
        proposal_steps.decline(session, lab.office, row.pk, ProposalDecline.OTHER, "", now=NOW)
    proposal_steps.decline(session, lab.office, row.pk, ProposalDecline.NO_BUDGET, "来年度", now=NOW)
    assert (row.status, row.reason, care.status) == (
        ProposalStatus.DECLINED,
        ProposalDecline.NO_BUDGET,
        ConsultationStatus.CLOSED,
    )
    with pytest.raises(InvalidTransition):
        consultations.answer(session, lab.care_staff, care.pk, ConsultationStatus.YES, "", now=NOW)
    proposal_steps.reopen(session, lab.office, row.pk, now=NOW)
    assert (row.status, row.reason, row.holder) == (
        ProposalStatus.COORDINATING,
        None,
        ProposalHolder.SECRETARIAT,
    )


def test_only_coordinators_decide(lab: Lab, session: Session) -> None:
    row = lab.received()
    other = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    for actor, refusal in ((lab.care_staff, NotAllowed), (lab.partner, NotAllowed), (other, NotFound)):
        with pytest.raises(refusal):
            proposal_steps.begin_dialogue(session, actor, row.pk, now=NOW)
        with pytest.raises(refusal):
            proposal_steps.decline(session, actor, row.pk, ProposalDecline.LEGAL, "", now=NOW)
        with pytest.raises(refusal):
            consultations.ask(session, actor, row.pk, [lab.care.pk], "問", DUE, now=NOW)


def test_a_partner_takes_its_proposal_back(lab: Lab, session: Session) -> None:
    row = lab.received()
    [care] = lab.asked(row, lab.care)
    proposals.withdraw(session, lab.partner, row.pk, now=NOW)
    assert (row.status, row.holder, care.status) == (ProposalStatus.WITHDRAWN, None, ConsultationStatus.CLOSED)
    member = Actor(5, (Seat(Role.PARTNER_MEMBER, partner_id=lab.house.pk),))
    with pytest.raises(NotAllowed):
        proposals.withdraw(session, member, lab.received().pk, now=NOW)


def test_a_joint_partner_counts_once_it_agrees(lab: Lab, session: Session) -> None:
    other = factories.partner(session, "共同の会社", town=lab.town)
    joint = factories.partner_admin(session, other)
    row = lab.received()
    with pytest.raises(NotFound):
        proposals.view(session, joint, row.pk)
    for words, code in (("", "required"), ("無い会社", "unknown_partner"), (lab.house.name, "already_behind")):
        with pytest.raises(Invalid) as refused:
            joint_proposals.ask(session, lab.partner, row.pk, words, now=NOW)
        assert refused.value.fields == {"partner": code}
    joint_proposals.ask(session, lab.partner, row.pk, "共同の会社", now=NOW)
    assert proposals.view(session, joint, row.pk) is row
    with pytest.raises(NotFound):
        proposals.edit(session, joint, row.pk, SAID, None, now=NOW)
    assert queries.row(session, row, NOW.date()).partners == (lab.house,)
    joint_proposals.agree(session, joint, row.pk, other.pk, now=NOW)
    assert queries.row(session, row, NOW.date()).partners == (lab.house, other)
    assert queries.versions(session, row.pk)[-1].data["partners"] == [lab.house.name, other.name]
    with pytest.raises(NotAllowed):
        joint_proposals.ask(session, joint, row.pk, "誰か", now=NOW)
    joint_proposals.leave(session, joint, row.pk, other.pk, now=NOW)
    with pytest.raises(NotFound):
        proposals.view(session, joint, row.pk)
    with pytest.raises(NotAllowed):
        joint_proposals.leave(session, lab.partner, row.pk, lab.house.pk, now=NOW)


def test_passing_on_needs_consent_and_keeps_the_first_receipt(lab: Lab, session: Session) -> None:
    there = factories.municipality(session, "141305", "川崎市")
    office_there = factories.coordinator(session, there)
    row = lab.received()
    with pytest.raises(Invalid):
        forwarding.forward(session, lab.office, row.pk, now=NOW)
    forwarding.ask(session, lab.office, row.pk, there.pk, now=NOW)
    assert row.holder is ProposalHolder.PARTNER
    with pytest.raises(Invalid):
        forwarding.forward(session, lab.office, row.pk, now=NOW)
    forwarding.consent(session, lab.partner, row.pk, now=NOW)
    later = NOW + timedelta(days=2)
    new = forwarding.forward(session, lab.office, row.pk, now=later)
    assert (row.status, new.status, new.municipality_id) == (
        ProposalStatus.FORWARDED,
        ProposalStatus.RECEIVED,
        there.pk,
    )
    assert (new.forwarded_from_id, new.received_at, row.received_at) == (row.pk, later, NOW)
    assert proposals.view(session, office_there, new.pk) is new
    with pytest.raises(NotFound):
        proposals.view(session, office_there, row.pk)
    with pytest.raises(NotFound):
        proposals.view(session, lab.office, new.pk)


def test_a_refused_consent_leaves_everything_where_it_is(lab: Lab, session: Session) -> None:
    there = factories.municipality(session, "141305", "川崎市")
    row = lab.received()
    with pytest.raises(Invalid):
        forwarding.ask(session, lab.office, row.pk, lab.town.pk, now=NOW)
    forwarding.ask(session, lab.office, row.pk, there.pk, now=NOW)
    forwarding.refuse(session, lab.partner, row.pk, now=NOW)
    assert (row.forward_to_id, row.holder) == (None, ProposalHolder.SECRETARIAT)
    with pytest.raises(InvalidTransition):
        forwarding.consent(session, lab.partner, row.pk, now=NOW)


def rows_for(lab: Lab, actor: Actor, town: Municipality | None = None) -> list[int]:
    here = town or lab.town
    wanted = queries.ProposalFilter(departments=proposals.departments_of(actor, here.pk))
    return [each.proposal.pk for each in queries.of_office(lab.session, here.pk, wanted, NOW.date(), limit=50)]


def test_a_confidential_one_is_read_by_those_it_concerns(lab: Lab, session: Session) -> None:
    row = lab.received(confidential=True)
    assert rows_for(lab, lab.office) == [row.pk]
    for actor in (lab.care_staff, lab.roads_staff, factories.department_staff(session, lab.town)):
        assert rows_for(lab, actor) == []
        with pytest.raises(NotFound):
            proposals.view(session, actor, row.pk)
    lab.asked(row, lab.care)
    assert rows_for(lab, lab.care_staff) == [row.pk]
    assert rows_for(lab, lab.roads_staff) == []
    with pytest.raises(NotFound):
        proposal_steps.note(session, lab.roads_staff, row.pk, "盗み見", NOW.date(), now=NOW)


def test_other_towns_and_partners_see_nothing(lab: Lab, session: Session) -> None:
    other = factories.municipality(session, "141305", "川崎市")
    stranger, house = factories.coordinator(session, other), factories.partner(session, "よそ", town=other)
    rival = factories.partner_admin(session, house)
    row = lab.received()
    [asked] = lab.asked(row, lab.care)
    assert rows_for(lab, stranger, other) == []
    assert queries.of_partner(session, house.pk, NOW.date()) == []
    for actor in (stranger, rival):
        with pytest.raises(NotFound):
            proposals.view(session, actor, row.pk)
        with pytest.raises(NotFound):
            consultations.answer(session, actor, asked.pk, ConsultationStatus.YES, "", now=NOW)
        with pytest.raises(NotFound):
            proposal_steps.note(session, actor, row.pk, "言", NOW.date(), now=NOW)
        with pytest.raises(NotFound):
            joint_proposals.agree(session, actor, row.pk, house.pk, now=NOW)


def test_nothing_of_a_confidential_one_is_told_by_mail_or_trail(lab: Lab, session: Session) -> None:
    row = lab.received(confidential=True, title="秘密の題名", summary="秘密の概要")
    lab.asked(row, lab.care)
    proposal_steps.begin_dialogue(session, lab.office, row.pk, now=NOW)
    proposal_steps.note(session, lab.office, row.pk, "秘密の話", NOW.date(), now=NOW)
    proposal_steps.prepare(session, lab.office, row.pk, "実証", now=NOW)
    told = [str(params) for params in session.exec(select(OutboxMessage.params))]
    told += [str(detail) for detail in session.exec(select(AuditEvent.detail))]
    planned = session.get_one(Collaboration, row.collaboration_id)
    assert not any("秘密" in text for text in [*told, planned.title, planned.summary])
    agreed(lab, planned)
    pilots.begin(session, lab.office, planned.pk, now=NOW)
    ended(session, lab, planned, CollaborationResult.ENDED)
    planned.summary = "見守りを試した。"
    with pytest.raises(Invalid) as refused:
        outcomes.publish(session, lab.office, planned.pk, now=NOW)
    assert refused.value.fields == {"publish": "confidential"}
    with pytest.raises(NotAllowed):
        taken_up.lift(session, lab.office, row.pk, now=NOW)
    taken_up.lift(session, lab.partner, row.pk, now=NOW)
    assert [kept.data["confidential"] for kept in queries.versions(session, row.pk)] == [True, False]
    outcomes.publish(session, lab.office, planned.pk, now=NOW)


def test_what_goes_on_takes_its_proposal_along(lab: Lab, session: Session) -> None:
    row = lab.received()
    planned = taken_up_by(lab, row)
    agreed(lab, planned)
    pilots.begin(session, lab.office, planned.pk, now=NOW)
    ended(session, lab, planned, CollaborationResult.ENDED)
    ended(session, lab, planned, CollaborationResult.FAILED)
    assert events(session).count("proposal.completed") == 1, "a corrected result completes nothing anew"
    outcomes.reopen(session, lab.office, planned.pk, now=NOW)
    assert (row.status, row.holder) == (ProposalStatus.PILOT, ProposalHolder.SECRETARIAT)
    ended(session, lab, planned, CollaborationResult.ENDED)
    assert row.status is ProposalStatus.COMPLETED


def test_what_does_not_come_about_ends_its_proposal(lab: Lab, session: Session) -> None:
    row = lab.received()
    ended(session, lab, taken_up_by(lab, row), CollaborationResult.FAILED)
    assert row.status is ProposalStatus.COMPLETED
    assert queries.outcomes(session, [lab.town.pk]) == {lab.town.pk: (1, 0)}


def test_a_declined_proposal_does_not_begin_behind_its_back(lab: Lab, session: Session) -> None:
    row = lab.received()
    planned = taken_up_by(lab, row)
    agreed(lab, planned)
    proposal_steps.decline(session, lab.office, row.pk, ProposalDecline.LEGAL, "", now=NOW)
    with pytest.raises(Invalid) as refused:
        pilots.begin(session, lab.office, planned.pk, now=NOW)
    assert (refused.value.fields, planned.status) == ({"plan": "proposal_not_prepared"}, CollaborationStatus.PLANNED)
    proposal_steps.reopen(session, lab.office, row.pk, now=NOW)
    assert taken_up_by(lab, row) is planned, "what was planned goes on"
    proposal_steps.decline(session, lab.office, row.pk, ProposalDecline.LEGAL, "", now=NOW)
    ended(session, lab, planned, CollaborationResult.ENDED)
    assert row.status is ProposalStatus.DECLINED
    proposal_steps.reopen(session, lab.office, row.pk, now=NOW)
    assert taken_up_by(lab, row) is not planned, "what was given up does not"


def test_no_proposal_becomes_an_index_change(lab: Lab, session: Session) -> None:
    taken_up_by(lab, lab.received())
    assert session.exec(select(IndexChange)).all() == []


def test_the_work_list_says_where_a_proposal_waits(lab: Lab, session: Session) -> None:
    row, secret = lab.received(), lab.received(confidential=True)

    def desks(actor: Actor, days: int) -> dict[str, list[int]]:
        found = worklist.gather(session, actor, lab.town.pk, now=NOW + timedelta(days=days)).desks
        return {desk.value: [item.waiting.key for item in items] for desk, items in found.items()}

    assert desks(lab.office, 1) == {"proposal": [row.pk, secret.pk]}
    assert desks(lab.care_staff, 1) == {"proposal": [row.pk]}
    lab.asked(secret, lab.care)
    proposal_steps.begin_dialogue(session, lab.office, row.pk, now=NOW)
    assert desks(lab.office, 1) == {"consultation": [secret.pk]}
    assert desks(lab.office, 20) == {"consultation_overdue": [secret.pk], "proposal_dialogue": [row.pk]}
    assert desks(lab.roads_staff, 20) == {"proposal_dialogue": [row.pk]}
