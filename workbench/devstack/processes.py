"""Looking at and ending processes that may not be our children."""

import contextlib
import os
import re
import signal
import time
from pathlib import Path

import psutil


def running(pid: int, *, command: str) -> bool:
    """Return whether ``pid`` is alive, is no zombie, and its command line contains ``command``.

    A pid file alone proves nothing: the number may belong to a zombie, or to a stranger who got
    it after a restart of the machine.
    """
    try:
        process = psutil.Process(pid)
        alive = process.status() not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
        return alive and command in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:
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


def wait_gone(pid: int, *, command: str, seconds: float) -> bool:
    """Wait until the process has ended; return whether it has."""
    deadline = time.monotonic() + seconds
    while running(pid, command=command):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


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


def open_log(path: Path, *, keep_bytes: int = 10_000_000) -> int:
    """Open a log for appending; one that has grown large is set aside as NAME.1 first."""
    if path.exists() and path.stat().st_size > keep_bytes:
        path.replace(path.with_name(path.name + ".1"))
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
