# ruff: noqa: T201 -- a fault test shows where its fault struck
"""Real workers, PostgreSQL and Valkey, killed in the middle of a run: it ends as if undisturbed.

Every test prints, and asserts, that the fault struck while some parts were done and some were not.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest

from tests.stacks import LEASE_SECONDS, Stack, wait_until

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("stack")]

AS_OF = "2026-06-30"
# What a run leaves for readers, without what differs from run to run.
STORED = {
    "analytics_attainmentsnapshot": "person_id, team_id, period_id, measure, actual, target,"
    " target_complete, cases, unpriced",
    "forecasting_forecastrun": "period_id, missing, past_periods, open_ratio, new_ratio",
    "forecasting_forecast": "person_id, team_id, period_id, booked, from_open, from_new, total,"
    " low, high, open_deals, unpriced",
    "forecasting_dealexpectation": "period_id, deal_id, person_id, amount",
    "forecasting_pastforecast": "person_id, team_id, period_id, made_on, weeks_left, forecast,"
    " low, high, last_period, last_year, run_rate, actual",
}
Rows = dict[str, list[tuple[Any, ...]]]


def recompute(stack: Stack) -> subprocess.Popen[bytes]:
    """Start the command, which also does the reconciler's work."""
    return stack.start("manage.py", "recompute", "--as-of", AS_OF)


@pytest.fixture
def worker(stack: Stack) -> Iterator[subprocess.Popen[bytes]]:
    process = stack.worker()
    yield process
    if process in stack.processes:
        stack.end(process)


@pytest.fixture(scope="module")
def undisturbed(stack: Stack) -> Rows:
    """Return what a run leaves that nothing disturbs."""
    process = stack.worker()
    stack.manage("recompute", "--as-of", AS_OF)
    stack.end(process)
    return stored(stack)


def stored(stack: Stack) -> Rows:
    """Return everything that readers get, as the run in use of the day left it."""
    return {
        table: stack.query(
            f"SELECT {columns} FROM {table} JOIN analytics_recomputerun run ON run.id = run_id"
            f" WHERE run.as_of = %s AND run.is_current ORDER BY {columns}",
            AS_OF,
        )
        for table, columns in (
            (table, ", ".join(f"{table}.{name.strip()}" for name in columns.split(",")))
            for table, columns in STORED.items()
        )
    }


def parts(stack: Stack) -> tuple[int, int, int]:
    """Return how many parts of the newest run are done, being worked on, and there in all."""
    return stack.query(
        "SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'working'),"
        " count(*) FROM analytics_recomputechunk"
        " WHERE run_id = (SELECT max(id) FROM analytics_recomputerun)"
    )[0]


def wait_for_the_middle(stack: Stack, *, share: float = 0.3) -> tuple[int, int]:
    """Return (done, all) once a share of the newest run's parts is done and others are at work."""
    found = (0, 0)

    def in_the_middle() -> bool:
        nonlocal found
        done, working, total = parts(stack)
        found = (done, total)
        return total > 1 and done >= share * total and working > 0 and done < total

    wait_until(in_the_middle)
    return found


def report(fault: str, struck: tuple[int, int], before: Rows, after: Rows) -> None:
    """Print what happened, and assert that the fault struck the middle and left no trace."""
    done, total = struck
    print(f"\n{fault}: struck when {done} of {total} parts were done")
    for table in STORED:
        print(f"  {table}: {len(before[table])} rows undisturbed, {len(after[table])} after")
    assert 0 < done < total
    for table in STORED:
        assert before[table], table
        assert after[table] == before[table], table


def run_is_new(stack: Stack, started: Callable[[], None]) -> None:
    """Start something and wait until it has written a run of its own."""
    newest = "SELECT coalesce(max(id), 0) FROM analytics_recomputerun"
    before = stack.query(newest)[0][0]
    started()
    wait_until(lambda: stack.query(newest)[0][0] > before)


