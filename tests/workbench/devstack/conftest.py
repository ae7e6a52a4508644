"""A folder and an environment of their own for tests that start and kill real servers."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.devstack.servers import Servers

# What the test run itself sets, or a developer's shell may hold.
_FOREIGN = (
    "DATABASE_URL",
    "REDIS_URL",
    "DJANGO_SETTINGS_MODULE",
    "INSECURE_HTTP",
    "ALLOWED_HOSTS",
    "HOST",
    "PORT",
    "SALESMGR_TEST_SLOT",
)


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return an empty folder that takes the place of var/; its servers are stopped at the end."""
    folder = tmp_path / "var"
    for name in _FOREIGN:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SALESMGR_VAR", str(folder))
    yield folder
    if (folder / "run").is_dir() and os.access(folder / "run", os.W_OK):
        Servers().stop()
