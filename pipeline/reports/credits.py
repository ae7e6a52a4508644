"""What counts for whom: the rows of each measure, summed by person and by team of the time."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, F, FilteredRelation, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import TruncDate

from kit.money import cents
from kit.periods import Period
from org.enums import Measure
from pipeline.enums import Status
from pipeline.metrics.attainment import Credit
from pipeline.models.accounts import AccountTerritory
from pipeline.models.activities import Activity
from pipeline.reports.selection import DealSelection
from pipeline.reports.setting import Setting

UNPRICED = Count("deal", filter=Q(amount_base__isnull=True))


@dataclass(frozen=True, slots=True)
class Tally:
    """A credit with the team that it counts for, by the person's seat on the day it was earned."""

    team: int | None
    credit: Credit


def seated(person: str, day: str) -> FilteredRelation:
    """Return the relation to the team seat that ``person`` had on the day in field ``day``."""
    seat = f"{person}__memberships__"
    return FilteredRelation(
        seat.removesuffix("__"),
        condition=Q(**{f"{seat}valid_from__lte": F(day)})
        & (Q(**{f"{seat}valid_to__isnull": True}) | Q(**{f"{seat}valid_to__gt": F(day)})),
    )


def won_in(period: Period) -> DealSelection:
    """Return the deals whose bookings fall into the period, by the day they closed."""
    return DealSelection(status=Status.WON, closed_from=period.start, closed_to=period.end)


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
    rows = ROWS[measure](period, moment, setting)
    if people is not None:
        rows = rows.filter(who__in=people)
    rows = rows.values("who", "seat__team").order_by()
    if measure == Measure.BOOKINGS:
        rows = rows.annotate(cases=Count("*"), amount=Sum("amount_base"), unpriced=UNPRICED)
        return [_booked(row) for row in rows]
    rows = rows.annotate(cases=Count("*"))
    return [
        Tally(row["seat__team"], Credit(row["who"], row["cases"], row["cases"])) for row in rows
    ]


def territory_tallies(
    measure: Measure, *, period: Period, moment: datetime, setting: Setting
) -> list[Tally]:
    """Return the same for bookings and deals won by territory, as ``Tally.team``.

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
        .annotate(cases=Count("*"), amount=Sum("amount_base"), unpriced=UNPRICED)
        .order_by()
    )
    found = []
    for row in rows:
        tally = _booked({**row, "seat__team": row["territory"]})
        if measure == Measure.DEALS_WON:
            tally = Tally(tally.team, Credit(row["who"], row["cases"], row["cases"]))
        found.append(tally)
    return found


def _booked(row: dict) -> Tally:
    amount = cents(row["amount"] or Decimal(0))
    return Tally(row["seat__team"], Credit(row["who"], amount, row["cases"], row["unpriced"]))


def _won(period: Period, moment: datetime, setting: Setting) -> QuerySet:
    rows = won_in(period).versions(moment=moment, day=setting.day(moment))
    return rows.annotate(who=F("credited_to"), seat=seated("credited_to", "closed_on"))


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
