"""All of `make demo` as a person runs it: a small organisation, real processes, real kills."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from salesmgr import embedded
from workbench.devstack.servers import Servers

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]
COMMAND = [sys.executable, "-m", "workbench.devstack", "demo"]


def wait_until(true: Callable[[], bool], *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Run:
    """One start of the demo, and what it has printed."""

    var: Path
    port: int
    process: subprocess.Popen[bytes]
    output: Path

    def said(self) -> str:
        return self.output.read_text()

    def wait_said(self, words: str) -> None:
        wait_until(lambda: words in self.said() or self.process.poll() is not None, seconds=90)
        assert words in self.said()

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as page:
                return page.status == 200
        except (urllib.error.URLError, OSError):
            return False

    def children(self) -> dict[str, int]:
        record = json.loads((self.var / "run" / "demo.json").read_text())
        return {child["name"]: child["pid"] for child in record["children"]}

    def processes(self) -> list[psutil.Process]:
        """Return every living process that has anything to do with this folder."""
        found = []
        for process in psutil.process_iter():
            try:
                mine = process.environ().get("SALESMGR_VAR") == str(self.var)
                if process.pid != os.getpid() and (mine or str(self.var) in str(process.cmdline())):
                    found.append(process)
            except psutil.Error:
                continue
        return [one for one in found if one.status() != psutil.STATUS_ZOMBIE]


def start(var: Path, port: int, output: Path) -> Run:
    environment = os.environ | {
        "PORT": str(port),
        "DEMO_PEOPLE": "12",
        "DEMO_MONTHS": "6",
        "WORKER_CONCURRENCY": "1",
        "WEB_WORKERS": "1",
    }
    with output.open("wb") as stream:
        process = subprocess.Popen(
            COMMAND,
            cwd=embedded.BASE_DIR,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Run(var, port, process, output)


@pytest.fixture
def begin(var: Path, tmp_path: Path) -> Iterator[Callable[[], Run]]:
    runs: list[Run] = []
    port = free_port()

    def _begin() -> Run:
        runs.append(start(var, port, tmp_path / f"output-{len(runs)}"))
        return runs[-1]

    yield _begin
    for run in runs:
        if run.process.poll() is None:
            run.process.terminate()
            run.process.wait(timeout=60)


def deals(var: Path) -> int:
    servers = Servers()
    assert servers.postgres
    assert servers.postgres.data.is_relative_to(var)
    connection = servers.postgres.connect(database="salesmgr")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pipeline_deal")
            (count,) = cursor.fetchone()
            return int(count)
    finally:
        connection.close()


def worker_answers(run: Run) -> bool:
    environment = os.environ | {"INSECURE_HTTP": "1", "DJANGO_SETTINGS_MODULE": "salesmgr.settings"}
    ping = [sys.executable, "-m", "celery", "-A", "salesmgr", "inspect", "ping", "--timeout", "5"]
    answer = subprocess.run(
        ping, env=environment, cwd=embedded.BASE_DIR, capture_output=True, check=False
    )
    return answer.returncode == 0


def test_demo_from_nothing_through_kills_to_a_clean_stop(
    var: Path, begin: Callable[[], Run]
) -> None:
    run = begin()
    run.wait_said("Ctrl-C stops everything")

    assert run.ready()
    assert f"Open http://127.0.0.1:{run.port}" in run.said()
    for role in ("Rep", "Manager", "Admin", "Recruiter", "Executive"):
        assert f"{role} " in run.said()
    seeded = deals(var)
    assert seeded > 0

    # A second one is told of the first, in one line.
    second = begin()
    assert second.process.wait(timeout=20) == 1
    address = f"http://127.0.0.1:{run.port} (process {run.process.pid})"
    assert second.said() == f"The demo runs already at {address}: end that one first.\n"

    # Every part that is killed comes back.
    servers = Servers()
    assert servers.postgres
    assert servers.valkey
    killed = run.children()
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    for server in (servers.postgres.pid(), servers.valkey.pid()):
        assert server
        os.kill(server, signal.SIGKILL)
    wait_until(lambda: set(run.children()) == set(killed) and not set(killed.values())
               & set(run.children().values()))  # fmt: skip
    wait_until(run.ready)
    wait_until(lambda: worker_answers(run))
    assert deals(var) == seeded

    # The supervisor itself is killed: the next start takes over and finds everything.
    orphans = run.children()
    run.process.kill()
    run.process.wait()
    third = begin()
    third.wait_said("Ctrl-C stops everything")
    assert {f"Ended {name}, left over" in third.said() for name in orphans} == {True}
    assert not any(psutil.pid_exists(pid) for pid in orphans.values())
    assert "has its data already" in third.said()
    assert deals(var) == seeded

    # Ctrl-C stops all of it.
    third.process.send_signal(signal.SIGINT)
    assert third.process.wait(timeout=60) == 0
    assert third.said().rstrip().endswith("Stopped")
    assert third.processes() == []


def test_a_port_in_use_is_told_in_one_line_before_anything_starts(
    var: Path, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        refused = start(var, port, tmp_path / "output")

        assert refused.process.wait(timeout=20) == 1
    told = [line for line in refused.said().splitlines() if not line.startswith("[")]
    assert len(told) == 1
    assert told[0].startswith(f"Port {port} on 127.0.0.1 is in use: end what listens there")
    assert refused.processes() == []


def test_a_database_of_an_older_version_is_told_in_one_line_and_stays_as_it_is(
    var: Path, begin: Callable[[], Run]
) -> None:
    servers = Servers()
    servers.hold()
    assert servers.postgres
    with servers.postgres.connect(database="salesmgr") as connection, connection.cursor() as cursor:
        cursor.execute("SET ROLE salesmgr")
        cursor.execute("CREATE TABLE django_migrations (app text, name text)")
        cursor.execute("INSERT INTO django_migrations VALUES ('pipeline', '0077_stages_qualify')")
    connection.close()

    refused = begin()

    assert refused.process.wait(timeout=60) == 1
    told = [line for line in refused.said().splitlines() if not line.startswith("[")]
    assert told == [
        (
            "This database was made by an older version of salesmgr, which cannot be upgraded."
            f" Nothing was changed. To start afresh: make stop && rm -rf {var} && make demo"
        )
    ]
    assert not (var / "static").exists()
    connection = servers.postgres.connect(database="salesmgr")
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        assert cursor.fetchall() == [("django_migrations",)]
        cursor.execute("SELECT app, name FROM django_migrations")
        assert cursor.fetchall() == [("pipeline", "0077_stages_qualify")]
    connection.close()
    servers.release()


@pytest.mark.parametrize(
    ("variable", "value", "line"),
    [
        ("PORT", "http", "PORT=http is not a whole number"),
        ("PORT", "70000", "PORT=70000 is no port: use a number from 1 to 65535."),
        ("DATABASE_URL", "sqlite:///x", "DATABASE_URL must begin with postgres://"),
        ("REDIS_URL", "localhost", "REDIS_URL must begin with redis://, rediss:// or unix://"),
        ("DEMO_PEOPLE", "2", "DEMO_PEOPLE: 2 is too few; the smallest demo has 12."),
        ("DEMO_MONTHS", "0", "DEMO_MONTHS: 0 is not between 1 and 120."),
        ("DEMO_SEED", "x", "DEMO_SEED=x is not a whole number"),
    ],
)
def test_a_variable_that_cannot_be_used_is_told_in_one_line(
    var: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, line: str
) -> None:
    monkeypatch.setenv(variable, value)

    told = subprocess.run(
        COMMAND, cwd=embedded.BASE_DIR, capture_output=True, text=True, check=False, timeout=60
    )

    assert (told.returncode, told.stderr.splitlines()) == (1, [line])


def test_urls_that_lead_nowhere_are_told_in_one_line_without_the_password(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    monkeypatch.setenv("DATABASE_URL", f"postgres://app:hush@127.0.0.1:{free_port()}/app")
    monkeypatch.setenv("REDIS_URL", f"redis://:hush@127.0.0.1:{free_port()}/0")

    told = subprocess.run(
        COMMAND, cwd=embedded.BASE_DIR, capture_output=True, text=True, check=False, timeout=60
    )

    assert told.returncode == 1
    assert len(told.stderr.splitlines()) == 1
    assert told.stderr.startswith("DATABASE_URL does not lead to a database: ")
    assert "hush" not in told.stderr + told.stdout
    assert "Using the server named by REDIS_URL; none is started for it" in told.stdout


def test_with_both_urls_the_demo_uses_those_servers_and_starts_none(
    begin: Callable[[], Run], var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = Servers()
    given.hold()
    assert given.valkey
    monkeypatch.setenv("SALESMGR_VAR", str(tmp_path / "demo"))
    monkeypatch.setenv("DATABASE_URL", f"postgres://salesmgr@/salesmgr?host={given.sockets}")
    monkeypatch.setenv("REDIS_URL", f"unix://{given.valkey.socket}?db=3")
    try:
        run = begin()
        run.wait_said("Ctrl-C stops everything")

        assert run.ready()
        assert not (tmp_path / "demo" / "postgres").exists()
        assert not (tmp_path / "demo" / "valkey").exists()
        assert worker_answers(run)
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(timeout=60) == 0
        assert given.fallen() == []
    finally:
        for name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)
        monkeypatch.setenv("SALESMGR_VAR", str(var))
        given.release()
