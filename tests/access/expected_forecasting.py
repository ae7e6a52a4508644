"""Forecasts: everybody who sells sees their own, those above them theirs too.

Somebody one may not see is answered like somebody who is not there: 404.
"""

from datetime import UTC, datetime
from decimal import Decimal

from django.utils import timezone

from analytics.runs.enums import RunState, Trigger
from analytics.runs.models import RecomputeRun
from forecasting.models import Forecast, ForecastRun
from org.enums import PeriodKind
from org.services.calendar import period_on
from tests.access.matrix import Case, World, grid

PEOPLE = ("rita", "ron", "mia", "rob", "fay", "flo", "stan")
TEAMS = ("north", "south", "sales")


def build(world: World) -> None:
    day = datetime(2026, 11, 18, 23, tzinfo=UTC)
    run = RecomputeRun.objects.create(
        as_of=day.date(),
        moment=day,
        trigger=Trigger.SCHEDULE,
        state=RunState.DONE,
        finished_at=timezone.now(),
        is_current=True,
    )
    period = period_on(day.date(), PeriodKind.QUARTER)
    ForecastRun.objects.create(run=run, period=period)
    subjects = [{"person": getattr(world.team, name)} for name in PEOPLE]
    subjects += [{"team": getattr(world.team, name)} for name in TEAMS]
    for subject in [*subjects, {}]:
        Forecast.objects.create(
            run=run,
            period=period,
            booked=Decimal(1),
            from_open=Decimal(2),
            from_new=Decimal(3),
            total=Decimal(6),
            open_deals=1,
            unpriced=0,
            **subject,
        )
    world.made["forecast_period"] = period


def subject(world: World, target: str) -> str:
    if target == "missing":
        return "person-987654321"
    if target == "everyone":
        return "everyone"
    name = {"former": "fay", "future": "flo"}.get(target, target)
    kind = "team" if name in TEAMS else "person"
    return f"{kind}-{getattr(world.team, name).pk}"


def of_subject(world: World, target: str) -> dict[str, object]:
    return {"subject": subject(world, target)}


def of_period(world: World, target: str) -> dict[str, object]:
    return of_subject(world, target) | {"period": world.made["forecast_period"].pk}


WHOSE = """
             rita ron mia rob former future stan north south sales everyone missing
anonymous    302  302 302 302 302    302    302  302   302   302   302      302
deactivated  302  302 302 302 302    302    302  302   302   302   302      302
rep          200  404 404 404 404    404    404  404   404   404   404      404
manager      200  200 200 404 404    404    404  200   404   404   404      404
director     200  200 200 200 200    200    404  200   200   200   404      404
executive    200  200 200 200 200    200    200  200   200   200   200      404
admin        200  200 200 200 200    200    200  200   200   200   200      404
recruiter    403  403 403 403 403    403    403  403   403   403   403      403
stranger     404  404 404 404 404    404    200  404   404   404   404      404
"""
CASES = [
    Case("forecasting:forecast", "GET", grid(WHOSE), data=of_subject),
    Case("forecasting:deals", "GET", grid(WHOSE), data=of_period),
    Case("forecasting:accuracy", "GET", grid(WHOSE), data=of_subject),
]
