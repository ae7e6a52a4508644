"""How far a period has run, and whether what was reached keeps up with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from statistics import median

from analytics.context.metrics import EARLIER_PERIODS
from kit.periods import Period
from org.metrics.working_days import WorkingDays, Workweek

# Fewer earlier periods say nothing about a habit.
FEWEST_EARLIER_PERIODS = 2


@dataclass(frozen=True, slots=True)
class Curve:
    """Bookings of a period by day: ``totals[n]`` is the sum in cents of its first n days."""

    period: Period
    totals: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.totals) != self.period.days + 1 or self.totals[0] != 0:
            raise ValueError("a curve starts at nothing and has a total for each day")

    @property
    def whole(self) -> int:
        return self.totals[-1]


def pacing(share: Decimal | None, days: WorkingDays) -> Decimal | None:
    """Return attainment over the share of the period's working days that is over.

    1 is exactly on a straight line to the quota. None without a quota, and before the first
    working day is over.
    """
    if share is None or not days.elapsed or days.share is None:
        return None
    return share / days.share


def required_per_day(gap: int | None, days: WorkingDays) -> int | None:
    """Return the cents, or cases, that each remaining working day must bring, rounded half up.

    0 once the quota is met. None without a quota, and when no working day remains.
    """
    if gap is None or (gap > 0 and not days.remaining):
        return None
    return _half_up(Decimal(gap) / days.remaining) if gap > 0 else 0


def cumulative(period: Period, booked: Mapping[date, int]) -> Curve:
    """Return the running total of cents by day; days outside of the period are left out."""
    days = (period.start + timedelta(days=n) for n in range(period.days))
    totals = accumulate((booked.get(day, 0) for day in days), initial=0)
    return Curve(period, tuple(totals))


def same_point(curve: Curve, *, share: Decimal, week: Workweek) -> int:
    """Return how many calendar days of an earlier period lie before the same point of it.

    The same point is where the same share of its working days is over, rounded half up to a
    whole working day: all days up to and including that one. At a share of 1 it is all days.
    """
    days = week.days(curve.period)
    worked = _half_up(share * len(days))
    if worked >= len(days):
        return curve.period.days
    return (days[worked - 1] - curve.period.start).days + 1 if worked else 0


def aligned(earlier: Curve, period: Period, *, week: Workweek) -> list[int]:
    """Return what ``earlier`` had at the same point as the end of each day of ``period``, in cents.

    The same point is that of ``same_point``: where the same share of working days is over.
    """
    return [earlier.totals[days] for days in days_until(earlier.period, period, week=week)]


def days_until(earlier: Period, period: Period, *, week: Workweek) -> list[int]:
    """Return how many days of ``earlier`` lie before the same point as each end of a day."""
    then, now = week.days(earlier), frozenset(week.days(period))
    ends = [0, *((day - earlier.start).days + 1 for day in then)]
    found, worked = [], 0
    for n in range(period.days):
        worked += period.start + timedelta(days=n) in now
        share = Decimal(worked) / len(now) if now else Decimal(0)
        place = _half_up(share * len(then))
        found.append(earlier.days if place >= len(then) else ends[place])
    return found


def usual_path(
    quota: int | None, earlier: Sequence[Curve], period: Period, *, week: Workweek
) -> list[int] | None:
    """Return what would be expected at the end of each day of ``period``, in cents.

    It is the quota times the seasonal share of each day; None where that is not defined.
    """
    curves = [curve for curve in earlier[-EARLIER_PERIODS:] if curve.whole > 0]
    if quota is None or len(curves) < FEWEST_EARLIER_PERIODS:
        return None
    shares = [
        [Decimal(value) / curve.whole for value in aligned(curve, period, week=week)]
        for curve in curves
    ]
    return [_half_up(quota * median(day)) for day in zip(*shares, strict=True)]


def seasonal_share(
    earlier: Sequence[Curve], *, share: Decimal | None, week: Workweek
) -> Decimal | None:
    """Return the median share of their bookings that earlier periods had at the same point.

    Periods without any bookings have no such share and are left out. None with fewer than 2
    periods left, and while the share of working days is not defined.
    """
    if share is None:
        return None
    shares = [
        Decimal(curve.totals[same_point(curve, share=share, week=week)]) / Decimal(curve.whole)
        for curve in earlier[-EARLIER_PERIODS:]
        if curve.whole > 0
    ]
    return median(shares) if len(shares) >= FEWEST_EARLIER_PERIODS else None


def expected_to_date(quota: int | None, seasonal: Decimal | None) -> int | None:
    """Return the seasonal pace: quota times the seasonal share, in cents, rounded half up.

    None without a quota or without enough earlier periods.
    """
    return None if quota is None or seasonal is None else _half_up(quota * seasonal)


def seasonal_pacing(actual: int, expected: int | None) -> Decimal | None:
    """Return actual over what is expected by now: 1 keeps the usual pace.

    None where nothing is expected yet or the expectation is not defined.
    """
    return Decimal(actual) / Decimal(expected) if expected else None


def known_on(curve: Curve, *, first_open_day: date) -> list[tuple[date, int]]:
    """Return the end of each day that is over, or has begun, with the curve's total there.

    A curve of a running period is drawn up to today and not beyond.
    """
    days = (curve.period.start + timedelta(days=n) for n in range(curve.period.days))
    return [(day, curve.totals[n + 1]) for n, day in enumerate(days) if day <= first_open_day]


def _half_up(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))
