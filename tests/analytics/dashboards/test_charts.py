from datetime import date, timedelta
from decimal import Decimal

import plotly.graph_objects as go
import pytest

from analytics.attainment.metrics import cumulative
from analytics.attainment.reports.attainment import Amounts, Bar
from analytics.dashboards.figures import (
    bookings_chart,
    open_pipeline_chart,
    trend_chart,
)
from analytics.dashboards.metrics import TrendDay
from kit.periods import Period, Workweek

WEEK = Workweek(frozenset({0, 1, 2, 3, 4}), frozenset())
FORTNIGHT = Period(date(2026, 1, 5), date(2026, 1, 19), "Now")
BEFORE = Period(date(2025, 12, 8), date(2025, 12, 22), "Before")


def proven(figure) -> go.Figure:
    return go.Figure({"data": figure["data"], "layout": figure["layout"]})


def bookings(earlier, *, quota=100_00, first_open_day=date(2026, 1, 8), week=WEEK):
    return bookings_chart(
        cumulative(FORTNIGHT, {date(2026, 1, 6): 30_00}),
        earlier,
        quota=quota,
        week=week,
        first_open_day=first_open_day,
        hrefs=lambda period: (
            lambda before: f"/deals/?closed_from={period.start}&closed_to={before}"
        ),
        quota_href="/quotas/",
    )


def test_bookings_stand_beside_the_quota_and_the_same_point_of_earlier_periods():
    earlier = [cumulative(BEFORE, {date(2025, 12, 9): 20_00, date(2025, 12, 18): 60_00})] * 2

    chart = bookings(earlier)

    figure = proven(chart.figure)
    assert [trace.name for trace in figure.data] == [
        "Now",
        "Before",
        "Before",
        "Usual pace to the quota",
        "Quota",
    ]
    now, before, _, usual, quota = figure.data
    assert list(now.y[:5]) == [0, 30, 30, 30, None]
    assert list(before.y) == [0, 20, 20, 20, 20, 20, 20, 20, 20, 20, 80, 80, 80, 80]
    assert list(usual.y) == [value * 1.25 for value in before.y]
    assert set(quota.y) == {100}
    assert (now.line.width, before.line.width) == (3, 1)


def test_the_table_of_bookings_has_the_end_of_each_week_and_opens_its_deals():
    chart = bookings([])

    assert [row["place"] for row in chart.table.rows] == [date(2026, 1, 11), date(2026, 1, 18)]
    assert [row["links"] for row in chart.table.rows] == [[None, "/quotas/"]] * 2
    assert [row["values"] for row in bookings([], first_open_day=date(2026, 2, 1)).table.rows] == [
        [Decimal(30), Decimal(100)]
    ] * 2


def test_earlier_periods_open_what_they_had_booked_up_to_the_same_point():
    """A holiday shortens the week then: the fifth working day of now is the Monday after it."""
    week = Workweek(WEEK.weekdays, frozenset({date(2025, 12, 12)}))
    earlier = cumulative(BEFORE, {date(2025, 12, 15): 20_00})

    table = bookings([earlier], first_open_day=date(2026, 2, 1), week=week).table

    links = [[cell.href for cell in line] for line in table.body]
    assert [line[1:] for line in links] == [
        [
            "/deals/?closed_from=2026-01-05&closed_to=2026-01-12",
            "/deals/?closed_from=2025-12-08&closed_to=2025-12-16",
            "/quotas/",
        ],
        [
            "/deals/?closed_from=2026-01-05&closed_to=2026-01-19",
            "/deals/?closed_from=2025-12-08&closed_to=2025-12-22",
            "/quotas/",
        ],
    ]
    assert table.rows[0]["values"][1] == Decimal(20)


def test_without_a_quota_there_is_no_line_for_it():
    earlier = [cumulative(BEFORE, {date(2025, 12, 9): 20_00})] * 2

    assert [trace["name"] for trace in bookings(earlier, quota=None).figure["data"]] == [
        "Now",
        "Before",
        "Before",
    ]


def test_open_pipeline_opens_the_deals_of_each_bar():
    bar = Bar(2, "Propose", all=Amounts(cents=25_50), closing=Amounts(cents=10_00))
    closing_href, all_href = "/deals/?stage=2&close_from=x", "/deals/?stage=2"

    chart = open_pipeline_chart(
        [bar], by="stage", period=FORTNIGHT, hrefs=lambda _: (closing_href, all_href)
    )

    closing, every = proven(chart.figure).data
    assert (closing.name, list(closing.x), list(closing.customdata)) == (
        "Closing in Now",
        [10],
        [closing_href],
    )
    assert (list(every.x), list(every.y), list(every.customdata)) == (
        [25.5],
        ["Propose"],
        [all_href],
    )
    assert chart.table.rows[0]["values"] == [Decimal("10.00"), Decimal("25.50")]
    assert [cell.href for cell in chart.table.body[0]] == [None, closing_href, all_href]


@pytest.mark.parametrize("length", [1, 5])
def test_the_trend_has_a_point_for_each_day(length):
    days = [
        TrendDay(FORTNIGHT.start + timedelta(days=n), 100 * n, 10 * n, n) for n in range(length)
    ]

    chart = trend_chart(
        days,
        period=FORTNIGHT,
        href=lambda day: f"/deals/?as_of={day}",
        closing_href=lambda day: f"/deals/?closing&as_of={day}",
    )

    every, closing = proven(chart.figure).data
    assert list(every.y) == [float(n) for n in range(length)]
    assert list(closing.y) == [n / 10 for n in range(length)]
    assert every.customdata[0] == "/deals/?as_of=2026-01-05"
    assert closing.customdata[0] == "/deals/?closing&as_of=2026-01-05"
    assert [cell.href for cell in chart.table.body[0]] == [
        None,
        every.customdata[0],
        closing.customdata[0],
    ]
    assert len(chart.table.rows) == length
