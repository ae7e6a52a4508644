"""Bookings by day: of the period, and of those before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from kit.money import cents
from pipeline.enums import Status
from pipeline.metrics.pace import Curve, cumulative
from pipeline.reports.look import Look
from pipeline.reports.selection import DealSelection


@dataclass(frozen=True, slots=True)
class Curves:
    """The cumulative bookings of a period, and of up to 4 earlier ones, the oldest first."""

    current: Curve
    earlier: Sequence[Curve]


def booking_curves(look: Look) -> Curves:
    """Return the curves of a look, all as known at its moment, in one statement."""
    earlier = look.calendar.earlier(look.period)
    first, last = [*earlier, look.period][0].period, look.period.period
    won = DealSelection(status=Status.WON, closed_from=first.start, closed_to=last.end)
    rows = look.versions(look.deals(won)).values_list("closed_on").order_by()
    booked: dict[date, int] = {
        day: cents(amount or Decimal(0)) for day, amount in rows.annotate(Sum("amount_base"))
    }
    return Curves(
        current=cumulative(last, booked),
        earlier=[cumulative(each.period, booked) for each in earlier],
    )
