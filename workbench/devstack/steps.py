"""Showing progress, and running one command of the start-up to its end."""

import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.devstack.children import end_group
from workbench.devstack.processes import last_line
from workbench.devstack.refusal import Refusal

_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(Exception):  # noqa: N818 -- it is an answer, not a fault
    """The user asked to stop while the start-up was still at work."""


class StartProgress:
    """Prints each step with the seconds since the start."""

    def __init__(self) -> None:
        self._begun = time.monotonic()

    def say(self, text: str) -> None:
        """Print one line at once, also into a pipe."""
        sys.stdout.write(f"[{time.monotonic() - self._begun:5.1f} s] {text}\n")
        sys.stdout.flush()

    def detail(self, text: str) -> None:
        """Print a line that belongs to the step before."""
        sys.stdout.write(f"          {text}\n")
        sys.stdout.flush()


class StopRequest:
    """Whether the user asked to stop, by Ctrl-C or a signal; twice means at once."""

    def __init__(self) -> None:
        self.times = 0
        for sign in _ENDS:
            signal.signal(sign, self._note)

    def __bool__(self) -> bool:
        return self.times > 0

    def to_hurry(self) -> bool:
        return self.times > 1

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until the user asks to stop."""
        deadline = time.monotonic() + seconds
        while not self and (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))

    def raise_if_so(self) -> None:
        if self:
            raise Stopped

    def _note(self, *_: object) -> None:
        self.times += 1


class StartStep:
    """One command of the start-up, begun here and perhaps finished later."""

    def __init__(
        self, name: str, arguments: Sequence[str], *, environment: Mapping[str, str], log: Path
    ) -> None:
        self.name, self.log = name, log
        self._shown = 0
        self._failing = False
        with log.open("wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 -- our own commands
                list(arguments),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )

    def finish(self, asked: StopRequest, progress: StartProgress | None = None) -> None:
        """Wait for the end, passing the output on. Raises Refusal if it fails, Stopped if asked."""
        while not self.has_finished(progress):
            if asked:
                self.cancel()
                raise Stopped
            time.sleep(0.1)

    def has_finished(self, progress: StartProgress | None = None) -> bool:
        """Pass its new output on and return whether it is done. Raises Refusal if it failed."""
        ended = self._process.poll() is not None
        self._show(progress, rest=ended)
        if self._process.returncode:
            raise Refusal(f"{self.name} failed: {last_line(self.log)} (see {self.log})")
        return ended

    def cancel(self) -> None:
        """End the command and what it started."""
        farewell = [(signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)]
        end_group(self._process.pid, farewell, reap=self._process.poll)

    def _show(self, progress: StartProgress | None, *, rest: bool = False) -> None:
        if progress is None:
            return
        with self.log.open("rb") as stream:
            stream.seek(self._shown)
            text = stream.read()
        if not rest:
            text = text[: text.rfind(b"\n") + 1]
        self._shown += len(text)
        for line in text.decode(errors="replace").splitlines():
            # A traceback is for the log; `finish` tells of the failure in one line.
            self._failing = self._failing or line.startswith("Traceback")
            if not self._failing:
                progress.detail(line)
