"""How deals ended, and how long the won ones took."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from analytics.context.metrics import FEWEST_CASES


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
            self.won + other.won,
            self.lost + other.lost,
            self.won_cents + other.won_cents,
            self.lost_cents + other.lost_cents,
            self.unpriced + other.unpriced,
        )

    @property
    def closed(self) -> int:
        return self.won + self.lost

    @property
    def is_few(self) -> bool:
        """Whether there are too few cases for the rate to mean much."""
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

    Fewer than 10 cases are flagged by ``Outcomes.is_few``.

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
    passed = 0
    for day in sorted(days):
        passed += days[day]
        if place < passed:
            return Decimal(day)
    raise ValueError(f"there is no case number {place}")
