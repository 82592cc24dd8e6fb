"""From decisions to a model in use: enough of them, judged on what it never saw, brought in by a person, and back."""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from matcher.engine import learn
from matcher.engine.score import DEFAULT
from matcher.errors import InvalidTransition, NotAllowed, NotFound
from matcher.policy import SYSTEM, Actor
from matcher.services import learning
from matcher.services.ranking_models import in_use
from models import AuditEvent, RankingModel, Recommendation, RecommendationRun
from models.enums import RankingModelStatus, RecommendationSource
from models.enums import RecommendationStatus as R
from tests import factories
from tests.factories import NOW

BASIS = "1-test"
PLACES = 8


@dataclass
class Decisions:
    """Offices whose choices follow the region far more than the built-in weights do."""

    session: Session
    operator: Actor

    def __post_init__(self) -> None:
        self.town = factories.municipality(self.session)
        self.partners = [factories.partner(self.session, f"団体{n}", town=self.town) for n in range(PLACES)]
        self.generator = np.random.default_rng(3)

    def make(self, lists: int, *, by_chance: bool = False) -> None:
        for number in range(lists):
            self._list(NOW - timedelta(days=lists - number), by_chance)
        self.session.flush()

    def _list(self, moment: object, by_chance: bool) -> None:
        challenge = factories.challenge(self.session, self.town)
        run = RecommendationRun(
            municipality_id=self.town.pk,
            challenge_id=challenge.pk,
            model="m",
            listed=[partner.pk for partner in self.partners],
            created_at=moment,
        )
        self.session.add(run)
        self.session.flush()
        rows = [
            {"passage": self._draw(), "sentence": self._draw(), "region": float(self.generator.choice([-1, 1]))}
            for _ in self.partners
        ]
        worth = [r["passage"] + r["sentence"] + 2 * r["region"] for r in rows]
        best = set(self.generator.permutation(PLACES)[:2] if by_chance else np.argsort(worth)[-2:])
        for place, (partner, inputs) in enumerate(zip(self.partners, rows, strict=True), 1):
            chosen = place - 1 in best
            self.session.add(
                Recommendation(
                    municipality_id=self.town.pk,
                    challenge_id=challenge.pk,
                    partner_id=partner.pk,
                    run_id=run.pk,
                    source=RecommendationSource.ENGINE,
                    status=R.INTRODUCED if chosen else R.DECLINED,
                    reason="" if chosen else "off_target",
                    rank=place,
                    score=sum(DEFAULT.as_dict()[name] * value for name, value in inputs.items()),
                    fit=2,
                    inputs=inputs,
                    basis=BASIS,
                    decided_at=moment,
                )
            )

    def _draw(self) -> float:
        return float(self.generator.normal(0, 0.3))


@pytest.fixture
def decisions(session: Session) -> Decisions:
    person = factories.user(session, "運営 者", is_admin=True)
    return Decisions(session, Actor(person.pk, (), is_admin=True))


def _events(session: Session) -> list[str]:
    session.flush()
    return [row.event for row in session.exec(select(AuditEvent).order_by(AuditEvent.id))]


def test_too_few_decisions_teach_nothing(session: Session, decisions: Decisions) -> None:
    decisions.make(learn.MIN_LISTS - 1)
    ready = learning.readiness(learning.decided_lists(session))
    assert (ready.lists, ready.enough) == (learn.MIN_LISTS - 1, False)
    with pytest.raises(NotAllowed) as refused:
        learning.train(session, decisions.operator, now=NOW)
    assert refused.value.code == "too_few_decisions"


def test_only_the_operator_learns_and_decides(session: Session, decisions: Decisions) -> None:
    coordinator = factories.coordinator(session, decisions.town)
    with pytest.raises(NotFound):
        learning.train(session, coordinator, now=NOW)
    with pytest.raises(NotFound):
        learning.roll_back(session, coordinator, now=NOW)


def test_a_better_model_is_learned_activated_and_taken_back(session: Session, decisions: Decisions) -> None:
    decisions.make(90)
    assert in_use(session).weights == DEFAULT
    row = learning.train(session, decisions.operator, now=NOW)
    session.flush()
    assert row.status is RankingModelStatus.CANDIDATE
    assert (row.trained_on["lists"], row.figures["lists"]) == (60, 30)
    assert row.figures["difference"]["low"] > 0
    assert in_use(session).weights == DEFAULT, "a candidate changes nothing"
    learning.activate(session, decisions.operator, row.pk, now=NOW)
    assert in_use(session).model_id == row.pk
    assert in_use(session).weights.region > DEFAULT.region
    assert row.activated_by_id == decisions.operator.user_id
    assert row.at_activation["count"] == 90 * PLACES
    assert learning.roll_back(session, decisions.operator, now=NOW) is None
    assert in_use(session).weights == DEFAULT
    with pytest.raises(InvalidTransition):
        learning.roll_back(session, decisions.operator, now=NOW)
    trail = [event for event in _events(session) if event.startswith("ranking_model")]
    assert trail == ["ranking_model.trained", "ranking_model.activated", "ranking_model.retired"]


