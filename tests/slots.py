"""Numbers that keep overlapping test runs in one checkout, and their workers, apart."""

import fcntl
import hashlib
import os
from pathlib import Path

from salesmgr import embedded

SLOTS = 4
WORKERS = 7
_VARIABLE = "SALESMGR_TEST_SLOT"
_held: list[int] = []


def slot() -> int:
    """Return this run's number; the workers of a parallel run inherit it from the environment."""
    if _VARIABLE not in os.environ:
        os.environ[_VARIABLE] = str(_free_slot())
    return int(os.environ[_VARIABLE])


def worker() -> int:
    """Return the number of this pytest-xdist worker; 0 without workers."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def redis_database() -> int:
    """Return the first of this worker's two Redis databases; 0 and 1 are the demo's."""
    if worker() >= WORKERS:
        message = f"The tests run on {WORKERS} workers at most: pytest -n {WORKERS}"
        raise RuntimeError(message)
    return 2 + 2 * (slot() * WORKERS + worker())


def checkout() -> str:
    """Return a name for this checkout: others may share the server that DATABASE_URL names."""
    return hashlib.sha256(str(embedded.BASE_DIR).encode()).hexdigest()[:8]


def schema() -> str:
    """Return a name for the present schema: a kept test database must never be an outdated one."""
    digest = hashlib.sha256()
    base = embedded.BASE_DIR
    loaded = [path for app in base.glob("*/migrations") for path in app.parent.rglob("*.sql")]
    for path in sorted([*base.glob("*/migrations/*.py"), *loaded, _requirements()]):
        digest.update(path.relative_to(base).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def database() -> str:
    """Return the name of this run's test database, to which each worker adds its own."""
    return f"test_salesmgr_{checkout()}_{schema()}_{slot()}"


def _requirements() -> Path:
    return embedded.BASE_DIR / "requirements.txt"


def _free_slot() -> int:
    folder = embedded.var_dir() / "run"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(SLOTS):
        lock = os.open(folder / f"test-slot-{number}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
        else:
            _held.append(lock)  # Held until this process ends.
            return number
    message = f"{SLOTS} test runs already use this checkout"
    raise RuntimeError(message)
