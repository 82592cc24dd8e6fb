"""Partner with partner: what one seeks and the other offers."""

from matcher.engine.corpus import Corpus, Query
from matcher.engine.mutual import partners_for_partner
from matcher.engine.types import Role
from tests.engine.world import FRAME, OFFERS, TOPICS, WORLD, topic_of

ours = WORLD.document("us", ["防災"], Role.OFFER)
OFFERING = Query.of(ours, Role.OFFER, FRAME)
SEEKING = Query.of(WORLD.document("us", ["農業"], Role.NEED), Role.NEED, FRAME)
SEEKS = Corpus.build(
    [WORLD.document(f"offer-{i:02d}", ["防災" if i == 7 else "環境"], Role.NEED) for i in range(6, 18)],
    Role.NEED,
    FRAME,
)


def test_who_offers_what_we_seek_and_seeks_what_we_offer_comes_first() -> None:
    ranking = partners_for_partner(OFFERING, SEEKING, OFFERS, SEEKS, FRAME, limit=6)
    best = ranking.candidates[0]
    assert best.owner == "offer-07"  # farming, and looks for disaster preparedness
    assert {pair.asks.text for pair in best.evidence} >= {TOPICS["農業"][0], TOPICS["防災"][0]}
    assert "seeks_this" in [signal.code for signal in best.signals]
    assert {topic_of(candidate.owner) for candidate in ranking.candidates[:5]} == {"農業"}


def test_complementary_is_not_similar() -> None:
    ranking = partners_for_partner(OFFERING, SEEKING, OFFERS, SEEKS, FRAME, limit=6)
    assert "防災" not in {topic_of(candidate.owner) for candidate in ranking.candidates}


def test_one_side_alone_answers_and_silence_has_no_answer() -> None:
    nobody = Corpus.build([], Role.NEED, FRAME)
    one_sided = partners_for_partner(None, SEEKING, OFFERS, nobody, FRAME, limit=3)
    assert {topic_of(candidate.owner) for candidate in one_sided.candidates} == {"農業"}
    assert partners_for_partner(OFFERING, None, OFFERS, nobody, FRAME).candidates == ()
    assert partners_for_partner(None, None, OFFERS, nobody, FRAME).candidates == ()


def test_oneself_and_the_forbidden_are_left_out() -> None:
    query = OFFERS.query("offer-07")
    seeking = Query.of(WORLD.document("offer-07", ["農業"], Role.NEED), Role.NEED, FRAME)
    owners = [c.owner for c in partners_for_partner(query, seeking, OFFERS, SEEKS, FRAME, limit=99).candidates]
    assert "offer-07" not in owners
    allowed = OFFERS.mask(["offer-13", "offer-14"])
    allowed_only = partners_for_partner(query, seeking, OFFERS, SEEKS, FRAME, allowed=allowed)
    assert {candidate.owner for candidate in allowed_only.candidates} == {"offer-13", "offer-14"}
    assert allowed_only.considered == 2
