"""The forecast page: its numbers against the stored rows, and days that it cannot show."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.urls import reverse

from forecasting.models import PastForecast
from org import access
from org.enums import PeriodKind
from org.models.people import Person
from org.services.calendar import end_of_day
from pipeline import history
from pipeline.deals.models import Deal
from tests.api.conftest import program_of
from tests.factories.org import QuotaFactory
from tests.factories.pipeline import DealFactory, StageFactory
from tests.forecasting.conftest import SignInAs, Told, made_run

FORECAST = "forecasting:forecast"


def lines(response, name: str = "periods") -> dict[str, dict[str, str]]:
    return {
        line[0].text: {cell.column.key: cell.text for cell in line}
        for line in response.context[name].body
    }


def test_every_open_period_shows_the_quota_known_at_the_run(told: Told, sign_in_as: SignInAs):
    north, after = told.team.north, told.period(PeriodKind.QUARTER, days=92)
    for period, target in ((told.quarter, 90_000), (after, 120_000)):
        told.tell("10", "20", "30", of=period, team=north)
        QuotaFactory(
            person=None, team=north, period=period, target=target, set_at=end_of_day(told.day)
        )
    # Set after the run: the forecast of that day was not held against it.
    QuotaFactory(person=None, team=north, period=after, target=1, set_at=end_of_day(access.today()))

    page = sign_in_as(told.team.mia).get(reverse(FORECAST), {"subject": f"team-{north.pk}"})

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (period_id) target FROM org_quota WHERE team_id = %s"
            " AND set_at <= %s ORDER BY period_id, set_at DESC",
            [north.pk, told.run.moment],
        )
        stored = sorted(row[0] for row in cursor.fetchall())
    shown = [row.quota for row in page.context["page"].periods]
    assert sorted(shown) == stored == [Decimal(90_000), Decimal(120_000)]
    assert lines(page)[after.label]["quota"] == "120,000"


def test_a_person_moved_to_a_team_owes_the_months_of_the_quarter(told: Told, sign_in_as: SignInAs):
    rita = told.team.rita
    for days, target in ((0, 1_000), (40, 2_000)):
        month = told.period(PeriodKind.MONTH, days=days)
        told.tell("1", "2", "3", of=month, person=rita)
        QuotaFactory(person=rita, period=month, target=target, set_at=end_of_day(told.day))

    page = sign_in_as(rita).get(reverse(FORECAST))

    assert [row.quota for row in page.context["page"].periods] == [1_000, 2_000]


def test_before_the_first_run_it_says_where_the_runs_begin(told: Told, sign_in_as: SignInAs):
    client = sign_in_as(told.team.mia)
    address = {"subject": f"team-{told.team.north.pk}", "as_of": told.day - timedelta(days=40)}

    page = client.get(reverse(FORECAST), address)

    assert page.status_code == 200
    assert "No run of that day." in page.text
    assert "tomorrow" not in page.text
    assert f"as_of={told.day}" in page.text


def test_a_day_between_two_runs_shows_the_one_before_and_says_so(told: Told, sign_in_as: SignInAs):
    earlier = made_run(told.day - timedelta(days=10))
    client = sign_in_as(told.team.mia)

    between = client.get(reverse(FORECAST), {"as_of": told.day - timedelta(days=3)})
    exact = client.get(reverse(FORECAST), {"as_of": earlier.as_of})

    assert between.context["page"].run == exact.context["page"].run == earlier
    assert "the last before it" in between.text
    assert "the last before it" not in exact.text


TOMORROW = date.today() + timedelta(days=2)  # noqa: DTZ011 -- far enough in every zone


@pytest.mark.parametrize(("day", "why"), [("1899-01-01", "so long ago"), (TOMORROW, "not come")])
def test_impossible_days_are_errors_on_every_page_and_endpoint(
    told: Told, sign_in_as: SignInAs, day, why: str
):
    client, program = sign_in_as(told.team.ada), program_of(told.team.ada)

    for name in (FORECAST, "team", "team-trend", "analytics:deals", "analytics:territory-bookings"):
        answer = client.get(reverse(name), {"as_of": day})
        assert answer.status_code == 400, name
        assert why in str(answer.context["form"].errors["as_of"]), name
        assert why in answer.text, name
    for name in ("deals", "quotas", "attainment"):
        answer = program.get(name, as_of=day)
        assert answer.status_code == 400, name
        assert why in str(answer.json()), name
    started = client.post(reverse("analytics:runs"), {"as_of": day})
    assert started.status_code == 400


def test_the_dashboard_of_a_past_day_shows_what_would_have_been_said(
    told: Told, sign_in_as: SignInAs
):
    north, rita = told.team.north, told.team.rita
    points = {7: "900", 14: "800"}
    for days, forecast in points.items():
        PastForecast.objects.create(
            run=told.run,
            team=north,
            period=told.quarter,
            made_on=told.day - timedelta(days=days),
            weeks_left=3,
            forecast=forecast,
            low=700,
            high=1000,
            last_period=1,
            last_year=1,
            run_rate=1,
        )
    part = {"team": north.pk, "period": told.quarter.pk}

    def shown(days: int, who=told.team.mia):
        query = part | {"as_of": told.day - timedelta(days=days)}
        return sign_in_as(who).get(reverse("team-forecast"), query)

    assert shown(7).context["forecast"].recalculated.forecast == 900
    between = shown(9)
    assert between.context["forecast"].recalculated.forecast == 800
    assert "the same method would have said" in between.text
    assert "700 to 1,000" in between.text
    assert shown(15).context["forecast"].recalculated is None
    assert "the runs begin on" in shown(15).text
    told.tell("10", "20", "30", of=told.quarter, team=north)
    newest = shown(0).context["forecast"]
    assert (newest.forecast.total, newest.recalculated) == (60, None)
    assert not PastForecast.objects.visible_to(rita).exists()


def test_what_is_booked_opens_the_deals_that_were_won_by_the_run(told: Told, sign_in_as: SignInAs):
    """Rita had won 400 by then; what she wins after the run is not in its numbers."""
    team, north = told.team, told.team.north
    won, by_then = StageFactory(won=True), told.run.moment - timedelta(hours=1)
    before, after = (
        DealFactory(owner=team.rita, amount=amount, created_at=by_then) for amount in (400, 70)
    )
    with history.writing(by=None, source="page", at=by_then):
        Deal.objects.filter(pk=before.pk).update(stage=won)
    with history.writing(by=None, source="page"):
        Deal.objects.filter(pk=after.pk).update(stage=won)
    for subject in ({"team": north}, {"person": team.rita}):
        told.tell("400", "12", "0", of=told.quarter, **subject)
    client = sign_in_as(team.mia)

    page = client.get(reverse(FORECAST), {"subject": f"team-{north.pk}"})
    card = client.get(reverse("team-forecast"), {"team": north.pk, "period": told.quarter.pk})

    opened = {
        table: {cell.column.key: cell.href for cell in page.context[table].body[0]}
        for table in ("periods", "people")
    }
    for href in (
        opened["periods"]["booked"],
        opened["people"]["booked"],
        card.context["forecast"].booked_href,
        page.context["headline"].booked_href,
    ):
        assert client.get(href).context["found"].totals.amount == 400
    for table, subject in (("periods", f"team-{north.pk}"), ("people", f"person-{team.rita.pk}")):
        href = opened[table]["from_open"]
        assert f"subject={subject}" in href
        assert client.get(href).context["found"].total == 12


def test_somebody_who_left_has_bookings_to_open_and_no_page(told: Told, sign_in_as: SignInAs):
    team = told.team
    for subject in ({"team": team.north}, {"person": team.ron}):
        told.tell("10", "5", "0", of=told.quarter, **subject)
    Person.objects.filter(pk=team.ron.pk).update(is_active=False)

    client = sign_in_as(team.ada)
    page = client.get(reverse(FORECAST), {"subject": f"team-{team.north.pk}"})

    hrefs = {cell.column.key: cell.href for cell in page.context["people"].body[0]}
    assert (hrefs["name"], hrefs["from_open"]) == (None, None)
    assert client.get(hrefs["booked"]).status_code == 200
