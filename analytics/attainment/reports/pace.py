"""Whether the bookings of a report view keep up with its quota."""

from dataclasses import dataclass
from decimal import Decimal

from analytics.attainment.metrics.attainment import Attainment
from analytics.attainment.metrics.pace import (
    expected_to_date,
    pacing,
    required_per_day,
    seasonal_pacing,
    seasonal_share,
)
from analytics.attainment.reports.curves import Curves
from analytics.context.reports.look import Look
from org.metrics.working_days import WorkingDays


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the bookings keep up with the quota; amounts in cents, None where undefined.

    ``linear`` compares with a straight line over the working days, ``seasonal`` with what
    earlier periods had at the same point, of which ``expected`` is the amount.
    """

    days: WorkingDays
    linear: Decimal | None
    required: int | None
    seasonal_share: Decimal | None
    expected: int | None
    seasonal: Decimal | None


def pace_of(look: Look, reached: Attainment, curves: Curves) -> Pace:
    """Return the pace of an attainment of the report view, by the curves of the same scope."""
    days = look.calendar.working_days(look.period.period, moment=look.moment)
    usual = seasonal_share(curves.earlier, share=days.share, week=look.calendar.week)
    expected = expected_to_date(reached.quota, usual)
    return Pace(
        days=days,
        linear=pacing(reached.share, days),
        required=required_per_day(reached.gap, days),
        seasonal_share=usual,
        expected=expected,
        seasonal=seasonal_pacing(reached.actual, expected),
    )
