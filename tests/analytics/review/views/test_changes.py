from datetime import date

import plotly.graph_objects as go
import pytest
from django.urls import reverse

from kit.display import money
from kit.money import from_cents
from tests.paper import at, change

pytestmark = pytest.mark.django_db
Q2 = {"period": "Q2 2026", "as_of": "2026-04-20", "since_day": "2026-04-01"}
MAY, AUGUST = date(2026, 5, 20), date(2026, 8, 1)


@pytest.fixture
def moved(paper):
    ready = {"created_at": at(3, 1), "expected_close_on": MAY}
    paper.make("stays", paper.rita, "100", **ready)
    paper.make("pushed", paper.rita, "200", **ready)
    paper.make("won", paper.rita, "400", stage=paper.propose, **ready)
    paper.make("new", paper.rita, "800", created_at=at(4, 5), expected_close_on=MAY)
    change(paper.deals["pushed"], at=at(4, 6), expected_close_on=AUGUST)
    change(paper.deals["won"], at=at(4, 7), stage=paper.won)
    return paper


def test_the_waterfall_goes_from_then_to_now(moved, as_):
    response = as_(moved.mia).get(reverse("analytics:changes"), Q2)

    figure = response.context["waterfall"].figure
    trace = go.Figure({"data": figure["data"], "layout": figure["layout"]}).data[0]
    assert list(trace.x) == ["Then", "New", "Pushed out", "Won", "As of the day"]
    assert list(trace.y) == [700, 800, -200, -400, 900]
    assert list(trace.base) == [0, 700, 1500, 1300, 0]
    table = [[cell.text for cell in row] for row in response.context["waterfall"].table.body]
    assert ["Pushed out", "-200"] in table
    assert (response.context["came"], response.context["went"]) == (800, -600)


def test_the_flow_ends_in_what_is_in_play(moved, as_):
    response = as_(moved.mia).get(reverse("analytics:changes"), {**Q2, "by": "stage"})

    figure = response.context["flow"].figure
    go.Figure({"data": figure["data"], "layout": figure["layout"]})
    link, labels = figure["data"][0]["link"], figure["data"][0]["node"]["label"]
    found = {
        (labels[source], labels[target]): value
        for source, target, value in zip(link["source"], link["target"], link["value"], strict=True)
    }
    assert found == {
        ("Qualify", "Qualify"): 100,
        ("Qualify", "Pushed out"): 200,
        ("Propose", "Won"): 400,
        ("New", "Qualify"): 800,
    }


def test_a_deal_that_shrank_and_left_went_with_both(moved, as_):
    moved.make("both", moved.rita, "1000", created_at=at(3, 1), expected_close_on=MAY)
    change(moved.deals["both"], at=at(4, 8), amount="900")
    change(moved.deals["both"], at=at(4, 9), expected_close_on=AUGUST)
    client = as_(moved.mia)

    whole = client.get(reverse("analytics:changes"), Q2).context["went"]
    rows = client.get(reverse("analytics:changes"), {**Q2, "show": "went"}).context

    worth = {row.now.name: row.value for row in rows["deals"].page.rows}
    assert worth == {"both": -1000_00, "won": -400_00, "pushed": -200_00}
    assert rows["deals_total"] == whole == -1600


def test_every_link_of_the_flow_opens_exactly_its_deals(moved, as_):
    ready = {"created_at": at(3, 1), "expected_close_on": MAY}
    for name, amount in (("lost", "1600"), ("grew", "3200"), ("went on", "6400")):
        moved.make(name, moved.rita, amount, **ready)
    change(moved.deals["lost"], at=at(4, 8), stage=moved.lost)
    change(moved.deals["grew"], at=at(4, 8), amount="3300")
    change(moved.deals["went on"], at=at(4, 8), stage=moved.propose)
    client = as_(moved.mia)
    for by in ("stage", "category"):
        page = client.get(reverse("analytics:changes"), {**Q2, "by": by, "unit": "deals"})
        links = page.context["flow"].table.body
        addresses = page.context["flow"].figure["data"][0]["link"]["customdata"]
        assert len(links) == len(addresses) >= 4
        for (name, amount), address in zip(links, addresses, strict=True):
            rows = client.get(reverse("analytics:changes") + address.partition("#")[0]).context

            assert rows["deals_title"] == name.text
            assert money(rows["deals_total"]) == amount.text
            shown = [row.value for row in rows["deals"].page.rows]
            assert from_cents(sum(shown)) == rows["deals_total"]


