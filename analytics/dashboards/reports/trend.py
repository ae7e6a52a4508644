"""The open pipeline of each day of the period so far."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest, Least, TruncDate

from analytics.context.reports import ReportView
from analytics.dashboards.metrics import AmountSpan, TrendDay, pipeline_trend
from kit.money import cents
from kit.periods import Period
from pipeline.deals.models import DealVersion


def open_pipeline_trend(report_view: ReportView) -> Sequence[TrendDay]:
    """Return the open pipeline at the end of each day from the period's start to the look's day.

    Each day is what a look as of that day would show, the teams of that day included. Empty for
    a period that has not begun. One statement over the versions that were open since.
    """
    period = report_view.period.period
    if report_view.day < period.start:
        return []
    days = Period(period.start, min(report_view.day + timedelta(days=1), period.end))
    return pipeline_trend(days, [_stretch(*row) for row in _rows(report_view, days)])


def _rows(report_view: ReportView, days: Period) -> QuerySet:
    """Sum open versions by the days from which and up to which they count for the scope.

    A version counts at the end of the days on which it was the valid one: from the day it
    began up to, and not including, the day it ended.
    """
    closing = Q(
        expected_close_on__gte=report_view.period.period.start,
        expected_close_on__lt=report_view.period.period.end,
    )
    zone = report_view.calendar.zone
    rows: QuerySet = DealVersion.objects.open().filter(
        valid_from__lte=report_view.moment, valid_to__gt=report_view.calendar.start_of(days.start)
    )
    rows = rows.annotate(
        began=TruncDate("valid_from", tzinfo=zone), ended=TruncDate("valid_to", tzinfo=zone)
    ).filter(began__lt=F("ended"))
    first, *others = [
        part.values_list("since_day", "until_day")
        .annotate(
            amount=Sum("amount_base"),
            closing=Sum("amount_base", filter=closing),
            deals=Count("owner"),
        )
        .order_by()
        for part in _of_scope(rows, report_view, days)
    ]
    return first.union(*others, all=True) if others else first


def _of_scope(rows: QuerySet, report_view: ReportView, days: Period) -> list[QuerySet]:
    """Keep what counts for the scope, and say from when and until when it does.

    There is a part for each stretch of days in which the same teams lay in the one shown.
    """
    if report_view.scope.tree is None or report_view.scope.team is None:
        if report_view.scope.people is not None:
            rows = rows.filter(owner__in=report_view.scope.people)
        rows = rows.annotate(since=F("began"), until=F("ended"))
        return [_clipped(rows, days.start, days.end)]
    parts = report_view.scope.tree.stretches(report_view.scope.team, days.start, days.end)
    return [
        _clipped(_seated(rows, part.inside), part.start or days.start, part.end or days.end)
        for part in parts
    ]


def _clipped(rows: QuerySet, start: date, end: date) -> QuerySet:
    """Narrow the days on which the rows count to [start, end)."""
    rows = rows.annotate(since_day=Greatest("since", start), until_day=Least("until", end))
    return rows.filter(since_day__lt=F("until_day"))


def _seated(rows: QuerySet, teams: frozenset[int]) -> QuerySet:
    """Keep what counts for one of these teams, while it does."""
    rows = rows.annotate(
        seat=FilteredRelation(
            "owner__memberships",
            condition=Q(owner__memberships__valid_from__lt=F("ended"))
            & (
                Q(owner__memberships__counts_to__isnull=True)
                | Q(owner__memberships__counts_to__gt=F("began"))
            ),
        )
    ).filter(seat__team__in=teams)
    return rows.annotate(
        since=Greatest("began", "seat__valid_from"),
        until=Least("ended", Coalesce("seat__counts_to", "ended")),
    )


def _stretch(
    since: date, until: date, amount: Decimal | None, closing: Decimal | None, deals: int
) -> AmountSpan:
    return AmountSpan(
        since, until, cents(amount or Decimal(0)), cents(closing or Decimal(0)), deals
    )
