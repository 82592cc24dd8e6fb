"""The lexical side: words weighed by how much they say, and nothing at all without a common word."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.engine.lexical import Bag, Lexicon, Postings, term_hashes
from matcher.engine.types import Role

WORD = st.sampled_from(list("abcdefghij"))
DOCUMENTS = st.lists(st.lists(WORD, min_size=1, max_size=12), min_size=1, max_size=8)


def bag(words: list[str]) -> Bag:
    return Bag.of(term_hashes(words))


@given(DOCUMENTS, DOCUMENTS)
def test_a_pair_scores_the_same_from_either_side(needs: list[list[str]], offers: list[list[str]]) -> None:
    asked, offered = [bag(words) for words in needs], [bag(words) for words in offers]
    lexicon = Lexicon.build(asked, offered)
    by_need = np.stack([Postings.build(offered, lexicon).scores(need, lexicon, Role.NEED) for need in asked])
    by_offer = np.stack([Postings.build(asked, lexicon).scores(offer, lexicon, Role.OFFER) for offer in offered])
    assert by_need == pytest.approx(by_offer.T, abs=1e-5)


@given(DOCUMENTS, st.lists(st.sampled_from(list("vwxyz")), max_size=5))
def test_without_a_common_word_it_abstains(offers: list[list[str]], need: list[str]) -> None:
    offered = [bag(words) for words in offers]
    lexicon = Lexicon.build([], offered)
    assert not Postings.build(offered, lexicon).scores(bag(need), lexicon, Role.NEED).any()


def test_what_both_sides_always_say_counts_little() -> None:
    needs = [bag(["city", "wants", topic]) for topic in "abcdef"]
    offers = [bag(["city", topic]) for topic in "abcdef"]
    lexicon = Lexicon.build(needs, offers)
    scores = Postings.build(offers, lexicon).scores(needs[2], lexicon, Role.NEED)
    assert scores.argmax() == 2
    assert scores[2] > 4 * np.delete(scores, 2).max()


def test_words_never_seen_make_a_match_less_certain() -> None:
    offers = [bag(["drone", "sensor"]), bag(["bus"])]
    lexicon = Lexicon.build([], offers)
    postings = Postings.build(offers, lexicon)
    known = postings.scores(bag(["drone"]), lexicon, Role.NEED)
    mixed = postings.scores(bag(["drone", "unheard", "of"]), lexicon, Role.NEED)
    assert 0 < mixed[0] < known[0]


def test_an_empty_corpus_answers() -> None:
    lexicon = Lexicon.build([], [])
    assert Postings.build([], lexicon).scores(bag(["a"]), lexicon, Role.NEED).shape == (0,)
    assert Postings.build([bag([])], lexicon).scores(bag([]), lexicon, Role.OFFER).tolist() == [0.0]
