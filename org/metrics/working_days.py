"""Working days of a period: how many there are, how many have passed."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kit.periods import Period


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
