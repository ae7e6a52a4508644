"""Outcomes of deals whose first activity of a kind was early, later or never."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import sqrt

from analytics.context.metrics import FEWEST_CASES

# Of a normal distribution, for an interval that holds the true rate 95 times in 100.
Z = 1.959963984540054


class Reach(StrEnum):
    """When a deal had its first activity of the kind, by the days from its creation."""

    EARLY = "early"
    LATER = "later"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ReachGroup:
    """Deals of one reach, by their state."""

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
