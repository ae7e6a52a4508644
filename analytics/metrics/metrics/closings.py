"""Closed deals one by one: how they ended, what they have in common, and when in the quarter."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from analytics.attainment.metrics import Cycle, Outcomes, sales_cycle
from analytics.context.metrics import FEWEST_CASES
from kit.periods import Period, month_start

DAYS_A_WEEK = 7
Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Closing:
    """A won or lost deal. ``cents`` is None without an amount; ``days`` is what it took to close.

    ``person`` has the credit. ``shown``: whoever looks may open the deal.
    """

    deal: int
    won: bool
    cents: int | None
    days: int
    closed_on: date
    person: int
    source: str = ""
    lost_reason: str = ""
    industry: str = ""
    competitor: int | None = None
    competitor_name: str = ""
    shown: bool = True

    @property
    def value(self) -> int:
        """The amount in cents that counts by value: 0 without one above zero."""
        return max(self.cents or 0, 0)


@dataclass(frozen=True, slots=True)
class Ends:
    """How many deals closed, and what they took: the won ones and the lost ones."""

    outcomes: Outcomes
    won_days: Cycle
    lost_days: Cycle
    average_won_cents: Decimal | None


def ended(closings: Iterable[Closing]) -> Ends:
    """Return how these deals ended: their outcomes, the days that won and lost ones took.

    Name: Average won amount
    Formula: sum of the amounts of won deals / number of won deals that have an amount above zero
    Unit: money
    Placed by: the day of the closing
    Left out: deals without an amount, of zero and below
    Undefined: without a won deal that has an amount
    Source: as ASP (average selling price) in Atrium's "revenue formula"
    """
    rows = list(closings)
    won = [row for row in rows if row.won]
    lost = [row for row in rows if not row.won]
    priced = [row.value for row in won if row.value]
    outcomes = Outcomes(
        won=len(won),
        lost=len(lost),
        won_cents=sum(priced),
        lost_cents=sum(row.value for row in lost),
        unpriced=sum(not row.value for row in rows),
    )
    return Ends(
        outcomes=outcomes,
        won_days=sales_cycle(Counter(row.days for row in won)),
        lost_days=sales_cycle(Counter(row.days for row in lost)),
        average_won_cents=Decimal(sum(priced)) / len(priced) if priced else None,
    )


def cut(rows: Iterable[Row], by: Callable[[Row], Key]) -> dict[Key, list[Row]]:
    """Return deals grouped by what they have in common; each is in one part."""
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return found


def lost_share(lost: int, *, of: int) -> Decimal | None:
    """Return the share of the lost deals that were lost for one reason.

    Name: Loss reasons
    Formula: deals lost for the reason / all lost deals
    Unit: a share
    Denominator: deals lost in the period; those without a reason are a line of their own
    Placed by: the day of the closing
    Credited to: the owner at the closing
    Undefined: without a lost deal
    Source: no decision is separate from a loss to a competitor, as funnel reviews ask
    """
    return Decimal(lost) / of if of else None


def weeks_of(quarter: Period) -> list[Period]:
    """Return the weeks of a quarter, counted from its first day; the last is what remains."""
    found: list[Period] = []
    start = quarter.start
    while start < quarter.end:
        end = min(start + timedelta(days=DAYS_A_WEEK), quarter.end)
        found.append(Period(start, end, f"Week {len(found) + 1}"))
        start = end
    return found


@dataclass(frozen=True, slots=True)
class LateShare:
    """What of the won deals closed in the last months of quarters, beside those months' days.

    ``rate`` is the win rate there, ``rate_before`` that of the days before, as outcomes.
    """

    won: int
    won_late: int
    days: int
    days_late: int
    late: Outcomes
    before: Outcomes

    @property
    def share(self) -> Decimal | None:
        return Decimal(self.won_late) / self.won if self.won else None

    @property
    def share_of_days(self) -> Decimal | None:
        return Decimal(self.days_late) / self.days if self.days else None


def quarter_end_effect(
    closings: Iterable[Closing], quarters: Sequence[Period], *, until: date
) -> LateShare:
    """Return how much of what was won closed in the last month of its quarter.

    Name: Quarter-end effect
    Formula: won deals closed in the last months of quarters / won deals; beside it, the days of
        those months / all days
    Unit: a share
    Placed by: the day of the closing
    Left out: days after the one that is looked at
    Undefined: without a won deal
    Source: the hockey stick of Oyer, "Fiscal Year Ends and Nonlinear Incentive Contracts",
        Quarterly Journal of Economics 113 (1998)
    """
    last = [month_start(quarter.end, months=-1) for quarter in quarters]
    late: list[Closing] = []
    before: list[Closing] = []
    for closing in closings:
        is_late = any(
            closing.closed_on in quarter and closing.closed_on >= month
            for quarter, month in zip(quarters, last, strict=True)
        )
        (late if is_late else before).append(closing)
    parts = ended(late).outcomes, ended(before).outcomes
    return LateShare(
        won=parts[0].won + parts[1].won,
        won_late=parts[0].won,
        days=sum(_days(quarter.start, quarter.end, until) for quarter in quarters),
        days_late=sum(
            _days(month, quarter.end, until) for quarter, month in zip(quarters, last, strict=True)
        ),
        late=parts[0],
        before=parts[1],
    )


def _days(start: date, end: date, until: date) -> int:
    """Return the days from ``start`` up to ``end``, or up to and with ``until`` if that is less."""
    return max((min(end, until + timedelta(days=1)) - start).days, 0)


@dataclass(frozen=True, slots=True)
class Cohort:
    """The deals created in a period, by their state: numbers, and cents of all of them."""

    period: Period
    won: int = 0
    lost: int = 0
    open: int = 0
    cents: int = 0

    @property
    def created(self) -> int:
        return self.won + self.lost + self.open

    @property
    def is_few(self) -> bool:
        return self.created < FEWEST_CASES


def cohort_win_rate(cohort: Cohort) -> Decimal | None:
    """Return won / all deals created in the period, those still open among them.

    Name: Win rate of a cohort
    Formula: won / (won + lost + still open)
    Unit: a share
    Denominator: all deals created in the period
    Placed by: the day of the creation
    Left out: archived deals
    Undefined: without any deal created; too early to judge while the cohort is immature
    Source: as "created win rate" of Varicent; funnelcast.com, "Win rates are curves"
    """
    return Decimal(cohort.won) / cohort.created if cohort.created else None


def is_immature(cohort: Cohort, *, day: date, cycle: Cycle) -> bool:
    """Return whether it is too early to judge a cohort on ``day``.

    It is while a deal of it is open and its youngest one had less time than three of four won
    deals took (the upper quartile of ``cycle``), or nobody can tell how long those take.

    Name: Immature cohort
    Formula: still open > 0, and days since the period's last day < upper quartile of the cycle
    Unit: yes or no
    Source: own, after funnelcast.com, "Win rates are curves, not numbers"
    """
    if not cohort.open:
        return False
    if cycle.high is None or cycle.cases < FEWEST_CASES:
        return True
    return (day - cohort.period.last_day).days < cycle.high


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line of a won deal whose product has a list price in the deal's currency.

    ``listed`` and ``sold`` are quantity x price, in the reporting currency.
    """

    deal: int
    product: int
    person: int
    listed: Decimal
    sold: Decimal
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Prices:
    """Lines and deals compared, and what they would have cost and did cost."""

    lines: int
    deals: int
    listed: Decimal
    sold: Decimal


def compared(lines: Iterable[PricedLine]) -> Prices:
    """Return what the lines cost together, listed and sold."""
    rows = list(lines)
    return Prices(
        lines=len(rows),
        deals=len({row.deal for row in rows}),
        listed=sum((row.listed for row in rows), Decimal(0)),
        sold=sum((row.sold for row in rows), Decimal(0)),
    )


def discount(prices: Prices) -> Decimal | None:
    """Return what was taken off the list price; negative where more was asked than listed.

    Name: Discount
    Formula: 1 - sum of (quantity x price agreed) / sum of (quantity x list price)
    Unit: a share
    Denominator: list prices of the product lines of deals won in the period
    Placed by: the day of the closing
    Credited to: the owner at the closing
    Left out: lines of products without a list price, with one of zero, or with one in another
        currency than the deal's; deals without lines
    Undefined: without such a line
    Source: list against sold price; the list price is today's, as none of the past is kept
    """
    return 1 - prices.sold / prices.listed if prices.listed else None
