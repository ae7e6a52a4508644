"""Targets of activities over some days, and outcomes of deals by their first activity."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import sqrt

from analytics.context.metrics import FEWEST_CASES
from kit.periods import Period, Workweek, month_start
from process.enums import Every


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


# Of a normal distribution, for an interval that holds the true rate 95 times in 100.
Z = 1.959963984540054


class Reach(StrEnum):
    """When a deal had its first activity of the kind, by the days from its creation."""

    EARLY = "early"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ReachGroup:
    reach: Reach
    open: int = 0
    won: int = 0
    lost: int = 0

    @property
    def deals(self) -> int:
        return self.open + self.won + self.lost

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def is_few(self) -> bool:
        """Whether too few are closed for the rate to mean much."""
        return self.closed < FEWEST_CASES

    @property
    def win_rate(self) -> Decimal | None:
        """Won / (won + lost); None where none is closed."""
        return Decimal(self.won) / self.closed if self.closed else None


@dataclass(frozen=True, slots=True)
class Funnel:
    """A cohort of deals grouped by reach. ``too_young`` are left out: their days are not over.

    ``linked`` and ``unlinked`` are the activities of the kind in the cohort's period that are on
    a deal and that are not: what the latter led to cannot be known.
    """

    groups: tuple[ReachGroup, ...]
    too_young: int
    linked: int
    unlinked: int

    @property
    def deals(self) -> int:
        """The cohort: the deals created in the period whose days are over."""
        return sum(group.deals for group in self.groups)

    def group(self, reach: Reach) -> ReachGroup:
        return next(group for group in self.groups if group.reach == reach)


def funnel_of(
    counts: Mapping[tuple[str, str], int], *, too_young: int, linked: int, unlinked: int
) -> Funnel:
    """Put the counts by (reach, status) together, every reach being there."""
    groups = tuple(
        ReachGroup(
            reach,
            **{status: counts.get((str(reach), status), 0) for status in ("open", "won", "lost")},
        )
        for reach in Reach
    )
    return Funnel(groups, too_young, linked, unlinked)


def share_of(part: int, whole: int) -> Decimal | None:
    """Return part / whole; None of nothing."""
    return Decimal(part) / whole if whole else None


def rate_interval(won: int, closed: int) -> tuple[Decimal, Decimal] | None:
    """Return between which rates the true one lies 95 times in 100, by Wilson; None for no case."""
    if not closed:
        return None
    rate, weight = won / closed, Z * Z / closed
    middle = (rate + weight / 2) / (1 + weight)
    half = Z * sqrt(rate * (1 - rate) / closed + weight / (4 * closed)) / (1 + weight)
    return Decimal(str(max(0.0, middle - half))), Decimal(str(min(1.0, middle + half)))
