"""Documents of an office: numbers without gaps, what was issued kept as it was, and nobody else's to be seen."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.engine import Engine
from sqlmodel import Session, SQLModel, select

from matcher.errors import Conflict, Invalid, NotAllowed, NotFound
from matcher.services import papers
from matcher.services.papers import About, Head
from models import AuditEvent, IssuedPaper, OutboxMessage
from models.enums import PaperKind
from models.queries import papers as queries
from models.session import make_engine, open_session
from tests import factories, postgres
from tests.factories import NOW

ABOUT = About(PaperKind.REQUEST_SHEET, "challenge", 1, "見守り")
SAID = {"prefix": "加企", "issuer_title": "加賀市長", "issuer_name": "", "seal_note": "", "contact": ""}


def _body(head: Head) -> str:
    return f"<p>{head.reference} {head.day} {head.issuer_title} {head.form}</p>"


def test_a_fiscal_year_begins_in_april() -> None:
    days = (date(2027, 3, 31), date(2027, 4, 1), date(2026, 12, 31))
    assert [papers.fiscal_year(day) for day in days] == [2026, 2027, 2026]


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_its_fiscal_year(day: date) -> None:
    year = papers.fiscal_year(day)
    assert date(year, 4, 1) <= day <= date(year + 1, 3, 31)


def test_a_document_is_kept_as_it_was_issued(session: Session) -> None:
    town = factories.municipality(session)
    office = factories.coordinator(session, town)
    papers.set_up(session, office, town.pk, SAID, {"request_sheet": "様式第1号"}, now=NOW)
    row = papers.issue(session, office, town.pk, ABOUT, _body, language="ja", now=NOW)
    assert (row.reference, row.number, row.fiscal_year, row.form) == ("加企第1号", 1, 2026, "様式第1号")
    assert row.body == "<p>加企第1号 2026-11-22 加賀市長 様式第1号</p>"
    assert row.digest == papers.digest(row.body)
    papers.set_up(session, office, town.pk, SAID | {"prefix": "企"}, {}, now=NOW)
    later = papers.issue(session, office, town.pk, ABOUT, _body, language="ja", now=NOW)
    assert (row.reference, later.reference) == ("加企第1号", "企第2号")
    events = session.exec(select(AuditEvent.event).order_by(AuditEvent.id)).all()
    assert events == ["paper.set_up", "paper.issued", "paper.set_up", "paper.issued"]


def test_numbers_begin_anew_in_april_and_are_each_town_s_own(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    for place in (town, other):
        factories.paper_settings(session, place)
    office, elsewhere = factories.coordinator(session, town), factories.coordinator(session, other)
    days = (NOW, NOW.replace(year=2027, month=3, day=31), NOW.replace(year=2027, month=4, day=1))
    made = [papers.issue(session, office, town.pk, ABOUT, _body, language="ja", now=day) for day in days]
    made.append(papers.issue(session, elsewhere, other.pk, ABOUT, _body, language="ja", now=NOW))
    assert [(row.fiscal_year, row.number) for row in made] == [(2026, 1), (2026, 2), (2027, 1), (2026, 1)]


def test_who_may_not_issue(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    factories.paper_settings(session, town)
    for actor, error in (
        (factories.department_staff(session, town), NotAllowed),
        (factories.coordinator(session, other), NotFound),
        (factories.partner_admin(session, factories.partner(session, town=town)), NotFound),
    ):
        with pytest.raises(error):
            papers.issue(session, actor, town.pk, ABOUT, _body, language="ja", now=NOW)
        with pytest.raises(error):
            papers.set_up(session, actor, town.pk, SAID, {}, now=NOW)
    assert queries.last_number(session, town.pk, 2026) == 0


def test_nothing_is_issued_without_an_issuer_or_beyond_all_length(session: Session) -> None:
    town = factories.municipality(session)
    office = factories.coordinator(session, town)
    with pytest.raises(Invalid) as refused:
        papers.issue(session, office, town.pk, ABOUT, _body, language="ja", now=NOW)
    assert refused.value.fields == {"paper": "paper_not_set_up"}
    factories.paper_settings(session, town)
    with pytest.raises(Invalid) as refused:
        papers.issue(session, office, town.pk, ABOUT, lambda head: "x" * (papers.LARGEST + 1), language="ja", now=NOW)
    assert refused.value.fields == {"paper": "paper_long"}
    assert queries.last_number(session, town.pk, 2026) == 0


def test_settings_are_checked_and_a_stale_one_is_refused(session: Session) -> None:
    town = factories.municipality(session)
    office = factories.coordinator(session, town)
    with pytest.raises(Invalid) as refused:
        papers.set_up(session, office, town.pk, SAID | {"prefix": " "}, {"minutes": "x" * 61}, now=NOW)
    assert refused.value.fields == {"prefix": "required", "form_minutes": "too_long"}
    row = papers.set_up(session, office, town.pk, SAID, {}, now=NOW)
    seen = row.version
    papers.set_up(session, office, town.pk, SAID | {"prefix": "企"}, {}, version=seen, now=NOW)
    session.flush()
    with pytest.raises(Conflict):
        papers.set_up(session, office, town.pk, SAID, {}, version=seen, now=NOW)


def test_the_partner_is_told_without_anything_of_the_document(session: Session) -> None:
    town = factories.municipality(session)
    house = factories.partner(session, town=town)
    person = factories.partner_admin(session, house)
    factories.paper_settings(session, town)
    about = About(PaperKind.DECISION, "application", 1, "決定通知書（秘密）", house.name, house.pk)
    row = papers.issue(session, factories.coordinator(session, town), town.pk, about, _body, language="ja", now=NOW)
    mail = session.exec(select(OutboxMessage)).one()
    assert (mail.user_id, mail.params["paper_id"]) == (person.user_id, row.pk)
    assert "秘密" not in str(mail.params)
    assert [found.pk for found, _town in queries.received(session, house.pk)] == [row.pk]
    assert queries.received(session, factories.partner(session, "株式会社よそ").pk) == []


def test_the_register_is_one_office_s(session: Session) -> None:
    town, other = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    rows = [factories.paper(session, town, number=number) for number in (1, 2)]
    foreign = factories.paper(session, other)
    assert queries.ids(session, town.pk, queries.PaperFilter()) == [rows[1].pk, rows[0].pk]
    assert queries.ids(session, town.pk, queries.PaperFilter("文書2", ["request_sheet"], [2026])) == [rows[1].pk]
    assert queries.ids(session, town.pk, queries.PaperFilter(years=[2025])) == []
    assert queries.issued(session, town.pk, foreign.pk) is None
    assert queries.about(session, other.pk, PaperKind.REQUEST_SHEET, "application", 1) == [foreign]


def _race(engine: Engine, most: int = 8) -> None:
    """Eight people issue a document in the same moment."""
    with open_session(engine) as session:
        town = factories.municipality(session, "990001", "競争市")
        factories.paper_settings(session, town)
        office, town_id = factories.coordinator(session, town), town.pk
        session.commit()
    start = threading.Barrier(most)

    def issue() -> None:
        start.wait()
        with open_session(engine) as session:
            papers.issue(session, office, town_id, ABOUT, _body, language="ja", now=NOW)
            session.commit()

    _at_once(issue, most)
    with open_session(engine, write=False) as session:
        numbers = session.exec(select(IssuedPaper.number).where(IssuedPaper.municipality_id == town_id)).all()
    assert sorted(numbers) == list(range(1, most + 1))


def _at_once(act: Callable[[], None], most: int) -> None:
    threads = [threading.Thread(target=act) for _ in range(most)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_at_once_leave_no_gap_and_no_double(sqlite_schema, tmp_path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'race.db'}")
    SQLModel.metadata.create_all(engine)
    _race(engine)
    engine.dispose()


@pytest.mark.postgresql
def test_two_at_once_on_postgresql(postgres_url: str) -> None:
    engine = postgres.fresh(postgres_url, "papers_race")
    SQLModel.metadata.create_all(engine)
    _race(engine)
    engine.dispose()
