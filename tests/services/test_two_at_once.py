"""Two people act at once on the same thing, again and again: whatever they do, its history stays a legal one."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy.engine import Engine
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, SQLModel, col, select

from matcher.errors import DomainError
from matcher.lifecycles import (
    APPLICATION,
    CHALLENGE,
    CHALLENGE_QUESTION,
    COLLABORATION,
    CONSULTATION,
    GROUP_MEMBER,
    IMPORT,
    PROPOSAL,
    RECOMMENDATION,
    REGISTRATION,
    Lifecycle,
)
from matcher.services import (
    applications,
    certificates,
    challenge_questions,
    challenges,
    collaborations,
    consultations,
    groups,
    importing,
    outcomes,
    pilots,
    proposal_steps,
    proposals,
    recommendations,
    registrations,
    screening,
)
from matcher.services.attachments import Upload
from matcher.services.importing import Vocabulary
from matcher.services.outcomes import Outcome
from matcher.services.pilots import Criterion, PlanData
from models import (
    Answer,
    Application,
    AuditEvent,
    Consultation,
    GroupMember,
    ImportBatch,
    Proposal,
    Recommendation,
    Registration,
    SchemeQuestion,
)
from models.enums import (
    ChallengeStatus,
    CollaborationResult,
    DeclineReason,
    ImportKind,
    ProposalDecline,
    RecommendationSource,
    RecommendationStatus,
    RefusalReason,
    RegistrationStatus,
)
from models.session import make_engine, open_session
from tests import factories, postgres
from tests.factories import NOW
from tests.services.test_proposals import Lab

Move = Callable[[Session], Any]


_serial = count(700_000)


@dataclass(frozen=True)
class Game:
    """One thing on the table: its row, and by name what people can try with it."""

    model: type[SQLModel]
    key: int
    moves: dict[str, Move]


def _town(session: Session) -> Any:
    return factories.municipality(session, code=str(next(_serial)), name="試験市")


def _challenge(session: Session) -> Game:
    town = _town(session)
    row = factories.challenge(session, town, status=ChallengeStatus.DRAFT)
    people = {"a": factories.coordinator(session, town), "b": factories.coordinator(session, town)}
    moves: dict[str, Move] = {
        f"{who} {name}": lambda s, actor=actor, take=take: take(s, actor, row.pk, note="理由", now=NOW)
        for who, actor in people.items()
        for name, take in challenges.ACTIONS.items()
    }
    return Game(type(row), row.pk, moves)


def _registration(session: Session) -> Game:
    town = _town(session)
    house = factories.partner(session, town=town, status=RegistrationStatus.APPLIED)
    row = session.exec(select(Registration).where(Registration.partner_id == house.pk)).one()
    office, again = factories.coordinator(session, town), factories.coordinator(session, town)
    partner = factories.partner_admin(session, house)
    s = registrations
    deciding = {"accept": s.accept, "return": s.return_, "reject": s.reject}
    asking = {"resubmit": s.resubmit, "reapply": s.reapply, "withdraw": s.withdraw}
    tries = [(actor, name, take) for actor in (office, again) for name, take in deciding.items()]
    tries += [(partner, name, take) for name, take in asking.items()]
    moves: dict[str, Move] = {
        f"{actor.user_id} {name}": lambda s, actor=actor, take=take: take(s, actor, row.pk, "理由", now=NOW)
        for actor, name, take in tries
    }
    return Game(type(row), row.pk, moves)


def _recommendation(session: Session) -> Game:
    town = _town(session)
    house, about = factories.partner(session, town=town), factories.challenge(session, town)
    pair = {"municipality_id": town.pk, "challenge_id": about.pk, "partner_id": house.pk}
    proposed = {"source": RecommendationSource.MANUAL, "status": RecommendationStatus.PROPOSED}
    row = Recommendation(**pair, **proposed)
    session.add(row)
    session.flush()
    key, s = row.pk, recommendations
    partner = factories.partner_admin(session, house)
    moves: dict[str, Move] = {
        "partner accepts": lambda x: s.accept(x, partner, key, message="", now=NOW),
        "partner refuses": lambda x: s.refuse(x, partner, key, RefusalReason.TIMING, "", now=NOW),
    }
    for who, actor in (("a", factories.coordinator(session, town)), ("b", factories.coordinator(session, town))):
        moves |= {
            f"{who} approves": lambda x, a=actor: s.approve(x, a, key, message="", now=NOW),
            f"{who} declines": lambda x, a=actor: s.decline(x, a, key, DeclineReason.STAGE, "", now=NOW),
            f"{who} reconsiders": lambda x, a=actor: s.reconsider(x, a, key, now=NOW),
            f"{who} withdraws": lambda x, a=actor: s.withdraw(x, a, key, now=NOW),
        }
    return Game(Recommendation, key, moves)


def _group_member(session: Session) -> Game:
    town = _town(session)
    house, group = factories.partner(session, town=town), factories.group(session, town)
    partner, office = factories.partner_admin(session, house), factories.coordinator(session, town)
    groups.join(session, partner, group.pk, house.pk, now=NOW)
    row = session.exec(select(GroupMember).where(GroupMember.group_id == group.pk)).one()
    group_key, key, house_key = group.pk, row.pk, house.pk
    return Game(
        GroupMember,
        key,
        {
            "partner joins": lambda x: groups.join(x, partner, group_key, house_key, now=NOW),
            "partner leaves": lambda x: groups.leave(x, partner, group_key, house_key, now=NOW),
            "office admits": lambda x: groups.admit(x, office, key, now=NOW),
            "office declines": lambda x: groups.decline(x, office, key, now=NOW),
        },
    )


def _question(session: Session) -> Game:
    town = _town(session)
    house, about = factories.partner(session, town=town), factories.challenge(session, town)
    asker = factories.partner_admin(session, house)
    row = challenge_questions.ask(session, asker, about.pk, house.pk, "？", now=NOW)
    key, s, moves = row.pk, challenge_questions, {}
    for who, actor in (("a", factories.coordinator(session, town)), ("b", factories.coordinator(session, town))):
        moves |= {
            f"{who} answers": lambda x, a=actor: s.answer(x, a, key, "！", None, now=NOW),
            f"{who} hides": lambda x, a=actor: s.hide(x, a, key, now=NOW),
            f"{who} shows": lambda x, a=actor: s.show(x, a, key, now=NOW),
        }
    return Game(type(row), key, moves)


def _proposed(session: Session) -> tuple[Lab, int, dict[str, Move]]:
    """A proposal with a coordinator and its partner, who try every step; the department has been asked."""
    lab = Lab(session, str(next(_serial)))
    key, office = lab.received().pk, lab.office
    t, departments = proposal_steps, [lab.care.pk]
    legal, ended = ProposalDecline.LEGAL, Outcome(CollaborationResult.ENDED)
    plan = PlanData(criteria=(Criterion("世帯", "20"),))
    moves: dict[str, Move] = {
        "office asks": lambda x: consultations.ask(x, office, key, departments, "？", NOW.date(), now=NOW),
        "office talks": lambda x: t.begin_dialogue(x, office, key, now=NOW),
        "office prepares": lambda x: t.prepare(x, office, key, "実証", now=NOW),
        "office lays down": lambda x: pilots.lay_down(x, office, _of(x, key), plan, None, now=NOW),
        "office agrees": lambda x: pilots.agree(x, office, _of(x, key), None, now=NOW),
        "partner agrees": lambda x: pilots.agree(x, lab.partner, _of(x, key), None, now=NOW),
        "office begins": lambda x: pilots.begin(x, office, _of(x, key), now=NOW),
        "office finishes": lambda x: outcomes.finish(x, office, _of(x, key), ended, now=NOW),
        "office goes on": lambda x: outcomes.reopen(x, office, _of(x, key), now=NOW),
        "office declines": lambda x: t.decline(x, office, key, legal, "", now=NOW),
        "office reopens": lambda x: t.reopen(x, office, key, now=NOW),
        "partner withdraws": lambda x: proposals.withdraw(x, lab.partner, key, now=NOW),
    }
    return lab, key, moves


def _of(session: Session, proposal_id: int) -> int:
    """The collaboration that came of a proposal, if one has."""
    return session.get_one(Proposal, proposal_id).collaboration_id or 0


def _proposal(session: Session) -> Game:
    _lab, key, moves = _proposed(session)
    return Game(Proposal, key, moves)


def _consultation(session: Session) -> Game:
    lab, key, moves = _proposed(session)
    [row] = lab.asked(session.get_one(Proposal, key), lab.care)
    asked = row.pk
    tried = {name: moves[name] for name in ("office asks", "office declines", "office reopens")}
    for says in consultations.ANSWERS:
        tried[f"department says {says}"] = lambda x, says=says: consultations.answer(
            x, lab.care_staff, asked, says, "理由", now=NOW
        )
    tried["office closes"] = lambda x: consultations.close(x, lab.office, asked, now=NOW)
    return Game(Consultation, asked, tried)


def _import(session: Session) -> Game:
    """A list of partners that nobody else has, being checked by two coordinators."""
    town = _town(session)
    first, second = factories.coordinator(session, town), factories.coordinator(session, town)
    words = Vocabulary({}, {"partner_kind": {"企業": "company"}})
    file = Upload("a.csv", f"名称,区分\n株式会社{town.code}甲,企業\n株式会社{town.code}乙,企業\n".encode())
    row = importing.begin(session, first, town.pk, ImportKind.PARTNERS, file, now=NOW)
    importing.assign_columns(session, first, row.pk, ["name", "kind"], words, now=NOW)
    key, s, moves = row.pk, importing, {}
    for who, actor in (("a", first), ("b", second)):
        moves |= {
            f"{who} applies": lambda x, a=actor: s.apply(x, a, key, now=NOW),
            f"{who} drops": lambda x, a=actor: s.drop(x, a, key, now=NOW),
            f"{who} undoes": lambda x, a=actor: s.undo(x, a, key, now=NOW),
        }
    return Game(ImportBatch, key, moves)


def _application(session: Session) -> Game:
    town = _town(session)
    scheme = factories.scheme(session, town, f"scheme-{town.pk}")
    tier, house = factories.tier(session, scheme), factories.partner(session, town=town)
    row = factories.application(session, scheme, tier, house, submitted_at=NOW)
    session.add(Answer(application_id=row.pk, question_id=_first_question(session, row.form_id), value="計画"))
    key, partner, moves = row.pk, factories.partner_admin(session, house), {}
    moves["partner answers"] = lambda x: applications.answer(x, partner, key, "はい", now=NOW)
    moves["partner withdraws"] = lambda x: applications.withdraw(x, partner, key, now=NOW)
    moves["partner gives up"] = lambda x: certificates.give_up(x, partner, key, "理由", now=NOW)
    moves["term ends"] = lambda x: certificates.expire_all(x, now=NOW.replace(year=2040))
    for who, actor in (("a", factories.coordinator(session, town)), ("b", factories.coordinator(session, town))):
        for name in ("screen", "grant", "resume"):
            take = getattr(screening, name)
            moves[f"{who} {name}"] = lambda x, a=actor, take=take: take(x, a, key, now=NOW)
        for name in ("ask", "refuse", "suspend", "cancel"):
            take = getattr(screening, name)
            moves[f"{who} {name}"] = lambda x, a=actor, take=take: take(x, a, key, "理由", now=NOW)
    return Game(Application, key, moves)


def _first_question(session: Session, form_id: int) -> int:
    statement = select(SchemeQuestion).where(SchemeQuestion.form_id == form_id).order_by(col(SchemeQuestion.id))
    return session.exec(statement).one().pk


def _collaboration(session: Session) -> Game:
    town = _town(session)
    house = factories.partner(session, town=town)
    people = {"a": factories.coordinator(session, town), "b": factories.coordinator(session, town)}
    row = collaborations.plan(
        session, people["a"], town.pk, title="実証", partner_ids=[house.pk], summary="計画", now=NOW
    )
    key, partner, plan = row.pk, factories.partner_admin(session, house), PlanData(criteria=(Criterion("世帯", "20"),))
    ended = Outcome(CollaborationResult.ENDED, "終わった。")
    moves: dict[str, Move] = {"partner agrees": lambda x: pilots.agree(x, partner, key, None, now=NOW)}
    for who, actor in people.items():
        moves |= {
            f"{who} lays down": lambda x, a=actor: pilots.lay_down(x, a, key, plan, None, now=NOW),
            f"{who} agrees": lambda x, a=actor: pilots.agree(x, a, key, None, now=NOW),
            f"{who} begins": lambda x, a=actor: pilots.begin(x, a, key, now=NOW),
            f"{who} finishes": lambda x, a=actor: outcomes.finish(x, a, key, ended, now=NOW),
            f"{who} reopens": lambda x, a=actor: outcomes.reopen(x, a, key, now=NOW),
            f"{who} publishes": lambda x, a=actor: outcomes.publish(x, a, key, now=NOW),
        }
    return Game(type(row), key, moves)


GAMES: dict[Lifecycle, Callable[[Session], Game]] = {
    CHALLENGE: _challenge,
    REGISTRATION: _registration,
    APPLICATION: _application,
    RECOMMENDATION: _recommendation,
    GROUP_MEMBER: _group_member,
    CHALLENGE_QUESTION: _question,
    COLLABORATION: _collaboration,
    IMPORT: _import,
    PROPOSAL: _proposal,
    CONSULTATION: _consultation,
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database that keeps what is committed: each example plays with rows of its own."""
    if request.param == "sqlite":
        opened = make_engine(f"sqlite:///{tmp_path}/two.db")
    else:
        opened = postgres.fresh(request.getfixturevalue("postgres_url"), "two_at_once")
    SQLModel.metadata.create_all(opened)
    yield opened
    opened.dispose()


