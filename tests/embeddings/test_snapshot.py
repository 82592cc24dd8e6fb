"""A reader finds a whole generation or the one before, whatever happened to the writer or to the files."""

import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest

from embeddings.snapshot import Snapshot, StaleGeneration, latest_generation, read_latest, write_snapshot

FACTS = {"model_id": "m@1?query=検索", "dimension": 4}


def _write(folder: Path, generation: int) -> Path:
    arrays = {"ids": np.arange(generation), "vectors": np.full((generation, 4), generation, np.float32)}
    return write_snapshot(folder, "partners", generation, arrays, FACTS)


def _read(folder: Path) -> Snapshot:
    found = read_latest(folder, "partners")
    assert found is not None
    return found


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_latest(tmp_path, "partners") is None
    assert latest_generation(tmp_path, "partners") is None
    path = _write(tmp_path, 3)

    found = _read(tmp_path)

    assert (found.name, found.generation, found.path, dict(found.manifest)) == ("partners", 3, path, FACTS)
    assert np.array_equal(found.arrays["vectors"], np.full((3, 4), 3, np.float32))
    assert isinstance(found.arrays["vectors"], np.memmap)
    assert not found.arrays["vectors"].flags.writeable


def test_empty_arrays_and_names_of_strings_are_kept(tmp_path: Path) -> None:
    arrays = {"none": np.empty((0, 4), np.float32), "keys": np.array(["空き家", "b"])}
    write_snapshot(tmp_path, "partners", 1, arrays, {})

    found = _read(tmp_path).arrays

    assert found["none"].shape == (0, 4)
    assert found["keys"].tolist() == ["空き家", "b"]


def test_two_generations_are_kept_and_an_open_one_stays_readable(tmp_path: Path) -> None:
    _write(tmp_path, 1)
    first = _read(tmp_path)
    for generation in (2, 3, 4):
        _write(tmp_path, generation)

    assert sorted(path.name for path in (tmp_path / "partners").glob("0*")) == ["000000000003", "000000000004"]
    assert first.arrays["vectors"].tolist() == [[1, 1, 1, 1]]


def test_generations_only_grow(tmp_path: Path) -> None:
    _write(tmp_path, 2)
    for generation in (1, 2):
        with pytest.raises(StaleGeneration):
            _write(tmp_path, generation)


def _truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)


def _lengthen(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


@pytest.mark.parametrize("file", ["vectors.npy", "manifest.json"])
@pytest.mark.parametrize("damage", [_truncate, _flip, _lengthen, Path.unlink])
def test_a_damaged_generation_is_passed_over(tmp_path: Path, file: str, damage: object) -> None:
    _write(tmp_path, 1)
    path = _write(tmp_path, 2)
    damage(path / file)  # type: ignore[operator]

    assert _read(tmp_path).generation == 1
    _write(tmp_path, 3)
    assert _read(tmp_path).generation == 3


def test_a_lost_announcement_is_found_again(tmp_path: Path) -> None:
    _write(tmp_path, 1)
    _write(tmp_path, 2)
    (tmp_path / "partners" / "CURRENT").write_bytes(b"")
    assert (latest_generation(tmp_path, "partners"), _read(tmp_path).generation) == (2, 2)


def test_pickles_and_paths_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Object arrays"):
        write_snapshot(tmp_path, "partners", 1, {"ids": np.array([object()])}, {})
    assert read_latest(tmp_path, "partners") is None
    for name in ("../x", "", ".hidden", "A"):
        with pytest.raises(ValueError, match="name"):
            write_snapshot(tmp_path, name, 1, {}, {})


def test_a_writer_killed_at_any_file_operation_leaves_a_whole_generation(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.embeddings.killed_writer", str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2])

    assert ran.returncode == 0, ran.stderr
    found = [int(line) for line in ran.stdout.split()]
    assert len(found) > 8  # deaths at that many different points
    assert found[0] == 3
    assert found == sorted(found)


def test_readers_meet_only_whole_generations_while_they_are_written(tmp_path: Path) -> None:
    _write(tmp_path, 1)
    done = Event()
    seen: list[Snapshot] = []

    def read_on() -> None:
        while not done.is_set():
            seen.append(_read(tmp_path))

    reader = Thread(target=read_on)
    reader.start()
    for generation in range(2, 40):
        _write(tmp_path, generation)
    done.set()
    reader.join()

    generations = [snapshot.generation for snapshot in seen]
    assert generations == sorted(generations)
    assert all((one.arrays["vectors"] == one.generation).all() for one in seen)
