"""What counts for whom: the rows of each measure, summed by person and by team of the time."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    Case,
    Count,
    F,
    FilteredRelation,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Greatest, TruncDate

from analytics.attainment.metrics.attainment import Credit
from analytics.attainment.metrics.outcomes import Outcomes
from analytics.attainment.reports.splits import Move
from analytics.context.reports.look import closed_in
from analytics.context.reports.setting import Setting
from kit.money import cents
from kit.periods import Period
from org.enums import Measure
from pipeline.activities.models import Activity
from pipeline.customers.models import AccountTerritory
from pipeline.deals.models.deals import Deal
from pipeline.deals.reports.selection import CLOSED, DealSelection
from pipeline.enums import Status

WON, LOST = Q(status=Status.WON), Q(status=Status.LOST)
PRICED = Q(amount_base__gt=0)


@dataclass(frozen=True, slots=True)
class Tally:
    """A credit with the team that it counts for, by the person's seat on the day it was earned.

    ``day`` is the first of the period's days on which teams lay in each other as on that day.
    """

    team: int | None
    credit: Credit
    day: date


@dataclass(frozen=True, slots=True)
class Ending:
    """How a person's deals for one team ended: ``days`` counts the won ones by days they took.

    ``day`` is as in Tally.
    """

    team: int | None
    person: int
    outcomes: Outcomes
    day: date
    days: Counter[int] = field(default_factory=Counter)


def seated(person: str, day: str) -> FilteredRelation:
    """Return the relation to the team seat by which ``person`` counted on the day in ``day``."""
    seat = f"{person}__memberships__"
    return FilteredRelation(
        seat.removesuffix("__"),
        condition=Q(**{f"{seat}valid_from__lte": F(day)})
        & (Q(**{f"{seat}counts_to__isnull": True}) | Q(**{f"{seat}counts_to__gt": F(day)})),
    )


def tallies(
    measure: Measure,
    *,
    period: Period,
    moment: datetime,
    setting: Setting,
    people: Collection[int] | None = None,
    moves: Sequence[Move] = (),
) -> list[Tally]:
    """Return what counted in the period as known at ``moment``, one row for each person and team.

    Credit goes to who did it, by the team that they were in on that day: for bookings and deals
    won the owner at the closing and the day of the closing, for deals created the first owner
    and the day of the creation, for activities who did them and when. Archived rows are left
    out. ``people`` narrows the rows to these people. ``moves`` (see ``split_moves``) are where
    the credit for bookings went from those owners.
    """
    starts = setting.teams.starts(period.start, period.end)
    found = ROWS[measure](period, moment, setting)
    rows = _narrowed(found, people, starts=starts, day=DAYS[measure])
    if measure == Measure.BOOKINGS:
        booked = [_booked(row, row["seat__team"], starts) for row in rows.annotate(**BOOKED)]
        return [*booked, *_moved(moves, period, people, starts)]
    return [
        _counted(row["seat__team"], row["who"], row["cases"], starts[row["stretch"]])
        for row in rows.annotate(cases=Count("*"))
    ]


def endings(
    *,
    period: Period,
    moment: datetime,
    setting: Setting,
    people: Collection[int] | None = None,
    moves: Sequence[Move] = (),
) -> tuple[list[Tally], list[Ending]]:
    """Return the tallies of bookings, and how all deals closed in the period ended, in one read.

    How a deal ended is told of its owner at the closing, however its credit is parted.
    """
    starts = setting.teams.starts(period.start, period.end)
    closed = _closed(period, moment, setting, CLOSED)
    rows = _narrowed(closed, people, starts=starts, day="closed_on").annotate(
        **BOOKED,
        lost=Count("deal", filter=LOST),
        won_value=Sum("amount_base", filter=WON & PRICED),
        lost_value=Sum("amount_base", filter=LOST & PRICED),
        without=Count("deal", filter=~PRICED | Q(amount_base__isnull=True)),
        days=ArrayAgg(_days_to_win(setting), filter=WON),
    )
    found = list(rows)
    booked = [_booked(row, row["seat__team"], starts) for row in found]
    booked += _moved(moves, period, people, starts)
    return booked, [_ending(row, starts) for row in found]


def territory_tallies(
    measure: Measure,
    *,
    period: Period,
    moment: datetime,
    setting: Setting,
    moves: Sequence[Move] = (),
) -> list[Tally]:
    """Return bookings or deals won by territory, as ``Tally.team``.

    A deal counts for the territory that its account lay in on the day of the closing, whoever
    has the credit.
    """
    lying = (
        AccountTerritory.objects.filter(
            account=OuterRef("account"), valid_from__lte=OuterRef("closed_on")
        )
        .exclude(valid_to__lte=OuterRef("closed_on"))
        .values("territory")
    )
    starts = setting.territories.starts(period.start, period.end)
    rows = (
        _won(period, moment, setting)
        .annotate(territory=Subquery(lying[:1]), stretch=_stretch(starts, "closed_on"))
        .values("who", "territory", "stretch")
        .annotate(**BOOKED)
        .order_by()
    )
    booked = [_booked(row, row["territory"], starts) for row in rows]
    if measure == Measure.BOOKINGS:
        return [*booked, *_moved(moves, period, None, starts, by_territory=True)]
    return [_counted(row.team, row.credit.person, row.credit.cases, row.day) for row in booked]


# Of all closed deals, what the won ones book.
BOOKED: dict[str, Any] = {
    "cases": Count("deal", filter=WON),
    "amount": Sum("amount_base", filter=WON),
    "unpriced": Count("deal", filter=WON & Q(amount_base__isnull=True)),
}


def _narrowed(
    rows: QuerySet, people: Collection[int] | None, *, starts: Sequence[date], day: str
) -> QuerySet:
    if people is not None:
        rows = rows.filter(who__in=people)
    rows = rows.annotate(stretch=_stretch(starts, day))
    return rows.values("who", "seat__team", "stretch").order_by()


def _stretch(starts: Sequence[date], day: str) -> Case | Value:
    """Return which of the stretches that begin on these days holds the day in a field."""
    if len(starts) == 1:
        return Value(0, output_field=IntegerField())
    cases = [When(**{f"{day}__lt": start}, then=n) for n, start in enumerate(starts[1:])]
    return Case(*cases, default=len(starts) - 1, output_field=IntegerField())


def _booked(row: dict, team: int | None, starts: Sequence[date]) -> Tally:
    amount = cents(row["amount"] or Decimal(0))
    credit = Credit(row["who"], amount, row["cases"], row["unpriced"])
    return Tally(team, credit, starts[row["stretch"]])


def _moved(
    moves: Iterable[Move],
    period: Period,
    people: Collection[int] | None,
    starts: Sequence[date],
    *,
    by_territory: bool = False,
) -> list[Tally]:
    """Return what credit was taken from or given to these people by splits, in the period."""
    return [
        Tally(
            move.territory if by_territory else move.team,
            Credit(move.person, move.cents, 0, overlay=move.overlay),
            starts[bisect_right(starts, move.day) - 1],
        )
        for move in moves
        if move.day in period and (people is None or move.person in people)
    ]


def _counted(team: int | None, person: int, cases: int, day: date) -> Tally:
    return Tally(team, Credit(person, cases, cases), day)


def _ending(row: dict, starts: Sequence[date]) -> Ending:
    outcomes = Outcomes(
        won=row["cases"],
        lost=row["lost"],
        won_cents=cents(row["won_value"] or Decimal(0)),
        lost_cents=cents(row["lost_value"] or Decimal(0)),
        unpriced=row["without"],
    )
    days = Counter(row["days"] or ())
    return Ending(row["seat__team"], row["who"], outcomes, starts[row["stretch"]], days)


def days_to_close(setting: Setting) -> Greatest:
    """Days from creation to closing of a closed deal's version; never below 0."""
    created = Deal.objects.filter(pk=OuterRef("deal")).values(
        day=TruncDate("created_at", tzinfo=setting.zone)
    )
    took = Func(F("closed_on"), Subquery(created), template="(%(expressions)s)", arg_joiner=" - ")
    return Greatest(took, 0, output_field=IntegerField())


