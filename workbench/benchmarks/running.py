"""One run of the benchmark: every size, every case, every batch."""

import os
import platform
from collections.abc import Callable, Collection, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from pipeline.deals.models.deals import Deal
from workbench.benchmarks import batches, cases, targets
from workbench.benchmarks.databases import bench_database
from workbench.benchmarks.document import CaseLabel, Report
from workbench.benchmarks.measuring import Batch, Measurement
from workbench.demo.plan import TIME_ZONE


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
    if absent := batches.missing_commands():
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
                longer[size] = batches.run(import_rows, report=report)
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
