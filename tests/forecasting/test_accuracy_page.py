"""The page of past forecasts: its scores against plain SQL, its tables sorted and downloaded."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from forecasting.models import PastForecast
from forecasting.reports.shown import between
from org.enums import PeriodKind
from org.services.calendar import period_on
from tests.forecasting.conftest import SignInAs, Told
from tests.forecasting.test_deals_page import csv_rows
from tests.forecasting.test_forecast_page import lines


@pytest.fixture
def past(told: Told) -> Told:
    """Three quarters that are over; eight weeks before their end 90, 120 and 100 were expected."""
    rows = ((90, 100, 80, 95), (120, 100, 90, 130), (100, 110, 90, 120))
    for back, (forecast, actual, low, high) in enumerate(rows, start=1):
        period = period_on(told.quarter.start_on - timedelta(days=92 * back - 40), "quarter")
        PastForecast.objects.create(
            run=told.run,
            team=told.team.north,
            period=period,
            made_on=period.end_on - timedelta(weeks=8, days=1),
            weeks_left=8,
            forecast=forecast,
            low=low,
            high=high,
            last_period=200,
            last_year=100,
            run_rate=50,
            actual=actual,
        )
    return told


def asked(past: Told, sign_in_as: SignInAs, **more: object):
    query = {"subject": f"team-{past.team.north.pk}", "kind": PeriodKind.QUARTER} | more
    return sign_in_as(past.team.mia).get(reverse("forecasting:accuracy"), query)


def test_scores_are_those_of_the_stored_rows(past: Told, sign_in_as: SignInAs):
    score = asked(past, sign_in_as).context["page"].scores[0]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), 1 - sum(abs(forecast - actual)) / sum(actual),"
            " sum(forecast - actual) / sum(actual),"
            " count(*) FILTER (WHERE actual BETWEEN low AND high),"
            " 1 - sum(abs(last_year - actual)) / sum(actual)"
            " FROM forecasting_pastforecast WHERE team_id = %s",
            [past.team.north.pk],
        )
        periods, accuracy, bias, inside, last_year = cursor.fetchone()
    assert (score.periods, score.inside) == (periods, inside) == (3, 2)
    assert score.accuracy == pytest.approx(accuracy)
    assert score.bias == pytest.approx(bias)
    assert score.naive["last_year"] == pytest.approx(last_year)


def test_both_tables_download_and_the_past_sorts(past: Told, sign_in_as: SignInAs):
    page = asked(past, sign_in_as, sort="forecast")
    shown = lines(page, "scores")

    assert [row.forecast for row in page.context["past"].rows] == [90, 100, 120]
    assert shown["8"]["verdict"] == "No: year before"
    scores = csv_rows(asked(past, sign_in_as, file="scores"))
    rows = csv_rows(asked(past, sign_in_as, file="past"))
    assert [row["Weeks left"] for row in scores] == ["8"]
    assert sum(Decimal(row["Booked"]) for row in rows) == 310
    assert asked(past, sign_in_as, file="passwd").status_code == 400


def test_an_interval_without_width_is_one_number():
    assert between(Decimal(0), Decimal("0.00")) == "0"
    assert between(Decimal(1), Decimal(2)) == "1 to 2"
    assert between(None, Decimal(2)) == "—"
