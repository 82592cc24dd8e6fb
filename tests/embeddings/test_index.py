"""The index is exact: it agrees with numpy for any ids, filter and order of changes, and never serves a broken file."""

import multiprocessing
import os
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from numpy.typing import NDArray

from embeddings.faiss_index import FaissIndex
from embeddings.index import NO_ID, IndexFileError
from embeddings.windows import unit

DIMENSION = 16
IDS = np.random.default_rng(1).choice(10**12, 500, replace=False)
VECTORS = unit(np.random.default_rng(2).normal(size=(500, DIMENSION)))
QUERIES = unit(np.random.default_rng(3).normal(size=(3, DIMENSION)))


@pytest.fixture
def index() -> FaissIndex:
    built = FaissIndex(DIMENSION)
    built.upsert(IDS, VECTORS)
    return built


def _exact(query: NDArray[np.float32], allowed: NDArray[np.bool_], k: int) -> list[int]:
    ids, scores = IDS[allowed], VECTORS[allowed] @ query
    return ids[np.lexsort((ids, -scores))[:k]].tolist()


def test_search_agrees_with_numpy(index: FaissIndex) -> None:
    scores, ids = index.search(QUERIES, 20)

    assert [row.tolist() for row in ids] == [_exact(query, np.ones(500, bool), 20) for query in QUERIES]
    assert (np.diff(scores, axis=1) <= 0).all()


@pytest.mark.parametrize("share", [0.004, 0.05, 0.5, 1.0])
def test_filtered_search_is_exact_too(index: FaissIndex, share: float) -> None:
    allowed = np.random.default_rng(4).random(500) < share
    strangers = np.array([7, 10**12 + 1])  # ids that the index does not hold

    _, ids = index.search(QUERIES, 10, np.concatenate([IDS[allowed], IDS[allowed], strangers]))

    for query, row in zip(QUERIES, ids, strict=True):
        assert row[row != NO_ID].tolist() == _exact(query, allowed, 10)


def test_what_is_not_there_is_minus_one(index: FaissIndex) -> None:
    scores, ids = index.search(QUERIES[:1], 3, IDS[:1])
    assert ids.tolist() == [[IDS[0], NO_ID, NO_ID]]
    assert np.isneginf(scores[0, 1:]).all()
    assert index.search(QUERIES, 2, np.empty(0, np.int64))[1].tolist() == [[NO_ID] * 2] * 3
    assert FaissIndex(DIMENSION).search(QUERIES, 2)[1].tolist() == [[NO_ID] * 2] * 3
    assert index.search(QUERIES[:0], 2)[1].shape == (0, 2)


def test_ties_are_broken_by_id_even_at_the_end_of_the_list() -> None:
    index = FaissIndex(DIMENSION)
    ids = np.random.default_rng(5).permutation(300)
    index.upsert(ids, np.repeat(VECTORS[:1], 300, axis=0))
    index.upsert([1_000], QUERIES[:1])

    assert index.search(QUERIES[:1], 6)[1].tolist() == [[1_000, 0, 1, 2, 3, 4]]
    assert index.search(QUERIES[:1], 3, np.arange(100, 200))[1].tolist() == [[100, 101, 102]]


def test_upsert_replaces_and_remove_removes(index: FaissIndex) -> None:
    index.upsert([IDS[0], 5], np.concatenate([QUERIES[:1], QUERIES[1:2]]))
    assert index.count() == 501
    assert index.search(QUERIES[:1], 1)[1].tolist() == [[IDS[0]]]

    assert index.remove([IDS[0], 5, 6]) == 2
    assert index.count() == 499
    assert not {IDS[0], 5} & set(index.search(QUERIES, 499)[1].ravel().tolist())
    assert index.remove(IDS) == 499
    assert index.count() == 0


@pytest.mark.parametrize(
    ("ids", "vectors"),
    [
        ([1, 1], VECTORS[:2]),
        ([-1], VECTORS[:1]),
        ([1, 2], VECTORS[:1]),
        ([1], VECTORS[:1, :8]),
        ([1], np.full((1, DIMENSION), np.nan, np.float32)),
    ],
    ids=["duplicate", "negative", "count", "dimension", "not a number"],
)
def test_bad_entries_are_refused_and_change_nothing(
    index: FaissIndex, ids: list[int], vectors: NDArray[np.float32]
) -> None:
    with pytest.raises(ValueError):
        index.upsert(ids, vectors)
    assert index.count() == 500


def test_a_saved_index_is_the_same(index: FaissIndex, tmp_path: Path) -> None:
    index.save(tmp_path / "partners.index")
    loaded = FaissIndex(DIMENSION)
    loaded.load(tmp_path / "partners.index")

    assert np.array_equal(loaded.search(QUERIES, 30)[1], index.search(QUERIES, 30)[1])
    loaded.upsert([5], QUERIES[:1])
    assert loaded.search(QUERIES[:1], 1)[1].tolist() == [[5]]


@pytest.mark.parametrize("damage", ["truncated", "changed", "foreign", "missing", "other dimension"])
def test_a_bad_file_is_refused_and_the_old_content_kept(index: FaissIndex, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "partners.index"
    (FaissIndex(8) if damage == "other dimension" else index).save(path)
    content = path.read_bytes()
    if damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "changed":
        path.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
    elif damage == "foreign":
        path.write_bytes(b"PK\x03\x04 a spreadsheet")
    elif damage == "missing":
        path.unlink()

    with pytest.raises(IndexFileError):
        index.load(path)
    assert index.count() == 500


def test_searches_while_it_changes_see_the_old_or_the_new(index: FaissIndex) -> None:
    done = Event()
    seen: list[list[int]] = []

    def search_on() -> None:
        while not done.is_set():
            seen.append(index.search(QUERIES[:1], 1)[1][0].tolist())

    reader = Thread(target=search_on)
    reader.start()
    for _ in range(50):
        index.upsert([5], QUERIES[:1])
        index.remove([5])
    done.set()
    reader.join()
    assert {one[0] for one in seen} <= {5, _exact(QUERIES[0], np.ones(500, bool), 1)[0]}


def test_it_searches_in_a_forked_process(index: FaissIndex) -> None:
    index.search(QUERIES, 5)
    child = multiprocessing.get_context("fork").Process(target=_search_and_exit, args=(index,))
    child.start()
    child.join(30)
    child.kill()
    assert child.exitcode == 15


def _search_and_exit(index: FaissIndex) -> None:
    os._exit(int((index.search(QUERIES, 5)[1] != NO_ID).sum()))
