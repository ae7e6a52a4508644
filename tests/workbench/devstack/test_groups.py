import os
import subprocess
import sys
from pathlib import Path

import pytest

from salesmgr import embedded
from tests import groups

GROUPED = """
import pytest

pytestmark = pytest.mark.xdist_group("together")

@pytest.mark.parametrize("name", ["a", "b@c", "]@d"])
def test_one(name): pass

def test_other(): pass
"""
SHARED = """
import pytest

@pytest.fixture(scope="module")
def made(): pass

@pytest.mark.parametrize("number", range(6))
def test_with_the_fixture(made, number): pass
"""
SINGLE = """
import pytest

@pytest.mark.parametrize("number", range(20))
def test_many(number): pass
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    files = {"first": GROUPED, "second": GROUPED, "third": SINGLE, "fourth": SHARED}
    for name, text in files.items():
        (tmp_path / f"test_{name}.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


def run(suite: Path, *options: str) -> list[str]:
    """Return the lines of a run of the tests there that tell of a test that passed."""
    plugins = ["-p", "xdist.plugin", "-p", "tests.groups", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", str(suite), "-v", *plugins, *options],
        env=os.environ
        | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": str(embedded.BASE_DIR)},
        cwd=suite,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line for line in done.stdout.splitlines() if "PASSED" in line]


def test_a_group_stays_on_one_worker(suite: Path) -> None:
    passed = run(suite, "-n", "2", "--dist", "loadgroup")

    marked = [line.split()[0] for line in passed if "together" in line]
    sharing = [line.split()[0] for line in passed if "test_with_the_fixture" in line]
    assert len(passed) == 34
    assert (len(marked), len(set(marked))) == (8, 1)
    assert (len(sharing), len(set(sharing))) == (6, 1)


def test_every_test_is_in_one_shard_and_a_group_in_the_same(suite: Path) -> None:
    shards = [run(suite, "--shard", f"{number}/2") for number in (1, 2)]

    assert all(shards)
    tests = [line.split(" PASSED")[0] for lines in shards for line in lines]
    assert len(tests) == len(set(tests)) == 34
    for grouped in ("test_other", "test_with_the_fixture"):
        assert sum(any(grouped in line for line in lines) for lines in shards) == 1


@pytest.mark.parametrize("text", ["0/3", "4/3", "2", "x/y"])
def test_a_shard_that_does_not_exist_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        groups.shard(text)
