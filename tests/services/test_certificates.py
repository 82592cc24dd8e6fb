"""Screening, deciding and what follows: numbers, terms, renewals, reports, reminders, and two who act at once."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, select

from matcher.errors import Invalid, InvalidTransition, NotAllowed, NotFound
from matcher.policy import Actor, Seat
from matcher.services import applications, certificates, intake, renewals, screening
from models import Application, ChangeReport, DigestEntry, SchemeTier
from models.enums import ApplicationKind, ApplicationStatus, Role
from models.enums import ApplicationStatus as P
from models.queries import applications as queries
from models.queries import certificates as register
from models.session import make_engine, open_session
from tests import factories, postgres
from tests.factories import NOW
from tests.services.test_applications import Line, events, mails

Step = Callable[..., Any]


@pytest.fixture
def line(session: Session) -> Line:
    return Line(session)


def screened(line: Line) -> Application:
    return screening.screen(line.session, line.coordinator, line.submitted().pk, now=NOW)


def granted(line: Line) -> Application:
    return screening.grant(line.session, line.coordinator, screened(line).pk, now=NOW)


def test_granting_gives_number_key_and_term(session: Session, line: Line) -> None:
    row = granted(line)
    assert (row.status, row.number, row.decided_at) == (P.GRANTED, "2026-001", NOW)
    assert (row.valid_from, row.valid_until) == (date(2026, 11, 22), date(2029, 11, 21))
    assert len(row.verify_key or "") >= 20
    assert row.decided_by_id == line.coordinator.user_id
    assert screening.grant(session, line.coordinator, row.pk, now=NOW) is row
    assert mails(session)[-1] == "application_granted"
    assert mails(session).count("application_granted") == 1


@pytest.mark.parametrize(
    ("fields", "until"),
    [
        ({"term_years": None}, None),
        ({"term_years": 3, "term_to_fiscal_year_end": True}, date(2030, 3, 31)),
        ({"term_years": 1}, date(2027, 11, 21)),
    ],
)
def test_terms(session: Session, fields: dict[str, object], until: date | None) -> None:
    assert granted(Line(session, **fields)).valid_until == until


def test_leap_days_and_fiscal_years() -> None:
    assert certificates._years_on(date(2028, 2, 29), 1) == date(2029, 3, 1)
    assert [certificates.fiscal_year(day) for day in (date(2027, 3, 31), date(2027, 4, 1))] == [2026, 2027]


def test_numbers_count_by_fiscal_year_or_for_ever(session: Session, line: Line) -> None:
    first, tier = granted(line), line.tier
    next_year = NOW.replace(year=2027, month=4)
    assert certificates._number(session, tier, NOW) == "2026-002"
    assert certificates._number(session, tier, next_year) == "2027-001"
    tier.number_format = "加SDGs第{number}号"
    assert certificates._number(session, tier, next_year) == "加SDGs第2号"
    first.number = "加SDGs第2号"
    assert certificates._number(session, tier, next_year) == "加SDGs第3号"


def test_refusing_needs_reasons(session: Session, line: Line) -> None:
    row = screened(line)
    with pytest.raises(Invalid):
        screening.refuse(session, line.coordinator, row.pk, " ", now=NOW)
    screening.refuse(session, line.coordinator, row.pk, "要件を満たさない。", now=NOW)
    assert (row.status, row.reason, row.number) == (P.REFUSED, "要件を満たさない。", None)
    with pytest.raises(InvalidTransition):
        screening.grant(session, line.coordinator, row.pk, now=NOW)
    assert mails(session)[-1] == "application_refused"


def test_suspending_resuming_and_cancelling(session: Session, line: Line) -> None:
    row = granted(line)
    with pytest.raises(Invalid):
        screening.suspend(session, line.coordinator, row.pk, "", now=NOW)
    screening.suspend(session, line.coordinator, row.pk, "確認中", now=NOW)
    assert not certificates.is_valid(row, date(2026, 11, 23))
    screening.resume(session, line.coordinator, row.pk, now=NOW)
    assert (row.status, row.reason) == (P.GRANTED, "")
    screening.cancel(session, line.coordinator, row.pk, "虚偽の申請", now=NOW)
    assert (row.status, row.reason) == (P.CANCELLED, "虚偽の申請")
    assert mails(session)[-3:] == ["application_standing"] * 3


def test_giving_up(session: Session, line: Line) -> None:
    row = granted(line)
    with pytest.raises(Invalid):
        certificates.give_up(session, line.actor, row.pk, "", now=NOW)
    certificates.give_up(session, line.actor, row.pk, "事業を閉じる。", now=NOW)
    assert (row.status, row.reason) == (P.ENDED, "事業を閉じる。")
    assert mails(session)[-1] == "application_ended"


ACTIONS: dict[str, Step] = {
    "screen": lambda s, a, k: screening.screen(s, a, k, now=NOW),
    "ask": lambda s, a, k: screening.ask(s, a, k, "？", now=NOW),
    "grant": lambda s, a, k: screening.grant(s, a, k, now=NOW),
    "refuse": lambda s, a, k: screening.refuse(s, a, k, "理由", now=NOW),
    "suspend": lambda s, a, k: screening.suspend(s, a, k, "理由", now=NOW),
    "resume": lambda s, a, k: screening.resume(s, a, k, now=NOW),
    "cancel": lambda s, a, k: screening.cancel(s, a, k, "理由", now=NOW),
    "note": lambda s, a, k: screening.note(s, a, k, "覚え", version=None, now=NOW),
    "answer": lambda s, a, k: applications.answer(s, a, k, "はい", now=NOW),
    "withdraw": lambda s, a, k: applications.withdraw(s, a, k, now=NOW),
    "give_up": lambda s, a, k: certificates.give_up(s, a, k, "理由", now=NOW),
}
#: action → a state from which it can be taken
BEFORE = {
    "screen": P.RECEIVED,
    "note": P.SCREENING,
    "answer": P.ASKED,
    "withdraw": P.RECEIVED,
    "suspend": P.GRANTED,
    "resume": P.SUSPENDED,
    "cancel": P.GRANTED,
    "give_up": P.GRANTED,
}
SCREENERS, COORDINATOR, PARTNER = {"coordinator", "screener"}, {"coordinator"}, {"partner"}
MAY = {
    **dict.fromkeys(("screen", "ask", "note"), SCREENERS),
    **dict.fromkeys(("grant", "refuse", "suspend", "resume", "cancel"), COORDINATOR),
    **dict.fromkeys(("answer", "withdraw", "give_up"), PARTNER),
}
HIDDEN = {"other screener", "other coordinator", "other partner"}


def people(line: Line) -> dict[str, Actor]:
    session = line.session
    other = factories.municipality(session, "141305", "川崎市")
    return {
        "coordinator": line.coordinator,
        "department": factories.department_staff(session, line.town),
        "screener": factories.screener(session, line.scheme),
        "other screener": factories.screener(session, factories.scheme(session, line.town, "second", "別の制度")),
        "other coordinator": factories.coordinator(session, other),
        "partner": line.actor,
        "other partner": factories.partner_admin(session, factories.partner(session, "よそ", town=other)),
    }


@pytest.mark.parametrize("action", ACTIONS)
def test_each_step_is_for_its_roles_alone(session: Session, line: Line, action: str) -> None:
    row = line.submitted()
    for name, actor in people(line).items():
        row.status = BEFORE.get(action, P.SCREENING)
        session.flush()
        if name in MAY[action]:
            ACTIONS[action](session, actor, row.pk)
            continue
        with pytest.raises(NotFound if name in HIDDEN else NotAllowed):
            ACTIONS[action](session, actor, row.pk)


@pytest.mark.parametrize("action", [name for name in ACTIONS if "coordinator" in MAY[name]])
def test_nobody_judges_their_own_organisation(session: Session, line: Line, action: str) -> None:
    row = line.submitted()
    row.status = BEFORE.get(action, P.SCREENING)
    session.flush()
    both = Actor(line.coordinator.user_id, (*line.coordinator.seats, Seat(Role.PARTNER_MEMBER, None, line.partner.pk)))
    with pytest.raises(NotAllowed) as refused:
        ACTIONS[action](session, both, row.pk)
    assert refused.value.code == "conflict"


def test_drafts_are_no_business_of_the_office(session: Session, line: Line) -> None:
    row = line.begun()
    with pytest.raises(NotFound):
        screening.note(session, line.coordinator, row.pk, "早い", version=None, now=NOW)
    everything = queries.ApplicationFilter()
    reach = queries.Reach(line.town.pk)
    assert queries.within(session, reach, row.pk) is None
    assert queries.matching(session, reach, everything) == 0


def test_lists_hold_what_is_within_reach(session: Session, line: Line) -> None:
    row, everything = line.submitted(), queries.ApplicationFilter()
    other = factories.municipality(session, "141305", "川崎市")
    second = factories.scheme(session, line.town, "second", "別の制度")
    for reach, keys in (
        (queries.Reach(line.town.pk), [row.pk]),
        (queries.Reach(None, (line.scheme.pk,)), [row.pk]),
        (queries.Reach(None, (second.pk,)), []),
        (queries.Reach(other.pk), []),
        (queries.Reach(), []),
    ):
        found = queries.listed(session, reach, everything, "waiting", offset=0, limit=9)
        assert [held.application.pk for held in found] == keys
        assert queries.matching(session, reach, everything) == len(keys)
        assert sum(queries.counts(session, reach, everything).values()) == len(keys)


def test_lists_are_narrowed_down(session: Session, line: Line) -> None:
    row, reach = granted(line), queries.Reach(line.town.pk)
    for wanted, number in (
        (queries.ApplicationFilter(text="みらい"), 1),
        (queries.ApplicationFilter(text="2026-001"), 1),
        (queries.ApplicationFilter(text="よそ"), 0),
        (queries.ApplicationFilter(schemes=[row.scheme_id], tiers=[row.tier_id]), 1),
        (queries.ApplicationFilter(tiers=[0]), 0),
        (queries.ApplicationFilter(rounds=[1]), 0),
        (queries.ApplicationFilter(statuses=[P.GRANTED]), 1),
        (queries.ApplicationFilter(statuses=[P.REFUSED]), 0),
    ):
        assert queries.matching(session, reach, wanted) == number
    assert queries.counts(session, reach, queries.ApplicationFilter(statuses=[P.REFUSED])) == {P.GRANTED: 1}


def test_renewing_carries_answers_over_and_supersedes(session: Session, line: Line) -> None:
    former = granted(line)
    with pytest.raises(InvalidTransition):
        renewals.renew(session, line.actor, former.pk, now=NOW)
    late = NOW.replace(year=2029, month=10)
    row = renewals.renew(session, line.actor, former.pk, now=late)
    assert renewals.renew(session, line.actor, former.pk, now=late).pk == row.pk
    assert (row.kind, row.previous_id) == (ApplicationKind.RENEWAL, former.pk)
    assert queries.answers(session, row.pk) == {"plan": "屋上に太陽光を置く。"}
    assert "report" in {question.key for question in applications.questions(session, row)}
    applications.fill(session, line.actor, row.pk, {"clean": True}, version=None, now=late)
    with pytest.raises(Invalid) as refused:
        applications.submit(session, line.actor, row.pk, now=late)
    assert refused.value.fields == {"report": "required"}
    applications.fill(session, line.actor, row.pk, {"report": "目標を達成した。"}, version=None, now=late)
    applications.submit(session, line.actor, row.pk, now=late)
    screening.screen(session, line.coordinator, row.pk, now=late)
    screening.grant(session, line.coordinator, row.pk, now=late)
    assert (former.status, row.status) == (P.ENDED, P.GRANTED)
    assert row.valid_until == date(2032, 11, 21)
    assert "application.superseded" in events(session)


def test_a_change_is_reported_and_noted(session: Session, line: Line) -> None:
    row = granted(line)
    with pytest.raises(Invalid) as refused:
        renewals.report(session, line.actor, row.pk, "", "あ" * 5001, now=NOW)
    assert refused.value.fields == {"subject": "required", "text": "too_long"}
    found = renewals.report(session, line.actor, row.pk, "代表者", "代表者が替わった。", now=NOW)
    with pytest.raises(NotAllowed):
        renewals.take_note(session, line.actor, found.pk, now=NOW)
    for name, actor in people(line).items():
        if name in HIDDEN:
            with pytest.raises(NotFound):
                renewals.take_note(session, actor, found.pk, now=NOW)
    renewals.take_note(session, line.coordinator, found.pk, now=NOW)
    renewals.take_note(session, line.coordinator, found.pk, now=NOW)
    assert (found.noted_at, found.noted_by_id) == (NOW, line.coordinator.user_id)
    assert mails(session)[-1] == "change_reported"
    assert session.exec(select(DigestEntry.template)).all() == ["change_noted"]
    certificates.give_up(session, line.actor, row.pk, "終了", now=NOW)
    with pytest.raises(InvalidTransition):
        renewals.report(session, line.actor, row.pk, "住所", "移転", now=NOW)
    assert len(session.exec(select(ChangeReport)).all()) == 1


def test_reminders_go_out_once_at_each_mark(session: Session, line: Line) -> None:
    row = granted(line)
    end = NOW.replace(year=2029, day=21)
    sent = [certificates.remind_all(session, now=end - timedelta(days=days)) for days in (91, 90, 89, 30, 29, 7, 0, -1)]
    assert sent == [0, 1, 0, 1, 0, 1, 0, 0]
    assert mails(session).count("application_expiring") == 3
    assert row.reminded_for == date(2029, 11, 14)


def test_nobody_is_reminded_of_what_is_being_renewed(session: Session, line: Line) -> None:
    former, late = granted(line), NOW.replace(year=2029, month=10)
    row = renewals.renew(session, line.actor, former.pk, now=late)
    row.status = P.RECEIVED
    session.flush()
    assert certificates.remind_all(session, now=late) == 0


def test_what_is_over_expires(session: Session, line: Line) -> None:
    row = granted(line)
    assert certificates.expire_all(session, now=NOW.replace(year=2029, day=21)) == 0
    assert certificates.expire_all(session, now=NOW.replace(year=2029)) == 1
    assert row.status is P.EXPIRED
    assert mails(session)[-1] == "application_expired"
    assert line.begun().status is P.DRAFT


def test_the_register_shows_what_is_in_force(session: Session, line: Line) -> None:
    row = granted(line)
    key = row.scheme_id
    on, after = date(2026, 11, 23), date(2030, 1, 1)
    row.locality = "加賀市"
    session.flush()
    assert register.localities(session, key, on) == [("加賀市", 1)]
    assert (register.registered(session, key, on), register.registered(session, key, after)) == (1, 0)
    assert register.registered(session, key, on, "金沢市") == 0
    found = register.by_verify_key(session, row.verify_key or "")
    assert found is not None
    assert found.application.pk == row.pk
    assert register.by_verify_key(session, "x") is None


def test_the_register_publishes_public_answers_only(session: Session, line: Line) -> None:
    said = [{"target": "8.10", "text": "融資を広げる。"}, {"target": "1.1", "text": "寄付"}]
    row = line.submitted(goals=said)
    screening.screen(session, line.coordinator, row.pk, now=NOW)
    screening.grant(session, line.coordinator, row.pk, now=NOW)
    wanted = {"scheme_id": row.scheme_id, "on": date(2026, 11, 23)}
    for more, number in (
        ({}, 1),
        ({"goals": [8]}, 1),
        ({"goals": [1]}, 1),
        ({"goals": [10]}, 0),
        ({"localities": ["x"]}, 0),
        ({"text": "みらい"}, 1),
        ({"tiers": [0]}, 0),
    ):
        assert len(register.register_ids(session, register.RegisterFilter(**wanted, **more))) == number  # type: ignore[arg-type]
    (line_shown,) = register.register_rows(session, [row.pk])
    assert [(question.key, value) for question, value in line_shown.answers] == [("goals", said)]
    line.tier.publishes_actions = False
    session.flush()
    assert register.register_rows(session, [row.pk])[0].answers == ()
    assert register.register_ids(session, register.RegisterFilter(**wanted, goals=[8])) == []  # type: ignore[arg-type]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database on which several people can open sessions of their own."""
    if request.param == "sqlite":
        made = make_engine(f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_schema'), tmp_path / 'race.db')}")
    else:
        made = postgres.fresh(request.getfixturevalue("postgres_url"), "certificates")
        SQLModel.metadata.create_all(made)
    yield made
    made.dispose()


def at_once(engine: Engine, steps: list[Callable[[Session], object]]) -> list[str]:
    """What became of steps that begin at the same moment: "done", or the name of the refusal."""
    gate, told = Barrier(len(steps)), ["" for _ in steps]

    def take(place: int) -> None:
        with open_session(engine) as session:
            gate.wait()
            try:
                steps[place](session)
                session.commit()
                told[place] = "done"
            except Exception as error:
                session.rollback()
                told[place] = type(error).__name__

    threads = [Thread(target=take, args=(place,)) for place in range(len(steps))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def _waiting(session: Session, number: int) -> tuple[Line, list[int]]:
    line = Line(session)
    keys = []
    for place in range(number):
        line.partner = factories.partner(session, f"団体{place}", town=line.town)
        line.actor = factories.partner_admin(session, line.partner)
        keys.append(screened(line).pk)
    session.commit()
    return line, keys


def test_two_who_grant_at_once_give_two_numbers(engine: Engine) -> None:
    with open_session(engine) as session:
        line, keys = _waiting(session, 4)
    steps = [lambda s, key=key: screening.grant(s, line.coordinator, key, now=NOW) for key in keys]
    assert at_once(engine, steps) == ["done"] * 4
    with open_session(engine, write=False) as session:
        numbers = sorted(session.exec(select(Application.number)).all())  # type: ignore[type-var]
    assert numbers == ["2026-001", "2026-002", "2026-003", "2026-004"]


def test_granting_and_refusing_the_same_at_once_decides_once(engine: Engine) -> None:
    with open_session(engine) as session:
        line, (key,) = _waiting(session, 1)
    told = at_once(
        engine,
        [
            lambda s: screening.grant(s, line.coordinator, key, now=NOW),
            lambda s: screening.refuse(s, line.coordinator, key, "理由", now=NOW),
            lambda s: screening.grant(s, line.coordinator, key, now=NOW),
        ],
    )
    with open_session(engine, write=False) as session:
        row = session.get(Application, key)
    assert row is not None
    assert row.status in {ApplicationStatus.GRANTED, ApplicationStatus.REFUSED}
    assert (row.number is not None) == (row.status is ApplicationStatus.GRANTED)
    assert set(told) <= {"done", "InvalidTransition"}
    assert "done" in told


def test_beginning_twice_at_once_is_one_draft(engine: Engine) -> None:
    with open_session(engine) as session:
        line = Line(session)
        session.commit()
    steps = [
        lambda s: intake.begin(s, line.actor, line.tier.pk, line.partner.pk, now=NOW),
        lambda s: intake.begin(s, line.actor, line.tier.pk, line.partner.pk, now=NOW),
    ]
    assert at_once(engine, steps) == ["done", "done"]
    with open_session(engine, write=False) as session:
        assert len(session.exec(select(Application)).all()) == 1


def test_a_tier_without_an_end_has_no_renewal(session: Session) -> None:
    line = Line(session, term_years=None)
    assert not renewals.renewable(granted(line), SchemeTier(), date(2030, 1, 1))
