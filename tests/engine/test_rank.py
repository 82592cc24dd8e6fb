"""Ranking: the right ones first, from every side, whatever else is in the corpus."""

import numpy as np
import pytest

from matcher.engine.corpus import Corpus, Query
from matcher.engine.rank import rank
from matcher.engine.score import DEFAULT, Weights, score
from matcher.engine.types import Fit, Profile, Role
from tests.engine.world import FRAME, NEEDS, OFFERS, TOPICS, WORLD, asking, topic_of, unread


@pytest.mark.parametrize("topic", TOPICS)
def test_offers_on_the_topic_come_first(topic: str) -> None:
    ranking = rank(asking(topic), OFFERS, FRAME, limit=6)
    assert {topic_of(candidate.owner) for candidate in ranking.candidates} == {topic}
    assert [candidate.rank for candidate in ranking.candidates] == [1, 2, 3, 4, 5, 6]
    assert ranking.considered == len(OFFERS)
    assert ranking.candidates[0].fit.level >= Fit.WEAK.level


def test_a_pair_scores_the_same_from_either_side() -> None:
    for need in NEEDS.owners:
        forward = {c.owner: c for c in rank(NEEDS.query(need), OFFERS, FRAME, limit=99).candidates}
        for offer in OFFERS.owners[:6]:
            backward = {c.owner: c for c in rank(OFFERS.query(offer), NEEDS, FRAME, limit=99).candidates}
            assert backward[need].score == pytest.approx(forward[offer].score, abs=1e-4)
            assert backward[need].fit == forward[offer].fit


def test_likeness_is_mutual_and_finds_the_same_topic() -> None:
    for need in NEEDS.owners:
        ranking = rank(NEEDS.query(need), NEEDS, FRAME, limit=2)
        assert ranking.candidates[0].owner == need
        assert topic_of(ranking.candidates[1].owner) == topic_of(need)
    scores = {n: {c.owner: c.score for c in rank(NEEDS.query(n), NEEDS, FRAME).candidates} for n in NEEDS.owners}
    assert scores["need-01"]["need-05"] == pytest.approx(scores["need-05"]["need-01"], abs=1e-4)


def test_a_score_does_not_depend_on_what_else_is_there() -> None:
    few = Corpus.build(WORLD.offers(3), Role.OFFER, FRAME)
    alone = {c.owner: c.score for c in rank(asking("農業"), few, FRAME).candidates}
    among = {c.owner: c.score for c in rank(asking("農業"), OFFERS, FRAME, limit=99).candidates}
    assert alone == {owner: pytest.approx(among[owner], abs=1e-4) for owner in few.owners}


def test_only_what_is_allowed_is_considered() -> None:
    allowed = OFFERS.mask(["offer-07", "offer-08", "unknown"])
    ranking = rank(asking("農業"), OFFERS, FRAME, allowed=allowed)
    assert [candidate.owner for candidate in ranking.candidates] == ["offer-07", "offer-08"]
    assert ranking.considered == 2
    everyone = {c.owner: c for c in rank(asking("農業"), OFFERS, FRAME, limit=99).candidates}
    assert ranking.candidates[0].score == pytest.approx(everyone["offer-07"].score, abs=1e-4)


def test_candidates_from_outside_are_read_and_the_best_by_words_join_them() -> None:
    handed = OFFERS.positions(["offer-00", "offer-02"])
    ranking = rank(asking("農業"), OFFERS, FRAME, limit=99, candidates=handed)
    owners = {candidate.owner for candidate in ranking.candidates}
    assert {"offer-00", "offer-02"} <= owners
    assert "offer-01" in owners  # shares words with the query
    allowed = OFFERS.mask(["offer-02"])
    ranking = rank(asking("農業"), OFFERS, FRAME, candidates=handed, allowed=allowed)
    assert [candidate.owner for candidate in ranking.candidates] == ["offer-02"]


def test_a_small_pool_keeps_the_best() -> None:
    assert len(score(asking("交通"), OFFERS, FRAME, pool=8).rows) == 8
    small, large = (rank(asking("交通"), OFFERS, FRAME, limit=5, pool=pool).candidates for pool in (8, 99))
    assert [candidate.owner for candidate in small] == [candidate.owner for candidate in large]


def test_a_text_in_another_language_is_ranked_by_meaning_alone() -> None:
    query = asking("見守り", "somebody", "en")
    ranking = rank(query, OFFERS, FRAME, limit=6)
    assert all(candidate.features["words"].value == 0 for candidate in ranking.candidates)
    without = rank(query, OFFERS, FRAME, limit=6, weights=Weights(words=0))
    assert [c.owner for c in ranking.candidates] == [c.owner for c in without.candidates]
    assert {topic_of(candidate.owner) for candidate in ranking.candidates} == {"見守り"}
    assert FRAME.language(query.units.passages + FRAME.passages.need_means[1], Role.NEED) == 1


def test_while_the_encoder_warms_up_words_decide() -> None:
    query = Query.of(unread(WORLD.document("q", ["教育"], Role.NEED)), Role.NEED, FRAME)
    ranking = rank(query, OFFERS, FRAME, limit=6)
    assert not ranking.semantic
    assert {topic_of(candidate.owner) for candidate in ranking.candidates} == {"教育"}
    assert set(ranking.candidates[0].features) == {"words"}
    assert ranking.candidates[0].evidence


def test_equal_scores_go_by_owner_and_every_run_is_the_same() -> None:
    twins = [WORLD.document("twin", ["環境"], Role.OFFER)]
    copies = [type(twins[0])(f"copy-{i}", twins[0].passages) for i in (3, 1, 2)]
    corpus = Corpus.build(copies, Role.OFFER, FRAME)
    first = rank(asking("環境"), corpus, FRAME)
    assert [candidate.owner for candidate in first.candidates] == ["copy-1", "copy-2", "copy-3"]
    assert first == rank(asking("環境"), corpus, FRAME)
    assert np.array_equal(WORLD.frame().match_scale.values, FRAME.match_scale.values)


def test_the_score_is_the_sum_of_its_features() -> None:
    need = Profile(place="142034", targets=frozenset({"8.3"}))
    for candidate in rank(asking("農業", profile=need), OFFERS, FRAME).candidates:
        total = sum(feature.contribution for feature in candidate.features.values())
        assert candidate.score == pytest.approx(total, abs=1e-4)
    assert set(DEFAULT.as_dict()) >= set(candidate.features)


def test_facts_move_a_partner_but_do_not_make_a_fit() -> None:
    plain = WORLD.document("plain", ["農業"], Role.OFFER)
    documents = [
        type(plain)(name, plain.passages, profile)
        for name, profile in {
            "busy": Profile(capacity_left=0),
            "here": Profile(serves=frozenset({"14"})),
            "plain": Profile(),
        }.items()
    ]
    ranking = rank(asking("農業", profile=Profile(place="142034")), Corpus.build(documents, Role.OFFER, FRAME), FRAME)
    assert [candidate.owner for candidate in ranking.candidates] == ["here", "plain", "busy"]
    assert len({candidate.fit for candidate in ranking.candidates}) == 1
