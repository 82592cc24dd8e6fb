"""A challenge with several needs and partners who answer some of them: the right ones are put together, or nobody."""

import numpy as np

from matcher.engine.corpus import Corpus, Query
from matcher.engine.teams import COUNTS, COVERED, MOST_NEEDS, Proposal, asking_each, needs_of, propose
from matcher.engine.types import Document, Floats, Passage, Role, Sentence, with_vectors
from tests.engine.world import FRAME, OFFERS, TOPICS, WORLD, unit, unread


def plainly(topic: str) -> Floats:
    """A sentence about nothing but its topic."""
    return unit(WORLD.vector(TOPICS[topic][0], topic, Role.NEED) + 0.5 * WORLD.direction(topic))


def needing(*topics: str, part: str = "need") -> Query:
    """A challenge with a title that says nothing and one sentence for each topic."""
    passage = Passage(
        (Sentence("まちの課題", "title"), *(Sentence(TOPICS[t][0], part, str(n)) for n, t in enumerate(topics)))
    )
    asked = [plainly(topic) for topic in topics]
    vectors = np.stack([np.mean(asked, axis=0), WORLD.vector("題", "題", Role.NEED), *asked]).astype(np.float32)
    return Query.of(with_vectors([Document("asking", (passage,))], vectors)[0], Role.NEED, FRAME)


def offering(**partners: tuple[str, ...]) -> Corpus:
    documents = [WORLD.document(owner, topics, Role.OFFER) for owner, topics in partners.items()]
    return Corpus.build(documents, Role.OFFER, FRAME)


def owners(found: Proposal) -> list[str]:
    return [member.owner for member in found.members]


SPECIALISTS = offering(bus=("交通",), farm=("農業",), school=("教育",), shelter=("防災",))


def test_specialists_are_put_together_in_the_order_of_the_needs() -> None:
    found = propose(needing("農業", "交通"), SPECIALISTS, FRAME)
    assert owners(found) == ["farm", "bus"]
    assert [member.covers for member in found.members] == [(0,), (1,)]
    assert found.nobody == ()
    assert found.coverage > found.single_coverage
    assert [side.text for side in found.needs] == [TOPICS["農業"][0], TOPICS["交通"][0]]


def test_the_evidence_is_the_sentence_that_answers_the_need() -> None:
    found = propose(needing("農業", "交通"), SPECIALISTS, FRAME)
    answer = found.members[0].answers[0]
    assert answer is not None
    assert (answer.asks.text, answer.answers.text) == TOPICS["農業"]
    assert answer.strength >= COVERED
    assert all(a is None or a.strength >= COUNTS for member in found.members for a in member.answers)


def test_one_partner_who_does_everything_needs_no_team() -> None:
    both = offering(all=("農業", "交通"), farm=("農業",), bus=("交通",), school=("教育",))
    found = propose(needing("農業", "交通"), both, FRAME)
    assert owners(found) == []
    assert found.single is not None
    assert found.single.owner == "all"
    assert found.single.covers == (0, 1)


def test_what_nobody_covers_is_said() -> None:
    found = propose(needing("農業", "環境", "交通"), SPECIALISTS, FRAME)
    assert owners(found) == ["farm", "bus"]
    assert found.nobody == (1,)
    foreign = propose(needing("環境", "見守り"), SPECIALISTS, FRAME)
    assert owners(foreign) == []
    assert foreign.nobody == (0, 1)


def test_only_those_allowed_are_looked_at() -> None:
    found = propose(needing("農業", "交通"), SPECIALISTS, FRAME, allowed=SPECIALISTS.mask(["farm", "school"]))
    assert owners(found) == []
    assert found.nobody == (1,)
    assert found.considered == 2
    nobody = propose(needing("農業", "交通"), SPECIALISTS, FRAME, allowed=SPECIALISTS.mask([]))
    assert (nobody.single, nobody.nobody, nobody.considered) == (None, (0, 1), 0)


def test_the_same_answer_each_time_and_in_whatever_order_partners_stand() -> None:
    turned = Corpus.build([WORLD.document(o, t, Role.OFFER) for o, t in reversed(TWICE)], Role.OFFER, FRAME)
    straight = Corpus.build([WORLD.document(o, t, Role.OFFER) for o, t in TWICE], Role.OFFER, FRAME)
    query = needing("農業", "交通", "教育")
    found = propose(query, straight, FRAME)
    assert len(found.members) == 3
    assert found == propose(query, straight, FRAME)
    assert owners(found) == owners(propose(query, turned, FRAME))


TWICE = [(f"{topic}-{number}", (topic,)) for topic in TOPICS for number in range(4)]


def test_candidates_of_an_index_give_the_same_answer() -> None:
    query = needing("農業", "交通")
    rows = np.arange(len(OFFERS))
    assert owners(propose(query, OFFERS, FRAME, candidates=rows)) == owners(propose(query, OFFERS, FRAME))
    few = np.flatnonzero(OFFERS.mask(["offer-01", "offer-03"]))
    assert owners(propose(query, OFFERS, FRAME, candidates=few))


def test_each_need_asks_by_itself() -> None:
    query = needing("農業", "交通", "教育")
    each = asking_each(query)
    assert len(each.units.passages) == 3
    assert each.units.passage_starts.tolist() == [0, 3]
    assert np.array_equal(each.units.passages, query.units.sentences[1:])


def test_without_written_needs_the_telling_sentences_stand_in() -> None:
    assert needs_of(needing("農業", "交通", part="problem")) == [1, 2]
    assert needs_of(needing("農業", "交通", part="affected")) == []
    many = list(TOPICS) * 2
    assert len(needs_of(needing(*many))) == MOST_NEEDS


def test_before_it_was_read_nothing_is_claimed() -> None:
    document = unread(WORLD.document("new", ["農業", "交通"], Role.NEED))
    found = propose(Query.of(document, Role.NEED, FRAME), SPECIALISTS, FRAME)
    assert (found.needs, found.members, found.single) == ((), (), None)
    silent = Corpus.build([unread(WORLD.document("x", ["農業"], Role.OFFER))], Role.OFFER, FRAME)
    assert propose(needing("農業", "交通"), silent, FRAME).members == ()
