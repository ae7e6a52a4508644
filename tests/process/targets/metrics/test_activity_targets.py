from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from kit.periods import Period, Workweek
from process.targets.metrics import TargetVersion, daily, reached

WEEKDAYS = frozenset(range(5))
PLAIN = Workweek(WEEKDAYS, frozenset())
# Thursday of the second week of March 2026 is a day off.
WEEK = Workweek(WEEKDAYS, frozenset({date(2026, 3, 12)}))
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))
LONG_AGO = date(2020, 1, 1)


def version(count: int | None, every: str = "week", since: date = LONG_AGO, hour: int = 0):
    set_at = datetime(2026, 1, 1, hour, tzinfo=UTC)
    return TargetVersion("rep", "call", count, every, since, set_at)


def owed(versions, week: Workweek = WEEK, period: Period = MARCH):
    return daily(versions, week.days(period), week)


def test_a_weekly_target_is_spread_over_the_days_of_its_week():
    shares = owed([version(20)])

    # Four on each working day; the day off asks for nothing, and nobody makes up for it.
    assert set(shares.values()) == {4}
    assert date(2026, 3, 12) not in shares
    # Of the last week, only Monday and Tuesday lie in March: four weeks of 20, and 8, but for 4.
    assert sum(shares.values()) == 84


def test_a_monthly_target_is_whole_in_a_month_without_days_off():
    assert sum(owed([version(44, "month")], PLAIN).values()) == 44
    assert sum(owed([version(44, "month")]).values()) == 42
    half = Period(date(2026, 3, 1), date(2026, 3, 16))
    # Ten of the month's 22 weekdays, one of which is off.
    assert sum(owed([version(44, "month")], period=half).values()) == 18


def test_the_newest_version_that_has_begun_counts():
    versions = [
        version(20, hour=1),
        version(30, since=date(2026, 3, 16), hour=2),
        version(None, since=date(2026, 3, 30), hour=3),
    ]

    shares = owed(versions, PLAIN)

    assert (shares[date(2026, 3, 13)], shares[date(2026, 3, 16)]) == (4, 6)
    assert date(2026, 3, 30) not in shares
    # One set later for earlier days takes the place of all before it.
    assert set(owed([*versions, version(5, hour=4)], PLAIN).values()) == {1}


def test_what_is_owed_starts_and_ends_with_the_person():
    shares = {"rep": owed([version(20)], PLAIN)}
    found = reached(
        7,
        ["rep"],
        shares,
        since=date(2026, 3, 9),
        until=date(2026, 3, 17),
        first_open_day=date(2026, 3, 11),
    )

    # 9 to 16 March are six working days, of which two are over.
    assert (found.owed, found.due) == (24, 8)
    assert (str(found.attainment)[:6], found.pacing) == ("0.2916", 7 / Fraction(8))


def test_without_a_target_nothing_is_defined():
    ends = {"since": None, "until": None, "first_open_day": date(2026, 3, 2)}

    assert reached(3, ["rep"], {}, **ends) is None
    assert reached(3, ["manager"], {"rep": owed([version(20)])}, **ends) is None
    # Before the first working day is over nothing is due, though something is owed.
    assert reached(3, ["rep"], {"rep": owed([version(20)])}, **ends).pacing is None


def test_of_two_roles_the_higher_target_counts_and_not_the_sum():
    shares = {"rep": owed([version(20)], PLAIN), "manager": owed([version(30)], PLAIN)}
    ends = {"since": None, "until": None, "first_open_day": date(2026, 4, 1)}

    both = reached(3, ["rep", "manager"], shares, **ends)

    assert both == reached(3, ["manager"], shares, **ends)


@given(
    count=st.integers(1, 200),
    every=st.sampled_from(["week", "month"]),
    off=st.integers(0, 2**90 - 1),
    cut=st.integers(1, 89),
)
def test_parts_of_a_span_owe_what_the_whole_owes(count, every, off, cut):
    start = date(2026, 1, 1)
    days_off = {start + timedelta(days=n) for n in range(90) if off >> n & 1}
    week = Workweek(WEEKDAYS, frozenset(days_off))
    whole, middle = Period(start, date(2026, 4, 1)), start + timedelta(days=cut)

    def total(period: Period) -> Fraction:
        return sum(owed([version(count, every)], week, period).values(), Fraction())

    parts = total(Period(start, middle)) + total(Period(middle, whole.end))
    assert total(whole) == parts
    # However many days are off, no week or month asks for more than its target.
    assert total(Period(date(2026, 2, 1), date(2026, 3, 1))) <= count * (
        1 if every == "month" else 4
    )
