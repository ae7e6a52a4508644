"""One run of the benchmark: every size in a database of its own, every case, every batch."""

import hashlib
import os
import platform
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from psycopg2 import sql

from pipeline.deals.models import Deal
from workbench.benchmarks import cases, targets
from workbench.benchmarks.document import CaseLabel, Report
from workbench.benchmarks.measuring import Batch, Measurement
from workbench.demo.loading import seed
from workbench.demo.plan import TIME_ZONE, Plan


class UnfitError(Exception):
    """The benchmark cannot be run here as it should be; says why."""


def run(
    sizes: Sequence[int],
    *,
    months: int,
    repetitions: int,
    import_rows: int,
    keeps: bool,
    report: Callable[[str], None],
    only: Collection[str] = (),
) -> Report:
    """Measure everything at every size, or ``only`` the named cases, and return what was found.

    Raises UnfitError where the settings or missing pages would make the figures worthless.
    """
    if settings.DEBUG:
        raise UnfitError("DEBUG is on: its bookkeeping would be measured too.")
    if missing := cases.missing_urls():
        raise UnfitError(f"These pages have no route: {', '.join(missing)}.")
    if absent := cases.missing_commands():
        raise UnfitError(f"These commands are not there: {', '.join(absent)}.")
    # Tasks that a deed enqueues must not reach the workers of the main application.
    current_app.conf.update(broker_url="memory://")
    if current_app.connection_for_write().transport_cls != "memory":
        raise UnfitError("CELERY_BROKER_URL is set: tasks would reach the real queue.")
    call_command("collectstatic", interactive=False, verbosity=0)
    today = timezone.now().astimezone(ZoneInfo(TIME_ZONE)).date()
    pages: dict[int, dict[str, Measurement]] = {}
    longer: dict[int, dict[str, Batch]] = {}
    open_deals: dict[int, int] = {}
    for size in sorted(sizes):
        with bench_database(size, months, today=today, report=report, keeps=keeps):
            open_deals[size] = Deal.objects.open().count()
            pages[size] = _pages(repetitions, report, only)
            if not only:
                longer[size] = cases.run_batches(import_rows, report=report)
    wanted = [case for case in cases.CASES if not only or case.key in only]
    lines = {case.key: CaseLabel(case.title, case.floor) for case in wanted}
    titles = {key: line.title for key, line in lines.items()}
    verdicts = targets.judge(pages, titles)
    if longer:
        last = longer[max(sizes)]
        verdicts += targets.judge_batches(last["attainment"], last["import"])
    return Report(
        machine=_machine(today),
        months=months,
        open_deals=open_deals,
        repetitions=repetitions,
        lines=lines,
        pages=pages,
        batches={size: list(found.values()) for size, found in longer.items()},
        verdicts=verdicts,
        reasons=targets.REASONS,
        not_judged={} if only else targets.NOT_JUDGED,
    )


def _pages(
    repetitions: int, report: Callable[[str], None], only: Collection[str]
) -> dict[str, Measurement]:
    world = cases.World.of(repetitions=repetitions)
    found = {}
    for case in (case for case in cases.CASES if not only or case.key in only):
        found[case.key] = measured = case.measure(world, case.url)
        report(
            f"{case.title}: {measured.page.median:.1f} ms, {measured.ratio:.1f} × its floor,"
            f" {measured.statements} statements"
        )
    return found


def _machine(today: date) -> str:
    """Return what the figures were measured on, without the machine's name."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0].split()[0]
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    busy = f" Other work ran beside it (load {load:.1f})." if load > cores else ""
    return (
        f"{today:%d %B %Y}, {cores} cores, Python {platform.python_version()},"
        f" PostgreSQL {server}.{busy}"
    )


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
