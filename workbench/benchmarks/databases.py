"""A database of its own for each size, on the server of the main one, which stays untouched."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from django.apps import apps
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from psycopg2 import sql

from workbench.demo.loading import seed
from workbench.demo.plan import Plan

PEOPLE, SEED = 60, 1
MAINTENANCE = "postgres"


class WrongDatabaseError(Exception):
    """The connection does not lead to the benchmark's own database."""


def schema_digest() -> str:
    """Return a short digest of all migrations of the product and the SQL that they load."""
    found = hashlib.sha256()
    for config in sorted(apps.get_app_configs(), key=lambda config: config.label):
        folder = Path(config.path)
        if "site-packages" not in config.path:
            for path in sorted([*folder.glob("migrations/*.py"), *folder.rglob("*.sql")]):
                found.update(path.read_bytes())
    return found.hexdigest()[:8]


def name_for(main: str, deals: int, months: int, today: date) -> str:
    """Return the seeded database's name: other months, day or schema make another database."""
    return f"{main}_bench_{deals}_{months}_{today:%Y%m%d}_{schema_digest()}"


@contextmanager
def bench_database(
    deals: int, months: int, *, today: date, report: Callable[[str], None], keeps: bool = True
) -> Iterator[None]:
    """Have the connection lead to a fresh copy of a database of so many deals inside the block.

    They lie in so many ``months``: the fewer, the larger the share that is still open. The
    seeded original is made once a day and ``keeps``; older ones of its size go. Cache keys
    carry the database's name, so that nothing of it reaches the main application.
    """
    main = str(connection.settings_dict["NAME"])
    seeded, cache = name_for(main, deals, months, today), caches["default"]
    copy, prefix = f"{seeded}_run", cache.key_prefix
    try:
        _use(MAINTENANCE)
        is_new = _make(seeded, f"{main}_bench_{deals}_")
        cache.key_prefix = copy
        if is_new:
            _fill(seeded, Plan(PEOPLE, months, SEED, today, deals), report)
        _use(MAINTENANCE)
        _execute("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", copy, seeded)
        _use(copy)
        require(copy)
        yield
    finally:
        _use(MAINTENANCE)
        _execute("DROP DATABASE IF EXISTS {}", copy)
        if not keeps:
            _execute("DROP DATABASE IF EXISTS {}", seeded)
        _use(main)
        cache.key_prefix = prefix


def _use(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name


def _execute(statement: str, *names: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def require(name: str) -> None:
    """Raise WrongDatabaseError unless the connection leads to the named database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        found = cursor.fetchone()[0]
    if found != name:
        raise WrongDatabaseError(f"connected to {found}, not to {name}")


def _make(wanted: str, family: str) -> bool:
    """Create the database unless it is there; drop its outdated kin. Return whether it is new."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [family])
        kin = {name for (name,) in cursor.fetchall()}
    for name in kin - {wanted}:
        _execute("DROP DATABASE {}", name)
    if wanted not in kin:
        _execute("CREATE DATABASE {}", wanted)
    return wanted not in kin


def _fill(name: str, plan: Plan, report: Callable[[str], None]) -> None:
    """Migrate and seed; an unfinished database is dropped, so that the next run begins anew."""
    _use(name)
    try:
        require(name)
        call_command("migrate", verbosity=0, interactive=False)
        seed(plan, report=report, keeps_truth=False)
        _execute("VACUUM ANALYZE")
    except BaseException:
        _use(MAINTENANCE)
        _execute("DROP DATABASE {}", name)
        raise
