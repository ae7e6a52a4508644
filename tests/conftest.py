"""The servers that every test run needs, and what a run may not skip."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
from psycopg2 import sql

from salesmgr.devstack.refusal import Refusal
from salesmgr.devstack.servers import Servers
from tests import slots
from tests.needs import chromium_path, maven_folder

pytest_plugins = ["tests.browser", "tests.worlds", "tests.number_guard", "tests.migration_rows"]

_SERVERS = pytest.StashKey[Servers]()


# mark: (what it needs and lacks here, the variable that forbids to go on without)
_NEEDS = {
    "browser": (lambda: chromium_path() is None, "Chromium is not installed", "REQUIRE_BROWSER"),
    "maven": (
        lambda: not maven_folder().is_dir(),
        f"the Maven CRM files are not in {maven_folder()}",
        "REQUIRE_MAVEN",
    ),
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what this machine cannot run, unless the environment forbids it."""
    for mark, (lacks, reason, variable) in _NEEDS.items():
        if os.environ.get(variable) or not lacks():
            continue
        for item in items:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Turn a skip into a failure where the environment says that the test must run."""
    report = yield
    for mark, (_, _, variable) in _NEEDS.items():
        if report.skipped and os.environ.get(variable) and item.get_closest_marker(mark):
            report.outcome = "failed"
            report.longrepr = f"{variable} is set: a test marked {mark} may not be skipped"
    return report


@pytest.fixture
def maven() -> Path:
    """Return the folder of the Maven CRM files, for a test marked `maven`."""
    folder = maven_folder()
    assert folder.is_dir(), f"the Maven CRM files are not in {folder}"
    return folder


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
