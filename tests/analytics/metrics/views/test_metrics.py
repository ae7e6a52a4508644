from decimal import Decimal

import pytest
from django.urls import reverse

from analytics.metrics.enums import MetricPart
from analytics.metrics.reports.catalogue import catalogue
from tests.analytics.metric_links import linked_counts, wrong_links

pytestmark = pytest.mark.django_db
Q1 = {"period": "Q1 2026"}
URL = reverse("analytics:metrics")


PARTS = [str(part) for part in MetricPart]


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("query", [Q1, {"period": "Feb 2026", "as_of": "2026-02-20"}])
def test_every_number_opens_exactly_its_rows(market, eve, as_, part, query):
    client = as_(eve)

    response = client.get(URL, {**query, "part": part})

    links = list(linked_counts(response))
    assert len(links) >= 3
    assert wrong_links(client, links) == []


@pytest.mark.parametrize("part", PARTS)
def test_a_managers_numbers_open_what_may_be_opened_and_say_the_rest(market, as_, part):
    """Ron's deals of January and early February were North's, and now Max leads him."""
    client = as_(market.mia)

    links = list(linked_counts(client.get(URL, {"period": "Feb 2026", "part": part})))

    assert links
    assert wrong_links(client, links) == []


def test_counted_from_a_stage_the_links_keep_it(market, eve, as_):
    client = as_(eve)

    response = client.get(URL, {**Q1, "reached": market.propose.pk})

    links = list(linked_counts(response))
    closed = [href for what, href, _ in links if "Closed" in what and "person" in what]
    assert closed
    assert all(f"reached={market.propose.pk}" in href for href in closed)
    assert wrong_links(client, links) == []


def test_the_page_shows_the_rate_of_the_closed_deals(market, eve, as_):
    response = as_(eve).get(URL, Q1)

    outcomes = response.context["found"].whole.outcomes
    assert outcomes.closed >= 10
    assert response.context["rate"] == Decimal(outcomes.won) / outcomes.closed
    assert f"of {outcomes.closed} deals" in response.content.decode()


def test_too_few_deals_make_no_rate(paper, as_):
    response = as_(paper.rae).get(URL, Q1)

    assert response.context["found"].whole.outcomes.won == 2
    assert response.context["rate"] is None
    assert "of 2 deals: too few" in response.content.decode()


def test_another_team_is_not_there(paper, as_):
    response = as_(paper.mia).get(URL, {"team": paper.south.pk})

    assert response.status_code == 404


def test_a_period_that_is_not_there_is_explained(paper, as_):
    response = as_(paper.mia).get(URL, {"period": "Q9 2026"})

    assert response.status_code == 400
    assert "There is no period" in response.content.decode()


def test_every_figure_leads_to_its_definition(market, eve, as_):
    keys = {each.key for each in catalogue()}
    shown = as_(eve).get(reverse("analytics:metric-catalogue")).content.decode()
    anchor = reverse("analytics:metric-catalogue") + "#"

    for part in PARTS:
        text = as_(eve).get(URL, {**Q1, "part": part}).content.decode()
        linked = {piece.split('"')[0] for piece in text.split(anchor)[1:]}
        assert linked
        assert linked <= keys
    assert all(f'id="{key}"' in shown for key in keys)
    assert "won / (won + lost)" in shown


@pytest.mark.parametrize("part", PARTS)
def test_a_period_to_come_says_so_and_leads_to_the_running_one(market, eve, as_, part):
    client = as_(eve)

    page = client.get(URL, {"period": "Q2 2026", "as_of": "2026-03-20", "part": part})

    text = page.content.decode()
    assert "This period has not begun." in text
    assert f'href="?as_of=2026-03-20&amp;part={part}"' in text
    assert client.get(f"{URL}?as_of=2026-03-20&part={part}").context["not_begun"] is False


def test_a_cohort_of_nobody_is_neither_mature_nor_immature(market, eve, as_):
    cohorts = as_(eve).get(URL, {"period": "Q3 2025"}).context["cohorts"]

    assert {(row[1].text, row[-2].text) for row in cohorts.body} == {("0", "—")}
