"""A run of a week ago with forecasts of a few subjects, and browsers of the people who read it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from analytics.runs.enums import RunState, Trigger
from analytics.runs.models import RecomputeRun
from forecasting.models import Forecast, ForecastRun
from org import access
from org.enums import PeriodKind
from org.models.calendar import FiscalPeriod
from org.models.people import Person
from org.services.calendar import end_of_day, ensure_years, period_on
from tests.worlds import SalesTeam

BACKEND = "org.backends.SessionBackend"
SignInAs = Callable[[Person], Client]


@dataclass
class Told:
    """A run as of ``day`` and the period of the forecasts that ``tell`` writes."""

    team: SalesTeam
    day: date
    run: RecomputeRun
    quarter: FiscalPeriod
    facts: dict[int, ForecastRun] = field(default_factory=dict)

    def period(self, kind: PeriodKind, *, days: int = 0) -> FiscalPeriod:
        return period_on(self.day + timedelta(days=days), kind)

    def tell(
        self, booked: str, from_open: str, from_new: str, *, of: FiscalPeriod, **subject: object
    ) -> Forecast:
        parts = [Decimal(part) for part in (booked, from_open, from_new)]
        if of.pk not in self.facts:
            self.facts[of.pk] = ForecastRun.objects.create(run=self.run, period=of)
        return Forecast.objects.create(
            run=self.run,
            period=of,
            booked=parts[0],
            from_open=parts[1],
            from_new=parts[2],
            total=sum(parts),
            open_deals=1,
            unpriced=0,
            **subject,
        )


def made_run(day: date) -> RecomputeRun:
    return RecomputeRun.objects.create(
        as_of=day,
        moment=end_of_day(day),
        trigger=Trigger.SCHEDULE,
        state=RunState.DONE,
        finished_at=timezone.now(),
        is_current=True,
    )


@pytest.fixture
def told(sales_team: SalesTeam) -> Told:
    day = access.today() - timedelta(days=7)
    ensure_years(day.year - 1, day.year + 1)
    return Told(sales_team, day, made_run(day), period_on(day, PeriodKind.QUARTER))


@pytest.fixture
def sign_in_as(no_bare_numbers: None) -> SignInAs:
    def client(person: Person) -> Client:
        browser = Client()
        browser.force_login(person, backend=BACKEND)
        return browser

    return client
