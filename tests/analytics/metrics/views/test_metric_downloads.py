"""Every table of the metrics comes as a file of the rows that it shows."""

import csv
import io
import re
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from analytics.metrics.enums import MetricPart
from analytics.metrics.metrics.promises import Fate
from pipeline.deals.models import Deal
from tests.paper import at
from tests.process.practices.reports.test_best import crowd  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db
URL = reverse("analytics:metrics")
Q1 = {"period": "Q1 2026"}
FILES = {
    MetricPart.OUTCOMES: {"people", "weeks", "reasons", "cohorts"},
    MetricPart.CUTS: {"sources", "industries", "competitors", "products", "created"},
    MetricPart.STAGES: {"stages-1"},
    MetricPart.VELOCITY: {"paces", "parts"},
    MetricPart.SLIPS: {"people", "pushes"},
    MetricPart.PRICES: {"by_product", "by_person"},
}


def lines(response) -> list[dict[str, str]]:
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment")
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


@pytest.mark.parametrize("part", MetricPart)
def test_every_table_has_a_download_of_its_rows(market, eve, as_, part):
    client = as_(eve)

    # Nothing was expected yet when the quarter of these deals began.
    period = {"period": "Feb 2026"} if part is MetricPart.SLIPS else Q1
    page = client.get(URL, {**period, "part": str(part)}).content.decode()

    links = {
        name: href.replace("&amp;", "&")
        for href, name in re.findall(r'export" href="(\?[^"]*file=([\w-]+))"', page)
    }
    assert FILES[part] - {"parts"} <= links.keys() <= FILES[part]
    for name, href in links.items():
        assert lines(client.get(URL + href)), name


def test_a_file_has_the_numbers_of_the_page(market, eve, as_):
    client = as_(eve)
    shown = client.get(URL, Q1).context["people"]

    rows = lines(client.get(URL, {**Q1, "file": "people"}))

    assert [row["Person"] for row in rows] == [cells[0].text for cells in shown.body]
    assert sum(int(row["Won"]) for row in rows) == shown.total.outcomes.won
    amounts = [f"{float(row['Won amount']):,.0f}" for row in rows]
    assert amounts == [cells[6].text for cells in shown.body]


def test_days_in_a_stage_come_as_median_p75_and_cases(market, eve, as_):
    rows = lines(as_(eve).get(URL, {**Q1, "part": "stages", "file": "stages-1"}))

    (first,) = [row for row in rows if row["Stage"] == "Qualify"]
    assert float(first["Days in it, median"]) < float(first["Days in it, p75"])
    assert int(first["Days in it, stays"]) > 30


def test_a_name_that_a_spreadsheet_would_run_is_guarded(market, eve, as_):
    market.rita.full_name = "=1+1"
    market.rita.save()

    rows = lines(as_(eve).get(URL, {**Q1, "file": "people"}))

    assert "'=1+1" in {row["Person"] for row in rows}


def test_a_table_that_is_not_there_has_no_file(market, eve, as_):
    assert as_(eve).get(URL, {**Q1, "file": "sources"}).status_code == 404


def test_the_comparison_comes_as_numbers(crowd, as_):  # noqa: F811 -- the fixture
    rows = lines(as_(crowd.mia).get(reverse("process:best-behaviours"), {**Q1, "file": "on"}))

    found = {row["Behaviour"]: row for row in rows}["Discount"]
    assert (found["Unit"], found["Top quarter, median"], found["The rest, median"]) == (
        "share", "0.0", "0.2"
    )  # fmt: skip
    assert -1 <= float(found["Interval from"]) <= float(found["Effect"])


def test_the_people_compared_come_as_a_file(crowd, as_):  # noqa: F811 -- the fixture
    rows = lines(as_(crowd.mia).get(reverse("process:best"), {**Q1, "file": "on"}))

    groups = [row["Compared as"] for row in rows]
    assert groups[:7] == ["Top quarter"] * 6 + ["The rest"]


ROWS = reverse("analytics:metric-rows")
FEBRUARY = {"period": "Feb 2026"}


@pytest.mark.parametrize(
    ("sort", "column"), [("amount", "Amount"), ("name", "Deal"), ("close", "Expected close")]
)
def test_the_rows_behind_a_number_sort_both_ways_and_come_whole(market, eve, as_, sort, column):
    client = as_(eve)
    asked = {**Q1, "figure": "pushes.open"}

    up = lines(client.get(ROWS, {**asked, "sort": sort, "file": "on"}))
    down = lines(client.get(ROWS, {**asked, "sort": f"-{sort}", "file": "on"}))

    page = client.get(ROWS, {**asked, "sort": sort}).context
    assert len(up) == page["found"].count > 50
    assert [row["Id"] for row in up] == [row["Id"] for row in reversed(down)]
    assert [row["Deal"] for row in up][:50] == [row[0].text for row in page["table"].body]
    values = [row[column] for row in up if row[column]]
    assert values == sorted(values, key=float if column == "Amount" else str.casefold)


def test_an_order_that_is_not_offered_is_refused(market, eve, as_):
    assert as_(eve).get(ROWS, {**Q1, "figure": "pushes.open", "sort": "id"}).status_code == 400


def test_the_prices_of_each_deal_add_up_to_the_figure(market, eve, as_):
    client = as_(eve)
    whole = client.get(URL, {**Q1, "part": "prices"}).context["found"].whole

    rows = lines(client.get(ROWS, {**Q1, "figure": "prices.all", "file": "on"}))
    sums = client.get(ROWS, {**Q1, "figure": "prices.all"}).context["found"].sums

    assert len(rows) == whole.prices.deals > 0
    for label, amount in (("At list price", whole.listed), ("As agreed", whole.sold)):
        assert sum(Decimal(row[label]) for row in rows) == amount == sums[label]


def test_what_was_expected_adds_up_as_it_stood_at_the_start(market, eve, as_):
    client = as_(eve)
    slips = client.get(URL, {**FEBRUARY, "part": "slips"}).context["found"].whole.promises

    rows = lines(client.get(ROWS, {**FEBRUARY, "figure": "slips.moved", "file": "on"}))

    assert len(rows) == slips.moved > 0
    assert sum(Decimal(row["Amount at the start"]) for row in rows) * 100 == slips.moved_cents


def test_sorting_keeps_the_query_count(market, eve, as_, django_assert_num_queries):
    client = as_(eve)
    asked = {**Q1, "figure": "pushes.open", "sort": "owner"}
    client.get(ROWS, asked)
    with CaptureQueriesContext(connection) as many:
        client.get(ROWS, asked)
    Deal.objects.exclude(name="market 1").update(archived_at=at(1, 2))

    with django_assert_num_queries(len(many)):
        client.get(ROWS, asked)


def test_the_deals_not_won_in_time_are_all_that_were_expected_but_the_won(market, eve, as_):
    client = as_(eve)
    slips = client.get(URL, {**FEBRUARY, "part": "slips"}).context["found"].whole.promises

    rows = lines(client.get(ROWS, {**FEBRUARY, "figure": "slips.missed", "file": "on"}))

    assert len(rows) == slips.expected - slips.deals[Fate.WON] > 0


@pytest.mark.parametrize("figure", ["profit.all", "slips", "slips.late", "pushes.open.1"])
def test_a_figure_that_is_not_there_has_no_rows(market, eve, as_, figure):
    assert as_(eve).get(ROWS, {**Q1, "figure": figure}).status_code == 404
