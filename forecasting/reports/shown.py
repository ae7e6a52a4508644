"""The forecast of one subject and period as other pages show it beside their own figures."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from forecasting.models import Forecast, ForecastRun
from forecasting.reports.forecasts import run_for
from forecasting.reports.subjects import Choice
from kit.display import DASH, money
from org.models.people import Person
from pipeline.metrics.attainment import Subject
from pipeline.reports.setting import Fiscal


@dataclass(frozen=True, slots=True)
class ShownForecast:
    """For ``{% include "forecasting/_team_forecast.html" with forecast=… %}``.

    ``forecast`` is None where ``missing`` says why. ``as_of`` is the day of the run, None where
    none is in use yet. The links open the forecast, its deals and its past errors.
    """

    as_of: date | None
    forecast: Forecast | None
    missing: str
    href: str
    booked_href: str
    deals_href: str
    errors_href: str

    @property
    def interval(self) -> str:
        """The 80 % interval as text; a dash where there is none."""
        told = self.forecast
        if told is None or told.low is None or told.high is None:
            return DASH
        return f"{money(told.low)} to {money(told.high)}"


def shown_forecast(
    viewer: Person, subject: Subject, *, period: Fiscal, as_of: date | None = None
) -> ShownForecast:
    """Return the newest forecast of a subject and period, not later than ``as_of`` (None: now).

    Forecasts are made of the months and quarters open on the run's day; of others it says so.
    Three statements, whatever there is.
    """
    run = run_for(day=as_of)
    choice = Choice(subject, "")
    forecast, missing = None, "Nothing has been computed yet. It is done every night."
    if run is not None:
        found = Forecast.objects.visible_to(viewer).of(**choice.columns)
        forecast = found.filter(run=run, period=period.pk).first()
        facts = ForecastRun.objects.filter(run=run, period=period.pk).first()
        missing = "" if forecast else _why_not(facts)
    query = {"subject": choice.key, "period": period.pk} | ({"as_of": as_of} if as_of else {})
    return ShownForecast(
        as_of=run.as_of if run else None,
        forecast=forecast,
        missing=missing,
        booked_href=choice.won_deals_url(period.period),
        href=f"{reverse('forecasting:forecast')}?{urlencode(query)}",
        deals_href=f"{reverse('forecasting:deals')}?{urlencode(query)}" if as_of is None else "",
        errors_href=f"{reverse('forecasting:accuracy')}?{urlencode({'subject': choice.key})}",
    )


def _why_not(facts: ForecastRun | None) -> str:
    if facts is None:
        return "Forecasts are made for the current month and quarter and the next."
    return facts.missing or "This subject was not part of the last run."
