"""The open deals that a forecast counts on, and what each is expected to bring."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from analytics.runs.models import RecomputeRun
from forecasting.models import DealExpectation, Forecast, ForecastRun
from forecasting.reports.forecasts import NOTHING, counted_for, run_for
from forecasting.reports.subjects import SubjectChoice
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from pipeline.stages.querysets import StagePlace


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
