"""The open pipeline of each day, from when amounts entered it and left it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kit.periods import Period


@dataclass(frozen=True, slots=True)
class AmountSpan:
    """Open amounts that counted from day ``since`` up to, and not including, day ``until``.

    ``cents`` is their sum, ``closing_cents`` the part of it expected to close in the period that
    is looked at, ``deals`` their number.
    """

    since: date
    until: date
    cents: int
    closing_cents: int
    deals: int


@dataclass(frozen=True, slots=True)
class TrendDay:
    """The open pipeline at the end of a day."""

    day: date
    cents: int
    closing_cents: int
    deals: int


def pipeline_trend(days: Period, stretches: Iterable[AmountSpan]) -> Sequence[TrendDay]:
    """Return the open pipeline at the end of each day of ``days``, in cents.

    A stretch counts on every day d with since <= d < until, so the trend of a day equals the
    open pipeline that is shown as of that day.
    """
    changes: dict[date, list[int]] = {}
    for stretch in stretches:
        parts = (stretch.cents, stretch.closing_cents, stretch.deals)
        since = max(stretch.since, days.start)
        if since >= stretch.until:
            continue
        for day, sign in ((since, 1), (stretch.until, -1)):
            change = changes.setdefault(day, [0, 0, 0])
            for index, part in enumerate(parts):
                change[index] += sign * part
    found, total = [], [0, 0, 0]
    for n in range(days.days):
        day = days.start + timedelta(days=n)
        total = [a + b for a, b in zip(total, changes.get(day, (0, 0, 0)), strict=True)]
        found.append(TrendDay(day, *total))
    return found
