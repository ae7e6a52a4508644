"""Closed deals one by one: how they ended, what they have in common, and when in the quarter."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeVar

from analytics.attainment.metrics.outcomes import Cycle, Outcomes, sales_cycle
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
    Source: no decision is told apart from a loss to a competitor, as funnel reviews ask
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
