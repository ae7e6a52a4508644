"""What keeps the tests apart: from the product, from other test runs, and worker from worker."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from salesmgr import embedded

SLOTS = 4
WORKERS = 7
FOLDER = "tests"
_VARIABLE = "SALESMGR_TEST_SLOT"
_held: list[int] = []


def folder() -> Path:
    """Return the folder of the tests' own servers and files, inside that of the product's."""
    place = embedded.var_dir()
    return place if place.name == FOLDER else place / FOLDER


def slot() -> int:
    """Return this run's number; the workers of a parallel run inherit it from the environment."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = str(_free_slot())
    return int(os.environ[_VARIABLE])


def worker() -> int:
    """Return the number of this pytest-xdist worker; 0 without workers."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def redis_database() -> int:
    """Return the first of this worker's two Redis databases; 0 and 1 are never a test's."""
    if worker() >= WORKERS:
        message = f"The tests run on {WORKERS} workers at most: pytest -n {WORKERS}"
        raise RuntimeError(message)
    return 2 + 2 * (slot() * WORKERS + worker())


def checkout() -> str:
    """Return a name for this checkout: others may share the server that DATABASE_URL names."""
    return hashlib.sha256(str(embedded.BASE_DIR).encode()).hexdigest()[:8]


@cache
def schema() -> str:
    """Return a name for the present schema: a template of another one must never be cloned."""
    digest = hashlib.sha256()
    for path in sorted([*_schema_files(), embedded.BASE_DIR / "requirements.txt"]):
        digest.update(path.relative_to(embedded.BASE_DIR).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def template(schema: str = "") -> str:
    """Return the name of this checkout's template of a schema; without one, of all of them."""
    return f"test_salesmgr_{checkout()}_template_{schema}"


def database(kind: str = "empty") -> str:
    """Return the name of a test database of this worker; of all of them, for an empty kind."""
    return f"test_salesmgr_{checkout()}_{slot()}_gw{worker()}_{kind}"


def _schema_files() -> Iterator[Path]:
    """Yield every migration and every file of SQL that one may read."""
    for package in embedded.BASE_DIR.glob("*/__init__.py"):
        for pattern in ("**/migrations/**/*.py", "**/sql/**/*.sql"):
            yield from package.parent.glob(pattern)


def _free_slot() -> int:
    run = folder() / "run"
    run.mkdir(parents=True, exist_ok=True)
    for number in range(SLOTS):
        lock = os.open(run / f"test-slot-{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            _held.append(lock)  # Held until this process ends.
            return number
    message = f"{SLOTS} test runs already use this checkout"
    raise RuntimeError(message)
