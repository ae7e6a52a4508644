"""The nightly recompute: which function does which step, and how a part is worked on."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

from django.db import Error, OperationalError, transaction

from analytics.attainment.reports.attainment import attainment, calendar_and_people
from analytics.context.reports.one_state import one_state
from analytics.risk.reports.won_deals import lessons
from analytics.risk.services import risk
from analytics.runs.enums import RunStep
from analytics.runs.models import RecomputeChunk, RecomputeRun
from analytics.runs.services import recompute, snapshots
from forecasting.services.backtest import store_origins
from forecasting.services.forecasts import own_subjects, store_forecasts
from forecasting.services.plan import store_plan
from kit.databases import database_away
from org.enums import Measure, PeriodKind
from org.services import calendar

logger = logging.getLogger(__name__)
# Tells the time, for work that lasts.
Clock = Callable[[], datetime]
TRIES = 3
PERIOD_KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)


def store_attainment(chunk: RecomputeChunk) -> int:
    """Store the part's attainments of the current and the previous month, quarter and year.

    They come from the function that the pages call, as of the run's moment.
    """
    run, periods, stored = chunk.run, [], 0
    for kind in PERIOD_KINDS:
        current = calendar.period_on(run.as_of, kind)
        periods += [calendar.period_on(current.start_on - timedelta(days=1), kind), current]
    calendar_then, people = calendar_and_people(periods, run.moment)
    for period, measure in product(periods, Measure):
        found = attainment(
            own_subjects(chunk),
            period=period,
            measure=measure,
            as_of=run.moment,
            calendar=calendar_then,
            people=people,
        )
        stored += snapshots.store_attainment(run, found)
    return stored


def store_norms(chunk: RecomputeChunk) -> int:
    """Store what the deals won until the run's moment teach about the open ones."""
    found = lessons(moment=chunk.run.moment, day=chunk.run.as_of)
    return risk.store_lessons(chunk.run, found.norms, found.limits)


STEPS: dict[RunStep, Callable[[RecomputeChunk], int]] = {
    RunStep.PLAN: store_plan,
    RunStep.ATTAINMENT: store_attainment,
    RunStep.NORMS: store_norms,
    RunStep.BACKTEST: store_origins,
    RunStep.FORECAST: store_forecasts,
}


class Interrupted(Exception):  # noqa: N818 -- it is a state of affairs, not a fault
    """The database went away in the middle of an attempt, which may go on under its number."""

    def __init__(self, attempt: int | None) -> None:
        super().__init__(f"attempt {attempt}")
        self.attempt = attempt


def work(chunk_id: int, *, clock: Clock, holding: int | None = None) -> RecomputeChunk | None:
    """Do a part of a run if it is there to be done; return it if this call did it.

    ``clock`` tells the time, since a part takes long. What fails is put back with its error,
    which is raised again for the worker's log. Raises Interrupted, for the same attempt to be
    tried again, where the database cannot be reached.
    """
    attempt = holding
    try:
        chunk = recompute.claim(chunk_id, now=clock(), holding=holding)
        if chunk is None:
            return None
        attempt = chunk.attempts
        done = _attempt(chunk, clock)
        recompute.settle(chunk.run_id, now=clock())
    except Error as error:
        if database_away(error):
            raise Interrupted(attempt) from error
        raise
    return chunk if done else None


def _attempt(chunk: RecomputeChunk, clock: Clock) -> bool:
    """Compute and store the part's result; return whether it was stored."""
    try:
        _store(chunk, clock)
    except recompute.Overtaken:
        return False
    except Exception as error:
        if not database_away(error):
            recompute.fail(chunk, error=f"{type(error).__name__}: {error}", now=clock())
            recompute.settle(chunk.run_id, now=clock())
        raise
    return True


def _store(chunk: RecomputeChunk, clock: Clock) -> None:
    """Do the part's step in one transaction that sees one state of the database.

    Where something that it writes was written meanwhile, it is done anew on the state after that:
    either the part is somebody else's by then, or nothing stands in its way any more.
    """
    for left in reversed(range(TRIES)):
        try:
            with one_state(read_only=False), transaction.atomic():
                rows = STEPS[RunStep(chunk.step)](chunk)
                recompute.complete(chunk, rows=rows, now=clock())
        except OperationalError as error:
            if not left or not recompute.written_meanwhile(error):
                raise
        else:
            return


def work_here(run: RecomputeRun, *, clock: Clock) -> None:
    """Work on a run's next part in this process, beside any workers there are; log what fails."""
    chunk_id = recompute.next_due(run)
    if chunk_id is None:
        return
    try:
        work(chunk_id, clock=clock)
    except Exception:
        logger.exception("part %s of run %s failed", chunk_id, run.pk)
