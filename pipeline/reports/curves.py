"""Bookings by day: of the period, and of those before it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum

from kit.money import cents
from org.models.teams import TeamMembership
from pipeline.enums import Status
from pipeline.metrics.pace import Curve, cumulative
from pipeline.querysets import AnyOf
from pipeline.reports.credits import seated
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
    rows = _of_scope(look, won).values_list("closed_on").order_by()
    booked: dict[date, int] = {
        day: cents(amount or Decimal(0)) for day, amount in rows.annotate(Sum("amount_base"))
    }
    return Curves(
        current=cumulative(last, booked),
        earlier=[cumulative(each.period, booked) for each in earlier],
    )


def _of_scope(look: Look, won: DealSelection) -> QuerySet:
    """Return the won deals that count for the scope; for teams, by a join, as credits are read.

    The selection asks deal by deal whether there is a seat, which is right for a list of fifty but
    takes three times as long over the thousands of a year.
    """
    teams = look.scope.teams
    if teams is None:
        return look.versions(look.deals(won))
    ever = TeamMembership.objects.of_teams(teams).values("person")
    rows = look.versions(won).annotate(seat=seated("credited_to", "closed_on"))
    return rows.filter(AnyOf("credited_to", ever), seat__team__in=teams)
