"""How much value the pipeline yields a day, and what made it change. Pure and exact."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import permutations
from math import factorial

from kit.enums import Labelled


class Factor(Labelled):
    """What the velocity is a product of."""

    VOLUME = "volume", "Open deals"
    SIZE = "size", "Average won amount"
    WIN_RATE = "win_rate"
    CYCLE = "cycle", "Days to win"


@dataclass(frozen=True, slots=True)
class Velocity:
    """The factors of a period: open deals, average won amount in cents, won and closed deals, and
    the median days to win; None where there is no such average or median.
    """

    open_deals: int
    average_cents: Fraction | None
    won: int
    closed: int
    cycle_days: Fraction | None


def sales_velocity(given: Velocity) -> Fraction | None:
    """Return open deals x win rate x average won amount / cycle, in cents a day.

    Name: Sales velocity
    Formula: open deals x win rate by number x average won amount / median days to win
    Unit: money a day
    Placed by: open deals at the end of the period, or now while it runs; the rest by the day of
        the closing
    Credited to: as open deals and closed ones are
    Left out: what the factors leave out
    Undefined: without a closed deal, a won one with an amount, or where the median is 0 days
    Source: winsabove.pages.dev, "Sales velocity"; storylane.io, "Sales velocity"
    """
    found = factors_of(given)
    return None if found is None else product(found)


def factors_of(given: Velocity) -> dict[Factor, Fraction] | None:
    """Return the four numbers whose product the velocity is; None where one is undefined."""
    if not given.closed or given.average_cents is None or not given.cycle_days:
        return None
    return {
        Factor.VOLUME: Fraction(given.open_deals),
        Factor.SIZE: given.average_cents,
        Factor.WIN_RATE: Fraction(given.won, given.closed),
        Factor.CYCLE: 1 / given.cycle_days,
    }


def product(factors: Mapping[Factor, Fraction]) -> Fraction:
    """Return the product of the factors."""
    found = Fraction(1)
    for value in factors.values():
        found *= value
    return found


def velocity_change(
    before: Mapping[Factor, Fraction], after: Mapping[Factor, Fraction]
) -> dict[Factor, Fraction]:
    """Return how much each factor contributed to the change of the velocity, in cents a day.

    Each factor's part is what changing it changes, averaged over all 24 orders in which the four
    can be changed one after the other. The parts add up to the change exactly, whatever the order
    in which they are named, and a factor that did not change contributes nothing; zeros do no harm,
    as they would to logarithms.

    Name: Change of velocity
    Formula: for each factor, the mean over all orders of changing the four of
        (velocity with it changed - velocity before that)
    Unit: money a day
    Undefined: where the velocity of either period is
    Source: Shapley, "A Value for n-Person Games" (1953); as a decomposition without a rest,
        Albrecht, Francois and Schors, Energy Policy 30 (2002); Shorrocks, Journal of Economic
        Inequality 11 (2013)
    """
    parts = dict.fromkeys(before, Fraction(0))
    for order in permutations(before):
        current = dict(before)
        level = product(current)
        for factor in order:
            current[factor] = after[factor]
            changed = product(current)
            parts[factor] += changed - level
            level = changed
    return {factor: value / factorial(len(parts)) for factor, value in parts.items()}


def rounded_parts(parts: Mapping[Factor, Fraction], *, total: int) -> dict[Factor, int]:
    """Return the parts in whole cents that add up to ``total`` exactly.

    Each is rounded down, and the cents that lack go to those that lost most by it.
    """
    floors = {factor: value.__floor__() for factor, value in parts.items()}
    lacking = total - sum(floors.values())
    if not 0 <= lacking <= len(parts):
        raise ValueError(f"parts of {float(sum(parts.values()))} cannot add up to {total}")
    most = sorted(parts, key=lambda factor: floors[factor] - parts[factor])
    for factor in most[:lacking]:
        floors[factor] += 1
    return floors


def whole_cents(value: Fraction) -> int:
    """Return a number of cents rounded half up."""
    return (value + Fraction(1, 2)).__floor__()


def fraction_of(value: Decimal | None) -> Fraction | None:
    """Return a decimal as it is, without rounding."""
    return None if value is None else Fraction(value)
