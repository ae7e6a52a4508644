"""The deals behind a forecast: chance, correction and expected value, and what is hidden."""

import csv
import io
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from forecasting.models import DealExpectation
from org.enums import PeriodKind
from org.models.calendar import FiscalPeriod
from tests.factories.pipeline import DealFactory
from tests.forecasting.conftest import SignInAs, Told
from tests.forecasting.test_forecast_page import lines


def expect(told: Told, owner, chance: float, worth: str, amount: str) -> DealExpectation:
    return DealExpectation.objects.create(
        run=told.run,
        period=told.quarter,
        deal=DealFactory(owner=owner),
        person=owner,
        chance=chance,
        worth=Decimal(worth),
        amount=Decimal(amount),
    )


def asked(told: Told, sign_in_as: SignInAs, who, subject: str):
    query = {"subject": subject, "period": told.quarter.pk}
    return sign_in_as(who).get(reverse("forecasting:deals"), query)


def test_each_deal_shows_its_chance_the_correction_and_what_is_expected(
    told: Told, sign_in_as: SignInAs
):
    rita = told.team.rita
    told.tell("0", "330.00", "0", of=told.quarter, person=rita)
    facts = told.facts[told.quarter.pk]
    facts.open_ratio, facts.past_periods = 1.2, 4
    facts.save()
    # 1,000 x 0.25 x 1.2; and 100 x 0.9 x 1.2 = 108, which is more than there is: 30 of the 100.
    part = expect(told, rita, 0.25, "1000.00", "300.00")
    expect(told, rita, 0.25, "100.00", "30.00")

    page = asked(told, sign_in_as, rita, f"person-{rita.pk}")

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(round((e.worth * e.chance * r.open_ratio)::numeric, 2)), sum(e.amount)"
            " FROM forecasting_dealexpectation e JOIN forecasting_forecastrun r"
            " USING (run_id, period_id) WHERE e.person_id = %s",
            [rita.pk],
        )
        counted, stored = cursor.fetchone()
    assert counted == stored == page.context["found"].total == page.context["found"].shown
    shown = lines(page, "table")[part.deal.name]
    assert (shown["worth"], shown["chance"], shown["amount"]) == ("1,000", "25.0 %", "300.00")
    assert "times 120.0 %" in page.text


def test_the_rest_that_may_not_be_opened_is_told_as_a_sum(told: Told, sign_in_as: SignInAs):
    told.tell("0", "70.00", "0", of=told.quarter, team=told.team.north)
    # Ron's is Mia's to see; Rob has moved to South, and his deal with him.
    expect(told, told.team.ron, 0.5, "100.00", "50.00")

    page = asked(told, sign_in_as, told.team.mia, f"team-{told.team.north.pk}")

    found = page.context["found"]
    assert (found.total, found.shown, found.hidden) == (70, 50, 20)
    assert "Of deals that you may not open" in page.text


def test_the_database_refuses_to_expect_more_than_a_deal_is_worth(told: Told):
    with pytest.raises(IntegrityError, match="expectation_within_worth"), transaction.atomic():
        expect(told, told.team.rita, 0.9, "100.00", "100.01")


def test_a_quarter_stands_above_its_months_which_add_up_to_it(told: Told, sign_in_as: SignInAs):
    """With what the months that are over booked, the rows below a quarter are all of it."""
    north = told.team.north
    months = list(
        FiscalPeriod.objects.filter(
            kind=PeriodKind.MONTH,
            start_on__gte=told.quarter.start_on,
            end_on__lte=told.quarter.end_on,
        ).order_by("start_on")
    )
    told.tell("100", "60", "30", of=told.quarter, team=north)
    told.tell("25", "40", "10", of=months[1], team=north)
    told.tell("0", "20", "20", of=months[2], team=north)

    page = sign_in_as(told.team.mia).get(
        reverse("forecasting:forecast"), {"subject": f"team-{north.pk}"}
    )

    rows = page.context["periods"].rows
    assert [row.period.label for row in rows] == [
        told.quarter.label,
        "Its months that are over",
        *(month.label for month in months[1:]),
    ]
    whole, *parts = [row.forecast for row in rows]
    for name in ("booked", "from_open", "from_new", "total"):
        assert sum(getattr(part, name) for part in parts) == getattr(whole, name), name
    assert parts[0].booked == 75
    assert page.context["page"].opened.period == told.quarter


def csv_rows(response) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_deals_sort_and_download_all_that_is_shown(told: Told, sign_in_as: SignInAs):
    rita = told.team.rita
    told.tell("0", "60.00", "0", of=told.quarter, person=rita)
    for worth, chance in (("100.00", 0.5), ("300.00", 0.1), ("200.00", 0.2)):
        expect(told, rita, chance, worth, "20.00")
    client = sign_in_as(rita)
    query = {"subject": f"person-{rita.pk}", "period": told.quarter.pk}

    def worths(**more: str) -> list[Decimal]:
        page = client.get(reverse("forecasting:deals"), query | more)
        return [row.worth for row in page.context["table"].rows]

    assert worths(sort="worth") == [100, 200, 300]
    assert worths(sort="-chance") == [100, 200, 300]
    assert worths(sort="-worth") == [300, 200, 100]
    assert client.get(reverse("forecasting:deals"), query | {"sort": "secret"}).status_code == 400
    rows = csv_rows(client.get(reverse("forecasting:deals"), query | {"file": "on"}))
    assert sum(Decimal(row["Expected"]) for row in rows) == 60
    assert {row["Chance in the period"] for row in rows} == {"0.5", "0.1", "0.2"}


def test_who_a_team_is_made_of_sorts_with_the_rest_at_the_end(told: Told, sign_in_as: SignInAs):
    team, north = told.team, told.team.north
    told.tell("15", "12", "3", of=told.quarter, team=north)
    told.tell("4", "5", "1", of=told.quarter, person=team.rita)
    told.tell("6", "2", "1", of=told.quarter, person=team.ron)
    client, query = sign_in_as(team.mia), {"subject": f"team-{north.pk}"}

    def people(**more: str):
        return client.get(reverse("forecasting:forecast"), query | more).context["people"]

    assert [row[0].text for row in people(sort="name").body][:2] == ["Rita Rep", "Ron Rep"]
    by_booked = people(sort="-booked").rows
    assert [line.booked for line in by_booked] == [6, 4, 5]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sum(total) FILTER (WHERE team_id = %s) - sum(total) FILTER"
            " (WHERE person_id = ANY(%s)) FROM forecasting_forecast WHERE run_id = %s",
            [north.pk, [team.rita.pk, team.ron.pk], told.run.pk],
        )
        assert cursor.fetchone() == (by_booked[-1].total,) == (11,)
    rows = csv_rows(client.get(reverse("forecasting:forecast"), query | {"file": "people"}))
    assert sum(Decimal(row["Forecast"]) for row in rows) == 30
