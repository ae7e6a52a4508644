"""The target of a kind of activity over some days, and its attainment."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from kit.periods import Period, month_start
from org.metrics.working_days import Workweek
from process.targets.enums import Every


@dataclass(frozen=True, slots=True)
class TargetVersion:
    """A target of a role and kind as somebody set it; None is no target from that day on."""

    role: str
    kind: str
    count: int | None
    every: str
    starts_on: date
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Reached:
    """What was done of what is owed: in the whole span, and by the days of it that are over."""

    done: int
    owed: Fraction
    due: Fraction

    @property
    def attainment(self) -> Decimal | None:
        """Done / owed in the whole span, not capped; None where nothing is owed."""
        return _share(self.done, self.owed)

    @property
    def pacing(self) -> Decimal | None:
        """Done / due by the working days that are over; None before the first one is."""
        return _share(self.done, self.due)


def daily(
    versions: Iterable[TargetVersion], days: Sequence[date], week: Workweek
) -> dict[date, Fraction]:
    """Return what one role owes of one kind on each of these working days; no key without a target.

    A target of a week or month is spread evenly over the weekdays on which the organisation works
    in it. A day off among them asks for nothing, and the others do not make up for it.
    """
    by_time = sorted(versions, key=lambda version: version.set_at, reverse=True)
    lengths: dict[Period, int] = {}
    owed = {}
    for day in days:
        version = next((each for each in by_time if each.starts_on <= day), None)
        if version is None or version.count is None:
            continue
        span = around(day, version.every)
        if span not in lengths:
            lengths[span] = len(Workweek(week.weekdays, frozenset()).days(span))
        owed[day] = Fraction(version.count, lengths[span])
    return owed


def around(day: date, every: str) -> Period:
    """Return the week, from Monday, or the month that holds a day."""
    if every == Every.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=7), "")
    return Period(month_start(day), month_start(day, months=1), "")


def reached(
    done: int,
    roles: Collection[str],
    owed: Mapping[str, Mapping[date, Fraction]],
    *,
    since: date | None,
    until: date | None,
    first_open_day: date,
) -> Reached | None:
    """Return what somebody with these roles reached of one kind; None without any target.

    ``owed`` is by role what each working day of the span asks for. Of several roles the higher
    one counts on each day, not their sum. Days before ``since`` and from ``until`` on, on which
    the person was not there, ask for nothing.
    """
    days: dict[date, Fraction] = {}
    for role in roles:
        for day, share in owed.get(role, {}).items():
            if (since or day) <= day and (until is None or day < until):
                days[day] = max(share, days.get(day, Fraction()))
    if not days:
        return None
    due = sum((share for day, share in days.items() if day < first_open_day), Fraction())
    return Reached(done, sum(days.values(), Fraction()), due)


def _share(done: int, owed: Fraction) -> Decimal | None:
    return Decimal(done) * owed.denominator / owed.numerator if owed else None
