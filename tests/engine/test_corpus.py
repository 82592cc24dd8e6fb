"""Corpora: saved and memory-mapped, brought up to date, and complete when there is nothing in them."""

from pathlib import Path

import numpy as np
import pytest

from matcher.engine.arrays import Strings, segment_max, segment_sum
from matcher.engine.corpus import Corpus, Query
from matcher.engine.frame import Frame
from matcher.engine.rank import rank
from matcher.engine.types import Document, Passage, Past, Profile, Role, Sentence
from tests.engine.world import FRAME, NEEDS, OFFERS, WORLD, asking, unread


def answer(corpus: Corpus, topic: str) -> list[tuple[object, ...]]:
    """All but the last digits, which hang on the order of additions."""
    candidates = rank(asking(topic), corpus, FRAME).candidates
    return [(c.owner, round(c.score, 3), c.fit, [pair.asks for pair in c.evidence], c.signals) for c in candidates]


def test_saved_and_mapped_it_answers_the_same(tmp_path: Path) -> None:
    for name, array in (OFFERS.to_arrays() | {f"frame {k}": v for k, v in FRAME.to_arrays().items()}).items():
        np.save(tmp_path / f"{name}.npy", array, allow_pickle=False)
    arrays = {path.stem: np.load(path, mmap_mode="r") for path in tmp_path.glob("*.npy")}
    frame = Frame.from_arrays({k.removeprefix("frame "): v for k, v in arrays.items() if k.startswith("frame ")})
    corpus = Corpus.from_arrays({k: v for k, v in arrays.items() if not k.startswith("frame ")})
    assert isinstance(corpus.units.sentences, np.memmap)
    assert rank(asking("防災"), corpus, frame) == rank(asking("防災"), OFFERS, FRAME)


def test_brought_up_to_date_it_equals_one_made_afresh() -> None:
    documents = WORLD.offers()
    changed = WORLD.document("offer-03", ["教育", "交通"], Role.OFFER, profile=Profile(place="14"))
    added = WORLD.document("offer-99", ["農業"], Role.OFFER)
    updated = OFFERS.updated([changed, added], ["offer-00"], FRAME)
    kept = [document for document in documents if document.owner not in ("offer-00", "offer-03")]
    fresh = Corpus.build([*kept, changed, added], Role.OFFER, FRAME, grams=True)
    assert sorted(updated.owners) == sorted(fresh.owners)
    for topic in ("農業", "教育", "防災"):
        assert answer(updated, topic) == answer(fresh, topic)


def test_a_stored_document_asks_as_a_new_one_does() -> None:
    new = Query.of(WORLD.needs(12)[7], Role.NEED, FRAME)
    assert rank(NEEDS.query("need-07"), OFFERS, FRAME) == rank(new, OFFERS, FRAME)


def test_everybody_is_no_condition() -> None:
    documents = [WORLD.document(name, ["農業"], Role.OFFER) for name in ("7", "12", "100")]
    corpus = Corpus.build(documents, Role.OFFER, FRAME)
    assert corpus.numbered({100, 7, 12, 5}) is None
    assert np.array_equal(corpus.numbered([12, 5]), [False, True, False])
    assert np.array_equal(corpus.numbered(()), [False, False, False])
    nobody = Corpus.build([], Role.OFFER, FRAME).numbered({7})
    assert nobody is not None
    assert not len(nobody)


def test_who_states_the_same_is_read_once() -> None:
    stated = [Profile(place="14", past=(Past("1", "a"),)), Profile(kind="npo"), Profile(place="14")]
    documents = [WORLD.document(str(row), ["農業"], Role.OFFER, profile=profile) for row, profile in enumerate(stated)]
    profiles, which = Corpus.build(documents, Role.OFFER, FRAME).stating(("place", "kind"))
    assert profiles == [Profile(place="14"), Profile(kind="npo")]
    assert which.tolist() == [0, 1, 0]


def test_facts_survive() -> None:
    profile = Profile(
        kind="npo",
        place="142034",
        serves=frozenset({"14", "13"}),
        targets=frozenset({"8.10"}),
        goals=frozenset({3}),
        capacity_left=0,
        past=(Past("142034", "実証"),),
        accepts_prototypes=True,
    )
    corpus = Corpus.build([WORLD.document("a", ["交通"], Role.OFFER, profile=profile)], Role.OFFER, FRAME)
    assert corpus.profile(0) == profile
    assert OFFERS.profile(0) == Profile()


def test_two_documents_of_one_owner_are_refused() -> None:
    with pytest.raises(ValueError, match="distinct"):
        Corpus.build(WORLD.offers(2) * 2, Role.OFFER, FRAME)


def test_nothing_and_empty_documents_are_no_trouble() -> None:
    nothing = Corpus.build([], Role.OFFER, FRAME, grams=True)
    assert rank(asking("防災"), nothing, FRAME).candidates == ()
    empty = [Document("empty", ()), *WORLD.offers(2), Document("wordless", (Passage((Sentence("😀", "profile"),)),))]
    ranking = rank(asking("防災"), Corpus.build(empty, Role.OFFER, FRAME, grams=True), FRAME)
    assert {candidate.owner for candidate in ranking.candidates[:2]} == {"offer-00", "offer-01"}
    assert len(ranking.candidates) == 4
    assert rank(Query.of(empty[0], Role.NEED, FRAME), OFFERS, FRAME).candidates == ()


def test_what_was_not_read_yet_is_found_by_its_words() -> None:
    documents = [unread(document) for document in WORLD.offers(6)]
    corpus = Corpus.build(documents, Role.OFFER, FRAME)
    assert (
        rank(Query.of(unread(WORLD.document("q", ["交通"], Role.NEED)), Role.NEED, FRAME), corpus, FRAME)
        .candidates[0]
        .owner
        == "offer-03"
    )


def test_vectors_must_fit_the_texts() -> None:
    with pytest.raises(ValueError, match="vectors for"):
        WORLD.needs(1)[0].with_vectors(np.zeros((2, 64), np.float32))


def test_runs_may_be_empty() -> None:
    values, starts = np.array([[1, 5, 2]], np.float32), np.array([0, 0, 2, 2, 3])
    assert segment_max(values, starts, -9).tolist() == [[-9, 5, -9, 2]]
    assert segment_sum(values, starts).tolist() == [[0, 6, 0, 2]]


def test_strings_are_kept_and_taken() -> None:
    strings = Strings.of(["防災", "", "a😀"])
    assert list(strings) == ["防災", "", "a😀"]
    assert list(strings.take(np.array([2, 0])).joined(strings)) == ["a😀", "防災", "防災", "", "a😀"]
    assert strings[1:] == ["", "a😀"]
    with pytest.raises(IndexError):
        strings[3]
