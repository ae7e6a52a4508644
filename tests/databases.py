"""The test databases: each a clone of a template that is migrated once for each schema.

Cloning copies files, so a worker's database costs a moment rather than a run of every migration,
and a test that commits gets its successor a new clone: the same rows and sequences as every other
test begins with, those that migrations put in among them.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg2
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections
from psycopg2 import sql

from salesmgr import embedded
from salesmgr.devstack.connections import connect
from salesmgr.devstack.postgres import Postgres
from tests import slots

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


def create() -> None:
    """Give this worker its database."""
    with open_lock("template") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # The other workers wait for the one that migrates.
        drop_outdated()
        _make_template()
        _hold_template()
    renew()


def renew(*_: Any) -> None:
    """Replace this worker's database with a new clone, and empty its cache."""
    connections.close_all()
    name, template = slots.database(), slots.template(slots.schema())
    with _server() as cursor:
        _drop(cursor, name)
        _run(cursor, "CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, template)
    _use(name)
    cache.clear()  # Its keys name rows by numbers that the next test gives out again.


def drop() -> None:
    """Remove this worker's database at the end of its run."""
    connections.close_all()
    with _server() as cursor:
        _drop(cursor, slots.database())


def drop_outdated() -> None:
    """Drop the templates of other schemas but for those that another run still clones."""
    beginning = slots.template()
    with _server() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [beginning]
        )
        for (name,) in cursor.fetchall():
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
        _use(draft)
        call_command("migrate", verbosity=0, interactive=False)
        connection.close()
        _run(cursor, "ALTER DATABASE {} RENAME TO {}", draft, name)


def _use(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


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
