"""Recompute runs: starting them, handing out their parts, taking results, publishing.

The rows of RecomputeChunk say what remains; the queue only says when to look. A part is claimed
before work starts (so that whatever kills its worker is counted), and its result is stored in one
transaction together with the mark that it is done, by the holder of the newest attempt alone.
Hence a part that is delivered twice, killed or overtaken leaves exactly one result.

Each part reads one state of the database, but the parts read it at different times. What is
written for a moment after the run's does not matter to it; what changes the run's past does. The
database notes such writes (pipeline/deals/sql/note_write.sql), and a run compares what its plan
knew with what is noted when its last part is done.
"""

import logging
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, Max, Q, QuerySet
from kombu.exceptions import OperationalError as QueueError

from analytics.runs.enums import PHASES, ChunkState, RunState, RunStep, Trigger
from analytics.runs.models import RecomputeChunk, RecomputeRun
from kit.periods import refusal_of_as_of
from org import audit
from org.models.people import Person
from org.rules import can_administer
from org.services.calendar import end_of_day, organisation
from pipeline.deals.models import PastWrite

logger = logging.getLogger(__name__)

# The message that asks a worker to do a part. The highest app that has a step answers it.
CHUNK_TASK = "forecasting.tasks.nightly_chunk"
QUEUE = "nightly"
MOST_ATTEMPTS = 3
FINISHED = (ChunkState.DONE, ChunkState.QUARANTINED)
# The night's run speaks of the day before, once that is surely over everywhere in the company.
NIGHT_STARTS_AT_HOUR = 1
# How often a run is planned anew before it is published with its doubt.
MOST_RESTARTS = 2
# No transaction that a run can meet is older than this; notes are kept twice as long.
REACH = timedelta(hours=12)

# Everybody who has numbers has a row of their own for bookings and deals won, so these add up.
DISAGREEING = """
SELECT count(*) FROM (
    SELECT period_id, measure,
           sum(actual) FILTER (WHERE person_id IS NOT NULL) AS people,
           sum(actual) FILTER (WHERE person_id IS NULL AND team_id IS NULL) AS everyone
      FROM analytics_attainmentsnapshot
     WHERE run_id = %s AND measure IN ('bookings', 'deals_won')
     GROUP BY period_id, measure) sums
 WHERE coalesce(people, 0) <> coalesce(everyone, 0)
"""


class Overtaken(Exception):  # noqa: N818 -- it is a state of affairs, not a fault
    """Another attempt at the part has begun, or it is done: this result must not be stored."""


