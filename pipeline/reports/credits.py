"""What counts for whom: the rows of each measure, summed by person and by team of the time."""

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
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
    When,
)
from django.db.models.functions import Greatest, TruncDate

from kit.money import cents
from kit.periods import Period
from org.enums import Measure
from pipeline.enums import Status
from pipeline.metrics.attainment import Credit
from pipeline.metrics.outcomes import Outcomes
from pipeline.models.accounts import AccountTerritory
from pipeline.models.activities import Activity
from pipeline.models.deals import Deal
from pipeline.reports.selection import CLOSED, DealSelection
from pipeline.reports.setting import Setting

WON, LOST = Q(status=Status.WON), Q(status=Status.LOST)
PRICED = Q(amount_base__gt=0)


@dataclass(frozen=True, slots=True)
class Tally:
    """A credit with the team that it counts for, by the person's seat on the day it was earned."""

    team: int | None
    credit: Credit


@dataclass(frozen=True, slots=True)
class Ending:
    """How a person's deals for one team ended: ``days`` counts the won ones by days they took."""

    team: int | None
    person: int
    outcomes: Outcomes
    days: Counter[int] = field(default_factory=Counter)


def seated(person: str, day: str) -> FilteredRelation:
    """Return the relation to the team seat by which ``person`` counted on the day in ``day``."""
    seat = f"{person}__memberships__"
    return FilteredRelation(
        seat.removesuffix("__"),
        condition=Q(**{f"{seat}valid_from__lte": F(day)})
        & (Q(**{f"{seat}counts_to__isnull": True}) | Q(**{f"{seat}counts_to__gt": F(day)})),
    )


def closed_in(period: Period, status: str = CLOSED) -> DealSelection:
    """Return the deals that closed in the period, or those of them won or lost."""
    return DealSelection(status=status, closed_from=period.start, closed_to=period.end)


def tallies(
    measure: Measure,
    *,
    period: Period,
    moment: datetime,
    setting: Setting,
    people: Collection[int] | None = None,
) -> list[Tally]:
    """Return what counted in the period as known at ``moment``, one row for each person and team.

    Credit goes to who did it, by the team that they were in on that day: for bookings and deals
    won the owner at the closing and the day of the closing, for deals created the first owner
    and the day of the creation, for activities who did them and when. Archived rows are left
    out. ``people`` narrows the rows to these people.
    """
    rows = _narrowed(ROWS[measure](period, moment, setting), people)
    if measure == Measure.BOOKINGS:
        return [_booked(row, row["seat__team"]) for row in rows.annotate(**BOOKED)]
    return [
        Tally(row["seat__team"], Credit(row["who"], row["cases"], row["cases"]))
        for row in rows.annotate(cases=Count("*"))
    ]


def endings(
    *,
    period: Period,
    moment: datetime,
    setting: Setting,
    people: Collection[int] | None = None,
) -> tuple[list[Tally], list[Ending]]:
    """Return the tallies of bookings, and how all deals closed in the period ended, in one read."""
    rows = _narrowed(_closed(period, moment, setting, CLOSED), people).annotate(
        **BOOKED,
        lost=Count("deal", filter=LOST),
        won_value=Sum("amount_base", filter=WON & PRICED),
        lost_value=Sum("amount_base", filter=LOST & PRICED),
        without=Count("deal", filter=~PRICED | Q(amount_base__isnull=True)),
        days=ArrayAgg(_days_to_close(setting), filter=WON),
    )
    found = list(rows)
    return [_booked(row, row["seat__team"]) for row in found], [_ending(row) for row in found]


def territory_tallies(
    measure: Measure, *, period: Period, moment: datetime, setting: Setting
) -> list[Tally]:
    """Return bookings or deals won by territory, as ``Tally.team``.

    A deal counts for the territory that its account lay in on the day of the closing.
    """
    lying = (
        AccountTerritory.objects.filter(
            account=OuterRef("account"), valid_from__lte=OuterRef("closed_on")
        )
        .exclude(valid_to__lte=OuterRef("closed_on"))
        .values("territory")
    )
    rows = (
        _won(period, moment, setting)
        .annotate(territory=Subquery(lying[:1]))
        .values("who", "territory")
        .annotate(**BOOKED)
        .order_by()
    )
    booked = [_booked(row, row["territory"]) for row in rows]
    if measure == Measure.BOOKINGS:
        return booked
    return [
        Tally(row.team, Credit(row.credit.person, row.credit.cases, row.credit.cases))
        for row in booked
    ]


# Of all closed deals, what the won ones book.
BOOKED: dict[str, Any] = {
    "cases": Count("deal", filter=WON),
    "amount": Sum("amount_base", filter=WON),
    "unpriced": Count("deal", filter=WON & Q(amount_base__isnull=True)),
}


def _narrowed(rows: QuerySet, people: Collection[int] | None) -> QuerySet:
    if people is not None:
        rows = rows.filter(who__in=people)
    return rows.values("who", "seat__team").order_by()


def _booked(row: dict, team: int | None) -> Tally:
    amount = cents(row["amount"] or Decimal(0))
    return Tally(team, Credit(row["who"], amount, row["cases"], row["unpriced"]))


def _ending(row: dict) -> Ending:
    outcomes = Outcomes(
        won=row["cases"],
        lost=row["lost"],
        won_cents=cents(row["won_value"] or Decimal(0)),
        lost_cents=cents(row["lost_value"] or Decimal(0)),
        unpriced=row["without"],
    )
    return Ending(row["seat__team"], row["who"], outcomes, Counter(row["days"] or ()))


def _days_to_close(setting: Setting) -> Case:
    """Days from creation to closing of won deals; the creation is looked up for these alone."""
    created = Deal.objects.filter(pk=OuterRef("deal")).values(
        day=TruncDate("created_at", tzinfo=setting.zone)
    )
    took = Func(F("closed_on"), Subquery(created), template="(%(expressions)s)", arg_joiner=" - ")
    return Case(When(WON, then=Greatest(took, 0)), output_field=IntegerField())


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