def test_frozen_decisions_are_later_than_those_it_learned_from(session: Session, decisions: Decisions) -> None:
    decisions.make(90)
    row = learning.train(session, SYSTEM, now=NOW)
    lists = {one.key: one.moment for one in learning.decided_lists(session)}
    frozen = {one["key"] for one in row.frozen}
    assert min(lists[key] for key in frozen) > max(moment for key, moment in lists.items() if key not in frozen)


def test_what_is_not_better_cannot_be_activated(session: Session, decisions: Decisions) -> None:
    decisions.make(90, by_chance=True)
    row = learning.train(session, decisions.operator, now=NOW)
    session.flush()
    assert not row.figures["better"]
    with pytest.raises(NotAllowed) as refused:
        learning.activate(session, decisions.operator, row.pk, now=NOW)
    assert refused.value.code == "not_better"
    assert in_use(session).model_id is None


def test_the_gate_looks_again_at_what_is_in_use_now(session: Session, decisions: Decisions) -> None:
    """Figures of the day of learning do not open the gate when something as good has come into use since."""
    decisions.make(90)
    row = learning.train(session, decisions.operator, now=NOW)
    twin = RankingModel(
        status=RankingModelStatus.CANDIDATE,
        basis=row.basis,
        weights=row.weights,
        compared_with=row.compared_with,
        trained_on=row.trained_on,
        figures=row.figures,
        frozen=row.frozen,
    )
    session.add(twin)
    session.flush()
    learning.activate(session, decisions.operator, row.pk, now=NOW)
    with pytest.raises(NotAllowed):
        learning.activate(session, decisions.operator, twin.pk, now=NOW)
    assert in_use(session).model_id == row.pk


def test_a_new_candidate_replaces_the_one_that_waits(session: Session, decisions: Decisions) -> None:
    decisions.make(60)
    first = learning.train(session, decisions.operator, now=NOW)
    second = learning.train(session, decisions.operator, now=NOW)
    assert (first.status, second.status) == (RankingModelStatus.RETIRED, RankingModelStatus.CANDIDATE)
    learning.dismiss(session, decisions.operator, second.pk, now=NOW)
    assert second.status is RankingModelStatus.RETIRED


def test_the_way_back_leads_through_every_model(session: Session, decisions: Decisions) -> None:
    decisions.make(90)
    first = learning.train(session, decisions.operator, now=NOW)
    first.weights = DEFAULT.as_dict() | {"region": 0.19}  # a step in the right direction
    session.flush()
    learning.activate(session, decisions.operator, first.pk, now=NOW)
    second = learning.train(session, decisions.operator, now=NOW)
    session.flush()
    assert second.previous_id == first.pk
    learning.activate(session, decisions.operator, second.pk, now=NOW)
    assert in_use(session).model_id == second.pk
    assert learning.roll_back(session, decisions.operator, now=NOW) is first
    assert in_use(session).model_id == first.pk
    assert learning.roll_back(session, decisions.operator, now=NOW) is None


def test_the_database_allows_one_model_in_use(session: Session) -> None:
    for _ in range(2):
        session.add(RankingModel(status=RankingModelStatus.ACTIVE, basis=BASIS, weights={}, compared_with={}))
    with pytest.raises(IntegrityError):
        session.flush()


def test_reasons_that_say_nothing_of_the_fit_are_left_out(session: Session, decisions: Decisions) -> None:
    decisions.make(1)
    rows = session.exec(select(Recommendation).order_by(Recommendation.rank)).all()
    states = [
        (R.DECLINED, "already_working"),
        (R.DECLINED, "off_target"),
        (R.REFUSED, "not_our_field"),
        (R.REFUSED, "timing"),
        (R.INTRODUCED, ""),
        (R.INVITED, ""),
        (R.LAPSED, "withdrawn"),
        (R.PROPOSED, ""),
    ]
    for row, (status, reason) in zip(rows, states, strict=True):
        row.status, row.reason = status, reason
    session.flush()
    (found,) = learning.decided_lists(session)
    assert [(item.position, item.grade) for item in found.items] == [
        (2, 0.0),
        (3, 0.0),
        (4, 0.6),
        (5, 1.0),
        (6, 0.6),
        (8, None),
    ]


def test_drift_months_and_attention(session: Session, decisions: Decisions) -> None:
    decisions.make(110)
    steady = learning.drift(session, NOW)
    assert steady.then.count == 80 * PLACES
    assert steady.now.count == 30 * PLACES
    assert steady.scores is not None
    assert steady.scores < 0.1
    row = learning.train(session, decisions.operator, now=NOW)
    session.flush()
    learning.activate(session, decisions.operator, row.pk, now=NOW)
    assert learning.drift(session, NOW).scores is None, "nothing has been put forward with it yet"
    months = learning.months(session, NOW)
    assert sum(month.decided for month in months) == 110 * PLACES
    assert all(month.approved == month.accepted == month.decided // 4 for month in months)
    even = learning.attention(session, NOW)
    assert (even.gini, even.share, even.partners) == (0, 0, PLACES)
