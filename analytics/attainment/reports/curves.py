"""Bookings by day, of the period and of those before it, and whether they keep up with a quota."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from analytics.attainment.metrics.attainment import Attainment
from analytics.attainment.metrics.pace import (
    Curve,
    cumulative,
    expected_to_date,
    pacing,
    required_per_day,
    seasonal_pacing,
    seasonal_share,
)
from analytics.attainment.reports.ledger import Ledger
from analytics.context.reports.report_view import ReportView
from kit.periods import Period
from org.metrics.working_days import WorkingDays


@dataclass(frozen=True, slots=True)
class Curves:
    """The cumulative bookings of a period, and of up to 4 earlier ones, the oldest first."""

    current: Curve
    earlier: Sequence[Curve]


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


def ledger_of(report_view: ReportView) -> Ledger:
    """Return the ledger of a look's scope, of the period and those that it is compared with."""
    first = [*report_view.calendar.earlier(report_view.period), report_view.period][0]
    span = Period(first.period.start, report_view.period.period.end)
    return Ledger(span, report_view.moment, report_view.calendar, scope=report_view.scope)


def booking_curves(report_view: ReportView, ledger: Ledger) -> Curves:
    """Return the curves of a look, all as known at its moment, from its ledger."""
    booked = ledger.by_day()
    return Curves(
        current=cumulative(report_view.period.period, booked),
        earlier=[
            cumulative(each.period, booked)
            for each in report_view.calendar.earlier(report_view.period)
        ],
    )


def pace_of(report_view: ReportView, reached: Attainment, curves: Curves) -> Pace:
    """Return the pace of an attainment of the look, by the curves of the same scope."""
    days = report_view.calendar.working_days(report_view.period.period, moment=report_view.moment)
    usual = seasonal_share(curves.earlier, share=days.share, week=report_view.calendar.week)
    expected = expected_to_date(reached.quota, usual)
    return Pace(
        days=days,
        linear=pacing(reached.share, days),
        required=required_per_day(reached.gap, days),
        seasonal_share=usual,
        expected=expected,
        seasonal=seasonal_pacing(reached.actual, expected),
    )
