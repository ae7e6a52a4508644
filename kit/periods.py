"""Half-open spans of days, their edges in a time zone, and the arithmetic of fiscal calendars.

Pure: no clock, no database.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

MONTHS_PER_QUARTER = 3
EARLIEST_YEAR = 1980
INSTANT = timedelta(microseconds=1)
# How many earlier periods of its kind a period is compared with.
EARLIER_PERIODS = 4


@dataclass(frozen=True, slots=True)
class Period:
    """The days from ``start`` up to, and not including, ``end``."""

    start: date
    end: date
    label: str = ""

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise ValueError(f"a period must end after it starts: {self.start} .. {self.end}")

    def __contains__(self, day: date) -> bool:
        return self.start <= day < self.end

    @property
    def days(self) -> int:
        return (self.end - self.start).days

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)


def refusal_of_as_of(day: date, *, today: date) -> str:
    """Say why nothing can be asked for as of ``day``; "" where it can."""
    if day > today:
        return "That day has not come yet: choose today or a day before."
    if day.year < EARLIEST_YEAR:
        return f"There is nothing to see so long ago: choose a day from {EARLIEST_YEAR} on."
    return ""


def start_of_day(day: date, *, zone: ZoneInfo) -> datetime:
    """Return the moment at which ``day`` begins in a time zone."""
    # A midnight that the clocks skip is, by fold 0, the moment of the change itself.
    return datetime.combine(day, time(), tzinfo=zone)


def end_of_day(day: date, *, zone: ZoneInfo) -> datetime:
    """Return the last microsecond of ``day`` in a time zone."""
    return start_of_day(day + timedelta(days=1), zone=zone).astimezone(UTC) - INSTANT


def month_start(day: date, *, months: int = 0) -> date:
    """Return the first day of the month ``months`` after the one ``day`` is in."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def fiscal_year_start(day: date, *, first_month: int) -> date:
    """Return the first day of the fiscal year that ``day`` is in.

    ``first_month`` is the month, 1 to 12, in which the organisation's fiscal years start.
    """
    year = day.year if day.month >= first_month else day.year - 1
    return date(year, first_month, 1)


def fiscal_year_label(start: date) -> str:
    """Return "2026" for a calendar year and "2026/27" for one that crosses New Year."""
    return str(start.year) if start.month == 1 else f"{start.year}/{(start.year + 1) % 100:02d}"


def fiscal_year(start: date) -> Period:
    """Return the fiscal year that starts on ``start``, a first day of a month."""
    return Period(start, month_start(start, months=12), f"FY {fiscal_year_label(start)}")


def quarters(year: Period) -> list[Period]:
    """Return the four quarters of a fiscal year, labelled "Q1 2026" and so on."""
    name = fiscal_year_label(year.start)
    starts = [month_start(year.start, months=MONTHS_PER_QUARTER * n) for n in range(5)]
    return [Period(starts[n], starts[n + 1], f"Q{n + 1} {name}") for n in range(4)]


def months(period: Period) -> list[Period]:
    """Return the calendar months of a period that starts and ends on first days of months."""
    found, start = [], period.start
    while start < period.end:
        end = month_start(start, months=1)
        found.append(Period(start, end, f"{start:%b %Y}"))
        start = end
    return found


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """The working days of a period: in all, and those that are over."""

    total: int
    elapsed: int

    def __post_init__(self) -> None:
        if not 0 <= self.elapsed <= self.total:
            raise ValueError(f"{self.elapsed} of {self.total} working days cannot be over")

    @property
    def remaining(self) -> int:
        """Days still to work, a day that has begun included."""
        return self.total - self.elapsed

    @property
    def share(self) -> Decimal | None:
        """The fraction that is over; None for a period without working days."""
        return Decimal(self.elapsed) / Decimal(self.total) if self.total else None


@dataclass(frozen=True, slots=True)
class Workweek:
    """On which days the organisation works: weekdays (Monday = 0) but the days off."""

    weekdays: frozenset[int]
    days_off: frozenset[date]

    def works_on(self, day: date) -> bool:
        return day.weekday() in self.weekdays and day not in self.days_off

    def days(self, period: Period) -> list[date]:
        """Return the working days of a period in order."""
        days = (period.start + timedelta(days=n) for n in range(period.days))
        return [day for day in days if self.works_on(day)]


def working_days(period: Period, *, week: Workweek, first_open_day: date) -> WorkingDays:
    """Count the working days of ``period`` and those before ``first_open_day``.

    ``first_open_day`` is the first day that is not over: today while it runs, the day after the
    as-of day for a look at the past.
    """
    days = week.days(period)
    return WorkingDays(total=len(days), elapsed=sum(day < first_open_day for day in days))