def begin(stack: Stack) -> subprocess.Popen[bytes]:
    started: list[subprocess.Popen[bytes]] = []
    run_is_new(stack, lambda: started.append(recompute(stack)))
    return started[0]


def finish(stack: Stack, command: subprocess.Popen[bytes]) -> None:
    assert command.wait(timeout=240) == 0, stack.log.read_text()[-4000:]
    stack.processes.remove(command)
    assert stack.query(
        "SELECT state, is_current FROM analytics_recomputerun ORDER BY id DESC LIMIT 1"
    ) == [("done", True)]


def test_killed_workers(stack: Stack, undisturbed: Rows, worker: subprocess.Popen[bytes]) -> None:
    """Also the control: without the reconciler, what the kill cut off is left undone."""
    command = begin(stack)
    struck = wait_for_the_middle(stack)
    stack.end(command)
    stack.end(worker)

    again = stack.worker()
    time.sleep(LEASE_SECONDS + 4)
    done, working, total = parts(stack)
    print(f"\nwithout the reconciler: {done} of {total} done, {working} cut off")
    assert done < total
    assert working > 0, "no part was cut off: the kill missed"

    finish(stack, recompute(stack))
    stack.end(again)
    report("kill -9 of the worker and its children", struck, undisturbed, stored(stack))
    assert stack.query(
        "SELECT count(*) FROM analytics_recomputechunk WHERE attempts > 1"
        " AND run_id = (SELECT max(id) FROM analytics_recomputerun)"
    ) >= [(working,)]


def test_killed_child_of_a_worker(
    stack: Stack, undisturbed: Rows, worker: subprocess.Popen[bytes]
) -> None:
    import psutil

    command = begin(stack)
    struck = wait_for_the_middle(stack)
    for child in psutil.Process(worker.pid).children():
        child.kill()

    finish(stack, command)

    report("kill -9 of the pool's children", struck, undisturbed, stored(stack))


@pytest.mark.usefixtures("worker")
def test_restarted_database(stack: Stack, undisturbed: Rows) -> None:
    command = begin(stack)
    struck = wait_for_the_middle(stack)
    assert stack.servers.postgres
    postmaster = stack.servers.postgres.pid()
    assert postmaster
    os.kill(postmaster, signal.SIGQUIT)  # What PostgreSQL calls an immediate stop.
    time.sleep(2)

    stack.servers.ensure()
    finish(stack, command)

    report("immediate stop of PostgreSQL", struck, undisturbed, stored(stack))


@pytest.mark.usefixtures("worker")
def test_killed_queue(stack: Stack, undisturbed: Rows) -> None:
    command = begin(stack)
    struck = wait_for_the_middle(stack)
    os.kill(stack.queue.info("server")["process_id"], signal.SIGKILL)
    time.sleep(1)

    stack.servers.ensure()
    finish(stack, command)

    report("kill -9 of the queue", struck, undisturbed, stored(stack))


@pytest.mark.usefixtures("worker")
def test_emptied_queue(stack: Stack, undisturbed: Rows) -> None:
    command = begin(stack)
    struck = wait_for_the_middle(stack)
    waiting = stack.queue.dbsize()
    stack.queue.flushall()

    finish(stack, command)

    print(f"\n{waiting} keys were lost")
    report("FLUSHALL of the queue", struck, undisturbed, stored(stack))


@pytest.mark.usefixtures("worker")
def test_duplicate_deliveries(stack: Stack, undisturbed: Rows) -> None:
    newest = stack.query("SELECT max(id) FROM analytics_recomputerun")[0][0]
    stack.log.write_text("")
    sender = stack.start("manage.py", "shell", "-c", DELIVER.format(newest=newest))
    wait_until(lambda: "READY" in stack.log.read_text())
    command = begin(stack)

    finish(stack, command)
    assert sender.wait(timeout=60) == 0
    stack.processes.remove(sender)
    wait_until(lambda: stack.queue.llen("salesmgr-queue-nightly") == 0)

    told = next(line for line in stack.log.read_text().splitlines() if "DELIVERED" in line)
    sent, done, total = (int(word) for word in told.split()[1:])
    report(f"{sent} messages more", (done, total), undisturbed, stored(stack))
    assert stack.query(
        "SELECT max(attempts) FROM analytics_recomputechunk"
        " WHERE run_id = (SELECT max(id) FROM analytics_recomputerun)"
    ) == [(1,)]


