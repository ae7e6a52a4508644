"""The velocity of a scope's pipeline in a period and the one before, and what made the change."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from analytics.context.metrics import FEWEST_CASES
from analytics.context.reports import ReportView, closed_in, one_state
from analytics.metrics.metrics.closings import ended
from analytics.metrics.metrics.velocity import (
    Factor,
    Velocity,
    factors_of,
    fraction_of,
    rounded_parts,
    sales_velocity,
    velocity_change,
    whole_cents,
)
from analytics.metrics.reports.closings import closings
from kit.money import from_cents
from org.reports.organisation import NamedPeriod
from pipeline.deals.reports.selection import DealSelection


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodVelocity:
    """The factors of a period, the velocity in whole cents a day, and the deals behind them."""

    period: NamedPeriod
    factors: Velocity
    cents_a_day: int | None
    closed: DealSelection
    open: DealSelection

    @property
    def won_share(self) -> Decimal | None:
        closed = self.factors.closed
        return Decimal(self.factors.won) / closed if closed else None

    @property
    def average(self) -> Decimal | None:
        cents = self.factors.average_cents
        return None if cents is None else from_cents(whole_cents(cents))

    @property
    def days(self) -> Decimal | None:
        cycle = self.factors.cycle_days
        return None if cycle is None else Decimal(cycle.numerator) / cycle.denominator

    @property
    def amount_a_day(self) -> Decimal | None:
        return None if self.cents_a_day is None else from_cents(self.cents_a_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class VelocityReport:
    """This period beside the one before; ``parts`` add up to the change in cents a day.

    ``before`` is None where the calendar has no earlier period, ``parts`` where one of the two
    has no velocity.
    """

    report_view: ReportView
    now: PeriodVelocity
    before: PeriodVelocity | None
    parts: Mapping[Factor, int] | None

    def __post_init__(self) -> None:
        if self.parts is not None and sum(self.parts.values()) != self.change:
            raise ValueError(f"the parts do not add up to a change of {self.change}")

    @property
    def is_few(self) -> bool:
        """Whether one of the two rests on too few closed deals for a comparison to mean much."""
        paces = [self.now, *([self.before] if self.before else [])]
        return any(pace.factors.closed < FEWEST_CASES for pace in paces)

    @property
    def change(self) -> int | None:
        if self.before is None or self.before.cents_a_day is None or self.now.cents_a_day is None:
            return None
        return self.now.cents_a_day - self.before.cents_a_day

    @property
    def change_a_day(self) -> Decimal | None:
        return None if self.change is None else from_cents(self.change)


@one_state()
def velocity_report(report_view: ReportView, *, reached: int | None) -> VelocityReport:
    """Return both velocities and the parts of the change, in four statements."""
    earlier = report_view.calendar.earlier(report_view.period)[-1:]
    now = _pace(report_view, report_view.period, reached)
    before = _pace(report_view, earlier[0], reached) if earlier else None
    return VelocityReport(
        report_view=report_view, now=now, before=before, parts=_parts(before, now)
    )


def _parts(before: PeriodVelocity | None, now: PeriodVelocity) -> dict[Factor, int] | None:
    if before is None or before.cents_a_day is None or now.cents_a_day is None:
        return None
    was, found = factors_of(before.factors), factors_of(now.factors)
    if was is None or found is None:
        return None
    change = now.cents_a_day - before.cents_a_day
    return rounded_parts(velocity_change(was, found), total=change)


def _pace(report_view: ReportView, period: NamedPeriod, reached: int | None) -> PeriodVelocity:
    closed = report_view.deals(closed_in(period.period)).but(reached=reached)
    at_end = at_the_end_of(report_view, period)
    opened = at_end.open
    ends = ended(closings(report_view, closed))
    factors = Velocity(
        open_deals=at_end.versions(opened).count(),
        average_cents=fraction_of(ends.average_won_cents),
        won=ends.outcomes.won,
        closed=ends.outcomes.closed,
        cycle_days=fraction_of(ends.won_days.median),
    )
    velocity = sales_velocity(factors)
    return PeriodVelocity(
        period=period,
        factors=factors,
        cents_a_day=None if velocity is None else whole_cents(velocity),
        closed=closed,
        open=opened,
    )


def at_the_end_of(report_view: ReportView, period: NamedPeriod) -> ReportView:
    """Return the look at the end of a period, or as it is where the period is not over by then."""
    last = period.period.last_day
    if report_view.day <= last:
        return report_view
    return replace(report_view, period=period, as_of=last, moment=report_view.calendar.end_of(last))
