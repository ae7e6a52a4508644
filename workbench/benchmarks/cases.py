"""What is measured beside its floor: each page or deed, and the deeds over many rows."""

import csv
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management import call_command, get_commands
from django.db import connection, transaction
from django.db.models import F
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from analytics.attainment.reports.attainment import attainment
from analytics.runs.models import RecomputeRun
from forecasting.services.backtest import WEEKS_BACK
from org.enums import Measure, PeriodKind, SubjectKind
from org.metrics import Subject
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.services.calendar import organisation
from pipeline.customers.models import Account
from pipeline.deals.models import Deal
from pipeline.stages.models import Stage
from workbench.benchmarks import floors
from workbench.benchmarks.measuring import Batch, Measurement, compare, peak_megabytes, reset_peak
from workbench.demo import loading

Deed = Callable[[], object]


class BrokenCaseError(Exception):
    """A page that is measured is missing or did not answer as it should."""


@dataclass(frozen=True, slots=True)
class World:
    """Who looks at what: one person of each kind, and the quarter of today."""

    repetitions: int
    viewers: dict[str, Person]
    start: date
    end: date

    @classmethod
    def of(cls, *, repetitions: int) -> "World":
        """Return the world of the demo organisation in the database."""
        viewers = {
            role.lower(): Person.objects.get(email=email) for role, _, email in loading.log_ins()
        }
        viewers["vice"] = Person.objects.active().get(title="VP Sales")
        today = timezone.now().astimezone(ZoneInfo(organisation().time_zone)).date()
        quarter = FiscalPeriod.objects.holding(today).get(kind="quarter")
        return cls(repetitions, viewers, quarter.start_on, quarter.end_on)

    def client(self, viewer: str) -> Client:
        client = Client(SERVER_NAME="localhost", raise_request_exception=True)
        client.force_login(self.viewers[viewer])
        return client

    def page(self, viewer: str, url: str) -> Deed:
        """Return the deed of loading the page as the viewer; it must answer 200."""
        client = self.client(viewer)

        def load() -> None:
            response = client.get(url, secure=True)
            if response.status_code != HTTPStatus.OK:
                raise BrokenCaseError(f"GET {url} as {viewer} answered {response.status_code}")
            response.content  # noqa: B018 -- a lazily rendered page is rendered by now

        return load

    def compare(self, page: Deed, statements: tuple[str, ...], **values: Any) -> Measurement:
        """Measure a page against statements, which may use the quarter's ``start`` and ``end``."""
        known = {"start": self.start, "end": self.end} | values
        return compare(page, floors.reading(statements, known), repetitions=self.repetitions)


@dataclass(frozen=True, slots=True)
class Case:
    """One line of the table: ``url`` is the name of its page, ``measure`` takes that name too."""

    key: str
    title: str
    floor: str
    url: str
    measure: Callable[[World, str], Measurement]


def _loaded(
    viewer: str, statements: tuple[str, ...], query: str = ""
) -> Callable[[World, str], Measurement]:
    """Measure the loading of a page as it is first opened, or with a query."""

    def measure(world: World, url: str) -> Measurement:
        return world.compare(world.page(viewer, reverse(url) + query), statements)

    return measure


def _me(world: World, url: str) -> Measurement:
    rep = world.viewers["rep"]
    return world.compare(world.page("rep", reverse(url)), floors.ME, person=rep.pk)


def _forecast(world: World, url: str) -> Measurement:
    if not RecomputeRun.objects.published().exists():
        call_command("recompute", "--here", stdout=io.StringIO())
    return world.compare(world.page("vice", reverse(url)), floors.FORECAST)


def _deal(world: World, url: str) -> Measurement:
    # An open one, unless the rep of a small organisation has none on this day.
    open_first = F("closed_on").asc(nulls_first=True)
    deal = Deal.objects.filter(owner=world.viewers["rep"]).order_by(open_first, "pk").first()
    if deal is None:
        raise BrokenCaseError("the rep has no deal")
    page = world.page("rep", reverse(url, args=[deal.pk]))
    return world.compare(page, floors.DEAL, deal=deal.pk)


