"""The forecasts in use, what each is made of, how it got there, and how past ones did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum

from analytics.attainment.reports.attainment import quotas
from analytics.runs.models import RecomputeRun
from forecasting.enums import NAIVE, Method
from forecasting.metrics.accuracy import Score, ScoredForecast, scores
from forecasting.models import DealExpectation, Forecast, ForecastRun, PastForecast
from forecasting.reports.subjects import SubjectChoice
from kit.money import from_cents
from org.enums import PeriodKind, SubjectKind
from org.metrics import ResolvedQuota
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.models.teams import TeamMembership, TeamPlacement
from org.models.trees import read_tree
from pipeline.stages.querysets import StagePlace

NOTHING = Decimal(0)
LEFT_OUT = "This subject was not part of the last run."


@dataclass(frozen=True, slots=True)
class PeriodForecast:
    """A period's forecast, or why there is none (``missing``). Money in the reporting currency.

    ``quota`` is the one known at the run's moment; None where none is set. ``is_over``: what the
    months of an open quarter that are over have booked, which with the open ones is all of it.
    """

    period: FiscalPeriod
    forecast: Forecast | None
    missing: str
    quota: Decimal | None
    is_over: bool = False

    @property
    def share(self) -> Decimal | None:
        """The forecast as a fraction of the quota; None without a quota."""
        return self.forecast.total / self.quota if self.forecast and self.quota else None


@dataclass(frozen=True, slots=True)
class ForecastPage:
    """A subject's forecasts; ``lines`` and ``points`` are those of the ``opened`` period.

    Lines are a team's people, and last, without a person, what is left to the total. Points are
    what was, or would have been, forecast on a day.
    """

    run: RecomputeRun
    periods: list[PeriodForecast]
    opened: PeriodForecast | None
    period_run: ForecastRun | None
    lines: list[Forecast]
    points: list[PastForecast]
    is_newest: bool
    asked: date | None = None

    @property
    def stands_in(self) -> bool:
        """Whether no run of the day that was asked for is kept, and an earlier one is shown."""
        return self.asked is not None and self.asked != self.run.as_of


def runs_begin_on() -> date | None:
    """Return the day of the earliest run in use; None before the first."""
    earliest = RecomputeRun.objects.published().last()
    return earliest.as_of if earliest else None


def run_for(*, day: date | None = None) -> RecomputeRun | None:
    """Return the newest run in use, or for a past day the newest that was not after it."""
    runs = RecomputeRun.objects.published()
    return (runs if day is None else runs.filter(as_of__lte=day)).first()


def forecast_page(
    viewer: Person, choice: SubjectChoice, *, period: int | None = None, day: date | None = None
) -> ForecastPage | None:
    """Return the subject's forecasts as of a day (None: the newest), with one period opened.

    None where no run was made by that day. The period opened is the current quarter unless
    ``period`` names another of them.
    """
    run = run_for(day=day)
    if run is None:
        return None
    period_run = {row.period_id: row for row in run.forecast_runs.select_related("period")}
    periods = period_forecasts(viewer, run, choice, list(period_run.values()))
    opened = next((row for row in periods if row.period.pk == period), None)
    if opened is None:
        opened = periods[0] if periods else None
    return ForecastPage(
        run=run,
        periods=periods,
        opened=opened,
        period_run=period_run.get(opened.period.pk) if opened else None,
        lines=_lines(viewer, run, choice, opened) if opened else [],
        points=_points(viewer, run, choice, opened) if opened else [],
        is_newest=day is None or run == run_for(),
        asked=day,
    )


def period_forecasts(
    viewer: Person, run: RecomputeRun, choice: SubjectChoice, period_run: Sequence[ForecastRun]
) -> list[PeriodForecast]:
    """Return the forecast of each open period: each quarter, then its months."""
    found = Forecast.objects.visible_to(viewer).of(**choice.columns).filter(run=run)
    forecasts = {row.period_id: row for row in found}
    targets = quotas(choice.subject, [row.period for row in period_run], as_of=run.moment)
    ordered = sorted(period_run, key=lambda row: (row.period.start_on, -row.period.period.days))
    quarters = [row for row in ordered if row.period.kind == PeriodKind.QUARTER]
    ordered.sort(key=lambda row: _group(row.period, quarters))
    return [
        PeriodForecast(
            period=row.period,
            forecast=forecasts.get(row.period_id),
            missing=row.missing or ("" if row.period_id in forecasts else LEFT_OUT),
            quota=_money(targets.get(row.period_id)),
        )
        for row in ordered
    ]


def _group(period: FiscalPeriod, quarters: Sequence[ForecastRun]) -> tuple[bool, date, bool]:
    """Return the order of a period: after the quarter that it is in, loose months last."""
    within = [row.period.start_on for row in quarters if period.start_on in row.period.period]
    return not within, (within or [period.start_on])[0], period.kind != PeriodKind.QUARTER


def with_months_over(periods: Sequence[PeriodForecast]) -> list[PeriodForecast]:
    """Return the periods with what months that are over booked, before the open ones."""
    found: list[PeriodForecast] = []
    for row in periods:
        found.append(row)
        over = _months_over(row, periods) if row.period.kind == PeriodKind.QUARTER else None
        if over is not None:
            found.append(over)
    return found


def _months_over(
    quarter: PeriodForecast, periods: Sequence[PeriodForecast]
) -> PeriodForecast | None:
    inside = quarter.period.period
    months = [row for row in periods if row is not quarter and row.period.start_on in inside]
    if quarter.forecast is None or not all(row.forecast for row in months) or not months:
        return None
    start = min(row.period.start_on for row in months)
    if start == inside.start:
        return None
    open_months = sum((row.forecast.booked for row in months if row.forecast), NOTHING)
    booked = quarter.forecast.booked - open_months
    return PeriodForecast(
        period=FiscalPeriod(
            label="Its months that are over",
            kind=PeriodKind.MONTH,
            start_on=inside.start,
            end_on=start,
        ),
        forecast=Forecast(booked=booked, from_open=NOTHING, from_new=NOTHING, total=booked),
        missing="",
        quota=None,
        is_over=True,
    )


def _money(target: ResolvedQuota | None) -> Decimal | None:
    return None if target is None else from_cents(target.amount)


def _lines(
    viewer: Person, run: RecomputeRun, choice: SubjectChoice, opened: PeriodForecast
) -> list[Forecast]:
    """Return who a team's forecast is made of, largest first, and what is left to its total.

    The rest is what people booked for the team who have left it since, and the forecasts of
    people whom the viewer may not open.
    """
    whole = opened.forecast
    if whole is None or choice.subject.kind is SubjectKind.PERSON:
        return []
    rows = Forecast.objects.visible_to(viewer).filter(run=run, period=opened.period)
    rows = rows.filter(counted_for(choice, run)).select_related("person")
    lines = [row for row in rows.order_by("-total", "person__full_name") if row.total]
    rest = {
        name: getattr(whole, name) - sum((getattr(line, name) for line in lines), NOTHING)
        for name in ("booked", "from_open", "from_new", "total")
    }
    return [*lines, Forecast(**rest)] if any(rest.values()) else lines


def _points(
    viewer: Person, run: RecomputeRun, choice: SubjectChoice, opened: PeriodForecast
) -> list[PastForecast]:
    """Return what the method would have said week by week, and what this run says."""
    rows = PastForecast.objects.visible_to(viewer).of(**choice.columns)
    points = list(rows.filter(run=run, period=opened.period).order_by("made_on"))
    if (now := opened.forecast) is not None:
        points.append(
            PastForecast(made_on=run.as_of, forecast=now.total, low=now.low, high=now.high)
        )
    return points


def counted_for(choice: SubjectChoice, run: RecomputeRun) -> Q:
    """Return the condition that a row's person counts for the subject on the run's day."""
    if choice.subject.kind is SubjectKind.PERSON:
        return Q(person=choice.subject.pk)
    if choice.subject.kind is SubjectKind.TEAM:
        teams = read_tree(TeamPlacement).inside(choice.subject.pk, run.as_of)
        members = TeamMembership.objects.counting_on(run.as_of).filter(team__in=teams)
        return Q(person__in=members.values("person"))
    return Q(person__isnull=False)


@dataclass(frozen=True, slots=True)
class DealsBehind:
    """The open deals that a forecast counts on, largest first; ``rows`` are those in view.

    They can be ordered by their ``stage_place``.

    ``scale`` is what the past teaches about such chances: 1.1 where a tenth more came true.
    ``total`` is the forecast's part from open deals, ``shown`` what the rows add up to.
    """

    run: RecomputeRun
    period: FiscalPeriod
    rows: QuerySet[DealExpectation]
    total: Decimal
    shown: Decimal
    scale: Decimal
    past_periods: int

    @property
    def hidden(self) -> Decimal:
        """What is expected of deals that the viewer may not open."""
        return self.total - self.shown


def deals_behind(viewer: Person, choice: SubjectChoice, *, period: int) -> DealsBehind | None:
    """Return the deals behind a subject's forecast of the newest run; None without one."""
    run = run_for()
    found = Forecast.objects.visible_to(viewer).of(**choice.columns)
    found = found.filter(run=run, period=period)
    forecast = found.select_related("run", "period").first()
    if forecast is None:
        return None
    period_run = ForecastRun.objects.filter(run=run, period=period).first()
    rows = DealExpectation.objects.visible_to(viewer).filter(run=run, period=period)
    rows = rows.filter(counted_for(choice, forecast.run)).select_related(
        "deal__stage", "deal__owner", "deal__account"
    )
    rows = rows.alias(stage_place=StagePlace("deal__stage"))
    return DealsBehind(
        run=forecast.run,
        period=forecast.period,
        rows=rows,
        total=forecast.from_open,
        scale=Decimal(repr(period_run.open_ratio)) if period_run else Decimal(1),
        past_periods=period_run.past_periods if period_run else 0,
        shown=rows.aggregate(shown=Sum("amount", default=NOTHING))["shown"],
    )


