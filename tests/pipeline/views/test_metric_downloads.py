"""Every table of the metrics comes as a file of the rows that it shows."""

import csv
import io
import re

import pytest
from django.urls import reverse

from org.enums import Role
from pipeline.enums import MetricPart
from tests.factories.org import PersonFactory
from tests.pipeline.reports.metrics.market import fill
from tests.pipeline.reports.metrics.test_best import crowd  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db
URL = reverse("pipeline:metrics")
Q1 = {"period": "Q1 2026"}
FILES = {
    MetricPart.OUTCOMES: {"people", "weeks", "reasons", "cohorts"},
    MetricPart.CUTS: {"sources", "industries", "competitors", "products", "created"},
    MetricPart.STAGES: {"stages-1"},
    MetricPart.VELOCITY: {"paces", "parts"},
    MetricPart.SLIPS: {"people", "pushes"},
    MetricPart.PRICES: {"by_product", "by_person"},
}


@pytest.fixture
def market(paper):
    fill(paper)
    return paper


@pytest.fixture
def eve(db):
    return PersonFactory(full_name="Eve Executive", roles=(Role.EXECUTIVE,))


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
    rows = lines(as_(crowd.mia).get(reverse("pipeline:best-behaviours"), {**Q1, "file": "on"}))

    found = {row["Behaviour"]: row for row in rows}["Discount"]
    assert (found["Unit"], found["Top quarter, median"], found["The rest, median"]) == (
        "share", "0.0", "0.2"
    )  # fmt: skip
    assert -1 <= float(found["Interval from"]) <= float(found["Effect"])


def test_the_people_compared_come_as_a_file(crowd, as_):  # noqa: F811 -- the fixture
    rows = lines(as_(crowd.mia).get(reverse("pipeline:best"), {**Q1, "file": "on"}))

    groups = [row["Compared as"] for row in rows]
    assert groups[:7] == ["Top quarter"] * 6 + ["The rest"]
