from datetime import date, timedelta
from decimal import Decimal

import pytest

from analytics.attainment.metrics import (
    Curve,
    aligned,
    cumulative,
    expected_to_date,
    known_on,
    pacing,
    required_per_day,
    same_point,
    seasonal_pacing,
    seasonal_share,
    usual_path,
)
from kit.periods import Period, WorkingDays, Workweek, working_days

WEEK = Workweek(frozenset({0, 1, 2, 3, 4}), frozenset())
# Monday 5 January 2026 to Sunday 18 January: ten working days.
FORTNIGHT = Period(date(2026, 1, 5), date(2026, 1, 19))


def test_working_days_are_counted_up_to_the_first_open_day():
    holiday = Workweek(WEEK.weekdays, frozenset({date(2026, 1, 6)}))

    monday = working_days(FORTNIGHT, week=WEEK, first_open_day=date(2026, 1, 5))
    saturday = working_days(FORTNIGHT, week=WEEK, first_open_day=date(2026, 1, 10))
    with_holiday = working_days(FORTNIGHT, week=holiday, first_open_day=date(2026, 1, 10))
    after = working_days(FORTNIGHT, week=WEEK, first_open_day=date(2026, 3, 1))

    assert (monday.total, monday.elapsed, monday.remaining) == (10, 0, 10)
    assert (saturday.elapsed, saturday.share) == (5, Decimal("0.5"))
    assert (with_holiday.total, with_holiday.elapsed) == (9, 4)
    assert (after.remaining, after.share) == (0, 1)


def test_more_days_cannot_be_over_than_there_are():
    with pytest.raises(ValueError, match="cannot be over"):
        WorkingDays(3, 4)


@pytest.mark.parametrize(
    ("share", "elapsed", "expected"),
    [("0.4", 5, "0.8"), ("0.5", 5, "1"), ("1.4", 10, "1.4"), ("0.4", 0, None), (None, 5, None)],
)
def test_pacing(share, elapsed, expected):
    given = None if share is None else Decimal(share)

    found = pacing(given, WorkingDays(10, elapsed))

    assert found == (None if expected is None else Decimal(expected))


def test_a_period_without_working_days_has_no_pace():
    assert WorkingDays(0, 0).share is None
    assert pacing(Decimal(1), WorkingDays(0, 0)) is None


@pytest.mark.parametrize(
    ("gap", "remaining", "expected"),
    [
        (1000, 4, 250),
        (1000, 3, 333),
        (500, 8, 63),  # 62.5, halves up.
        (1000, 0, None),
        (0, 0, 0),
        (-5, 4, 0),
        (None, 4, None),
    ],
)
def test_required_per_day(gap, remaining, expected):
    assert required_per_day(gap, WorkingDays(10, 10 - remaining)) == expected


def test_a_curve_adds_up_by_day():
    curve = cumulative(
        Period(date(2026, 1, 1), date(2026, 1, 5)),
        {date(2026, 1, 2): 10, date(2026, 1, 4): 5, date(2026, 2, 1): 99},
    )

    assert curve.totals == (0, 0, 10, 10, 15)
    assert curve.whole == 15
    assert known_on(curve, first_open_day=date(2026, 1, 2)) == [
        (date(2026, 1, 1), 0),
        (date(2026, 1, 2), 10),
    ]


def test_a_curve_needs_a_total_for_each_day():
    with pytest.raises(ValueError, match="total for each day"):
        Curve(FORTNIGHT, (0, 1))


@pytest.mark.parametrize(
    ("share", "days"),
    # Of ten working days; the first Friday is day 5, the second Monday day 8.
    [("0", 0), ("0.04", 0), ("0.1", 1), ("0.5", 5), ("0.54", 5), ("0.55", 8), ("1", 14)],
)
def test_the_same_point_is_found_by_working_days(share, days):
    curve = cumulative(FORTNIGHT, {})

    assert same_point(curve, share=Decimal(share), week=WEEK) == days


def test_the_seasonal_share_is_the_median_of_earlier_periods():
    def curve(early: int, late: int) -> Curve:
        return cumulative(FORTNIGHT, {date(2026, 1, 5): early, date(2026, 1, 18): late})

    half = Decimal("0.5")

    three = seasonal_share([curve(1, 9), curve(2, 8), curve(6, 4)], share=half, week=WEEK)
    two = seasonal_share([curve(1, 9), curve(2, 8), curve(0, 0)], share=half, week=WEEK)
    one = seasonal_share([curve(1, 9), curve(0, 0)], share=half, week=WEEK)
    last_four = seasonal_share([curve(10, 0), *[curve(2, 8)] * 4], share=half, week=WEEK)
    unknown = seasonal_share([curve(1, 9), curve(2, 8)], share=None, week=WEEK)

    assert (three, two, one, last_four, unknown) == (
        Decimal("0.2"),
        Decimal("0.15"),
        None,
        Decimal("0.2"),
        None,
    )


def test_what_is_expected_by_now():
    assert expected_to_date(100_001, Decimal("0.15")) == 15_000  # 15,000.15
    assert expected_to_date(10, Decimal("0.25")) == 3  # 2.5, halves up.
    assert expected_to_date(None, Decimal("0.15")) is None
    assert expected_to_date(100, None) is None
    assert seasonal_pacing(12_000, 15_000) == Decimal("0.8")
    assert seasonal_pacing(12_000, 0) is None
    assert seasonal_pacing(12_000, None) is None


def test_working_days_never_leave_the_period():
    for offset in range(-3, 20):
        found = working_days(
            FORTNIGHT, week=WEEK, first_open_day=FORTNIGHT.start + timedelta(days=offset)
        )
        assert found.elapsed + found.remaining == found.total == 10


def test_earlier_periods_are_laid_beside_this_one_by_working_days():
    # Ten working days before, nine now: the third of now is the third of before (3.33).
    holiday = Workweek(WEEK.weekdays, frozenset({date(2026, 1, 6)}))
    before = Period(date(2025, 12, 8), date(2025, 12, 22))
    earlier = cumulative(before, {before.start + timedelta(days=n): 10**n for n in range(5)})

    beside = aligned(earlier, FORTNIGHT, week=holiday)

    assert beside == [1, 1, 11, 111, *[1111] * 3, 11111, *[11111] * 6]
    for n, day in enumerate(FORTNIGHT.start + timedelta(days=n) for n in range(14)):
        share = working_days(FORTNIGHT, week=holiday, first_open_day=day + timedelta(days=1)).share
        point = same_point(earlier, share=share, week=holiday)
        assert beside[n] == earlier.totals[point]


def test_the_usual_path_is_the_expectation_of_each_day():
    earlier = [
        cumulative(FORTNIGHT, {date(2026, 1, 5): early, date(2026, 1, 16): 100 - early})
        for early in (10, 30, 50)
    ]

    path = usual_path(1000, earlier, FORTNIGHT, week=WEEK)

    assert path == [300] * 11 + [1000] * 3
    assert usual_path(None, earlier, FORTNIGHT, week=WEEK) is None
    assert usual_path(1000, earlier[:1], FORTNIGHT, week=WEEK) is None
