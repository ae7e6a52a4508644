"""From activities to outcomes, where the two are linked: an activity on the deal itself."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, CharField, Count, F, OuterRef, Q, Subquery, Value, When

from analytics.context.reports.one_state import one_state
from analytics.context.reports.report_view import ReportView
from kit.pages import Page, paginate
from pipeline.activities.models import Activity
from pipeline.deals.reports.selection import DealSelection
from pipeline.enums import ActivityKind, Status
from process.targets.metrics.outcomes import Funnel, Reach, funnel_of
from process.targets.reports.attainment import people_of

YOUNG = "young"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The funnel of a report view, and how it was asked for."""

    report_view: ReportView
    kind: ActivityKind
    days: int
    funnel: Funnel


@one_state()
def activity_outcome(report_view: ReportView, kind: ActivityKind, days: int) -> Outcome:
    """Return how the deals created in the period ended, by when the first activity was."""
    rows = cohort(report_view, kind, days).order_by().values_list("reach", "status")
    counts = {(reach, status): deals for reach, status, deals in rows.annotate(Count("pk"))}
    young = sum(deals for (reach, _), deals in counts.items() if reach == YOUNG)
    linked, unlinked = _linked(report_view, kind)
    funnel = funnel_of(counts, too_young=young, linked=linked, unlinked=unlinked)
    return Outcome(report_view, kind, days, funnel)


def cohort(report_view: ReportView, kind: ActivityKind, days: int) -> Any:
    """Return the deals created in the period as they were, each with its ``reach``.

    An activity before the creation, of a deal that was entered late, is an early one. A deal
    without one whose days are not over by the moment is too young to be told.
    """
    made = DealSelection(
        created_from=report_view.period.period.start, created_to=report_view.period.period.end
    )
    first = (
        Activity.objects.known_at(report_view.moment)
        .filter(deal=OuterRef("deal"), kind=kind)
        .order_by("occurred_at")
    )
    span = timedelta(days=days)
    by = F("deal__created_at") + span
    rows = report_view.versions(report_view.deals(made)).visible_to(report_view.viewer)
    return rows.annotate(first=Subquery(first.values("occurred_at")[:1])).annotate(
        reach=Case(
            When(first__lte=by, then=Value(str(Reach.EARLY))),
            When(Q(deal__created_at__gt=report_view.moment - span), then=Value(YOUNG)),
            When(first__isnull=False, then=Value(str(Reach.LATER))),
            default=Value(str(Reach.NEVER)),
            output_field=CharField(),
        )
    )


def cohort_page(outcome: Outcome, *, reach: str, status: str, number: int) -> Page:
    """Return the deals behind a figure: of a reach (all, for none), of a status or "closed"."""
    rows = cohort(outcome.report_view, outcome.kind, outcome.days)
    rows = rows.filter(reach=reach) if reach else rows.exclude(reach=YOUNG)
    if status == "closed":
        rows = rows.exclude(status=Status.OPEN)
    elif status:
        rows = rows.filter(status=status)
    rows = rows.select_related("account", "owner", "stage", "deal")
    return paginate(rows.in_order("amount_base", descending=True), number=number)


def _linked(report_view: ReportView, kind: ActivityKind) -> tuple[int, int]:
    """Return how many of the people's activities of the period are on a deal, and are not."""
    calendar, period = report_view.calendar, report_view.period.period
    found = (
        Activity.objects.visible_to(report_view.viewer)
        .known_at(report_view.moment)
        .filter(
            kind=kind,
            person__in=[person.pk for person in people_of(report_view)],
            occurred_at__gte=calendar.start_of(period.start),
            occurred_at__lt=calendar.start_of(period.end),
        )
        .order_by()
        .aggregate(
            linked=Count("pk", filter=Q(deal__isnull=False)),
            unlinked=Count("pk", filter=Q(deal__isnull=True)),
        )
    )
    return found["linked"], found["unlinked"]
