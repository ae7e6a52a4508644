"""How deals ended, and how long the won ones took."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

# A rate of fewer cases is shown with its count and greyed.
FEWEST_CASES = 10


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

    None when none was closed. Fewer than 10 cases are flagged by ``Outcomes.is_few``.
    """
    return Decimal(outcomes.won) / Decimal(outcomes.closed) if outcomes.closed else None


def win_rate_by_value(outcomes: Outcomes) -> Decimal | None:
    """Return won value / (won + lost value) among deals closed in the period.

    Deals without an amount, of zero and below are left out. None when no other was closed.
    """
    value = outcomes.won_cents + outcomes.lost_cents
    return Decimal(outcomes.won_cents) / Decimal(value) if value else None


def sales_cycle(days: Mapping[int, int]) -> Cycle:
    """Return the sales cycle from a table of days -> number of deals won after so many.

    The quartiles are interpolated linearly between the nearest cases (as PostgreSQL's
    ``percentile_cont`` does).
    """
    cases = sum(days.values())
    quarter = [_quantile(days, cases, Decimal(n) / 4) for n in (1, 2, 3)] if cases else [None] * 3
    return Cycle(cases=cases, low=quarter[0], median=quarter[1], high=quarter[2])


def _quantile(days: Mapping[int, int], cases: int, share: Decimal) -> Decimal:
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
