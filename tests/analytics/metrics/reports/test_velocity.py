from dataclasses import replace
from decimal import Decimal
from statistics import median

import pytest

from analytics.metrics.charts import change_chart
from analytics.metrics.metrics.velocity import Factor
from analytics.metrics.reports.velocity import velocity_report
from pipeline.deals.models import Deal, DealVersion
from tests.analytics.report_views import report_view_of
from tests.paper import at

AFTER = at(4, 15)


def test_the_velocity_is_the_product_of_its_factors(market, eve):
    found = velocity_report(report_view_of(eve, team="Everyone", now=AFTER), reached=None).now

    closed = Deal.objects.filter(closed_on__range=("2026-01-01", "2026-03-31"), archived_at=None)
    won = closed.filter(status="won")
    priced = [deal.amount_base for deal in won if deal.amount_base]
    last = DealVersion.objects.as_of(at(3, 31, 23, 59))
    days = [(deal.closed_on - deal.created_at.date()).days for deal in won]
    factors = found.factors
    assert factors.open_deals == last.filter(status="open", archived=False).count()
    assert (factors.won, factors.closed) == (won.count(), closed.count())
    assert factors.cycle_days == median(days)
    expected = (
        Decimal(factors.open_deals)
        * won.count()
        / closed.count()
        * sum(priced)
        / len(priced)
        / Decimal(median(days))
    )
    assert abs(found.amount_a_day - expected) < Decimal("0.006")


def test_the_parts_of_the_change_add_up_to_the_cent(market, eve):
    report_view = report_view_of(eve, team="Everyone", now=AFTER, period="Mar 2026")

    found = velocity_report(report_view, reached=None)

    assert found.before.period.period.label == "Feb 2026"
    assert set(found.parts) == set(Factor)
    assert sum(found.parts.values()) == found.now.cents_a_day - found.before.cents_a_day


def test_without_an_earlier_period_there_is_no_change(paper, eve):
    found = velocity_report(
        report_view_of(eve, team="Everyone", now=AFTER, period="Q1 2025"), reached=None
    )

    assert (found.before, found.parts, found.change) == (None, None, None)


def test_a_period_without_wins_has_no_velocity(paper, eve):
    found = velocity_report(
        report_view_of(eve, team="South", now=AFTER, period="Q2 2026"), reached=None
    )

    assert (found.now.cents_a_day, found.parts) == (None, None)
    assert found.is_few


def test_parts_that_do_not_add_up_are_refused(market, eve):
    found = velocity_report(
        report_view_of(eve, team="Everyone", now=AFTER, period="Mar 2026"), reached=None
    )
    parts = {**found.parts, Factor.SIZE: found.parts[Factor.SIZE] + 1}

    with pytest.raises(ValueError, match="do not add up"):
        replace(found, parts=parts)


def test_a_change_that_is_undefined_is_not_drawn(paper, eve):
    found = velocity_report(
        report_view_of(eve, team="Everyone", now=AFTER, period="Q1 2025"), reached=None
    )

    with pytest.raises(ValueError, match="no change to draw"):
        change_chart(found)
