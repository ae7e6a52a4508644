"""The servers that every test run needs, and what a run may not skip."""

import psycopg2
import pytest
from psycopg2 import sql

from salesmgr.devstack.refusal import Refusal
from salesmgr.devstack.servers import Servers
from tests import slots

_SERVERS = pytest.StashKey[Servers]()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start this checkout's PostgreSQL and Valkey unless URLs name others; once for all workers."""
    if hasattr(session.config, "workerinput"):
        return
    servers = Servers()
    try:
        servers.hold()
    except Refusal as refusal:
        pytest.exit(str(refusal), returncode=pytest.ExitCode.USAGE_ERROR)
    session.config.stash[_SERVERS] = servers
    _drop_outdated_databases(servers)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the servers; the last run in this checkout stops them."""
    servers = config.stash.get(_SERVERS, None)
    if servers:
        servers.release()


def _drop_outdated_databases(servers: Servers) -> None:
    if servers.postgres is None:
        return
    connection = servers.postgres.connect()
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'test\\_salesmgr\\_%%'"
            " AND datname NOT LIKE %s",
            [f"%{slots.schema_digest()}%"],
        )
        for (name,) in cursor.fetchall():
            try:
                cursor.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            except psycopg2.errors.ObjectInUse:
                continue  # Another run began before the migrations changed.
    connection.close()
