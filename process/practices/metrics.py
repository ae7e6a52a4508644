"""Differences between two groups, with intervals for small samples. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from math import sqrt
from statistics import NormalDist, median

# Below these a quarter of the people is not worth comparing with the rest.
FEWEST_PEOPLE, FEWEST_TOP, QUARTERS = 12, 3, 4
CONFIDENCE = 0.95


class Finding(StrEnum):
    """The result of comparing two groups."""

    MORE = "more"
    LESS = "less"
    CANNOT_TELL = "cannot tell"
    TOO_FEW = "too few"


@dataclass(frozen=True, slots=True)
class Difference:
    """How a behaviour differs between the top group and the others.

    ``delta`` is Cliff's, between ``low`` and ``high`` with the confidence that all comparisons of
    the page share; None where there are too few people with a value.
    """

    top: int
    rest: int
    top_median: float | None
    rest_median: float | None
    delta: float | None
    low: float | None
    high: float | None

    @property
    def finding(self) -> Finding:
        if self.low is None or self.high is None:
            return Finding.TOO_FEW
        if self.low > 0:
            return Finding.MORE
        return Finding.LESS if self.high < 0 else Finding.CANNOT_TELL


def top_quarter(scores: Mapping[int, Decimal]) -> frozenset[int]:
    """Return the quarter of the people with the highest scores, rounded down.

    People who tie with the last of them are left out, so that nobody is on top by their number
    alone. Empty where there are fewer than 12 people or that leaves fewer than 3.
    """
    if len(scores) < FEWEST_PEOPLE:
        return frozenset()
    ranked = sorted(scores.values(), reverse=True)
    size = len(ranked) // QUARTERS
    next_best = ranked[size]
    top = frozenset(person for person, score in scores.items() if score > next_best)
    return top if len(top) >= FEWEST_TOP else frozenset()


def cliffs_delta(top: Sequence[float], rest: Sequence[float]) -> float:
    """Return how often a value of the top group is the larger, less how often it is the smaller.

    1 means that every one of the top group lies above every one of the rest, 0 that neither
    does more often than the other.

    Name: Effect size (Cliff's delta)
    Formula: (pairs in which the top person has more - pairs in which they have less) / all pairs
    Unit: -1 to 1
    Denominator: people of the top group x people of the rest, of those who have a value
    Left out: people without enough cases for a value
    Undefined: with fewer than 3 people on top, or 12 in all
    Source: Cliff, "Dominance Statistics", Psychological Bulletin 114 (1993)
    """
    return sum(_sign(a, b) for a in top for b in rest) / (len(top) * len(rest))


def delta_interval(
    top: Sequence[float], rest: Sequence[float], *, comparisons: int
) -> tuple[float, float]:
    """Return the interval in which Cliff's delta lies with 95 % for all comparisons together.

    Name: Interval of the effect size
    Formula: (d - d^3 -+ z s sqrt((1 - d^2)^2 + z^2 s^2)) / (1 - d^2 + z^2 s^2), with s the
        unbiased standard error of d, and z of 95 % shared by all comparisons (Bonferroni)
    Unit: -1 to 1
    Left out: nothing; where all pairs go one way, the other limit is (n - z^2) / (n + z^2) with
        n the smaller group
    Source: Cliff, "Ordinal Methods for Behavioral Data Analysis" (1996); Feng and Cliff, Journal
        of Modern Applied Statistical Methods 3 (2004); Dunn, JASA 56 (1961) for the sharing
    """
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / comparisons / 2)
    delta = cliffs_delta(top, rest)
    if abs(delta) == 1:
        smaller = min(len(top), len(rest))
        inner = (smaller - z**2) / (smaller + z**2)
        return (inner, 1.0) if delta > 0 else (-1.0, -inner)
    variance = z**2 * _variance(top, rest, delta)
    reach = sqrt(variance * ((1 - delta**2) ** 2 + variance))
    centre, scale = delta - delta**3, 1 - delta**2 + variance
    return max((centre - reach) / scale, -1.0), min((centre + reach) / scale, 1.0)


def difference(values: Mapping[int, float], top: frozenset[int], *, comparisons: int) -> Difference:
    """Return how the values of the top people differ from those of the others."""
    above = [value for person, value in values.items() if person in top]
    below = [value for person, value in values.items() if person not in top]
    if len(above) < FEWEST_TOP or len(above) + len(below) < FEWEST_PEOPLE:
        return Difference(len(above), len(below), None, None, None, None, None)
    low, high = delta_interval(above, below, comparisons=comparisons)
    delta, middles = cliffs_delta(above, below), (median(above), median(below))
    return Difference(len(above), len(below), *middles, delta, low, high)


def _variance(top: Sequence[float], rest: Sequence[float], delta: float) -> float:
    """Return the unbiased variance of delta, no less than the least that it can be."""
    m, n = len(top), len(rest)
    rows = [sum(_sign(a, b) for b in rest) / n for a in top]
    columns = [sum(_sign(a, b) for a in top) / m for b in rest]
    whole = sum((_sign(a, b) - delta) ** 2 for a in top for b in rest)
    found = (
        n**2 * sum((row - delta) ** 2 for row in rows)
        + m**2 * sum((column - delta) ** 2 for column in columns)
        - whole
    ) / (m * n * (m - 1) * (n - 1))
    return max(found, (1 - delta**2) / (m * n - 1))


def _sign(a: float, b: float) -> int:
    return (a > b) - (a < b)
