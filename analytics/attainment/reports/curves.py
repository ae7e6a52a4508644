"""Bookings by day: of the period, and of those before it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet, Sum

from analytics.attainment.metrics.pace import Curve, cumulative
from analytics.attainment.reports.credits import seated
from analytics.attainment.reports.splits import Move, counts_for
from analytics.context.reports.look import Look
from kit.money import cents
from kit.periods import Period
from org.models.teams import TeamMembership
from org.trees import Stretch
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import Status
from pipeline.querysets import AnyOf


@dataclass(frozen=True, slots=True)
class Curves:
    """The cumulative bookings of a period, and of up to 4 earlier ones, the oldest first."""

    current: Curve
    earlier: Sequence[Curve]


def span_of(look: Look) -> Period:
    """Return the days that the curves of a report view tell of."""
    first = [*look.calendar.earlier(look.period), look.period][0]
    return Period(first.period.start, look.period.period.end)


def booking_curves(look: Look, moves: Iterable[Move] = ()) -> Curves:
    """Return the curves of a report view, all as known at its moment, in one statement.

    ``moves`` are those of the look's scope, of the days of ``span_of``.
    """
    earlier = look.calendar.earlier(look.period)
    days = span_of(look)
    won = DealSelection(status=Status.WON, closed_from=days.start, closed_to=days.end)
    rows = _of_scope(look, won).values_list("closed_on").order_by()
    booked: dict[date, int] = {
        day: cents(amount or Decimal(0)) for day, amount in rows.annotate(Sum("amount_base"))
    }
    for move in moves:
        if counts_for(look.scope, move):
            booked[move.day] = booked.get(move.day, 0) + move.cents
    return Curves(
        current=cumulative(look.period.period, booked),
        earlier=[cumulative(each.period, booked) for each in earlier],
    )


def _of_scope(look: Look, won: DealSelection) -> QuerySet:
    """Return the won deals that count for the scope; for teams, by a join, as credits are read.

    The selection asks deal by deal whether there is a seat, which is right for a list of fifty but
    takes three times as long over the thousands of a year.
    """
    scope = look.scope
    if scope.team is None or scope.tree is None:
        return look.versions(look.deals(won))
    parts = scope.tree.stretches(scope.team, won.closed_from, won.closed_to)
    ever = TeamMembership.objects.of_teams(scope.ever_inside()).values("person")
    rows = look.versions(won).annotate(seat=seated("credited_to", "closed_on"))
    return rows.filter(AnyOf("credited_to", ever), reduce(or_, map(_counted, parts)))


def _counted(part: Stretch) -> Q:
    """Return the condition that who has the credit sat in one of the teams of these days."""
    counts = Q(seat__team__in=part.inside)
    if part.start is not None:
        counts &= Q(closed_on__gte=part.start)
    return counts if part.end is None else counts & Q(closed_on__lt=part.end)