@pytest.mark.parametrize("cycle", GAMES, ids=lambda cycle: cycle.name)
def test_two_at_once_never_leave_the_lifecycle(engine: Engine, cycle: Lifecycle) -> None:
    class Table(RuleBasedStateMachine):
        @initialize()
        def deal(self) -> None:
            with open_session(engine) as session:
                self.game = GAMES[cycle](session)
                self.begun = len(_history(session, self.game))
                session.commit()

        @rule(data=st.data())
        def both(self, data: st.DataObject) -> None:
            names = st.sampled_from(sorted(self.game.moves))
            _at_once(engine, [self.game.moves[data.draw(names)] for _ in range(2)])
            with open_session(engine, write=False) as session:
                _check(session, cycle, self.game)

    run_state_machine_as_test(
        Table,
        settings=settings(
            max_examples=12, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def _at_once(engine: Engine, moves: list[Move]) -> None:
    """Each in a thread and a transaction of its own; being refused is a fair answer, anything else is not."""
    ready, faults = threading.Barrier(len(moves)), []

    def play(move: Move) -> None:
        with open_session(engine) as session:
            ready.wait()
            try:
                move(session)
                session.commit()
            except (DomainError, StaleDataError):
                session.rollback()
            except Exception as error:  # whatever it is, the main thread reports it
                session.rollback()
                faults.append(error)

    players = [threading.Thread(target=play, args=(move,)) for move in moves]
    for player in players:
        player.start()
    for player in players:
        player.join()
    assert not faults, faults


def _history(session: Session, game: Game) -> list[AuditEvent]:
    statement = select(AuditEvent).where(
        AuditEvent.subject_type == game.model.__tablename__, AuditEvent.subject_id == game.key
    )
    rows = session.exec(statement.order_by(col(AuditEvent.id)))
    return [row for row in rows if "before" in row.detail]


def _check(session: Session, cycle: Lifecycle, game: Game) -> None:
    """The history leads step by step, each of them declared, to the state in which the thing is."""
    row: Any = session.get_one(game.model, game.key)
    history = _history(session, game)
    declared = {(str(source), str(t.target), t.event) for t in cycle.transitions for source in t.sources}
    for step in history:
        assert (step.detail["before"], step.detail["after"], step.event) in declared
    for step, following in pairwise(history):
        assert step.detail["after"] == following.detail["before"]
    if history:
        assert history[-1].detail["after"] == str(row.status)
