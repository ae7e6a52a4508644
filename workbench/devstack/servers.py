"""Both embedded servers together, shared by whoever holds them: the demo, a test run, a developer.

Holding is a shared lock that the kernel drops when its process ends, however it ends; the last
one to let go stops the servers.
"""

import fcntl
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from salesmgr import embedded
from salesmgr.environment import env_text
from workbench.devstack.postgres import Postgres
from workbench.devstack.refusal import Refusal
from workbench.devstack.valkey import Valkey

Say = Callable[[str], None]


def _silent(_: str) -> None:
    return


class Servers:
    """The embedded servers that this environment needs: none that a URL already names."""

    def __init__(self, *, say: Say = _silent) -> None:
        self.var = embedded.var_dir()
        self.run = self.var / "run"
        sockets, logs = embedded.socket_dir(), self.var / "log"
        self.postgres = (
            None
            if env_text("DATABASE_URL")
            else Postgres(self.var / "postgres", sockets, logs / "postgres.log")
        )
        self.valkey = (
            None
            if env_text("REDIS_URL")
            else Valkey(self.var / "valkey", sockets / "valkey.sock", logs / "valkey.log")
        )
        self.sockets = sockets
        self.say = say
        self._held: int | None = None
        self._children: list[subprocess.Popen[bytes]] = []

    def hold(self) -> None:
        """Start what does not run yet, wait until it answers, and keep it until `release`."""
        self.prepare()
        self._held = os.open(self.run / "servers.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._held, fcntl.LOCK_SH)
        try:
            self.ensure()
        except Refusal:
            self.release()
            raise

    def ensure(self) -> None:
        """Start every embedded server that does not run, and wait until each answers."""
        with self._starting():
            self._reap()
            if self.postgres and not self.postgres.answers():
                self._start_postgres(self.postgres)
            if self.valkey and not self.valkey.answers():
                self._start_valkey(self.valkey)

    def fallen(self) -> list[str]:
        """Return the names of the servers that have ended unasked."""
        self._reap()
        fallen = []
        if self.postgres and not self.postgres.answers() and not self.postgres.postmaster():
            fallen.append("PostgreSQL")
        if self.valkey and not self.valkey.answers() and not self.valkey.pid():
            fallen.append("Valkey")
        return fallen

    def release(self) -> bool:
        """Let go of the servers and stop them unless others hold them; return if they stopped."""
        if self._held is None:
            return True
        held, self._held = self._held, None
        try:
            return self._stop_unheld(held)
        finally:
            os.close(held)

    def stop(self) -> None:
        """Stop the servers now. Raises Refusal if somebody holds them."""
        self.prepare()
        self._keep_file.unlink(missing_ok=True)
        lock = os.open(self.run / "servers.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if not self._stop_unheld(lock):
                raise Refusal("The servers are in use by a demo or a test run: end that first.")
        finally:
            os.close(lock)

    def keep(self) -> None:
        """Let the servers run on when nobody holds them, until `stop`."""
        self._keep_file.touch()

    def prepare(self) -> None:
        """Make the folders that the servers need. Raises Refusal if they cannot be written."""
        try:
            for folder in (self.var, self.run, self.var / "log"):
                folder.mkdir(parents=True, exist_ok=True)
            probe = self.run / f"probe.{os.getpid()}"
            probe.touch()
            probe.unlink()
        except OSError as error:
            raise Refusal(
                f"{self.var} cannot be written ({error.strerror}): make it writable, or set"
                " SALESMGR_VAR to a folder that is."
            ) from None
        self._prepare_sockets()

    def _prepare_sockets(self) -> None:
        if self.sockets == self.run:
            return
        # The short folder lies where others may write too: it must be ours from the start.
        self.sockets.mkdir(mode=0o711, exist_ok=True)
        owner = self.sockets.lstat()
        data = self.var / "postgres"
        ours = {os.geteuid(), data.stat().st_uid if data.exists() else os.geteuid()}
        if self.sockets.is_symlink() or owner.st_uid not in ours or owner.st_mode & 0o022:
            raise Refusal(f"{self.sockets} is not safe to use: remove it, then start again.")

    def _reap(self) -> None:
        # A killed server stays in the list of processes until its parent asks for its end.
        self._children = [child for child in self._children if child.poll() is None]

    def _start_postgres(self, postgres: Postgres) -> None:
        if not postgres.data.exists():
            self.say(f"making a PostgreSQL data folder in {postgres.data}")
        child = postgres.start()
        self._children += [child] if child else []
        postgres.wait(child)
        created = postgres.ensure_database()
        self.say("PostgreSQL is ready" + (", role and database created" if created else ""))

    def _start_valkey(self, valkey: Valkey) -> None:
        child = valkey.start()
        self._children += [child] if child else []
        valkey.wait(child)
        self.say("Valkey is ready")

    def _stop_unheld(self, lock: int) -> bool:
        with self._starting():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if self._keep_file.exists():
                return False
            if self.valkey:
                self.valkey.stop()
            if self.postgres:
                self.postgres.stop()
            for child in self._children:
                child.wait(timeout=10)
            self._children.clear()
            return True

    @contextmanager
    def _starting(self) -> Iterator[None]:
        lock = os.open(self.run / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @property
    def _keep_file(self) -> Path:
        return self.run / "keep"
