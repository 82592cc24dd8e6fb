"""A whole installation in a folder of its own: prepared once per test run, served by processes of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from embeddings.convert import bundled_folder, convert_bundled

REPOSITORY = Path(__file__).parents[2]
STARTS_WITHIN, ENDS_WITHIN = 90.0, 40.0


@dataclass(frozen=True)
class Installation:
    """A data folder, and the commands that work on it as somebody at a terminal would type them."""

    data_dir: Path
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def database_url(self) -> str:
        return f"sqlite:///{self.data_dir / 'musubi.db'}"

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "SMTP_URL"}}
        return kept | {
            "MUSUBI_MODE": "demo",
            "DATA_DIR": str(self.data_dir),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "BASE_URL": self.url,
            "OMP_NUM_THREADS": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "flask", "--app", str(REPOSITORY / "wsgi.py"), *words]

    def run(self, *words: str) -> str:
        """One `flask --app wsgi …` to its end; a failure shows what it said."""
        done = subprocess.run(
            self.command(*words), env=self.environment(), cwd=REPOSITORY, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def spawn(self, *words: str) -> "subprocess.Popen[bytes]":
        """A command that keeps running; what it says is kept in the data folder."""
        with (self.data_dir / f"{words[0]}.log").open("ab") as log:
            return subprocess.Popen(
                self.command(*words), env=self.environment(), cwd=REPOSITORY, stdout=log, stderr=subprocess.STDOUT
            )

    def said(self, name: str = "serve") -> str:
        log = self.data_dir / f"{name}.log"
        return log.read_text("utf-8", "replace") if log.exists() else ""


def with_model(folder: Path) -> Path:
    """`folder` as a data folder with the converted model in it, at no cost when it stands on the same disk."""
    model = convert_bundled(REPOSITORY / os.environ.get("DATA_DIR", "var"))
    target = bundled_folder(folder)
    target.parent.mkdir(parents=True)
    target.symlink_to(model.resolve(), target_is_directory=True)
    return folder


def prepare(folder: Path) -> None:
    """What `make run` prepares before it serves; nothing when it has been done."""
    done = folder / "prepared"
    if done.exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    Installation(with_model(folder), free_port()).run("prepare")
    done.touch()


@contextmanager
def serving(data_dir: Path) -> Iterator[Installation]:
    """The site with its worker, warm, until the end of the block."""
    site = Installation(data_dir, free_port())
    process = site.spawn("serve")
    try:
        _wait_until_ready(site, process)
        yield site
    finally:
        end(process)


def end(process: "subprocess.Popen[bytes]") -> None:
    """Ask a process to end as a service manager does, and only insist when it does not."""
    process.terminate()
    try:
        process.wait(ENDS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _wait_until_ready(site: Installation, process: "subprocess.Popen[bytes]") -> None:
    """Ready is what the site says itself: database, worker, encoder and index."""
    deadline = time.monotonic() + STARTS_WITHIN
    while not _ready(site):
        assert process.poll() is None, f"serve ended with {process.returncode}:\n{site.said()}"
        assert time.monotonic() < deadline, f"serve is not ready after {STARTS_WITHIN:.0f} s:\n{site.said()}"
        time.sleep(0.2)


def _ready(site: Installation) -> bool:
    connection = HTTPConnection("127.0.0.1", site.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
