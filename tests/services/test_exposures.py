"""Who was shown what: noted once a person, list and day; the less seen of two equals comes first."""

from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from matcher.engine.exposure import attention
from matcher.errors import NotFound
from matcher.services import exposures, recommendations
from matcher.services.matchbook import Match, Ranking
from models import Exposure, RecommendationRun
from models.queries import exposures as queries
from models.queries import recommendations as reads
from tests import factories
from tests.factories import NOW
from tests.fakes import FakeMatchbook
from tests.services.test_recommendations import Office


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


class NearTies(FakeMatchbook):
    """Everybody fits strongly, each a little less than the one before."""

    def _ranking(self, ids: list[int], limit: int, allowed: Collection[int] | None) -> Ranking:
        kept = [key for key in ids if allowed is None or key in allowed][:limit]
        matches = tuple(Match(key, rank, 1 - rank / 1_000, 3) for rank, key in enumerate(kept, 1))
        return Ranking(matches, len(ids), "fake", {}, 1, margin=0.01)


def _run(session: Session, office: Office, book: FakeMatchbook | None = None, limit: int = 20) -> RecommendationRun:
    made = recommendations.run(
        session, office.coordinator, office.challenge.pk, book or FakeMatchbook(), limit=limit, now=NOW
    )
    session.flush()
    return made


def test_whoever_asks_has_seen_the_list(session: Session, office: Office) -> None:
    made = _run(session, office)
    assert made.listed == [office.first.pk, office.second.pk]
    (row,) = session.exec(select(Exposure)).all()
    assert (row.viewer_id, row.run_id, row.depth, row.day) == (office.coordinator.user_id, made.pk, 0, NOW.date())


def test_lists_made_in_bulk_were_not_seen(session: Session, office: Office) -> None:
    recommendations.run_unasked(session, office.coordinator, office.town.pk, FakeMatchbook(), now=NOW)
    session.flush()
    assert session.exec(select(Exposure)).all() == []


def test_once_a_day_and_the_deepest_place_counts(session: Session, office: Office) -> None:
    made = _run(session, office)
    for depth in (1, 2, 1, 99):
        exposures.run_seen(session, office.coordinator, made.pk, depth, now=NOW)
    exposures.run_seen(session, office.coordinator, made.pk, 1, now=NOW + timedelta(days=1))
    session.flush()
    rows = session.exec(select(Exposure).order_by(Exposure.day)).all()
    assert [row.depth for row in rows] == [2, 1], "no deeper than the list is long"
    assert queries.depths(session, NOW.date()) == {1: 1, 2: 1}


def test_the_lists_of_other_offices_are_hidden(session: Session, office: Office) -> None:
    made = _run(session, office)
    stranger = factories.coordinator(session, factories.municipality(session, "141305", "川崎市"))
    with pytest.raises(NotFound):
        exposures.run_seen(session, stranger, made.pk, 1, now=NOW)
    with pytest.raises(NotFound):
        exposures.challenges_seen(session, office.coordinator, office.first.pk, [1], 1, now=NOW)


def test_a_partner_and_its_challenges(session: Session, office: Office) -> None:
    for keys in ([5, 3], [5, 3], [3, 5]):
        exposures.challenges_seen(session, office.person, office.first.pk, keys, 2, now=NOW)
    session.flush()
    rows = session.exec(select(Exposure).order_by(Exposure.id)).all()
    assert [(row.listed, row.depth, row.partner_id) for row in rows] == [
        ([5, 3], 2, office.first.pk),
        ([3, 5], 2, office.first.pk),
    ]


def test_attention_is_worth_less_further_down_and_forgotten_after_a_while(session: Session, office: Office) -> None:
    made = _run(session, office)
    given = exposures.attention_given(session, NOW)
    assert given == pytest.approx({office.first.pk: 1.0, office.second.pk: attention(2)})
    exposures.run_seen(session, office.coordinator, made.pk, 1, now=NOW)
    assert exposures.attention_given(session, NOW) == {office.first.pk: 1.0}, "the second place was never reached"
    assert exposures.attention_given(session, NOW + timedelta(days=91)) == {}


def test_the_less_seen_of_two_equals_comes_first_and_is_told_why(session: Session, office: Office) -> None:
    before = _run(session, office, NearTies())
    assert before.listed == [office.first.pk, office.second.pk]
    exposures.run_seen(session, office.coordinator, before.pk, 1, now=NOW)
    after = _run(session, office, NearTies())
    assert after.listed == [office.second.pk, office.first.pk]
    lifted = reads.of_pair(session, office.challenge.pk, office.second.pk)
    assert lifted is not None
    assert (lifted.rank, lifted.signals) == (1, [{"code": "less_shown", "positive": True, "params": {}}])
    overtaken = reads.of_pair(session, office.challenge.pk, office.first.pk)
    assert overtaken is not None
    assert (overtaken.rank, overtaken.signals) == (2, [])


def test_who_equals_the_last_one_may_come_into_a_short_list(session: Session, office: Office) -> None:
    before = _run(session, office, NearTies(), limit=1)
    exposures.run_seen(session, office.coordinator, before.pk, 1, now=NOW)
    assert _run(session, office, NearTies(), limit=1).listed == [office.second.pk]


def test_without_a_margin_nothing_moves(session: Session, office: Office) -> None:
    ranking = NearTies().partners_for_challenge(session, office.challenge.pk)
    for margin in (0.0, 0.0005):
        even = exposures.evened_out(session, replace(ranking, margin=margin), 20, NOW)
        assert [match.entity_id for match in even.ranking.matches] == [office.first.pk, office.second.pk]
