"""The demonstration's City Lab year, counted by hand, and the funnel of proposals that is read from its history."""

from collections import Counter
from datetime import date
from statistics import median

import pytest
from sqlmodel import Session, select

from matcher.services import challenges, demo_data, demo_proposals, demo_rows, partners, proposal_funnel
from matcher.services.proposals import fiscal_year
from models import Department, Municipality, Proposal
from models.enums import ProposalKind, ProposalStatus
from models.queries import proposals as queries
from tests import factories
from tests.factories import NOW

LINES = demo_rows.lines("proposals")
SOLUTION, FIELD_TEST = ProposalKind.SOLUTION, ProposalKind.FIELD_TEST


@pytest.fixture
def town(session: Session) -> Municipality:
    """品川区 with the challenges and the invented partners that the proposals name, and the year played."""
    here = factories.municipality(session, "131091", "品川区")
    for line in demo_rows.lines("fictional"):
        partners.add(session, demo_data.SYSTEM, demo_rows.fictional(line), now=NOW)
    department = session.exec(select(Department)).one().pk
    named = {line["challenge"] for line in LINES}
    for line in (each for each in demo_rows.lines("challenges") if each["id"] in named):
        actor = demo_data.office(here.pk)
        row = challenges.create(session, actor, here.pk, demo_rows.challenge(line, department), now=NOW)
        row.external_key = line["id"]
        challenges.submit(session, actor, row.pk, now=NOW)
        challenges.publish(session, actor, row.pk, now=NOW)
    session.add_all([Department(municipality_id=here.pk, name=f"第{n}課") for n in range(3)])
    session.flush()
    for line in LINES:
        demo_proposals.put(session, line)
    return here


def test_the_year_is_the_one_that_was_reported() -> None:
    kinds = Counter(bool(line["challenge"]) for line in LINES)
    pilots = Counter(bool(line["challenge"]) for line in LINES if "pilot" in line)
    assert (len(LINES), kinds, pilots) == (17, {True: 8, False: 9}, {True: 1, False: 1})
    days = [date.fromisoformat(value) for line in LINES for name, value in line.items() if name in DATED]
    assert {fiscal_year(day) for day in days} == {2024}
    assert all(line["summary"].startswith("デモ用の架空の提案です。") for line in LINES)


DATED = ("received", "asked", "answered", "dialogue", "prepared", "pilot", "completed", "declined", "withdrawn")
#: step of the funnel → what a line calls its day
DAYS = {
    "received": "received",
    "coordination_begun": "asked",
    "dialogue_begun": "dialogue",
    "preparation_begun": "prepared",
    "pilot_begun": "pilot",
    "completed": "completed",
}


def test_the_funnel_agrees_with_a_count_by_hand(session: Session, town: Municipality) -> None:
    found = proposal_funnel.outcome(session, demo_data.office(town.pk), town.pk)
    for step in found.steps:
        there = [line for line in LINES if DAYS[step.name] in line]
        by_hand = {SOLUTION: sum(bool(line["challenge"]) for line in there)}
        by_hand[FIELD_TEST] = len(there) - by_hand[SOLUTION]
        assert (step.name, step.count, step.kinds) == (step.name, len(there), by_hand)
        waits = [_days(line["received"], line[DAYS[step.name]]) for line in there]
        assert (step.from_receipt.days, step.from_receipt.n) == (median(waits), len(waits))
    assert found.steps[0].kinds == {SOLUTION: 8, FIELD_TEST: 9}
    assert found.steps[4].kinds == {SOLUTION: 1, FIELD_TEST: 1}
    ends = {status: counts.total() for status, counts in found.ends.items()}
    assert ends == {ProposalStatus.DECLINED: 12, ProposalStatus.WITHDRAWN: 3, ProposalStatus.FORWARDED: 0}
    assert queries.outcomes(session, [town.pk]) == {town.pk: (17, 2)}


def _days(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first)).days


def test_every_proposal_is_marked_as_invented(session: Session, town: Municipality) -> None:
    rows = session.exec(select(Proposal)).all()
    assert len(rows) == 17
    assert all(row.is_demo and row.provenance["invented"] for row in rows)
    assert {row.receipt_year for row in rows} == {2024}
