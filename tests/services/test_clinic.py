"""The clinic for challenges: each point in each state, and whose challenges a draft is held against."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlmodel import Session

from matcher.errors import NotFound
from matcher.services import clinic
from matcher.services.clinic import State
from matcher.services.matchbook import Ranking
from models import Challenge, Department, Municipality
from models.enums import BudgetStage, ChallengeKind, ChallengeStatus
from tests import factories
from tests.fakes import FakeMatchbook

TODAY = date(2026, 11, 22)
TOWN = Municipality(code="172065", name="加賀市", name_en="Kaga City", prefecture="石川県")
TOLD = {
    "cause": "担い手が引退し、後継者がいない。乗合タクシーを試したが、周知が行き届かなかった。",
    "affected": "山間部のひとり暮らしの方",
    "affected_count": 420,
    "resources": "停留所別の利用者数の統計を提供できます。",
    "budget_stage": BudgetStage.STUDYING,
    "place": "東部地区の集会所",
    "decision_date": date(2027, 2, 28),
    "contact_name": "窓口 一郎",
    "contact_email": "madoguchi@example.lg.jp",
    "department_id": 1,
}


def draft(**said: Any) -> Challenge:
    return Challenge(**{"municipality_id": 1, "title": "題", "kind": ChallengeKind.PROBLEM, **TOLD, **said})


def states(row: Challenge) -> dict[str, tuple[State, str]]:
    return {point.code: (point.state, point.field) for point in clinic.points(row, TOWN, TODAY)}


def test_a_draft_that_says_everything_has_no_gap() -> None:
    assert {state for state, _field in states(draft()).values()} == {State.THERE}
    assert list(states(draft())) == ["cause", "affected", "data", "budget", "place", "decision", "contact"]


@pytest.mark.parametrize(
    ("said", "code", "state", "field"),
    [
        ({"cause": ""}, "cause", State.MISSING, "cause"),
        ({"cause": "人手不足。"}, "cause", State.THIN, "cause"),
        ({"affected": "", "affected_count": None}, "affected", State.MISSING, "affected"),
        ({"affected": ""}, "affected", State.THIN, "affected"),
        ({"affected": "", "affected_count": 0}, "affected", State.THIN, "affected"),
        ({"affected_count": None}, "affected", State.THIN, "affected_count"),
        ({"affected": "約４２０人", "affected_count": None}, "affected", State.THERE, "affected_count"),
        ({"resources": ""}, "data", State.MISSING, "resources"),
        ({"resources": "集会所を使えます。"}, "data", State.THIN, "resources"),
        ({"budget_stage": BudgetStage.NONE}, "budget", State.THIN, "budget_stage"),
        (
            {"budget_stage": BudgetStage.NONE, "constraints": "実証の費用は提案者の負担。"},
            "budget",
            State.THERE,
            "budget_stage",
        ),
        ({"place": ""}, "place", State.MISSING, "place"),
        ({"place": "加賀市内全域"}, "place", State.THIN, "place"),
        ({"place": "石川県加賀市"}, "place", State.THIN, "place"),
        ({"place": "市内一円"}, "place", State.THIN, "place"),
        ({"place": "The whole municipality"}, "place", State.THIN, "place"),
        ({"place": "東部地区全域"}, "place", State.THERE, "place"),
        ({"decision_date": None}, "decision", State.MISSING, "decision_date"),
        ({"decision_date": date(2026, 11, 21)}, "decision", State.THIN, "decision_date"),
        ({"decision_date": TODAY}, "decision", State.THERE, "decision_date"),
        ({"contact_name": "", "contact_email": ""}, "contact", State.MISSING, "contact_name"),
        ({"contact_email": ""}, "contact", State.THIN, "contact_email"),
        ({"contact_email": "", "contact_phone": "0761-00-0000"}, "contact", State.THERE, "contact_name"),
        ({"department_id": None}, "contact", State.THIN, "department_id"),
    ],
)
def test_each_gap_points_to_its_field(said: dict[str, Any], code: str, state: State, field: str) -> None:
    found = states(draft(**said))
    assert found.pop(code) == (state, field)
    assert {other for other, _field in found.values()} == {State.THERE}


def test_a_field_for_pilots_is_not_asked_for_a_cause() -> None:
    assert "cause" not in states(draft(kind=ChallengeKind.FIELD, cause=""))


class Near(FakeMatchbook):
    """Takes whatever it may for nearly the same."""

    def challenges_like(self, session: Session, challenge_id: int, **asked: Any) -> Ranking:
        found = super().challenges_like(session, challenge_id, **asked)
        return replace(found, matches=tuple(replace(match, fit=3) for match in found.matches))


def test_a_draft_is_held_against_what_the_office_may_read(session: Session) -> None:
    here, there = factories.municipality(session), factories.municipality(session, "431001", "熊本市")
    row = factories.challenge(session, here, status=ChallengeStatus.DRAFT)
    theirs = factories.challenge(session, there)
    ours = factories.challenge(session, here, status=ChallengeStatus.DRAFT)
    department = Department(municipality_id=here.pk, name="福祉課")
    session.add(department)
    session.flush()
    ours.department_id = department.pk
    for status in (ChallengeStatus.DRAFT, ChallengeStatus.IN_REVIEW, ChallengeStatus.DROPPED):
        factories.challenge(session, there, status=status)
    session.flush()
    found = clinic.neighbours(session, factories.department_staff(session, here), Near(), row)
    assert found.compared
    assert [(item.challenge.pk, item.municipality.name, item.department) for item in found.found] == [
        (theirs.pk, "熊本市", ""),
        (ours.pk, "加賀市", "福祉課"),
    ]
    assert all(item.match.evidence for item in found.found)


def test_only_what_is_nearly_the_same_is_named(session: Session) -> None:
    """The stand-in calls the first of two strong, the other fair."""
    town = factories.municipality(session)
    row, first, _second = (factories.challenge(session, town) for _ in range(3))
    found = clinic.neighbours(session, factories.coordinator(session, town), FakeMatchbook(), row)
    assert [item.challenge.pk for item in found.found] == [first.pk]


def test_nobody_from_elsewhere_may_ask(session: Session) -> None:
    row = factories.challenge(session, factories.municipality(session), status=ChallengeStatus.DRAFT)
    outsider = factories.coordinator(session, factories.municipality(session, "431001", "熊本市"))
    with pytest.raises(NotFound):
        clinic.neighbours(session, outsider, FakeMatchbook(), row)
