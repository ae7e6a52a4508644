"""The days of the simulation as arrays: who works, what season it is, how far the quarter is."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from kit.periods import fiscal_year, fiscal_year_start, quarters
from workbench.demo.plan import FIRST_MONTH, TIME_ZONE, WORKING_DAYS, Plan

# How busy buyers are in each calendar month: slow in high summer and at the turn of the year.
SEASON = np.array([1.00, 1.05, 1.10, 1.00, 1.05, 1.00, 0.80, 0.75, 1.10, 1.10, 1.05, 0.80])
# A few people tidy their deals on a Sunday evening.
REST_DAY = 0.03
# Close dates may lie this far past the last simulated day.
BEYOND = 365


def holidays(first_year: int, last_year: int) -> dict[date, str]:
    """Return the company's holidays of the calendar years, by the rules by which they fall."""
    found: dict[date, str] = {}
    for year in range(first_year, last_year + 1):
        found |= {
            date(year, 1, 1): "New Year's Day",
            _weekday_of(year, 1, weekday=0, nth=3): "Martin Luther King Jr. Day",
            _weekday_of(year, 6, weekday=0, nth=1) - timedelta(days=7): "Memorial Day",
            date(year, 7, 4): "Independence Day",
            _weekday_of(year, 9, weekday=0, nth=1): "Labor Day",
            _weekday_of(year, 11, weekday=3, nth=4): "Thanksgiving",
            _weekday_of(year, 11, weekday=3, nth=4) + timedelta(days=1): "Day after Thanksgiving",
            date(year, 12, 24): "Christmas Eve",
            date(year, 12, 25): "Christmas Day",
        }
    return dict(sorted(found.items()))


def _weekday_of(year: int, month: int, *, weekday: int, nth: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1))


@dataclass(frozen=True, slots=True)
class SimulatedDays:
    """Every day from the warm-up to a year past the simulation; arrays are by day number.

    ``start``, ``today`` and ``end`` are the numbers of the first day of the history, of the day
    whose midnight is the demo's present, and of the day after the last simulated one. ``work`` is
    1 on working days and nearly 0 on others; ``to_quarter_end`` counts the days left in the
    fiscal quarter, 0 on its last; ``midnight`` is the local midnight in seconds of UTC.
    """

    first: date
    start: int
    today: int
    end: int
    work: NDArray[np.float64]
    season: NDArray[np.float64]
    month: NDArray[np.int64]
    to_quarter_end: NDArray[np.int64]
    to_month_end: NDArray[np.int64]
    midnight: NDArray[np.int64]

    @property
    def count(self) -> int:
        return len(self.work)

    def number(self, day: date) -> int:
        return (day - self.first).days

    def date(self, number: int) -> date:
        return self.first + timedelta(days=int(number))


def calendar_of(plan: Plan) -> SimulatedDays:
    first = plan.warms_up_on
    dates = [first + timedelta(days=n) for n in range((plan.ends_on - first).days + BEYOND)]
    off = holidays(first.year, dates[-1].year)
    zone = ZoneInfo(TIME_ZONE)
    month = np.array([day.month for day in dates])
    return SimulatedDays(
        first=first,
        start=(plan.starts_on - first).days,
        today=(plan.today - first).days,
        end=(plan.ends_on - first).days,
        work=np.array(
            [1.0 if d.weekday() in WORKING_DAYS and d not in off else REST_DAY for d in dates]
        ),
        season=SEASON[month - 1],
        month=month,
        to_quarter_end=np.array([_days_left_in_quarter(day) for day in dates]),
        to_month_end=np.array([monthrange(d.year, d.month)[1] - d.day for d in dates]),
        midnight=np.array(
            [int(datetime.combine(d, time(), tzinfo=zone).timestamp()) for d in dates]
        ),
    )


def _days_left_in_quarter(day: date) -> int:
    year = fiscal_year(fiscal_year_start(day, first_month=FIRST_MONTH))
    return next((quarter.last_day - day).days for quarter in quarters(year) if day in quarter)
