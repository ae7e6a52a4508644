"""The servers that every test run needs, and what a run may not skip."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import timezone

from tests import databases
from tests.needs import chromium_path, maven_folder
from workbench.devstack.processes import Refusal
from workbench.devstack.servers import Servers

pytest_plugins = [
    "tests.browser",
    "tests.groups",
    "tests.number_guard",
    "tests.quick",
    "tests.stacks",
    "tests.worlds",
    "tests.fixtures",
]

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


@pytest.fixture(autouse=True)
def no_zone_left_behind() -> Iterator[None]:
    """Let no test see the zone that a request of an earlier one was shown in."""
    yield
    timezone.deactivate()


@pytest.fixture
def maven() -> Path:
    """Return the folder of the Maven CRM files, for a test marked `maven`."""
    folder = maven_folder()
    assert folder.is_dir(), f"the Maven CRM files are not in {folder}"
    return folder


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the tests' own PostgreSQL and Valkey unless URLs name others; once for all workers."""
    if hasattr(session.config, "workerinput"):
        return
    servers = Servers()
    try:
        servers.hold()
    except Refusal as refusal:
        pytest.exit(str(refusal), returncode=pytest.ExitCode.USAGE_ERROR)
    session.config.stash[_SERVERS] = servers
    if servers.postgres:
        databases.forget(servers.postgres)
    # A run that is told to end stops its servers too, as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Let go of the servers; the last run in this checkout stops them."""
    servers = config.stash.get(_SERVERS, None)
    if servers:
        servers.release()
