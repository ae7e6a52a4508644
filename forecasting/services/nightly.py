"""The nightly recompute: its parts, which function does which step, how a part is worked on."""

import logging
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import product

from django.db import Error, OperationalError, transaction
from django.db.models import QuerySet

from analytics.attainment.reports.attainment import attainment, calendar_and_people
from analytics.context.reports import one_state
from analytics.risk import services as risk
from analytics.risk.models import LearntLimit, StageNorm
from analytics.risk.reports.inputs import lessons
from analytics.runs.enums import RunState, RunStep
from analytics.runs.models import AttainmentSnapshot, RecomputeChunk, RecomputeRun
from analytics.runs.services import recompute, snapshots
from forecasting.models import (
    DealExpectation,
    DealWorkings,
    Forecast,
    ForecastRun,
    OriginWorkings,
    OutcomeWorkings,
    PastForecast,
)
from forecasting.services.backtest import WEEKS_BACK, first_close, origins, store_origins
from forecasting.services.forecasts import own_subjects, store_forecasts
from kit.databases import database_away
from org.enums import Measure, PeriodKind, Role
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team, TeamMembership
from org.services import calendar
from pipeline.credit.models import CreditShare
from pipeline.deals.models import Deal

logger = logging.getLogger(__name__)
# Tells the time, for work that lasts.
Clock = Callable[[], datetime]
TRIES = 3
PERIOD_KINDS = (PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)
# Days of forecasts that one part computes; it reads the whole history once.
DAYS_A_PART = 40
BY_SUBJECT = (RunStep.ATTAINMENT, RunStep.FORECAST)
# What runs store: for themselves, to be shown for the newest day, to be kept.
WORKINGS = (OriginWorkings, OutcomeWorkings, DealWorkings)
OF_TODAY = (DealExpectation, PastForecast)
KEPT = (AttainmentSnapshot, StageNorm, LearntLimit, Forecast, ForecastRun)
# Who booked something this long before the run's day has a place in it, team or not.
CREDIT_DAYS = 731


def store_plan(chunk: RecomputeChunk) -> int:
    """Write the other parts of the part's run; return how many there are."""
    run, first = chunk.run, first_close(chunk.run)
    tidy()
    for stored in (*WORKINGS, *OF_TODAY, *KEPT):
        # Of the time before the run was planned anew.
        stored.objects.filter(run=run).delete()
    earliest = min(first or run.as_of, run.as_of - timedelta(weeks=WEEKS_BACK))
    calendar.ensure_years(earliest.year - 1, run.as_of.year + 1)
    recompute.remember_past(run)
    parts = [part for step in BY_SUBJECT for part in _by_subject(run, step)]
    parts.append(RecomputeChunk(step=RunStep.NORMS, label="Deals won in the last two years"))
    for number, days in enumerate(_blocks(origins(run, first)), start=1):
        label = f"{len(days)} days, part {number}"
        parts.append(RecomputeChunk(step=RunStep.BACKTEST, label=label, days=days))
    return recompute.add_chunks(run, parts)


def tidy() -> None:
    """Delete what earlier runs leave that no reader needs any more.

    Workings serve their own run alone. Forecasts deal by deal and those of the past are shown for
    the newest day, everything else for the run that counts for its day.
    """
    finished = RecomputeRun.objects.exclude(state=RunState.RUNNING)
    newest = RecomputeRun.objects.published().values("pk")[:1]
    replaced = finished.filter(is_current=False)
    for workings in WORKINGS:
        workings.objects.filter(run__in=finished).delete()
    for shown_today in OF_TODAY:
        shown_today.objects.filter(run__in=finished).exclude(run__in=newest).delete()
    for kept in KEPT:
        kept.objects.filter(run__in=replaced).delete()


def _blocks(days: list[date]) -> list[list[date]]:
    return [days[start : start + DAYS_A_PART] for start in range(0, len(days), DAYS_A_PART)]


def _by_subject(run: RecomputeRun, step: RunStep) -> list[RecomputeChunk]:
    members: dict[int, list[int]] = {}
    for team, person in TeamMembership.objects.on(run.as_of).values_list("team", "person"):
        members.setdefault(team, []).append(person)
    placed = {person for people in members.values() for person in people}
    parts = [
        RecomputeChunk(step=step, label=team.name, team=team, people=members.get(team.pk, []))
        for team in Team.objects.order_by("name")
        if team.archived_at is None or team.pk in members
    ]
    others = sorted(set(_people(run).values_list("pk", flat=True)) - placed)
    if others:
        parts.append(RecomputeChunk(step=step, label="People without a team", people=others))
    return [*parts, RecomputeChunk(step=step, label="Everyone together", everyone=True)]


def _people(run: RecomputeRun) -> QuerySet[Person]:
    """Return everybody with numbers of their own: who sells, has deals, credit or a quota."""
    as_it_stood = Deal.objects.as_of(run.moment)
    owners = as_it_stood.open().order_by().values("owner")
    since = run.as_of - timedelta(days=CREDIT_DAYS)
    credited = as_it_stood.won().filter(closed_on__gte=since).order_by().values("credited_to")
    split = CreditShare.objects.filter(split__set_at__lte=run.moment).order_by().values("person")
    quotas = Quota.objects.filter(person__isnull=False).order_by().values("person")
    sellers = Person.objects.active().with_roles(Role.REP)
    everyone = Person.objects.filter(pk__in=owners) | Person.objects.filter(pk__in=credited)
    everyone = everyone | Person.objects.filter(pk__in=split)
    return everyone | Person.objects.filter(pk__in=quotas) | Person.objects.filter(pk__in=sellers)


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
    norms, limits = lessons(moment=chunk.run.moment, day=chunk.run.as_of)
    return risk.store_lessons(chunk.run, norms, limits)


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
