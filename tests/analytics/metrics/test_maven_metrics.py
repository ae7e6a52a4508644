"""The metrics of the Maven set on their page, against what pandas reads in the files alone."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from django.test import Client
from django.urls import reverse

from analytics.attainment.metrics import win_rate
from analytics.metrics.reports.outcomes import OutcomesReport
from org.enums import Role
from tests.analytics.metric_links import linked_counts, wrong_links
from tests.factories.org import PersonFactory
from tests.imports.test_maven import bring_in

pytestmark = [pytest.mark.maven, pytest.mark.django_db]
YEAR = {"period": "FY 2017", "as_of": "2017-12-31"}


def closed_deals(maven: Path) -> pd.DataFrame:
    frame = pd.read_csv(maven / "sales_pipeline.csv", parse_dates=["engage_date", "close_date"])
    closed = frame[frame.deal_stage.isin(["Won", "Lost"])].copy()
    closed["days"] = (closed.close_date - closed.engage_date).dt.days
    quarter = closed.close_date.dt.to_period("Q")
    closed["week"] = (closed.close_date - quarter.dt.start_time).dt.days // 7 + 1
    closed["is_late"] = closed.close_date.dt.month % 3 == 0
    return closed


def test_the_page_shows_the_figures_of_the_set(maven, client):
    bring_in(maven)
    eve = PersonFactory(full_name="Eve Executive", roles=(Role.EXECUTIVE,))
    client.force_login(eve, backend="org.backends.SessionBackend")

    response = client.get(reverse("analytics:metrics"), YEAR)

    closed, found = closed_deals(maven), response.context["found"]
    assert_rate_and_cycle_are_right(found, closed)
    assert_the_quarter_end_stands_out(found, closed)
    text = response.content.decode()
    assert [words in text for words in ("63.2 %", "57 days", "14 days")] == [True] * 3
    assert_numbers_open_their_deals(client, list(linked_counts(response)))


def assert_rate_and_cycle_are_right(found: OutcomesReport, closed: pd.DataFrame) -> None:
    won, lost = (closed[closed.deal_stage == stage] for stage in ("Won", "Lost"))
    outcomes, ends = found.whole.outcomes, found.whole.ends
    rate = win_rate(outcomes)
    assert rate is not None
    assert (outcomes.won, outcomes.lost) == (len(won), len(lost)) == (4_238, 2_473)
    assert round(rate, 4) == Decimal("0.6315")
    assert float(rate) == pytest.approx((closed.deal_stage == "Won").mean())
    assert (ends.won_days.median, ends.lost_days.median) == (57, 14)
    assert (won.days.median(), lost.days.median()) == (57, 14)
    assert [ends.won_days.low, ends.won_days.high] == list(won.days.quantile([0.25, 0.75]))


def assert_the_quarter_end_stands_out(found: OutcomesReport, closed: pd.DataFrame) -> None:
    by_week = closed.groupby(["week", "deal_stage"]).size().unstack(fill_value=0)
    shown = [(week.whole.outcomes.won, week.whole.outcomes.lost) for week in found.weeks]
    assert shown == list(zip(by_week.Won, by_week.Lost, strict=True))
    won, late = closed[closed.deal_stage == "Won"], found.late
    assert late is not None
    assert float(late.share) == pytest.approx(won.is_late.mean())
    rate = win_rate(late.late)
    assert float(rate) == pytest.approx((closed[closed.is_late].deal_stage == "Won").mean())
    # Nearly half of the wins in a third of the days; four of five closings there are wins.
    assert late.share > Decimal("0.48") > late.share_of_days
    assert rate > Decimal("0.8") > win_rate(late.before)


def assert_numbers_open_their_deals(client: Client, links: list[tuple[str, str, int]]) -> None:
    people = [link for link in links if "by person" in link[0]]
    assert len(people) == 93  # Thirty reps closed deals, and the total.
    asked = [*people[:9], *people[-3:]]
    assert wrong_links(client, asked) == []
