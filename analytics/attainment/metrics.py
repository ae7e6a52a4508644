"""What was reached of a quota, and who contributed what. Pure arithmetic on cents and counts."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from statistics import median

from analytics.context.metrics import FEWEST_CASES
from kit.money import percent_of
from kit.periods import EARLIER_PERIODS, Period, WorkingDays, Workweek
from org.enums import Measure
from org.metrics import ResolvedQuota, Subject


@dataclass(frozen=True, slots=True)
class Credit:
    """What counts for one person within a subject: ``actual`` in cents, or a number of cases.

    ``cases`` are the deals or activities behind it; ``unpriced`` of them are won deals without
    an amount, which add nothing to ``actual``; a deal worth 0 is not one of them. A deal whose
    credit is split is one case, its owner's. ``overlay`` are the cents of overlay shares, which
    no total of bookings holds.
    """

    person: int
    actual: int
    cases: int
    unpriced: int = 0
    overlay: int = 0


@dataclass(frozen=True, slots=True)
class Attainment:
    """Bookings, or another measure, of a subject in a period beside its quota.

    ``actual`` is exact, in cents for bookings and a number for counts, and is by construction
    the sum of its people's credits. ``target`` is None where no quota is set.
    """

    subject: Subject
    measure: Measure
    period_id: int
    actual: int
    target: ResolvedQuota | None
    credits: tuple[Credit, ...]

    def __post_init__(self) -> None:
        if sum(credit.actual for credit in self.credits) != self.actual:
            raise ValueError(f"the credits of {self.subject} do not add up to {self.actual}")
        if self.target is not None and self.target.amount <= 0:
            raise ValueError(f"a quota is greater than zero, not {self.target.amount}")

    @property
    def quota(self) -> int | None:
        return self.target.amount if self.target else None

    @property
    def share(self) -> Decimal | None:
        return attainment_share(self.actual, self.quota)

    @property
    def gap(self) -> int | None:
        return gap_to_quota(self.actual, self.quota)

    @property
    def unpriced(self) -> int:
        return sum(credit.unpriced for credit in self.credits)

    @property
    def cases(self) -> int:
        return sum(credit.cases for credit in self.credits)

    @property
    def overlay(self) -> int:
        return sum(credit.overlay for credit in self.credits)


def attained(
    subject: Subject,
    *,
    measure: Measure,
    period_id: int,
    target: ResolvedQuota | None,
    credits: Sequence[Credit],
) -> Attainment:
    """Return the attainment that these credits make."""
    return Attainment(
        subject=subject,
        measure=measure,
        period_id=period_id,
        actual=sum(credit.actual for credit in credits),
        target=target,
        credits=tuple(credits),
    )


def merged(credits: Iterable[Credit]) -> tuple[Credit, ...]:
    """Return one credit for each person, in the order of their ids."""
    found: dict[int, list[Credit]] = {}
    for credit in credits:
        found.setdefault(credit.person, []).append(credit)
    return tuple(summed(found[person], person=person) for person in sorted(found))


def summed(credits: Iterable[Credit], *, person: int = 0) -> Credit:
    """Return the credits as one, of ``person``; 0 where they are of several."""
    rows = list(credits)
    return Credit(
        person,
        sum(row.actual for row in rows),
        sum(row.cases for row in rows),
        sum(row.unpriced for row in rows),
        sum(row.overlay for row in rows),
    )


def attainment_share(actual: int, quota: int | None) -> Decimal | None:
    """Return ``actual / quota``, both in cents or in cases, not capped: 1.4 is 140 %.

    None without a quota, never zero in its place.
    """
    return None if not quota else Decimal(actual) / Decimal(quota)


def gap_to_quota(actual: int, quota: int | None) -> int | None:
    """Return ``quota - actual``: negative once the quota is exceeded, None without one."""
    return None if quota is None else quota - actual


INFINITE = Decimal("Infinity")


def coverage(open_cents: int, *, quota: int | None, booked: int) -> Decimal | None:
    """Return open pipeline closing in the period over what the quota still lacks, as a multiple.

    All in cents. Infinite once the quota is met; None without a quota.
    """
    if quota is None:
        return None
    return INFINITE if booked >= quota else Decimal(open_cents) / Decimal(quota - booked)


def weighted(amount_cents: int | None, *, probability: int) -> int:
    """Return amount x probability of one deal in cents, rounded half up to the cent.

    ``probability`` is the stage's, in percent. Deals are rounded one by one and then added up, so
    that a list of them adds up to the total. A deal without an amount weighs nothing.
    """
    return 0 if amount_cents is None else percent_of(amount_cents, probability)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The deals closed in a period: numbers, and cents of those that have an amount above zero."""

    won: int = 0
    lost: int = 0
    won_cents: int = 0
    lost_cents: int = 0
    unpriced: int = 0

    def __add__(self, other: "Outcomes") -> "Outcomes":
        return Outcomes(
            *(getattr(self, name) + getattr(other, name) for name in Outcomes.__slots__)
        )

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def is_few(self) -> bool:
        return self.closed < FEWEST_CASES