def test_readers_see_the_old_numbers_or_the_new(
    stack: Stack, undisturbed: Rows, worker: subprocess.Popen[bytes]
) -> None:
    """A reader asks all through a run that is killed: rows and sums are of one run, never between.

    Before the run a deal is entered into the past, so that the new numbers differ.
    """
    del undisturbed
    before = totals(stack)
    stack.manage("shell", "-c", WIN_A_DEAL)
    seen: set[tuple[Any, ...]] = set()
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.add(totals(stack))

    reader = threading.Thread(target=read)
    reader.start()
    command = begin(stack)
    struck = wait_for_the_middle(stack)
    stack.end(worker)
    stack.worker()
    finish(stack, command)
    stop.set()
    reader.join()
    after = totals(stack)

    print(f"\nstruck at {struck}, seen: {sorted(seen)}, before: {before}, after: {after}")
    assert 0 < struck[0] < struck[1]
    assert after[2] == before[2] + 123456
    assert seen == {before, after}
    stack.end(stack.processes[-1])


def totals(stack: Stack) -> tuple[Any, ...]:
    """Return what a page would: everyone's bookings of the quarter, the sum of people's, rows."""
    connection = psycopg2.connect(
        host=str(stack.servers.sockets), user="salesmgr", dbname="salesmgr"
    )
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM analytics_recomputerun WHERE as_of = %s AND is_current", [AS_OF]
        )
        (run,) = cursor.fetchone() or (None,)
        cursor.execute(
            "SELECT count(*), sum(actual) FILTER (WHERE person_id IS NOT NULL),"
            "       sum(actual) FILTER (WHERE person_id IS NULL AND team_id IS NULL)"
            "  FROM analytics_attainmentsnapshot snapshot"
            "  JOIN org_fiscalperiod period ON period.id = period_id"
            " WHERE run_id = %s AND measure = 'bookings' AND period.kind = 'year'"
            "   AND %s >= period.start_on AND %s < period.end_on",
            [run, AS_OF, AS_OF],
        )
        rows, people, everyone = cursor.fetchone() or (0, 0, 0)
        cursor.execute("SELECT count(*) FROM forecasting_forecast WHERE run_id = %s", [run])
        (forecasts,) = cursor.fetchone() or (0,)
    connection.close()
    return rows, people, everyone, forecasts


# Every part's message four times more, in any order, as soon as the parts are planned.
DELIVER = """
import random
from forecasting.tasks import nightly_chunk
from analytics.runs.models import RecomputeChunk
print("READY", flush=True)
parts = RecomputeChunk.objects.filter(run__gt={newest})
while parts.count() < 2:
    pass
messages = 4 * list(parts.values_list("pk", flat=True))
random.Random(5).shuffle(messages)
for pk in messages:
    nightly_chunk.delay(pk)
print("DELIVERED", len(messages), parts.filter(state="done").count(), parts.count(), flush=True)
"""
WIN_A_DEAL = f"""
from datetime import datetime, UTC
from org.models.people import Person
from pipeline.history import writing
from pipeline.deals.models import Deal, Stage
stages = Stage.objects.of_default()
open_, won = stages.filter(kind="open").first(), stages.get(kind="won")
owner = Deal.objects.filter(status="won").order_by("-closed_on").first().owner
day = datetime.fromisoformat("{AS_OF}").replace(hour=12, tzinfo=UTC)
with writing(by=None, source="import", at=day.replace(hour=9)):
    deal = Deal.objects.create(name="Late", owner=owner, stage=open_, amount=123456, currency="USD")
deal.refresh_from_db()
with writing(by=None, source="import", at=day):
    deal.stage = won
    deal.save()
"""
