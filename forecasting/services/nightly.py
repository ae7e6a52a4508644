"""The nightly recompute: which function does which step, and how a part is worked on."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product

from django.db import Error, transaction

from forecasting.services.backtest import store_origins
from forecasting.services.forecasts import own_subjects, store_forecasts
from forecasting.services.plan import store_plan
from org.enums import Measure, PeriodKind
from org.models.teams import TeamMembership, TeamPlacement
from org.models.trees import read_tree
from org.services import calendar
from pipeline.enums import Step
from pipeline.models.recompute import RecomputeChunk, RecomputeRun
from pipeline.reports.attainment import attainment
from pipeline.services import recompute, snapshots

logger = logging.getLogger(__name__)
# Tells the time, for work that lasts.
Clock = Callable[[], datetime]
PERIOD_KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)


def store_attainment(chunk: RecomputeChunk) -> int:
    """Store the part's attainments of the current and the previous month, quarter and year.

    They come from the function that the pages call, as of the run's moment.
    """
    run, stored = chunk.run, 0
    for kind, measure in product(PERIOD_KINDS, Measure):
        current = calendar.period_on(run.as_of, kind)
        previous = calendar.period_on(current.start_on - timedelta(days=1), kind)
        for period in (previous, current):
            found = attainment(
                own_subjects(chunk), period=period, measure=measure, as_of=run.moment
            )
            stored += snapshots.store_attainment(run, found)
    return stored


def store_pipeline(chunk: RecomputeChunk) -> int:
    """Store the part's open deals by stage and category."""
    inside: frozenset[int] = frozenset()
    if chunk.team_id is not None:
        inside = read_tree(TeamPlacement).inside(chunk.team_id, chunk.run.as_of)
    members = TeamMembership.objects.counting_on(chunk.run.as_of).filter(team__in=inside)
    return snapshots.store_pipeline(
        chunk.run,
        people=chunk.people,
        team=chunk.team_id,
        members=set(members.values_list("person", flat=True)),
        everyone=chunk.everyone,
    )


STEPS: dict[Step, Callable[[RecomputeChunk], int]] = {
    Step.PLAN: store_plan,
    Step.ATTAINMENT: store_attainment,
    Step.PIPELINE: store_pipeline,
    Step.BACKTEST: store_origins,
    Step.FORECAST: store_forecasts,
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
        if recompute.database_away(error):
            raise Interrupted(attempt) from error
        raise
    return chunk if done else None


def _attempt(chunk: RecomputeChunk, clock: Clock) -> bool:
    """Compute and store the part's result in one transaction; return whether it was stored."""
    try:
        with transaction.atomic():
            rows = STEPS[Step(chunk.step)](chunk)
            recompute.complete(chunk, rows=rows, now=clock())
    except recompute.Overtaken:
        return False
    except Exception as error:
        if not recompute.database_away(error):
            recompute.fail(chunk, error=f"{type(error).__name__}: {error}", now=clock())
            recompute.settle(chunk.run_id, now=clock())
        raise
    return True


def work_here(run: RecomputeRun, *, clock: Clock) -> None:
    """Work on a run's next part in this process, beside any workers there are; log what fails."""
    chunk_id = recompute.next_due(run)
    if chunk_id is None:
        return
    try:
        work(chunk_id, clock=clock)
    except Exception:
        logger.exception("part %s of run %s failed", chunk_id, run.pk)
