import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from pipeline.deals.models import Deal
from tests.paper import at
from tests.process.practices.reports.test_best import crowd  # noqa: F401 -- a fixture

pytestmark = pytest.mark.django_db
Q1 = {"period": "Q1 2026"}


def test_the_page_says_who_is_compared_and_loads_the_comparison(crowd, as_):  # noqa: F811 -- the fixture
    response = as_(crowd.mia).get(reverse("process:best"), Q1)

    text = response.content.decode()
    assert "24 people with the title Account Executive" in text
    assert "Another title: 1." in text
    assert f'hx-get="{reverse("process:best-behaviours")}?period=Q1+2026"' in text
    groups = [row[-1].text for row in response.context["people"].body]
    assert groups[:7] == ["Top quarter"] * 6 + ["The rest"]


def test_the_comparison_names_no_one(crowd, as_):  # noqa: F811 -- the fixture
    response = as_(crowd.mia).get(reverse("process:best-behaviours"), Q1)

    text = response.content.decode()
    assert "Rep 00" not in text
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in response.context["table"].body}
    assert rows["Discount"][:2] == ["0.0 %", "20.0 %"]
    assert rows["People reached on a deal"] == [
        "2.0", "1.0", "+1.00", rows["People reached on a deal"][3], "Cannot tell"
    ]  # fmt: skip


def test_a_small_team_is_told_that_it_is_small(paper, as_):
    response = as_(paper.mia).get(reverse("process:best"), Q1)

    text = response.content.decode()
    assert "Too few people to compare." in text
    assert "The rest" not in text
    assert {row[-1].text for row in response.context["people"].body} >= {"Alike"}


def test_a_rep_compares_nobody(paper, as_):
    assert as_(paper.rita).get(reverse("process:best")).status_code == 404
    assert as_(paper.rita).get(reverse("process:best-behaviours")).status_code == 404


def test_more_deals_ask_no_more_statements(crowd, as_):  # noqa: F811 -- the fixture
    client = as_(crowd.mia)
    client.get(reverse("process:best-behaviours"), Q1)
    with CaptureQueriesContext(connection) as all_of_them:
        client.get(reverse("process:best-behaviours"), Q1)
    Deal.objects.filter(name__endswith=" 4").update(archived_at=at(3, 1))

    with CaptureQueriesContext(connection) as fewer:
        client.get(reverse("process:best-behaviours"), Q1)

    assert len(all_of_them) == len(fewer) <= 16
