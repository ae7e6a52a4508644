"""Deals by when they were created: what became of them, and whether it is too early to ask."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from analytics.attainment.metrics.outcomes import Cycle
from analytics.context.metrics import FEWEST_CASES
from kit.periods import Period


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
