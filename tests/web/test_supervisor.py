"""Children are kept running, restarted when they die, and none outlives the supervisor."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

SLEEPER = """
import os, pathlib, signal, sys, time
if "DEAF" in os.environ:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
pathlib.Path(sys.argv[1]).open("a").write(f"{os.getpid()}\\n")
time.sleep(60)
"""
PROGRAM = f"""
import os, sys
from web.supervisor import Child, Supervisor
folder = sys.argv[1]
children = [
    Child(name, (sys.executable, "-c", {SLEEPER!r}, folder + "/" + name), essential=name == "web")
    for name in ("web", "worker")
]
sys.exit(Supervisor(children, os.environ).run())
"""


@contextmanager
def supervised(folder: Path, deaf: bool = False) -> Iterator["subprocess.Popen[bytes]"]:
    environ = os.environ | ({"DEAF": "1"} if deaf else {})
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[2], env=environ)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def pids(folder: Path, name: str) -> list[int]:
    file = folder / name
    return [int(line) for line in file.read_text().split()] if file.exists() else []


def alive(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float = 15.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def both_run(folder: Path) -> Callable[[], bool]:
    return lambda: bool(pids(folder, "web") and pids(folder, "worker"))


def test_ctrl_c_ends_both(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        wait_for(both_run(tmp_path))
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert not any(alive(pid) for name in ("web", "worker") for pid in pids(tmp_path, name))


def test_who_does_not_listen_is_killed_in_time(tmp_path: Path) -> None:
    """And at once when Ctrl-C is pressed again."""
    with supervised(tmp_path, deaf=True) as process:
        wait_for(both_run(tmp_path))
        process.send_signal(signal.SIGINT)
        time.sleep(0.5)
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
    assert not any(alive(pid) for name in ("web", "worker") for pid in pids(tmp_path, name))


def test_a_dead_worker_is_started_again(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        wait_for(both_run(tmp_path))
        os.kill(pids(tmp_path, "worker")[0], signal.SIGKILL)
        wait_for(lambda: len(pids(tmp_path, "worker")) == 2)
        assert alive(pids(tmp_path, "web")[0])
        process.terminate()
        assert process.wait(10) == 0


def test_without_the_web_server_everything_ends(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        wait_for(both_run(tmp_path))
        os.kill(pids(tmp_path, "web")[0], signal.SIGTERM)
        assert process.wait(10) != 0
    assert not alive(pids(tmp_path, "worker")[0])


def test_a_killed_supervisor_leaves_no_orphans(tmp_path: Path) -> None:
    with supervised(tmp_path) as process:
        wait_for(both_run(tmp_path))
        process.kill()
        process.wait()
        wait_for(lambda: not any(alive(pids(tmp_path, name)[0]) for name in ("web", "worker")))