def _move(world: World, name: str) -> Measurement:
    """Move deals of the manager's team to their next stage, each once; the floor moves others."""
    stages = list(Stage.objects.live().filter(kind="open"))
    following = {
        stage.pk: after.pk
        for stage, after in pairwise(stages)
        if stage.pipeline_id == after.pipeline_id
    }
    rows = Deal.objects.open().filter(stage__in=following)
    seen = rows.visible_to(world.viewers["manager"])
    mine, others = iter(seen.order_by("pk")), iter(rows.exclude(pk__in=seen).order_by("pk"))
    client = world.client("manager")

    def move() -> None:
        deal = _next(mine)
        url = reverse(name, args=[deal.pk])
        fields = {
            "stage": following[deal.stage_id],
            "version": deal.version,
            "seen": timezone.now().isoformat(),
            # Of no effect where the stage asks for nothing that the deal lacks.
            "override_reason": "Measured",
        }
        response = client.post(url, fields, secure=True)
        if response.status_code != HTTPStatus.FOUND:
            raise BrokenCaseError(f"POST {url} answered {response.status_code}")

    def floor() -> None:
        deal = _next(others)
        floors.write(
            floors.MOVE,
            {"deal": deal.pk, "version": deal.version, "stage": following[deal.stage_id]},
        )

    return compare(move, floor, repetitions=world.repetitions)


def _next(deals: Iterator[Deal]) -> Deal:
    deal = next(deals, None)
    if deal is None:
        raise BrokenCaseError("too few open deals: ask for fewer repetitions or more deals")
    return deal


CASES = (
    Case("team", "Team dashboard, everybody, this quarter",
         "closed deals by person, open deals by person, stage and category, quotas: 3 statements",
         "team", _loaded("vice", floors.TEAM)),
    Case("team-of-one", "Team dashboard, one team",
         "the same 3 statements over everybody", "team", _loaded("manager", floors.TEAM)),
    Case("me", "My page", "bookings, quota, the first 50 open deals: 3 statements", "me", _me),
    Case("list", "Deal list, admin", "the 50 newest deals with four joins: 1 statement",
         "analytics:deals", _loaded("admin", floors.LIST)),
    Case("list-manager", "Deal list, manager", "the same statement",
         "analytics:deals", _loaded("manager", floors.LIST)),
    Case("list-rep", "Deal list, rep", "the same statement",
         "analytics:deals", _loaded("rep", floors.LIST)),
    Case("changes", "What changed, everybody, four weeks",
         "the pipeline then and now, the changed deals beside what they were: 3 statements",
         "analytics:changes", _loaded("vice", floors.CHANGES, "?since=4w")),
    Case("review", "Pipeline review, everybody, four weeks",
         "the same, and the 50 largest deals with four joins: 4 statements",
         "analytics:review", _loaded("vice", floors.REVIEW, "?since=4w")),
    Case("forecast", "Forecast, everybody",
         "the same 3 statements as the dashboard, and the stored forecasts: 4 statements",
         "forecasting:forecast", _forecast),
    Case("metrics", "Metrics, everybody, outcomes of this quarter",
         "the closed deals by what they have in common, the deals created: 2 statements",
         "analytics:metrics", _loaded("vice", floors.METRICS, "?part=outcomes")),
    Case("metrics-stages", "Metrics, everybody, stages in this quarter",
         "the stays by where they led, with their medians: 1 statement",
         "analytics:metrics", _loaded("vice", floors.STAGES, "?part=stages")),
    Case("deal", "Deal page", "the deal, its versions, 50 activities: 3 statements",
         "analytics:deal", _deal),
    Case("move", "Stage move", "update with its triggers, audit row: 2 statements, 1 transaction",
         "analytics:deal-move", _move),
)  # fmt: skip


def missing_urls() -> list[str]:
    """Return the names of pages that the cases need and that have no route."""
    return sorted({case.url for case in CASES if not _has_route(case.url)})


def _has_route(name: str) -> bool:
    for arguments in ([], [1]):
        try:
            reverse(name, args=arguments)
        except NoReverseMatch:
            continue
        return True
    return False


COMMANDS = ("recompute", "import_csv")
HEADER = ("Deal ID", "Deal name", "Account", "Owner", "Stage", "Amount", "Close date")


def missing_commands() -> list[str]:
    """Return the commands that the batches need and that are not there."""
    return sorted(set(COMMANDS) - set(get_commands()))


def run_batches(import_rows: int, *, report: Callable[[str], None]) -> dict[str, Batch]:
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
