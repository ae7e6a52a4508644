"""What is counted in numbers instead of money: deals created and activities, as Ledger has them."""

from datetime import date, datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    FilteredRelation,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import TruncDate

from analytics.attainment.reports.ledger import Entry
from analytics.context.reports.organisation_calendar import OrganisationCalendar
from kit.periods import Period
from org.enums import Measure
from pipeline.activities.models import Activity
from pipeline.deals.reports.selection import DealSelection


def counted(
    measure: Measure,
    period: Period,
    *,
    moment: datetime,
    calendar: OrganisationCalendar,
    people: set[int] | None,
) -> list[Entry]:
    """Return the deals created, or activities, of a period as known at ``moment``.

    They count for who created or did them, by the team that they were in on that day. Archived
    ones are left out. ``people`` narrows them to theirs.
    """
    starts = calendar.teams.starts(period.start, period.end)
    rows, who, day = READS[measure](period, moment, calendar)
    seat = f"{who}__memberships__"
    rows = rows.annotate(
        seat=FilteredRelation(
            f"{who}__memberships",
            condition=Q(**{f"{seat}valid_from__lte": F(day)})
            & (Q(**{f"{seat}counts_to__isnull": True}) | Q(**{f"{seat}counts_to__gt": F(day)})),
        ),
        stretch=_stretch(starts, day),
    )
    if people is not None:
        rows = rows.filter(**{f"{who}__in": people})
    found = rows.order_by().values_list(who, "seat__team", "stretch").annotate(cases=Count("*"))
    return [
        Entry(person=person, actual=cases, cases=cases, team=team, day=starts[stretch])
        for person, team, stretch, cases in found
    ]


def _stretch(starts: list[date], day: str) -> Case | Value:
    """Return which of the stretches that begin on these days holds the day in a field."""
    cases = [When(**{f"{day}__lt": start}, then=n) for n, start in enumerate(starts[1:])]
    last = Value(len(starts) - 1, output_field=IntegerField())
    return Case(*cases, default=last, output_field=IntegerField()) if cases else last


def _created(
    period: Period, moment: datetime, calendar: OrganisationCalendar
) -> tuple[QuerySet, str, str]:
    """Deals that are there at the moment, credited to who owned them when they were created."""
    made = DealSelection(created_from=period.start, created_to=period.end)
    rows = made.versions(moment=moment, day=calendar.day(moment)).annotate(
        first=FilteredRelation(
            "deal__versions", condition=Q(deal__versions__valid_from=F("deal__created_at"))
        ),
        created_on=TruncDate("deal__created_at", tzinfo=calendar.zone),
    )
    return rows, "first__owner", "created_on"


def _acted(
    period: Period, moment: datetime, calendar: OrganisationCalendar
) -> tuple[QuerySet, str, str]:
    rows = Activity.objects.known_at(moment).filter(
        occurred_at__gte=calendar.start_of(period.start),
        occurred_at__lt=calendar.start_of(period.end),
    )
    rows = rows.annotate(acted_on=TruncDate("occurred_at", tzinfo=calendar.zone))
    return rows, "person", "acted_on"


READS: dict[Measure, Any] = {Measure.DEALS_CREATED: _created, Measure.ACTIVITIES: _acted}
