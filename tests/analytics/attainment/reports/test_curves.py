from datetime import date, timedelta

import pytest
from django.db.models import Sum

from analytics.attainment.reports.ledger import booking_curves, ledger_of
from analytics.context.reports import closed_in
from org.enums import Role
from org.services import trees
from pipeline.enums import Status
from tests.analytics.report_views import report_view_of
from tests.factories.org import PersonFactory
from tests.paper import Paper, at


@pytest.mark.parametrize("team", ["North", "South", "Sales", "Everyone"])
def test_every_day_of_a_curve_is_the_sum_of_the_deals_that_its_point_opens(
    paper: Paper, team: str
) -> None:
    # Ron changes from North to South in Q1 2026, which is an earlier period of the next quarter,
    # and North leaves Sales in the middle of it.
    trees.move(paper.north, by=None, parent=None, since=date(2026, 2, 1))
    for day, person, amount in (
        ((10, 10, 2025), paper.rita, "25"),
        ((12, 20, 2025), paper.ron, "75.50"),
        ((5, 2, 2026), paper.rae, "8"),
    ):
        month, number, year = day
        won = at(month, number, year=year)
        paper.win(f"old {day}", person, amount, won, created_at=at(7, 1, year=2025))
    viewer = PersonFactory(roles=(Role.EXECUTIVE,))
    report_view = report_view_of(viewer, team=team, period="Q2 2026", now=at(5, 15))

    curves = booking_curves(report_view, ledger_of(report_view))

    assert any(curve.whole for curve in curves.earlier)
    for curve in (*curves.earlier, curves.current):
        won_then = report_view.deals(closed_in(curve.period, Status.WON))
        by_day = dict(
            won_then.versions(moment=report_view.moment, day=report_view.day)
            .values_list("closed_on")
            .annotate(Sum("amount_base"))
            .order_by()
        )
        for n in range(curve.period.days):
            day = curve.period.start + timedelta(days=n)
            assert curve.totals[n + 1] - curve.totals[n] == int(100 * (by_day.get(day) or 0)), day
