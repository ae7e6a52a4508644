"""Deeds over many rows: attainment of the whole history, the nightly run, an import."""

import csv
import io
import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command, get_commands
from django.db import connection, transaction
from django.utils import timezone

from analytics.attainment.reports.attainment import attainment
from forecasting.services.backtest import WEEKS_BACK
from org.enums import Measure, PeriodKind, SubjectKind
from org.metrics.quotas import Subject
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from pipeline.customers.models import Account
from pipeline.deals.models.deals import Deal
from pipeline.stages.models import Stage
from workbench.benchmarks import floors
from workbench.benchmarks.measuring import Batch, peak_megabytes, reset_peak

COMMANDS = ("recompute", "import_csv")
HEADER = ("Deal ID", "Deal name", "Account", "Owner", "Stage", "Amount", "Close date")


def missing_commands() -> list[str]:
    """Return the commands that the batches need and that are not there."""
    return sorted(set(COMMANDS) - set(get_commands()))


def run(import_rows: int, *, report: Callable[[str], None]) -> dict[str, Batch]:
    """Measure every batch once and return what was found."""
    # First, since they undo what they do.
    triggers = {title: _triggers(title, sql) for title, sql in floors.TRIGGERS}
    found = {"attainment": _attainment(), "nightly": _nightly(), "import": _import(import_rows)}
    found |= triggers
    for batch in found.values():
        report(f"{batch.title}: {batch.seconds:.1f} s for {batch.rows:,} rows")
    return found


def _timed(job: Callable[[], object]) -> float:
    reset_peak()
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def _attainment() -> Batch:
    """Compute everybody's bookings against quota for every month of the history."""
    now = timezone.now()
    reps = Person.objects.with_roles("rep").values_list("pk", flat=True)
    subjects = [Subject(SubjectKind.PERSON, pk) for pk in reps]
    first = Deal.objects.order_by("created_at").values_list("created_at", flat=True)[0]
    months = FiscalPeriod.objects.of_kind(PeriodKind.MONTH).filter(
        start_on__lte=now, end_on__gt=first + timedelta(days=1)
    )

    def compute() -> None:
        for month in months:
            attainment(subjects, period=month, measure=Measure.BOOKINGS, as_of=now)

    seconds = _timed(compute)
    return Batch(
        title="Attainment of everybody in every month",
        floor="bookings and quota of each person and month: 1 statement",
        rows=len(subjects) * len(months),
        seconds=seconds,
        peak_megabytes=peak_megabytes(),
        floor_seconds=_timed(lambda: floors.write(floors.RECOMPUTE, {})),
    )


def _nightly() -> Batch:
    """Run the whole recompute in this process: attainment, pipeline, forecasts, back-tests."""
    seconds = _timed(lambda: call_command("recompute", "--here", stdout=io.StringIO()))
    return Batch(
        title="The whole nightly run, in one process",
        floor=(
            "the attainment above, and for each week of the back-test everybody's open deals as "
            "they stood, times the won share of their stage until then: 3 statements"
        ),
        rows=Deal.objects.count(),
        seconds=seconds,
        peak_megabytes=peak_megabytes(),
        floor_seconds=_timed(lambda: floors.write(floors.NIGHTLY, {"weeks": WEEKS_BACK})),
    )


def _triggers(title: str, statement: str) -> Batch:
    """Run a bulk statement on deals as it is, and with the triggers off; undo both."""

    def run(*, triggers: bool) -> tuple[float, int]:
        with transaction.atomic(), connection.cursor() as cursor:
            if not triggers:
                cursor.execute("ALTER TABLE pipeline_deal DISABLE TRIGGER USER")
            seconds = _timed(lambda: cursor.execute(statement))
            transaction.set_rollback(True)
            return seconds, cursor.rowcount

    run(triggers=True)
    floor_seconds, _ = run(triggers=False)
    seconds, rows = run(triggers=True)
    return Batch(
        title=title,
        floor="the same statement with the triggers off",
        rows=rows,
        seconds=seconds,
        peak_megabytes=None,
        floor_seconds=floor_seconds,
    )


def _import(rows: int) -> Batch:
    """Import new deals from a file as a user would; the floor copies them into an indexed table."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "deals.csv"
        _write_deals(path, rows)
        before = Deal.objects.count()
        seconds = _timed(
            lambda: call_command("import_csv", "deals", str(path), stdout=io.StringIO())
        )
        peak, imported = peak_megabytes(), Deal.objects.count() - before
    if imported != rows:
        raise RuntimeError(f"the import made {imported} deals of {rows} rows")
    return Batch(
        title="Import of deals, preview and run",
        floor="COPY of the same deals into an empty table with the same columns and indexes",
        rows=rows,
        seconds=seconds,
        peak_megabytes=peak,
        floor_seconds=_copy_same(rows),
    )


def _write_deals(path: Path, rows: int) -> None:
    accounts = list(Account.objects.order_by("pk").values_list("name", flat=True)[:2000])
    owners = list(Person.objects.active().with_roles("rep").values_list("email", flat=True))
    stages = list(Stage.objects.live().filter(kind="open").values_list("name", flat=True))
    today = timezone.now().date()
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(rows):
            writer.writerow(
                (
                    f"BENCH-{n}",
                    f"Imported deal {n}",
                    accounts[n % len(accounts)],
                    owners[n % len(owners)],
                    stages[n % len(stages)],
                    Decimal(1000 + n % 90_000),
                    today + timedelta(days=n % 180),
                )
            )


def _copy_same(rows: int) -> float:
    """Return the seconds of a plain COPY of the imported deals into a table like theirs."""
    text = io.StringIO()
    with connection.cursor() as cursor, transaction.atomic():
        newest = f"(SELECT * FROM pipeline_deal ORDER BY id DESC LIMIT {rows:d})"
        cursor.copy_expert(f"COPY {newest} TO STDOUT", text)
        text.seek(0)
        cursor.execute(
            "CREATE TEMP TABLE bench_deal (LIKE pipeline_deal INCLUDING ALL) ON COMMIT DROP"
        )
        return _timed(lambda: cursor.copy_expert("COPY bench_deal FROM STDIN", text))
