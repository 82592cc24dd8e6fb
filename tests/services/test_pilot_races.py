"""Two people who act on one collaboration at the same moment, on both databases, each in a transaction of their own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy.engine import Engine
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, SQLModel, func, select

from matcher.errors import DomainError
from matcher.policy import Actor
from matcher.services import collaborations, outcomes, pilots
from matcher.services.outcomes import Outcome
from matcher.services.pilots import Criterion, PlanData
from models import Collaboration, Recommendation
from models.enums import CollaborationResult as Result
from models.enums import CollaborationStatus, RecommendationSource, RecommendationStatus
from models.queries import pilots as queries
from models.session import make_engine, open_session
from tests import factories, postgres
from tests.factories import NOW

PLAN = PlanData(criteria=(Criterion("世帯", "20"),))
Step = Callable[[Session], object]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own, with real commits."""
    if request.param == "sqlite":
        made = make_engine(f"sqlite:///{tmp_path}/race.db")
    else:
        made = postgres.fresh(request.getfixturevalue("postgres_url"), "pilot_races")
    SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


def at_once(engine: Engine, *steps: Step) -> list[str]:
    """Take the steps at the same moment; gives what each came to: "done" or the name of the refusal."""
    start = Barrier(len(steps))

    def take(step: Step) -> str:
        with open_session(engine) as session:
            start.wait(10)
            try:
                step(session)
                session.commit()
            except (DomainError, IntegrityError, OperationalError) as error:
                session.rollback()
                return type(error).__name__
            return "done"

    with ThreadPoolExecutor(len(steps)) as pool:
        return sorted(pool.map(take, steps))


def introduced(engine: Engine) -> tuple[int, Actor, Actor]:
    """An introduction: its key, a coordinator and the partner."""
    with open_session(engine) as session:
        town = factories.municipality(session)
        house, challenge = factories.partner(session, town=town), factories.challenge(session, town)
        row = Recommendation(
            municipality_id=town.pk,
            challenge_id=challenge.pk,
            partner_id=house.pk,
            source=RecommendationSource.MANUAL,
            status=RecommendationStatus.INTRODUCED,
        )
        session.add(row)
        session.flush()
        found = row.pk, factories.coordinator(session, town), factories.partner_admin(session, house)
        session.commit()
        return found


def test_two_coordinators_begin_one_collaboration(engine: Engine) -> None:
    key, city, _ = introduced(engine)

    def begin(session: Session) -> None:
        collaborations.from_introduction(session, city, key, title="実証", now=NOW)

    assert at_once(engine, begin, begin) == ["done", "done"]
    with open_session(engine, write=False) as session:
        assert session.exec(select(func.count()).select_from(Collaboration)).one() == 1


def test_an_agreement_and_a_change_of_the_plan_never_mix(engine: Engine) -> None:
    """The agreement came first and was taken back, or it was refused: nobody agrees to what they have not read."""
    key, city, partner = introduced(engine)
    with open_session(engine) as session:
        row = collaborations.from_introduction(session, city, key, title="実証", now=NOW)
        pilots.lay_down(session, city, row.pk, PLAN, None, now=NOW)
        session.commit()
        made = row.pk

    at_once(
        engine,
        lambda session: pilots.agree(session, partner, made, 1, now=NOW),
        lambda session: pilots.lay_down(session, city, made, PLAN, 1, now=NOW),
    )
    with open_session(engine, write=False) as session:
        plan = queries.plan(session, made)
        assert plan is not None
        assert (plan.edition, plan.agreed_by_partner_at) == (2, None)


def test_begun_once_finished_once(engine: Engine) -> None:
    key, city, partner = introduced(engine)
    with open_session(engine) as session:
        row = collaborations.from_introduction(session, city, key, title="実証", now=NOW)
        pilots.lay_down(session, city, row.pk, PLAN, None, now=NOW)
        for actor in (city, partner):
            pilots.agree(session, actor, row.pk, 1, now=NOW)
        session.commit()
        made = row.pk

    def begin(session: Session) -> None:
        pilots.begin(session, city, made, now=NOW)

    assert at_once(engine, begin, begin) == ["InvalidTransition", "done"]
    ended, failed = (Outcome(result, "終わった。") for result in (Result.ENDED, Result.FAILED))
    with open_session(engine, write=False) as session:
        version = session.get_one(Collaboration, made).version
    came_to = at_once(
        engine,
        lambda session: outcomes.finish(session, city, made, ended, version, now=NOW),
        lambda session: outcomes.finish(session, city, made, failed, version, now=NOW),
    )
    assert came_to == ["Conflict", "done"]
    with open_session(engine, write=False) as session:
        assert session.get_one(Collaboration, made).status is CollaborationStatus.DONE