@dataclass(frozen=True, slots=True)
class Cycle:
    """Days from creation to won: the median and the middle half; None without any won deal."""

    cases: int
    median: Decimal | None
    low: Decimal | None
    high: Decimal | None


def win_rate(outcomes: Outcomes) -> Decimal | None:
    """Return won / (won + lost) among deals closed in the period, by number.

    Name: Win rate, by number
    Formula: won / (won + lost)
    Unit: a share
    Denominator: deals closed in the period; of them, where a stage is chosen to count from, those
        that reached it
    Placed by: the day of the closing
    Credited to: the owner at the closing, and the team they were in on that day
    Left out: open and archived deals
    Undefined: when none was closed
    Source: Atrium, "Win rate"; orm-tech.com, "Win rate formula"
    """
    return Decimal(outcomes.won) / Decimal(outcomes.closed) if outcomes.closed else None


def win_rate_by_value(outcomes: Outcomes) -> Decimal | None:
    """Return won value / (won + lost value) among deals closed in the period.

    Name: Win rate, by value
    Formula: sum of won amounts / (sum of won amounts + sum of lost amounts)
    Unit: a share
    Denominator: amounts of the deals closed in the period, in the reporting currency
    Placed by: the day of the closing
    Credited to: the owner at the closing, and the team they were in on that day
    Left out: deals without an amount, of zero and below; open and archived deals
    Undefined: when no other was closed
    Source: orm-tech.com, "Win rate formula"
    """
    value = outcomes.won_cents + outcomes.lost_cents
    return Decimal(outcomes.won_cents) / Decimal(value) if value else None


def sales_cycle(days: Mapping[int, int]) -> Cycle:
    """Return the sales cycle from a table of days -> number of deals won after so many.

    The quartiles are interpolated linearly between the nearest cases (as PostgreSQL's
    ``percentile_cont`` does).

    Name: Sales cycle
    Formula: median of the days from creation to closing; beside it the middle half
    Unit: days
    Denominator: deals won in the period; beside them, those lost
    Placed by: the day of the closing
    Left out: open deals, whose age is not yet a cycle
    Undefined: without a deal that ended so
    Source: Atrium, "Sales cycle"; the median because one long deal drags a mean
    """
    quarter = [quantile(days, Decimal(n) / 4) for n in (1, 2, 3)]
    return Cycle(cases=sum(days.values()), low=quarter[0], median=quarter[1], high=quarter[2])


def quantile(days: Mapping[int, int], share: Decimal) -> Decimal | None:
    """Return the number of days below which the given share of cases is; None without cases."""
    cases = sum(days.values())
    if not cases:
        return None
    place = share * (cases - 1)
    below = int(place)
    lower, upper = _nth(days, below), _nth(days, min(below + 1, cases - 1))
    return lower + (upper - lower) * (place - below)


def _nth(days: Mapping[int, int], place: int) -> Decimal:
    ordered = sorted(days)
    passed = list(accumulate(days[day] for day in ordered))
    return Decimal(ordered[bisect_right(passed, place)])


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
    """Return the quota times the seasonal share of each day of ``period``, in cents, or None."""
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
    """Return the end of each day that is over, or has begun, with the curve's total there."""
    days = (curve.period.start + timedelta(days=n) for n in range(curve.period.days))
    return [(day, curve.totals[n + 1]) for n, day in enumerate(days) if day <= first_open_day]


def _half_up(value: Decimal) -> int:
    return int(value.to_integral_value(rounding=ROUND_HALF_UP))