def _days_to_win(setting: Setting) -> Case:
    """The same of won deals alone: the creation is looked up for these alone."""
    return Case(When(WON, then=days_to_close(setting)), output_field=IntegerField())


def _closed(period: Period, moment: datetime, setting: Setting, status: str) -> QuerySet:
    rows = closed_in(period, status).versions(moment=moment, day=setting.day(moment))
    return rows.annotate(who=F("credited_to"), seat=seated("credited_to", "closed_on"))


def _won(period: Period, moment: datetime, setting: Setting) -> QuerySet:
    return _closed(period, moment, setting, Status.WON)


def _created(period: Period, moment: datetime, setting: Setting) -> QuerySet:
    """Deals that are there at the moment, credited to who owned them when they were created."""
    made = DealSelection(created_from=period.start, created_to=period.end)
    rows = made.versions(moment=moment, day=setting.day(moment)).annotate(
        first=FilteredRelation(
            "deal__versions", condition=Q(deal__versions__valid_from=F("deal__created_at"))
        ),
        created_on=TruncDate("deal__created_at", tzinfo=setting.zone),
    )
    return rows.annotate(who=F("first__owner"), seat=seated("first__owner", "created_on"))


def _acted(period: Period, moment: datetime, setting: Setting) -> QuerySet:
    rows = Activity.objects.known_at(moment).filter(
        occurred_at__gte=setting.start_of(period.start),
        occurred_at__lt=setting.start_of(period.end),
    )
    rows = rows.annotate(acted_on=TruncDate("occurred_at", tzinfo=setting.zone))
    return rows.annotate(who=F("person"), seat=seated("person", "acted_on"))


ROWS: dict[Measure, Callable[[Period, datetime, Setting], QuerySet]] = {
    Measure.BOOKINGS: _won,
    Measure.DEALS_WON: _won,
    Measure.DEALS_CREATED: _created,
    Measure.ACTIVITIES: _acted,
}
# The day on which each counts.
DAYS: dict[Measure, str] = {
    Measure.BOOKINGS: "closed_on",
    Measure.DEALS_WON: "closed_on",
    Measure.DEALS_CREATED: "created_on",
    Measure.ACTIVITIES: "acted_on",
}
