"""Keeps a few child processes running and ends them together, by their own pids."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import FrameType

PR_SET_PDEATHSIG = 1
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_PAUSE = 30.0
SETTLED_AFTER = 60.0
LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Child:
    """A program to keep running. The end of an `essential` one ends everything; another is started again.

    At the end it has `grace` seconds to finish what it is doing.
    """

    name: str
    command: Sequence[str]
    essential: bool = False
    pass_fds: tuple[int, ...] = ()
    grace: float = 20.0


@dataclass
class _Kept:
    child: Child
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    again_at: float = 0.0
    failures: int = field(default=0)


class Supervisor:
    """Runs `children` until one of STOP_SIGNALS arrives or an essential one ends."""

    def __init__(
        self,
        children: Sequence[Child],
        environ: Mapping[str, str],
        say: Callable[[str], None] = print,
    ) -> None:
        self._kept = [_Kept(child) for child in children]
        self._environ = dict(environ)
        self._say = say
        self._stops = 0

    def run(self, meanwhile: Callable[[], None] = lambda: None) -> int:
        """Start everything and look after it; `meanwhile` is called at every look. Gives the exit code.

        0 after a signal; otherwise that of the essential child that ended, or 1 when it claimed success.
        """
        heard = [n for n in STOP_SIGNALS if n != signal.SIGHUP or signal.getsignal(n) != signal.SIG_IGN]  # nohup
        before = {number: signal.signal(number, self._on_stop) for number in heard}
        try:
            while not self._stops:
                ended = self._look()
                if ended is not None:
                    return ended or 1
                meanwhile()
                time.sleep(LOOK_EVERY)
            return 0
        finally:
            self._end_all()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stops += 1

    def _look(self) -> int | None:
        for kept in self._kept:
            if kept.process is None:
                self._start(kept)
            elif (code := kept.process.poll()) is not None:
                if kept.child.essential:
                    self._say(f"{kept.child.name} ended with {code}")
                    return code
                self._plan_again(kept, code)
        return None

    def _start(self, kept: _Kept) -> None:
        if time.monotonic() < kept.again_at:
            return
        kept.started = time.monotonic()
        kept.process = subprocess.Popen(  # noqa: S603  the commands are our own
            kept.child.command,
            env=self._environ,
            pass_fds=kept.child.pass_fds,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which then ends the others in order
            preexec_fn=_die_with(os.getpid()) if sys.platform == "linux" else None,
        )

    def _plan_again(self, kept: _Kept, code: int) -> None:
        lived = time.monotonic() - kept.started
        kept.failures = 0 if lived > SETTLED_AFTER else kept.failures + 1
        pause = min(LONGEST_PAUSE, 2.0 ** (kept.failures - 1)) if kept.failures else 0.0
        kept.process, kept.again_at = None, time.monotonic() + pause
        self._say(f"{kept.child.name} ended with {code}; it is started again in {pause:.0f} s")

    def _end_all(self) -> None:
        """Ask all of them at once; kill whoever is not done in time, or everybody at a second Ctrl-C."""
        running = [(kept.process, kept.child.grace) for kept in self._kept if kept.process]
        for process, _ in running:
            process.terminate()
        asked_at, patient = time.monotonic(), max(self._stops, 1)
        while running := [(process, grace) for process, grace in running if process.poll() is None]:
            for process, grace in running:
                if time.monotonic() - asked_at > grace or self._stops > patient:
                    process.kill()
            time.sleep(LOOK_EVERY / 4)


def _die_with(parent: int) -> Callable[[], None]:
    """Have the kernel end the child when the supervisor is gone, however that came about."""
    library = ctypes.CDLL(None)

    def prepare() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
