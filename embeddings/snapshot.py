"""Generations of named arrays on disk, written whole or not at all, mapped into memory by every process that reads.

    <folder>/<name>/CURRENT            the number of the newest complete generation
    <folder>/<name>/<generation>/      manifest.json and one .npy file per array

A generation is written under another name, made durable, renamed, and only then announced in CURRENT: a writer
killed anywhere leaves the one before. Readers check every file against the manifest and fall back to the one before.
Only the user who writes can read: drafts are among the texts that vectors come from.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embeddings.files import locked, sha256_of, sync, write_atomically

KEPT = 2
_CURRENT, _MANIFEST, _LOCK = "CURRENT", "manifest.json", ".lock"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_ATTEMPTS = 3


class StaleGeneration(ValueError):
    """A newer generation, or this one, has been written already."""


class DamagedSnapshot(ValueError):
    """A file is missing, truncated or not the one that was written."""


@dataclass(frozen=True)
class Snapshot:
    """`arrays` are read-only maps of files: processes share their pages, and they outlive the files' removal."""

    name: str
    generation: int
    created: datetime
    arrays: Mapping[str, NDArray[Any]]
    manifest: Mapping[str, Any]
    path: Path


def write_snapshot(
    folder: Path, name: str, generation: int, arrays: Mapping[str, NDArray[Any]], manifest: Mapping[str, Any]
) -> Path:
    """Write and announce a generation; remove all but the last two. Returns its folder.

    `manifest` is what a reader must know of the arrays (model_id, dimension, …), as JSON; shapes, checksums and the
    time are added. Generations only grow: StaleGeneration otherwise.
    """
    home = folder / _valid(name)
    with locked(home / _LOCK):
        latest = latest_generation(folder, name)
        if latest is not None and generation <= latest:
            raise StaleGeneration(f"{name}: generation {generation} is not newer than {latest}")
        _remove_leftovers(home, latest)
        fresh = Path(mkdtemp(dir=home, prefix=".new-"))
        try:
            _fill(fresh, name, generation, arrays, manifest)
            path = fresh.rename(_place(home, generation))
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
        sync(home)
        write_atomically(home / _CURRENT, str(generation).encode("ascii"))
        _prune(home)
    return path


def latest_generation(folder: Path, name: str) -> int | None:
    """The newest generation, from one small file: cheap enough to ask before every search. None when there is none."""
    try:
        return int((folder / _valid(name) / _CURRENT).read_bytes())
    except (OSError, ValueError):
        return max(_generations(folder / name), default=None)


def read_latest(folder: Path, name: str) -> Snapshot | None:
    """The newest undamaged generation; None when there is none. Reads every byte once, to check it."""
    home = folder / _valid(name)
    for _ in range(_ATTEMPTS):
        latest = latest_generation(folder, name)
        if latest is None:
            return None
        for generation in sorted(_generations(home), reverse=True):
            if generation <= latest:
                try:
                    return _read(home, name, generation)
                except DamagedSnapshot:
                    continue
        if latest_generation(folder, name) == latest:
            return None
    return None  # a writer removed each generation while it was read: the next call finds the newest


def _valid(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"a snapshot's or array's name is small letters, digits, - and _: not {name!r}")
    return name


def _place(home: Path, generation: int) -> Path:
    return home / f"{generation:012d}"


def _generations(home: Path) -> list[int]:
    try:
        return [int(path.name) for path in home.iterdir() if path.name.isascii() and path.name.isdigit()]
    except OSError:
        return []


def _fill(
    folder: Path, name: str, generation: int, arrays: Mapping[str, NDArray[Any]], manifest: Mapping[str, Any]
) -> None:
    body = {
        "name": name,
        "generation": generation,
        "created": datetime.now(UTC).isoformat(),
        "arrays": {key: _write_array(folder / f"{_valid(key)}.npy", array) for key, array in arrays.items()},
        "manifest": dict(manifest),
    }
    write_atomically(folder / _MANIFEST, _sealed(body))
    sync(folder)


def _write_array(path: Path, array: NDArray[Any]) -> dict[str, Any]:
    with path.open("wb") as file:
        np.save(file, np.asarray(array, order="C"), allow_pickle=False)
        file.flush()
        os.fsync(file.fileno())
    return {"sha256": sha256_of(path), "bytes": path.stat().st_size, "shape": list(array.shape)}


def _sealed(body: Mapping[str, Any]) -> bytes:
    """The manifest with its own checksum beside it."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True)
    return json.dumps({"sha256": hashlib.sha256(text.encode()).hexdigest(), "body": text}).encode("ascii")


def _unsealed(content: bytes) -> dict[str, Any]:
    seal = json.loads(content)
    if hashlib.sha256(seal["body"].encode()).hexdigest() != seal["sha256"]:
        raise ValueError("the manifest was changed")
    body: dict[str, Any] = json.loads(seal["body"])
    return body


def _read(home: Path, name: str, generation: int) -> Snapshot:
    path = _place(home, generation)
    try:
        body = _unsealed((path / _MANIFEST).read_bytes())
        if (body["name"], body["generation"]) != (name, generation):
            raise ValueError("the manifest belongs elsewhere")
        arrays = {key: _map_array(path / f"{key}.npy", facts) for key, facts in body["arrays"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedSnapshot(f"{path}: {error}") from error
    return Snapshot(name, generation, datetime.fromisoformat(body["created"]), arrays, body["manifest"], path)


def _map_array(path: Path, facts: Mapping[str, Any]) -> NDArray[Any]:
    if path.stat().st_size != facts["bytes"] or sha256_of(path) != facts["sha256"]:
        raise ValueError(f"{path.name} is not the file that was written")
    # Nothing cannot be mapped, and a single value need not be.
    array: NDArray[Any] = np.load(
        path, mmap_mode="r" if facts["shape"] and 0 not in facts["shape"] else None, allow_pickle=False
    )
    return array


def _remove_leftovers(home: Path, latest: int | None) -> None:
    """What a killed writer left: folders under construction, and one renamed but never announced."""
    for path in home.glob(".new-*"):
        shutil.rmtree(path, ignore_errors=True)
    for generation in _generations(home):
        if latest is not None and generation > latest:
            shutil.rmtree(_place(home, generation))


def _prune(home: Path) -> None:
    for generation in sorted(_generations(home))[:-KEPT]:
        shutil.rmtree(_place(home, generation), ignore_errors=True)
