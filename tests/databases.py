"""The test databases: each a clone of a template that is migrated once for each schema.

Cloning copies files, so a database costs a moment rather than a run of every migration. A world
that many tests begin with is built once, in a clone of its own. A test that commits gets another
clone and leaves no trace; the rows that migrations put in are in every one of them.
"""

import copy
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg2
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections, transaction
from psycopg2 import sql

from salesmgr import embedded
from tests import slots
from workbench.devstack.postgres import Postgres
from workbench.devstack.servers import connect

# Nothing in a test database needs to outlive the machine. Fault tests have servers of their own,
# which keep what they have acknowledged.
FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    # It would hold a template that is being cloned, and count rows while tests do.
    "autovacuum": "off",
}


_held = ExitStack()


def forget(postgres: Postgres) -> None:
    """Let the tests' own server write without waiting for the disk."""
    server = postgres.connect()
    server.autocommit = True
    with server.cursor() as cursor:
        for name, value in FORGETFUL.items():
            cursor.execute(
                sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value))
            )
        cursor.execute("SELECT pg_reload_conf()")
    server.close()


class Databases:
    """The databases of this worker, each cloned when a test first asks for it.

    Tests that take back what they write share one without rows and one for each world; whoever
    commits gets a clone that nobody else sees.
    """

    def __init__(self) -> None:
        self.present = ""
        # By the day too: what a world calls today is another day after midnight.
        self.worlds: dict[tuple[Callable[[], Any], date], tuple[str, Any]] = {}
        self.world_of_test: Any = None

    def create(self) -> None:
        """See to the template, and make the database without rows."""
        with open_lock("template") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # The other workers wait for the one that migrates.
            drop_outdated()
            _make_template()
            _hold_template()
        with _server() as cursor:
            for name in _those_of(cursor, slots.database("")):
                _drop(cursor, name)
            _clone(cursor, slots.template(slots.schema()), slots.database())
        self._use(slots.database())

    def begin(self, world: Callable[[], Any] | None, *, commits: bool) -> None:
        """Have what the next test needs: the rows of a world or none, shared or its own."""
        cache.clear()  # Its keys name rows by numbers that other tests give out too.
        shared = slots.database()
        if world:
            key = world, datetime.now(UTC).date()
            if key not in self.worlds:
                self.worlds[key] = self._build(world)
            shared, self.world_of_test = self.worlds[key]
        if not commits:
            self._use(shared)
            return
        self.leave()
        own = slots.database("own")
        with _server() as cursor:
            # A clone of the template rather than of the empty one, whose sequences have moved on.
            _clone(cursor, shared if world else slots.template(slots.schema()), own)
        self._use(own)

    def world(self) -> Any:
        """Return a copy of the objects of the world whose rows the test has."""
        return copy.deepcopy(self.world_of_test)

    def drop(self) -> None:
        """Remove them all at the end of the run."""
        self.leave()
        with _server() as cursor:
            for name in _those_of(cursor, slots.database("")):
                _drop(cursor, name)

    def _build(self, world: Callable[[], Any]) -> tuple[str, Any]:
        name = slots.database(f"world{len(self.worlds)}")
        with _server() as cursor:
            _clone(cursor, slots.template(slots.schema()), name)
        self._use(name)
        with transaction.atomic():
            return name, world()

    def _use(self, name: str) -> None:
        if name != self.present:
            self.leave()
            _point_to(name)
            self.present = name

    def leave(self) -> None:
        """Close the connections to the database in use."""
        assert not connection.in_atomic_block, "a fixture still holds the database of its tests"
        connections.close_all()
        self.present = ""


def drop_outdated() -> None:
    """Drop the templates of other schemas but for those that another run still clones."""
    beginning = slots.template()
    with _server() as cursor:
        for name in _those_of(cursor, beginning):
            schema = name.removeprefix(beginning).removesuffix("_draft")
            if schema != slots.schema() and not _is_held(schema):
                _drop(cursor, name)


def _make_template() -> None:
    """Migrate a template unless there is one. A kill half-way leaves a draft, never a template."""
    name = slots.template(slots.schema())
    draft = f"{name}_draft"
    with _server() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return
        _drop(cursor, draft)
        _run(cursor, "CREATE DATABASE {}", draft)
        _point_to(draft)
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        _run(cursor, "ALTER DATABASE {} RENAME TO {}", draft, name)


def _point_to(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _those_of(cursor: psycopg2.extensions.cursor, beginning: str) -> list[str]:
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning])
    return [name for (name,) in cursor.fetchall()]


def _clone(cursor: psycopg2.extensions.cursor, template: str, name: str) -> None:
    _drop(cursor, name)
    _run(cursor, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)


def _drop(cursor: psycopg2.extensions.cursor, name: str) -> None:
    _run(cursor, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _run(cursor: psycopg2.extensions.cursor, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@contextmanager
def _server() -> Iterator[psycopg2.extensions.cursor]:
    server = connect()
    server.autocommit = True
    try:
        with server.cursor() as cursor:
            yield cursor
    finally:
        server.close()


@contextmanager
def open_lock(name: str) -> Iterator[int]:
    """Have the file of a lock open; closing it lets the lock go."""
    run = embedded.var_dir() / "run"
    lock = os.open(run / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield lock
    finally:
        os.close(lock)


def _hold_template() -> None:
    """Keep the template of the present schema until this process ends."""
    lock = _held.enter_context(open_lock(f"schema-{slots.schema()}"))
    fcntl.flock(lock, fcntl.LOCK_SH)


def _is_held(schema: str) -> bool:
    with open_lock(f"schema-{schema}") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
