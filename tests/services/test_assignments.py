"""Assignments: making a batch, laying pairs down, the worker's plan, and proposing what it holds."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, select

from matcher.errors import Conflict, Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor
from matcher.services import assignments as service
from matcher.services import planning
from matcher.services.assignments import AssignmentData
from models import Assignment, AssignmentPair, AuditEvent, Municipality, Recommendation
from models.enums import (
    AssignmentPurpose,
    AssignmentRuleKind,
    AssignmentStatus,
    ChallengeStatus,
    DeclineReason,
    RecommendationSource,
    RecommendationStatus,
)
from models.queries import assignments as queries
from models.session import make_engine, open_session
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from tests.postgres import fresh as fresh_postgres

LOCK, FORBID = AssignmentRuleKind.LOCK, AssignmentRuleKind.FORBID


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database that the worker's part can open sessions of its own on."""
    if request.param == "sqlite":
        made = make_engine(f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_schema'), tmp_path / 'plan.db')}")
    else:
        made = fresh_postgres(request.getfixturevalue("postgres_url"), "planning")
        SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


class Office:
    """A municipality with a coordinator, challenges and partners."""

    def __init__(self, session: Session, challenges: int = 3, partners: int = 4) -> None:
        self.town: Municipality = factories.municipality(session)
        self.actor: Actor = factories.coordinator(session, self.town)
        self.challenges = [factories.challenge(session, self.town, title=f"課題{i}").pk for i in range(challenges)]
        self.partners = [factories.partner(session, f"団体{i}", town=self.town).pk for i in range(partners)]

    def data(self, **changes: object) -> AssignmentData:
        said = {
            "name": "秋の交流会",
            "purpose": AssignmentPurpose.EVENT,
            "wanted": 2,
            "capacity": 2,
            "registered_here": False,
            "challenge_ids": frozenset(self.challenges),
        }
        return AssignmentData(**said | changes)  # type: ignore[arg-type]

    def create(self, session: Session, **changes: object) -> Assignment:
        return service.create(session, self.actor, self.town.pk, self.data(**changes), now=NOW)


def planned(engine: Engine, office: Office, assignment_id: int) -> Assignment:
    with open_session(engine) as session:
        service.ask(session, office.actor, assignment_id, now=NOW)
        session.commit()
    assert planning.work(engine, FakeMatchbook(), lambda: NOW) == 1
    with open_session(engine, write=False) as session:
        row = session.get(Assignment, assignment_id)
        assert row is not None
        return row


def pairs_of(engine: Engine, assignment_id: int) -> set[tuple[int, int]]:
    with open_session(engine, write=False) as session:
        return {(p.pair.challenge_id, p.pair.partner_id) for p in queries.pairs(session, assignment_id)}


def test_a_batch_holds_open_challenges_of_the_office_only(session: Session) -> None:
    office = Office(session)
    row = office.create(session)
    assert row.status is AssignmentStatus.DRAFT
    assert [c.pk for c in queries.challenges(session, row.pk)] == office.challenges
    draft = factories.challenge(session, office.town, status=ChallengeStatus.DRAFT).pk
    elsewhere = factories.challenge(session, factories.municipality(session, "431001", "熊本市")).pk
    for foreign in (draft, elsewhere):
        with pytest.raises(Invalid) as refused:
            office.create(session, challenge_ids=frozenset({foreign}))
        assert refused.value.fields == {"challenges": "unknown"}
    with pytest.raises(Invalid) as refused:
        office.create(session, name="", wanted=0, capacity=100, challenge_ids=frozenset())
    assert set(refused.value.fields) == {"name", "wanted", "capacity", "challenges"}


def test_only_coordinators_of_the_municipality_make_and_change_one(session: Session) -> None:
    office = Office(session)
    row = office.create(session)
    staff = factories.department_staff(session, office.town)
    stranger = factories.coordinator(session, factories.municipality(session, "431001", "熊本市"))
    for actor, error in ((staff, NotAllowed), (stranger, NotFound)):
        with pytest.raises(error):
            service.create(session, actor, office.town.pk, office.data(), now=NOW)
        with pytest.raises(error):
            service.edit(session, actor, row.pk, office.data(), version=None, now=NOW)
        with pytest.raises(error):
            service.ask(session, actor, row.pk, now=NOW)
        with pytest.raises(error):
            service.propose(session, actor, row.pk, None, now=NOW)
        with pytest.raises(error):
            service.lay_down(session, actor, row.pk, LOCK, office.challenges[0], office.partners[0], now=NOW)


def test_a_stale_edit_is_a_conflict_and_what_leaves_takes_its_rules_along(session: Session) -> None:
    office = Office(session)
    row = office.create(session)
    service.lay_down(session, office.actor, row.pk, LOCK, office.challenges[0], office.partners[0], now=NOW)
    session.flush()
    rest = office.data(challenge_ids=frozenset(office.challenges[1:]), name="冬の交流会")
    with pytest.raises(Conflict):
        service.edit(session, office.actor, row.pk, rest, version=row.version - 1, now=NOW)
    service.edit(session, office.actor, row.pk, rest, version=row.version, now=NOW)
    assert queries.rules(session, row.pk) == []
    assert [m.challenge_id for m in queries.members(session, row.pk)] == office.challenges[1:]


def test_a_ban_needs_a_reason_and_a_pair_has_one_rule(session: Session) -> None:
    office = Office(session)
    row, (challenge, *_), (partner, *_) = office.create(session), office.challenges, office.partners
    with pytest.raises(Invalid) as refused:
        service.lay_down(session, office.actor, row.pk, FORBID, challenge, partner, now=NOW)
    assert refused.value.fields == {"reason": "required"}
    other = DeclineReason.OTHER
    with pytest.raises(Invalid) as refused:
        service.lay_down(session, office.actor, row.pk, FORBID, challenge, partner, reason=other, now=NOW)
    assert refused.value.fields == {"note": "required"}
    service.lay_down(session, office.actor, row.pk, FORBID, challenge, partner, reason=DeclineReason.REGION, now=NOW)
    service.lay_down(session, office.actor, row.pk, LOCK, challenge, partner, now=NOW)
    session.flush()
    (found,) = queries.rules(session, row.pk)
    assert (found.rule.kind, found.rule.reason) == (LOCK, "")
    service.release(session, office.actor, row.pk, found.rule.pk, now=NOW)
    session.flush()
    assert queries.rules(session, row.pk) == []
    with pytest.raises(NotFound):
        service.lay_down(session, office.actor, row.pk, LOCK, challenge, 999_999, now=NOW)


def test_the_worker_shares_out_and_nobody_gets_more_than_it_can_take(engine: Engine) -> None:
    with open_session(engine) as session:
        office = Office(session)
        key = office.create(session).pk
        session.commit()
    row = planned(engine, office, key)
    assert row.status is AssignmentStatus.READY
    assert row.result["optimal"]
    assert (row.result["filled"], row.result["places"], row.result["short"]) == (6, 6, {})
    assert row.result["worst"] >= row.result["greedy"]["worst"]
    with open_session(engine, write=False) as session:
        found = queries.pairs(session, key)
        loads = {p.partner.pk: sum(q.partner.pk == p.partner.pk for q in found) for p in found}
        assert max(loads.values()) <= 2
        assert all(p.pair.explained["evidence"] for p in found)
        events = set(session.exec(select(AuditEvent.event).where(AuditEvent.subject_type == "assignment")))
    assert {"assignment.created", "assignment.asked", "assignment.begun", "assignment.finished"} <= events
    assert planning.work(engine, FakeMatchbook(), lambda: NOW) == 0


def test_locks_bans_and_earlier_decisions_shape_the_plan(engine: Engine) -> None:
    with open_session(engine) as session:
        office = Office(session)
        key = office.create(session, wanted=1).pk
        first, second, third = office.challenges
        _, liked, next_liked, last = office.partners
        service.lay_down(session, office.actor, key, LOCK, first, last, now=NOW)
        ban = DeclineReason.ALREADY_WORKING
        service.lay_down(session, office.actor, key, FORBID, second, liked, reason=ban, now=NOW)
        declined = {"source": RecommendationSource.ENGINE, "status": RecommendationStatus.DECLINED}
        said = {"municipality_id": office.town.pk, "challenge_id": third, "partner_id": next_liked}
        session.add(Recommendation(**said | declined))
        session.commit()
    planned(engine, office, key)
    assert pairs_of(engine, key) == {(first, last), (second, next_liked), (third, last)}
    with open_session(engine) as session:
        with pytest.raises(Invalid) as refused:
            service.lay_down(session, office.actor, key, LOCK, third, next_liked, now=NOW)
        assert refused.value.fields == {"partner_id": "decided"}
        service.lay_down(session, office.actor, key, FORBID, second, next_liked, reason=ban, now=NOW)
        session.commit()
    with open_session(engine, write=False) as session:
        row = session.get(Assignment, key)
        assert row is not None
        assert row.result["fresh"] is False
    assert planned(engine, office, key).result["fresh"] is True
    assert (second, next_liked) not in pairs_of(engine, key)


def test_too_many_locks_are_explained_and_the_old_plan_stays(engine: Engine) -> None:
    with open_session(engine) as session:
        office = Office(session)
        key = office.create(session, wanted=1, capacity=1).pk
        session.commit()
    planned(engine, office, key)
    before = pairs_of(engine, key)
    with open_session(engine) as session:
        for challenge in office.challenges[:2]:
            service.lay_down(session, office.actor, key, LOCK, challenge, office.partners[0], now=NOW)
        session.commit()
    row = planned(engine, office, key)
    assert row.status is AssignmentStatus.FAILED
    assert (row.result["error"], row.result["where"]) == ("lock_over_capacity", [office.partners[0]])
    assert pairs_of(engine, key) == before


def test_what_is_short_is_said_by_challenge(engine: Engine) -> None:
    with open_session(engine) as session:
        office = Office(session, challenges=3, partners=2)
        key = office.create(session, wanted=2, capacity=2).pk
        session.commit()
    row = planned(engine, office, key)
    assert sorted(row.result["short"].values()) == [1, 1]
    assert (row.result["filled"], row.result["places"]) == (4, 6)


def test_a_killed_worker_leaves_nothing_stuck_and_surprises_are_shown(engine: Engine) -> None:
    class Broken(FakeMatchbook):
        def fits_for_challenges(self, *_args: object, **_more: object) -> object:  # type: ignore[override]
            raise RuntimeError("gone")

    with open_session(engine) as session:
        office = Office(session)
        row = office.create(session)
        service.ask(session, office.actor, row.pk, now=NOW)
        row.status, key = AssignmentStatus.RUNNING, row.pk
        session.commit()
    assert planning.requeue(engine, NOW) == 1
    with pytest.raises(RuntimeError):
        planning.work(engine, Broken(), lambda: NOW)
    with open_session(engine, write=False) as session:
        found = session.get(Assignment, key)
        assert found is not None
        assert (found.status, found.result["error"]) == (AssignmentStatus.FAILED, "unexpected")


def test_chosen_pairs_become_recommendations_once(engine: Engine) -> None:
    with open_session(engine) as session:
        office = Office(session)
        key = office.create(session).pk
        with pytest.raises(InvalidTransition):
            service.propose(session, office.actor, key, None, now=NOW)
        session.commit()
    planned(engine, office, key)
    with open_session(engine) as session:
        one = session.exec(select(AssignmentPair).order_by(col(AssignmentPair.id))).first()
        assert one is not None
        assert service.propose(session, office.actor, key, {one.pk}, now=NOW) == 1
        assert service.propose(session, office.actor, key, None, now=NOW) == 5
        assert service.propose(session, office.actor, key, None, now=NOW) == 0
        made = session.exec(select(Recommendation)).all()
        assert {row.source for row in made} == {RecommendationSource.ASSIGNMENT}
        assert {row.status for row in made} == {RecommendationStatus.PROPOSED}
        assert all(row.run_id and row.evidence for row in made)


def test_nothing_changes_while_a_plan_is_made_or_after_the_end(session: Session) -> None:
    office = Office(session)
    row = office.create(session)
    service.ask(session, office.actor, row.pk, now=NOW)
    assert service.ask(session, office.actor, row.pk, now=NOW).status is AssignmentStatus.WAITING
    with pytest.raises(InvalidTransition):
        service.edit(session, office.actor, row.pk, office.data(), version=None, now=NOW)
    row.status = AssignmentStatus.READY
    service.close(session, office.actor, row.pk, now=NOW)
    with pytest.raises(InvalidTransition):
        service.lay_down(session, office.actor, row.pk, LOCK, office.challenges[0], office.partners[0], now=NOW)
    assert service.reopen(session, office.actor, row.pk, now=NOW).status is AssignmentStatus.DRAFT
