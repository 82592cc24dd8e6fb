"""Run by test_snapshot: writes a generation again and again, each time killed one file operation later.

    python -m tests.embeddings.killed_writer FOLDER

Prints, for each death, the generation that a reader finds then; ends with the first write that lives.
"""

import os
import signal
import sys
from pathlib import Path

import numpy as np

from embeddings.snapshot import latest_generation, read_latest, write_snapshot

OPERATIONS = ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod")


def write(folder: Path, generation: int) -> None:
    write_snapshot(folder, "vectors", generation, {"ids": np.full(1_000, generation)}, {"model_id": "m"})


def die_at(operation: int) -> None:
    left = operation

    def count(event: str, _: object) -> None:
        nonlocal left
        if event in OPERATIONS:
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def write_and_die(folder: Path, operation: int) -> bool:
    """Whether the writer lived."""
    generation = (latest_generation(folder, "vectors") or 0) + 1
    child = os.fork()
    if child == 0:
        die_at(operation)
        write(folder, generation)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def main(folder: Path) -> None:
    for generation in (1, 2, 3):
        write(folder, generation)
    lived, operation = False, 0
    while not lived:
        operation += 1
        lived = write_and_die(folder, operation)
        found = read_latest(folder, "vectors")
        assert found is not None, f"nothing to read after a death at operation {operation}"
        assert found.generation == latest_generation(folder, "vectors")
        assert (found.arrays["ids"] == found.generation).all()
        print(found.generation)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
