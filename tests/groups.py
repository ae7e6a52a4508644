"""Which tests run together, a pytest plugin: those of a group on one worker, and those of a shard.

A group is what the mark ``xdist_group`` names, and a module whose tests share a fixture, so that
the fixture is made once.

``pytest --shard 2/3`` runs the second of three shares of the tests; the shares are fixed by the
tests' names, and a group is in one of them as a whole.
"""

import zlib

import pytest

try:
    from _pytest.nodeid import NodeId
except ImportError:  # pytest before 9.2
    NodeId = None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--shard", type=shard, help="run one share of the tests, as in 2/3")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the tests of this run's shard, and tell pytest-xdist of their groups."""
    if share := config.getoption("shard"):
        number, count = share
        left_out = [item for item in items if _key(item) % count != number - 1]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _key(item) % count == number - 1]
    if config.getoption("loadgroup", default=False):
        for item in items:
            _tell_group(item)


def _tell_group(item: pytest.Item) -> None:
    """Write the group into the test's id, which is where the scheduler reads it.

    pytest-xdist 3.8 does so itself, but into an attribute that pytest 9.2 no longer reads: every
    `xdist_group` is silently ignored (https://github.com/pytest-dev/pytest-xdist/issues/1386).
    """
    group = _group(item)
    if group and NodeId and not item.nodeid.endswith(f"@{group}"):
        item._id = NodeId.parse(f"{item.nodeid}@{group}")


def _key(item: pytest.Item) -> int:
    return zlib.crc32((_group(item) or item.nodeid).encode())


def _group(item: pytest.Item) -> str | None:
    """Return the group that a mark names, or else the module if its tests share a fixture."""
    mark = item.get_closest_marker("xdist_group")
    if mark:
        return str(mark.args[0])
    fixtures = getattr(item, "_fixtureinfo", None)
    used = fixtures.name2fixturedefs.values() if fixtures else ()
    own = (last for *_, last in used if last.scope == "module" and last.baseid)
    return item.nodeid.split("::")[0] if any(own) else None


def shard(text: str) -> tuple[int, int]:
    """Return the number and the count of shards that ``2/3`` says."""
    number, _, count = text.partition("/")
    if not (number.isdigit() and count.isdigit() and 1 <= int(number) <= int(count)):
        raise ValueError(text)
    return int(number), int(count)