def test_a_link_that_the_flow_has_not_opens_no_deals(moved, as_):
    for link in ("x.x", "won.won", "", "pipeline.lost"):
        query = {**Q2, "by": "stage", "show": "flow", "link": link}
        response = as_(moved.mia).get(reverse("analytics:changes"), query)

        assert response.status_code == 200
        assert response.context["deals"].count == 0


@pytest.mark.parametrize(
    ("show", "names", "total"),
    [
        ("opening", {"stays", "pushed", "won"}, 700),
        ("closing", {"stays", "new"}, 900),
        ("came", {"new"}, 800),
        ("went", {"pushed", "won"}, -600),
        ("pushed_out", {"pushed"}, -200),
        ("won", {"won"}, -400),
        ("lost", set(), 0),
    ],
)
def test_every_bar_opens_its_deals(moved, as_, show, names, total):
    response = as_(moved.mia).get(reverse("analytics:changes"), {**Q2, "show": show})

    assert {row[0].text for row in response.context["table"].body} == names
    assert response.context["deals_total"] == total


@pytest.mark.parametrize(
    ("unit", "opening", "closing"), [("weighted", 260, 180), ("deals", 3, 2), ("amount", 700, 900)]
)
def test_amounts_weights_and_deals(moved, as_, unit, opening, closing):
    """Qualify weighs 20 %, Propose 50 %."""
    response = as_(moved.mia).get(reverse("analytics:changes"), {**Q2, "unit": unit})

    assert (response.context["opening"], response.context["closing"]) == (opening, closing)


def test_what_is_no_longer_below_the_viewer_is_a_sum_alone(moved, as_):
    """Ron's deals were North's until 10 February; Max, who leads him now, may open them."""
    moved.make("ron's", moved.ron, "50", created_at=at(1, 5), expected_close_on=MAY)
    query = {"period": "Q2 2026", "as_of": "2026-02-20", "since_day": "2026-02-01"}

    response = as_(moved.mia).get(reverse("analytics:changes"), {**query, "show": "seat_out"})

    deals = response.context["deals"]
    assert (deals.count, deals.hidden, deals.hidden_value) == (1, 1, -50_00)
    assert response.context["table"].body == []
    assert "ron&#x27;s" not in response.content.decode()
    assert "now report to somebody else" in response.content.decode()


@pytest.mark.parametrize("unit", ["amount", "weighted", "deals"])
def test_without_deals_it_says_what_to_do_and_draws_nothing(paper, as_, unit):
    far = {"period": "Q4 2025", "as_of": "2026-04-20", "since_day": "2026-04-01", "unit": unit}
    empty = as_(paper.mia).get(reverse("analytics:changes"), far)

    assert not empty.context["waterfall"]
    assert not empty.context["flow"]
    html = empty.content.decode()
    assert "Nothing to compare." in html
    assert reverse("analytics:deal-new") in html
    assert "data-chart=" not in html


def test_deals_without_amounts_are_drawn_as_deals_alone(paper, as_):
    paper.make("unpriced", paper.rita, None, created_at=at(3, 1), expected_close_on=MAY)

    for unit, drawn in (("amount", False), ("deals", True)):
        response = as_(paper.mia).get(reverse("analytics:changes"), {**Q2, "unit": unit})
        assert bool(response.context["waterfall"]) is drawn
        assert not response.context["flow"]
