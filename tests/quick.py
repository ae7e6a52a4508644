"""The tests of `make quick`, a pytest plugin: those without a database, and those of what changed.

``pytest --quick`` leaves out the browser, real servers and, of the tests that use a database or
are marked as heavy, all but those of the files that differ from the commit named by SINCE. Without
SINCE that is where the branch left ``main``; on ``main`` itself it is the last commit. A test
module belongs to a changed file if

- it is that file,
- it imports that file, itself or by a helper beside it, or
- it mirrors that file: ``tests/a/b/test_c*.py`` that of ``a/b/c.py``, and where there is none,
  every module of ``tests/a/b``; ``templates/a/...`` is mirrored as ``a/views`` is.

A rule of thumb for the minutes between two commits: the whole suite is `make test`.
"""

import ast
import os
import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SLOW = ("browser", "stack", "maven")
DATABASE = {"db", "transactional_db", "live_server"}
_VARIABLE = "SALESMGR_TEST_MODULES"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--quick", action="store_true", help="run what `make quick` runs")


def pytest_configure(config: pytest.Config) -> None:
    """Find what changed once; the workers of a parallel run inherit it from the environment."""
    if config.getoption("quick") and _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = " ".join(sorted(affected(changed_files())))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("quick"):
        return
    modules = os.environ[_VARIABLE].split()
    chosen = [item for item in items if _is_quick(item, modules)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(chosen)])
    items[:] = chosen


def changed_files() -> set[str]:
    """Return the files that differ from the commit to compare with, new ones among them."""
    since = os.environ.get("SINCE") or _fork() or "HEAD"
    return {
        *_git("diff", "--name-only", since),
        *_git("ls-files", "--others", "--exclude-standard"),
    }


def affected(changed: Iterable[str]) -> set[str]:
    """Return the test modules of the changed files; paths are relative to the checkout."""
    modules = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("tests/**/test_*.py")}
    names = {_dotted(name) for name in changed if name.endswith(".py")}
    mirrored = {module for name in changed for module in _mirrors(name)}
    return {
        module
        for module in modules
        if module in changed or module in mirrored or names & _reached(module)
    }


def _is_quick(item: pytest.Item, modules: list[str]) -> bool:
    if any(map(item.get_closest_marker, SLOW)):
        return False
    if item.path.relative_to(ROOT).as_posix() in modules:
        return True
    uses_database = bool(DATABASE & set(getattr(item, "fixturenames", ())))
    return not uses_database and not any(map(item.get_closest_marker, ("django_db", "heavy")))


def _mirrors(name: str) -> Iterator[str]:
    """Yield the test modules that stand where a file of the product does."""
    path = Path(name)
    if path.suffix not in {".py", ".html"} or len(path.parts) < 2:
        return
    if path.parts[0] == "templates":
        path = Path(*path.parts[1:-1], "views", path.name)
    folder = ROOT / "tests" / path.parent
    while not folder.exists():
        folder = folder.parent
    if folder != ROOT / "tests":
        named = list(folder.glob(f"test_{path.stem.strip('_')}*.py"))
        for found in named or folder.glob("test_*.py"):
            yield found.relative_to(ROOT).as_posix()


def _reached(module: str) -> set[str]:
    """Return what a test module imports, itself and by the helpers that lie beside it."""
    seen: set[str] = set()
    waiting = [module]
    beside = _dotted(str(Path(module).parent)) + "."
    while waiting:
        for name in _imports(waiting.pop()) - seen:
            seen.add(name)
            helper = name.replace(".", "/") + ".py"
            if name.startswith(beside) and (ROOT / helper).exists():
                waiting.append(helper)
    return seen


@cache
def _imports(module: str) -> frozenset[str]:
    """Return the modules, dotted, that a file imports; a name out of one may be a module too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse((ROOT / module).read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(found)


def _dotted(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def _fork() -> str:
    """Return where this branch left main; nothing on main itself, or where there is no main."""
    for main in ("origin/main", "main"):
        if fork := _git("merge-base", "HEAD", main, may_fail=True):
            return fork[0]
    return ""


def _git(*words: str, may_fail: bool = False) -> list[str]:
    done = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=not may_fail
    )
    return done.stdout.split()
