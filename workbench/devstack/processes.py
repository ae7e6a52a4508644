"""Starting programs, and looking at and ending processes that may not be our children."""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import psutil


class Refusal(Exception):  # noqa: N818 -- it is an answer, not a fault
    """Why a command cannot go on, in one line that says what to do; shown without a traceback."""


def running(pid: int, *, command: str) -> bool:
    """Return whether ``pid`` is alive, is no zombie, and its command line contains ``command``.

    A pid file alone proves nothing: the number may belong to a zombie, or to a stranger who got
    it after a restart of the machine.
    """
    try:
        process = psutil.Process(pid)
        alive = process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return alive and command in " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def pid_in(path: Path) -> int | None:
    """Return the number in the first line of a pid file; None where there is none."""
    try:
        first = path.read_text().partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdecimal() else None


def send(pid: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, sign)


def last_line(log: Path) -> str:
    """Return the last line of a log that says something, for a message about a failed start."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, log.stat().st_size - 4096))
            lines = stream.read().decode(errors="replace").splitlines()
    except OSError:
        return "no log"
    telling = [line.strip() for line in lines if line.strip()]
    fatal = [line for line in telling if re.search(r"FATAL|ERROR|\w+Error: |Unknown command", line)]
    return (fatal or telling or ["an empty log"])[-1]


def set_aside(log: Path, *, keep_bytes: int = 10_000_000) -> None:
    """Keep a log that has grown large as NAME.1, so that it begins anew."""
    if log.exists() and log.stat().st_size > keep_bytes:
        log.replace(log.with_name(log.name + ".1"))


def spawn(arguments: Sequence[str], log: Path, **options: Any) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, so that Ctrl-C does not reach it.

    Its output goes to the end of its log.
    """
    set_aside(log)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 -- our own programs and those of installed packages
            list(arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **options,
        )
    finally:
        os.close(output)


class EmbeddedServer:
    """What the embedded servers share: waiting for the start, and ever harder signals to stop."""

    name: ClassVar[str]
    start_seconds: ClassVar[int]
    stop_seconds: ClassVar[int]
    farewell: ClassVar[tuple[signal.Signals, ...]]
    log: Path

    def answers(self) -> bool:
        raise NotImplementedError

    def pid(self) -> int | None:
        """Return the process id of the server, if it runs."""
        raise NotImplementedError

    def start(self) -> subprocess.Popen[bytes] | None:
        """Start the server unless it runs. Does not wait."""
        raise NotImplementedError

    def wait(self, process: subprocess.Popen[bytes] | None) -> None:
        """Wait until the server answers. Raises Refusal with the server's own words if it ends."""
        deadline = time.monotonic() + self.start_seconds
        while not self.answers():
            ended = process is not None and process.poll() is not None
            if ended or time.monotonic() > deadline:
                raise Refusal(f"{self.name} did not start: {last_line(self.log)} (see {self.log})")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the server; everything committed is written first."""
        for sign in self.farewell:
            if (pid := self.pid()) is None:
                return
            send(pid, sign)
            deadline = time.monotonic() + self.stop_seconds
            while running(pid, command="") and time.monotonic() <= deadline:
                time.sleep(0.05)
