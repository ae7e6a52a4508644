"""An installation of its own for fault tests: real servers, data and workers that can be killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from workbench.devstack.servers import Servers

ROOT = Path(__file__).resolve().parent.parent
SEED = ("--people", "24", "--months", "20", "--seed", "5")
LEASE_SECONDS = 8
FOREIGN = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "SALESMGR_TEST_SLOT")


class Stack:
    """An installation of its own: servers, data, and workers to kill."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self.log = servers.var / "log" / "processes.log"
        self.processes: list[subprocess.Popen[bytes]] = []

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        queues = ["--queues", "nightly,interactive", "--concurrency", "2"]
        quiet = ["--without-gossip", "--without-mingle", "--loglevel", "ERROR"]
        return self.start("-m", "celery", "-A", "salesmgr", "worker", *queues, *quiet)

    def query(self, sql: str, *values: Any, **named: Any) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(
            host=str(self.servers.sockets), user="salesmgr", dbname="salesmgr", connect_timeout=5
        )
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(sql, named or values)
            rows = cursor.fetchall() if cursor.description else []
        connection.close()
        return rows

    @property
    def queue(self) -> redis.Redis:
        assert self.servers.valkey
        return redis.Redis(unix_socket_path=str(self.servers.valkey.socket), db=1)

    def end(self, process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGKILL) -> None:
        """Kill a process with all its children, and wait."""
        if process.poll() is None:
            os.killpg(process.pid, sign)
        process.wait(timeout=60)
        self.processes.remove(process)


def wait_until(true: Callable[[], bool], *, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Return the servers of all fault tests, with a demo organisation."""
    var = tmp_path_factory.mktemp("faults") / "var"
    with _environment(var):
        made = Stack(Servers())
        made.servers.hold()
        made.manage("migrate", "--verbosity", "0")
        made.manage("seed_demo", *SEED)
    yield made
    made.servers.release()


@pytest.fixture(scope="module")
def stack(installation: Stack) -> Iterator[Stack]:
    """Return the installation for the tests of a module, which find no process of others in it."""
    with _environment(installation.servers.var):
        yield installation
        for process in list(installation.processes):
            installation.end(process)
        installation.servers.ensure()


@contextmanager
def _environment(var: Path) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN:
            patch.delenv(name, raising=False)
        patch.setenv("INSECURE_HTTP", "1")
        patch.setenv("RECOMPUTE_LEASE_SECONDS", str(LEASE_SECONDS))
        patch.setenv("SALESMGR_VAR", str(var))
        yield
