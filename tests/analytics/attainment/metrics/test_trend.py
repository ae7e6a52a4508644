from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from analytics.dashboards.metrics import AmountSpan, TrendDay, pipeline_trend
from kit.periods import Period

START = date(2026, 1, 1)
WEEK = Period(START, START + timedelta(days=7))


def day(n: int) -> date:
    return START + timedelta(days=n)


def test_each_day_has_what_was_open_at_its_end():
    found = pipeline_trend(
        Period(day(0), day(4)),
        [
            AmountSpan(day(-30), day(2), 100, 0, 1),
            AmountSpan(day(1), day(3), 50, 50, 2),
            AmountSpan(day(2), day(2), 999, 999, 9),
            AmountSpan(day(3), day(99), 7, 0, 1),
        ],
    )

    assert found == [
        TrendDay(day(0), 100, 0, 1),
        TrendDay(day(1), 150, 50, 3),
        TrendDay(day(2), 50, 50, 2),
        TrendDay(day(3), 7, 0, 1),
    ]


def test_without_deals_the_trend_is_flat_at_nothing():
    assert {each.cents for each in pipeline_trend(WEEK, [])} == {0}


spans = st.tuples(st.integers(-9, 9), st.integers(0, 12), st.integers(1, 1000))


@given(st.lists(spans, max_size=20))
def test_it_agrees_with_looking_at_every_day(rows):
    stretches = [AmountSpan(day(a), day(a + n), cents, cents // 2, 1) for a, n, cents in rows]

    for each in pipeline_trend(WEEK, stretches):
        there = [s for s in stretches if s.since <= each.day < s.until]
        assert each.cents == sum(s.cents for s in there)
        assert each.closing_cents == sum(s.closing_cents for s in there)
        assert each.deals == len(there)