def written_meanwhile(error: Exception) -> bool:
    """Whether what a transaction wanted to write was written since the state that it sees."""
    return getattr(error.__cause__, "pgcode", None) == "40001"


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How far a run is. ``step`` is the one at work, None when it has finished."""

    done: int
    quarantined: int
    total: int
    step: RunStep | None

    @property
    def finished(self) -> int:
        return self.done + self.quarantined

    @property
    def share(self) -> float:
        return self.finished / self.total if self.total else 0.0


def request_run(
    *, by: Person | None, as_of: date | None = None, trigger: Trigger, now: datetime
) -> tuple[RecomputeRun, bool]:
    """Start a run as of the end of a day, of ``now`` for today; return it and whether it is new.

    A run of that day that still goes on is returned as it is, so that two clicks are one run.
    """
    if by is not None and not can_administer(by):
        raise PermissionDenied("Only an admin may recompute.")
    company = organisation()
    today = now.astimezone(ZoneInfo(company.time_zone)).date()
    day = as_of or today
    if day > today:
        raise ValidationError({"as_of": f"{day} is not over yet: choose today or an earlier day."})
    if refusal := refusal_of_as_of(day, today=today):
        raise ValidationError({"as_of": refusal})
    moment = min(now, end_of_day(day, time_zone=company.time_zone))
    try:
        with transaction.atomic():
            run = RecomputeRun.objects.create(
                as_of=day, moment=moment, trigger=trigger, requested_by=by
            )
            add_chunks(run, [RecomputeChunk(step=RunStep.PLAN, label="What there is to do")])
            audit.record(by, "recompute.start", run)
            transaction.on_commit(lambda: send_waiting(run, now=now))
    except IntegrityError:
        # One goes on, or the schedule has had its run of this day.
        return RecomputeRun.objects.filter(as_of=day).latest("created_at"), False
    return run, True


def start_scheduled(*, now: datetime) -> RecomputeRun | None:
    """Start the run of the day that has just ended, unless there was one; return it if started.

    Asked every few minutes, so that neither a night without beat nor a change of the clocks
    leaves a day out. Local time is the organisation's.
    """
    local = now.astimezone(ZoneInfo(organisation().time_zone))
    if local.hour < NIGHT_STARTS_AT_HOUR:
        return None
    day = local.date() - timedelta(days=1)
    if RecomputeRun.objects.filter(as_of=day, trigger=Trigger.SCHEDULE).exists():
        return None
    run, created = request_run(by=None, as_of=day, trigger=Trigger.SCHEDULE, now=now)
    return run if created else None


def add_chunks(run: RecomputeRun, chunks: Iterable[RecomputeChunk]) -> int:
    """Write the parts of a run; a part that is there already is left alone. Return how many."""
    return len(RecomputeChunk.objects.bulk_create(_numbered(run, chunks), ignore_conflicts=True))


def _numbered(run: RecomputeRun, chunks: Iterable[RecomputeChunk]) -> list[RecomputeChunk]:
    counts: dict[str, int] = {}
    numbered = []
    for chunk in chunks:
        chunk.run, chunk.phase = run, PHASES[RunStep(chunk.step)]
        chunk.part = counts[chunk.step] = counts.get(chunk.step, -1) + 1
        numbered.append(chunk)
    return numbered


def claim(chunk_id: int, *, now: datetime, holding: int | None = None) -> RecomputeChunk | None:
    """Take a part to work on, or return None if there is nothing to do about it.

    It can be taken when it waits and its phase has come, when the lease of whoever took it has
    run out, or by ``holding`` the newest attempt's number: an attempt cut short goes on.
    """
    lease = now + timedelta(seconds=settings.RECOMPUTE_LEASE_SECONDS)
    chunk = RecomputeChunk.objects.select_related("run").filter(pk=chunk_id).first()
    if chunk is None or chunk.run.state != RunState.RUNNING:
        return None
    if chunk.run.chunks.filter(phase__lt=chunk.phase).exclude(state__in=FINISHED).exists():
        return None
    mine = Q(state=ChunkState.WORKING, attempts=holding)
    free = Q(state=ChunkState.WAITING) | Q(state=ChunkState.WORKING, lease_until__lte=now)
    rows = RecomputeChunk.objects.filter(pk=chunk_id)
    worker = f"{socket.gethostname()} {os.getpid()}"
    taken = {"state": ChunkState.WORKING, "lease_until": lease, "worker": worker}
    if not (
        rows.filter(mine).update(**taken)
        or rows.filter(free, attempts__lt=MOST_ATTEMPTS).update(
            attempts=F("attempts") + 1, started_at=now, **taken
        )
    ):
        return None
    chunk.refresh_from_db()
    return chunk


def complete(chunk: RecomputeChunk, *, rows: int, now: datetime) -> None:
    """Mark a claimed part as done, in the transaction that stores its ``rows``.

    Raises Overtaken, which must undo that transaction, if the part is not this attempt's any more.
    """
    marked = RecomputeChunk.objects.filter(
        pk=chunk.pk, state=ChunkState.WORKING, attempts=chunk.attempts
    ).update(state=ChunkState.DONE, lease_until=None, finished_at=now, rows=rows, error="")
    if not marked:
        raise Overtaken(f"{chunk} of run {chunk.run_id}, attempt {chunk.attempts}")


def fail(chunk: RecomputeChunk, *, error: str, now: datetime) -> None:
    """Put a claimed part back, or give it up after the last attempt. An overtaken one is left."""
    last = chunk.attempts >= MOST_ATTEMPTS
    RecomputeChunk.objects.filter(
        pk=chunk.pk, state=ChunkState.WORKING, attempts=chunk.attempts
    ).update(
        state=ChunkState.QUARANTINED if last else ChunkState.WAITING,
        finished_at=now if last else None,
        lease_until=None,
        sent_at=None,
        error=error,
    )


def settle(run_id: int, *, now: datetime) -> RecomputeRun:
    """Send what has become due after a part has finished; publish the run after the last one.

    A run whose parts do not belong together is computed again first, so many times and no more.
    """
    with transaction.atomic():
        run = RecomputeRun.objects.select_for_update().get(pk=run_id)
        if run.state == RunState.RUNNING and not run.chunks.exclude(state__in=FINISHED).exists():
            doubt = doubt_about(run)
            if doubt and run.restarts < MOST_RESTARTS:
                add_chunks(run, [plan_anew(run)])
            else:
                _publish(run, doubt=doubt, now=now)
    if run.state == RunState.RUNNING:
        send_waiting(run, now=now)
    return run


def _publish(run: RecomputeRun, *, doubt: str, now: datetime) -> None:
    """Make the run the one that readers of its day use, in the caller's transaction.

    A run whose later moment was published meanwhile stays in force. One that could not even be
    planned has nothing to publish.
    """
    given_up = run.chunks.filter(state=ChunkState.QUARANTINED)
    others = RecomputeRun.objects.filter(as_of=run.as_of, is_current=True)
    planned = not given_up.filter(step=RunStep.PLAN).exists()
    if planned and not others.filter(moment__gt=run.moment).exists():
        others.update(is_current=False)
        run.is_current = True
    run.state = RunState.EXCEPTIONS if doubt or given_up.exists() else RunState.DONE
    run.doubt, run.finished_at = doubt, now
    run.save(update_fields=["state", "doubt", "finished_at", "is_current"])
    audit.record(None, "recompute.finish", run, changes={"state": (RunState.RUNNING, run.state)})


def reconcile(*, now: datetime) -> list[RecomputeRun]:
    """Take back parts whose lease ran out, send again what got lost, finish what is complete.

    Run every half minute, it makes good whatever a killed worker, a lost queue or a restarted
    database left undone. Return the runs that still go on.
    """
    expired = RecomputeChunk.objects.filter(
        run__state=RunState.RUNNING, state=ChunkState.WORKING, lease_until__lte=now
    )
    for chunk in expired:
        fail(chunk, error=f"The worker did not finish in time: {chunk.worker}", now=now)
    runs = [settle(run.pk, now=now) for run in RecomputeRun.objects.running()]
    return [run for run in runs if run.state == RunState.RUNNING]


def send_waiting(run: RecomputeRun, *, now: datetime) -> int:
    """Ask workers for the parts that are due and were not asked for, or in vain; return how many.

    A message counts as lost when nothing of the run has been taken for as long as a lease: while
    parts are being taken, the queue is merely long.
    """
    silence = timedelta(seconds=settings.RECOMPUTE_LEASE_SECONDS)
    taken = run.chunks.filter(started_at__gt=now - silence).exists()
    unsent = Q(sent_at__isnull=True)
    if not taken:
        unsent |= Q(sent_at__lte=now - silence)
    sent = 0
    for chunk_id in _due(run).filter(unsent).values_list("pk", flat=True):
        if not _send(chunk_id):
            break
        sent += RecomputeChunk.objects.filter(pk=chunk_id).update(sent_at=now)
    return sent


def _due(run: RecomputeRun) -> QuerySet:
    """Return the waiting parts of the earliest phase that is not finished."""
    unfinished = run.chunks.exclude(state__in=FINISHED)
    phase = unfinished.order_by("phase").values("phase")[:1]
    return unfinished.filter(state=ChunkState.WAITING, phase=phase).order_by("step", "part")


def _send(chunk_id: int) -> bool:
    try:
        current_app.send_task(CHUNK_TASK, args=[chunk_id], queue=QUEUE, retry=False)
    except (QueueError, ConnectionError) as error:
        # Nothing is lost: the part waits in the database until the queue is back.
        logger.warning("the queue cannot be reached, part %s waits: %s", chunk_id, error)
        return False
    return True


def next_due(run: RecomputeRun) -> int | None:
    """Return a part that could be worked on now, for whoever works without a queue."""
    return _due(run).values_list("pk", flat=True).first()


def idle_since(run: RecomputeRun) -> datetime | None:
    """Return since when nobody works on any part of the run; None while somebody does."""
    if run.state != RunState.RUNNING or run.chunks.filter(state=ChunkState.WORKING).exists():
        return None
    found = run.chunks.aggregate(taken=Max("started_at"), done=Max("finished_at"))
    return max(filter(None, [run.created_at, *found.values()]))


def progress(run: RecomputeRun) -> RunProgress:
    """Count the parts of the run. The total grows once, when the parts have been planned."""
    counts = run.chunks.aggregate(
        done=Count("pk", filter=Q(state=ChunkState.DONE)),
        quarantined=Count("pk", filter=Q(state=ChunkState.QUARANTINED)),
        total=Count("pk"),
    )
    # Of one phase, what is being worked on comes before what waits.
    unfinished = run.chunks.exclude(state__in=FINISHED).order_by("phase", "-state", "pk")
    step = unfinished.values_list("step", flat=True).first()
    return RunProgress(**counts, step=RunStep(step) if step else None)


def remember_past(run: RecomputeRun) -> None:
    """Remember what the plan knows, in the transaction that plans the parts."""
    PastWrite.objects.filter(noted_at__lt=run.created_at - 2 * REACH).delete()
    run.past_writes = _noted_writes(run)
    RecomputeRun.objects.filter(pk=run.pk).update(past_writes=run.past_writes)


def doubt_about(run: RecomputeRun) -> str:
    """Return why the parts of a run, which are all finished, do not belong together; "" if they do.

    Parts that were given up are reported elsewhere; without a plan there is nothing to compare.
    """
    if run.past_writes is None:
        return ""
    if _noted_writes(run) != run.past_writes:
        return "Deals, teams, quotas or the calendar of the past were changed while it computed."
    given_up = run.chunks.filter(state=ChunkState.QUARANTINED)
    if given_up.filter(step=RunStep.ATTAINMENT).exists():
        return ""
    with connection.cursor() as cursor:
        cursor.execute(DISAGREEING, [run.pk])
        (sums,) = cursor.fetchone()
    return f"In {sums} sums people do not add up to everyone." if sums else ""


def plan_anew(run: RecomputeRun) -> RecomputeChunk:
    """Throw the parts of a run away; return the part that plans them again, not yet written."""
    run.restarts += 1
    run.past_writes = None
    run.save(update_fields=["restarts", "past_writes"])
    run.chunks.all().delete()
    return RecomputeChunk(step=RunStep.PLAN, label=f"What there is to do, again ({run.restarts})")


def _noted_writes(run: RecomputeRun) -> int:
    found = PastWrite.objects.filter(noted_at__gt=run.created_at - REACH, since__lte=run.moment)
    return found.count()
