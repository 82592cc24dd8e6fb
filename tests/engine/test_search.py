"""Free-text search, complete and half typed, with and without the encoder; and targets for a text."""

import numpy as np

from matcher.engine.corpus import Query
from matcher.engine.sdg import Example, Tagger, goal_confidences, target_document
from matcher.engine.search import search
from matcher.engine.types import Document, Passage, Role, Sentence, with_vectors
from tests.engine.world import FRAME, NEEDS, OFFERS, WORLD, asking, topic_of, unread


def typed(text: str) -> Query:
    return Query.of(Document("", (Passage((Sentence(text, "text"),)),)), Role.NEED, FRAME)


def test_only_what_answers_is_shown() -> None:
    found = search(typed("プログラミング"), OFFERS, FRAME)
    assert {topic_of(candidate.owner) for candidate in found.candidates} == {"教育"}
    assert search(typed("量子重力"), OFFERS, FRAME).candidates == ()
    assert search(typed("。"), OFFERS, FRAME).candidates == ()


def test_a_word_half_typed_finds_what_it_begins() -> None:
    found = search(typed("プログラミ"), OFFERS, FRAME)
    assert {topic_of(candidate.owner) for candidate in found.candidates} == {"教育"}


def test_with_vectors_meaning_counts_too() -> None:
    found = search(asking("環境", "x", "en"), OFFERS, FRAME)
    assert found.semantic
    assert topic_of(found.candidates[0].owner) == "環境"
    assert len(found.candidates) < len(OFFERS)


def test_challenges_are_searched_as_partners_are() -> None:
    found = search(typed("高齢者"), NEEDS, FRAME, allowed=NEEDS.mask(["need-02", "need-03"]))
    assert [candidate.owner for candidate in found.candidates] == ["need-02"]


def tagger() -> Tagger:
    labels = {
        "11.5": ("災害の被害を減らす", "防災", ["避難", "災害"]),
        "2.3": ("農家の収入を増やす", "農業", ["農家", "収穫"]),
        "9.c": ("通信を広げる", "交通", ["通信"]),
        "12.3": ("食品の廃棄を減らす", "環境", ["食品ロス"]),
    }
    targets = []
    for code, (label, topic, keywords) in labels.items():
        document = target_document(code, label, keywords)
        rows = [WORLD.vector(text, topic, Role.OFFER) for text in document.texts()]
        targets += with_vectors([document], np.stack(rows))
    return Tagger.build(WORLD.background(Role.NEED), targets, {"en": WORLD.background(Role.NEED, "en")})


def test_targets_are_suggested_with_the_words_that_caused_them() -> None:
    need = WORLD.document("need", ["防災"], Role.NEED)
    for document in (need, unread(need)):
        best = tagger().suggest(document, least=0)[0]
        assert (best.code, best.goal, best.words) == ("11.5", 11, ("避難",))
    assert tagger().suggest(unread(WORLD.document("x", ["教育"], Role.NEED))) == []
    assert Tagger.from_arrays(tagger().to_arrays()).suggest(need) == tagger().suggest(need)


def test_goals_gather_their_targets() -> None:
    suggestions = tagger().suggest(WORLD.document("need", ["防災"], Role.NEED), least=0)
    goals = goal_confidences(suggestions)
    assert next(iter(goals)) == 11
    assert all(0 <= confidence <= 1 for confidence in goals.values())


def taught(codes: set[str]) -> Tagger:
    """By ten texts on disasters that people gave these targets, and ten on farming with another one."""
    examples = [Example(WORLD.document(f"d{i}", ["防災"], Role.NEED), frozenset(codes)) for i in range(10)]
    examples += [Example(WORLD.document(f"f{i}", ["農業"], Role.NEED), frozenset({"2.3"})) for i in range(10)]
    return tagger().taught(examples)


def test_confidence_is_learned_from_what_people_chose() -> None:
    """With vectors, without them, and in another language; the words that caused a suggestion stay."""
    wise = taught({"11.5"})
    need = WORLD.document("need", ["防災"], Role.NEED)
    for document in (need, unread(need)):
        best = wise.suggest(document)[0]
        assert (best.code, best.words) == ("11.5", ("避難",))
        assert best.confidence > 0.8
        assert best.evidence
    foreign = wise.suggest(WORLD.document("en", ["防災"], Role.NEED, "en"))
    assert foreign[0].code == "11.5"
    assert foreign[0].words == ()
    assert wise.suggest(unread(WORLD.document("en", ["防災"], Role.NEED, "en"))) == []
    assert Tagger.from_arrays(wise.to_arrays()).suggest(need) == wise.suggest(need)


def test_what_people_often_choose_is_likelier_before_a_word_is_read() -> None:
    row = int(tagger().targets.positions(["12.3"])[0])
    seldom, often = (taught(codes).habits for codes in ({"11.5"}, {"11.5", "12.3"}))
    assert often[row] > seldom[row]
    assert np.exp(often).max() <= 1


def test_examples_without_any_known_target_teach_nothing() -> None:
    examples = [Example(WORLD.document(f"x{i}", ["防災"], Role.NEED), frozenset({"1.1"})) for i in range(4)]
    wise = tagger().taught(examples)
    assert (wise.fits == tagger().fits).all()
    assert np.isfinite(wise.habits).all()
