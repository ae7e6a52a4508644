"""On which days something that repeats takes place: the part of RFC 5545 that calendars write.

Each day is judged by itself, so that no rule, however it is written, can keep us from an end.
"""

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
DAY = timedelta(days=1)
UNDERSTOOD = {
    "FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST",
}  # fmt: skip


class NotUnderstoodError(ValueError):
    """The rule repeats more often than daily, or in a way that no usual calendar writes."""


@dataclass(frozen=True, slots=True)
class RecurrenceRule:
    """How something repeats from its first day on. ``by_day`` pairs an ordinal (0: each) with a
    weekday (Monday is 0)."""

    start: date
    freq: str
    interval: int = 1
    count: int | None = None
    until: date | None = None
    by_day: tuple[tuple[int, int], ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_pos: tuple[int, ...] = ()
    week_start: int = 0

    def __post_init__(self) -> None:
        if self.freq not in ("DAILY", "WEEKLY", "MONTHLY", "YEARLY"):
            raise NotUnderstoodError(f"It repeats {self.freq.lower()}.")
        if self.interval < 1 or (self.count is not None and self.count < 1):
            raise NotUnderstoodError("It repeats every or for less than one time.")
        positions = self.by_set_pos and self.freq not in ("MONTHLY", "YEARLY")
        ordinals = any(nth for nth, _ in self.by_day) and self.freq in ("DAILY", "WEEKLY")
        # Of a whole year, and not of one of its months, ordinals and positions are beyond us.
        of_a_year = self.freq == "YEARLY" and not self.by_month
        if positions or ordinals or (of_a_year and (self.by_day or self.by_set_pos)):
            raise NotUnderstoodError("It repeats by places in a span that is not a month.")

    def days(self, first: date, last: date) -> Iterator[date]:
        """Yield the days from ``first`` to ``last`` on which it takes place, in order.

        With a count, all days from the start on are looked at; else only those asked for.
        """
        day = self.start if self.count is not None else max(first, self.start)
        end = min(last, self.until) if self.until else last
        seen = 0
        while day <= end:
            if self._falls_on(day):
                seen += 1
                if self.count is not None and seen > self.count:
                    return
                if day >= first:
                    yield day
            day += DAY

    def steps(self, first: date, last: date) -> int:
        """Return how many days would be looked at."""
        start = self.start if self.count is not None else max(first, self.start)
        return max(0, (last - start).days)

    def _falls_on(self, day: date) -> bool:
        if self.by_month and day.month not in self.by_month:
            return False
        if not self._in_turn(day) or not self._matches(day):
            return False
        if not self.by_set_pos:
            return True
        same = [each for each in _month(day) if self._matches(each)]
        place = same.index(day)
        return place + 1 in self.by_set_pos or place - len(same) in self.by_set_pos

    def _in_turn(self, day: date) -> bool:
        """Whether the day is in a day, week, month or year that the interval does not skip."""
        if self.freq == "DAILY":
            passed = (day - self.start).days
        elif self.freq == "WEEKLY":
            passed = (self._week(day) - self._week(self.start)).days // 7
        elif self.freq == "MONTHLY":
            passed = 12 * (day.year - self.start.year) + day.month - self.start.month
        else:
            passed = day.year - self.start.year
        return passed % self.interval == 0

    def _week(self, day: date) -> date:
        return day - ((day.weekday() - self.week_start) % 7) * DAY

    def _matches(self, day: date) -> bool:
        """Whether a day is one of those that the rule names in its span; else that of the start."""
        if self.by_day and not any(_is_nth(day, nth, weekday) for nth, weekday in self.by_day):
            return False
        if self.by_month_day:
            length = calendar.monthrange(day.year, day.month)[1]
            return day.day in self.by_month_day or day.day - length - 1 in self.by_month_day
        return bool(self.by_day) or self._like_the_start(day)

    def _like_the_start(self, day: date) -> bool:
        if self.freq == "DAILY":
            return True
        if self.freq == "WEEKLY":
            return day.weekday() == self.start.weekday()
        same_month = self.freq == "MONTHLY" or self.by_month or day.month == self.start.month
        return bool(same_month) and day.day == self.start.day


def _is_nth(day: date, nth: int, weekday: int) -> bool:
    """Whether a day is the nth such weekday of its month, from the end where nth is below zero."""
    if day.weekday() != weekday:
        return False
    length = calendar.monthrange(day.year, day.month)[1]
    return nth in (0, (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1))


def _month(day: date) -> Sequence[date]:
    return [day.replace(day=n + 1) for n in range(calendar.monthrange(day.year, day.month)[1])]
