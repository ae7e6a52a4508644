"""Cutting a recompute run into parts: one for each team, for people without one, for the whole."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Min, QuerySet

from analytics.risk.models import LearntLimit, StageNorm
from analytics.runs.enums import RunState, RunStep
from analytics.runs.models import AttainmentSnapshot, RecomputeChunk, RecomputeRun
from analytics.runs.services import one_past, recompute
from forecasting.models import (
    DealExpectation,
    DealWorkings,
    Forecast,
    ForecastRun,
    OriginWorkings,
    OutcomeWorkings,
    PastForecast,
)
from forecasting.services.backtest import WEEKS_BACK, origins
from org.enums import Role
from org.models.people import Person
from org.models.quotas import Quota
from org.models.teams import Team, TeamMembership
from org.services import calendar
from pipeline.credit.models import CreditShare
from pipeline.deals.models.deals import Deal, DealVersion

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
    one_past.begin(run)
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


def first_close(run: RecomputeRun) -> date | None:
    """Return the organisation's day on which the first closing ever was recorded."""
    known = DealVersion.objects.closed().filter(valid_from__lte=run.moment)
    moment = known.aggregate(first=Min("valid_from"))["first"]
    return moment and moment.astimezone(ZoneInfo(calendar.organisation().time_zone)).date()


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
