"""The forecast of one subject and period as other pages show it beside their own figures."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.runs.models import RecomputeRun
from forecasting.models import Forecast, ForecastRun, PastForecast
from forecasting.reports.forecasts import LEFT_OUT, run_for, runs_begin_on
from forecasting.reports.subjects import SubjectChoice, address
from kit.display import DASH, money
from kit.display import day as shown_day
from org.metrics import Subject
from org.models.people import Person
from org.reports.organisation import Fiscal


def between(low: Decimal | None, high: Decimal | None) -> str:
    """Return an interval as text: a dash where there is none, one number where it has no width."""
    if low is None or high is None:
        return DASH
    return money(low) if money(low) == money(high) else f"{money(low)} to {money(high)}"


@dataclass(frozen=True, slots=True)
class ShownForecast:
    """For ``{% include "forecasting/_team_forecast.html" with forecast=… %}``.

    ``forecast`` is None where ``missing`` says why. ``as_of`` is the day of the run, None where
    none is in use yet. ``recalculated`` is what the method would have said on a past day from what
    was known then, where no run is as near to the day ``asked`` for. The links open the forecast,
    its deals and its past errors.
    """

    asked: date | None
    as_of: date | None
    forecast: Forecast | None
    recalculated: PastForecast | None
    missing: str
    href: str
    booked_href: str
    deals_href: str
    errors_href: str

    @property
    def stands_in(self) -> bool:
        """Whether the run shown is an earlier one than that of the day asked for."""
        return self.asked is not None and self.asked != self.as_of

    @property
    def interval(self) -> str:
        """The 80 % interval as text; a dash where there is none."""
        shown = self.recalculated or self.forecast
        return between(shown.low, shown.high) if shown else DASH


def shown_forecast(
    viewer: Person, subject: Subject, *, period: Fiscal, as_of: date | None = None
) -> ShownForecast:
    """Return the newest forecast of a subject and period, not later than ``as_of`` (None: now).

    Forecasts are made of the months and quarters open on the run's day; of others it says so.
    Of a past day without a run, the point that the newest run computed for it, or for the last
    day before it, stands in where it is nearer. As many statements whatever there is.
    """
    run = run_for(day=as_of)
    choice = SubjectChoice(subject, "")
    forecast, missing = None, _no_run(as_of)
    if run is not None:
        found = Forecast.objects.visible_to(viewer).of(**choice.columns)
        forecast = found.filter(run=run, period=period.pk).first()
        period_run = ForecastRun.objects.filter(run=run, period=period.pk).first()
        missing = "" if forecast else _why_not(period_run)
    recalculated = _retold(viewer, choice, period, day=as_of, run=run if forecast else None)
    query = {"subject": choice.key, "period": period.pk}
    return ShownForecast(
        asked=as_of,
        as_of=run.as_of if run else None,
        forecast=None if recalculated else forecast,
        recalculated=recalculated,
        missing=missing,
        booked_href=choice.won_deals_url(period.period, as_of=run.as_of if run else as_of),
        href=address("forecast", **query, as_of=as_of),
        deals_href=address("deals", **query) if as_of is None else "",
        errors_href=address("accuracy", subject=choice.key),
    )


def _no_run(day: date | None) -> str:
    begins = runs_begin_on() if day else None
    if begins:
        return f"No forecast of that day is kept: the runs begin on {shown_day(begins)}."
    return "Nothing has been computed yet. It is done every night."


def _retold(
    viewer: Person,
    choice: SubjectChoice,
    period: Fiscal,
    *,
    day: date | None,
    run: RecomputeRun | None,
) -> PastForecast | None:
    """Return the last point of a period up to a day, if it is nearer than the run there is."""
    if day is None or (run is not None and run.as_of == day):
        return None
    rows = PastForecast.objects.visible_to(viewer).of(**choice.columns)
    rows = rows.filter(period=period.pk, made_on__lte=day)
    if run is not None:
        rows = rows.filter(made_on__gt=run.as_of)
    return rows.filter(run=run_for()).order_by("-made_on").first()


def _why_not(period_run: ForecastRun | None) -> str:
    if period_run is None:
        return "Forecasts are made of the current and the next quarter and of their months."
    return period_run.missing or LEFT_OUT
