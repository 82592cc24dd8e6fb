"""Processes that the bench starts and ends by their own number, and what the kernel says of their memory."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: a library that holds a model's weights when it is mapped
MODEL_LIBRARIES = ("libtorch", "onnxruntime")
PATIENCE = 90.0


@contextmanager
def started(command: Sequence[str], environ: Mapping[str, str], log: Path) -> Iterator[int]:
    """A child of our own, told to end with SIGTERM and waited for."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=os.environ | environ, stdout=output, stderr=output
        )
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_for(what: str, holds: Callable[[], bool], patience: float = PATIENCE, pause: float = 0.1) -> float:
    """How many seconds it took until `holds`. Raises TimeoutError."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > patience:
            raise TimeoutError(f"{what} did not happen within {patience:.0f} s")
        time.sleep(pause)
    return time.monotonic() - began


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")


def memory(pid: int) -> dict[str, float]:
    """Megabytes: Rss, Pss (shared pages divided among those who share them), private pages, and those of no file."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    private = kilobytes["Private_Clean"] + kilobytes["Private_Dirty"]
    return {
        "rss": kilobytes["Rss"] / 1024,
        "pss": kilobytes["Pss"] / 1024,
        "private": private / 1024,
        "anonymous": kilobytes["Anonymous"] / 1024,
    }


def maps(pid: int, part: str) -> bool:
    """Whether a file whose path has `part` in it is mapped."""
    return part in Path(f"/proc/{pid}/maps").read_text("utf-8", "replace")


def holds_model(pid: int) -> bool:
    return any(maps(pid, library) for library in MODEL_LIBRARIES)
