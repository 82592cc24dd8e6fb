"""What stands against a match, what a challenge requires, what is done when nobody fits, and what became of things."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.services import challenges, near_groups, outcomes, recommendations, texts
from matcher.services.asking import ask_to_say_more
from matcher.services.matchbook import Match, Ranking, Signal
from matcher.services.outcomes import Outcome
from models import (
    AuditEvent,
    Collaboration,
    CollaborationPartner,
    GroupMember,
    IndexChange,
    OutboxMessage,
    Recommendation,
)
from models.enums import (
    BudgetStage,
    ChallengeStatus,
    CollaborationResult,
    CollaborationStatus,
    EntityType,
    Requirement,
)
from models.enums import RecommendationStatus as R
from models.queries import nearest, precedents
from models.queries import recommendations as queries
from models.queries.texts import partner_texts
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from tests.services.test_challenges import DATA
from tests.services.test_recommendations import Office

PROTOTYPE, FULL = Signal("prototype_only", False), Signal("no_capacity", False)


class Strict(FakeMatchbook):
    """Answers with these signals; the partners in `outside` break what is required."""

    def __init__(self, *signals: Signal, fit: int = 3, outside: tuple[int, ...] = ()) -> None:
        self.signals, self.fit, self.outside = signals, fit, outside

    def partners_for_challenge(self, session: Session, challenge_id: int, **asked: object) -> Ranking:
        ranking = super().partners_for_challenge(session, challenge_id, **asked)  # type: ignore[arg-type]
        matches = [Match(m.entity_id, m.rank, m.score, self.fit, m.evidence, self.signals) for m in ranking.matches]
        broken = Signal("region_not_served", False, {"place": "172065", "regions": ["13"], "required": True})
        excluded = [
            Match(m.entity_id, m.rank, m.score, 2, (), (broken,)) for m in matches if m.entity_id in self.outside
        ]
        listed = [m for m in matches if m.entity_id not in self.outside]
        return Ranking(tuple(listed), ranking.considered, "fake", {}, 1, excluded=tuple(excluded))


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def run(session: Session, office: Office, book: FakeMatchbook) -> Recommendation:
    made = recommendations.run(session, office.coordinator, office.challenge.pk, book, now=NOW)
    session.flush()
    assert made.pk
    found = queries.of_pair(session, office.challenge.pk, office.first.pk)
    assert found is not None
    return found


def approve(session: Session, office: Office, row: Recommendation, override: str = "") -> Recommendation:
    return recommendations.approve(session, office.coordinator, row.pk, message="", override=override, now=NOW)


def test_a_warning_is_overridden_with_a_reason(session: Session, office: Office) -> None:
    row = run(session, office, Strict(PROTOTYPE, FULL))
    with pytest.raises(Invalid) as refused:
        approve(session, office, row)
    assert refused.value.fields == {"override": "override_needed"}
    assert row.status is R.PROPOSED
    approve(session, office, row, "試作機の貸出しで足りるため。")
    assert (row.status, row.override_note) == (R.INVITED, "試作機の貸出しで足りるため。")
    events = session.exec(select(AuditEvent).where(AuditEvent.event == "recommendation.approved")).all()
    assert [event.detail["overridden"] for event in events] == [["prototype_only", "no_capacity"]]


def test_what_is_no_hard_warning_needs_no_reason(session: Session, office: Office) -> None:
    row = run(session, office, Strict(Signal("thin_profile", False), Signal("stale_profile", False)))
    approve(session, office, row, "書いたが、要らない理由")
    assert (row.status, row.override_note) == (R.INVITED, "")


def test_nobody_overrides_what_the_challenge_requires(session: Session, office: Office) -> None:
    row = run(session, office, Strict(PROTOTYPE))
    office.challenge.required = [Requirement.STAGE.value]
    with pytest.raises(Invalid) as refused:
        approve(session, office, row, "それでも")
    assert refused.value.fields == {"override": "requirement"}
    office.challenge.required = [Requirement.REGION.value]
    assert approve(session, office, row, "地域は問題ない").status is R.INVITED


def test_who_breaks_a_requirement_is_kept_with_the_run_and_not_in_the_list(session: Session, office: Office) -> None:
    proposed = run(session, office, FakeMatchbook())
    assert proposed.rank == 1
    run(session, office, Strict(outside=(office.first.pk,)))
    made = queries.latest_run(session, office.town.pk, challenge_id=office.challenge.pk)
    assert made is not None
    assert [(item["partner_id"], item["fit"]) for item in made.excluded] == [(office.first.pk, 2)]
    assert made.excluded[0]["signals"][0]["params"]["required"] is True
    assert proposed.rank is None
    assert [signal["code"] for signal in proposed.signals] == ["region_not_served"], "it says why"
    assert made.considered == 2


def test_one_added_by_hand_says_that_it_breaks_a_requirement(session: Session, office: Office) -> None:
    book = Strict(outside=(office.second.pk,))
    add = recommendations.add_by_hand
    row = add(session, office.coordinator, office.challenge.pk, office.second.pk, matchbook=book, now=NOW)
    assert [signal["code"] for signal in row.signals] == ["region_not_served"]


def test_requirements_are_stored_and_checked(session: Session, office: Office) -> None:
    data = replace(DATA, required=(Requirement.KIND, Requirement.REGION))
    row = challenges.create(session, office.coordinator, office.town.pk, data, now=NOW)
    assert row.required == ["region", "kind"]
    assert challenges.read(session, row).required == (Requirement.REGION, Requirement.KIND)
    with pytest.raises(Invalid) as refused:
        challenges.create(session, office.coordinator, office.town.pk, replace(data, wanted_kinds=()), now=NOW)
    assert refused.value.fields == {"wanted_kinds": "required_empty"}
    profile = texts.of_entities(session, EntityType.CHALLENGE, [row.pk])[row.pk]
    facts = next(iter(profile.values())).profile
    assert (facts.required, facts.budget, facts.written) == (("kind", "region"), "studying", "2026-11-22")
    row.budget_stage = BudgetStage.NONE
    row.updated_at = NOW + timedelta(days=9)  # as a status that moves leaves it: the index then hears nothing
    session.flush()
    silent = texts.of_entities(session, EntityType.CHALLENGE, [row.pk])[row.pk]
    facts = next(iter(silent.values())).profile
    assert (facts.budget, facts.written) == ("", "2026-11-22"), "nobody may have filled the budget in"


def _weak(session: Session, office: Office) -> Recommendation:
    return run(session, office, Strict(fit=1))


def _asked(session: Session) -> list[OutboxMessage]:
    session.flush()
    return list(session.exec(select(OutboxMessage).where(OutboxMessage.template == "say_more")))


def test_the_nearest_partners_are_asked_once(session: Session, office: Office) -> None:
    row = _weak(session, office)
    ask = ask_to_say_more
    assert ask(session, office.coordinator, office.challenge.pk, now=NOW) == 1, "the second partner has no account"
    assert [(m.user_id, m.params["challenge_title"]) for m in _asked(session)] == [
        (office.person.user_id, office.challenge.title)
    ]
    asked = nearest.asked(session, office.challenge, NOW)
    assert [(item.partner.pk, item.challenge_id, item.when) for item in asked] == [
        (office.first.pk, office.challenge.pk, NOW)
    ]
    assert ask(session, office.coordinator, office.challenge.pk, now=NOW + timedelta(days=400)) == 0
    assert len(_asked(session)) == 1
    assert row.status is R.PROPOSED


def test_a_partner_is_left_in_peace_by_other_challenges_too(session: Session, office: Office) -> None:
    _weak(session, office)
    ask_to_say_more(session, office.coordinator, office.challenge.pk, now=NOW)
    other = factories.challenge(session, office.town, title="別の課題")
    recommendations.run(session, office.coordinator, other.pk, Strict(fit=1), now=NOW)
    session.flush()
    assert ask_to_say_more(session, office.coordinator, other.pk, now=NOW + timedelta(days=30)) == 0
    assert ask_to_say_more(session, office.coordinator, other.pk, now=NOW + timedelta(days=91)) == 1


def test_nobody_is_asked_about_a_draft_nor_when_somebody_fits(session: Session, office: Office) -> None:
    run(session, office, FakeMatchbook())
    with pytest.raises(InvalidTransition):
        ask_to_say_more(session, office.coordinator, office.challenge.pk, now=NOW)
    _weak(session, office)
    office.challenge.status = ChallengeStatus.IN_REVIEW
    with pytest.raises(InvalidTransition):
        ask_to_say_more(session, office.coordinator, office.challenge.pk, now=NOW)
    assert _asked(session) == []


def test_who_may_ask(session: Session, office: Office) -> None:
    _weak(session, office)
    with pytest.raises(NotAllowed):
        ask_to_say_more(session, factories.department_staff(session, office.town), office.challenge.pk, now=NOW)
    stranger = factories.coordinator(session, factories.municipality(session, "431001", "熊本市"))
    with pytest.raises(NotFound):
        ask_to_say_more(session, stranger, office.challenge.pk, now=NOW)


def test_who_could_still_be_considered(session: Session, office: Office) -> None:
    near = factories.municipality(session, "172014", "金沢市")
    far = factories.municipality(session, "431001", "熊本市")
    far.prefecture = "熊本県"
    factories.partner(session, "金沢の会社", town=near)
    factories.partner(session, "熊本の会社", town=far)
    at_home = factories.partner(session, "石川から熊本へ", town=far)
    at_home.prefecture = "石川県"
    factories.partner(session, "どこにも登録のない会社")
    session.flush()
    assert nearest.elsewhere(session, office.town) == (2, 1)


def test_groups_that_speak_of_it(session: Session, office: Office) -> None:
    close = factories.group(session, office.town, "高齢者見守り分科会")
    close.purpose = "ひとり暮らしの高齢者の異変に気付く仕組みを話し合う。"
    factories.group(session, office.town, "観光分科会").purpose = "加賀市の団体が事業を推進する。"
    session.flush()
    session.add(GroupMember(group_id=close.pk, partner_id=office.first.pk, status="member"))
    session.flush()
    found = near_groups.near(session, office.challenge, {3})
    assert [(card.group.pk, card.members) for card in found] == [(close.pk, 1)]


@pytest.fixture
def work(session: Session, office: Office) -> Collaboration:
    row = Collaboration(
        municipality_id=office.town.pk,
        kind="pilot",
        title="見守りの実証",
        status=CollaborationStatus.RUNNING,
        published=True,
    )
    session.add(row)
    session.flush()
    session.add(CollaborationPartner(collaboration_id=row.pk, partner_id=office.first.pk, name=office.first.name))
    session.flush()
    return row


def test_what_came_of_it_counts_for_the_partners(session: Session, office: Office, work: Collaboration) -> None:
    outcomes.finish(
        session,
        office.coordinator,
        work.pk,
        Outcome(CollaborationResult.ADOPTED, "30世帯で続いている。"),
        now=NOW,
    )
    assert (work.status, work.result) == (CollaborationStatus.DONE, CollaborationResult.ADOPTED)
    told = partner_texts(session, [office.first.pk])[0]
    assert told.past == [("172065", "見守りの実証", "adopted")]
    assert told.registered == ["172065"]
    marked = {(c.entity_type, c.entity_id) for c in session.exec(select(IndexChange))}
    assert {(EntityType.COLLABORATION, work.pk), (EntityType.PARTNER, office.first.pk)} <= marked


def test_a_failure_says_why(session: Session, office: Office, work: Collaboration) -> None:
    with pytest.raises(Invalid) as refused:
        outcomes.finish(session, office.coordinator, work.pk, Outcome(CollaborationResult.FAILED, ""), now=NOW)
    assert refused.value.fields == {"outcome": "required"}
    with pytest.raises(NotAllowed):
        outcomes.finish(
            session,
            factories.partner_admin(session, office.second),
            work.pk,
            Outcome(CollaborationResult.ENDED, ""),
            now=NOW,
        )


def test_precedents_of_the_partner_come_first(session: Session, office: Office, work: Collaboration) -> None:
    elsewhere = factories.municipality(session, "431001", "熊本市")
    rows = [
        Collaboration(municipality_id=elsewhere.pk, kind="pilot", title=title, status="done", published=published)
        for title, published in (("熊本の実証", True), ("非公開の実証", False))
    ]
    session.add_all(rows)
    session.flush()
    similar = [rows[1].pk, rows[0].pk]
    found = precedents.told(session, office.town.pk, similar, office.first.pk)
    assert [(item.row.title, item.own) for item in found] == [("見守りの実証", True), ("熊本の実証", False)]
    assert found[0].parties == (office.first.name,)
    assert precedents.told(session, office.town.pk, [], None) == []


def test_a_run_keeps_the_precedents_that_it_found(session: Session, office: Office, work: Collaboration) -> None:
    run(session, office, FakeMatchbook())
    made = queries.latest_run(session, office.town.pk, challenge_id=office.challenge.pk)
    assert made is not None
    assert [(item["id"], item["fit"]) for item in made.precedents] == [(work.pk, 3)]
    assert made.precedents[0]["evidence"][0]["asks"]["text"] == "見守りたい。"
