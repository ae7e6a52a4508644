"""The commands of the start-up, and the programs that the demo keeps running."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from workbench.devstack import processes
from workbench.devstack.processes import Refusal, last_line

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
# After this long without a fault, the next one counts as the first again.
STEADY_SECONDS = 60.0
_ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(slots=True)
class Child:
    """One program in a session of its own, started again when it ends unasked."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    # (signal, seconds to wait for the end after it), the gentlest first.
    farewell: Sequence[tuple[signal.Signals, float]]
    keep_open: Sequence[int] = ()
    # What the log says once the program does its work; programs without it are asked otherwise.
    says_ready: str = ""
    faults: int = 0
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)
    due: float = field(default=0.0)
    _log_begins: int = field(default=0)

    def start(self) -> None:
        """Start the program; its output goes to its log."""
        processes.set_aside(self.log)
        self._log_begins = self.log.stat().st_size if self.log.exists() else 0
        self.process = processes.spawn(
            self.arguments, self.log, env=dict(self.environment), pass_fds=self.keep_open
        )
        self.started = time.monotonic()

    def is_ready(self) -> bool:
        """Return whether the program runs and has said that it is ready."""
        if self.process is None or self.process.poll() is not None:
            return False
        with self.log.open("rb") as stream:
            stream.seek(self._log_begins)
            return self.says_ready.encode() in stream.read()

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def note_end(self) -> float:
        """Clear what the ended program left, and return the seconds until its next start."""
        if self.process is None:
            return 0.0
        end_group(self.process.pid, [(signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)])
        steady = time.monotonic() - self.started > STEADY_SECONDS
        self.faults = 1 if steady else self.faults + 1
        delay = min(FIRST_DELAY_SECONDS * 2 ** (self.faults - 1), LONGEST_DELAY_SECONDS)
        self.due = time.monotonic() + delay
        self.process = None
        return delay

    def stop(self, *, at_once: Callable[[], bool]) -> None:
        """End the program and everything it started; with ``at_once`` true, without waiting."""
        if self.process is None:
            return
        end_group(self.process.pid, self.farewell, reap=self.process.poll, at_once=at_once)
        self.process = None


def end_group(
    group: int,
    farewell: Sequence[tuple[signal.Signals, float]],
    *,
    reap: Callable[[], object] = lambda: None,
    at_once: Callable[[], bool] = lambda: False,
) -> None:
    """Send a process group one signal after the other until nothing of it is left.

    The leader hears each signal; its own children hear the last one only, since a leader that
    still lives ends them in its own way.
    """
    last = farewell[-1][0]
    for sign, seconds in farewell:
        leader_lives = processes.running(group, command="")
        if sign == last or not leader_lives:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, sign)
        else:
            processes.send(group, sign)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not at_once():
            reap()
            if not members(group):
                return
            time.sleep(0.05)
    reap()


def members(group: int) -> list[int]:
    found = []
    for process in psutil.process_iter(["status"]):
        with suppress(ProcessLookupError, PermissionError):
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


class ChildRecord:
    """A file that names the running children, so that a start after a kill can end them."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def write(self, children: Sequence[Child]) -> None:
        running = [
            {"name": child.name, "pid": child.process.pid, "created": _created(child.process.pid)}
            for child in children
            if child.process is not None
        ]
        draft = self.path.with_name(self.path.name + ".new")
        draft.write_text(json.dumps({"boot": int(psutil.boot_time()), "children": running}))
        draft.replace(self.path)

    def end_orphans(self) -> list[str]:
        """End the children of a supervisor that was killed; return their names."""
        try:
            known = json.loads(self.path.read_text())
        except (FileNotFoundError, ValueError):
            return []
        ended = []
        for child in known["children"]:
            same_boot = abs(known["boot"] - psutil.boot_time()) < 5
            if same_boot and _is_ours(child["pid"], child["created"]):
                end_group(child["pid"], [(signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)])
                ended.append(str(child["name"]))
        self.path.unlink(missing_ok=True)
        return ended


def _is_ours(pid: int, created: float) -> bool:
    """Return whether the group is still the recorded one.

    A process that took over the number since is a stranger; a group that lost its leader keeps
    the number. The clock may have been set by a second or two in between.
    """
    now = _created(pid)
    return bool(members(pid)) and (now is None or abs(now - created) < 3)


def _created(pid: int) -> float | None:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


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
        log.unlink(missing_ok=True)
        self._process = processes.spawn(arguments, log, env=dict(environment))

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
