"""Two people act on one group at the same moment: one of them is told that it has moved on, on both databases."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, col, delete, select

from matcher.errors import InvalidTransition
from matcher.policy import Actor
from matcher.services import group_life, groups
from models import AuditEvent, GroupMember, Partner, WorkingGroup
from models.enums import GroupMemberStatus, GroupRole, GroupStatus
from models.session import make_engine, open_session
from tests import factories
from tests.factories import NOW

Act = Callable[[Session], object]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own in which rows are really committed; emptied of them afterwards."""
    if request.param == "sqlite":
        made = make_engine(f"sqlite:///{tmp_path / 'race.db'}")
        SQLModel.metadata.create_all(made)
        yield made
        made.dispose()
        return
    found: Engine = request.getfixturevalue("postgres_engine")
    yield found
    with open_session(found) as session:
        for table in reversed(SQLModel.metadata.sorted_tables):
            session.execute(delete(table))
        session.commit()


def _at_once(engine: Engine, *acts: Act) -> list[type[Exception] | None]:
    """Each act in a session and a thread of its own; what each ended with."""
    start = Barrier(len(acts))

    def run(act: Act) -> type[Exception] | None:
        with open_session(engine) as session:
            start.wait(10)
            try:
                act(session)
                session.commit()
            except InvalidTransition as error:
                session.rollback()
                return type(error)
            return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.fixture
def scene(engine: Engine) -> tuple[int, Actor, int, int]:
    """A proposed group, its coordinator, and two partners."""
    with open_session(engine) as session:
        town = factories.municipality(session)
        first, second = (factories.partner(session, name, town=town) for name in ("甲", "乙"))
        group, coordinator = factories.group(session, town), factories.coordinator(session, town)
        group.status, group.founder_partner_id = GroupStatus.PROPOSED, first.pk
        session.commit()
        return group.pk, coordinator, first.pk, second.pk


def test_one_of_two_decisions_stands(engine: Engine, scene: tuple[int, Actor, int, int]) -> None:
    group_id, coordinator, *_ = scene
    ended = _at_once(
        engine,
        lambda session: group_life.approve(session, coordinator, group_id, now=NOW),
        lambda session: group_life.refuse(session, coordinator, group_id, "理由", now=NOW),
    )
    assert sorted(ended, key=str) == [InvalidTransition, None]
    with open_session(engine) as session:
        row = session.get_one(WorkingGroup, group_id)
        seats = session.exec(select(GroupMember)).all()
        events = list(session.exec(select(AuditEvent.event).order_by(col(AuditEvent.id))))
    assert (row.status is GroupStatus.ACTIVE) == (len(seats) == 1) == ("group.approved" in events)
    assert ("group.approved" in events) != ("group.refused" in events)


def test_two_chairs_named_at_once_leave_one(engine: Engine, scene: tuple[int, Actor, int, int]) -> None:
    group_id, coordinator, first, second = scene
    with open_session(engine) as session:
        group = session.get_one(WorkingGroup, group_id)
        group.status = GroupStatus.ACTIVE
        seats = [factories.member(session, group, session.get_one(Partner, key)).pk for key in (first, second)]
        session.commit()

    def naming(seat: int) -> Act:
        return lambda session: groups.give_role(session, coordinator, seat, GroupRole.CHAIR, now=NOW)

    assert _at_once(engine, *map(naming, seats)) == [None, None]
    with open_session(engine) as session:
        roles = sorted(session.exec(select(GroupMember.role)))
    assert roles == [GroupRole.CHAIR, GroupRole.MEMBER]


def test_admitted_and_declined_at_once(engine: Engine, scene: tuple[int, Actor, int, int]) -> None:
    group_id, coordinator, _first, second = scene
    with open_session(engine) as session:
        session.get_one(WorkingGroup, group_id).status = GroupStatus.ACTIVE
        row = GroupMember(group_id=group_id, partner_id=second, status=GroupMemberStatus.REQUESTED)
        session.add(row)
        session.commit()
        seat = row.pk
    ended = _at_once(
        engine,
        lambda session: groups.admit(session, coordinator, seat, now=NOW),
        lambda session: groups.decline(session, coordinator, seat, now=NOW),
    )
    assert sorted(ended, key=str) == [InvalidTransition, None]
