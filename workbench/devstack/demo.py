"""`make demo`: everything on one machine, from nothing to an address, and kept running."""

import errno
import fcntl
import hashlib
import http.client
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from salesmgr import embedded
from salesmgr.embedded import env_int, env_text
from workbench.demo.plan import Plan
from workbench.devstack import servers
from workbench.devstack.children import (
    Child,
    ChildRecord,
    StartProgress,
    StartStep,
    Stopped,
    StopRequest,
)
from workbench.devstack.processes import Refusal, last_line
from workbench.devstack.servers import Servers, open_lock

READY_SECONDS = 90
WATCH_SECONDS = 1.0
# Ended three times before it was ready once: a fault that starting again will not cure.
FAULTS_AT_START = 3
# Celery warns against root because of pickle; here tasks travel as JSON only. The demo runs as
# whoever started it: another user could not read an interpreter below root's home.
_ROOT_WARNING = "ignore:You're running the worker with superuser privileges"


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @classmethod
    def from_environment(cls) -> "Address":
        host = env_text("HOST") or "127.0.0.1"
        port = env_int("PORT", default=8000)
        if not 0 < port < 65536:
            raise Refusal(f"PORT={port} is no port: use a number from 1 to 65535.")
        if cls(host, port).is_everywhere and not env_text("ALLOWED_HOSTS"):
            raise Refusal(
                f"HOST={host} listens on every address: say in ALLOWED_HOSTS by which names"
                " people may open it, separated by commas."
            )
        return cls(host, port)

    @property
    def is_everywhere(self) -> bool:
        return self.host in ("0.0.0.0", "::", "*")  # noqa: S104 -- compared, not bound

    @property
    def url(self) -> str:
        host = "localhost" if self.is_everywhere else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def listen(self) -> socket.socket:
        """Return a listening socket; it outlives the web process, so no start loses the port."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((self.host, self.port))
        except OSError as error:
            listener.close()
            raise Refusal(self._refusal(error)) from None
        listener.listen(64)
        return listener

    def _refusal(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return (
                f"Port {self.port} on {self.host} is in use: end what listens there, or choose"
                f" another one, as in `make demo PORT={self.port + 1}`."
            )
        if error.errno == errno.EACCES:
            return f"Port {self.port} is not yours to use: choose one above 1023 with PORT."
        return f"HOST={self.host} cannot be listened on: {error.strerror or error}."


class Demo:
    """The start, the watch and the end of everything."""

    def __init__(self) -> None:
        self.progress = StartProgress()
        self.address = Address.from_environment()
        # Each refuses a URL that it cannot read, before anything is started.
        embedded.database_config(env_text("DATABASE_URL"))
        embedded.cache_url(env_text("REDIS_URL"))
        self.plan = _plan()
        self.servers = Servers(say=self.progress.say)
        self.var = embedded.var_dir()
        self.logs = self.var / "log"
        self.record = ChildRecord(self.servers.run / "demo.json")
        self.asked = StopRequest()
        self.children: list[Child] = []
        self.recompute: StartStep | None = None
        self.environment = self._environment()

    def run(self) -> None:
        """Start everything, keep it running until the user asks to stop, and stop it."""
        self.servers.prepare()
        with self._only_one():
            for name in self.record.end_orphans():
                self.progress.say(f"Ended {name}, left over from a start that was killed")
            listener = self.address.listen()
            try:
                self._start(listener)
                self._watch()
            finally:
                self._stop()
                listener.close()

    def _start(self, listener: socket.socket) -> None:
        self._start_servers()
        servers.require_known_schema()
        with self._static_files():
            self._manage("Bringing the database up to date", "migrate", "--noinput")
            seeded = self._seed()
        self.children = self._programs(listener)
        self.progress.say("Starting web, worker and beat")
        for child in self.children:
            child.start()
        self.record.write(self.children)
        self._wait_ready()
        self._print_address()
        if seeded:
            self.progress.say("Computing figures and forecasts on the worker meanwhile")
            self.recompute = self._begin("Computing figures and forecasts", "recompute")

    @contextmanager
    def _static_files(self) -> Iterator[None]:
        """Collect the static files beside the steps inside, unless they are unchanged."""
        stamp = self.servers.run / "static.stamp"
        folder = Path(env_text("STATIC_ROOT") or self.var / "static")
        stamped = stamp.exists() and folder.is_dir()
        if stamped and stamp.read_text() == _static_digest():
            yield
            return
        what = "Collecting static files"
        self.progress.say(f"{what} meanwhile")
        step = self._begin(what, "collectstatic", "--noinput", "-v", "0")
        try:
            yield
            step.finish(self.asked)
        except (Refusal, Stopped):
            step.cancel()
            raise
        stamp.write_text(_static_digest())

    def _start_servers(self) -> None:
        named = [name for name in ("DATABASE_URL", "REDIS_URL") if env_text(name)]
        for name in named:
            self.progress.say(f"Using the server named by {name}; none is started for it")
        if len(named) < 2:
            self.progress.say(f"Starting the servers of {self.var}")
        self.servers.hold()
        if "DATABASE_URL" in named:
            servers.require_database()
        if "REDIS_URL" in named:
            servers.require_redis()

    def _seed(self) -> bool:
        """Load the demo organisation if nobody has been entered yet; return whether it was."""
        if not servers.is_empty():
            self.progress.say("The database has its data already")
            return False
        plan = self.plan
        self._manage(
            f"Loading a demo organisation of {plan.people} people over {plan.months} months",
            "seed_demo",
            *("--people", str(plan.people)),
            *("--months", str(plan.months)),
            *("--seed", str(plan.seed)),
            aloud=True,
        )
        return True

    def _programs(self, listener: socket.socket) -> list[Child]:
        # The first signal has given tasks their time already.
        work = self.environment | {"WORKER_SOFT_SHUTDOWN_SECONDS": "0"}
        descriptor = listener.fileno()
        celery = ["-m", "celery", "-A", "salesmgr"]
        concurrency = str(env_int("WORKER_CONCURRENCY", default=2))
        queues = ["-Q", "interactive,nightly", "-c", concurrency, "-l", "INFO"]
        schedule = ["-s", str(self.var / "run" / "beat-schedule"), "--pidfile=", "-l", "INFO"]
        term, kill, cold = signal.SIGTERM, signal.SIGKILL, signal.SIGQUIT
        return [
            Child(
                "web",
                [sys.executable, "-m", "gunicorn", "salesmgr.wsgi", "-b", f"fd://{descriptor}"],
                self.environment,
                self.logs / "web.log",
                [(term, 15.0), (kill, 5.0)],
                keep_open=[descriptor],
            ),
            # Cold shutdown hands unfinished tasks back to the queue; a kill leaves that to the
            # time-out. Either way they run again.
            Child(
                "worker",
                [sys.executable, *celery, "worker", *queues, "--without-gossip"],
                work,
                self.logs / "worker.log",
                [(term, 10.0), (cold, 10.0), (kill, 5.0)],
                says_ready=" ready.",
            ),
            Child(
                "beat",
                [sys.executable, *celery, "beat", *schedule],
                self.environment,
                self.logs / "beat.log",
                [(term, 5.0), (kill, 5.0)],
            ),
        ]

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not (self._web_answers() and all(child.is_ready() for child in self.children)):
            self.asked.raise_if_so()
            self._mend()
            for child in self.children:
                if child.faults >= FAULTS_AT_START:
                    words = last_line(child.log)
                    raise Refusal(f"{child.name} does not start: {words} (see {child.log})")
            if time.monotonic() > deadline:
                raise Refusal(
                    f"The site was not ready after {READY_SECONDS} s: see the logs in {self.logs}"
                )
            self.asked.wait(0.2)

    def _web_answers(self) -> bool:
        host = "127.0.0.1" if self.address.is_everywhere else self.address.host
        connection = http.client.HTTPConnection(host, self.address.port, timeout=5)
        # The name must be one of ALLOWED_HOSTS.
        name = self.environment["ALLOWED_HOSTS"].split(",")[0]
        try:
            connection.request("GET", "/readyz", headers={"Host": name})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _print_address(self) -> None:
        self.progress.say("Ready")
        logins = self._begin("Reading the log-ins", "seed_demo", "--logins-only")
        sys.stdout.write(f"\n  Open {self.address.url}\n\n")
        logins.finish(self.asked, self.progress)
        sys.stdout.write(f"\n  Logs are in {self.logs}. Ctrl-C stops everything.\n\n")
        sys.stdout.flush()

    def _watch(self) -> None:
        while not self.asked:
            self._mend()
            self._follow_recompute()
            self.asked.wait(WATCH_SECONDS)
        if self.recompute:
            self.recompute.cancel()

    def _follow_recompute(self) -> None:
        """Show how the first run goes, which does at once what is otherwise done at night."""
        if self.recompute is None:
            return
        try:
            ended = self.recompute.has_finished(self.progress)
        except Refusal as refusal:
            # The site works without; the run of the coming night does it again.
            self.progress.say(str(refusal))
            ended = True
        if ended:
            self.recompute = None

    def _mend(self) -> None:
        """Start again what has ended unasked: servers at once, programs after a growing pause."""
        fallen = self.servers.fallen()
        if fallen:
            self.progress.say(f"{' and '.join(fallen)} ended unasked; starting again")
            try:
                self.servers.ensure()
            except Refusal as refusal:
                self.progress.say(str(refusal))
        changed = False
        for child in self.children:
            if child.has_ended():
                delay = child.note_end()
                self.progress.say(f"{child.name} ended unasked; starting again in {delay:g} s")
            if child.process is None and time.monotonic() >= child.due:
                child.start()
                changed = True
        if changed:
            self.record.write(self.children)

    def _stop(self) -> None:
        self.progress.say("Stopping")
        for child in reversed(self.children):
            child.stop(at_once=self.asked.to_hurry)
        self.record.path.unlink(missing_ok=True)
        if not self.servers.embedded:
            return
        stopped = self.servers.release()
        self.progress.say("Stopped" if stopped else "Stopped; others still use the servers")

    def _manage(self, what: str, *arguments: str, aloud: bool = False) -> None:
        self.progress.say(what)
        self._begin(what, *arguments).finish(self.asked, self.progress if aloud else None)

    def _begin(self, what: str, *arguments: str) -> StartStep:
        return StartStep(
            what,
            [sys.executable, str(embedded.BASE_DIR / "manage.py"), *arguments],
            environment=self.environment,
            log=self.logs / f"{'-'.join(word.strip('-') for word in arguments[:2])}.log",
        )

    def _environment(self) -> dict[str, str]:
        names = ["localhost", "127.0.0.1", "[::1]", self.address.host]
        environment = {
            "ALLOWED_HOSTS": ",".join(dict.fromkeys(names)),
            # The demo answers on the own machine, where there is no certificate.
            "INSECURE_HTTP": "1",
            # Over loopback, compressing costs more than it saves.
            "STATIC_COMPRESSION": "0",
            "PYTHONUNBUFFERED": "1",
            "DJANGO_SETTINGS_MODULE": "salesmgr.settings",
            "SALESMGR_VAR": str(self.var),
        } | {name: value for name, value in os.environ.items() if value}
        if os.geteuid() == 0:
            environment.setdefault("PYTHONWARNINGS", _ROOT_WARNING)
        return environment

    @contextmanager
    def _only_one(self) -> Iterator[None]:
        """Hold the lock of this folder's one demo; the kernel frees that of a dead one."""
        path = self.servers.run / "demo.lock"
        lock = open_lock(path)
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                holder = _described(path)
                raise Refusal(f"The demo runs already{holder}: end that one first.") from None
            holder = json.dumps({"pid": os.getpid(), "url": self.address.url})
            os.ftruncate(lock, 0)
            os.pwrite(lock, holder.encode(), 0)
            yield
        finally:
            os.close(lock)


def _static_digest() -> str:
    """Return a fingerprint of every static file's name, size and time, and of the packages."""
    base = embedded.BASE_DIR
    digest = hashlib.sha256((base / "requirements.txt").read_bytes())
    for folder in [base / "static", *sorted(base.glob("*/static"))]:
        for path in sorted(folder.rglob("*")):
            facts = path.stat()
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _described(lock: Path) -> str:
    with suppress(OSError, ValueError):
        holder = json.loads(lock.read_text())
        return f" at {holder['url']} (process {holder['pid']})"
    return ""


def _plan() -> Plan:
    """Return the demo organisation that is asked for, and refuse one that cannot be made."""
    asked = (
        env_int("DEMO_PEOPLE", default=60),
        env_int("DEMO_MONTHS", default=24),
        env_int("DEMO_SEED", default=1),
    )
    try:
        return Plan(*asked, today=datetime.now(tz=UTC).date())
    except ValueError as error:
        part, _, why = str(error).partition(":")
        raise Refusal(f"DEMO_{part.upper()}:{why}") from error
