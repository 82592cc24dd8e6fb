"""Evidence is what made the score: taken away, the score falls."""

from dataclasses import replace

import pytest

from matcher.engine import explain
from matcher.engine.corpus import Corpus, Query
from matcher.engine.rank import rank
from matcher.engine.types import Document, Evidence, Passage, Role, Sentence
from tests.engine.world import FRAME, NEEDS, OFFERS, TOPICS, WORLD, asking, topic_of


def without(document: Document, pair: Evidence) -> Document:
    """The partner's document without the cited sentence; the vectors of the others stay as they were."""
    passages = []
    for passage in document.passages:
        assert passage.vectors is not None
        kept = [row for row, sentence in enumerate(passage.sentences) if sentence.text != pair.answers.text]
        sentences = tuple(passage.sentences[row] for row in kept)
        passages.append(replace(passage, sentences=sentences, vectors=passage.vectors[kept]))
    return replace(document, passages=tuple(passages))


def test_without_the_cited_sentence_the_score_falls() -> None:
    topics = list(TOPICS)
    documents = [WORLD.document(f"offer-{i:02d}", [topics[i], topics[i - 1]], Role.OFFER) for i in range(6)]
    for document in documents:
        for need in NEEDS.owners[:6]:
            full = rank(NEEDS.query(need), Corpus.build([document], Role.OFFER, FRAME), FRAME).candidates[0]
            poorer = Corpus.build([without(document, full.evidence[0])], Role.OFFER, FRAME)
            assert rank(NEEDS.query(need), poorer, FRAME).candidates[0].score < full.score


def test_evidence_stands_where_it_says() -> None:
    text = TOPICS["防災"][0]
    shifted = WORLD.document("asking", ["防災"], Role.NEED)
    moved = tuple(replace(sentence, start=100) for sentence in shifted.passages[0].sentences)
    document = replace(shifted, passages=(replace(shifted.passages[0], sentences=moved),))
    best = rank(Query.of(document, Role.NEED, FRAME), OFFERS, FRAME).candidates[0]
    pair = next(pair for pair in best.evidence if pair.asks.text == text)
    assert pair.asks.span == (100, 100 + len(text))
    assert pair.asks.part == "problem"
    assert pair.words == ("避難",), "先 says nothing by itself"
    assert [pair.asks.text[a:b] for a, b in pair.asks.marks] == ["避難"]
    assert [pair.answers.text[a:b] for a, b in pair.answers.marks] == ["避難"]
    assert 0 <= pair.strength <= 1


def test_who_asks_stands_on_the_asking_side_in_every_direction() -> None:
    asks, offers = TOPICS["交通"]
    forward = rank(asking("交通"), OFFERS, FRAME).candidates[0].evidence[0]
    backward = rank(OFFERS.query("offer-03"), NEEDS, FRAME).candidates[0].evidence[0]
    for pair in (forward, backward):
        assert (pair.asks.text, pair.answers.text) == (asks, offers)


def test_no_sentence_is_cited_twice() -> None:
    for owner in OFFERS.owners[:6]:
        for candidate in rank(OFFERS.query(owner), NEEDS, FRAME).candidates:
            asked = [pair.asks for pair in candidate.evidence]
            answered = [pair.answers for pair in candidate.evidence]
            assert len(set(asked)) == len(asked)
            assert len(set(answered)) == len(answered)


def test_what_everybody_says_is_no_evidence() -> None:
    for topic in TOPICS:
        best = rank(asking(topic), OFFERS, FRAME).candidates[0]
        assert topic_of(best.owner) == topic
        assert best.evidence[0].asks.text == TOPICS[topic][0]


def marked(asks: str, answers: str) -> tuple[list[str], list[str]]:
    """What is marked on both sides when one sentence asks and another answers."""
    need = replace(WORLD.document("n", ["農業"], Role.NEED), passages=(_said(asks, "problem"),))
    offer = replace(WORLD.document("o", ["農業"], Role.OFFER), passages=(_said(answers, "profile"),))
    corpus = Corpus.build([offer], Role.OFFER, FRAME)
    pair = rank(Query.of(need, Role.NEED, FRAME), corpus, FRAME).candidates[0].evidence[0]
    return tuple([side.text[a:b] for a, b in side.marks] for side in (pair.asks, pair.answers))  # type: ignore[return-value]


def _said(text: str, part: str) -> Passage:
    vector = WORLD.vector(text, "農業", Role.NEED)
    return Passage((Sentence(text, part),), vector, vector[None, :])


@pytest.mark.parametrize(
    ("asks", "answers"),
    [
        ("加賀市の団体が年度ごとに事業を行う。", "加賀市で活動する団体です。年度の事業を支援します。"),
        ("石川県内の企業と連携した取組を推進する。", "石川県の企業が取り組みを推進します。"),
        ("山田さんのような担い手を支援する。", "山田が支援します。"),
    ],
)
def test_places_people_and_office_words_are_no_evidence(asks: str, answers: str) -> None:
    assert marked(asks, answers) == ([], [])


def test_a_compound_is_marked_whole() -> None:
    asks, answers = marked("加賀市では防災計画が古い。", "防災計画の見直しが得意な、計画づくりの会社です。")
    assert asks == ["防災計画"]
    assert answers == ["防災計画"], "the second 計画 says nothing by itself"
    assert marked("見守り・生活支援技術", "電池で動く見守りセンサー") == (["見守り"], ["見守り"])
    assert marked("二次交通が不便です。", "公共交通を支えます。") == (["交通"], ["交通"])


def test_strength_counts_powers_of_ten() -> None:
    """To be nearer than half of all unrelated pairs, or than four of five, is no strong connection."""
    assert [explain.strength(share, 1) for share in (0.5, 0.8, 0.9, 0.99, 0.999, 1.0)] == [
        pytest.approx(expected, abs=1e-3) for expected in (0.1, 0.233, 0.333, 0.667, 1.0, 1.0)
    ]


def test_the_best_of_many_sentences_must_be_nearer() -> None:
    once, often = explain.strength(0.99, 1), explain.strength(0.99, 10)
    assert often < 0.36 < 0.66 < once


def test_evidence_can_be_left_out() -> None:
    explained = rank(asking("農業"), OFFERS, FRAME, explained=2).candidates
    assert [bool(candidate.evidence) for candidate in explained[:4]] == [True, True, False, False]


def test_a_partner_that_says_little_is_marked() -> None:
    short = Document("short", (Passage((Sentence("農業", "profile"),)),))
    long = Document("long", (Passage((Sentence("農家" + "と働く人" * 20, "profile"),)),))
    corpus = Corpus.build([short, long], Role.OFFER, FRAME)
    found = {c.owner: [s.code for s in c.signals] for c in rank(asking("農業"), corpus, FRAME).candidates}
    assert found["short"] == ["thin_profile"]
    assert found["long"] == []