@dataclass(frozen=True, slots=True)
class AccuracyPage:
    """Scores by weeks left, and the forecasts behind them: all, or those of ``weeks``."""

    run: RecomputeRun
    scores: list[Score]
    rows: list[PastForecast]
    weeks: int | None

    @property
    def wins(self) -> int:
        """At how many distances the method beats every simple one."""
        return sum(score.beats_naive is True for score in self.scores)

    @property
    def comparable(self) -> int:
        """At how many distances that can be told."""
        return sum(score.beats_naive is not None for score in self.scores)


def accuracy_page(
    viewer: Person, choice: SubjectChoice, *, kind: str, weeks: int | None = None
) -> AccuracyPage | None:
    """Return how forecasts of a kind of period did; None where nothing has been computed yet."""
    run = run_for()
    if run is None:
        return None
    found = PastForecast.objects.visible_to(viewer).of(**choice.columns).select_related("period")
    over = found.filter(run=run, period__kind=kind, actual__isnull=False)
    rows = list(over.order_by("-period__start_on", "-made_on"))
    return AccuracyPage(
        run=run,
        scores=scores(scored_forecasts(rows)),
        rows=[row for row in rows if weeks is None or row.weeks_left == weeks],
        weeks=weeks,
    )


def scored_forecasts(rows: Sequence[PastForecast]) -> list[ScoredForecast]:
    """Return past forecasts as the arithmetic takes them."""
    return [
        ScoredForecast(
            period=row.period.label,
            weeks_left=row.weeks_left,
            forecast=row.forecast,
            low=row.low,
            high=row.high,
            actual=row.actual,
            naive={Method(name): getattr(row, name) for name in NAIVE},
        )
        for row in rows
        if row.actual is not None
    ]
